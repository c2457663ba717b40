"""Where works stand among others, as it was last reckoned: rows come in, and are told by a work's leading name."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection, Table, bindparam, delete, select

from hubbub.store import schema as s
from hubbub.store.sql import Prepared, insert_rows

_OF = Prepared(select(s.standing).where(s.standing.c.identifier == bindparam("row"), s.standing.c.works > 0))
_AS_OF = select(s.standing.c.as_of).limit(1)


class Row(NamedTuple):
    """One work in one cohort, in the order of the table's columns."""

    identifier: int
    cohort: str
    formula: str
    as_of: int
    score: float
    mean: float
    works: int
    below: int
    alike: int
    low: float
    high: float
    last_at: int | None
    published: float | None


class Lately(NamedTuple):
    """What mentions of the last so many days added to the score of a work, by its leading row."""

    days: int
    identifier: int
    score: float


class Standings:
    """Writes standings within one write transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def keep(self, rows: Sequence[Row], lately: Sequence[Lately], names: Sequence[tuple[int, int]]) -> None:
        """Put these in place of all that was reckoned before; `names` are of a leading row and another of its work."""
        told: dict[Table, Sequence[tuple[Any, ...]]]
        told = {s.standing: rows, s.standing_lately: lately, s.standing_name: names}
        for table, those in told.items():
            self._connection.execute(delete(table))
            insert_rows(self._connection, table, those)


def standings(connection: Connection, row: int) -> list[Row]:
    """Where a work stands, by the row of its leading name."""
    return [Row(*one) for one in _OF.ask(connection, row=row)]


def as_of(connection: Connection) -> int | None:
    """When it was last reckoned, in microseconds; None where it never was, or nobody has company."""
    return connection.execute(_AS_OF).scalar_one_or_none()
