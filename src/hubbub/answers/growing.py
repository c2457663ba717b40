"""Is it growing: a shelf comes in; who came, came back and did not, what moved it, and who they are go out.

Counts are of people: feeds stand apart, and so does oneself. Accounts that are proven to be one person's count once.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import select, union

from hubbub.answers import ordered
from hubbub.answers.community import (
    Carrier,
    Circle,
    Community,
    Followers,
    Listening,
    Member,
    Month,
    Named,
    Period,
    Proportion,
    State,
    Unseen,
)
from hubbub.answers.heard import Account, Heard, hear
from hubbub.answers.listening import followers_of, listening
from hubbub.answers.mixed import mix_of
from hubbub.answers.moved import changes
from hubbub.answers.paced import paced
from hubbub.answers.people import Attention, Spoken, attention_of
from hubbub.answers.view import View
from hubbub.people.wilson import wilson
from hubbub.store import Store
from hubbub.store import schema as s
from hubbub.store.sql import among, rows
from hubbub.store.times import EPOCH, moment

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from hubbub.people.growth import Habits, Ledger, Rate

    Ints = NDArray[np.int64]

PERIOD = timedelta(weeks=13)
QUIET = int(PERIOD.total_seconds())  # for which who came more than once is at risk, or has lapsed
MONTHS = 24  # in the ledger
FEW = 5  # mentions below which there are lists and no rates


class Columns(NamedTuple):
    """The mentions that have a time, one row each: person, work, seconds since 1970."""

    account: "Ints"
    work: "Ints"
    at: "Ints"


def grow(store: Store, shelf: str, now: datetime, own: Collection[Account] = ()) -> Community | None:
    """Say who speaks of a shelf and whether they become more; `own` are accounts of one's own, by source and key."""
    with View(store) as view:
        heard = hear(view, shelf, now, own)
        return None if heard is None else _Growing(heard).community()


def listen(store: Store, shelf: str, now: datetime) -> Listening | None:
    """Say whether those who listen to the people of a shelf, and to its voices, become more."""
    with View(store) as view:
        heard = hear(view, shelf, now)
        return None if heard is None else _Growing(heard).listening()


class _Growing:
    """What is heard of a shelf, without feeds and oneself."""

    def __init__(self, heard: Heard) -> None:
        self.heard = heard
        self.people = {row: one for row, one in heard.people.items() if not one.person.feed and row not in heard.own}
        self.mentions = [mention for one in self.people.values() for mention in one.said]
        self.told = len({(one.work, one.post) for one in self.mentions}) >= FEW
        self.columns = _columns(self.mentions, heard.persons)
        self.until = _seconds(heard.now)

    @cached_property
    def followers(self) -> dict[int, Followers]:
        """The followers of voices at both ends of the period, by the rows of accounts."""
        return followers_of(self.heard.view.connection, self.people, self.heard.now - PERIOD, self.heard.now)

    def listening(self) -> Listening:
        """Whether those who listen become more."""
        return listening(self.heard, self.people, self.followers, self.heard.now - PERIOD)

    def community(self) -> Community:
        """All of it together."""
        heard, people = self.heard, self.people
        attention = attention_of(self.mentions) if self.told else None
        circles, of, steadiness = self._circles()
        months, totals = self._months()
        ledger = self._ledger(self.until - QUIET, self.until)
        checked = [one.checked_at for one in heard.view.counts(heard.rows)]
        return Community(
            shelf=heard.shelf.name,
            works=tuple(heard.works),
            simulated=heard.shelf.simulated,
            as_of=heard.now,
            checked_at=max(checked, default=None),
            mentions=len({(one.work, one.post) for one in self.mentions}),
            voices=len({heard.persons.get(row, row) for row in people}),
            accounts=len(people),
            feeds=sum(bool(one.person.feed) for one in heard.people.values()),
            hidden=sum(bool(one.person.speaker.hidden) for one in people.values()),
            unnamed=len({one.post for one in heard.mentions if one.account is None}),
            undated=len({(one.work, one.post) for one in self.mentions if one.posted_at is None}),
            own=tuple(heard.view.speakers(())[row] for row in ordered.accounts(heard.view, heard.own)),
            members=tuple(self._members(ledger, of)),
            period=self._period(ledger),
            months=months,
            totals=totals,
            listening=self.listening(),
            pace=paced(heard, PERIOD) if self.told else None,
            unseen=self._unseen() if self.told else None,
            changes=changes(heard, self.mentions, self.columns.at) if self.told else (),
            answered=self._answered() if self.told else None,
            circles=circles,
            steadiness=steadiness,
            originality=attention.originality if attention else None,
            concentration=attention.concentration if attention else None,
            carrier=_carrier(heard.view, attention) if attention else None,
            mix=mix_of(one.person.labels for one in people.values()),
        )

    def _named(self, work: int) -> Named:
        about = self.heard.described(work)
        return Named(self.heard.works[work], about.title if about else None)

    def _ledger(self, since: int, until: int) -> "Ledger":
        """Who came since a moment, and who was quiet for the 13 weeks until another."""
        from hubbub.people.growth import ledger

        return ledger(self.columns.account, self.columns.at, since, until, until - QUIET, self._habits)

    @cached_property
    def _habits(self) -> "Habits":
        from hubbub.people.growth import USUAL, fit, repeats

        try:
            return fit(repeats(self.columns.account, self.columns.at, self.until))
        except ValueError:
            return USUAL

    def _period(self, found: "Ledger") -> Period:
        returned = _proportion(found.returned) if self.told and found.returned.of else None
        passed_by = len(found.passed_by)
        return Period(
            self.heard.now - PERIOD, self.heard.now, **_numbers(found), came_once=passed_by, returned=returned
        )

    def _members(self, found: "Ledger", circle: Mapping[int, int]) -> Iterator[Member]:
        """Those who may be named, the latest first."""
        states: dict[int, State] = {}
        told: Sequence[tuple[State, Ints]] = (
            ("new", found.new),
            ("returning", found.returning),
            ("at risk", found.at_risk),
            ("lapsed", found.lapsed),
            ("came once", found.passed_by),
        )
        for state, accounts in told:
            states.update(dict.fromkeys(accounts.tolist(), state))
        together = defaultdict[int, list[int]](list)
        for row in self.people:
            together[self.heard.persons.get(row, row)].append(row)
        named = (self._member(who, accounts, states, circle) for who, accounts in together.items())
        yield from sorted(filter(None, named), key=_latest)

    def _member(
        self, who: int, accounts: Sequence[int], states: Mapping[int, State], circle: Mapping[int, int]
    ) -> Member | None:
        shown = {row: self.people[row] for row in accounts if not self.people[row].person.speaker.hidden}
        if not shown:
            return None
        said = [mention for one in shown.values() for mention in one.said]
        times = [one.posted_at for one in said if one.posted_at is not None]
        first, *others = sorted(shown, key=lambda row: (-shown[row].person.posts, -shown[row].person.amplifications))
        return Member(
            speaker=shown[first].person.speaker,
            state=states.get(who, "time unknown"),
            days=len({at // 86_400_000_000 for at in times}),
            works=len({one.work for one in said}),
            first_at=moment(min(times, default=None)),
            last_at=moment(max(times, default=None)),
            circle=circle.get(who),
            followers=self.followers.get(first),
            same=tuple(shown[row].person.speaker for row in others),
        )

    def _months(self) -> tuple[tuple[Month, ...], tuple[tuple[date, int], ...]]:
        """The ledger of the latest months, and how many voices there were by the end of each month since the first."""
        import numpy as np

        account, at = self.columns.account, self.columns.at
        if not len(at):
            return (), ()
        begins = list(_begins(EPOCH + timedelta(seconds=int(at.min())), self.heard.now))
        ends = [*map(_seconds, begins[1:]), self.until]
        order = np.argsort(at, kind="stable")
        _, first = np.unique(account[order], return_index=True)
        totals = np.searchsorted(np.sort(at[order][first]), ends).tolist()
        months = []
        for begin, end, total in [*zip(begins, ends, totals, strict=True)][-MONTHS:]:
            months.append(Month(begin.date(), **_numbers(self._ledger(_seconds(begin), end)), total=total))
        return tuple(months), tuple((begin.date(), total) for begin, total in zip(begins, totals, strict=True))

    def _unseen(self) -> Unseen:
        from hubbub.people.growth import unseen

        found = unseen(*_pairs(self.mentions, self.heard.persons))
        return Unseen(found.seen, found.estimate, found.without_top_work)

    def _answered(self) -> Proportion | None:
        """How many posts of the period that deserve an answer got one of ours within a day, at places where we are."""
        import numpy as np

        from hubbub.people.desk import answerable
        from hubbub.people.growth import first_day

        heard, since = self.heard, _seconds(self.heard.now - PERIOD)
        speakers = heard.view.speakers(heard.own)
        places = {speakers[row].source for row in heard.own}
        asked = {
            one.post: one.posted_at // 1_000_000
            for row, who in self.people.items()
            if who.person.speaker.source in places
            for one in who.said
            if one.original is None and one.posted_at is not None and one.posted_at // 1_000_000 >= since
        }
        said = heard.view.words([*asked])
        asked = {post: at for post, at in asked.items() if post in said and answerable(said[post].text or "")}
        ours = defaultdict[int, list[int]](list)
        for one in heard.answers:
            if one.account in heard.own and one.posted_at is not None:
                ours[one.to].append(one.posted_at // 1_000_000)
        answered = [min(ours[post], default=float("nan")) for post in asked]
        found = first_day(np.array([*asked.values()], np.int64), np.array(answered, np.float64), self.until)
        return _proportion(found) if found.of else None

    def _circles(self) -> tuple[tuple[Circle, ...], Mapping[int, int], float | None]:
        """Voices that belong together by the works that they share, whether or not those are on the shelf."""
        if not self.told:
            return (), {}, None
        import numpy as np

        from hubbub.people.communities import find_communities

        person_of = self.heard.persons
        firsts: dict[int, int] = {}  # of the accounts of each person
        for row in self.people:
            firsts.setdefault(person_of.get(row, row), row)
        persons = list(firsts)
        number = {who: place for place, who in enumerate(persons)}
        who, work = _pairs(self.mentions, person_of)
        others = _elsewhere(self.heard, [*self.people])
        shelved = len(self.heard.works)
        elsewhere = ordered.works(self.heard.view, {work for _, work in others})
        number_of = {work: place for place, work in enumerate(elsewhere, shelved)}
        account = [number[one] for one in who.tolist()]
        account += [number[person_of.get(row, row)] for row, _ in others]
        speakers = [self.people[row].person.speaker for row in firsts.values()]
        found = find_communities(
            np.array(account, np.int64),
            np.array([*work.tolist(), *(number_of[other] for _, other in others)], np.int64),
            ["" if one.hidden else one.description or "" for one in speakers],
            [one.source for one in speakers],
            np.random.default_rng(0),
        )
        of = {persons[one]: place for place, circle in enumerate(found.communities) for one in circle.accounts.tolist()}
        circles = tuple(
            Circle(
                len(one.accounts),
                one.words,
                tuple(self._named(work) for work in one.works if work < shelved),
                one.place,
            )
            for one in found.communities
        )
        return circles, of, found.stability


def _numbers(of: "Ledger") -> dict[str, int]:
    columns = {"voices": of.voices, "new": of.new, "returning": of.returning, "at_risk": of.at_risk}
    return {name: len(accounts) for name, accounts in (columns | {"lapsed": of.lapsed}).items()}


def _seconds(at: datetime) -> int:
    return int(at.timestamp())


def _columns(mentions: Sequence[Spoken], persons: Mapping[int, int]) -> Columns:
    import numpy as np

    dated = [
        (persons.get(one.account, one.account), one.work, one.posted_at // 1_000_000)
        for one in mentions
        if one.account is not None and one.posted_at is not None
    ]
    return Columns(*np.array(dated, np.int64).reshape(-1, 3).T)


def _pairs(mentions: Sequence[Spoken], persons: Mapping[int, int]) -> tuple["Ints", "Ints"]:
    """Who spoke of which work, each pair once."""
    import numpy as np

    said = sorted({(persons.get(one.account, one.account), one.work) for one in mentions if one.account is not None})
    account, work = np.array(said, np.int64).reshape(-1, 2).T
    return account, work


def _begins(first: datetime, now: datetime) -> Iterator[datetime]:
    """When months began, from that of the first moment to the current one."""
    at = datetime(first.year, first.month, 1, tzinfo=UTC)
    while at < now:
        yield at
        at = (at + timedelta(days=32)).replace(day=1)


def _latest(one: Member) -> tuple[float, str, str]:
    return -one.last_at.timestamp() if one.last_at else 0.0, one.speaker.source, one.speaker.key


def _proportion(of: "Rate") -> Proportion:
    return Proportion(of.hits, of.of, *wilson(of.hits, of.of))


def _elsewhere(heard: Heard, accounts: Sequence[int]) -> list[tuple[int, int]]:
    """What else accounts mention in own words or pass on: pairs of an account's row and the row of a work's name."""
    m, of, said = s.mention.c, s.touch.c, s.assertion.c
    own = select(m.account, m.identifier).where(among(m.account, accounts), m.counted)
    # Nothing leads from a post to its mentions: they are walked once, beside what the accounts passed on.
    passing = (
        select(said.account, of.post)
        .join(s.touch, of.assertion == said.id)
        .where(among(said.account, accounts), of.verb == "reposts")
        .cte("passing")
        .prefix_with("MATERIALIZED")
    )
    passed = select(passing.c.account, m.identifier).join(s.mention, m.post == passing.c.post).where(m.counted, m.own)
    found = rows(heard.view.connection, union(own, passed))
    return [(account, work) for account, work in found if work not in heard.rows]


def _carrier(view: View, found: Attention) -> Carrier | None:
    """The post that carries most of the attention, if its author wants to be named."""
    said = view.words([found.carrier]).get(found.carrier) if found.concentration is not None else None
    if said is None or (said.speaker and said.speaker.hidden):
        return None
    return Carrier(said.url, said.speaker, said.text, found.carried, found.amplifications)
