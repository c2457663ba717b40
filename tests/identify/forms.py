"""A pattern goes in; random strings that it is likely to match come out, fast enough for millions of them."""

import re
import string
from collections.abc import Callable
from random import Random
from re import _parser as parser  # type: ignore[attr-defined]  # the one that `re` itself uses
from typing import Any

Make = Callable[[], str]

# Each kind of letter that patterns tell apart, and some that only look like one.
ALPHABET = (
    string.ascii_letters * 2
    + string.digits * 4
    + string.punctuation
    + " \t\n\r\x00\xa0\u00adéſKİ０１．／‐–—…，。\u200b\u2029\ufeff😀\ud800"
)
_CLASSES = {"DIGIT": r"\d", "NOT_DIGIT": r"\D", "SPACE": r"\s", "NOT_SPACE": r"\S", "WORD": r"\w", "NOT_WORD": r"\W"}
_MORE = 4  # repeats beyond what a pattern asks for


def strings(pattern: str, rng: Random) -> Make:
    """Make a function that makes strings. What looks around is not heeded, so not each of them matches."""
    said: dict[int, str] = {}
    make = _sequence(parser.parse(pattern, re.ASCII | re.IGNORECASE), rng, said)

    def fresh() -> str:
        said.clear()
        return make()

    return fresh


def letters(op: Any, arg: Any) -> str:
    """The letters of the alphabet that one position of a pattern takes."""
    match str(op):
        case "LITERAL":
            return chr(arg)
        case "NOT_LITERAL":
            return ALPHABET.replace(chr(arg), "")
        case "ANY":
            return ALPHABET.replace("\n", "")
    own = "".join(chr(what) for kind, what in arg if str(kind) == "LITERAL")
    own += "".join(chr(at) for kind, what in arg if str(kind) == "RANGE" for at in (what[0], what[1]))
    negated = str(arg[0][0]) == "NEGATE"
    return "".join(letter for letter in ALPHABET + own if any(map(_takes(letter), arg)) is not negated)


def _takes(letter: str) -> Callable[[tuple[Any, Any]], bool]:
    def takes(item: tuple[Any, Any]) -> bool:
        kind, what = item
        match str(kind):
            case "LITERAL":
                return letter == chr(what)
            case "RANGE":
                return ord(letter) in range(what[0], what[1] + 1)
            case "CATEGORY":
                return re.match(_CLASSES[str(what).removeprefix("CATEGORY_")], letter, re.ASCII) is not None
        return False

    return takes


def _sequence(tree: Any, rng: Random, said: dict[int, str]) -> Make:
    makes = [_make(str(op), op, arg, rng, said) for op, arg in tree]
    return makes[0] if len(makes) == 1 else lambda: "".join([make() for make in makes])


def _make(name: str, op: Any, arg: Any, rng: Random, said: dict[int, str]) -> Make:
    match name:
        case "LITERAL" | "NOT_LITERAL" | "ANY" | "IN":
            some = letters(op, arg)
            return (lambda: some) if len(some) == 1 else lambda: some[int(rng.random() * len(some))]
        case "MAX_REPEAT" | "MIN_REPEAT" | "POSSESSIVE_REPEAT":
            least, most, inner = arg
            one = _sequence(inner, rng, said)
            span = min(int(most), least + _MORE) - least + 1
            return lambda: "".join([one() for _ in range(least + int(rng.random() * span))])
        case "SUBPATTERN":
            return _group(arg[0], _sequence(arg[3], rng, said), said)
        case "ATOMIC_GROUP":
            return _sequence(arg, rng, said)
        case "BRANCH":
            ways = [_sequence(way, rng, said) for way in arg[1]]
            return lambda: ways[int(rng.random() * len(ways))]()
        case "GROUPREF":
            return lambda: said.get(arg, "")
        case "GROUPREF_EXISTS":
            yes, no = (_sequence(way or [], rng, said) for way in arg[1:])
            return lambda: (yes if said.get(arg[0]) else no)()
    return str  # what has no width: places and what looks around


def _group(number: int | None, make: Make, said: dict[int, str]) -> Make:
    if number is None:
        return make

    def noted() -> str:
        said[number] = made = make()
        return made

    return noted
