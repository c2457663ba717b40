"""A work's place among peers: counts of works and of reference works go in, percentiles and a mean indicator come out.

For numbers that most works have: readers, downloads, stars, likes. Works that the reference leaves out are compared
with works of the same field, kind and age.
"""

from collections.abc import Sequence
from math import fsum, sqrt

import numpy as np
from msgspec import Struct
from numpy.typing import ArrayLike, NDArray
from scipy.special import betaincinv, stdtrit

ENOUGH = 100  # reference works
SPARSE = 0.75  # of reference works without a mention: from there on a mean says little

Floats = NDArray[np.float64]


class Place(Struct, frozen=True):
    """Where a work stands among `works` reference works of `stratum`: mid-rank `percentile` with its 90 % interval.

    `without` is the share of reference works that have nothing. `widened`: the narrower strata were too small.
    """

    percentile: float
    low: float
    high: float
    count: float
    without: float
    stratum: str
    works: int
    widened: bool

    def __str__(self) -> str:
        if self.count == 0 and self.without:
            share = 100 * self.without if self.without == 1 else min(100 * self.without, 99.9)
            return f"one of the {share:.3g} % without a mention"
        return f"percentile {self.percentile:.0f} ({self.low:.0f} to {self.high:.0f}) of {self.works:,} works"


class Mean(Struct, frozen=True):
    """MNLCS, 1 being what the world gets, with its 90 % interval, over `works` works.

    `low` and `high` are None with one work. `dropped` names strata too small or too sparse to use.
    """

    mnlcs: float
    low: float | None
    high: float | None
    works: int
    dropped: tuple[str, ...]


def _known(counts: ArrayLike) -> Floats:
    values = np.asarray(counts, dtype=np.float64)
    return np.sort(values[np.isfinite(values) & (values >= 0)])


def percentiles(counts: ArrayLike, reference: ArrayLike) -> tuple[Floats, Floats, Floats]:
    """Return mid-rank percentiles of `counts` (any shape) among `reference` (works,), and their 90 % intervals' ends.

    P = 100 (n_less + n_equal/2)/N; the interval is that of Jeffreys' Beta(n_less + n_equal/2 + 1/2, rest + 1/2), and
    goes to the end where no reference work is below, or none above (Brown, Cai & DasGupta 2001). NaN for counts that
    are unknown or negative. ValueError if no reference work is known.
    """
    peers, values = _known(reference), np.asarray(counts, dtype=np.float64)
    if not len(peers):
        raise ValueError("There is no reference work to compare with.")
    below = (np.searchsorted(peers, values, "left") + np.searchsorted(peers, values, "right")) / 2
    shares = np.stack(ranked(below, len(peers)))
    shares[:, ~(np.isfinite(values) & (values >= 0))] = np.nan
    first, second, third = shares
    return first, second, third


def ranked(below: ArrayLike, peers: ArrayLike) -> tuple[Floats, Floats, Floats]:
    """The same of works that have so many of their `peers`, one or more, `below` them, equal ones taken half."""
    under, works = np.asarray(below, np.float64), np.asarray(peers, np.float64)
    low, high = (betaincinv(under + 0.5, works - under + 0.5, end) for end in (0.05, 0.95))
    return 100 * under / works, 100 * np.where(under, low, 0), 100 * np.where(under < works, high, 1)


def place(count: float, strata: Sequence[tuple[str, ArrayLike]]) -> Place | None:
    """Return the place of a work with `count` in the first stratum of 100 known works or more; None if there is none.

    `strata` are names and counts of reference works, from the narrowest to the widest.
    """
    if not (np.isfinite(count) and count >= 0):
        return None
    for step, (name, reference) in enumerate(strata):
        peers = _known(reference)
        if len(peers) >= ENOUGH:
            at, low, high = (float(end) for end in percentiles(count, peers))
            return Place(at, low, high, count, float(np.mean(peers == 0)), name, len(peers), step > 0)
    return None


def mnlcs(works: Sequence[tuple[str, ArrayLike, ArrayLike]]) -> Mean | None:
    """Return the mean normalised log-transformed count of works given by stratum: (name, counts, counts of the world).

    MNLCS = mean of ln(1 + y)/l, l being the world's mean of ln(1 + y) in the work's stratum (Thelwall 2017, J.
    Informetrics 11, 128). The interval is Student's, with the variance of every l added to first order, since the world
    is sampled too. Strata with fewer than 100 works of the world, or more than 75 % of them at zero, are dropped.
    None if no work remains.
    """
    ratios: list[float] = []
    doubts: list[float] = []
    dropped = []
    for name, counts, reference in works:
        world, own = np.log1p(_known(reference)), np.log1p(_known(counts))
        if len(world) < ENOUGH or np.mean(world == 0) > SPARSE:
            dropped.append(name)
            continue
        mean = float(np.mean(world))
        ratios += (own / mean).tolist()
        # By how much the sum of this stratum's ratios moves with the world's mean, squared.
        doubts.append(float((np.sum(own) / mean**2) ** 2 * np.var(world, ddof=1) / len(world)))
    n = len(ratios)
    if not n:
        return None
    mean = fsum(ratios) / n
    if n == 1:
        return Mean(mean, None, None, n, tuple(sorted(dropped)))
    error = sqrt(fsum((ratio - mean) ** 2 for ratio in ratios) / (n - 1) / n + fsum(doubts) / n**2)
    reach = float(stdtrit(n - 1, 0.95)) * error
    return Mean(mean, mean - reach, mean + reach, n, tuple(sorted(dropped)))
