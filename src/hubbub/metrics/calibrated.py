"""Intervals that cover what they promise: how surprising the unseen was goes in, the level that holds comes out.

A model says "90 %" and is wrong, since attention has heavier tails than any simple model. So the model predicts works
of reference groups that it has not seen, and each prediction is scored by the nominal level of the narrowest central
interval that would have held the truth. The level that held for 90 % of the groups is the one that is used
(split-conformal prediction: Papadopoulos et al. 2002; Lei et al. 2018).
"""

from collections.abc import Sequence
from math import ceil

import numpy as np
from numpy.typing import NDArray


def level(scores: Sequence[float], coverage: float) -> float:
    """Return the nominal level, 0 to 1, whose intervals cover that share of what is new.

    `scores` are nominal levels, sorted. Where they are too few to promise the coverage, as fewer than nine are for
    90 %, the level is 1: an interval without ends.
    """
    rank = ceil((len(scores) + 1) * coverage)
    return scores[rank - 1] if rank <= len(scores) else 1.0


def certainty(scores: Sequence[float], probability: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return how far a model's one-sided probabilities can be trusted; any shape, each below 1.

    A probability p is the upper end of a central interval of level 2p - 1; that level covers in truth what the scores
    say. Probabilities of a half and below claim nothing and stay as they are.
    """
    covered = np.searchsorted(scores, 2 * probability - 1, side="right") / (len(scores) + 1)
    return np.where(probability > 0.5, (1 + covered) / 2, probability)


def kept(certainties: NDArray[np.float64], rate: float = 0.1) -> NDArray[np.bool_]:
    """Say which of the claims can be shown together so that, as is expected, at most `rate` of them are wrong.

    The surest are kept as long as the mean doubt of all that are kept is at most `rate`: the Bayesian false discovery
    rate (Newton et al. 2004, Biostatistics 5, 155). `certainties`: shape (claims,), the probability that each holds.
    """
    order = np.argsort(-certainties, kind="stable")
    within = np.cumsum(1 - certainties[order]) <= rate * np.arange(1, len(order) + 1)
    shown = np.zeros(len(order), dtype=bool)
    shown[order] = within
    # Claims that are equally sure are shown all or not at all, so that their order plays no part.
    return shown & ~np.isin(certainties, certainties[~shown])


def discovered(chances: NDArray[np.float64], rate: float = 0.1) -> NDArray[np.bool_]:
    """Say which differences can be shown together so that, as is expected, at most `rate` of them are none.

    `chances`: shape (differences,), of one at least as large if there were none (Benjamini & Hochberg 1995).
    """
    order = np.argsort(chances, kind="stable")
    within = np.flatnonzero(chances[order] <= rate * np.arange(1, len(order) + 1) / max(len(order), 1))
    limit = chances[order][within[-1]] if len(within) else -1.0
    return np.asarray(chances <= limit)
