"""Communities of attention: who mentioned which works comes in, accounts with the same interest go out as communities.

Accounts belong together by the works they share, whether they know each other or not (Arroyo-Machado et al. 2021,
Scientometrics, 10.1007/s11192-021-04167-8). Leiden's method (Traag, Waltman & van Eck 2019) runs on the graph of
accounts and works itself, weighed so that the product of two accounts is the idf cosine of their works. On mentions of
preprints this tells better who will meet on later works than the graph of accounts coupled by that cosine does, is as
steady, and takes a fraction of the time (benchmarks/communities.py).
"""

from collections.abc import Sequence
from functools import cache
from importlib.resources import files

import msgspec
import numpy as np
from msgspec import Struct
from numpy.typing import NDArray
from scipy import sparse
from sknetwork.clustering import Leiden

from hubbub.people.columns import check
from hubbub.people.words import fold, words

FEWEST = 10  # accounts of a community that is named
SAYING = 3  # accounts that make a word, a work or a place a community's own
SURE = 1.96  # standard errors
STEADY = 0.9  # agreement of repeated runs
RUNS = 3
RESOLUTIONS = (1.0, 0.5, 0.25)  # modularity's own, then coarser ones

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


class Community(Struct, frozen=True):
    """Accounts that share works, and what sets them apart from all others, the most telling first.

    One of fewer than ten accounts has no words, works or place, as these would tell of single people.
    """

    accounts: Ints
    words: tuple[str, ...] = ()
    works: tuple[int, ...] = ()
    place: str | None = None


class Communities(Struct, frozen=True):
    """The communities, the largest first; accounts that share no work with others are in none.

    `stability` is the mean adjusted Rand index of repeated runs, at the resolution that was chosen.
    """

    communities: tuple[Community, ...]
    stability: float
    resolution: float


class _Words(Struct, frozen=True, forbid_unknown_fields=True):
    stop: frozenset[str]
    never: frozenset[str]


@cache
def _unsaid() -> frozenset[str]:
    file = msgspec.toml.decode(files(__package__).joinpath("communities.toml").read_bytes(), type=_Words)
    return frozenset(map(fold, file.stop | file.never))


def find_communities(
    account: Ints, work: Ints, bios: Sequence[str], places: Sequence[str], random: np.random.Generator
) -> Communities:
    """Return the communities of the accounts that mentioned works.

    `account` and `work` have one row a mention; a pair counts once. `account` points into `bios`, what profiles say,
    and `places`, where each account is. The order of rows changes nothing, given equal `random`. The finest resolution
    is taken at which runs agree; if there is none, the one at which they agree most. Raises ValueError if columns
    differ in length or an account has no bio or place.
    """
    check(account, work)
    check(np.asarray(bios, object), np.asarray(places, object))
    if len(account) and not 0 <= account.min() <= account.max() < len(bios):
        raise ValueError("an account has no bio or place")
    accounts, row = np.unique(account, return_inverse=True)
    works, column = np.unique(work, return_inverse=True)
    shared = sparse.csr_matrix((np.ones(len(row)), (row, column)), shape=(len(accounts), len(works)))
    shared.data[:] = 1.0
    if shared.nnz == 0:
        return Communities((), 1.0, RESOLUTIONS[0])
    labels, stability, resolution = _steadiest(_weigh(shared), random)
    sizes = np.bincount(labels)
    members = np.split(accounts[np.argsort(labels, kind="stable")], np.cumsum(sizes)[:-1])
    order = np.argsort(-sizes, kind="stable")
    named = order[sizes[order] >= FEWEST]
    member = sparse.csr_matrix((np.ones(len(labels)), (labels, np.arange(len(labels)))))[named]
    said, vocabulary = _said([bios[i] for i in accounts])
    spoken, names = _spread([places[i] for i in accounts])
    telling = zip(*(_telling(member @ counts) for counts in (said, shared, spoken)), strict=True)
    found = [
        Community(
            members[one],
            tuple(vocabulary[i] for i in by_words[:3]),
            tuple(works[by_works[:3]].tolist()),
            names[by_places[0]] if len(by_places) else None,
        )
        for one, (by_words, by_works, by_places) in zip(named, telling, strict=True)
    ]
    found += [Community(members[one]) for one in order[len(named) :] if sizes[one] > 1]
    return Communities(tuple(found), stability, resolution)


def _weigh(shared: sparse.csr_matrix) -> sparse.csr_matrix:
    """Return accounts by works, so that the product of two rows is the idf cosine of their accounts.

    idf(w) = ln((U - d + 0.5) / (d + 0.5)), of U accounts of whom d mentioned w; what half of all mentioned ties nobody.
    """
    accounts = shared.shape[0]
    mentions = np.asarray(shared.sum(axis=0)).ravel()
    # A small remainder keeps works that half of all mentioned from leaving their accounts without any weight.
    idf = np.maximum(np.log((accounts - mentions + 0.5) / (mentions + 0.5)), 1e-3)
    weighed = shared @ sparse.diags(np.sqrt(idf))
    norm = np.sqrt(np.asarray(weighed.multiply(weighed).sum(axis=1)).ravel())
    return (sparse.diags(1 / norm) @ weighed).tocsr()


def _steadiest(graph: sparse.csr_matrix, random: np.random.Generator) -> tuple[Ints, float, float]:
    best: tuple[Ints, float, float] | None = None
    for resolution in RESOLUTIONS:
        runs = [_run(graph, resolution, random) for _ in range(RUNS)]
        agreement = np.array([[_agree(one, other) for other in runs] for one in runs])
        stability = float((agreement.sum() - RUNS) / (RUNS * (RUNS - 1)))
        if best is None or stability > best[1]:
            best = runs[int(np.argmax(agreement.sum(axis=1)))], stability, resolution
        if stability >= STEADY:
            break
    assert best is not None
    return best


def _run(graph: sparse.csr_matrix, resolution: float, random: np.random.Generator) -> Ints:
    """Return a label an account, from one run over accounts in a random order; labels begin with the first account."""
    order = random.permutation(graph.shape[0])
    leiden = Leiden(resolution=resolution, random_state=0, return_probs=False, return_aggregate=False)
    labels = np.empty(len(order), np.int64)
    labels[order] = leiden.fit_predict(graph[order], force_bipartite=True)
    _, first, of = np.unique(labels, return_index=True, return_inverse=True)
    return np.argsort(np.argsort(first))[of]


def _agree(one: Ints, other: Ints) -> float:
    """Return the adjusted Rand index of two partitions (Hubert & Arabie 1985): 1 if equal, about 0 if by chance."""
    both = sparse.csr_matrix((np.ones(len(one)), (one, other)))
    both.sum_duplicates()
    together, ones, others = (float((n * (n - 1) / 2).sum()) for n in (both.data, np.bincount(one), np.bincount(other)))
    expected = ones * others / max(1.0, len(one) * (len(one) - 1) / 2)
    most = (ones + others) / 2
    return (together - expected) / (most - expected) if most > expected else 1.0


def _said(bios: list[str]) -> tuple[sparse.csr_matrix, list[str]]:
    """Return accounts by the words of their profiles, and the words."""
    unsaid = _unsaid()
    said = [
        {
            word
            for word in words(bio)
            if not (word in unsaid or word.removesuffix("s") in unsaid or word.isdecimal())
            and (len(word) > 2 or not word.isascii())
        }
        for bio in bios
    ]
    rows = np.repeat(np.arange(len(bios)), [len(of) for of in said])
    spread, vocabulary = _spread([word for of in said for word in of])
    return sparse.csr_matrix(
        (np.ones(len(rows)), (rows, spread.indices)), shape=(len(bios), len(vocabulary))
    ), vocabulary


def _spread(values: list[str]) -> tuple[sparse.csr_matrix, list[str]]:
    """Return rows by their one value each, and the values, sorted."""
    names = sorted(set(values))
    rank = {name: i for i, name in enumerate(names)}
    at = np.array([rank[value] for value in values], np.int64)
    rows = np.arange(len(values) + 1)
    return sparse.csr_matrix((np.ones(len(values)), at, rows), shape=(len(values), len(names))), names


def _telling(counts: sparse.csr_matrix) -> list[Ints]:
    """Return, of each community, the columns that set it apart, the most telling first.

    `counts` are communities by columns. Log-odds against all other communities with a prior from all of them, in
    standard errors: Monroe, Colaresi & Quinn (2008), Political Analysis 16(4), 372.
    """
    total = np.asarray(counts.sum(axis=0)).ravel()
    prior = total * min(1.0, 100 / max(1.0, total.sum()))
    found = []
    for community in range(counts.shape[0]):
        inside = counts[community].toarray().ravel()
        columns = np.flatnonzero(inside >= SAYING)
        here, rest = inside[columns] + prior[columns], (total - inside)[columns] + prior[columns]
        all_here, all_rest = inside.sum() + prior.sum(), (total - inside).sum() + prior.sum()
        odds = np.log(here / np.maximum(all_here - here, 0.5)) - np.log(rest / np.maximum(all_rest - rest, 0.5))
        z = odds / np.sqrt(1 / here + 1 / rest)
        order = np.argsort(-z, kind="stable")
        found.append(columns[order[z[order] > SURE]])
    return found
