"""What is not known of addresses: addresses come in, those that are due go out, verdicts are kept with their evidence.

A verdict that an address names a work is an alias beside, so that no mention of the address has to change.
"""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import Connection, exists, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from hubbub.model import Identifier
from hubbub.store import schema as s
from hubbub.store.names import Names
from hubbub.store.sql import among, rows
from hubbub.store.times import micros, moment

_Q, _M = s.question.c, s.missing.c


class Question(NamedTuple):
    """An address to look at: how often that failed in a row, and the works that somebody misses there."""

    address: Identifier
    failures: int
    missing: tuple[Identifier, ...]


class Looked(NamedTuple):
    """What is known of an address, and how; `outcome` is None while nobody has looked."""

    address: Identifier
    outcome: str | None
    method: str | None
    evidence: str | None
    certainty: float | None
    looked_at: datetime | None
    due_at: datetime | None


class Missing(NamedTuple):
    """A page that somebody says mentions a work; `outcome` is None while nobody has looked."""

    address: Identifier
    work: Identifier
    said_by: str
    said_at: datetime
    outcome: str | None


class Questions:
    """Writes questions and their answers within one write transaction."""

    def __init__(self, connection: Connection, names: Names) -> None:
        self._connection = connection
        self._names = names

    def ask(self, addresses: Iterable[int]) -> None:
        """Ask about addresses, given by their rows, that nobody has asked about before."""
        now = micros(datetime.now(UTC))
        new = [{"identifier": row, "asked_at": now, "due_at": now, "failures": 0, "rules": ""} for row in addresses]
        if new:
            self._connection.execute(upsert(s.question).on_conflict_do_nothing(), new)

    def miss(self, address: Identifier, work: Identifier, by: str, at: datetime) -> None:
        """Say that a page mentions a work, so that somebody looks at it now."""
        named = self._names.identifiers([address, work])
        row = named[address.scheme, address.value]
        told = {"said_by": by, "said_at": micros(at), "outcome": None}
        statement = upsert(s.missing).values(address=row, identifier=named[work.scheme, work.value], **told)
        self._connection.execute(statement.on_conflict_do_update(index_elements=["address", "identifier"], set_=told))
        self.ask([row])
        self._connection.execute(update(s.question).where(_Q.identifier == row).values(due_at=micros(at), failures=0))

    def find(self, address: Identifier, work: Identifier, outcome: str) -> None:
        """Keep what came of looking for a mention that somebody misses."""
        named = self._names.identifiers([address, work])
        which = _M.address == named[address.scheme, address.value], _M.identifier == named[work.scheme, work.value]
        self._connection.execute(update(s.missing).where(*which).values(outcome=outcome))

    def answer(self, question: Question, rules: str, at: datetime, again: timedelta | None, **told: Any) -> None:
        """Keep what an address is: `outcome`, `method`, `evidence`, `certainty`; it is looked at `again` then."""
        (row,) = self._names.identifiers([question.address]).values()
        failures = question.failures + 1 if told["outcome"] == "failed" else 0
        due_at = None if again is None else micros(at + again)
        values = {"rules": rules, "looked_at": micros(at), "due_at": due_at, "failures": failures, **told}
        self._connection.execute(update(s.question).where(_Q.identifier == row).values(**values))

    def renew(self, rules: str, at: datetime) -> None:
        """Ask again what other rules have found to be no work."""
        which = _Q.outcome == "none", _Q.rules != rules, or_(_Q.due_at.is_(None), _Q.due_at > micros(at))
        self._connection.execute(update(s.question).where(*which).values(due_at=micros(at)))


def due(connection: Connection, at: datetime, limit: int) -> list[Question]:
    """Questions whose time has come, the longest waiting first; not those that registries have answered meanwhile."""
    name = s.identifier.c
    is_told = exists().where(s.alias.c.other == _Q.identifier, s.alias.c.relation == "is_same_as", s.alias.c.stands)
    is_story = exists().where(s.story.c.address == name.value)
    is_missed = exists().where(_M.address == _Q.identifier, _M.outcome.is_(None))
    asked = (
        select(_Q.identifier, name.scheme, name.value, _Q.failures)
        .join(s.identifier, name.id == _Q.identifier)
        .where(_Q.due_at <= micros(at), is_missed | ~(is_told | is_story))
        .order_by(_Q.due_at, _Q.identifier)
        .limit(limit)
    )
    found = rows(connection, asked)
    missed: dict[int, list[Identifier]] = {}
    works = select(_M.address, name.scheme, name.value).join(s.identifier, name.id == _M.identifier)
    waiting = works.where(among(_M.address, [row.identifier for row in found]), _M.outcome.is_(None))
    for address, scheme, value in rows(connection, waiting):
        missed.setdefault(address, []).append(Identifier(scheme, value))
    return [
        Question(Identifier(row.scheme, row.value), row.failures, tuple(missed.get(row.identifier, ())))
        for row in found
    ]


def looked(connection: Connection, addresses: Iterable[int]) -> list[Looked]:
    """What is known of addresses, given by their rows, that were asked about."""
    name = s.identifier.c
    told = (_Q.outcome, _Q.method, _Q.evidence, _Q.certainty, _Q.looked_at, _Q.due_at)
    asked = select(name.scheme, name.value, *told).join(s.question, _Q.identifier == name.id)
    return [
        Looked(
            Identifier(row.scheme, row.value),
            row.outcome,
            row.method,
            row.evidence,
            row.certainty,
            moment(row.looked_at),
            moment(row.due_at),
        )
        for row in rows(connection, asked.where(among(_Q.identifier, list(addresses))).order_by(name.value))
    ]


def missing(connection: Connection, works: Iterable[int]) -> list[Missing]:
    """Mentions of works, given by the rows of their names, that somebody misses, the latest first."""
    page, work = s.identifier.alias().c, s.identifier.alias().c
    asked = (
        select(page.scheme, page.value, work.scheme, work.value, _M.said_by, _M.said_at, _M.outcome)
        .join_from(s.missing, page.id.table, page.id == _M.address)
        .join(work.id.table, work.id == _M.identifier)
        .where(among(_M.identifier, list(works)))
        .order_by(_M.said_at.desc(), page.value)
    )
    return [
        Missing(Identifier(*row[:2]), Identifier(*row[2:4]), row.said_by, moment(row.said_at), row.outcome)
        for row in rows(connection, asked)
    ]


def told_of(connection: Connection, address: Identifier, via: str) -> list[Identifier]:
    """Which works an address names, as one collector says."""
    page, work, table = s.identifier.alias().c, s.identifier.alias().c, s.alias.c
    asked = (
        select(work.scheme, work.value)
        .join_from(s.alias, page.id.table, page.id == table.other)
        .join(work.id.table, work.id == table.identifier)
        .join(s.source, s.source.c.id == table.via)
        .where(page.value == address.value, page.scheme == address.scheme, s.source.c.name == via, table.stands)
    )
    return [Identifier(*row) for row in rows(connection, asked)]


def outcomes(connection: Connection) -> dict[str, int]:
    """How many addresses were looked at, by what came of it."""
    return dict(rows(connection, select(_Q.outcome, func.count()).where(_Q.outcome.is_not(None)).group_by(_Q.outcome)))
