"""Kinds of output, and what is known of venues beforehand: words of registries and names of venues come in."""

from functools import cache
from importlib.resources import files

import msgspec
from msgspec import Struct

from hubbub.model import Category
from hubbub.reference.places import place

UNKNOWN = "unknown"
LONGEST = 40  # characters of a kind that no list knows


class Venues(Struct, frozen=True, forbid_unknown_fields=True):
    """`days` after which works are old enough, by category or venue; kinds that a venue `carries`; both by `source`."""

    source: str
    days: dict[Category | str, float]
    carries: dict[str, tuple[str, ...]]


@cache
def venues() -> Venues:
    """What is known of venues."""
    return msgspec.toml.decode(files(__package__).joinpath("venues.toml").read_bytes(), type=Venues)


def ripens(venue: str) -> float:
    """After how many days at least half of the mentions of a work have come at a venue, by rule of thumb."""
    days = venues().days
    return days.get(venue, days.get(place(venue).category, days["mentions"]))


def carries(venue: str, kind: str) -> bool:
    """Whether outputs of a kind can be mentioned at a venue at all."""
    return kind == UNKNOWN or kind in venues().carries.get(venue, (kind,))


@cache
def _kinds() -> dict[str, str]:
    told = msgspec.toml.decode(files(__package__).joinpath("outputs.toml").read_bytes(), type=dict[str, list[str]])
    return {_letters(word): kind for kind, words in told.items() for word in (kind, *words)}


def _letters(word: str) -> str:
    return "".join(filter(str.isalpha, word.lower()))


def kind_of(word: str | None) -> str:
    """The kind of output that a registry means by a word; a word that no list knows stands for itself."""
    shown = " ".join((word or "").split()).lower()[:LONGEST]
    return _kinds().get(_letters(word or ""), shown or UNKNOWN)
