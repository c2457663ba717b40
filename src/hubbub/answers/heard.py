"""What is heard of a shelf: its name comes in; its mentions, who made them, the answers, and who is oneself go out."""

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from functools import cached_property
from typing import NamedTuple

from sqlalchemy import select

from hubbub import identify
from hubbub.answers import ordered
from hubbub.answers.acquainted import acquainted
from hubbub.answers.people import Person, Spoken, by_accounts, person, rows_of, spoken
from hubbub.answers.registered import description
from hubbub.answers.same import Joined, joined
from hubbub.answers.shapes import Card
from hubbub.answers.view import View
from hubbub.identify.tables import schemes
from hubbub.model import Description, Identifier
from hubbub.named import known
from hubbub.people.persons import normal
from hubbub.store import schema as s
from hubbub.store.fold import hashed
from hubbub.store.sql import among, rows
from hubbub.store.times import micros, moment

Account = tuple[str, str]  # source and key
DEEPEST = 50  # answers to answers that are followed


class Answer(NamedTuple):
    """One reply or quote: the rows of the post, of the post that it is to and of its account, and its time."""

    post: int
    to: int
    account: int | None
    posted_at: int | None


class PersonOf(NamedTuple):
    """One account that spoke of the works, and its mentions."""

    person: Person
    said: list[Spoken]


class Heard:
    """What is heard of the works on a shelf up to a moment; a simulated one's time ends with its last mention."""

    def __init__(self, view: View, shelf: Card, now: datetime, own: Collection[Account] = ()) -> None:
        self.view, self.shelf = view, shelf
        self.works = view.works_on(shelf.name) or []
        self.rows = rows_of(view, self.works)
        every = spoken(view, self.rows)
        latest = moment(max((one.posted_at for one in every if one.posted_at is not None), default=None))
        self.now = min(now, latest + timedelta(seconds=1)) if shelf.simulated and latest else now
        until = micros(self.now)
        self.mentions = [one for one in every if one.posted_at is None or one.posted_at <= until]
        self._own = set(own)

    def described(self, work: int) -> Description | None:
        """What a work on the shelf is, by its place there."""
        return description(self.view.connection, known(self.view.connection, self.works[work]))

    @cached_property
    def answers(self) -> list[Answer]:
        """All replies and quotes, and those to them, up to the moment."""
        found, asked, until = dict[tuple[int, int], Answer](), {one.post for one in self.mentions}, micros(self.now)
        fresh = set(asked)
        for _ in range(DEEPEST):
            told = [one for one in _answers(self.view, fresh) if one.posted_at is None or one.posted_at <= until]
            found.update({(one.post, one.to): one for one in told})
            fresh = {one.post for one in told} - asked
            asked |= fresh
            if not fresh:
                break
        return list(found.values())

    @cached_property
    def _said(self) -> set[int]:
        """The rows of all accounts that speak of the works, or answer."""
        said = {one.account for one in self.mentions} | {one.account for one in self.answers}
        return {row for row in said if row is not None}

    @cached_property
    def own(self) -> set[int]:
        """The rows of the accounts that are one's own: those given, and those whose works the shelf holds."""
        speakers, owners_ = self.view.speakers(self._said), self.view.owners(self.shelf.name)
        owners, addresses = _called(owners_)
        own = {
            row
            for row in self._said
            if (one := speakers[row])
            if row in self._known
            or (one.source, one.key) in self._own
            or owners.intersection([(one.source, one.key.casefold()), (one.source, (one.handle or "").casefold())])
            or (addresses and addresses.intersection([normal(one.url or "") or "", normal(one.key) or ""]))
        }
        for owner in owners_:
            own |= self._joined.of_orcid.get(owner.value, set()) if owner.scheme == "orcid" else set()
        persons = {self.persons[row] for row in own if row in self.persons}
        return own | {row for row, person in self.persons.items() if person in persons}

    @cached_property
    def _known(self) -> set[int]:
        return acquainted(self.view.connection, self.shelf.name).own

    @cached_property
    def ours(self) -> set[int]:
        """The rows of all accounts that are one's own, also of those that were not heard here."""
        account, given = s.account.c, [hashed("account", *one) for one in self._own]
        which = among(account.hash, given) | among(account.id, [*self._known])
        found = rows(self.view.connection, select(account.id).where(which, account.key.is_not(None)))
        return self.own | {row for (row,) in found}

    @property
    def persons(self) -> dict[int, int]:
        """One account for all those that are proven to be one person's, by each of them."""
        return self._joined.persons

    @cached_property
    def _joined(self) -> Joined:
        return joined(self.view, self._said)

    @cached_property
    def people(self) -> dict[int, PersonOf]:
        """Who spoke of the works, by the rows of accounts."""
        said = by_accounts(self.mentions)
        speakers = self.view.speakers(said)
        return {row: PersonOf(person(speakers[row], said[row]), said[row]) for row in ordered.accounts(self.view, said)}


def hear(view: View, name: str, now: datetime, own: Collection[Account] = ()) -> Heard | None:
    """What is heard of a shelf; None if there is none. `own` are accounts of one's own, beside the shelf's owners."""
    shelf = view.card(name)
    return None if shelf is None else Heard(view, shelf, now, own)


def _answers(view: View, posts: Iterable[int]) -> list[Answer]:
    touch, statement, place = s.touch.c, s.assertion.c, s.assertion.alias()
    asked = (
        select(place.c.id, touch.post, place.c.account, place.c.posted_at)
        .join(s.assertion, statement.id == touch.assertion)
        .join(place, place.c.id == statement.post)
        .where(among(touch.post, list(posts)), touch.verb.in_(("replies_to", "quotes")))
        .distinct()
    )
    return [Answer(*row) for row in rows(view.connection, asked)]


def _called(owners: Iterable[Identifier]) -> tuple[set[tuple[str, str]], set[str]]:
    """How owners are called at their places, and the addresses of their pages."""
    called, addresses = set[tuple[str, str]](), set[str]()
    for owner in owners:
        called.add((owner.scheme, owner.value.casefold()))
        addresses.add(normal(page_of(owner) or "") or "")
    return called, addresses - {""}


def page_of(one: Identifier) -> str | None:
    """The address of the page of a work or an account, as far as its scheme has pages."""
    return identify.address(one) if one.scheme in schemes() else None
