"""Whether growth against peers claims what is not so, and finds what is.

    python -m benchmarks.growth --data DIR [--shelves 1000]

DIR holds events.csv.gz (minute, work, actor, post, src_actor) and works.csv.gz (work, authors). Shelves of works, each
against all other works in the same 26 weeks, 13 after 13. `simulated`: works with bursts as real ones have, at a place
that loses half of its voices and one that gains as many; `random`: real works by chance. For both every verdict is
wrong. `plain`, the named baseline, is how often the shelf's own voices alone, without peers, would claim a change
(95 %, Poisson). `authors`: real works of one name. `thinned`: random ones whose earlier voices are taken away by half
or by nine tenths: how often that is found. The last line is JSON: shares of verdicts.
"""

import argparse
import csv
import gzip
import json
from collections import defaultdict
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from hubbub.people.growth import Counted, counted, pace
from tests.people.shelves import changed, picked, simulated

MINUTES = 13 * 7 * 1_440
SIZES = (3, 10, 30, 100)


def recorded(folder: Path) -> tuple[NDArray[np.int64], Counted]:
    """The works of the data's last 26 weeks, by those who spoke in own words; feeds are left out."""
    with gzip.open(folder / "events.csv.gz", "rt") as file:
        table = np.loadtxt(file, np.int64, delimiter=",", skiprows=1, usecols=(0, 1, 2, 4))
    minute, work, actor, of = table.T
    until = int(minute.max()) + 1
    busy = np.bincount(actor, of < 0)
    kept = (of < 0) & (minute >= until - 2 * MINUTES) & (busy[actor] < 40)
    return counted(work[kept], np.zeros(kept.sum(), np.int64), actor[kept], minute[kept], until - MINUTES)


def authors(folder: Path, works: NDArray[np.int64]) -> list[NDArray[np.int64]]:
    """The rows of the works of each name that has two to eight of them."""
    by, place = defaultdict(list), {work: row for row, work in enumerate(works.tolist())}
    with gzip.open(folder / "works.csv.gz", "rt", newline="") as file:
        for one in csv.DictReader(file):
            for name in filter(None, one["authors"].split(";")):
                if int(one["work"]) in place:
                    by[name.strip()].append(place[int(one["work"])])
    return [np.array(rows) for rows in by.values() if 2 <= len(rows) <= 8]


def verdicts(every: Counted, shelves: list[NDArray[np.int64]], thin: float = 0.0) -> dict[str, float]:
    """How often each verdict is given, and how often one would be without peers."""
    random, found, plain = np.random.default_rng(1), list[str](), list[bool]()
    for rows in shelves:
        own, rest = picked(every, rows)
        if thin:
            own = Counted(own.place, random.binomial(own.before, 1 - thin), own.now)
        told = pace(own, rest, random)
        found.append(told.verdict if told else "none")
        plain.append(changed(own))
    shares = {name: found.count(name) / len(found) for name in ("faster", "slower", "alike")}
    return {name: round(share, 4) for name, share in (shares | {"plain": float(np.mean(plain))}).items()}


def main() -> None:
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--data", type=Path, required=True)
    p.add_argument("--shelves", type=int, default=1_000)
    o = p.parse_args()
    random, told = np.random.default_rng(0), dict[str, dict[str, float]]()
    invented = simulated(20_000, random)
    works, real = recorded(o.data)
    for size in SIZES:
        for name, of in (("simulated", invented), ("random", real)):
            shelves = [random.choice(len(of.place), size, replace=False) for _ in range(o.shelves)]
            told[f"{name} {size}"] = verdicts(of, shelves)
            if name == "random":
                told[f"thinned by half {size}"] = verdicts(of, shelves, 0.5)
                told[f"thinned by nine tenths {size}"] = verdicts(of, shelves, 0.9)
    told["authors"] = verdicts(real, authors(o.data, works)[: o.shelves])
    for name, shares in told.items():
        print(f"{name:26}", "  ".join(f"{verdict} {share:.3f}" for verdict, share in shares.items()))
    null = max(one["faster"] + one["slower"] for name, one in told.items() if name.startswith(("simulated", "random")))
    print(json.dumps({"null": null, "works": len(works)} | told))


if __name__ == "__main__":
    main()
