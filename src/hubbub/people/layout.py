"""Where accounts stand in a picture of their network: ties come in, places go out.

Accounts push each other away and ties pull (Fruchterman & Reingold 1991, Software: Practice and Experience 21, 1129).
Every account pushes every other one, so time grows with the square of their number: it is meant for a few thousand.
"""

import numpy as np
from numba import njit
from numpy.typing import NDArray

from hubbub.people.columns import check

STEPS = 60
GOLDEN = (5**0.5 - 1) / 2
EDGE = 1.25  # of the distance at which nine of ten are; who would stand further away stands at the edge
GRAVITY = 0.6  # of what is tied to nothing, so that it does not drift away

Ints = NDArray[np.int64]
Floats = NDArray[np.float32]


def layout(one: Ints, other: Ints, weight: NDArray[np.float64], group: Ints) -> Floats:
    """Return a place for each account, shape (accounts, 2), within -1 to 1; the same for the same input.

    `one`, `other` and `weight` are columns, a row a tie. `group` has a number for each account; those of one group
    begin side by side. An account that is tied to itself is not pulled.

    Raises:
        ValueError: Columns differ in length, a tie is of an account that is not there, or a weight is no number from 0.
    """
    check(one, other, weight)
    accounts = len(group)
    if len(one) and not (min(one.min(), other.min()) >= 0 and max(one.max(), other.max()) < accounts):
        raise ValueError("a tie is of an account that is not there")
    if not (np.isfinite(weight) & (weight >= 0)).all():
        raise ValueError("a weight is no number from 0")
    place = _begin(group)
    if accounts < 2:
        return place
    apart = np.float32(1 / accounts**0.5)
    pull = np.minimum(weight, 10)
    pull /= max(1.0, 2 * float(pull.sum()) / accounts)  # else what is tied much would be one clump
    ends = one.astype(np.int64), other.astype(np.int64), pull.astype(np.float32)
    for step in range(STEPS):
        moved = _moved(place[:, 0].copy(), place[:, 1].copy(), *ends, apart)
        size = np.maximum(np.hypot(moved[:, 0], moved[:, 1]), 1e-9)[:, None]
        place += moved / size * np.minimum(size, 0.15 * (1 - step / STEPS) + 0.002)
    place -= np.median(place, axis=0)
    away = np.maximum(np.hypot(place[:, 0], place[:, 1]), 1e-9)
    edge = float(np.quantile(away, 0.9)) * EDGE
    return place / edge * np.minimum(1, edge / away)[:, None]


def _begin(group: Ints) -> Floats:
    """A disc in which each group is a slice."""
    turn = np.empty(len(group))
    turn[np.argsort(group, kind="stable")] = np.arange(len(group)) / max(len(group), 1)
    radius = np.sqrt((np.arange(1, len(group) + 1) * GOLDEN) % 1)
    return np.stack([radius * np.cos(2 * np.pi * turn), radius * np.sin(2 * np.pi * turn)], axis=1).astype(np.float32)


@njit(cache=True, nogil=True, fastmath=True)
def _moved(x: Floats, y: Floats, one: Ints, other: Ints, weight: Floats, apart: np.float32) -> Floats:
    right, up = np.zeros(len(x), np.float32), np.zeros(len(x), np.float32)
    push = apart * apart
    for i in range(len(x)):
        dx = dy = np.float32(0)
        for j in range(i):  # rows of columns, which the compiler takes eight at a time
            across, above = x[i] - x[j], y[i] - y[j]
            near = push / (across * across + above * above + np.float32(1e-6))
            across, above = across * near, above * near
            dx += across
            dy += above
            right[j] -= across
            up[j] -= above
        right[i] += dx - np.float32(GRAVITY) * x[i]
        up[i] += dy - np.float32(GRAVITY) * y[i]
    for tie in range(len(one)):
        i, j = one[tie], other[tie]
        across, above = x[i] - x[j], y[i] - y[j]
        pull = weight[tie] * np.sqrt(across * across + above * above) / apart
        right[i] -= across * pull
        up[i] -= above * pull
        right[j] += across * pull
        up[j] += above * pull
    return np.stack((right, up), axis=1)
