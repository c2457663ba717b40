"""What frames speak of by its key, a page of lines at once: bytes come in, prints of keys come out.

Each line is told by words of eight bytes, which are looked for where they stood in the line before, and in all of the
line only where they do not stand there: fields may come in any order, and those of the usual one are found at once.
Whatever is written otherwise than the network writes it makes its line one that is read whatever it says.
"""

import threading
from typing import Any

import numpy as np
from numba import njit, types
from numpy.typing import NDArray

from hubbub.collect.touching import TIES, Excerpt, Numbers, Prints, Touches

Bytes = NDArray[np.uint8]
_QUOTE, _COLON, _NEWLINE = (ord(letter) for letter in '":\n')
_SHORTEST = 48  # bytes of a line that may be a frame
# Every system's C library has one that is written for its processor: where a byte is, 0 if nowhere.
_memchr: Any = types.ExternalFunction("memchr", types.uintp(types.uintp, types.intc, types.uintp))


def _word(text: bytes) -> np.uint64:
    return np.uint64(int.from_bytes(text, "little"))


# Eight bytes at once, of which the first that ends something is told by the highest bit (Mycroft, 1987).
_ONES, _HIGHS = _word(b"\x01" * 8), _word(b"\x80" * 8)
_BEHIND_QUOTES, _BACKSLASHES = _word(b"#" * 8), _word(b"\\" * 8)
_PLACES, _ONE, _LOWEST, _LAST = _word(bytes(range(7, -1, -1))), np.uint64(1), np.uint64(7), np.uint64(56)
_DID, _KIND, _OPERATION = _word(b'{"did":"'), _word(b'"kind":"'), _word(b'ration":')
_COLLECTION, _RKEY, _RECORD = _word(b'ction":"'), _word(b'"rkey":"'), _word(b'"record"')
_SUBJECT, _ACTIVE = _word(b'bject":"'), _word(b'"active"')
# Of a value seven bytes are enough; of a collection `app.bsky.…` eight from the twelfth on.
_SEVEN = np.uint64((1 << 56) - 1)
_COMMIT, _ACCOUNT, _IDENTITY = _word(b'commit"'), _word(b"account"), _word(b"identit")
_CREATE, _DELETE = _word(b'create"'), _word(b'delete"')
_TOLD = len("app.bsky.fe")
_POST, _LIKE, _REPOST = _word(b'ed.post"'), _word(b'ed.like"'), _word(b"ed.repos")
_FOLLOW, _BLOCK = _word(b"aph.foll"), _word(b"aph.bloc")
_PROFILE, _VISIBILITY = _word(b"tor.prof"), _word(b"tor.cont")
_NAMED, _NAMED_ESCAPED = _word(b"ed.post/"), _word(b"ed.post\\")
# How far on `ed.post/` stands at least if none begins eight bytes before this letter (Horspool, 1980).
_SKIPPED = np.full(256, 8, np.uintp)
_SKIPPED[list(b"ed.post/\\")] = [7, 6, 5, 4, 3, 2, 1, 8, 8]
# Places are counted without a sign where every byte is looked at: what might be negative is checked each time.
_SEVEN_ON, _EIGHT = np.uintp(7), np.uintp(8)
_ITSELF, _READ = np.uint64(0), -1  # how a print is turned; that a line has to be read whatever is held
# Where in the line before which field stood, and how far from its end the last post was named.
_AT_KIND, _AT_OPERATION, _AT_COLLECTION, _AT_GONE, _AT_RECORD, _AT_RKEY, _AT_SUBJECT, _AT_ACTIVE, _TAIL = range(9)


class _Room(threading.local):
    """Where a page is written as long as nobody knows how much it says; kept, as fresh memory has to be cleared."""

    def __init__(self) -> None:
        self.make(0)

    def make(self, size: int) -> None:
        """Make room for all that this many bytes may say."""
        self.size = size
        self.lines, self.prints = np.empty((2, size // 8 + 2), np.int64), np.empty(size // 8 + 2, np.uint64)
        self.sure, self.spoken = np.empty((2, size // 2 + 1), np.int64), np.empty((3, size // _SHORTEST + 1), np.int64)
        self.text = np.empty(size + 1, np.uint8)


_room = _Room()


def touches(body: bytes) -> Touches:
    """Find the posts that lines answer, quote, pass on or like, whom they tie, and whom or what they change."""
    some = np.frombuffer(body, np.uint8)
    words: Prints = np.ndarray((max(len(body) - 7, 0),), "<u8", body, strides=(1,))
    if len(body) > _room.size:
        _room.make(len(body))
    lines, prints, sure, spoken, text = _room.lines, _room.prints, _room.sure, _room.spoken, _room.text
    named, read, said, size = _page(some, words, lines, prints, sure, spoken, text)
    excerpt = Excerpt(text[:size].tobytes(), spoken[:2, :said].copy(), spoken[2, :said].copy())
    return Touches(lines[:, :named].copy(), prints[:named].copy(), sure[:, :read].copy(), excerpt)


@njit(cache=True, nogil=True)
def _page(
    some: Bytes, words: Prints, lines: Numbers, prints: Prints, sure: Numbers, spoken: Numbers, text: Bytes
) -> tuple[int, int, int, int]:
    """Fill in which lines name which prints, which have to be read, in which people speak, and what; say how much."""
    named = read = said = size = start = 0
    places = np.zeros(9, np.int64)
    while start < len(some):
        end = _end(some, start)
        count, speaks = _READ if end > start else 0, False
        if end - start >= _SHORTEST and words[start] == _DID:
            count, speaks = _line(some, words, start, end, places, prints[named:])
        if count == _READ:
            sure[0, read], sure[1, read] = start, end
            read += 1
        else:
            for _ in range(count):
                lines[0, named], lines[1, named] = start, end
                named += 1
            if speaks:
                record = _record(words, start, end, places)
                source, target = np.uintp(record), np.uintp(size)
                for count in range(np.uintp(end - record)):
                    text[target + count] = some[source + count]
                size += end - record + 1
                text[size - 1] = _NEWLINE
                spoken[0, said], spoken[1, said], spoken[2, said] = start, end, size
                said += 1
        start = end + 1
    return named, read, said, size


@njit(cache=True, nogil=True, inline="always")
def _line(some: Bytes, words: Prints, start: int, end: int, places: Numbers, prints: Prints) -> tuple[int, bool]:
    """Fill in what a line names and say how many, or `_READ`; and whether people speak in it."""
    kind = _find(words, start, end, _KIND, places, _AT_KIND)
    value = words[kind + 8] & _SEVEN if kind >= 0 else _SEVEN
    did = start + 8
    if value == _ACCOUNT and _may_be_gone(some, _find(words, start, end, _ACTIVE, places, _AT_ACTIVE)):
        return _READ, False
    if value in (_ACCOUNT, _IDENTITY):
        return _key(some, words, did, end, _ITSELF, prints, 0), False
    operation = _find(words, start, end, _OPERATION, places, _AT_OPERATION)
    if value != _COMMIT or operation < 0 or operation + 17 > end:
        return _READ, False
    change = words[operation + 9] & _SEVEN
    # No record's hash stands before the collection of what is withdrawn.
    collection = _find(words, start, end, _COLLECTION, places, _AT_GONE if change == _DELETE else _AT_COLLECTION)
    if collection < 0:
        return _READ, False
    of = words[collection + 8 + _TOLD] if collection + 16 + _TOLD <= end else _SEVEN
    if of == _VISIBILITY:
        return _key(some, words, did, end, _ITSELF, prints, 0), False
    if of == _PROFILE:
        return 0 if change == _DELETE else _key(some, words, did, end, _ITSELF, prints, 0), False
    if of not in (_POST, _LIKE, _REPOST, _FOLLOW, _BLOCK):
        return 0, False
    if of == _POST and change == _CREATE:
        return _posts(some, words, _record(words, start, end, places), end, places, prints), True
    if change == _CREATE:
        return _echo(some, words, start, end, of, places, prints), False
    if of == _POST or change != _DELETE:
        return _READ, False
    key = _find(words, start, end, _RKEY, places, _AT_RKEY)
    count = _key(some, words, key + 8, end, _ITSELF, prints, 0) if key >= 0 else _READ
    if of in (_FOLLOW, _BLOCK):  # who followed is held by that name, and the tie by its own
        count = _key(some, words, did, end, _ITSELF, prints, count)
    return count, False


@njit(cache=True, nogil=True, inline="always")
def _echo(some: Bytes, words: Prints, start: int, end: int, of: np.uint64, places: Numbers, prints: Prints) -> int:
    """Fill in whom a line ties, or which post it passes on or likes, which most name as far from the end."""
    if of in (_FOLLOW, _BLOCK):
        count = _key(some, words, start + 8, end, TIES, prints, 0)
        subject = _find(words, start, end, _SUBJECT, places, _AT_SUBJECT)
        return _key(some, words, subject + 8, end, TIES, prints, count) if subject >= 0 else _READ
    tail = end - places[_TAIL]
    if start < tail < end and words[tail] == _NAMED:
        return _key(some, words, tail + 8, end, _ITSELF, prints, 0)
    return _posts(some, words, start, end, places, prints)


@njit(cache=True, nogil=True)
def _posts(some: Bytes, words: Prints, start: int, end: int, places: Numbers, prints: Prints) -> int:
    """Fill in all posts that are named."""
    count, place = 0, np.uintp(start)
    while place < np.uintp(end - 8):
        if words[place] == _NAMED or words[place] == _NAMED_ESCAPED:
            at = np.intp(place)
            places[_TAIL] = end - at
            count = _key(some, words, at + 8 + (words[at] == _NAMED_ESCAPED), end, _ITSELF, prints, count)
        place += _SKIPPED[some[place + _SEVEN_ON]]
    return count


@njit(cache=True, nogil=True)
def _key(some: Bytes, words: Prints, start: int, end: int, of: np.uint64, prints: Prints, count: int) -> int:
    """Fill in the print of a key behind `count` others, unless it does not read as it is written or is too short."""
    place, size = np.uintp(start), np.uintp(len(words))
    while place < size:
        word = words[place]
        slashed = word ^ _BACKSLASHES
        ends = (((word - _BEHIND_QUOTES) & ~word) | ((slashed - _ONES) & ~slashed)) & _HIGHS
        if ends:
            place += _first(ends)
            break
        place += _EIGHT
    at = np.intp(place)
    if at >= end:
        return _READ
    if count == _READ or some[at] != _QUOTE or (at - start < 8 and words[start - 8] != _NAMED):
        return _READ
    prints[count] = words[at - 8] ^ of
    return count + 1


@njit(cache=True, nogil=True)
def _first(highs: np.uint64) -> np.uintp:
    """Which byte of a word is the first whose highest bit is set."""
    return np.uintp((((highs & (~highs + _ONE)) >> _LOWEST) * _PLACES) >> _LAST)


@njit(cache=True, nogil=True)
def _find(words: Prints, start: int, end: int, word: np.uint64, places: Numbers, place: int) -> int:
    """Where a line has a word with eight bytes behind it; -1 if nowhere."""
    at = start + int(places[place])
    if at + 16 <= end and words[at] == word:
        return at
    for other in range(start, end - 15):
        if words[other] == word:
            places[place] = other - start
            return other
    return -1


@njit(cache=True, nogil=True)
def _record(words: Prints, start: int, end: int, places: Numbers) -> int:
    """Where in a line people speak."""
    return max(_find(words, start, end, _RECORD, places, _AT_RECORD), start)


@njit(cache=True, nogil=True)
def _may_be_gone(some: Bytes, active: int) -> bool:
    """Whether there is no `"active":true`."""
    return active < 0 or some[active + 8] != _COLON or some[active + 9] != ord("t")


@njit(cache=True, nogil=True)
def _end(some: Bytes, at: int) -> int:
    """Where the line ends."""
    begins = np.uintp(some.ctypes.data)
    newline = _memchr(begins + np.uintp(at), _NEWLINE, np.uintp(len(some) - at))
    return int(np.intp(newline - begins)) if newline else len(some)
