"""How far voices reach: who they are comes in; how many follow them, what each adds, and who follows goes out.

Nobody who wants to be found by nobody is named. What no list tells is unknown, and never counted as nobody.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from msgspec import Struct
from sqlalchemy import select

from hubbub.answers import ordered
from hubbub.answers.around import columns
from hubbub.answers.shapes import Speaker
from hubbub.answers.view import View
from hubbub.people.labels import FEWEST, Profile, label, likely
from hubbub.store import schema as s
from hubbub.store.sql import among

if TYPE_CHECKING:  # numpy is loaded where people are asked for
    from hubbub.people.graph import Places

LABELLED = 10_000  # followers whose profiles are read


class Gain(Struct, frozen=True):
    """What one voice adds to the reach of those before it, of `followers` that are listed; `alone` reaches no other."""

    speaker: Speaker
    followers: int
    gain: int
    alone: int


class Within(Struct, frozen=True):
    """How many listed followers are probably one thing; `total` counts each as often as it follows a voice."""

    name: str
    accounts: int
    total: int


class Audiences(Struct, frozen=True):
    """How many accounts follow at least one of the voices, between `least` and `most`; exactly so many if both agree.

    `total` counts each as often as it follows one, and `overlap` says how often that is, at least and at most. Lists of
    followers were read to their ends of `listed` voices, of `counted` only the number is known, of `partly` only some
    followers, so that `most`, `total` and `overlap` are unknown, and of the others nothing.

    `gains` has the voices of whom followers are listed, each next one adding most to those before. `sectors` says what
    `known` of the listed followers probably are by their profiles; what fewer than ten are is not named, and of the
    `untold` nobody can say anything.
    """

    least: int
    most: int | None
    total: int | None
    listed: int
    counted: int
    partly: int
    overlap: tuple[float, float] | None = None
    gains: tuple[Gain, ...] = ()
    sectors: tuple[Within, ...] = ()
    known: int = 0
    untold: int = 0


def profile_of(speaker: Speaker, works: int = 0, feed: tuple[str, ...] = ()) -> Profile:
    """What an account publishes about itself, to be labelled."""
    return Profile(
        source=speaker.source,
        id=speaker.key,
        handle=speaker.handle or "",
        name=speaker.name or "",
        description=speaker.description or "",
        works=works,
        feed=feed,
    )


def reach_of(view: View, voices: Mapping[int, Speaker]) -> Audiences | None:
    """Say how far the voices, given by their rows, reach together; None if nothing is known of any follower."""
    from hubbub.people.reach import reach  # numpy and numba are loaded where people are asked for

    lists = _followers(view, voices)
    read = s.follow_list.c
    whole = select(read.account).where(read.direction == "followers", read.whole_at.is_not(None))
    listed = set(view.connection.execute(whole.where(among(read.account, list(voices)))).scalars())
    counts = {account: one.followers for account, one in voices.items() if account not in listed}
    heard = [account for account in voices if len(lists[account]) or account in listed or counts[account] is not None]
    if not heard:
        return None
    found = reach([lists[one] for one in heard], [max(counts.get(one) or 0, len(lists[one])) for one in heard])
    partly = sum(one not in listed and counts[one] is None for one in heard)
    sectors, known, untold = _sectors(view, [lists[one] for one in heard])
    return Audiences(
        least=found.least,
        most=None if partly else found.most,
        total=None if partly else found.total,
        listed=len(listed),
        counted=len(heard) - len(listed) - partly,
        partly=partly,
        overlap=None if partly else found.overlap,
        gains=_gains(view, voices, lists),
        sectors=sectors,
        known=known,
        untold=untold,
    )


def _followers(view: View, voices: Iterable[int]) -> "dict[int, Places]":
    import numpy as np

    lists = dict.fromkeys(voices, np.empty(0, np.int64))
    voice, follower = columns(view.connection, 1, list(lists))
    first = np.flatnonzero(np.diff(voice, prepend=-1))  # a row a voice, and its followers are side by side
    lists.update(zip(voice[first].tolist(), np.split(follower, first[1:]), strict=False))
    return lists


def _gains(view: View, voices: Mapping[int, Speaker], lists: "Mapping[int, Places]") -> tuple[Gain, ...]:
    """What each voice adds to those before it, and what would be lost without it."""
    from hubbub.people.reach import alone, greedy

    # By their order it is decided between those who add as many.
    held = ordered.accounts(view, [one for one in voices if len(lists[one])])
    followers = [lists[account] for account in held]
    lost = alone(followers).tolist()
    found = [(held[one.voice], one.gain, lost[one.voice]) for one in greedy(followers)]
    return tuple(
        Gain(voices[account], len(lists[account]), gain, only)
        for account, gain, only in found
        if not voices[account].hidden
    )


def _sectors(view: View, lists: "Sequence[Places]") -> tuple[tuple[Within, ...], int, int]:
    """What followers probably are, of how many that is known, and of how many not."""
    import numpy as np

    from hubbub.people.reach import sector_reach

    every = np.unique(np.concatenate(lists))
    table = s.account.c
    told = select(table.id).where(among(table.id, every.tolist()), table.fields != "{}").order_by(table.id)
    rows = list(view.connection.execute(told.limit(LABELLED)).scalars())
    speakers = view.speakers(rows)
    kinds = {row: kind for row in rows if (kind := probably(speakers[row]))}
    names = sorted(set(kinds.values()))
    sectors = np.full(len(every), len(names))
    sectors[np.searchsorted(every, list(kinds))] = [names.index(kind) for kind in kinds.values()]
    found = sector_reach([np.searchsorted(every, one) for one in lists], sectors)
    within = [
        Within(name, one.least, one.total) for name, one in zip(names, found, strict=False) if one.least >= FEWEST
    ]
    found_within = tuple(sorted(within, key=lambda one: (-one.accounts, one.name)))
    return found_within, len(kinds), len(every) - len(kinds)


def probably(speaker: Speaker) -> str | None:
    """What an account most probably is, by its profile; None if it says too little."""
    return next((one.name for one in likely(label(profile_of(speaker)))), None)
