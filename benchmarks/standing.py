"""How long it takes to reckon where all works of a large store stand, and to answer for one in the shape of counts.

    python benchmarks/standing.py [--size 1000000] [--of 2000]

The store is that of benchmarks/counts.py, of which every work has a journal and a date and every tenth another name,
with half as many reposts as posts of a third of the accounts. `stand`: seconds of `standings.stand`, the table written.
`counts`: the object that the Details Page API tells of a work of a few posts, and of one of `--of`, made in this
process without the web: at the first asking, when nothing is loaded, and the median of many. The last line is JSON:
`stand_s`, `first_ms`, `few_ms`, `many_ms`, `statements` asked of the store for one.
"""

import argparse
import json
import random
import sqlite3
import tempfile
import time
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from sqlalchemy import event

from benchmarks.counts import ASKED, fill, medians
from hubbub.answers import Answers
from hubbub.model import Identifier
from hubbub.standings import chosen, stand
from hubbub.store import open_store
from hubbub.tell.altmetric import Links, counts

FEW = Identifier("doi", "10.1000/1000")


def describe(path: Path, size: int) -> None:
    """Give works journals, dates and names, and posts reposts."""
    database, r = sqlite3.connect(path, isolation_level=None), random.Random(2)
    works = size // 25
    database.execute("BEGIN")
    database.executemany(
        "INSERT INTO description VALUES (?, 1, '1', ?)",
        (
            (i, json.dumps({"title": f"Work {i}", "venue": f"Journal {r.randrange(works // 20)}",
                            "issued": f"{r.randrange(2000, 2026)}-{r.randrange(1, 13):02}-{r.randrange(1, 29):02}",
                            "identifier": {"scheme": "doi", "value": f"10.1000/{i}"}, "via": "", "version": ""}))
            for i in range(1, works + 2)
        ),
    )  # fmt: skip
    for i in range(2, works + 2, 10):
        database.execute("INSERT INTO identifier VALUES (?, 'pmid', ?)", (works + 2 + i, str(i)))
        database.execute("INSERT INTO alias VALUES (?, 'is_same_as', ?, 1, '1', 1)", (i, works + 2 + i))
    reposts = range(size + 1, size + 1 + size // 2)
    database.executemany(
        "INSERT INTO assertion (id, post, source, via, hash, key, version, digest, change, account, posted_at,"
        " collected_at, content, found) VALUES (?, ?, 1, 1, ?, ?, '1', 0, 'made', ?, ?, 0, '{}', '[]')",
        ((i, i, i, f"at://{i}", 1 + r.randrange(size // 9), i * 10**6) for i in reposts),
    )
    database.executemany("INSERT INTO touch VALUES (?, 'reposts', ?)", ((i, 1 + r.randrange(size)) for i in reposts))
    database.execute("COMMIT")
    database.close()


def main() -> None:
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--size", type=int, default=1_000_000)
    p.add_argument("--of", type=int, default=2000)
    o = p.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "hubbub.db"
        fill(path, o.size, o.of)
        describe(path, o.size)
        store, now = open_store(str(path)), datetime.now(UTC)
        answers, at, asked = Answers(store), Links("http://h.example/work", "http://h.example/badge.png"), [0]

        def told(work: Identifier) -> None:
            found = answers.summary(work, chosen())
            assert found is not None
            counts(found, at, now)

        event.listen(store._engine, "before_cursor_execute", lambda *_: asked.__setitem__(0, asked[0] + 1))
        began = time.perf_counter()
        told(FEW)
        first = time.perf_counter() - began
        statements = asked[0]
        began = time.perf_counter()
        works = stand(store, chosen(), now)
        took = time.perf_counter() - began
        print(
            f"{works:,} works of {o.size:,} mentions stand in {took:.1f} s; {path.stat().st_size >> 20:,} MB",
            flush=True,
        )
        few, many = medians(partial(told, FEW), partial(told, ASKED))
        print(f"counts: first {first * 1e3:.1f} ms, few posts {few * 1e3:.2f} ms, {o.of:,} posts {many * 1e3:.1f} ms")
        store.close()
    figures = {"first_ms": first * 1e3, "few_ms": few * 1e3, "many_ms": many * 1e3}
    rounded = {name: round(value, 2) for name, value in figures.items()}
    print(json.dumps({"stand_s": round(took, 2), **rounded, "statements": statements}))


if __name__ == "__main__":
    main()
