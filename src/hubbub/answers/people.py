"""Who spoke of works: works come in; their voices, who these are and how far they reach, go out.

Feeds stand apart, since they are venues and no people. Who wants to be found by nobody is counted and not named.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from msgspec import Struct
from sqlalchemy import bindparam, select, text

from hubbub.answers.shapes import Speaker
from hubbub.answers.view import View
from hubbub.model import Identifier
from hubbub.named import known
from hubbub.people.labels import Audience, Label, Profile, audience, label
from hubbub.store import Store
from hubbub.store import schema as s
from hubbub.store.sql import among
from hubbub.store.times import moment

# A row for each post that names a work in own words, or passes such a post on: `original` is then that post.
_SPOKEN = text(
    """
SELECT identifier, post, account, posted_at, NULL AS original FROM mention
WHERE identifier IN :works AND own AND counted
UNION
SELECT m.identifier, p.id, p.account, p.posted_at, m.post FROM mention m
JOIN touch t ON t.post = m.post AND t.verb = 'reposts'
JOIN assertion a ON a.id = t.assertion JOIN assertion p ON p.id = a.post
WHERE m.identifier IN :works AND m.own AND m.counted
UNION
SELECT m.identifier, m.post, m.account, m.posted_at, t.post FROM mention m
JOIN touch t ON t.assertion = m.assertion AND t.verb = 'reposts'
WHERE m.identifier IN :works AND NOT m.own AND m.counted
"""
).bindparams(bindparam("works", expanding=True))


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


class Audiences(Struct, frozen=True):
    """How many accounts follow at least one of the voices, between `least` and `most`; exactly so many if both agree.

    `total` counts each as often as it follows one. Lists of followers were read to their ends of `listed` voices, of
    `counted` only the number is known, of `partly` only some followers, so that `most` and `total` are unknown, and of
    the others nothing.
    """

    least: int
    most: int | None
    total: int | None
    listed: int
    counted: int
    partly: int


class People(Struct, frozen=True):
    """Who spoke of works: `voices` are people, the most engaged first, `feeds` stand apart.

    `hidden` voices want to be named by nobody. `unnamed` posts are by accounts that nobody tells. `originality` is the
    share of own words among all mentions, `concentration` that of the most amplified post among all amplifications;
    None below ten mentions.
    """

    works: tuple[Identifier, ...]
    voices: tuple[Person, ...]
    feeds: tuple[Person, ...]
    hidden: int
    unnamed: int
    audience: Audience
    reach: Audiences | None
    originality: float | None
    concentration: float | None


class _Spoken(NamedTuple):
    """One mention: the work's number, and the rows of the post, the account and the original."""

    work: int
    post: int
    account: int | None
    posted_at: int | None
    original: int | None


def of_work(store: Store, identifier: Identifier) -> People:
    """Say who spoke of one work."""
    with View(store) as view:
        return _people(view, [identifier])


def of_shelf(store: Store, name: str) -> People | None:
    """Say who spoke of the works on a shelf; None if there is none."""
    with View(store) as view:
        shelf = view.shelf(name)
        return None if shelf is None else _people(view, [line.identifier for line in shelf.works])


def _people(view: View, works: Sequence[Identifier]) -> People:
    spoken = _spoken(view, works)
    by_account: dict[int, list[_Spoken]] = defaultdict(list)
    for one in spoken:
        if one.account is not None:
            by_account[one.account].append(one)
    speakers = view.speakers(by_account)
    people = {account: _person(speakers[account], said) for account, said in by_account.items()}
    shown = {account: one for account, one in people.items() if not one.speaker.hidden}
    ordered = sorted(shown.values(), key=_engaged)
    voices = {account: one for account, one in people.items() if not one.feed}
    originality, concentration = _attention(spoken)
    return People(
        works=tuple(works),
        voices=tuple(one for one in ordered if not one.feed),
        feeds=tuple(one for one in ordered if one.feed),
        hidden=len(people) - len(shown),
        unnamed=len({one.post for one in spoken if one.account is None}),
        audience=audience(one.labels for one in voices.values()),
        reach=_reach(view, voices),
        originality=originality,
        concentration=concentration,
    )


def _spoken(view: View, works: Sequence[Identifier]) -> list[_Spoken]:
    """All mentions of works, each post once a work."""
    rows = {row: number for number, work in enumerate(works) for row in known(view.connection, work).rows}
    if not rows:
        return []
    found = view.connection.execute(_SPOKEN, {"works": [*rows]}).all()
    once: dict[tuple[int, int], _Spoken] = {}
    for row in found:
        one = _Spoken(rows[row.identifier], row.post, row.account, row.posted_at, row.original)
        once.setdefault((one.work, one.post), one)
    return list(once.values())


def _person(speaker: Speaker, said: Collection[_Spoken]) -> Person:
    from hubbub.people.feeds import Seen, why_feed  # numpy is loaded where people are asked for

    posts = len({one.post for one in said if one.original is None})
    amplifications = len({one.post for one in said if one.original is not None})
    who: dict[str, Any] = {"source": speaker.source, "id": speaker.key}
    who |= {"handle": speaker.handle or "", "name": speaker.name or ""}
    flags = ("bot",) if speaker.bot else ()
    feed = why_feed(Seen(**who, flags=flags, originals=posts, amplifications=amplifications))
    works = len({one.work for one in said})
    times = [one.posted_at for one in said if one.posted_at is not None]
    profile = Profile(**who, description=speaker.description or "", works=works, feed=feed)
    return Person(
        speaker=speaker,
        labels=label(profile),
        feed=feed,
        posts=posts,
        amplifications=amplifications,
        works=works,
        first_at=moment(min(times, default=None)),
        last_at=moment(max(times, default=None)),
    )


def _engaged(one: Person) -> tuple[Any, ...]:
    """Who spoke of most of the works first, own words before what was passed on."""
    return -one.works, -one.posts, -one.amplifications, one.speaker.source, one.speaker.key


def _attention(spoken: Sequence[_Spoken]) -> tuple[float | None, float | None]:
    from hubbub.people.attention import FEWEST

    if len(spoken) < FEWEST:
        return None, None
    passed: dict[int, int] = defaultdict(int)
    for one in spoken:
        if one.original is not None:
            passed[one.original] += 1
    every = sum(passed.values())
    return (len(spoken) - every) / len(spoken), max(passed.values()) / every if every else None


def _reach(view: View, voices: Mapping[int, Person]) -> Audiences | None:
    """How far the voices reach together, each follower counted once as far as lists tell."""
    from hubbub.people.reach import reach

    lists: dict[int, list[int]] = {account: [] for account in voices}
    ends = select(s.follow.c.followed, s.follow.c.follower).where(among(s.follow.c.followed, list(voices)))
    for followed, follower in view.connection.execute(ends):
        lists[followed].append(follower)
    read = s.follow_list.c
    whole = select(read.account).where(read.direction == "followers", read.whole_at.is_not(None))
    listed = set(view.connection.execute(whole.where(among(read.account, list(voices)))).scalars())
    counts = {account: one.speaker.followers for account, one in voices.items() if account not in listed}
    heard = [account for account in voices if lists[account] or account in listed or counts[account] is not None]
    if not heard:
        return None
    found = reach([lists[one] for one in heard], [max(counts.get(one) or 0, len(lists[one])) for one in heard])
    partly = sum(one not in listed and counts[one] is None for one in heard)
    most, total = (None, None) if partly else (found.most, found.total)
    return Audiences(found.least, most, total, len(listed), len(heard) - len(listed) - partly, partly)
