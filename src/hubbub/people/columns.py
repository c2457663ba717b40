"""Columns of equal length, one row a mention: what several parts do with them."""

import numpy as np
from numpy.typing import NDArray


def check(*columns: NDArray[np.generic]) -> None:
    """Raise ValueError if the columns differ in length."""
    if len({len(column) for column in columns}) > 1:
        raise ValueError("columns differ in length")


def firsts(*columns: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Return, for sorted columns, where a row differs from the one before it; the first one does."""
    found = np.ones(len(columns[0]), bool)
    found[1:] = np.logical_or.reduce([column[1:] != column[:-1] for column in columns])
    return found
