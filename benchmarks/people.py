"""How long the people of a shelf take in a large store: whom to engage, the community, the desk, where it thrives.

    python benchmarks/people.py [--sizes 100000 1000000] [--folder DIR]
    python benchmarks/people.py --sizes 1000000 --store postgresql://USER@HOST/DATABASE

Stores hold so many mentions in own words and as many amplifications, over 110 weeks. Works have as many mentions as
articles have (Pareto, 55 % of them one), most within days of the first; accounts are as active as accounts are (the
most active hundredth says a third of all), stay with their field for three mentions of four, and follow ten others, the
known ones most. One post of twenty is answered. The shelf holds 50 works of one field, each spoken of ten times or
more; its owner has an account. Each command runs in a process of its own, with the start of Python in it: seconds, and
the peak of resident memory in MB. Pages and programs' addresses are asked of a web app in this process, each address
once: milliseconds of the first of a kind, and the median of the others. `--store` names an empty store, or one that was
filled so before, in place of a file. There is no living peer that does the same; the named baseline is the smaller
store, and `start`, the same program when it only tells how it is asked. The last line is JSON by size.
"""

import argparse
import json
import os
import random
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import func, select
from starlette.testclient import TestClient

from hubbub.answers import Answers
from hubbub.standings import chosen, stand
from hubbub.store import PRAGMAS, open_store
from hubbub.store import schema as s
from hubbub.store.fold import hashed
from hubbub.store.sql import insert_rows
from hubbub.web.server import made

FIELDS, WORKS = 100, 50
HOME = 0.75  # of an account's mentions, in its field
NOW = int(time.time() * 1e6)
DAY = 86_400 * 10**6
SPAN = 770 * DAY
COMMANDS = {
    "start": ["--help"],
    "engage": ["engage", "lab"],
    "today": ["engage", "lab", "--today"],
    "desk": ["desk", "lab"],
    "community": ["community", "lab"],
    "thrive": ["thrive", "lab"],
    "people": ["people", "lab"],
}
# Addresses of web pages and of programs; a work's number or an account's key is put in.
EVENTS = "/v1/events?rows={0}&"
PAGES = {
    "home": "/?{0}",
    "search": "/api/v1/works?q=Number+{0}",
    "work": "/work/doi/10.1000/{0}",
    "counts": "/v1/doi/10.1000/{0}",
    "badge": "/badge/doi/10.1000/{0}.svg",
    "account": "/account/bluesky/{1}",
    "citations": "/v1/citations/at?num_results={0}",
    "feed of a work": "/feeds/work/doi/10.1000/{0}.atom",
    "feed of a venue": "/feeds/venue/bluesky.atom?{0}",
    "sources": "/sources?{0}",
    "people of a work": "/people/work/doi/10.1000/{0}",
    "network": "/shelf/lab/network.json?{0}",
    "events": EVENTS,
    "events by source": EVENTS + "source=bluesky",
    "events by doi": EVENTS + "obj-id.doi=10.1000/{0}",
    "events by prefix": EVENTS + "obj-id.prefix=10.1000",
    "events by domain": EVENTS + "subj-id.domain=bsky.app",
    "events by relation": EVENTS + "relation-type=discusses",
}
ASKED = 5
WORDS = ("professor", "student", "reader", "journalist", "doctor", "gardener", "librarian", "engineer")
INSERT = (
    "INSERT INTO assertion (id, post, source, via, hash, key, version, digest, change, account, posted_at,"
    " collected_at, content, found, stated_at) VALUES (?1, ?1, 1, 1, ?2, ?3, '1', 0, 'made', ?4, ?5, 0, ?6, ?7, ?5)"
)


class Fill:
    """Writes one store."""

    def __init__(self, path: Path, size: int) -> None:
        self.size, self.accounts, self.row = size, size // 4, 0
        self.r = random.Random(1)
        self.database = sqlite3.connect(path, isolation_level=None)
        for pragma in (*PRAGMAS, "PRAGMA synchronous=OFF"):
            self.database.execute(pragma)

    def fill(self) -> None:
        """All of it, in one transaction."""
        run = self.database
        run.execute("BEGIN")
        run.executemany("INSERT INTO source VALUES (?, ?)", [(1, "bluesky"), (2, "crossref")])
        run.executemany(
            "INSERT INTO account (id, source, hash, key, fields, followers) VALUES (?, 1, ?, ?, ?, ?)", self.people()
        )
        run.executemany("INSERT OR IGNORE INTO follow VALUES (?, ?, ?)", self.follows())
        shelved = list(self.works())
        run.execute("INSERT INTO shelf VALUES ('lab', 'A lab', '', 0)")
        run.executemany("INSERT INTO shelf_work VALUES ('lab', ?)", ((work,) for work in shelved[:WORKS]))
        owner = run.execute("SELECT max(id) + 1 FROM identifier").fetchone()[0]
        run.execute("INSERT INTO identifier VALUES (?, 'bluesky', ?)", (owner, key(self.accounts // 2)))
        run.execute("INSERT INTO owner VALUES ('lab', ?)", (owner,))
        run.execute("COMMIT")  # and no ANALYZE, as in stores that hubbub fills
        run.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        run.close()

    def someone(self, field: int) -> int:
        """An account: of the most active most often, three times of four one of a field."""
        ranks = self.accounts // FIELDS
        rank = int(ranks * self.r.random() ** 3)
        return 1 + rank * FIELDS + (field if self.r.random() < HOME else self.r.randrange(FIELDS))

    def people(self) -> Iterator[tuple[Any, ...]]:
        """Accounts with names, descriptions and as many followers as their rank says."""
        for i in range(1, self.accounts + 1):
            followers = int(10 + 1e5 * self.r.random() ** 8)
            what = f"{self.r.choice(WORDS)}, field {i % FIELDS}"
            told = {"handle": f"a{i}.example.org", "name": f"A {i}", "description": what, "followers": followers}
            fields = json.dumps({name: [1, "1", value] for name, value in told.items()})
            yield i, hashed("account", "bluesky", key(i)), key(i), fields, followers

    def follows(self) -> Iterator[tuple[int, int, int]]:
        """Ten others of each, by rank as they speak."""
        for i in range(1, self.accounts + 1):
            for _ in range(10):
                yield i, self.someone((i - 1) % FIELDS), NOW

    def works(self) -> Iterator[int]:
        """Works and all that is said of them, until there is enough; those that the shelf may hold."""
        work = said = 0
        while said < self.size:
            work += 1
            field, many = work % FIELDS, min(int(self.r.paretovariate(1.15)), 20_000, self.size - said)
            said += many
            told = {"identifier": {"scheme": "doi", "value": f"10.1000/{work}"}, "via": "crossref", "version": "1"}
            told |= {
                "title": f"Number {work} of field {field}",
                "kind": "article",
                "issued": "2025",
                "creators": [f"X{work % 997}"],
            }
            self.database.execute("INSERT INTO identifier VALUES (?, 'doi', ?)", (work, f"10.1000/{work}"))
            self.database.execute("INSERT INTO description VALUES (?, 2, '1', ?)", (work, json.dumps(told)))
            self.say(work, field, many)
            if field == 7 and many >= 10:
                yield work

    def say(self, work: int, field: int, many: int) -> None:
        """Mentions of one work, amplifications and answers."""
        began, rows, touches, mentions = NOW - self.r.randrange(SPAN), list[Any](), list[Any](), list[Any]()
        text, found = '{"text":"is it so? it was said at length","url":"https://bsky.app/profile/a/post/b"}', "[]"
        link = f'[[{work},"discusses","link","https://doi.org/10.1000/{work}","doi-address",1.0]]'
        for _ in range(many):
            at = min(began + int(DAY * self.r.expovariate(0.5) ** 2), NOW)
            post, who = self.write(rows, self.someone(field), at, text, link), rows[-1][3]
            mentions.append((work, post, who, at))
            for _ in range(min(int(self.r.paretovariate(1.2)) - 1, 500) if self.r.random() < 0.4 else 0):
                touches.append(
                    (self.write(rows, self.someone(field), min(at + DAY // 8, NOW), "{}", found), "reposts", post)
                )
            if self.r.random() < 0.05:
                touches.append(
                    (self.write(rows, self.someone(field), min(at + DAY // 8, NOW), text, found), "replies_to", post)
                )
        self.database.executemany(INSERT, rows)
        self.database.executemany("INSERT INTO touch VALUES (?, ?, ?)", touches)
        self.database.executemany("INSERT INTO mention VALUES (?1, 1, ?2, ?2, ?3, ?4, 1, 1)", mentions)

    def write(self, rows: list[Any], who: int, at: int, content: str, found: str) -> int:
        """One post; its row."""
        self.row += 1
        name = f"at://{self.row}"
        rows.append((self.row, hashed("post", "bluesky", name), name, who, at, content, found))
        return self.row


def key(account: int) -> str:
    return f"did:plc:{account:024d}"


def timed(command: list[str], store: str) -> tuple[float, float]:
    """Seconds and peak of resident memory in MB of one command, by a process that waits for it alone."""
    at = time.perf_counter()
    with (Path(os.devnull)).open("wb") as nowhere:
        process = subprocess.Popen([Path(sys.prefix) / "bin" / "hubbub", "--store", store, *command], stdout=nowhere)
        _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{command} ended with {process.returncode}")
    return time.perf_counter() - at, used.ru_maxrss / 1024


def fill(path: Path, size: int) -> None:
    """Make a store in a file, and reckon where its works stand."""
    with open_store(str(path)) as store:
        Fill(path, size).fill()
        stand(store, chosen(), datetime.now(UTC))


def move(path: Path, address: str) -> None:
    """Copy all rows of a store in a file into the empty one at an address."""
    with open_store(str(path)) as file, open_store(address) as store:
        with file.connect() as read, store._engine.execution_options(writes=True).begin() as write:
            for table in s.metadata.sorted_tables:
                for part in read.execution_options(yield_per=10_000).execute(select(table)).partitions():
                    insert_rows(write, table, [tuple(row) for row in part])
        store.compact()


def is_empty(address: str) -> bool:
    with open_store(address) as store, store.connect() as connection:
        return connection.execute(select(func.max(s.mention.c.identifier))).scalar() is None


def pages(address: str) -> dict[str, dict[str, float]]:
    """Ask for each of the pages a few times."""
    told = {}
    with open_store(address) as store, TestClient(made(Answers(store)), base_url="http://localhost") as client:
        client.get("/status")  # what all pages load
        for name, form in PAGES.items():
            spent = []
            for number in range(1, ASKED + 1):
                at = time.perf_counter()
                client.get(form.format(number, key(number))).raise_for_status()
                spent.append((time.perf_counter() - at) * 1000)
            told[name] = {"first_ms": round(spent[0], 1), "ms": round(statistics.median(spent[1:]), 1)}
            print(f"{name}: first {spent[0]:.0f} ms, then {told[name]['ms']:.0f} ms", flush=True)
    return told


def measure(address: str, rounds: int) -> dict[str, dict[str, float]]:
    """Run all commands on a store, and ask for its pages."""
    told = {}
    for name, command in COMMANDS.items():
        runs = [timed(command, address) for _ in range(rounds)]
        seconds, megabytes = min(run[0] for run in runs), max(run[1] for run in runs)
        told[name] = {"seconds": round(seconds, 2), "mb": round(megabytes)}
        print(f"{name}: {seconds:.2f} s, {megabytes:.0f} MB", flush=True)
    return told | pages(address)


def main() -> None:
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--sizes", type=int, nargs="+", default=[100_000, 1_000_000])
    p.add_argument("--rounds", type=int, default=3)
    p.add_argument("--folder", type=Path, help="where stores are kept for the next time")
    p.add_argument("--store", help="the address of a store, for one size")
    o = p.parse_args()
    told: dict[str, Any] = {}
    with tempfile.TemporaryDirectory() as folder:
        for size in o.sizes:
            path = (o.folder or Path(folder)) / f"people_{size}.db"
            if o.store is None or is_empty(o.store):
                if not path.exists():
                    fill(path, size)
                if o.store is not None:
                    move(path, o.store)
            print(f"{size:,} mentions", flush=True)
            told[str(size)] = measure(o.store or str(path), o.rounds)
    print(json.dumps(told))


if __name__ == "__main__":
    main()
