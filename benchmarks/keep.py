"""How fast posts and their mentions are kept, against the fastest way to put the same text into SQLite at all.

    python benchmarks/keep.py [--held 1000000] [--new 1250000]

`keep`: posts with one mention each, in transactions of 1,000, under the write rule and with all indexes, into a store
that already holds `--held` of them. Baseline: `executemany` of the same post and mention as one record of 13 fields of
text into one table without any index, with the same pragmas, transactions and rows before. Both take turns, five rounds
each; a round is long enough that on either side the log fills up and goes into the database file, as it must sooner or
later. The last line is JSON: `ratio` = median posts kept a second, each with its mention, over the baseline's rows a
second; at least 0.2 is wanted. Works and accounts follow a long tail.
"""

import argparse
import json
import random
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice, pairwise
from pathlib import Path

import msgspec

from hubbub.model import Identifier, Mention, Post, Reading
from hubbub.store import PRAGMAS, open_store

NOW = datetime(2026, 7, 4, 10, 15, 30, tzinfo=UTC)
WORDS = [
    "we",
    "are",
    "doing",
    "new",
    "things",
    "today",
    "and",
    "the",
    "results",
    "look",
    "great",
    "so",
    "here",
    "it",
    "is",
]
ALNUM = "abcdefghijklmnopqrstuvwxyz234567"
SORTABLE = "234567abcdefghijklmnopqrstuvwxyz"


def tid(at: datetime) -> str:
    """A record's key as Bluesky makes it from the time: 13 digits of 5 bits."""
    number = round(at.timestamp() * 1_000_000) << 10
    return "".join(SORTABLE[number >> shift & 31] for shift in range(60, -1, -5))


def readings(count: int, seed: int) -> Iterator[Reading]:
    """Posts of a firehose that each mention one work."""
    r = random.Random(seed)
    people = random.Random(0)
    accounts = ["did:plc:" + "".join(people.choices(ALNUM, k=24)) for _ in range(250_000)]
    for i in range(count):
        who = accounts[min(int(r.paretovariate(0.6)) * 7919, r.randrange(10**9)) % len(accounts)]
        work = int(r.paretovariate(0.5)) % 400_000
        at = NOW + timedelta(days=20 * seed, seconds=i)
        rev = tid(at)
        key = f"at://{who}/app.bsky.feed.post/{rev}"
        address = f"https://doi.org/10.1101/2026.07.{work:06d}"
        post = Post(
            source="bluesky",
            id=key,
            via="bluesky",
            version=rev,
            url=f"https://bsky.app/profile/{who}/post/{rev}",
            text=" ".join(r.choices(WORDS, k=25)),
            author=who,
            posted_at=at,
            language="en",
        )
        found = Identifier("doi", f"10.1101/2026.07.{work:06d}")
        yield Reading(post, (Mention(found, "discusses", "link", address, "doi-address", 1.0),))


def as_text(reading: Reading) -> tuple[str, ...]:
    """The 13 fields of the record."""
    post, mention = reading.post, reading.mentions[0]
    evidence = msgspec.json.encode(mention).decode()
    return (
        post.source,
        post.id,
        post.via,
        post.version,
        post.change,
        post.url or "",
        post.text or "",
        post.author or "",
        str(post.posted_at),
        post.language or "",
        mention.identifier.scheme,
        mention.identifier.value,
        evidence,
    )


def main() -> None:
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--held", type=int, default=1_000_000)
    p.add_argument("--new", type=int, default=1_250_000)
    o = p.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        store = open_store(str(Path(folder) / "store.db"))
        plain = sqlite3.connect(Path(folder) / "plain.db", isolation_level=None)
        for pragma in PRAGMAS:
            plain.execute(pragma)
        plain.execute(f"create table record ({', '.join(f'f{i} text' for i in range(13))})")

        def keep(batch: list[Reading]) -> None:
            with store.writing() as writer:
                writer.keep(batch, NOW)

        def insert(batch: list[tuple[str, ...]]) -> None:
            plain.execute("begin immediate")
            plain.executemany(f"insert into record values ({','.join('?' * 13)})", batch)
            plain.execute("commit")

        batch: list[Reading] = []
        for reading in readings(o.held, 1):
            batch.append(reading)
            if len(batch) == 1000:
                keep(batch)
                insert([as_text(reading) for reading in batch])
                batch.clear()
        new, step = readings(o.new, 2), o.new // 5
        rounds = []
        for _ in range(5):
            part = list(islice(new, step))
            text = [as_text(reading) for reading in part]
            spent = [time.perf_counter()]
            for i in range(0, step, 1000):
                insert(text[i : i + 1000])
            spent.append(time.perf_counter())
            for i in range(0, step, 1000):
                keep(part[i : i + 1000])
            spent.append(time.perf_counter())
            rounds.append([step / (after - before) for before, after in pairwise(spent)])
            print("keep {1:9,.0f} posts/s   baseline {0:9,.0f} rows/s".format(*rounds[-1]), flush=True)
        inserted, kept = (statistics.median(side) for side in zip(*rounds, strict=True))
        print(json.dumps({"ratio": round(kept / inserted, 3), "posts": round(kept), "baseline": round(inserted)}))


if __name__ == "__main__":
    main()
