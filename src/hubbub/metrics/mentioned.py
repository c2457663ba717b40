"""Is a group's work mentioned at all, more often than the world's? Counts by stratum go in, indicators come out.

For venues where most works get nothing. Strata are such as field, kind and age of works.

Why MHRR and not MHq: Smolinsky, Klingenberg and Marx (2022, arXiv:2201.03492) showed that MHq, the Mantel-Haenszel
quotient of Bornmann and Haunschild, is an odds ratio that was read as a ratio of chances, and that its published
variance is wrong. MHRR is what the reading says: a weighted mean of ratios of chances over strata.
"""

from collections.abc import Sequence
from math import exp, sqrt

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray
from scipy.special import betaincinv, ndtri

WORLD = 50  # works of the world, below which a stratum says too little

Floats = NDArray[np.float64]


class Stratum(Struct, frozen=True):
    """How many of `works` of the group, and of `world_works` of the world without the group, are mentioned."""

    name: str
    mentioned: int
    works: int
    world_mentioned: int
    world_works: int


class Mentioned(Struct, frozen=True):
    """How much likelier works of the group are to be mentioned than the world's; 1 is the same.

    `emnpc` and `mnpc` are quotients of chances, `mhrr` the pooled ratio; `low` to `high` is its 90 % interval, or, if
    the group or the world has no mention, a bound on one side that holds with 95 %, and None on the other. What cannot
    be told is None. `dropped` names strata that were too small to use.
    """

    emnpc: float | None
    mnpc: float | None
    mhrr: float | None
    low: float | None
    high: float | None
    dropped: tuple[str, ...]


def indicators(strata: Sequence[Stratum]) -> Mentioned:
    """Pool strata; those with fewer than 50 works of the world, or with none of the group, are dropped.

    EMNPC = sum p_g / sum p_w and MNPC = mean p_g/p_w, p being the share that is mentioned in a stratum (Thelwall 2017,
    Scientometrics 113, 1721); MNPC cannot be told if in a stratum nothing of the world is mentioned. MHRR =
    [sum a N0/N] / [sum b N1/N] for a of N1 works of the group, b of N0 of the world, N = N0 + N1, and the variance of
    its logarithm is that of Greenland and Robins (1985, Biometrics 41, 55). ValueError for counts that cannot be.
    """
    for s in strata:
        if not (0 <= s.mentioned <= s.works and 0 <= s.world_mentioned <= s.world_works):
            raise ValueError(f"Of a stratum's works, none to all are mentioned: {s}.")
    used = [s for s in strata if s.world_works >= WORLD and s.works]
    dropped = tuple(sorted(s.name for s in strata if s not in used))
    if not used:
        return Mentioned(None, None, None, None, None, dropped)
    table = [[s.mentioned, s.works, s.world_mentioned, s.world_works] for s in used]
    a, n1, b, n0 = np.array(sorted(table), dtype=np.float64).T  # sorted: sums do not depend on the order
    group, world = a / n1, b / n0
    emnpc = float(group.sum() / world.sum()) if b.any() else None
    mnpc = float(np.mean(group / world)) if b.all() else None
    return Mentioned(emnpc, mnpc, *_pooled(a, n1, b, n0), dropped)


def _pooled(a: Floats, n1: Floats, b: Floats, n0: Floats) -> tuple[float | None, float | None, float | None]:
    """MHRR with its interval or bound; each argument has one count a stratum."""
    if not a.any() or not b.any():
        return (0.0 if b.any() else None), *_bounds(a, n1, b, n0)
    n = n0 + n1
    over, under = float(np.sum(a * n0 / n)), float(np.sum(b * n1 / n))
    variance = float(np.sum((n1 * n0 * (a + b) - a * b * n) / n**2)) / (over * under)
    reach = exp(float(ndtri(0.95)) * sqrt(max(variance, 0.0)))
    ratio = over / under
    return ratio, ratio / reach, ratio * reach


def _bounds(a: Floats, n1: Floats, b: Floats, n0: Floats) -> tuple[float | None, float | None]:
    """Bounds where one side has no mention: of both chances by Jeffreys' prior, each on 97.5 %, so together on 95 %.

    Nothing is added to counts. The world is weighted as the group is, over strata.
    """
    share = n1 / n1.sum()
    if b.any():
        at_most = betaincinv(0.5, n1.sum() + 0.5, 0.975)
        return None, float(at_most / _effective(b, n0, share, 0.025))
    if a.any():
        at_least = betaincinv(a.sum() + 0.5, (n1 - a).sum() + 0.5, 0.025)
        return float(at_least / _effective(b, n0, share, 0.975)), None
    return None, None


def _effective(b: Floats, n0: Floats, share: Floats, quantile: float) -> float:
    """A quantile of the world's chance, for as many works as the weighted strata are worth."""
    chance = float(np.sum(share * b / n0))
    works = 1 / float(np.sum(share**2 / n0))
    return float(betaincinv(chance * works + 0.5, (1 - chance) * works + 0.5, quantile))
