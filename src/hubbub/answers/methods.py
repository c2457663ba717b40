"""How every number is made: the cards of sources, the rules and one moment of the store come in; a report goes out.

It answers NISO RP-25 point by point, for people and for programs alike.
"""

import re
from datetime import datetime

from msgspec import Struct
from sqlalchemy import Connection, Table, func, select

from hubbub import identify, metrics
from hubbub.answers.status import status
from hubbub.collect.source import sources
from hubbub.model import About
from hubbub.reference.attention import Formula
from hubbub.reference.methods import Change, Requirement, Way, told
from hubbub.store import schema as s
from hubbub.store.sql import rows
from hubbub.store.times import moment


class Number(Struct, frozen=True):
    """A number that is shown, the name of its definition within the page, and what it says."""

    name: str
    anchor: str
    says: str


class Read(Struct, frozen=True):
    """A source: how it is read (`how`), by its card, when that last was, what of it was set aside, and lanes that fail.

    `checked_at` is None where it was never read. Why lanes fail is told by the status, since it may name people.
    """

    name: str
    title: str
    category: str
    how: str
    deletions: str
    shapes: str
    note: str
    checked_at: datetime | None
    set_aside: int
    failing: int


class Methods(Struct, frozen=True):
    """The report: versions of the rules of finding and counting, and what RP-25 asks for.

    `corrected` identifiers and `set_aside` posts are what people have said was wrong.
    """

    find: str
    count: str
    numbers: tuple[Number, ...]
    requirements: tuple[Requirement, ...]
    sources: tuple[Read, ...]
    formula: Formula
    changes: tuple[Change, ...]
    ways: tuple[Way, ...]
    corrected: int
    set_aside: int


def anchor(name: str) -> str:
    """The name of a definition within the page: Passed on -> passed-on."""
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")


def numbers() -> tuple[Number, ...]:
    """Every number that is shown, in the words that stand beside it."""
    defined = metrics.DEFINITIONS | metrics.BESIDE | metrics.INDICATORS
    return tuple(Number(name, anchor(name), says) for name, says in defined.items())


def methods(connection: Connection, by: Formula) -> Methods:
    """Say how every number is made, with scores by a formula."""
    kept = select(s.source.c.name, func.max(s.cursor.c.kept_at)).join(s.cursor).group_by(s.source.c.name)
    aside = select(s.source.c.name, func.sum(s.aside.c.times)).join(s.aside).group_by(s.source.c.name)
    checked, set_aside = dict(rows(connection, kept)), dict(rows(connection, aside))
    failing = {one.source: sum(n for _, n in one.failures) for one in status(connection).sources}

    def read(card: About) -> Read:
        return Read(
            name=card.name,
            title=card.title,
            category=card.category,
            how=card.how,
            deletions=card.deletions,
            shapes=card.shapes,
            note=card.note,
            checked_at=moment(checked.get(card.name)),
            set_aside=set_aside.get(card.name, 0),
            failing=failing.get(card.name, 0),
        )

    return Methods(
        find=identify.METHOD_VERSION,
        count=metrics.METHOD,
        numbers=numbers(),
        requirements=told().requirement,
        sources=tuple(read(source.about) for source in sources().values()),
        formula=by,
        changes=told().change,
        ways=told().route,
        corrected=_count(connection, s.correction),
        set_aside=_count(connection, s.wrong),
    )


def _count(connection: Connection, table: Table) -> int:
    return int(connection.execute(select(func.count()).select_from(table)).scalar_one())
