"""How long the reach of 10,000 voices takes against a union of Python's sets, and whether it is the same number.

    python benchmarks/reach.py [--voices 10000] [--accounts 5000000]

How many follow a voice is lognormal with a median of 300, and the same people follow many of them. Baseline: one set
into which lists of Python's numbers are put one after another; the lists are made before, as the columns are. Gains of
voices in greedy order, and what is lost without each, have no baseline here. Times are the best of five. The last line
is JSON: `ratio` = the set's time over ours.
"""

import argparse
import json
import sys
import time
from collections.abc import Callable

import numpy as np

from hubbub.people.reach import alone, greedy, reach


def best(do: Callable[[], object]) -> float:
    """The least milliseconds of five runs."""
    taken = []
    for _ in range(5):
        began = time.perf_counter()
        do()
        taken.append(time.perf_counter() - began)
    return min(taken) * 1000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--voices", type=int, default=10_000)
    parser.add_argument("--accounts", type=int, default=5_000_000)
    told = parser.parse_args()
    chance = np.random.default_rng(0)
    sizes = np.minimum(chance.lognormal(np.log(300), 1.3, told.voices), told.accounts / 10).astype(np.int64)
    columns = [(told.accounts * chance.random(size) ** 2).astype(np.int32) for size in sizes]
    lists = [column.tolist() for column in columns]
    reach(columns[:1])
    greedy(columns[:1])
    found, expected = reach(columns).least, len(set().union(*lists))
    ours, theirs = best(lambda: reach(columns)), best(lambda: set().union(*lists))
    print(f"{told.voices:,} voices with {sum(sizes):,} followers reach {found:,}: {ours:.0f} ms, a set {theirs:.0f} ms")
    gains = greedy(columns)
    print(f"gains of {len(gains):,} voices in greedy order: {best(lambda: greedy(columns)):.0f} ms")
    print(f"what is lost without each: {best(lambda: alone(columns)):.0f} ms")
    same = found == expected == sum(one.gain for one in gains)
    print(json.dumps({"ratio": round(theirs / ours, 2), "reach_ms": round(ours, 1), "same": same}))
    if not same:
        sys.exit("These are not the same people.")


if __name__ == "__main__":
    main()
