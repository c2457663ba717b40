"""Who connects circles, and whether classes keep to themselves: a graph comes in, one number for each goes out.

A tie is a follow either way and weighs 2 if it goes both. Memory: some 50 bytes a follow, so this is for the circles
around a shelf, not for a whole network. Accounts without ties have no such number (NaN).
"""

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from hubbub.people.graph import MOST_ACCOUNTS, Accounts, FollowGraph, Numbers, Places, numbers

Measures = NDArray[np.float64]


class Holes(NamedTuple):
    """What an account gains from those around it who do not know each other, each of shape (accounts,)."""

    constraint: Measures
    """How much all ties lead back to the same people: low for a bridge."""
    effective_size: Measures
    """How many of those around it are not reached through others of them anyway."""


class Mixing(NamedTuple):
    """Whether each class keeps to itself, each of shape (classes,); of a class that follows nobody it is not known."""

    coleman: Measures
    """1 if it follows only itself, 0 if as many of itself as there are, -1 if nobody of itself."""
    e_i: Measures
    """-1 if it follows only itself, 1 if nobody of itself."""


def holes(graph: FollowGraph) -> Holes:
    """Return Burt's constraint and effective size (Burt, Structural Holes, 1992).

    With p_ij = (a_ij + a_ji) / Σ_k (a_ik + a_ki) and m_jq = (a_jq + a_qj) / max_k (a_jk + a_kj), and j and q among the
    ties of i: constraint is Σ_j (p_ij + Σ_q p_iq p_qj)², effective size Σ_j (1 - Σ_q p_iq m_jq).

    Raises:
        ValueError: The graph is broken.
    """
    offsets, others, weights = _ties(graph)
    rows = _rows(offsets)
    totals = np.bincount(rows, weights, graph.accounts)
    highest = np.zeros(graph.accounts)
    np.maximum.at(highest, rows, weights)
    parts = weights / totals[rows]
    found = np.full((2, graph.accounts), np.nan)
    own, through, redundant = np.zeros((3, graph.accounts))
    _holes(offsets, others, parts, weights / highest[others], own, through, redundant, found)
    return Holes(*found)


def participation(graph: FollowGraph, communities: Numbers) -> Measures:
    """Return 1 - Σ_c (k_vc / k_v)², shape (accounts,), k_vc being the ties of v in c (Guimerà & Amaral, 2005).

    It is 0 for who has ties in one community only, and near 1 for who has as many in each of many.

    Raises:
        ValueError: Not every account has a community from 0 on, or the graph is broken.
    """
    kinds = _classes(graph, communities)
    offsets, others, weights = _ties(graph)
    rows = _rows(offsets)
    count = int(kinds.max(initial=0)) + 1
    pairs, at = np.unique(rows * count + kinds[others], return_inverse=True)
    of = pairs // count
    totals = np.bincount(rows, weights, graph.accounts)
    squares = np.bincount(of, (np.bincount(at, weights, len(pairs)) / totals[of]) ** 2, graph.accounts)
    return np.where(totals > 0, 1 - squares, np.nan)


def mixing(graph: FollowGraph, classes: Numbers) -> Mixing:
    """Return the Coleman index (Coleman, 1958) and the E-I index (Krackhardt & Stern, 1988) of each class's follows.

    With H the share of a class's follows that are of itself, and w the share of accounts that are: Coleman's is
    (H - w) / (1 - w) if H ≥ w, else (H - w) / w; E-I is (external - internal) / (external + internal) = 1 - 2 H.

    Raises:
        ValueError: Not every account has a class from 0 on, or the graph is broken.
    """
    kinds = _classes(graph, classes)
    count = int(kinds.max(initial=-1)) + 1
    followers, followed = _follows(graph)
    inside = kinds[followers] == kinds[followed]
    every = np.bincount(kinds[followers], minlength=count)
    with np.errstate(invalid="ignore", divide="ignore"):
        own = np.bincount(kinds[followers], inside, count) / every
        part = np.bincount(kinds, minlength=count) / graph.accounts
        return Mixing((own - part) / np.where(own >= part, 1 - part, part), 1 - 2 * own)


def _classes(graph: FollowGraph, classes: Numbers) -> Places:
    """One class an account."""
    kinds = numbers(classes, MOST_ACCOUNTS)
    if len(kinds) != graph.accounts:
        raise ValueError(f"There is not one class for each of {graph.accounts} accounts")
    return kinds.astype(np.int64)


def _rows(offsets: Places) -> Places:
    """The row of each place."""
    return np.repeat(np.arange(len(offsets) - 1), np.diff(offsets))


def _follows(graph: FollowGraph) -> tuple[Places, Accounts]:
    """Each follow's two ends."""
    followers, followed = _rows(graph.offsets), graph.followed
    if len(followed) and (followed.min() < 0 or followed.max() >= graph.accounts):
        raise ValueError("A follow of the graph is of no account")
    return followers, followed


def _ties(graph: FollowGraph) -> tuple[Places, Accounts, Measures]:
    """Rows of those to whom each account has a tie, in ascending order, and what each weighs."""
    followers, followed = _follows(graph)
    size = max(graph.accounts, 1)
    pairs = np.concatenate((followers * size + followed, followed * np.int64(size) + followers))
    ties, weights = np.unique(pairs, return_counts=True)
    offsets = np.searchsorted(ties, np.arange(graph.accounts + 1) * size)
    return offsets, (ties % size).astype(np.int32), weights.astype(np.float64)


@njit(cache=True, nogil=True)
def _holes(
    offsets: Places,
    others: Accounts,
    parts: Measures,
    against: Measures,
    own: Measures,
    through: Measures,
    redundant: Measures,
    found: NDArray[np.float64],
) -> None:
    """Fill in both measures. What is known of those around an account is zero before and after its turn."""
    for account in range(len(offsets) - 1):
        start, end = offsets[account], offsets[account + 1]
        for i in range(start, end):
            own[others[i]] = parts[i]
        for i in range(start, end):
            for j in range(offsets[others[i]], offsets[others[i] + 1]):
                if own[others[j]]:
                    through[others[j]] += parts[i] * parts[j]
                    redundant[others[j]] += parts[i] * against[j]
        if start < end:
            found[0, account] = found[1, account] = 0
        for i in range(start, end):
            other = others[i]
            found[0, account] += (parts[i] + through[other]) ** 2
            found[1, account] += 1 - redundant[other]
            own[other] = through[other] = redundant[other] = 0
