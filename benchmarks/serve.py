"""How many counts and badges a server tells in a second, against an answer of the same size that never changes.

    python benchmarks/serve.py [--sizes 1000000 10000000] [--asked 10000] [--seconds 20] [--folder DIR]

Two workers of the web app over a store of so many mentions; `wrk` (a Debian package) asks from 64 connections. Works
have as many mentions as articles have (Altmetric 2012: half of them one, nine in ten five or fewer); those `--asked`
for are drawn as visits to pages are, by Zipf's law with exponent .8 (Breslau and others 1999), and every address has
been asked for once before the clock starts, as in a server that has run for a while: `cold` is what it is until then.
Baseline: a route of the same app, behind the same guard, that answers with the same bytes from a constant. Its rounds
and those of the counts and of the badge take turns.

The last line is JSON: `ratio_counts` and `ratio_badge` = requests a second over those of the baseline, medians of the
rounds (at least .5 is wanted), `p99_ms` = the worse of both (under 20), `growth_10x` = median seconds a request of
counts in the last store over those in the first (at most 1.2), `cold_start_s` = from starting `hubbub serve` to its
first answer, files unread before as far as the system lets us (under 2), and `ratio_cold` = counts that nobody has
asked for before over the baseline.
"""

import argparse
import contextlib
import json
import os
import random
import re
import socket
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import httpx

from hubbub.store import PRAGMAS, open_store

PER_ACCOUNT = 3  # posts of an account
ALPHA = 1.15  # of mentions a work: 55 % have one, 87 % five or fewer
MOST = 20_000  # mentions of one work
PLACES = ("bluesky", "wikipedia", "reddit", "newsfeed")
DAY = 86_400 * 10**6
CONNECTIONS, WORKERS = 64, 2

# A web app with one route more.
APP = """
import sys
from fastapi.responses import Response
from uvicorn import Config
from hubbub.answers import Answers
from hubbub.store import open_store
from hubbub.web.guard import OPEN
from hubbub.web.server import bind, made
from hubbub.web.workers import Workers

def make():
    app = made(Answers(open_store(sys.argv[1])))
    bodies = {"constant": (bytes(int(sys.argv[3])), "application/json")}
    bodies["picture"] = bytes(int(sys.argv[4])), "image/svg+xml"
    def constant(name: str) -> Response:
        body, kind = bodies[name]
        return Response(body, headers=OPEN, media_type=kind)
    app.add_api_route("/constant/{name}", constant)
    app.router.routes.insert(0, app.router.routes.pop())
    return app

if __name__ == "__main__":
    config = Config("serving:make", factory=True, workers=2, log_level="error", access_log=False)
    Workers(config, bind("127.0.0.1", int(sys.argv[2])), lambda: None).run()
"""

LUA = """
local asked, at = {}, 0
function init(args)
  for line in io.lines("%s") do asked[#asked + 1] = wrk.format("GET", line) end
  math.randomseed(os.time() + tonumber(tostring({}):sub(8), 16) %% 10007)
  at = math.random(#asked)
end
function request() at = at %% #asked + 1 return asked[at] end
"""


class Run(NamedTuple):
    """One run of wrk: requests a second, and the time within which 99 of 100 were answered, in ms."""

    rate: float
    p99: float


def fill(path: Path, size: int) -> None:
    """Write `size` posts with one mention each, and say of each work what it is."""
    open_store(str(path)).close()
    database = sqlite3.connect(path, isolation_level=None)
    for pragma in (*PRAGMAS, "PRAGMA synchronous=OFF"):
        database.execute(pragma)
    r = random.Random(1)
    database.execute("BEGIN")
    database.executemany("INSERT INTO source VALUES (?, ?)", enumerate((*PLACES, "crossref"), 1))
    database.executemany(
        "INSERT INTO account (id, source, hash, key, fields) VALUES (?, 1, ?, ?, '{}')",
        ((i, i, f"did:plc:{i:024d}") for i in range(1, size // PER_ACCOUNT + 2)),
    )
    found = '[[%d,"discusses","link","https://doi.org/10.1000/%d","doi-address",1.0]]'
    post = work = 0
    while post < size:
        work += 1
        told = {"identifier": {"scheme": "doi", "value": f"10.1000/{work}"}, "via": "crossref", "version": "1"}
        told |= {"title": f"What {work} people said of it", "venue": "A Journal", "kind": "article", "issued": "2025"}
        database.execute("INSERT INTO identifier VALUES (?, 'doi', ?)", (work, f"10.1000/{work}"))
        database.execute("INSERT INTO description VALUES (?, 5, '1', ?)", (work, json.dumps(told)))
        many = min(int(r.paretovariate(ALPHA)), MOST, size - post)
        posts = range(post + 1, post + many + 1)
        of = [(i, 1 + min(int(r.expovariate(1)), 3), 1 + r.randrange(size // PER_ACCOUNT), i * 10**6) for i in posts]
        database.executemany(
            "INSERT INTO assertion (id, post, source, via, hash, key, version, digest, change, account, posted_at,"
            " collected_at, content, found) VALUES (?, ?, ?, ?, ?, ?, '1', 0, 'made', ?, ?, 0, ?, ?)",
            (
                (i, i, place, place, i, f"at://{i}", who, at, '{"text":"so it was said"}', found % (work, work))
                for i, place, who, at in of
            ),
        )
        mentions = sorted((work, place, i, i, who, at, 1, 1) for i, place, who, at in of)
        database.executemany("INSERT INTO mention VALUES (?, ?, ?, ?, ?, ?, ?, ?)", mentions)
        post += many
    database.execute("INSERT INTO changed SELECT id, 1, 0 FROM identifier")
    database.execute("COMMIT")  # and no ANALYZE, as in stores that hubbub fills
    database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    database.close()


def drawn(path: Path, asked: int) -> list[int]:
    """Works as they are asked for, each once: those that many ask for come first."""
    with contextlib.closing(sqlite3.connect(path)) as database:
        (works,) = database.execute("SELECT max(id) FROM identifier").fetchone()
    r, found = random.Random(2), dict[int, None]()
    while len(found) < asked:
        # The inverse of the sum of 1 / rank ^ .8 up to a rank, which is nearly 5 rank ^ .2.
        rank = int((r.random() * (works**0.2 - 1) + 1) ** 5)
        found[1 + (rank * 7919) % works] = None
    return list(found)


@contextlib.contextmanager
def served(store: Path, sizes: Sequence[int], folder: Path) -> Iterator[int]:
    """Run the app with two workers; yields its port."""
    with contextlib.closing(socket.create_server(("127.0.0.1", 0))) as free:
        port = int(free.getsockname()[1])
    (folder / "serving.py").write_text(APP)
    command = [sys.executable, "serving.py", str(store), str(port), *map(str, sizes)]
    with subprocess.Popen(command, cwd=folder) as server:
        try:
            wait(f"http://127.0.0.1:{port}/constant/constant")
            yield port
        finally:
            server.terminate()


def wait(address: str) -> None:
    """Ask until it is answered."""
    for _ in range(3000):
        with contextlib.suppress(httpx.TransportError):
            httpx.get(address, trust_env=False)
            return
        time.sleep(0.01)
    raise SystemExit(f"{address} does not answer")


def load(port: int, paths: Sequence[str], seconds: float, folder: Path) -> Run:
    """Ask for the paths in turn, from a random one on."""
    (folder / "paths").write_text("\n".join(paths) + "\n")
    (folder / "ask.lua").write_text(LUA % (folder / "paths"))
    # Who asks gives way to those who answer, as from a machine of its own: they share two processors here.
    command = ["nice", "-n10", "wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds:g}s", "--timeout=10s", "--latency"]
    command += ["-s", str(folder / "ask.lua")]
    told = subprocess.run([*command, f"http://127.0.0.1:{port}"], check=True, capture_output=True, text=True).stdout
    if failed := re.search(r"Non-2xx.*|Socket errors.*[1-9].*", told):
        raise SystemExit(failed.group())
    rate, p99 = re.search(r"Requests/sec:\s+([\d.]+)", told), re.search(r"99%\s+([\d.]+)(us|ms|s)", told)
    assert rate
    assert p99
    return Run(float(rate[1]), float(p99[1]) * {"us": 0.001, "ms": 1, "s": 1000}[p99[2]])


def warm(port: int, paths: Sequence[str]) -> float:
    """Ask for each path until both workers have answered it; returns requests a second of the first time."""
    with contextlib.ExitStack() as open_:
        # A connection stays with the worker that took it.
        clients = [open_.enter_context(httpx.Client(trust_env=False)) for _ in range(8)]
        at, rate = time.perf_counter(), 0.0
        for number, client in enumerate(clients):
            for path in paths:
                client.get(f"http://127.0.0.1:{port}{path}").raise_for_status()
            if number == 0:
                rate = len(paths) / (time.perf_counter() - at)
    return rate


def cold_start(store: Path) -> float:
    """Seconds from starting the command to its first answer, the store's pages and our own files dropped before."""
    here = Path(sys.prefix)
    for file in (store, *here.glob("lib/python*/site-packages/**/*.pyc"), *here.glob("lib/python*/**/*.so")):
        with contextlib.suppress(OSError), file.open("rb") as opened:
            os.posix_fadvise(opened.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
    with contextlib.closing(socket.create_server(("127.0.0.1", 0))) as free:
        port = int(free.getsockname()[1])
    command = [str(here / "bin" / "hubbub"), "--store", str(store), "serve", "--offline", "--port", str(port)]
    at = time.perf_counter()
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as server:
        try:
            wait(f"http://127.0.0.1:{port}/")
            return time.perf_counter() - at
        finally:
            server.terminate()


def main() -> None:
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--sizes", type=int, nargs="+", default=[1_000_000, 10_000_000])
    p.add_argument("--asked", type=int, default=10_000)
    p.add_argument("--seconds", type=float, default=20)
    p.add_argument("--rounds", type=int, default=3)
    p.add_argument("--folder", type=Path, help="where stores are kept for the next time")
    o = p.parse_args()
    with tempfile.TemporaryDirectory() as made:
        folder, measured = Path(made), list[dict[str, list[Run]]]()
        for size in o.sizes:
            store = (o.folder or folder) / f"serve_{size}.db"
            if not store.exists():
                fill(store, size)
            works = drawn(store, 2 * o.asked)
            measured.append(measure(store, works[: o.asked], works[o.asked :], o, folder))
        start = statistics.median(cold_start(store) for _ in range(5))
    first, last = measured[0], measured[-1]

    def rate(of: dict[str, list[Run]], name: str) -> float:
        return statistics.median(run.rate for run in of[name])

    print(f"cold start of the largest store {start:.2f} s")
    told = {
        "ratio_counts": rate(first, "counts") / rate(first, "constant"),
        "ratio_badge": rate(first, "badge") / rate(first, "picture"),
        "p99_ms": max(statistics.median(run.p99 for run in first[name]) for name in ("counts", "badge")),
        "growth_10x": rate(first, "counts") / rate(last, "counts"),
        "cold_start_s": start,
        "ratio_cold": rate(first, "cold") / rate(first, "constant"),
    }
    print(json.dumps({name: round(value, 3) for name, value in told.items()}))


def measure(
    store: Path, works: Sequence[int], unasked: Sequence[int], o: argparse.Namespace, folder: Path
) -> dict[str, list[Run]]:
    """Run all loads over one store in turns."""
    counts = [f"/v1/doi/10.1000/{work}" for work in works]
    badges = [f"/badge/doi/10.1000/{work}.svg?theme=light" for work in works]
    with served(store, (0, 0), folder) as port:
        asked = [httpx.get(f"http://127.0.0.1:{port}{path}", trust_env=False) for path in (counts[0], badges[0])]
        sizes = [len(one.raise_for_status().content) for one in asked]
    runs: dict[str, list[Run]] = {name: [] for name in ("constant", "counts", "picture", "badge", "cold")}
    with served(store, sizes, folder) as port:
        cold = [f"/v1/doi/10.1000/{work}" for work in unasked]
        runs["cold"].append(load(port, cold, min(o.seconds, 5), folder))
        for paths in counts, badges:
            print(f"{store.name}: warmed, at first {warm(port, paths):.0f} a second from one connection", flush=True)
        loads = {
            "constant": ["/constant/constant"],
            "counts": counts,
            "picture": ["/constant/picture"],
            "badge": badges,
        }
        for _ in range(o.rounds):
            for name, paths in loads.items():
                runs[name].append(load(port, paths, o.seconds, folder))
    for name, every in runs.items():
        of = statistics.median(run.rate for run in every), statistics.median(run.p99 for run in every)
        print(f"{store.name}: {name:8} {of[0]:7.0f} a second, 99 % within {of[1]:.1f} ms", flush=True)
    return runs


if __name__ == "__main__":
    main()
