// A whole Bluesky network on this machine (directory, PDS, AppView), in the database that the environment names.
// Prints its addresses as one line of JSON; ends when its standard input does.
// A POST to `control` is answered once the AppView knows all that the PDS holds: with the number of the latest message
// of the firehose.
import { createServer } from 'node:http'
import { TestNetwork } from '@atproto/dev-env'

const network = await TestNetwork.create()

async function settle() {
  await network.processAll(60_000)
  return { seq: await network.pds.ctx.sequencer.curr() }
}

const control = createServer((_, response) => {
  settle().then(
    (settled) => response.end(JSON.stringify(settled)),
    (error) => response.writeHead(500).end(String(error)),
  )
})

control.listen(0, '127.0.0.1', () => {
  const addresses = {
    pds: network.pds.url,
    appview: network.bsky.url,
    plc: network.plc.url,
    control: `http://127.0.0.1:${control.address().port}`,
  }
  console.log(JSON.stringify(addresses))
})

process.stdin.resume().on('end', async () => {
  await network.close()
  process.exit()
})
