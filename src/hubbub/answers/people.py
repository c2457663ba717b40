"""Who spoke of works: works come in; their voices, who these are and how far they reach, go out.

Feeds stand apart, since they are venues and no people. Who wants to be found by nobody is counted and not named.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from math import isnan
from typing import Any, NamedTuple

from msgspec import Struct
from sqlalchemy import CompoundSelect, and_, func, not_, null, select, union

from hubbub.answers import ordered
from hubbub.answers.mixed import Mix, mix_of
from hubbub.answers.reaching import Audiences, profile_of, reach_of
from hubbub.answers.same import Joined, joined
from hubbub.answers.shapes import Speaker
from hubbub.answers.view import View
from hubbub.model import Identifier
from hubbub.named import known
from hubbub.people.labels import Label, label
from hubbub.store import Store
from hubbub.store import schema as s
from hubbub.store.sql import among
from hubbub.store.times import moment

OTHERS = 5_000  # further works of voices that are looked at


class Person(Struct, frozen=True):
    """One account that spoke of the works or passed that on: what it probably is, and how often and when it did.

    `feed` says why it is held to be a feed. `works` counts those of the works that it spoke of.
    """

    speaker: Speaker
    labels: tuple[Label, ...]
    feed: tuple[str, ...]
    posts: int
    amplifications: int
    works: int
    first_at: datetime | None
    last_at: datetime | None


class OnePerson(Struct, frozen=True):
    """Accounts that are proven to be one person's, and by which proofs."""

    accounts: tuple[Speaker, ...]
    proofs: tuple[str, ...]


class People(Struct, frozen=True):
    """Who spoke of works: `voices` are people, the most engaged first, `feeds` stand apart.

    `persons` counts the voices with accounts that are proven to be one person's as one; `same` are those. `hidden`
    voices want to be named by nobody. `unnamed` posts are by accounts that nobody tells. `originality` is the
    share of own words among all mentions, `concentration` that of the most amplified post among all amplifications;
    None below ten mentions. `mix` is None below five voices.
    """

    works: tuple[Identifier, ...]
    voices: tuple[Person, ...]
    feeds: tuple[Person, ...]
    persons: int
    same: tuple[OnePerson, ...]
    hidden: int
    unnamed: int
    mix: Mix | None
    reach: Audiences | None
    originality: float | None
    concentration: float | None


class Spoken(NamedTuple):
    """One mention: the work's number, and the rows of the post, its account, the original and whose that is."""

    work: int
    post: int
    account: int | None
    posted_at: int | None
    original: int | None
    author: int | None


def of_work(store: Store, identifier: Identifier) -> People:
    """Say who spoke of one work."""
    with View(store) as view:
        return _people(view, [identifier])


def of_shelf(store: Store, name: str) -> People | None:
    """Say who spoke of the works on a shelf; None if there is none."""
    with View(store) as view:
        works = view.works_on(name)
        return None if works is None else _people(view, works)


def _people(view: View, works: Sequence[Identifier]) -> People:
    mentions = spoken(view, rows_of(view, works))
    by_account = by_accounts(mentions)
    speakers = view.speakers(by_account)
    people = {account: person(speakers[account], by_account[account]) for account in ordered.accounts(view, by_account)}
    shown = {account: one for account, one in people.items() if not one.speaker.hidden}
    first = sorted(shown.values(), key=engaged)
    voices = {account: one for account, one in people.items() if not one.feed}
    attention = attention_of(mentions) if mentions else None
    together = joined(view, voices)
    return People(
        works=tuple(works),
        voices=tuple(one for one in first if not one.feed),
        feeds=tuple(one for one in first if one.feed),
        persons=len({together.persons.get(account, account) for account in voices}),
        same=_same(together, {account: one.speaker for account, one in shown.items()}),
        hidden=len(people) - len(shown),
        unnamed=len({one.post for one in mentions if one.account is None}),
        mix=mix_of(one.labels for one in voices.values()),
        reach=reach_of(view, {account: one.speaker for account, one in voices.items()}),
        originality=attention.originality if attention else None,
        concentration=attention.concentration if attention else None,
    )


def _same(together: Joined, shown: Mapping[int, Speaker]) -> tuple[OnePerson, ...]:
    """Who has several accounts that may be named."""
    groups = defaultdict[int, list[Speaker]](list)
    for account, person in together.persons.items():
        if account in shown:
            groups[person].append(shown[account])
    several = ((person, accounts) for person, accounts in groups.items() if len(accounts) > 1)
    return tuple(OnePerson(tuple(accounts), tuple(together.proofs[person])) for person, accounts in several)


def rows_of(view: View, works: Sequence[Identifier]) -> dict[int, int]:
    """The rows of all names of works, and the work's number by each."""
    return {row: number for number, work in enumerate(works) for row in known(view.connection, work).rows}


def spoken(view: View, rows: Mapping[int, int]) -> list[Spoken]:
    """All mentions of works, given by the rows of their names, each post once a work, the oldest first."""
    told = (Spoken(rows[name], *one) for name, *one in view.connection.execute(_spoken([*rows])).all())
    once: dict[tuple[int, int], Spoken] = {}
    for one in sorted(told, key=_oldest):
        once.setdefault((one.work, one.post), one)
    return list(once.values())


def _oldest(one: Spoken) -> tuple[int, ...]:
    """What is of unknown time before all, and own words before what is passed on."""
    return one.posted_at or 0, one.work, one.post, one.original or 0, one.author or 0


def _spoken(works: Sequence[int]) -> CompoundSelect[Any]:
    """A row for each post that names a work in own words, or passes one on, with the original and its author."""
    mention, repost, place, original = s.mention.c, s.touch.c, s.assertion.alias(), s.assertion.alias()
    about = among(mention.identifier, works), mention.counted
    of = and_(repost.post == mention.post, repost.verb == "reposts")
    by = and_(repost.assertion == mention.assertion, repost.verb == "reposts")
    own = select(mention.identifier, mention.post, mention.account, mention.posted_at, null(), null())
    passed = (
        select(mention.identifier, place.c.id, place.c.account, place.c.posted_at, mention.post, mention.account)
        .join(s.touch, of)
        .join(s.assertion, s.assertion.c.id == repost.assertion)
        .join(place, place.c.id == s.assertion.c.post)
    )
    told = (
        select(mention.identifier, mention.post, mention.account, mention.posted_at, repost.post, original.c.account)
        .join(s.touch, by)
        .join(original, original.c.id == repost.post)
    )
    return union(
        own.where(*about, mention.own), passed.where(*about, mention.own), told.where(*about, not_(mention.own))
    )


def most_mentioned(view: View, voices: Collection[int]) -> list[int]:
    """The works, by their rows, that most of the voices mention in own words."""
    m = s.mention.c
    heard = select(m.identifier).where(among(m.account, list(voices))).group_by(m.identifier)
    most = heard.order_by(func.count(m.account.distinct()).desc(), m.identifier).limit(OTHERS)
    return list(view.connection.execute(most).scalars())


def why_a_feed(speaker: Speaker, said: Collection[Spoken]) -> tuple[str, ...]:
    """The reasons for holding an account to be a feed."""
    from hubbub.people.feeds import Seen, why_feed  # numpy is loaded where people are asked for

    flags, posts = ("bot",) if speaker.bot else (), len({one.post for one in said if one.original is None})
    passed = len({one.post for one in said if one.original is not None})
    who = {"source": speaker.source, "id": speaker.key, "handle": speaker.handle or "", "name": speaker.name or ""}
    return why_feed(Seen(**who, flags=flags, originals=posts, amplifications=passed))


def by_accounts(mentions: Sequence[Spoken]) -> dict[int, list[Spoken]]:
    """The same by who made them, as far as that is told."""
    found: dict[int, list[Spoken]] = defaultdict(list)
    for one in mentions:
        if one.account is not None:
            found[one.account].append(one)
    return found


def person(speaker: Speaker, said: Collection[Spoken]) -> Person:
    """What one account is, and how it spoke of the works."""
    posts = len({one.post for one in said if one.original is None})
    amplifications = len({one.post for one in said if one.original is not None})
    feed, works = why_a_feed(speaker, said), len({one.work for one in said})
    times = [one.posted_at for one in said if one.posted_at is not None]
    return Person(
        speaker=speaker,
        labels=label(profile_of(speaker, works, feed)),
        feed=feed,
        posts=posts,
        amplifications=amplifications,
        works=works,
        first_at=moment(min(times, default=None)),
        last_at=moment(max(times, default=None)),
    )


def engaged(one: Person) -> tuple[Any, ...]:
    """Who spoke of most of the works first, own words before what was passed on."""
    return -one.works, -one.posts, -one.amplifications, one.speaker.source, one.speaker.key


class Attention(NamedTuple):
    """How original and how concentrated attention is, None where it is not told; the post that carries most of it.

    `carried` of all `amplifications` are of that post.
    """

    originality: float | None
    concentration: float | None
    carrier: int
    carried: int
    amplifications: int


def attention_of(mentions: Sequence[Spoken]) -> Attention:
    """Measure the attention to all works together, of which there is at least one mention."""
    import numpy as np

    from hubbub.people.attention import attention

    posts = np.array([one.post for one in mentions], np.int64)
    originals = np.array([-1 if one.original is None else one.original for one in mentions], np.int64)
    found = attention(np.zeros_like(posts), posts, originals)
    originality, concentration = float(found.originality[0]), float(found.concentration[0])
    return Attention(
        None if isnan(originality) else originality,
        None if isnan(concentration) else concentration,
        int(found.carrier[0]),
        int(found.carried[0]),
        int(found.amplifications[0]),
    )
