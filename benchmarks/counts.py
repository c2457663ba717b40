"""How fast one work's counts are answered, against the same query by hand, in stores of 10^6 and 10^7 mentions.

    python benchmarks/counts.py [--sizes 1000000 10000000] [--of 2000]

`counts`: `Answers.counts` of a work that `--of` posts mention. Baseline: the same SQL, sent to the same file through
the `sqlite3` module and read into tuples. The stores are filled below the write rule, table by table, with a long tail
of works; posts of the work asked for lie scattered among all others. The last line is JSON: `ratio` = median seconds of
counts over those of the baseline at the first size (at most 1.5 is wanted), `growth` = median seconds of counts at the
last size over those at the first (at most 1.2).
"""

import argparse
import json
import random
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from hubbub.answers import Answers
from hubbub.model import Identifier
from hubbub.store import PRAGMAS, open_store
from hubbub.store.counts import BY_SOURCE

ROUNDS = 60
ASKED = Identifier("doi", "10.5555/asked")
PER_ACCOUNT = 3  # posts of an account


def fill(path: Path, size: int, of: int) -> None:
    """Write `size` posts with one mention each, `of` of them of the work asked for."""
    open_store(str(path)).close()
    database = sqlite3.connect(path, isolation_level=None)
    for pragma in (*PRAGMAS, "PRAGMA synchronous=OFF"):
        database.execute(pragma)
    r = random.Random(1)
    asked = set(r.sample(range(1, size + 1), of))
    works = size // 25
    database.execute("BEGIN")
    database.execute("INSERT INTO source VALUES (1, 'bluesky')")
    database.execute("INSERT INTO identifier VALUES (1, ?, ?)", (ASKED.scheme, ASKED.value))
    database.executemany(
        "INSERT INTO identifier VALUES (?, 'doi', ?)", ((i, f"10.1000/{i}") for i in range(2, works + 2))
    )
    database.executemany(
        "INSERT INTO account (id, source, hash, key, fields) VALUES (?, 1, ?, ?, '{}')",
        ((i, i, f"did:plc:{i:024d}") for i in range(1, size // PER_ACCOUNT + 2)),
    )
    found = '[[1,"discusses","link","https://doi.org/10.5555/asked","doi-address",1.0]]'
    database.executemany(
        "INSERT INTO assertion (id, post, source, via, hash, key, version, digest, change, account, posted_at,"
        " collected_at, content, found) VALUES (?, ?, 1, 1, ?, ?, ?, 0, 'made', ?, ?, 0, ?, ?)",
        (
            (i, i, i, f"at://{i}", str(i), 1 + i // PER_ACCOUNT, i * 10**6, '{"text":"so it was said"}', found)
            for i in range(1, size + 1)
        ),
    )
    mentions = [(1 if i in asked else 2 + min(int(r.paretovariate(0.5)), works - 1), i) for i in range(1, size + 1)]
    mentions.sort()
    database.executemany(
        "INSERT INTO mention VALUES (?, 1, ?, ?, ?, ?, 1, 1)",
        ((work, i, i, 1 + i // PER_ACCOUNT, i * 10**6) for work, i in mentions),
    )
    database.execute("COMMIT")
    database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    database.close()


def medians(*asked: Callable[[], object]) -> list[float]:
    """Ask all in turn, several times; return the median seconds of each."""
    times: list[list[float]] = [[] for _ in asked]
    for _ in range(ROUNDS):
        for ask, taken in zip(asked, times, strict=True):
            at = time.perf_counter()
            ask()
            taken.append(time.perf_counter() - at)
    return [statistics.median(taken) for taken in times]


def by_hand(plain: sqlite3.Connection) -> list[tuple[object, ...]]:
    """The same query, without hubbub."""
    (work,) = plain.execute(
        "SELECT id FROM identifier WHERE value = ? AND scheme = ?", (ASKED.value, ASKED.scheme)
    ).fetchone()
    return plain.execute(BY_SOURCE.replace("IN :works", "= :works"), {"works": work}).fetchall()


def main() -> None:
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--sizes", type=int, nargs="+", default=[1_000_000, 10_000_000])
    p.add_argument("--of", type=int, default=2000)
    o = p.parse_args()
    measured = []
    with tempfile.TemporaryDirectory() as folder:
        asks: list[Callable[[], object]] = []
        for size in o.sizes:
            path = Path(folder) / f"{size}.db"
            fill(path, size, o.of)
            answers = Answers(open_store(str(path)))
            plain = sqlite3.connect(path)
            assert answers.counts(ASKED)[0].posts == o.of
            asks += [partial(answers.counts, ASKED), partial(by_hand, plain)]
            print(f"{size:,} mentions filled", flush=True)
        taken = medians(*asks)
        for i, size in enumerate(o.sizes):
            counts, baseline = taken[2 * i], taken[2 * i + 1]
            measured.append((counts, baseline))
            print(f"{size:>12,} mentions: counts {counts * 1e3:.2f} ms, by hand {baseline * 1e3:.2f} ms")
    ratio = measured[0][0] / measured[0][1]
    growth = measured[-1][0] / measured[0][0]
    print(json.dumps({"ratio": round(ratio, 3), "growth": round(growth, 3)}))


if __name__ == "__main__":
    main()
