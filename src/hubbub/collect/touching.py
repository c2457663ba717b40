"""Which lines of a page speak of what is held: keys come in as prints of 64 bits, a page at once; a mask comes out.

A key's print is its last eight bytes. Two keys may share one, so what looks held is read, and decided by what it says.
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from hubbub.identify.hints import lines_at

Numbers = NDArray[np.int64]
Prints = NDArray[np.uint64]
MOST = 8_000_000  # keys whose prints are remembered, in 24 bytes each at most; beyond, all counts as held
TIES = np.uint64(0x5555555555555555)  # turns an account's print into that of its being one whose ties are kept
_LEAST = 1 << 20  # bits of a table
_SPARSE = 32  # bits a key at least, so that by chance one of 256 or fewer looks held
_MIX, _MIX_AGAIN = np.uint64(0x9E3779B97F4A7C15), np.uint64(0xC2B2AE3D27D4EB4F)
_ONE, _SEVEN, _THREE = np.uint64(1), np.uint64(7), np.uint64(3)


class Excerpt:
    """Parts of lines that were taken out of a page: the lines there, and behind where the part of each ends here."""

    def __init__(self, body: bytes, lines: Numbers, behind: Numbers) -> None:
        self.body = body
        self._lines, self._behind = lines, behind

    def lines(self, places: Sequence[int]) -> dict[int, int]:
        """Where in the page the whole lines begin that hold these places of the excerpt, and where each ends."""
        return _ends(self._lines[:, np.searchsorted(self._behind, np.array(places, np.int64), "right")])


class Touches(NamedTuple):
    """The line of a page that speaks of a key, and the key's print; `sure` are lines to be read whatever.

    Lines are a row of starts over one of ends. Only in `spoken` can anybody have mentioned a work, or in all of the
    page where that is None.
    """

    lines: Numbers
    prints: Prints
    sure: Numbers
    spoken: Excerpt | None = None

    def of(self, prints: Prints) -> dict[int, int]:
        """Where the lines begin that speak of these, and where each ends."""
        return _ends(self.lines[:, np.isin(self.prints, prints)])

    def of_held(self, held: "Held") -> dict[int, int]:
        """The same for lines to be read whatever, and for those that speak of what looks held."""
        return _ends(np.concatenate((self.sure, self.lines[:, held.has(self.prints)]), axis=1))


def touches_of(body: bytes, named: Iterable[tuple[int, str]], sure: Iterable[int] = ()) -> Touches:
    """Make them of pairs, a place in a line and a key that the line speaks of, and of places in lines to be read."""
    pairs = list(named)
    return Touches(_lines(body, [at for at, _ in pairs]), prints_of([key for _, key in pairs]), _lines(body, sure))


def _lines(body: bytes, places: Iterable[int]) -> Numbers:
    return np.array(lines_at(body, places), np.int64).reshape(-1, 2).T


def _ends(lines: Numbers) -> dict[int, int]:
    starts, ends = lines.tolist()
    return dict(zip(starts, ends, strict=True))


def prints_of(keys: Sequence[str], heeded: Sequence[str] = ()) -> Prints:
    """Give the print of each key, and of each account whose ties are kept that of its being one."""
    tails = (key.encode(errors="surrogatepass")[-8:].rjust(8, b"\0") for key in (*keys, *heeded))
    prints = np.frombuffer(b"".join(tails), "<u8").astype(np.uint64)
    prints[len(keys) :] ^= TIES
    return prints


class Held:
    """A set of prints that says of a whole page at once which are in it; a few that are not may pass."""

    def __init__(self) -> None:
        self._parts: list[Prints] = []
        self._count = 0
        self._make(_LEAST)

    def _make(self, bits: int) -> None:
        self._table = np.zeros(bits >> 3, np.uint8)
        self._shift = np.uint64(64 - (bits.bit_length() - 1))

    def add(self, prints: Prints) -> None:
        """Take in prints."""
        self._count += len(prints)
        if self._count > MOST:
            self._parts.clear()
            self._table.fill(255)
            return
        self._parts.append(prints)
        if self._count * _SPARSE > len(self._table) << 3:
            self._parts = [np.unique(np.concatenate(self._parts))]
            self._count = len(self._parts[0])
            self._make(max(_LEAST, 1 << (self._count * _SPARSE * 2).bit_length()))
            prints = self._parts[0]
        for mix in (_MIX, _MIX_AGAIN):
            bit = (prints * mix) >> self._shift
            np.bitwise_or.at(self._table, bit >> _THREE, (_ONE << (bit & _SEVEN)).astype(np.uint8))

    def has(self, prints: Prints) -> Numbers:
        """Return the places in `prints` of those that are in the set, and of a few others."""
        some = np.arange(len(prints))
        for mix in (_MIX, _MIX_AGAIN):
            bit = (prints[some] * mix) >> self._shift
            some = some[(self._table[bit >> _THREE] >> (bit & _SEVEN).astype(np.uint8) & 1).astype(bool)]
        return some
