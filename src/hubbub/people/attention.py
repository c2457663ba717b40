"""How a work's attention is spread: mentions as columns come in, originality and concentration a work go out.

degree of originality = mentions that pass nothing on / all mentions;
degree of concentration = amplifications of the most amplified post / all amplifications
(Fang, Dudek & Costas 2020). For a typical work one post carries more than half, and to lose it is to lose
all of that.
"""

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from hubbub.people.columns import check, firsts

FEWEST = 10  # mentions below which a share says nothing and is not shown

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


class Attention(Struct, frozen=True):
    """Columns of equal length, one row a work, sorted by work.

    `originality` and `concentration` are in [0, 1], NaN where unknown: fewer than ten mentions, or nothing passed on.
    `carrier` is the most amplified post, -1 if none was; `carried` counts its amplifications of `amplifications`.
    """

    work: Ints
    mentions: Ints
    amplifications: Ints
    originality: Floats
    concentration: Floats
    carrier: Ints
    carried: Ints


def attention(work: Ints, post: Ints, amplified: Ints) -> Attention:
    """Return how each work's attention is spread.

    One row a mention: the work, the post that mentions it, and the post that it passes on, -1 if it is original. A post
    counts once a work, however often its row is given. Of equally amplified posts the one with the smallest number is
    the carrier. Raises ValueError if the columns differ in length.
    """
    check(work, post, amplified)
    order = np.lexsort((amplified, post, work))
    work, post, amplified = work[order], post[order], amplified[order]
    first = firsts(work, post)
    work, amplified = work[first], amplified[first]
    works, row, mentions = np.unique(work, return_inverse=True, return_counts=True)
    passed = amplified >= 0
    amplifications = np.bincount(row[passed], minlength=len(works))
    carrier, carried = _carriers(row[passed], amplified[passed], len(works))
    shown = mentions >= FEWEST
    originality = np.where(shown, (mentions - amplifications) / mentions, np.nan)
    told = shown & (amplifications > 0)
    concentration = np.divide(carried, amplifications, out=np.full(len(works), np.nan), where=told)
    return Attention(works, mentions, amplifications, originality, concentration, carrier, carried)


def _carriers(row: Ints, amplified: Ints, rows: int) -> tuple[Ints, Ints]:
    order = np.lexsort((amplified, row))
    row, amplified = row[order], amplified[order]
    starts = np.flatnonzero(firsts(row, amplified))
    counts = np.diff(np.r_[starts, len(row)])
    # Written from the least amplified on, so that the most amplified stays, and of equals the smallest number.
    written = starts[np.lexsort((-amplified[starts], counts))]
    carrier, carried = np.full(rows, -1, np.int64), np.zeros(rows, np.int64)
    carrier[row[written]] = amplified[written]
    carried[row[starts[np.argsort(counts, kind="stable")]]] = np.sort(counts, kind="stable")
    return carrier, carried


def gini(counts: Ints) -> float:
    """Return how unequally mentions are spread over voices: 0 if equally, towards 1 if one has all; NaN without any.

    `counts` are numbers >= 0, one a voice. Raises ValueError if one is negative.
    """
    ordered = np.sort(np.asarray(counts, np.float64))
    if ordered.size and ordered[0] < 0:
        raise ValueError("a count is negative")
    total = ordered.sum()
    if not total:
        return float("nan")
    voices = len(ordered)
    return max(0.0, float((2 * np.arange(1, voices + 1) - voices - 1) @ ordered / (voices * total)))
