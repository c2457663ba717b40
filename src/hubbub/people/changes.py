"""What moved it: weekly counts and dated happenings come in, change points with what happened near them go out.

What happened near a change is a hint, never a cause.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray
from scipy.special import gammaln

SHORTEST = 12  # weeks of a series that anything can be said of
STRETCH = 3  # weeks that a rate must last to be one
NEAR = timedelta(weeks=2)
LONGEST = 1_040  # weeks, twenty years; older ones are not looked at
SIZES = (0.2, 0.5, 1.0, 2.0, 5.0, 20.0, 1e6)  # of the negative binomial; the last is Poisson

Floats = NDArray[np.float64]


class Happening(Struct, frozen=True, order=True):
    """Something dated that may have moved attention: a post, a paper, a news story, a starter pack."""

    at: datetime
    kind: str
    title: str


class ChangePoint(Struct, frozen=True):
    """From the week that begins at `at`, mentions a week went from `before` to `after`; `near` are hints."""

    at: datetime
    before: float
    after: float
    near: tuple[Happening, ...] = ()


def change_points(
    weekly: Sequence[int], begins: datetime, happenings: Sequence[Happening] = ()
) -> tuple[ChangePoint, ...]:
    """Return where the rate of weekly counts changed, oldest first; none for series under twelve weeks.

    `begins` is when the first week began. The counts of a stretch are negative binomial with the stretch's own mean and
    one size for all, the most likely of `SIZES`; stretches are chosen by optimal partitioning (Jackson et al. 2005),
    which finds what PELT finds, with a penalty of 3 ln n a change on twice the log-likelihood; n is at least 26, as
    short series of bursts would else show changes that are none. At most three happenings are told of each, the nearest
    first, from two weeks before. Raises ValueError if a count is negative.
    """
    counts = np.asarray(weekly, np.float64)[-LONGEST:]
    begins += timedelta(weeks=max(0, len(weekly) - LONGEST))
    if counts.size and counts.min() < 0:
        raise ValueError("a count is negative")
    if len(counts) < SHORTEST:
        return ()
    _, starts = min(_partition(counts, size) for size in SIZES)
    means = [float(part.mean()) for part in np.split(counts, starts)]
    found = []
    for start, before, after in zip(starts, means, means[1:], strict=False):
        at = begins + timedelta(weeks=start)
        near = sorted(
            (one for one in happenings if at - NEAR <= one.at < at + timedelta(weeks=1)),
            key=lambda one: (abs(one.at - at), one),
        )
        found.append(ChangePoint(at, before, after, tuple(near[:3])))
    return tuple(found)


def _partition(counts: Floats, size: float) -> tuple[float, list[int]]:
    """Return the least cost of parting the series, and where the parts but the first begin."""
    weeks = len(counts)
    sums = np.r_[0.0, np.cumsum(counts)]
    penalty = 3 * np.log(max(weeks, 26))
    best, came_from = np.full(weeks + 1, np.inf), np.zeros(weeks + 1, np.int64)
    best[0] = -penalty
    for end in range(STRETCH, weeks + 1):
        start = np.arange(end - STRETCH + 1)
        length, total = end - start, sums[end] - sums[start]
        mean = total / length
        fit = total * np.log(np.where(mean > 0, mean, 1) / (mean + size)) - length * size * np.log1p(mean / size)
        cost = best[start] - 2 * fit + penalty
        came_from[end] = start[np.argmin(cost)]
        best[end] = cost.min()
    starts, end = [], weeks
    while end := int(came_from[end]):
        starts.append(end)
    known = gammaln(counts + size) - gammaln(size) - gammaln(counts + 1)
    return float(best[weeks] - 2 * known.sum()), starts[::-1]
