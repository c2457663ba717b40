"""How many people can be reached, each counted once: lists of followers come in, bounds and gains go out.

A list holds the numbers of a voice's followers, in any order; what is in it twice counts once. Numbers are below 2³¹,
and small ones are best: memory is up to four bytes for each up to the highest.
"""

import heapq
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from hubbub.people.graph import MOST_ACCOUNTS, Accounts, Numbers, Places, numbers

Lists = Sequence[Numbers]


class Reach(NamedTuple):
    """How many accounts follow at least one voice: exactly so many if both are the same."""

    least: int
    most: int
    total: int
    """All followers of all voices, counted as often as they follow one."""

    @property
    def overlap(self) -> tuple[float, float] | None:
        """How often a follower is counted in `total`, at least and at most; None if nobody follows."""
        return (self.total / self.most, self.total / self.least) if self.least else None


class Added(NamedTuple):
    """A voice, by its place among the lists, and how many it reaches whom none before it did."""

    voice: int
    gain: int


def reach(lists: Lists, counts: Sequence[int] | None = None) -> Reach:
    """Return the potential reach of voices. It is a ceiling of who can have seen something, not of who did.

    `counts` says how many followers each voice has; without it the lists are all of them. A list may hold some or
    none of them: those missing are at best in no other list, and at worst all in them. A voice has at least as many
    followers as its list holds.

    Raises:
        ValueError: A list holds something else than numbers of accounts, or there is not one count for each, from 0.
    """
    offsets, followers = _gather(lists)
    known = np.diff(offsets).tolist()
    every = [max(pair) for pair in zip(known, _counted(lists, counts, known), strict=True)]
    union = int(np.count_nonzero(_times(followers)))
    return Reach(max([union, *every]), union + sum(every) - sum(known), sum(every))


def sector_reach(lists: Lists, sectors: Numbers, counts: Sequence[int] | None = None) -> list[Reach]:
    """Return the reach within each sector, where `sectors` holds that of each account, from 0 on, shape (accounts,).

    Followers who are missing in lists may be of any sector or none, so they widen every interval at its upper end;
    `total` holds those in lists alone.

    Raises:
        ValueError: As of `reach`, or an account has no sector.
    """
    kinds = numbers(sectors, MOST_ACCOUNTS)
    offsets, followers = _gather(lists)
    if len(followers) and followers.max() >= len(kinds):
        raise ValueError(f"There are followers that are not among the {len(kinds)} accounts with a sector")
    known = np.diff(offsets).tolist()
    missing = sum(max(a - b, 0) for a, b in zip(_counted(lists, counts, known), known, strict=True))
    size = int(kinds.max(initial=-1)) + 1
    unions = np.bincount(kinds[np.flatnonzero(_times(followers))], minlength=size).tolist()
    totals = np.bincount(kinds[followers], minlength=size).tolist()
    return [Reach(union, union + missing, total) for union, total in zip(unions, totals, strict=True)]


def alone(lists: Lists) -> Places:
    """Return how many each voice reaches whom no other does, shape (voices,): what is lost without it.

    Raises:
        ValueError: As of `reach`.
    """
    offsets, followers = _gather(lists)
    sums = np.concatenate(([0], np.cumsum(_times(followers)[followers] == 1)))
    return np.diff(sums[offsets]).astype(np.int64)


def greedy(lists: Lists, count: int | None = None, reached: Numbers = ()) -> list[Added]:
    """Return voices in the order in which each adds most to those before it and to those `reached` already.

    It stops after `count`, or where nothing is added. No choice of as many reaches 1 / (1 - 1/e) = 1.58 times as many
    (Nemhauser, Wolsey & Fisher, 1978). Of voices that add as many the first in the lists comes first. Gains only
    fall, so a voice is looked at again only when it leads (Minoux, 1978).

    Raises:
        ValueError: As of `reach`.
    """
    offsets, followers = _gather(lists)
    there = numbers(reached, MOST_ACCOUNTS)
    seen = np.zeros(max(followers.max(initial=-1), there.max(initial=-1)) + 1, np.bool_)
    seen[there] = True
    queue = [(-int(size), voice) for voice, size in enumerate(np.diff(offsets))]
    heapq.heapify(queue)
    chosen: list[Added] = []
    while queue and (count is None or len(chosen) < count):
        _, voice = queue[0]
        row = followers[offsets[voice] : offsets[voice + 1]]
        gain = len(row) - int(np.count_nonzero(seen[row]))
        heapq.heapreplace(queue, (-gain, voice))
        if queue[0] == (-gain, voice):
            if not gain:
                break
            heapq.heappop(queue)
            seen[row] = True
            chosen.append(Added(voice, gain))
    return chosen


def _counted(lists: Lists, counts: Sequence[int] | None, known: list[int]) -> list[int]:
    """How many followers each voice is said to have."""
    told = known if counts is None else list(counts)
    if len(told) != len(lists) or any(count < 0 for count in told):
        raise ValueError(f"There is not one count from 0 on for each of {len(lists)} lists")
    return told


def _gather(lists: Lists) -> tuple[Places, Accounts]:
    """Put lists into one column, each follower of a voice once: list `i` is `followers[offsets[i]:offsets[i + 1]]`."""
    offsets = np.zeros(len(lists) + 1, np.int64)
    np.cumsum([len(one) for one in lists], out=offsets[1:])
    whole = [one for one in lists if len(one)]
    followers = numbers(np.concatenate(whole), MOST_ACCOUNTS).copy() if whole else np.empty(0, np.int32)
    last = np.zeros(followers.max(initial=-1) + 1, np.int32)
    return offsets, followers[: _once(offsets, followers, last)]


def _times(followers: Accounts) -> NDArray[np.uint8]:
    """How often each account stands there up to the highest: 0, 1, or 2 for more."""
    times = np.zeros(followers.max(initial=-1) + 1, np.uint8)
    _tell(followers, times)
    return times


@njit(cache=True, nogil=True)
def _once(offsets: Places, followers: Accounts, last: Accounts) -> int:
    """Move together what each row holds once, `last` being the row, from 1 on, in which each was seen last."""
    kept = start = 0
    for row in range(len(offsets) - 1):
        end = offsets[row + 1]
        for i in range(start, end):
            if last[followers[i]] != row + 1:
                last[followers[i]] = row + 1
                followers[kept] = followers[i]
                kept += 1
        offsets[row + 1] = kept
        start = end
    return kept


@njit(cache=True, nogil=True)
def _tell(followers: Accounts, times: NDArray[np.uint8]) -> None:
    """Count up to two."""
    for i in range(len(followers)):
        times[followers[i]] = min(times[followers[i]] + 1, 2)
