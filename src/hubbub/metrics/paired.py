"""The same work in two forms, such as paper and slides: counts go in, how they compare comes out."""

from math import fsum, inf, sqrt

import numpy as np
from msgspec import Struct
from numpy.typing import ArrayLike, NDArray
from scipy.special import betainc, stdtrit

FEW = 8  # pairs; below, only signs are looked at


class Paired(Struct, frozen=True):
    """What `works` pairs say: in how many the `first`, or the `second`, form was mentioned more.

    `ratio` is the typical ratio of the first form to the second with its 90 % interval; below eight pairs these are
    None. `chance` is the probability of a difference at least as large if forms made none. `shrunken` has the ratio
    of each work, in their order, drawn towards the typical one.
    """

    works: int
    first: int
    second: int
    chance: float
    ratio: float | None = None
    low: float | None = None
    high: float | None = None
    shrunken: tuple[float, ...] = ()


def paired(first: ArrayLike, second: ArrayLike) -> Paired:
    """Compare two forms of the same works at one venue by their mentions, both of shape (works,).

    Works of which either count is unknown (NaN or negative) are left out, and so should be those too young for either.
    With eight pairs or more the ratio is exp(mean d) for d = ln((y1 + ½)/(y2 + ½)), with Student's interval. Pairs
    weigh the same: the variance of d within a work, 1/(y1 + ½) + 1/(y2 + ½), depends on d itself, so that weights by it
    pull the mean to where both forms are popular. Each work's own ratio is shrunken by the normal-normal model with
    this variance and one between works by moments (DerSimonian & Laird 1986). Below eight, it is a two-sided sign test,
    in which ties say nothing. ValueError if the shapes differ.
    """
    one, two = np.asarray(first, dtype=np.float64), np.asarray(second, dtype=np.float64)
    if one.shape != two.shape or one.ndim != 1:
        raise ValueError("Both forms need one number a work.")
    known = np.isfinite(one) & np.isfinite(two) & (one >= 0) & (two >= 0)
    one, two = one[known], two[known]
    ahead, behind = int(np.sum(one > two)), int(np.sum(one < two))
    if len(one) < FEW:
        return Paired(len(one), ahead, behind, _signs(ahead, behind))
    d, within = np.log((one + 0.5) / (two + 0.5)), 1 / (one + 0.5) + 1 / (two + 0.5)
    mean, freedom = fsum(d) / len(d), len(d) - 1
    error = sqrt(fsum((d - mean) ** 2) / freedom / len(d))
    reach = error * float(stdtrit(freedom, 0.95))
    t = mean / error if error else inf if mean else 0.0
    tail = float(betainc(freedom / 2, 0.5, freedom / (freedom + t**2)))
    order = np.lexsort((within, d))  # so that sums do not depend on that of works
    between = _between(d[order], within[order])
    shrunken = np.exp((between * d + within * mean) / (between + within))
    ratio, low, high = np.exp([mean, mean - reach, mean + reach]).tolist()
    return Paired(len(d), ahead, behind, tail, ratio, low, high, tuple(shrunken.tolist()))


def _between(d: NDArray[np.float64], within: NDArray[np.float64]) -> float:
    """The variance between works beyond what chance makes within them, by moments; not below 0."""
    w = 1 / within
    excess = float(np.sum(w * (d - np.average(d, weights=w)) ** 2)) - (len(d) - 1)
    return max(0.0, excess / float(w.sum() - (w**2).sum() / w.sum()))


def _signs(first: int, second: int) -> float:
    """The two-sided probability that chance splits the pairs so unevenly; 1 where all are ties."""
    most, pairs = max(first, second), first + second
    return min(1.0, 2 * float(betainc(most, pairs - most + 1, 0.5))) if pairs else 1.0
