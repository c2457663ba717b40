"""What an identifier names: it comes in; its work, and the rows of all names of that, go out."""

from collections.abc import Mapping
from typing import NamedTuple

from sqlalchemy import Connection

from hubbub.match.works import LARGEST, Correction, Work, work_of
from hubbub.model import Identifier
from hubbub.store.match import Around, around, row_of


class Named(NamedTuple):
    """An identifier, its row (None if the store does not hold it), its work, and the rows of all names of that."""

    identifier: Identifier
    row: int | None
    work: Work
    rows: Mapping[int, Identifier]
    said: Around


def known(connection: Connection, identifier: Identifier) -> Named:
    """Look up what an identifier names."""
    identifier = Identifier(identifier.scheme, identifier.value)
    row = row_of(connection, identifier)
    said = Around({}, [], []) if row is None else around(connection, row, LARGEST)
    work = work_of(identifier, said.aliases, [Correction(one.one, one.other, one.same) for one in said.words])
    named = (identifier, *(one for one in work.identifiers if one != identifier))
    return Named(identifier, row, work, {said.rows[one]: one for one in named if one in said.rows}, said)
