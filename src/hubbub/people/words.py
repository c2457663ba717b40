"""Phrases found in what people write: a text and a list of phrases come in, the phrases that fit go out."""

import re
from collections.abc import Iterable, Iterator
from unicodedata import combining, normalize

LONGEST = 2_000  # characters of a text that are looked at; no profile says more about its owner than that
Meaning = tuple[str, float]  # what a phrase says, and how probable it is by that alone
_WORD = re.compile(r"[^\W_]+")
_JOINED = re.compile(r"(?<=[a-z])(?=[A-Z])")


def fold(text: str) -> str:
    """Return the text as it is compared: in small letters, without accents, compatibility forms as plain ones."""
    head = text[:LONGEST]
    if head.isascii():
        return head.lower()
    return "".join(c for c in normalize("NFKD", head).casefold() if not combining(c))


def words(text: str) -> list[str]:
    """Return the folded words of a text, in order."""
    return _WORD.findall(fold(text))


def handle_words(handle: str) -> list[str]:
    """Return the words that a handle is made of: `JaneDoe_PhD` has three."""
    return words(_JOINED.sub(" ", handle[:LONGEST]).replace("_", " "))


class Phrases:
    """Phrases of whole words, each with what it stands for; the longest that begins at a word wins.

    A phrase in a script that does not part words by spaces fits anywhere in the text. A phrase right after one of
    `undone` does not hold: `former` makes a teacher none.
    """

    def __init__(self, phrases: Iterable[tuple[str, Meaning]], undone: Iterable[str]) -> None:
        self._undone = frozenset(map(fold, undone))
        self._spaced: dict[tuple[str, ...], tuple[str, list[Meaning]]] = {}
        self._unspaced: dict[str, tuple[str, list[Meaning]]] = {}
        for phrase, meaning in phrases:
            folded = fold(phrase)
            if _unspaced(folded):
                self._unspaced.setdefault(folded, (phrase, []))[1].append(meaning)
            else:
                self._spaced.setdefault(tuple(words(phrase)), (phrase, []))[1].append(meaning)
        self._longest = max(map(len, self._spaced), default=0)
        self._firsts = {key[0] for key in self._spaced}

    def find(self, found: list[str]) -> Iterator[tuple[str, Meaning]]:
        """Yield each phrase that fits the words, as it is listed, with each of its meanings."""
        at = 0
        while at < len(found):
            step = 1
            if found[at] in self._firsts:
                for length in range(min(self._longest, len(found) - at), 0, -1):
                    if hit := self._spaced.get(tuple(found[at : at + length])):
                        if not at or found[at - 1] not in self._undone:
                            yield from ((hit[0], meaning) for meaning in hit[1])
                        step = length
                        break
            at += step
        for word in found:
            if _unspaced(word):
                for key, (phrase, meanings) in self._unspaced.items():
                    if key in word:
                        yield from ((phrase, meaning) for meaning in meanings)


def _unspaced(word: str) -> bool:
    if word.isascii():
        return False
    return any("぀" <= c <= "ヿ" or "㐀" <= c <= "鿿" or "ᄀ" <= c <= "ᇿ" or "가" <= c <= "힣" for c in word)
