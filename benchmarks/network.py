"""How long a hundred suggestions from 10^8 follows take, how much memory, and whether they are the right ones.

    python benchmarks/network.py [--accounts 2000000] [--follows 1e8] [--near 0.5] [--folder FOLDER]

One process makes the follows, in files: how many an account follows is lognormal; `--near` of them are accounts with a
number close by, as in circles, and the rest are the more likely the more followers they have. A fresh one, with its
kernels compiled, maps the files and suggests from sets of fifty seeds, some at random and some of one circle. Times are
medians of sets; `resident_mb` is its highest resident memory with all pages of files. `--folder` keeps the files.

Baselines: personalised PageRank by power iteration with SciPy, until less than 1e-6 is moved, and scikit-network's as
it comes, both over matrices that they have in memory: `ratio_*` = their time over ours. SciPy goes on until less than
1e-8 is moved, and the hundred highest of that are the right ones. `same_top100` is of the set with the fewest;
`worst_miss` is how far below the hundredth's true share a suggestion is at most, as a part of it. Above 0.02, or below
95, the script fails. The last line is JSON.
"""

import argparse
import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.lib.format import open_memmap
from numpy.typing import NDArray

from hubbub.people.graph import Accounts, FollowGraph, write
from hubbub.people.push import STOP, Shares, pagerank, suggest

BATCH = 2_000_000
SETS, SEEDS, CIRCLE, CHECKED = 20, 50, 2_000, 4
TOLERANCE = 0.02


class Follows(list[tuple[Accounts, Accounts]]):
    """As many as are asked for, and a few more for those that come twice; the same whenever they are asked for."""

    def __init__(self, accounts: int, follows: float, near: float) -> None:
        super().__init__()
        self.accounts, self.near, self.batches = accounts, near, int(-(-1.05 * follows // BATCH))

    def __iter__(self) -> Iterator[tuple[Accounts, Accounts]]:
        chance, size = np.random.default_rng(0), self.accounts
        until = np.cumsum(chance.lognormal(0, 1.2, size))
        names = chance.permutation(size).astype(np.int32)
        for _ in range(self.batches):
            follower = np.searchsorted(until, until[-1] * np.sort(chance.random(BATCH))).clip(max=size - 1)
            famous = names[(size * chance.random(BATCH) ** 3).astype(np.int64)]
            steps = np.minimum(100 * chance.pareto(1, BATCH) + 1, size // 2).astype(np.int64)
            close = (follower + chance.choice([-1, 1], BATCH) * steps) % size
            followed = np.where(chance.random(BATCH) < self.near, close, famous)
            yield follower.astype(np.int32), followed.astype(np.int32)


def sets(accounts: int) -> list[NDArray[np.int64]]:
    """Sets of seeds, every second one of a circle."""
    chance = np.random.default_rng(1)
    found = []
    for number in range(SETS):
        within = min(CIRCLE, accounts) if number % 2 else accounts
        found.append((chance.integers(accounts) + chance.choice(within, SEEDS, replace=False)) % accounts)
    return found


def make(folder: Path, accounts: int, follows: float, near: float) -> None:
    """Write the graph and its ranks."""
    began = time.perf_counter()
    write(folder, Follows(accounts, follows, near), accounts)
    written = time.perf_counter() - began
    np.save(folder / "ranks.npy", pagerank(FollowGraph.load(folder), within=1e-6))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"make_s": written, "rank_s": time.perf_counter() - began - written, "make_mb": peak}))


def measure(folder: Path) -> None:
    """Load and suggest, in a process that has done nothing else."""
    small = FollowGraph.of([([0, 1], [1, 0])], 2)
    suggest(small, np.ones(2), [0])
    began = time.perf_counter()
    graph, ranks = FollowGraph.load(folder), open_memmap(folder / "ranks.npy", "r")
    loaded = time.perf_counter() - began
    taken, found = [], []
    for seeds in sets(graph.accounts):
        began = time.perf_counter()
        best = suggest(graph, ranks, seeds, excluded=seeds)
        taken.append((time.perf_counter() - began) * 1000)
        found.append([one.account for one in best])
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    told = {"follows": len(graph.followed), "load_s": loaded, "suggest_ms": statistics.median(taken)}
    print(json.dumps(told | {"slowest_ms": max(taken), "resident_mb": peak, "found": found}))


def compare(folder: Path) -> None:
    """Take the time of both baselines, and write down the true shares of the sets that are checked."""
    from scipy.sparse import csr_array, csr_matrix
    from sknetwork.ranking import PageRank

    graph = FollowGraph.load(folder)
    many = np.diff(graph.offsets)
    shape = (graph.accounts, graph.accounts)
    theirs = csr_matrix((np.ones(len(graph.followed), np.bool_), graph.followed, graph.offsets), shape)
    chosen, taken = sets(graph.accounts)[:CHECKED], []
    for seeds in chosen[:2]:
        began = time.perf_counter()
        PageRank(1 - STOP).fit_predict(theirs, dict.fromkeys(seeds.tolist(), 1))
        taken.append((time.perf_counter() - began) * 1000)
    del theirs
    weights = np.repeat(1 / np.maximum(many, 1), many)
    passes = csr_array((weights, graph.followed, graph.offsets), shape).T.tocsr()
    begins = np.zeros((CHECKED, graph.accounts))
    for start, seeds in zip(begins, chosen, strict=True):
        start[seeds] = 1 / SEEDS
    began = time.perf_counter()
    walk(passes, begins[0], 1e-6)
    told = {"scipy_ms": (time.perf_counter() - began) * 1000, "sknetwork_ms": statistics.median(taken)}
    np.save(folder / "true.npy", [walk(passes, start, 1e-8) for start in begins])
    print(json.dumps(told))


def walk(passes: "csr_array", start: Shares, least: float) -> Shares:  # type: ignore[name-defined]  # noqa: F821
    """Go on until less than `least` is moved."""
    shares, moved = start, 1.0
    while moved > least:
        after = (1 - STOP) * (passes @ shares)
        after += (1 - after.sum()) * start
        moved, shares = np.abs(after - shares).sum(), after
    return shares


def judge(true: Shares, seeds: NDArray[np.int64], found: list[int]) -> tuple[int, float]:
    """How many are right, and how far the worst of the others is below the hundredth, as a part of it."""
    allowed = true.copy()
    allowed[seeds] = -1
    best = np.argsort(-allowed)[:100]
    wrong = np.setdiff1d(found, best)
    return len(np.intersect1d(found, best)), float((1 - allowed[wrong] / allowed[best[-1]]).max(initial=0))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--accounts", type=int, default=2_000_000)
    parser.add_argument("--follows", type=float, default=1e8)
    parser.add_argument("--near", type=float, default=0.5)
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--do", choices=["make", "measure", "compare"], help="one part, in this process")
    told = parser.parse_args()
    if told.do:
        match told.do:
            case "make":
                make(told.folder, told.accounts, told.follows, told.near)
            case "measure":
                measure(told.folder)
            case "compare":
                compare(told.folder)
        return
    with tempfile.TemporaryDirectory() as folder:
        at = told.folder or Path(folder)
        figures: dict[str, float] = {}
        found: list[list[int]] = []
        for part in ("make", "measure", "compare"):
            rest = ["--accounts", str(told.accounts), "--follows", str(told.follows), "--near", str(told.near)]
            command = [sys.executable, __file__, "--do", part, "--folder", str(at), *rest]
            answer = json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout.splitlines()[-1])
            found += answer.pop("found", [])
            figures |= answer
            print("  ".join(f"{name} {value:,.3f}" for name, value in answer.items()), flush=True)
        true, chosen = np.load(at / "true.npy", "r"), sets(told.accounts)
        judged = [judge(true[i], chosen[i], found[i]) for i in range(CHECKED)]
    for name in ("scipy", "sknetwork"):
        figures[f"ratio_{name}"] = figures[f"{name}_ms"] / figures["suggest_ms"]
    figures |= {"same_top100": min(same for same, _ in judged), "worst_miss": max(miss for _, miss in judged)}
    print(json.dumps({name: round(value, 4) for name, value in figures.items()}))
    if figures["same_top100"] < 95 or figures["worst_miss"] > TOLERANCE:
        sys.exit("These are not the right suggestions.")


if __name__ == "__main__":
    main()
