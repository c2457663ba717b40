"""What to answer today: a shelf comes in; threads in their half-life that deserve an answer go out, questions first.

Where people pile on, nothing is shown but that they do, with evidence; who took part is suggested to nobody again.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING

from msgspec import Struct

from hubbub.answers import ordered
from hubbub.answers.acquainted import acquainted
from hubbub.answers.heard import Account, Answer, Heard, hear
from hubbub.answers.shapes import Speaker, Words
from hubbub.answers.view import View
from hubbub.store import Store
from hubbub.store.fold import hashed
from hubbub.store.people import Response, responses
from hubbub.store.times import moment

if TYPE_CHECKING:
    from hubbub.people.desk import PileOn as Found
    from hubbub.people.desk import Said, Task, Thread

FEWEST = 10  # dated mentions of a work at a place, for a half-life of its own


class Deserving(Struct, frozen=True):
    """A post that deserves an answer: what it says, of when, why, and until when it is inside its half-life."""

    source: str
    post: str
    at: datetime
    until: datetime
    reasons: tuple[str, ...]
    words: Words


class Part(Struct, frozen=True):
    """One post of a pile-on, as evidence: when, by whom, in answer to which post. What it says is not kept here."""

    at: datetime
    source: str
    account: str
    post: str
    url: str | None
    answers: str
    first_time: bool


class PileOn(Struct, frozen=True):
    """Many strangers at once on one post: how many, how far above the usual, and the evidence, the latest first.

    `first_time` is the share of accounts that were never seen before, `concentration` that of the post among answers.
    """

    source: str
    post: str
    url: str | None
    accounts: int
    z: float
    first_time: float
    concentration: float
    parts: tuple[Part, ...]


class Desk(Struct, frozen=True):
    """What to answer now, as of a moment; nothing while a pile-on lasts. `own` are one's own accounts that are known.

    `half_lives` are the hours in which half of a work's mentions come, by place; elsewhere it is 16.5.
    """

    shelf: str
    simulated: bool
    as_of: datetime
    own: tuple[Speaker, ...]
    half_lives: dict[str, float]
    tasks: tuple[Deserving, ...]
    pile_on: PileOn | None


class Storm(Struct, frozen=True):
    """Who was part of any pile-on, by the hashes of their names, as if each was answered `never`; whether one lasts."""

    refused: dict[int, Response]
    lasts: bool


def desk(store: Store, shelf: str, now: datetime, own: Collection[Account] = ()) -> Desk | None:
    """Say what to answer now for the works on a shelf; None if there is none."""
    with View(store) as view:
        heard = hear(view, shelf, now, own)
        return None if heard is None else _Desk(heard).desk()


def storm(heard: Heard) -> Storm:
    """Say who was part of a pile-on on the works of a shelf, ever, and whether one lasts."""
    from hubbub.people.desk import pile_on, pile_ons

    said, speakers = _Desk(heard).said, heard.view.speakers(())
    lasting = pile_on(said, heard.now)
    found = [*pile_ons(said), *filter(None, [lasting])]
    strangers = [speakers[int(account)] for one in found for account in one.accounts]
    refused = {hashed("account", one.source, one.key): Response("never", heard.now) for one in strangers}
    return Storm(refused, lasting is not None)


class _Desk:
    """What is heard of a shelf, as threads and answers. Posts and accounts go by their rows, as text."""

    def __init__(self, heard: Heard) -> None:
        self.heard, self.view = heard, heard.view
        self._first: dict[int, int] = {}
        seen = [(one.account, one.posted_at) for one in heard.mentions]
        seen += [(one.account, one.posted_at) for one in heard.answers]
        for account, at in seen:
            if account is not None and at is not None:
                self._first[account] = min(self._first.get(account, at), at)

    def desk(self) -> Desk:
        """All of it together."""
        from hubbub.people.desk import HALF_LIFE, desk

        heard = self.heard
        hours = self._half_lives()
        half_lives = {place: timedelta(hours=half) for place, half in hours.items()}
        threads = self._threads(max([HALF_LIFE, *half_lives.values()]))
        found = desk(threads, self.said, heard.now, half_lives, self._left_out())
        said = self.view.words([int(task.thread.post) for task in found.tasks])
        named = self.view.posts([*said])
        return Desk(
            shelf=heard.shelf.name,
            simulated=heard.shelf.simulated,
            as_of=heard.now,
            own=tuple(self.view.speakers(())[row] for row in ordered.accounts(self.view, heard.own)),
            half_lives=hours,
            tasks=tuple(_deserving(task, said, named) for task in found.tasks if int(task.thread.post) in said),
            pile_on=None if found.pile_on is None else self._pile_on(found.pile_on),
        )

    @cached_property
    def said(self) -> "list[Said]":
        """All quotes and replies by others."""
        from hubbub.people.desk import Said

        return [
            Said(moment(one.posted_at), str(one.account), str(one.to), self._is_first(one))
            for one in self._others
            if one.posted_at is not None
        ]

    @cached_property
    def _others(self) -> list[Answer]:
        own = self.heard.own
        return [one for one in self.heard.answers if one.account is not None and one.account not in own]

    def _is_first(self, one: Answer) -> bool:
        return one.account is not None and self._first.get(one.account) == one.posted_at

    def _threads(self, age: timedelta) -> "list[Thread]":
        """Posts up to an age that speak of the works, and answers to such."""
        from hubbub.people.desk import Thread

        heard, since = self.heard, self.heard.now - age
        spoken = [Answer(one.post, 0, one.account, one.posted_at) for one in heard.mentions if one.original is None]
        recent = {
            one.post: one
            for one in (*spoken, *self._others)
            if one.account is not None and one.posted_at is not None and moment(one.posted_at) >= since
        }
        posts, own = {one.post for one in heard.answers if one.account in heard.own}, heard.own
        posts |= {one.post for one in heard.mentions if one.original is None and one.account in own}
        to = defaultdict[int, set[int]](set)
        for one in heard.answers:
            to[one.post].add(one.to)
        answered = {one.to for one in heard.answers if one.account in own}
        counts = Counter(one.to for one in self._others)
        said, speakers = self.view.words([*recent]), self.view.speakers(())
        handles = [f"@{speakers[row].handle}".casefold() for row in own if speakers[row].handle]
        return [
            Thread(
                source=speakers[one.account].source,
                post=str(post),
                account=str(one.account),
                at=moment(one.posted_at),
                text=(text := said[post].text or ""),
                addressed=bool(to[post] & posts) or any(handle in text.casefold() for handle in handles),
                answered=post in answered,
                first_time=self._is_first(one),
                answers=counts[post],
            )
            for post, one in recent.items()
            if one.account is not None and one.posted_at is not None and post in said
        ]

    def _left_out(self) -> set[tuple[str, str]]:
        """Oneself, feeds, who does not want it, who is blocked or muted, and who shall never be suggested."""
        connection, shelf = self.view.connection, self.heard.shelf.name
        known = acquainted(connection, shelf)
        never = {account for account, said in responses(connection, shelf).items() if said.word == "never"}
        left = set(self.heard.own)
        for row, one in self.view.speakers(one.account for one in self.heard.answers).items():
            unwanted = one.hidden or one.declines or one.bot or known.shuns(row, one)
            if unwanted or hashed("account", one.source, one.key) in never:
                left.add(row)
        left |= {row for row, one in self.heard.people.items() if one.person.feed}
        speakers = self.view.speakers(left)
        return {(speakers[row].source, str(row)) for row in left}

    def _half_lives(self) -> dict[str, float]:
        """The hours in which half of a work's mentions came, by place, where enough of a work is known."""
        import numpy as np

        from hubbub.people.growth import half_life

        times = defaultdict[tuple[str, int], list[int]](list)
        for who in self.heard.people.values():
            for one in who.said:
                if one.posted_at is not None:
                    times[who.person.speaker.source, one.work].append(one.posted_at // 1_000_000)
        halves = defaultdict[str, list[float]](list)
        for (place, _), at in times.items():
            if len(at) >= FEWEST and (hours := half_life(np.array(at, np.int64))) > 0:
                halves[place].append(hours)
        return {place: float(np.median(hours)) for place, hours in halves.items()}

    def _pile_on(self, found: "Found") -> PileOn:
        """The pile-on with its evidence: the answers of its strangers to its post."""
        strangers = set(found.accounts)
        parts = [one for one in self._others if str(one.to) == found.post and str(one.account) in strangers]
        post, speakers = int(found.post), self.view.speakers(())
        said = self.view.words([post, *(one.post for one in parts)])
        named = self.view.posts([*said])
        source, key, _ = named.get(post, ("", "", None))
        told = [
            Part(
                moment(one.posted_at),
                named[one.post][0],
                speakers[one.account].key,
                named[one.post][1],
                said[one.post].url,
                key,
                self._is_first(one),
            )
            for one in parts
            if one.account is not None and one.posted_at is not None and one.post in said
        ]
        url = said[post].url if post in said else None
        shares = (found.z, found.first_time, found.concentration)
        return PileOn(source, key, url, len(strangers), *shares, tuple(sorted(told, key=_latest)))


def _latest(one: Part) -> tuple[float, str]:
    return -one.at.timestamp(), one.post


def _deserving(task: "Task", said: Mapping[int, Words], named: Mapping[int, tuple[str, str, str | None]]) -> Deserving:
    row = int(task.thread.post)
    source, key, _ = named[row]
    return Deserving(source, key, task.thread.at, task.until, task.reasons, said[row])


EVIDENCE: Sequence[str] = Part.__struct_fields__


def evidence(found: PileOn) -> str:
    """The evidence of a pile-on as CSV, without what was said."""
    from hubbub.answers.exported import as_csv

    return as_csv(
        EVIDENCE, ([one.at.isoformat(), *(getattr(one, name) for name in EVIDENCE[1:])] for one in found.parts)
    )
