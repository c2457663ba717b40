"""What registries and repositories say of one work: its row comes in, its description and tallies go out."""

import msgspec
from sqlalchemy import Connection, select

from hubbub.model import Description, Identifier, Tally
from hubbub.store import schema as s
from hubbub.store.sql import rows
from hubbub.store.times import moment


def description(connection: Connection, work: int) -> Description | None:
    """What the work is."""
    table = s.description.c
    newest = select(table.content).where(table.identifier == work).order_by(table.version.desc(), table.content)
    content = connection.execute(newest.limit(1)).scalar_one_or_none()
    return None if content is None else msgspec.json.decode(content, type=Description)


def tallies(connection: Connection, work: int, identifier: Identifier) -> tuple[Tally, ...]:
    """The numbers that others count of the work, as each of them last told."""
    table, via = s.tally.c, s.source.c.name
    told = select(via, table.kind, table.value, table.as_of).join_from(s.tally, s.source)
    found = rows(connection, told.where(table.identifier == work).order_by(table.kind, via))
    return tuple(
        Tally(identifier=identifier, via=row.name, kind=row.kind, value=row.value, as_of=moment(row.as_of))
        for row in found
    )
