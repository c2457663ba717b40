"""What frames speak of by its key, a page of lines at once: bytes come in, prints of keys come out.

Frames come as the network writes them: the repository first, keys of a known length, fields in one order. So the eight
bytes at one place of every line tell what it is, and those at another whom or what it names, with no line looked at by
itself. A line that is made otherwise is read whatever it says.
"""

import re
from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import NDArray

from hubbub.collect.touching import TIES, Excerpt, Numbers, Prints, Touches, touches_of

_QUOTE, _BACKSLASH, _SLASH, _NEWLINE = (np.uint8(ord(letter)) for letter in '"\\/\n')
_DIDS, _RKEYS = 32, 13  # the lengths of a name `did:plc:…` and of a post's key
_COMMIT = re.compile(
    rb'^\{"did": ?"(?P<did>)did:plc:[a-z2-7]{24}", ?"time_us": ?\d{16}, ?"kind": ?(?P<kind>)"commit", ?"commit": ?\{'
    rb'[^{}\n]*?"operation": ?(?P<operation>)"(?:create|update|delete)"'
    rb'[^{}\n]*?"collection": ?"(?P<collection>)app\.bsky\.',
    re.MULTILINE,
)
_OF_POST = re.compile(rb"/app\.bsky\.feed\.post/")
_OF_TIE = re.compile(rb'"subject": ?"(?=did:plc:)')
_OWN = re.compile(rb'"rkey": ?"([^"\\]{8,})"')  # a print is as long
_GONE = re.compile(rb'"active": ?false')
_NONE, _FIRST, _ITSELF = np.empty(0, np.int64), np.zeros(1, np.int64), np.uint64(0)


def _word(text: bytes) -> np.unsignedinteger:
    kind = np.uint32 if len(text) == 4 else np.uint64
    return kind(int.from_bytes(text, "little"))


# One of these stands at a place that four divides wherever `feed.post/` does; its first letter tells how far on.
_WORDS = [_word(b"post"), _word(b".pos"), _word(b"d.po"), _word(b"ed.p")]
_AHEAD = np.zeros(256, np.int64)
_AHEAD[list(b"p.de")] = [4, 5, 6, 7]
_ACCOUNTS, _IDENTITIES = _word(b'"account'), _word(b'"identit')
_CREATES, _DELETES = _word(b'"create"'), _word(b'"delete"')
# Eight bytes from here on tell the collections `app.bsky.…` apart that are collected.
_TOLD = len("app.bsky.fe")
_POST, _LIKE, _REPOST = _word(b'ed.post"'), _word(b'ed.like"'), _word(b"ed.repos")
_FOLLOW, _PROFILE = _word(b"aph.foll"), _word(b"tor.prof")
_PLC = _word(b"did:plc:")
_ONE, _BYTES, _TOP = np.uint64(1), np.uint64(0x0001020304050607), np.uint64(56)
_ONES, _HIGHS = _word(b"\x01" * 8), _word(b"\x80" * 8)
_ABOVE, _ESCAPES = _word(b"#" * 8), _word(b"\\" * 8)


def touches(body: bytes) -> Touches:
    """Find the posts that lines answer, quote, pass on or like, whom they tie, and whom or what they change."""
    page = _Page(body)
    if first := _COMMIT.search(body):
        page.sort(first)
    else:
        page.sure.append(page.starts)
    return page.touches()


class _Page:
    """A page's bytes, the eight bytes from each of them on as one number, and where its lines start and end.

    Of lines, by where they start: which are to be read whatever is held, in which people speak, and what they name.
    """

    def __init__(self, body: bytes) -> None:
        self._body = body
        self._bytes = np.frombuffer(body, np.uint8)
        self._words: Prints = np.ndarray((max(len(body) - 7, 0),), "<u8", body, strides=(1,))
        ends = _newlines(self._bytes)
        self._ends = ends if body.endswith(b"\n") else np.append(ends, len(body))
        self.starts = np.concatenate([_FIRST, self._ends[:-1] + 1])
        self.sure: list[Numbers] = []
        self._spoken: list[Numbers] = []
        self._named: list[tuple[Numbers, Prints]] = []
        self._dids: list[tuple[Numbers, Numbers, np.uint64]] = []

    def touches(self) -> Touches:
        """Put together what was found out."""
        starts = np.sort(np.concatenate([_NONE, *self._spoken]))
        excerpt = Excerpt(self._body, starts, self._ends[np.searchsorted(self._ends, starts)])
        at, prints, odd = _posts(excerpt.body)
        named = [(excerpt.starts(at), prints), *self._named, *self._repositories()]
        return Touches(
            np.concatenate([at for at, _ in named]),
            np.concatenate([prints for _, prints in named]),
            np.concatenate([excerpt.starts(odd), *self.sure]).tolist(),
            excerpt,
        )

    def sort(self, first: re.Match[bytes]) -> None:
        """Look at all lines as the first commit shows their fields to stand."""
        self._did, kind, operation = (first.start(name) - first.start() for name in ("did", "kind", "operation"))
        starts, ends = self._fitting(self.starts, self._ends, self._ends - self.starts >= operation + 8)
        operations = self._words[starts + operation]
        of = operations == _CREATES
        self._commits(starts[of], ends[of], self._creates)
        of = ~of
        starts, ends, operations = starts[of], ends[of], operations[of]
        of = operations == _DELETES
        self._commits(starts[of], ends[of], self._deletes)
        of = ~of
        self._others(starts[of], ends[of], self._words[starts[of] + kind])

    def _fitting(self, starts: Numbers, ends: Numbers, fits: NDArray[np.bool]) -> tuple[Numbers, Numbers]:
        """Take the lines that are as they should be."""
        if fits.all():
            return starts, ends
        self.sure.append(starts[~fits])
        return starts[fits], ends[fits]

    def _commits(self, starts: Numbers, ends: Numbers, read: Callable[[Numbers, Numbers, Prints], None]) -> None:
        """Tell the collections of commits; those in which it does not stand as in the first of them are odd."""
        shown = _COMMIT.match(self._body, starts[0]) if len(starts) else None
        if shown is None:
            self.sure.append(starts)
            return
        at = shown.start("collection") - shown.start()
        like = self._words[starts[0] + (at - 8)]
        starts, ends = self._fitting(starts, ends, ends - starts >= at + _TOLD + 8)
        starts, ends = self._fitting(starts, ends, self._words[starts + (at - 8)] == like)
        read(starts, ends, self._words[starts + (at + _TOLD)])

    def _creates(self, starts: Numbers, ends: Numbers, told: Prints) -> None:
        self._spoken.append(starts[told == _POST])
        of = (told == _LIKE) | (told == _REPOST)
        echoes, at, named = self._tails(starts[of], ends[of], _OF_POST, _RKEYS)
        prints = self._words[at + (_RKEYS - 8)]
        plain = _are_plain(self._words[at], prints)
        self._named.append((echoes[plain], prints[plain]))
        self._spoken += [named, echoes[~plain]]
        of = told == _FOLLOW
        ties, at, odd = self._tails(starts[of], ends[of], _OF_TIE, _DIDS)
        self.sure.append(odd)
        profiles = starts[told == _PROFILE]
        self._dids += [(ties, at, TIES), (ties, ties + self._did, TIES), (profiles, profiles + self._did, _ITSELF)]

    def _deletes(self, starts: Numbers, ends: Numbers, told: Prints) -> None:
        self.sure.append(starts[told == _POST])
        records = []
        of = (told == _LIKE) | (told == _REPOST) | (told == _FOLLOW)
        for start, end in zip(starts[of].tolist(), ends[of].tolist(), strict=True):
            if key := _OWN.search(self._body, start, end):
                records.append((start, "/" + key[1].decode(errors="replace")))
            else:
                self.sure.append(np.array([start]))
        self._named.append(touches_of(records)[:2])
        ties = starts[told == _FOLLOW]  # who followed is held under that name, and the tie under its own
        self._dids.append((ties, ties + self._did, _ITSELF))

    def _others(self, starts: Numbers, ends: Numbers, kinds: Prints) -> None:
        is_account = kinds == _ACCOUNTS
        known = is_account | (kinds == _IDENTITIES)
        self.sure.append(starts[~known])
        spans = zip(starts[is_account].tolist(), ends[is_account].tolist(), strict=True)
        self.sure.append(np.array([start for start, end in spans if _GONE.search(self._body, start, end)], np.int64))
        self._dids.append((starts[known], starts[known] + self._did, _ITSELF))

    def _tails(
        self, starts: Numbers, ends: Numbers, form: re.Pattern[bytes], size: int
    ) -> tuple[Numbers, Numbers, Numbers]:
        """Where keys stand, as far from the end as in most lines, and the lines that are made otherwise."""
        if not len(starts):
            return _NONE, _NONE, _NONE
        lengths = ends - starts
        usual = np.argmax(lengths == np.bincount(lengths).argmax())
        shown = form.search(self._body, starts[usual], ends[usual])
        tail = ends[usual] - shown.end() if shown else 0
        if tail <= size:
            return _NONE, _NONE, starts
        at = np.maximum(ends - tail, starts + 8)
        fits = (self._words[at - 8] == self._words[at[usual] - 8]) & (self._bytes[at + size] == _QUOTE)
        return (starts, at, _NONE) if fits.all() else (starts[fits], at[fits], starts[~fits])

    def _repositories(self) -> Iterator[tuple[Numbers, Prints]]:
        """The prints of the repositories that lines name, unless they are written otherwise than they read."""
        if not self._dids:
            return
        lines, places, of = zip(*self._dids, strict=True)
        starts, at = np.concatenate(lines), np.concatenate(places)
        words = [self._words[at + some] for some in range(0, _DIDS, 8)]
        plain = _are_plain(*words) & (words[0] == _PLC)
        self.sure.append(starts[~plain])
        yield starts[plain], (words[-1] ^ np.repeat(of, [len(some) for some in places]))[plain]


def _newlines(some: NDArray[np.uint8]) -> Numbers:
    """Where they are: a number made of eight bytes says where in them, as long as no two stand together."""
    found = some == _NEWLINE
    whole = len(some) & ~7
    words = found[:whole].view("<u8")
    places = np.flatnonzero(words != 0)
    within = words[places]
    if (within & (within - _ONE)).any():
        return np.flatnonzero(found)
    ends = places * 8 + ((within * _BYTES) >> _TOP).astype(np.int64)
    return np.concatenate([ends, np.flatnonzero(found[whole:]) + whole])


def _posts(body: bytes) -> tuple[Numbers, Prints, Numbers]:
    """Find where posts are named, the prints of their keys, and where something else is."""
    some = np.frombuffer(body, np.uint8)
    words: Prints = np.ndarray((max(len(body) - 7, 0),), "<u8", body, strides=(1,))
    fours = np.frombuffer(body, "<u4", len(body) // 4)
    found, equal = np.equal(fours, _WORDS[0]), np.empty(len(fours), bool)
    for word in _WORDS[1:]:
        np.logical_or(found, np.equal(fours, word, equal), found)
    places = np.flatnonzero(found)
    slash = places * 4 + _AHEAD[fours[places] & 255]
    odd, last = slash[:0], len(body) - _RKEYS - 3
    if len(slash) and slash.max() > last:
        odd, slash = slash[slash > last], slash[slash <= last]
    start = slash + 1 + (some[slash] == _BACKSLASH)
    prints = words[start + (_RKEYS - 8)]
    is_named = some[start - 1] == _SLASH
    is_key = is_named & (some[start + _RKEYS] == _QUOTE) & _are_plain(words[start], prints)
    return start[is_key], prints[is_key], np.concatenate([odd, start[is_named & ~is_key]])


def _are_plain(*words: Prints) -> NDArray[np.bool]:
    """Whether there is neither a quote, nor what sorts below it, nor an escape in these bytes."""
    bad = np.uint64(0)
    for word in words:
        differs = word ^ _ESCAPES
        bad = bad | ((word - _ABOVE) & ~word) | ((differs - _ONES) & ~differs)
    plain: NDArray[np.bool] = (bad & _HIGHS) == 0
    return plain
