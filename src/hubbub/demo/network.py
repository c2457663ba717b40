"""Who follows whom in the simulated world: its story comes in; follows, and accounts that only listen, go out.

There is no network of real scholars that may be shown, so this one is made up: who passes somebody on mostly follows
them, and listeners follow a few of their own crowd, the famous more often than the others.
"""

from collections.abc import Iterator
from functools import cache
from itertools import accumulate
from math import sqrt
from random import Random

from msgspec import Struct

from hubbub.demo.cast import Cast, Person
from hubbub.demo.story import tell

LISTENERS = 240
FOLLOWS_BACK = 0.7  # of those who pass somebody on
OWN_CROWD = 0.8  # of whom a listener follows
MOST = 8  # voices that a listener follows


class Network(Struct, frozen=True):
    """Who only listens, and pairs of who follows and whom."""

    listeners: tuple[Person, ...]
    follows: tuple[tuple[Person, Person], ...]


@cache
def network(seed: int) -> Network:
    """The network of a seed."""
    chance, story = Random(f"hubbub follows {seed}"), tell(seed)  # noqa: S311  as in the story
    left = {gone.what for gone in story.gone if isinstance(gone.what, Person)}
    voices = [who for who in dict.fromkeys(one.who for one in story.acts()) if who not in left]
    pairs = dict.fromkeys((one.who, one.of.who) for one in story.passed)
    follows = [
        (who, of) for who, of in pairs if who is not of and not {who, of} & left and chance.random() < FOLLOWS_BACK
    ]
    listeners = tuple(_listeners(chance, {who.handle for who in voices}))
    follows += [(who, of) for who in listeners for of in _heard(chance, who, voices)]
    return Network(listeners, tuple(follows))


def _listeners(chance: Random, taken: set[str]) -> Iterator[Person]:
    cast = Cast(chance)
    crowds = sorted({one.crowd for one in cast.named.values()})
    for _ in range(LISTENERS):
        if (one := cast.newcomer(chance.choice(crowds))).handle not in taken:
            yield one


def _heard(chance: Random, who: Person, voices: list[Person]) -> Iterator[Person]:
    """Whom a listener follows."""
    own = [one for one in voices if one.crowd == who.crowd] if chance.random() < OWN_CROWD else []
    among = own or voices
    fame = list(accumulate(sqrt(one.followers or 1) for one in among))
    yield from dict.fromkeys(chance.choices(among, cum_weights=fame, k=chance.randint(2, MOST)))
