"""Whether listening keeps its memory, how fast it is, and whether it goes on where it was killed.

    python benchmarks/listen.py [--lines 10000000] [--named 0.03]

A server sends `--lines` frames of Jetstream, in the mix of the real network (69 % likes, 11 % reposts, 10 % posts, of
which `--named` name a work, 7 % follows, 3 % profiles), as fast as they are taken. `hubbub listen bluesky` reads them
in a process of its own, is killed in the middle and started again. In the end the store must hold every post that names
a work, once; if not, the script fails. SQLite may keep 256 MiB of the store in memory, which grows with it until then.

Baseline: the WebSocket library alone, which takes every message and drops it. The last line is JSON: `ratio` = lines a
second over the baseline's, and `growth` = the most memory in the last fifth of the lines over that in the second fifth.
"""

import argparse
import asyncio
import json
import os
import random
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import msgspec
import websockets
from websockets.http11 import Request
from websockets.server import ServerProtocol

HOST = "jetstream2.us-east.bsky.network"
ROUND = 100_000  # lines
MARK = b"@@@@@@"  # the number of a round, in times, revisions and keys
PEOPLE = 20_000


def lines(named: float) -> Iterator[bytes]:
    """One round of frames; what a round repeats are people and works, not posts."""
    chance = random.Random(1)
    posts: list[str] = []
    for number in range(ROUND):
        did, roll = f"did:plc:{chance.randrange(PEOPLE):024}", chance.random()
        other, key = f"did:plc:{chance.randrange(PEOPLE):024}", f"3k@@@@@@{number:05}"
        liked = {"uri": chance.choice(posts), "cid": "bafyrei"} if posts else None
        record: dict[str, object] = {"createdAt": "2026-07-04T10:00:00Z"}
        if roll < 0.8 and liked:
            collection = "app.bsky.feed.like" if roll < 0.69 else "app.bsky.feed.repost"
            record |= {"subject": liked}
        elif roll < 0.9:
            collection = "app.bsky.feed.post"
            work = f" doi:10.5555/{chance.randrange(5_000)}" if chance.random() < named else ""
            record |= {"text": "we are doing a new thing today and the results look great" + work, "langs": ["en"]}
            posts.append(f"at://{did}/{collection}/{key}")
        elif roll < 0.97:
            collection, record = "app.bsky.graph.follow", record | {"subject": other}
        else:
            collection, key, record = "app.bsky.actor.profile", "self", record | {"displayName": "Somebody"}
        told = {"rev": f"3m@@@@@@{number:05}", "operation": "create", "collection": collection, "rkey": key}
        commit = told | {"record": {"$type": collection} | record, "cid": "bafyrei"}
        line = json.dumps({"did": did, "time_us": 0, "kind": "commit", "commit": commit}, separators=(",", ":"))
        yield line.replace('"time_us":0', f'"time_us":1@@@@@@{number:05}0000').encode()


def framed(line: bytes) -> bytes:
    """A line as a message of a WebSocket."""
    return b"\x81\x7e" + len(line).to_bytes(2, "big") + line


def serve(total: int, named: float) -> None:
    """Send rounds from the one that a cursor names on, until all are sent; say the address, and each round."""
    frames = [framed(line) for line in lines(named)]
    parts = [b"".join(frames[at : at + 200]) for at in range(0, ROUND, 200)]

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        protocol = ServerProtocol()
        protocol.receive_data(await reader.readuntil(b"\r\n\r\n"))
        request = protocol.events_received()[0]
        assert isinstance(request, Request)
        protocol.send_response(protocol.accept(request))
        writer.writelines(protocol.data_to_send())

        async def answer_pings() -> None:
            while told := await reader.read(1 << 16):
                protocol.receive_data(told)
                writer.writelines(protocol.data_to_send())

        async def send() -> None:
            cursor = parse_qs(urlsplit(request.path).query).get("cursor", ["1000000"])[0]
            for number in range(int(cursor[1:7]), total // ROUND):
                for part in parts:
                    writer.write(part.replace(MARK, b"%06d" % number))
                    await writer.drain()
                print(number, flush=True)
            await asyncio.Event().wait()

        tasks = [asyncio.create_task(answer_pings()), asyncio.create_task(send())]
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)  # whoever hangs up gets no more
        for task in tasks:
            task.cancel()
        writer.close()

    async def run() -> None:
        server = await asyncio.start_server(talk, "127.0.0.1", 0)
        print(f"ws://127.0.0.1:{server.sockets[0].getsockname()[1]}", flush=True)
        await server.serve_forever()

    asyncio.run(run())


class Server:
    """The server, in a process of its own."""

    def __init__(self, total: int, named: float) -> None:
        order = [sys.executable, __file__, "--serve", "--lines", str(total), "--named", str(named)]
        self.process = subprocess.Popen(order, stdout=subprocess.PIPE, text=True)
        assert self.process.stdout is not None
        self.address = self.process.stdout.readline().strip()

    def rounds(self) -> Iterator[int]:
        """The rounds as they are sent."""
        assert self.process.stdout is not None
        yield from map(int, self.process.stdout)


def baseline(total: int, named: float) -> float:
    """Lines a second that the library takes."""

    async def take(address: str) -> float:
        async with websockets.connect(address, max_size=None, ping_interval=None) as socket:
            began_at = time.perf_counter()
            for _ in range(total):
                await socket.recv()
            return total / (time.perf_counter() - began_at)

    server = Server(total, named)
    try:
        return asyncio.run(take(server.address))
    finally:
        server.process.kill()


def listen(address: str, folder: Path) -> subprocess.Popen[bytes]:
    environment = {
        **os.environ,
        "HUBBUB_STORE": str(folder / "hubbub.db"),
        "HUBBUB_MIRRORS": f"{HOST}={address}",
        "HUBBUB_ALLOW_HOSTS": "127.0.0.1",
        "XDG_CACHE_HOME": str(folder),
    }
    return subprocess.Popen([Path(sys.executable).with_name("hubbub"), "listen", "bluesky"], env=environment)


def memory(process: subprocess.Popen[bytes]) -> int:
    """Resident bytes of a process."""
    return int(Path(f"/proc/{process.pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def asked(folder: Path, question: str) -> int:
    with closing(sqlite3.connect(folder / "hubbub.db")) as store:
        return int(store.execute(question).fetchone()[0] or 0)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--lines", type=int, default=10_000_000)
    parser.add_argument("--named", type=float, default=0.03, help="share of the posts that name a work")
    parser.add_argument("--serve", action="store_true", help=argparse.SUPPRESS)
    told = parser.parse_args()
    if told.serve:
        serve(told.lines, told.named)
        return
    plain = baseline(min(told.lines, 1_000_000), told.named)
    rounds, used = told.lines // ROUND, list[tuple[int, int]]()
    with tempfile.TemporaryDirectory() as name:
        folder, server = Path(name), Server(told.lines, told.named)
        process, began_at, killed = listen(server.address, folder), time.perf_counter(), False
        for number in server.rounds():
            used.append((number, memory(process)))
            if number % max(rounds // 20, 1) == 0:
                kept = sum(path.stat().st_size for path in folder.glob("hubbub.db*"))
                sizes = f"{used[-1][1] / 2**20:6.1f} MiB, and {kept / 2**20:6.1f} MiB in the store"
                print(f"{(number + 1) * ROUND:>12,} lines  {sizes}", flush=True)
            if number >= rounds // 2 and not killed:
                process.kill()
                process.wait()
                process, killed = listen(server.address, folder), True
            if number == rounds - 1:
                break
        last = int(f"1{rounds - 1:06}{ROUND - 1:05}0000")
        while asked(folder, "SELECT max(CAST(resume AS INTEGER)) FROM cursor WHERE lane = 'stream:jetstream'") < last:
            time.sleep(0.1)
        seconds = time.perf_counter() - began_at
        used.append((rounds, memory(process)))
        process.terminate()
        process.wait()
        server.process.kill()
        expected = rounds * sum(b" doi:10.5555/" in line for line in lines(told.named))
        held = asked(folder, "SELECT count(*) FROM mention WHERE own")
        assert held == expected, f"{held} mentions are held, and {expected} were sent"
    fifths = [max((size for number, size in used if number * 5 // rounds == fifth), default=0) for fifth in range(5)]
    figures = {
        "lines_per_second": round(told.lines / seconds),
        "baseline": round(plain),
        "ratio": round(told.lines / seconds / plain, 3),
        "growth": round(fifths[4] / fifths[1], 3),
        "most_mib": round(max(fifths) / 2**20, 1),
    }
    print(msgspec.json.encode(figures).decode())


if __name__ == "__main__":
    main()
