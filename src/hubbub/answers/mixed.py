"""Who voices are, all together: what each probably is comes in, by how many and in which shares goes out.

It is the one reckoning of it: each voice counts once, as what it most probably is.
"""

from collections import Counter
from collections.abc import Collection, Iterable

from msgspec import Struct

from hubbub.people.labels import FEWEST, UNKNOWN, Label, likeliest

FEW = 5  # voices below which there are no shares


class Sector(Struct, frozen=True):
    """A class of voices, its share, and the bounds between which it lies with 90 % probability."""

    name: str
    voices: int
    share: float
    least: float
    most: float


class Mix(Struct, frozen=True):
    """Who the voices are, each account counted once, as what it most probably is.

    `unknown` are those that publish too little. `small` are of classes with fewer than ten voices, which are not named.
    """

    sectors: tuple[Sector, ...]
    small: Sector
    unknown: Sector


def mix_of(labelled: Iterable[tuple[Label, ...]]) -> Mix | None:
    """Say who voices are, by the labels of each; None below five voices."""
    counts = Counter(map(likeliest, labelled))
    if counts.total() < FEW:
        return None
    named = [name for name in counts if name != UNKNOWN and counts[name] >= FEWEST]
    small = [name for name in counts if name != UNKNOWN and counts[name] < FEWEST]

    def sector(name: str, of: Collection[str]) -> Sector:
        from hubbub.people.mix import share  # scipy is loaded where people are asked for

        voices = sum(counts[one] for one in of)
        # Classes that are told together are one: else what is expected of each before anything is seen would make a
        # few voices look like half of all.
        found = share(voices, counts.total(), len(named) + 2)
        return Sector(name, voices, found.share, found.least, found.most)

    sectors = sorted((sector(name, {name}) for name in named), key=lambda one: (-one.voices, one.name))
    return Mix(tuple(sectors), sector("others", small), sector(UNKNOWN, {UNKNOWN}))
