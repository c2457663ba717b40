"""What frames speak of by its key, a page of lines at once: bytes come in, prints of keys come out.

Frames come as the network writes them: the repository first, keys of a known length, nothing escaped. A line that looks
otherwise is read whatever it says. `MARKS` are found by the scan for hints, and only where lines are rare enough; the
posts that nearly every line speaks of are found here.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from hubbub.collect.touching import TIES, Numbers, Prints, Touches, touches_of
from hubbub.identify.hints import line_at

_QUOTE, _BACKSLASH, _SLASH = (np.uint8(ord(letter)) for letter in '"\\/')
_DIDS, _RKEYS = 32, 13  # the lengths of a name `did:plc:…` and of a post's key
_NEWS = b'"app.bsky.feed.post"'
_RKEY = b'"rkey":"'


def _word(text: bytes) -> np.unsignedinteger:
    kind = np.uint32 if len(text) == 4 else np.uint64
    return kind(int.from_bytes(text, "little"))


# One of these stands at a place that four divides wherever `feed.post/` does; its first letter tells how far on.
_WORDS = [_word(b"post"), _word(b".pos"), _word(b"d.po"), _word(b"ed.p")]
_AHEAD = np.zeros(256, np.int64)
_AHEAD[list(b"p.de")] = [4, 5, 6, 7]
_LINE, _PLC = _word(b'{"did":"'), _word(b"did:plc:")
_ONES, _HIGHS = _word(b"\x01" * 8), _word(b"\x80" * 8)
_ABOVE, _ESCAPES = _word(b"#" * 8), _word(b"\\" * 8)
Part = tuple[Numbers, Prints, Numbers]  # where a key is named, its print, and where something else is


def touches(body: bytes, marked: Sequence[Sequence[int]]) -> Touches:
    """Find the posts that lines answer, quote, pass on or like, whom they tie, and whom or what they change."""
    subjects, accounts, gone, changes = marked
    page, sure, lines, records = _Page(body), [*gone], [*accounts], list[tuple[int, str]]()
    for at in changes:
        start, end = line_at(body, at)
        if body.find(_NEWS, start, end) >= 0:
            sure.append(at)
            continue
        lines.append(at)  # a tie that ends is held under its own name, and so is who followed
        first = body.find(_RKEY, start, end) + len(_RKEY)
        key = body[first : body.find(b'"', first, end)]
        if first < len(_RKEY) or b"\\" in key or len(key) < 8:  # a print is as long
            sure.append(at)
        else:
            records.append((at, "/" + key.decode(errors="replace")))
    named, places = touches_of(records), np.array([*lines, *subjects, *subjects], np.int64)
    starts = page.starts([*lines, *subjects])
    posts = page.posts()
    who = page.dids(places, np.concatenate([starts, places[len(starts) :] - 4]), len(starts), len(lines))
    return Touches(
        np.concatenate([named.at, posts[0], who[0]]),
        np.concatenate([named.prints, posts[1], who[1]]),
        [*sure, *posts[2].tolist(), *who[2].tolist()],
    )


class _Page:
    """A page's bytes, and the eight bytes from each of them on as one number."""

    def __init__(self, body: bytes) -> None:
        self._body = body
        self._bytes = np.frombuffer(body, np.uint8)
        self._words: NDArray[np.uint64] = np.ndarray((max(len(body) - 7, 0),), "<u8", body, strides=(1,))

    def starts(self, places: Sequence[int]) -> Numbers:
        """Where the repositories of the lines that hold these places are named."""
        rfind = self._body.rfind
        return np.array([rfind(b"\n", 0, at) + 9 for at in places], np.int64)

    def posts(self) -> Part:
        """Where posts are named."""
        fours = np.frombuffer(self._body, "<u4", len(self._body) // 4)
        found, equal = np.equal(fours, _WORDS[0]), np.empty(len(fours), bool)
        for word in _WORDS[1:]:
            np.logical_or(found, np.equal(fours, word, equal), found)
        places = np.flatnonzero(found)
        slash = places * 4 + _AHEAD[fours[places] & 255]
        odd, last = slash[:0], len(self._body) - _RKEYS - 3
        if len(slash) and slash.max() > last:
            odd, slash = slash[slash > last], slash[slash <= last]
        start = slash + 1 + (self._bytes[slash] == _BACKSLASH)
        prints = self._words[start + (_RKEYS - 8)]
        is_named = self._bytes[start - 1] == _SLASH
        is_key = is_named & (self._bytes[start + _RKEYS] == _QUOTE) & _are_plain(self._words[start], prints)
        return start[is_key], prints[is_key], np.concatenate([odd, start[is_named & ~is_key]])

    def dids(self, at: Numbers, start: Numbers, own: int, lines: int) -> Part:
        """Look at the accounts that are named from `start` on; the first `own` of them are repositories."""
        fits = start + _DIDS < len(self._body)
        start = np.where(fits, start, 8)
        if len(self._body) < 8 + _DIDS:
            return at[:0], np.empty(0, np.uint64), at
        prints = self._words[start + 24]
        fits &= (self._words[start - 8] == _LINE) | (np.arange(len(start)) >= own)
        fits &= (self._words[start] == _PLC) & (self._bytes[start + _DIDS] == _QUOTE)
        fits &= _are_plain(self._words[start + 8], self._words[start + 16], prints)
        prints[lines:] ^= TIES
        return at[fits], prints[fits], at[~fits]


def _are_plain(*words: Prints) -> NDArray[np.bool]:
    """Whether there is neither a quote, nor what sorts below it, nor an escape in these bytes."""
    bad = np.uint64(0)
    for word in words:
        differs = word ^ _ESCAPES
        bad = bad | ((word - _ABOVE) & ~word) | ((differs - _ONES) & ~differs)
    plain: NDArray[np.bool] = (bad & _HIGHS) == 0
    return plain
