"""Works with voices in two periods, as growth against peers is asked about them."""

import numpy as np
from numpy.typing import NDArray

from hubbub.people.growth import Counted


def simulated(works: int, random: np.random.Generator) -> Counted:
    """Works at two places that come out at any time of both periods, or long before.

    Most voices come within days. The first place has a third of its voices in the later period, the second one thrice
    as many as before.
    """
    place = random.integers(0, 2, works)
    voices = np.minimum(random.pareto(1.15, works) + 1, 2_000).astype(np.int64)
    late = np.where(place == 0, 0.25, 0.75)
    burst = random.random(works) < 0.7  # all at once
    share = np.where(burst, random.random(works) < late, late).astype(np.float64)
    now = random.binomial(voices, share)
    return Counted(place, voices - now, now)


def picked(every: Counted, rows: NDArray[np.int64]) -> tuple[Counted, Counted]:
    """Some works, and all others."""
    rest = np.ones(len(every.place), bool)
    rest[rows] = False
    columns = (every.place, every.before, every.now)
    return Counted(*(column[rows] for column in columns)), Counted(*(column[rest] for column in columns))


def changed(own: Counted) -> bool:
    """Whether voices that come by themselves, each on its own, would have changed (95 %)."""
    before, now = int(own.before.sum()), int(own.now.sum())
    return (now - before) ** 2 > 1.96**2 * (now + before)
