// An AT Protocol network on loopback: a directory of accounts (PLC), a server of accounts (PDS) and an AppView.
//
//     node network.mjs POSTGRESQL
//
// prints a line of JSON with its addresses, and keeps its files where TMPDIR says. Each line that it then reads is answered with one as soon as the AppView
// has seen all that the server of accounts has told. It ends with its input.
import { createInterface } from 'node:readline'
import { TestBsky, TestPds, TestPlc, mockNetworkUtilities } from '@atproto/dev-env'
import getPort from 'get-port'

const dbPostgresUrl = process.argv[2]
const pdsPort = await getPort()
const plc = await TestPlc.create({})
const appview = await TestBsky.create({
  plcUrl: plc.url,
  pdsPort,
  repoProvider: `ws://localhost:${pdsPort}`,
  dbPostgresUrl,
  dbPostgresSchema: 'appview',
})
const pds = await TestPds.create({
  port: pdsPort,
  didPlcUrl: plc.url,
  bskyAppViewUrl: appview.url,
  bskyAppViewDid: appview.ctx.cfg.serverDid,
})
mockNetworkUtilities(pds, appview) // so that handles lead to this server, and not to the public network

const say = (told) => process.stdout.write(`${JSON.stringify(told)}\n`)

async function settle() {
  await pds.processAll()
  const last = (await pds.ctx.sequencer.curr()) ?? 0
  const seen = async () => {
    await appview.sub.processAll()
    return (await appview.sub.runner.getCursor()) ?? 0
  }
  while ((await seen()) < last) await new Promise((resolve) => setTimeout(resolve, 5))
  return { last }
}

say({ pds: pds.url, appview: appview.url })
for await (const _ of createInterface({ input: process.stdin })) say(await settle())
process.exit(0)
