"""How many times as likely as an average account the accounts of each ring engage with a researcher's next work.

    python benchmarks/odds.py OUT

OUT holds what `engage_eval.py tasks` makes: past/events.csv.gz, questions.jsonl and answers.jsonl (see
who_engages_next.py). An account is in the first of these rings that it fits, feeds in none: 0, it mentioned an earlier
work; 1, it amplified one of ring 0 or was amplified by one; 2, it mentioned a work that one of ring 0 mentioned. Odds
are (engaged / accounts) of the ring over the same of all known accounts, summed over tasks; intervals are 95 % of 2,000
resamples of the tasks. The named baseline is the average account. The last line is JSON.
"""

import argparse
import json
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hubbub.people.ranking import Past, past_of

RESAMPLES = 2_000
RINGS = 3


def rings(past: Past, seeds: NDArray[np.bool_], feeds: NDArray[np.bool_]) -> list[NDArray[np.bool_]]:
    tied = np.zeros(len(past.accounts), np.bool_)
    tied[past.amplifier[seeds[past.amplified]]] = True
    tied[past.amplified[seeds[past.amplifier]]] = True
    works = np.zeros(len(past.works), np.bool_)
    works[past.work[seeds[past.voice]]] = True
    shares = np.zeros(len(past.accounts), np.bool_)
    shares[past.voice[works[past.work]]] = True
    return [seeds & ~feeds, tied & ~seeds & ~feeds, shares & ~tied & ~seeds & ~feeds]


def odds(counts: NDArray[np.int64]) -> NDArray[np.float64]:
    """Of tasks by (engaged and all, of each ring and of every account): the odds of each ring."""
    hits, sizes = counts.sum(0).astype(np.float64)
    found: NDArray[np.float64] = (hits / sizes)[:RINGS] / (hits / sizes)[RINGS]
    return found


def main() -> None:
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("out", type=Path)
    out: Path = p.parse_args().out
    table = np.loadtxt(out / "past" / "events.csv.gz", np.int64, delimiter=",", skiprows=1, ndmin=2)
    accounts, amplified = table[:, 2], table[:, 4]
    past, posts = past_of(accounts, table[:, 1], table[:, 0], amplified), np.bincount(accounts)
    feeds = np.isin(
        past.accounts, np.flatnonzero((posts >= 40) & (np.bincount(accounts, amplified < 0) >= 0.95 * posts))
    )
    relevant = {one["task"]: one["relevant"] for one in map(json.loads, (out / "answers.jsonl").open())}
    tasks: list[Any] = []
    for one in map(json.loads, (out / "questions.jsonl").open()):
        found = [*rings(past, np.isin(past.accounts, one["seeds"]), feeds), ~feeds]
        engaged = np.isin(past.accounts, relevant[one["task"]])
        tasks.append([[int((ring & engaged).sum()) for ring in found], [int(ring.sum()) for ring in found]])
    counts = np.array(tasks, np.int64)
    random = np.random.default_rng(0)
    samples = [odds(counts[random.integers(0, len(counts), len(counts))]) for _ in range(RESAMPLES)]
    low, high = np.quantile(samples, (0.025, 0.975), axis=0)
    told = [[float(f"{x:.3g}") for x in three] for three in zip(odds(counts), low, high, strict=True)]
    for ring, (times, least, most) in enumerate(told):
        print(f"ring {ring}: {times:g} times ({least:g} to {most:g}) an average account")
    print(json.dumps({"tasks": len(counts), "odds": told}))


if __name__ == "__main__":
    main()
