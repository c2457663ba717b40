"""Whom to suggest of those who are ranked: candidates come in; a few of them go out, of more than one kind.

A list of the best alone is soon all of one circle, all famous, and reaches the same people again and again.
"""

from collections import Counter
from collections.abc import Hashable, Sequence
from math import ceil, log1p

from msgspec import Struct

# Of the places: at most these shares to one community and to the famous; at least this share to who is early in a
# career, and one to a bridge, as long as there are others or such (own judgement).
OF_ONE, OF_FAMOUS, OF_EARLY = 0.3, 0.2, 0.2
FAMOUS = 50_000  # followers
NEW = 0.1  # how much a score gains by each power of e of new listeners


class Candidate(Struct, frozen=True):
    """What is known of an account: its score, at least 0, its community, and whom it reaches that voices do not.

    `community` is None where none is known. `early` says that it is a student or early in a career, `bridge` that it
    is tied to several communities. `fit` is how well others of its community did.
    """

    score: float
    community: Hashable | None = None
    followers: int | None = None
    early: bool = False
    bridge: bool = False
    fit: float = 1.0
    listeners: frozenset[int] = frozenset()

    @property
    def famous(self) -> bool:
        """Whether so many follow it that it answers few."""
        return (self.followers or 0) > FAMOUS


def choose(candidates: Sequence[Candidate], count: int) -> list[int]:
    """Return the places of at most `count` candidates, in the order in which they are chosen.

    Each time the one with the highest score × fit × (1 + 0.1 ln(1 + new listeners)) is taken, new being those whom
    nobody that was chosen reaches: greedy maximum coverage (Nemhauser, Wolsey & Fisher 1978), weighed by score. Caps
    give way where nobody else is left; of equals the first is taken.
    """
    left, chosen = list(range(len(candidates))), list[int]()
    reached: set[int] = set()
    while left and len(chosen) < count:
        allowed = _allowed(candidates, left, chosen, count)
        gains = {place: len(candidates[place].listeners - reached) for place in allowed}
        best = max(allowed, key=lambda place: _value(candidates[place], gains[place]))
        chosen.append(best)
        left.remove(best)
        reached |= candidates[best].listeners
    return chosen


def _value(one: Candidate, new: int) -> float:
    return one.score * one.fit * (1 + NEW * log1p(new))


def fit(done: int, unfit: int) -> float:
    """How well a community fits, by how many of it somebody engaged and found no fit: 1 if nothing is known.

    Twice the mean of a share of which nothing was known before (Laplace): 2 (done + 1) / (done + unfit + 2).
    """
    return 2 * (done + 1) / (done + unfit + 2)


def _allowed(candidates: Sequence[Candidate], left: Sequence[int], chosen: Sequence[int], count: int) -> Sequence[int]:
    """Those of whom one may be next."""
    ones = [candidates[place] for place in chosen]
    wanted = ceil(OF_EARLY * count) - sum(one.early for one in ones), 1 - any(one.bridge for one in ones)
    if max(wanted[0], 0) + wanted[1] >= count - len(chosen):  # the last places are kept for them
        kept = [
            place
            for place in left
            if (candidates[place].early and wanted[0] > 0) or (candidates[place].bridge and wanted[1])
        ]
        left = kept or left
    full = {one for one, held in Counter(one.community for one in ones).items() if held >= ceil(OF_ONE * count)}
    no_famous = sum(one.famous for one in ones) >= ceil(OF_FAMOUS * count)
    fit = [
        place
        for place in left
        if (candidates[place].community is None or candidates[place].community not in full)
        and not (no_famous and candidates[place].famous)
    ]
    return fit or left
