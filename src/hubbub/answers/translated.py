"""The numbers of many works at once: identifiers come in; the number of each work that is spoken of goes out."""

from collections.abc import Iterable

from sqlalchemy import Connection, select

from hubbub.answers.standing import leading
from hubbub.identify import twin
from hubbub.model import Identifier
from hubbub.named import known
from hubbub.store import Store
from hubbub.store import schema as s
from hubbub.store.sql import among, rows


def numbers(store: Store, identifiers: Iterable[Identifier]) -> dict[Identifier, int]:
    """Say which numbers the works have, as far as they are spoken of; see `Summary.number`."""
    with store.connect() as connection:
        held = _rows(connection, set(identifiers))
        several = _several(connection, list(held.values()))
        found: dict[Identifier, int] = {}
        names: dict[int, list[Identifier]] = {}
        for one, row in held.items():
            if row in several or twin(one) is not None:
                named = known(connection, one)
                number = leading(named)
                if number is not None:
                    found[one] = number
                    for every in named.rows:
                        names.setdefault(every, []).append(one)
            else:
                found[one] = row
                names.setdefault(row, []).append(one)
        mention = s.mention.c.identifier
        spoken = rows(connection, select(mention).where(among(mention, list(names)), s.mention.c.counted).distinct())
        heard = {one for (row,) in spoken for one in names[row]}
        return {one: number for one, number in found.items() if one in heard}


def _rows(connection: Connection, identifiers: set[Identifier]) -> dict[Identifier, int]:
    """The rows of those that the store holds."""
    table = s.identifier.c
    asked = select(table.id, table.scheme, table.value)
    found = rows(connection, asked.where(among(table.value, [one.value for one in identifiers])))
    held = {Identifier(scheme, value): id_ for id_, scheme, value in found}
    return {one: held[one] for one in identifiers if one in held}


def _several(connection: Connection, held: list[int]) -> set[int]:
    """The rows of those of which anything is said that might give their work other names."""
    ends = (s.alias.c.identifier, s.alias.c.other, s.correction.c.identifier, s.correction.c.other)
    return {row for end in ends for (row,) in rows(connection, select(end).where(among(end, held)).distinct())}
