"""The shape of growth against comparable works, apart from `growth`, which makes it: answers load it without numpy."""

from typing import Literal

from msgspec import Struct

Verdict = Literal["faster", "slower", "alike", "too little to tell"]


class Pace(Struct, frozen=True):
    """How the works grew from the 13 weeks before to the last ones, against comparable works in the same time.

    Comparable are the works in the store, of those not on the shelf, that are spoken of mostly at the same place, by
    half to twice as many voices. `before` and `now` are voices with own words of each of `works` works, added up;
    feeds are left out. `usual` is the growth of `peers` comparable works, 1 being none; `ratio` is one's own over it,
    with its 95 % bounds. All are None where no work has 30 comparable ones; `alone` works have not.
    """

    works: int
    alone: int
    peers: int
    before: int | None
    now: int | None
    usual: float | None
    ratio: float | None
    least: float | None
    most: float | None
    verdict: Verdict
