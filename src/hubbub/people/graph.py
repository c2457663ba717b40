"""Who follows whom, as two columns: batches of follows come in, rows of followed accounts go out.

Accounts are numbered from 0. Row `i` of a graph holds whom account `i` follows, in ascending order, each once; so four
bytes a follow and eight an account are enough, and of a graph that lies in files only the rows that are read come to
memory. Compiled code does not check places: every number that comes from a file or a caller is checked before it is
one.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np
from numba import njit
from numpy.lib.format import open_memmap
from numpy.typing import NDArray

Accounts = NDArray[np.int32]
Places = NDArray[np.int64]
Numbers = NDArray[np.integer] | Sequence[int]
Follows = tuple[Numbers, Numbers]  # the followers, and whom each of them follows

MOST_ACCOUNTS = 2**31 - 1
_COLUMNS = ("offsets", "followed")


@dataclass(frozen=True, eq=False)
class FollowGraph:
    """Row `i` is `followed[offsets[i]:offsets[i + 1]]`: shapes (accounts + 1,) and (follows,), not to be changed."""

    offsets: Places
    followed: Accounts

    def __post_init__(self) -> None:
        """Hold plain views that cannot be written to.

        Raises:
            ValueError: The columns do not fit together.
        """
        for name, kind in (("offsets", np.int64), ("followed", np.int32)):
            column = getattr(self, name)
            if column.ndim != 1 or column.dtype != kind or not column.flags.c_contiguous:
                raise ValueError(f"{name} is not a column of {kind.__name__}")
            plain = column.view(np.ndarray)
            plain.flags.writeable = False
            object.__setattr__(self, name, plain)
        if not len(self.offsets) or self.offsets[0] or self.offsets[-1] != len(self.followed):
            raise ValueError("The rows do not make up the follows")

    @property
    def accounts(self) -> int:
        """How many accounts there are."""
        return len(self.offsets) - 1

    @classmethod
    def of(cls, batches: Collection[Follows], accounts: int) -> Self:
        """Build a graph in memory. Arguments and errors as of `write`."""
        return cls(*_rows(batches, accounts, lambda size: np.empty(size, np.int32)))

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Map the files that `write` made, of which nothing is read yet.

        Raises:
            OSError: There are no such files.
            ValueError: They are not such files, or do not fit together.
        """
        return cls(*(open_memmap(folder / f"{name}.npy", "r") for name in _COLUMNS))


def write(folder: Path, batches: Collection[Follows], accounts: int) -> None:
    """Write `offsets.npy` and `followed.npy`, whatever the number of follows with 16 bytes of memory an account.

    Batches are gone through twice, so they may be read or made as they are asked for. Who follows themselves is left
    out, what is said twice counts once, and columns that change places give each account's followers.

    Raises:
        ValueError: A number is no account's, columns differ in length, or batches differ when they are asked again.
    """
    folder.mkdir(parents=True, exist_ok=True)
    unsorted = folder / "unsorted"
    try:
        columns: Sequence[NDArray[np.generic]] = _rows(batches, accounts, lambda size: _mapped(unsorted, size))
        for name, column in zip(_COLUMNS, columns, strict=True):
            with (folder / f"{name}.part").open("wb") as file:
                np.save(file, column)
        for name in _COLUMNS:  # the old files stay whole for those who have them mapped
            (folder / f"{name}.part").replace(folder / f"{name}.npy")
    finally:
        for path in (unsorted, *(folder / f"{name}.part" for name in _COLUMNS)):
            path.unlink(missing_ok=True)


def _mapped(path: Path, size: int) -> Accounts:
    """A column in a file; an empty one needs none."""
    return np.memmap(path, np.int32, "w+", shape=size).view(np.ndarray) if size else np.empty(0, np.int32)


def _rows(batches: Collection[Follows], accounts: int, place: Callable[[int], Accounts]) -> tuple[Places, Accounts]:
    """Sort follows into rows (counting sort), and each row."""
    if not 0 <= accounts <= MOST_ACCOUNTS:
        raise ValueError(f"{accounts} accounts are not between 0 and {MOST_ACCOUNTS}")
    offsets = np.zeros(accounts + 1, np.int64)
    for batch in batches:
        _count(offsets, *_checked(batch, accounts))
    np.cumsum(offsets, out=offsets)
    followed, free = place(int(offsets[-1])), offsets[:-1].copy()
    for batch in batches:
        _place(offsets, free, followed, *_checked(batch, accounts))
    if not np.array_equal(free, offsets[1:]):
        raise ValueError("The batches were not the same the second time")
    return offsets, followed[: _settle(offsets, followed)]


def _checked(batch: Follows, accounts: int) -> tuple[Accounts, Accounts]:
    """The columns of a batch, all numbers of which are accounts."""
    follower, followed = (numbers(column, accounts) for column in batch)
    if len(follower) != len(followed):
        raise ValueError(f"{len(follower)} followers do not follow {len(followed)} accounts")
    return follower, followed


def numbers(column: Numbers, accounts: int) -> Accounts:
    """A column of accounts, each of them below `accounts`.

    Raises:
        ValueError: It is no column, holds no whole numbers, or one that is no account's.
    """
    some = np.asarray(column)
    if some.ndim != 1 or (len(some) and some.dtype.kind not in "iu"):
        raise ValueError("This is not a column of whole numbers")
    if len(some) and (some.min() < 0 or some.max() >= accounts):
        raise ValueError(f"There are accounts that are not among the {accounts}")
    return np.ascontiguousarray(some, np.int32)


@njit(cache=True, nogil=True)
def _count(offsets: Places, follower: Accounts, followed: Accounts) -> None:
    """Count each account's follows, one place on."""
    for i in range(len(follower)):
        offsets[follower[i] + 1] += follower[i] != followed[i]


@njit(cache=True, nogil=True)
def _place(offsets: Places, free: Places, column: Accounts, follower: Accounts, followed: Accounts) -> None:
    """Put each follow at its row's next free place, which is left one too far if the row is full."""
    for i in range(len(follower)):
        row = follower[i]
        if row != followed[i]:
            if free[row] < offsets[row + 1]:
                column[free[row]] = followed[i]
            free[row] += 1


@njit(cache=True, nogil=True)
def _settle(offsets: Places, column: Accounts) -> int:
    """Sort each row, move together what differs, and say how much that is."""
    kept = start = 0
    for row in range(len(offsets) - 1):
        end = offsets[row + 1]
        column[start:end].sort()
        for i in range(start, end):
            if i == start or column[i] != column[i - 1]:
                column[kept] = column[i]
                kept += 1
        offsets[row + 1] = kept
        start = end
    return kept
