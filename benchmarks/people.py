"""How long the people of a shelf take in a large store: whom to engage, the community, the desk, where it thrives.

    python benchmarks/people.py [--sizes 100000 1000000] [--folder DIR]

Stores hold so many mentions in own words and as many amplifications, over 110 weeks. Works have as many mentions as
articles have (Pareto, 55 % of them one), most within days of the first; accounts are as active as accounts are (the
most active hundredth says a third of all), stay with their field for three mentions of four, and follow ten others, the
known ones most. One post of twenty is answered. The shelf holds 50 works of one field, each spoken of ten times or
more; its owner has an account. Each command runs in a process of its own, with the start of Python in it: seconds, and
the peak of resident memory in MB. There is no living peer that does the same; the named baseline is the smaller store,
and `start`, the same program when it only tells how it is asked. The last line is JSON by size.
"""

import argparse
import json
import os
import random
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from hubbub.store import PRAGMAS, open_store
from hubbub.store.fold import hashed

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
WORDS = ("professor", "student", "reader", "journalist", "doctor", "gardener", "librarian", "engineer")
INSERT = (
    "INSERT INTO assertion (id, post, source, via, hash, key, version, digest, change, account, posted_at,"
    " collected_at, content, found) VALUES (?1, ?1, 1, 1, ?2, ?3, '1', 0, 'made', ?4, ?5, 0, ?6, ?7)"
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
        run.execute("COMMIT")
        run.execute("ANALYZE")
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


def timed(command: list[str], store: Path) -> tuple[float, float]:
    """Seconds and peak of resident memory in MB of one command, by a process that waits for it alone."""
    at = time.perf_counter()
    with (Path(os.devnull)).open("wb") as nowhere:
        process = subprocess.Popen([Path(sys.prefix) / "bin" / "hubbub", "--store", store, *command], stdout=nowhere)
        _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{command} ended with {process.returncode}")
    return time.perf_counter() - at, used.ru_maxrss / 1024


def main() -> None:
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--sizes", type=int, nargs="+", default=[100_000, 1_000_000])
    p.add_argument("--rounds", type=int, default=3)
    p.add_argument("--folder", type=Path, help="where stores are kept for the next time")
    o = p.parse_args()
    told: dict[str, Any] = {}
    with tempfile.TemporaryDirectory() as made:
        for size in o.sizes:
            store = (o.folder or Path(made)) / f"people_{size}.db"
            if not store.exists():
                open_store(str(store)).close()
                Fill(store, size).fill()
            told[str(size)] = {}
            for name, command in COMMANDS.items():
                runs = [timed(command, store) for _ in range(o.rounds)]
                seconds, megabytes = min(run[0] for run in runs), max(run[1] for run in runs)
                told[str(size)][name] = {"seconds": round(seconds, 2), "mb": round(megabytes)}
                print(f"{size:,} mentions, {name}: {seconds:.2f} s, {megabytes:.0f} MB", flush=True)
    print(json.dumps(told))


if __name__ == "__main__":
    main()
