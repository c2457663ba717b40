"""How well communities of attention tell who will meet on later works, and how long they take.

    python benchmarks/communities.py --data preprint_mentions_2021/events.csv.gz [--weeks 19] [--least 6]

Communities are found in the first weeks of a stream of mentions (columns minute, work, actor). Works that are new after
that and have at most 50 accounts tell whether two who mention the same one are of one community more often than any two
are: the lift. The baseline is Leiden's method on the graph of accounts coupled by idf cosine. Accounts with fewer works
than `--least` are left out of both. Also found: the accounts that are feeds by behaviour.
"""

import argparse
import json
import time

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from sknetwork.clustering import Leiden

from hubbub.people.communities import _weigh, find_communities
from hubbub.people.feeds import tireless

WEEK = 7 * 86_400
PAIRS = 20_000_000  # couplings that the baseline has memory for; the works of most accounts are dropped until they fit

Ints = NDArray[np.int64]


def lift(label: Ints, later: sparse.csr_matrix) -> float:
    """Share of pairs that meet on later works and are of one community, against that of any two (accounts by works)."""
    member = sparse.csr_matrix((np.ones(len(label)), (np.arange(len(label)), label)))
    met = (later.T @ member).toarray()
    sizes = met.sum(axis=1)
    weight = np.bincount(label, weights=np.asarray(later.sum(axis=1)).ravel())
    expected = float(((weight / weight.sum()) ** 2).sum())
    return float((met * (met - 1)).sum() / (sizes * (sizes - 1)).sum()) / expected


def coupled(shared: sparse.csr_matrix) -> Ints:
    """The baseline: a label an account."""
    mentions = np.asarray(shared.sum(axis=0)).ravel()
    by_size = np.argsort(mentions, kind="stable")
    fits = by_size[np.cumsum(mentions[by_size] ** 2) <= PAIRS]
    weighed = _weigh(shared)[:, fits]
    graph = (weighed @ weighed.T).tocsr()
    graph.setdiag(0)
    graph.eliminate_zeros()
    return np.asarray(Leiden(random_state=0, return_probs=False, return_aggregate=False).fit_predict(graph), np.int64)


def read(path: str, until: int, least: int) -> tuple[Ints, sparse.csr_matrix, sparse.csr_matrix]:
    """Return the feeds, and accounts by works: those of the past, and the later ones that are new and small."""
    rows = np.loadtxt(path, delimiter=",", skiprows=1, dtype=np.int64)
    at, work, actor, original = rows[:, 0] * 60, rows[:, 1], rows[:, 2], rows[:, 4] < 0
    feeds = tireless(actor, at, original, until)
    past = np.unique(np.stack([actor, work], axis=1)[at < until], axis=0)
    accounts, count = np.unique(past[:, 0], return_counts=True)
    accounts = np.setdiff1d(accounts[count >= least], feeds)
    later = np.unique(np.stack([actor, work], axis=1)[at >= until], axis=0)
    later = later[~np.isin(later[:, 1], work[at < until])]
    shared, met = (_table(pairs[np.isin(pairs[:, 0], accounts)], accounts) for pairs in (past, later))
    sizes = np.asarray(met.sum(axis=0)).ravel()
    return feeds, shared, met[:, (sizes > 1) & (sizes <= 50)]


def _table(pairs: Ints, accounts: Ints) -> sparse.csr_matrix:
    works, column = np.unique(pairs[:, 1], return_inverse=True)
    row = np.searchsorted(accounts, pairs[:, 0])
    return sparse.csr_matrix((np.ones(len(pairs)), (row, column)), shape=(len(accounts), len(works)))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--data", required=True)
    parser.add_argument("--weeks", type=int, default=19)
    parser.add_argument("--least", type=int, default=6)
    given = parser.parse_args()
    feeds, shared, met = read(given.data, given.weeks * WEEK, given.least)
    accounts = shared.shape[0]

    row, work = shared.nonzero()
    began = time.perf_counter()
    none = [""] * accounts
    found = find_communities(row, work, none, none, np.random.default_rng(0))
    found_s = time.perf_counter() - began
    label = np.arange(accounts) + len(found.communities)  # who is in no community stands alone
    for number, one in enumerate(found.communities):
        label[one.accounts] = number
    began = time.perf_counter()
    baseline = coupled(shared)
    baseline_s = time.perf_counter() - began
    said = {
        "accounts": accounts,
        "feeds": len(feeds),
        "communities": len(found.communities),
        "stability": round(found.stability, 3),
        "resolution": found.resolution,
        "lift": round(lift(label, met), 2),
        "s": round(found_s, 2),
        "coupled_lift": round(lift(baseline, met), 2),
        "coupled_s": round(baseline_s, 2),
    }
    for name, value in said.items():
        print(f"{name:14} {value}")
    print(json.dumps(said))


if __name__ == "__main__":
    main()
