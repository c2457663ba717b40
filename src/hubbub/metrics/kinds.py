"""Which kinds of output get more at a venue, without any reference: counts by kind come in, contrasts go out."""

from collections.abc import Mapping
from itertools import combinations
from math import sqrt

import numpy as np
from msgspec import Struct
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtr

FEW = 5  # works of a kind; below, nothing is compared


class Ahead(Struct, frozen=True):
    """Works of `first` against those of `second`: with the probability `more` one has more mentions than the other.

    Ties count half; 0.5 is no difference. `chance` is that of a difference at least as large if the kind made none.
    """

    first: str
    second: str
    works_first: int
    works_second: int
    more: float
    chance: float


def ranked(counts: Mapping[str, ArrayLike]) -> list[Ahead]:
    """Compare each two kinds by the mentions of their works, (works,) each; the kind that is ahead stands first.

    It is the rank-sum test of Mann and Whitney (1947) with the variance for ties and half a step of continuity: ranks,
    since one popular work says nothing of its kind. Kinds with fewer than five known works are left out.
    """
    known = {kind: _known(values) for kind, values in sorted(counts.items())}
    kinds = [kind for kind, values in known.items() if len(values) >= FEW]
    return [_ahead(one, other, known[one], known[other]) for one, other in combinations(kinds, 2)]


def _known(values: ArrayLike) -> NDArray[np.float64]:
    counts = np.asarray(values, dtype=np.float64)
    return np.sort(counts[np.isfinite(counts) & (counts >= 0)])


def _ahead(first: str, second: str, one: NDArray[np.float64], other: NDArray[np.float64]) -> Ahead:
    below, above = np.searchsorted(other, one, "left"), np.searchsorted(other, one, "right")
    n, m = len(one), len(other)
    wins = float(np.sum(below + above)) / 2
    _, ties = np.unique(np.concatenate([one, other]), return_counts=True)
    total = n + m
    variance = n * m / 12 * (total + 1 - float(np.sum(ties**3 - ties)) / (total * (total - 1)))
    distance = max(abs(wins - n * m / 2) - 0.5, 0.0)
    chance = min(1.0, 2 * float(ndtr(-distance / sqrt(variance)))) if variance > 0 else 1.0
    if wins * 2 < n * m:
        return Ahead(second, first, m, n, 1 - wins / (n * m), chance)
    return Ahead(first, second, n, m, wins / (n * m), chance)
