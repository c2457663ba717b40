"""Orders that are the same in every store that holds the same: rows come in; rows, by what they stand for, go out.

Rows are numbered as things come. What is added up, or chosen among equals, in their order would differ from store to
store.
"""

from collections.abc import Collection

from sqlalchemy import select

from hubbub.answers.view import View
from hubbub.model import Identifier
from hubbub.store import schema as s
from hubbub.store.sql import among, rows


def accounts(view: View, some: Collection[int]) -> list[int]:
    """Accounts by their places and keys."""
    speakers = view.speakers(some)
    return sorted(some, key=lambda row: (speakers[row].source, speakers[row].key))


def works(view: View, some: Collection[int]) -> dict[int, Identifier]:
    """Names of works by their schemes and values; each row with its name."""
    name = s.identifier.c
    asked = select(name.id, name.scheme, name.value).where(among(name.id, [*some])).order_by(name.scheme, name.value)
    return {row: Identifier(scheme, value) for row, scheme, value in rows(view.connection, asked)}
