"""Which works changed, in which order: rows of identifiers come in as the store is written; a reader goes on from some.

A change is one of what is counted or told of a work: mentions, those who pass them on, what registries say, and what
people correct. Works hang together by names, so who reads of a work has to look at all of its names.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import Connection, func, select, tuple_
from sqlalchemy.dialects.postgresql import insert as upsert

from hubbub.model import Identifier
from hubbub.store import schema as s
from hubbub.store.sql import about, rows
from hubbub.store.times import micros, moment

_LAST = select(func.coalesce(func.max(s.changed.c.number), 0))


class Since(NamedTuple):
    """How far changes were read: the number of a write transaction, and the row of an identifier in it."""

    number: int = 0
    work: int = 0


BEGINNING = Since()


class Changed(NamedTuple):
    """A name of a work that changed last in a transaction, which ended `at` about then."""

    identifier: Identifier
    since: Since
    at: datetime


class Changes:
    """Gathers what one write transaction changes."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._works: set[int] = set()
        self._posts: set[int] = set()

    def works(self, works: Iterable[int]) -> None:
        """Note works, given by the rows of their names."""
        self._works.update(works)

    def posts(self, posts: Iterable[int]) -> None:
        """Note the works that posts mention, given by their rows: somebody passes them on, or does so no longer."""
        self._posts.update(posts)

    def write(self, at: datetime) -> None:
        """Write what was noted, as the latest change of each work."""
        if self._posts:
            told = select(s.assertion.c.found).where(about(s.assertion.c, list(self._posts)))
            self.works(work for (found,) in rows(self._connection, told) for work in works_in(found))
        if self._works:
            number = last(self._connection) + 1
            statement = upsert(s.changed)
            newer = {"number": statement.excluded.number, "at": statement.excluded.at}
            values = [{"identifier": work, "number": number, "at": micros(at)} for work in sorted(self._works)]
            self._connection.execute(statement.on_conflict_do_update(index_elements=["identifier"], set_=newer), values)
        self._works.clear()
        self._posts.clear()


def last(connection: Connection) -> int:
    """The number of the latest transaction that changed a work; 0 if none has."""
    return int(connection.execute(_LAST).scalar_one())


def changes(connection: Connection, since: Since, limit: int) -> list[Changed]:
    """The names that changed after `since`, at most `limit`, in order; one that changed again stands last only."""
    table, name = s.changed.c, s.identifier.c
    asked = (
        select(name.scheme, name.value, table.number, table.identifier, table.at)
        .join(s.identifier, name.id == table.identifier)
        .where(tuple_(table.number, table.identifier) > tuple_(*since))
        .order_by(table.number, table.identifier)
        .limit(limit)
    )
    return [
        Changed(Identifier(scheme, value), Since(number, work), moment(at))
        for scheme, value, number, work, at in rows(connection, asked)
    ]


def works_in(found: str | None) -> list[int]:
    """The rows of the identifiers that were found in a statement."""
    return [] if found is None else [one[0] for one in msgspec.json.decode(found, type=list[tuple[Any, ...]])]
