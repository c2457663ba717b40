"""How those who spoke of works hang together: works come in; their voices, ties and communities go out.

Nobody who wants to be found by nobody is in it, and no feed, since feeds are no people.
"""

from collections import Counter
from collections.abc import Mapping, Sequence

from msgspec import Struct
from sqlalchemy import select

from hubbub.answers import ordered
from hubbub.answers.people import Person, Spoken, by_accounts, engaged, most_mentioned, person, rows_of, spoken
from hubbub.answers.registered import description
from hubbub.answers.view import View
from hubbub.model import Identifier
from hubbub.named import known
from hubbub.people.labels import likeliest
from hubbub.store import Store
from hubbub.store import schema as s
from hubbub.store.sql import among

MOST = 2_000  # voices, the most engaged


class Tie(Struct, frozen=True, array_like=True):
    """Two voices, by their places, and what ties them.

    `follows` is how many of the two follow the other, `passed` how often one passed the other on, and `works` how many
    works both mention, from two on, where that is among their strongest such ties; each 0 where nothing is known.
    """

    one: int
    other: int
    follows: int
    passed: int
    works: int


class Group(Struct, frozen=True):
    """A community of attention: voices that mention the same works, whether they know each other or not.

    `words` of their profiles and `works` set them apart from all others; one of fewer than ten voices has none, as that
    would tell of single people.
    """

    voices: int
    words: tuple[str, ...]
    works: tuple[tuple[Identifier, str | None], ...]


class Node(Struct, frozen=True):
    """A voice: what it most probably is, the place of its group, if it has any, and how many voices it is tied to."""

    person: Person
    kind: str
    group: int | None
    ties: int


class Network(Struct, frozen=True):
    """The voices, the most engaged first, their ties, and the groups, the largest first.

    `left_out` voices are too many to be drawn, `hidden` ones want to be named by nobody.
    """

    works: tuple[Identifier, ...]
    voices: tuple[Node, ...]
    ties: tuple[Tie, ...]
    groups: tuple[Group, ...]
    left_out: int
    hidden: int


def of_work(store: Store, identifier: Identifier) -> Network:
    """Say how those who spoke of one work hang together."""
    with View(store) as view:
        return _network(view, [identifier])


def of_shelf(store: Store, name: str) -> Network | None:
    """Say how those who spoke of the works on a shelf hang together; None if there is none."""
    with View(store) as view:
        works = view.works_on(name)
        return None if works is None else _network(view, works)


def _network(view: View, works: Sequence[Identifier]) -> Network:
    rows = rows_of(view, works)
    mentions = spoken(view, rows)
    said = by_accounts(mentions)
    speakers = view.speakers(said)
    people = {account: person(speakers[account], told) for account, told in said.items()}
    voices = {account: one for account, one in people.items() if not one.feed}
    shown = sorted(
        (account for account, one in voices.items() if not one.speaker.hidden), key=lambda one: engaged(voices[one])
    )
    places = {account: place for place, account in enumerate(shown[:MOST])}
    mentioned, names = _mentioned(view, places, mentions, rows, works)
    ties = _ties(view, places, mentions, mentioned)
    groups, of = _groups(view, [voices[account] for account in places], mentioned, names)
    tied = Counter(end for tie in ties for end in (tie.one, tie.other))
    return Network(
        works=tuple(works),
        voices=tuple(
            Node(
                voices[account],
                likeliest(voices[account].labels),
                of.get(place),
                tied[place],
            )
            for account, place in places.items()
        ),
        ties=ties,
        groups=groups,
        left_out=len(shown) - len(places),
        hidden=len(voices) - len(shown),
    )


def _mentioned(
    view: View,
    places: Mapping[int, int],
    mentions: Sequence[Spoken],
    rows: Mapping[int, int],
    works: Sequence[Identifier],
) -> tuple[list[tuple[int, int]], list[Identifier]]:
    """Place and work of all that the voices mention, and the works by their numbers: those asked about come first."""
    m = s.mention.c  # the sum keeps SQLite from looking up every pair, as of follows
    mine = among(m.account, list(places)), among(m.identifier + 0, most_mentioned(view, places.keys()))
    asked = select(m.account, m.identifier).where(*mine).distinct()
    told = [(account, row) for account, row in view.connection.execute(asked) if row not in rows]
    others = ordered.works(view, {row for _, row in told})
    number = {row: place for place, row in enumerate(others, len(works))}
    own = {(places[one.account], one.work) for one in mentions if one.account is not None and one.account in places}
    return sorted(own | {(places[account], number[row]) for account, row in told}), [*works, *others.values()]


def _ties(
    view: View, places: Mapping[int, int], mentions: Sequence[Spoken], mentioned: Sequence[tuple[int, int]]
) -> tuple[Tie, ...]:
    import numpy as np

    from hubbub.people.coupling import coupled  # scipy is loaded where networks are asked for

    f = s.follow.c
    # The sum keeps SQLite from looking up every pair of voices in the index: it reads whom they follow, and sifts.
    both = select(f.follower, f.followed).where(among(f.follower, list(places)), among(f.followed + 0, list(places)))
    pairs = [(one, other) for one, other in view.connection.execute(both) if one != other]
    follows = Counter(_pair(places[one], places[other]) for one, other in pairs)
    passed = Counter(
        _pair(places[one], places[other])
        for one, other in {one.post: (one.account, one.author) for one in mentions}.values()
        if one is not None and other is not None and one != other and one in places and other in places
    )
    columns = np.array(mentioned, np.int64).reshape(-1, 2).T
    found = coupled(columns[0], columns[1], len(places))
    alike = {
        (one, other): works
        for one, other, works in zip(found.one.tolist(), found.other.tolist(), found.works.tolist(), strict=True)
    }
    every = sorted({*follows, *passed, *alike})
    return tuple(Tie(*pair, follows[pair], passed[pair], alike.get(pair, 0)) for pair in every)


def _pair(one: int, other: int) -> tuple[int, int]:
    return (one, other) if one < other else (other, one)


def _groups(
    view: View, voices: Sequence[Person], mentioned: Sequence[tuple[int, int]], works: Sequence[Identifier]
) -> tuple[tuple[Group, ...], dict[int, int]]:
    """The communities, and the one of each place."""
    import numpy as np

    from hubbub.people.communities import find_communities

    columns = np.array(mentioned, np.int64).reshape(-1, 2).T
    bios = [one.speaker.description or "" for one in voices]
    places = [one.speaker.source for one in voices]
    found = find_communities(columns[0], columns[1], bios, places, np.random.default_rng(0)).communities
    groups = tuple(
        Group(len(one.accounts), one.words, tuple(_titled(view, works[work]) for work in one.works)) for one in found
    )
    return groups, {place: number for number, one in enumerate(found) for place in one.accounts.tolist()}


def _titled(view: View, identifier: Identifier) -> tuple[Identifier, str | None]:
    """What a work is called."""
    described = description(view.connection, known(view.connection, identifier))
    return identifier, described.title if described else None
