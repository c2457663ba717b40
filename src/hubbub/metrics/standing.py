"""Where every work stands among others: scores, journals and days of all works come in, columns by cohort go out.

All works at once, and each cohort by one sort: a work is compared with those of its journal, those that came out within
six weeks of it on either side, and those for which both holds.
"""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from hubbub.metrics.peers import ranked

WEEKS = 6  # on either side; with a work's own, a quarter of a year
COHORTS = ("all", "similar_age_3m", "journal", "similar_age_journal_3m")

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


class Placed(NamedTuple):
    """Works that have others in a cohort, or, of `all`, every work: its place in the columns that came in.

    `works` are the others, `below` those of a lower score, `alike` those of the same; `mean` is that of all, the work
    included. `low` to `high` is the percentile's interval, as of `peers.percentiles`.
    """

    work: Ints
    mean: Floats
    works: Ints
    below: Ints
    alike: Ints
    low: Floats
    high: Floats


def standings(score: Floats, journal: Ints, published: Floats) -> Mapping[str, Placed]:
    """Place every work in each cohort where it has company.

    The three are columns (works,): `journal` is a number, negative where it is unknown; `published` in days, NaN where
    it is unknown.
    """
    everyone = np.arange(len(score))
    _, rank = np.unique(score, return_inverse=True)
    dated = np.flatnonzero(np.isfinite(published))
    week = np.floor_divide(published[dated], 7).astype(np.int64)
    week -= week.min(initial=0) - WEEKS  # so that no window begins below 0
    span = int(week.max(initial=0)) + WEEKS + 1
    printed = journal[dated] >= 0
    both = journal[dated][printed] * span + week[printed]
    alone, steps = np.zeros(1, np.int64), np.arange(-WEEKS, WEEKS + 1)

    def within(works: Ints, own: Ints, reach: Ints, least: int = 2) -> Placed:
        """Place works, each within its own group, which may also hold works of neighbouring groups."""
        groups = (own[:, None] + reach).ravel()
        members = np.repeat(works, len(reach))
        return _placed(works, own, members, groups, score, rank, least)

    in_print = np.flatnonzero(journal >= 0)
    return {
        "all": within(everyone, np.zeros(len(score), np.int64), alone, 1),
        "similar_age_3m": within(dated, week, steps),
        "journal": within(in_print, journal[in_print], alone),
        "similar_age_journal_3m": within(dated[printed], both, steps),
    }


def _placed(works: Ints, own: Ints, members: Ints, groups: Ints, score: Floats, rank: Ints, least: int) -> Placed:
    ranks = int(rank.max(initial=0)) + 1
    key = groups * ranks + rank[members]
    order = np.argsort(key, kind="stable")
    key, sums = key[order], np.concatenate([[0.0], np.cumsum(score[members[order]])])
    start, end = np.searchsorted(key, own * ranks), np.searchsorted(key, (own + 1) * ranks)
    at = own * ranks + rank[works]
    left, right = np.searchsorted(key, at), np.searchsorted(key, at, "right")
    shared = end - start >= least
    start, end, left, right = start[shared], end[shared], left[shared], right[shared]
    peers, below, alike = end - start - 1, left - start, right - left - 1
    (different, back) = np.unique(np.stack([2 * below + alike, peers]), axis=1, return_inverse=True)
    _, low, high = ranked(different[0] / 2, np.maximum(different[1], 1))
    return Placed(
        works[shared],
        (sums[end] - sums[start]) / (end - start),
        peers,
        below,
        alike,
        low[back.ravel()],
        high[back.ravel()],
    )
