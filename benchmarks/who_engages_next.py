"""Who engages next: a ranking of accounts for each question, by hubbub or by one of four baselines.

    python benchmarks/who_engages_next.py --past OUT/past --questions OUT/questions.jsonl --rankings FILE [--method M]

`--past` is a folder with events.csv.gz (minute, work, actor, post, src_actor, src_post; -1 where a post is original)
and works.csv.gz (work, title, authors, subject_area and more). A line of `--questions` is a researcher: {"task",
"before": works, "seeds": accounts that engaged with them}. A line of `--rankings` is {"task", "all": accounts, "fresh":
accounts without the seeds}, at most 1,000 each, best first. No method ranks feeds: at least 40 posts, at least 95 %
of them original.

popularity: how much an account posted. salsa: the authority among seeds (Goel et al. 2015) of the works it mentioned.
ppr: personalised PageRank from the seeds over amplifications and works. coupling: the works that an account shares with
seeds, by how many seeds and ln(accounts / voices). hubbub: `hubbub.people.ranking`.
The last line is JSON: tasks, and milliseconds a ranking.
"""

import argparse
import csv
import gzip
import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hubbub.people.likeness import Words, likeness, words
from hubbub.people.ranking import Past, authority, past_of, rank

LIMIT = 1000
STOP = 0.15  # chance that a walk starts again
Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]
Baseline = Callable[[Past, Mask], Floats]


def rows(path: Path) -> Iterator[dict[str, str]]:
    with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def read(folder: Path) -> tuple[Past, Words, NDArray[np.int64]]:
    """Return the past, what its works are told by, and the feeds."""
    table = np.loadtxt(folder / "events.csv.gz", np.int64, delimiter=",", skiprows=1, ndmin=2)
    accounts, amplified = table[:, 2], table[:, 4]
    posts = np.bincount(accounts)
    feeds = np.flatnonzero((posts >= 40) & (np.bincount(accounts, amplified < 0) >= 0.95 * posts))
    works = list(rows(folder / "works.csv.gz"))
    told = words(
        np.array([int(row["work"]) for row in works], np.int64),
        [row["title"] for row in works],
        [row["authors"].split(";") for row in works],
        [row["subject_area"] for row in works],
    )
    return past_of(accounts, table[:, 1], table[:, 0], amplified), told, feeds


def part(values: NDArray[Any], of: NDArray[np.int64]) -> Floats:
    out: Floats = np.divide(values, of, out=np.zeros(len(values)), where=of > 0)
    return out


def popularity(past: Past, seeds: Mask) -> Floats:
    return past.mentions.astype(np.float64)


def coupling(past: Past, seeds: Mask) -> Floats:
    voices = np.bincount(past.work, minlength=len(past.works))
    weight = np.bincount(past.work, seeds[past.voice], len(past.works)) * np.log(len(past.accounts) / voices)
    return np.bincount(past.voice, weight[past.work], len(past.accounts)).astype(np.float64)


def salsa(past: Past, seeds: Mask) -> Floats:
    return np.bincount(past.voice, authority(past, seeds)[past.work], len(past.accounts)).astype(np.float64)


def ppr(past: Past, seeds: Mask) -> Floats:
    """A walk goes on to who amplified whom, either way, or by a work to one of its voices, each edge as likely."""
    accounts, works = len(past.accounts), len(past.works)
    one, other = np.r_[past.amplifier, past.amplified], np.r_[past.amplified, past.amplifier]
    edges = np.bincount(past.voice, minlength=accounts) + np.bincount(one, minlength=accounts)
    voices = np.bincount(past.work, minlength=works)
    start: Floats = seeds / max(int(seeds.sum()), 1)
    walk = start
    for _ in range(25):
        step = part(walk, edges)
        through = part(np.bincount(past.work, step[past.voice], works), voices)
        there = np.bincount(past.voice, through[past.work], accounts) + np.bincount(other, step[one], accounts)
        walk = STOP * start + (1 - STOP) * there
    return walk


BASELINES: dict[str, Baseline] = {"popularity": popularity, "salsa": salsa, "ppr": ppr, "coupling": coupling}


def best(past: Past, scores: Floats, without: NDArray[np.int64]) -> NDArray[np.int64]:
    ranked = past.accounts[np.argsort(-scores, kind="stable")]
    return ranked[~np.isin(ranked, without)][:LIMIT]


def main() -> None:
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("--past", "--questions", "--rankings"):
        p.add_argument(name, type=Path, required=True)
    p.add_argument("--method", choices=[*BASELINES, "hubbub"], default="hubbub")
    o = p.parse_args()
    past, told, feeds = read(o.past)
    questions = [json.loads(line) for line in o.questions.read_text().splitlines()]
    taken = 0.0
    with o.rankings.open("w") as out:
        for asked in questions:
            at = time.perf_counter()
            without = np.r_[feeds, asked["seeds"]]
            if o.method == "hubbub":
                alike = likeness(told, asked["before"], past.works)
                ranked, fresh = (
                    rank(past, asked["before"], asked["seeds"], LIMIT, alike=alike, left_out=left_out).accounts
                    for left_out in (feeds, without)
                )
            else:
                scores = BASELINES[o.method](past, np.isin(past.accounts, asked["seeds"]))
                ranked, fresh = best(past, scores, feeds), best(past, scores, without)
            taken += time.perf_counter() - at
            print(json.dumps({"task": asked["task"], "all": ranked.tolist(), "fresh": fresh.tolist()}), file=out)
    print(f"{o.method}: {len(questions)} tasks, {taken / max(len(questions), 1) * 1e3:.0f} ms each for two lists")
    print(json.dumps({"method": o.method, "tasks": len(questions), "ms": round(taken / max(len(questions), 1) * 1e3)}))


if __name__ == "__main__":
    main()
