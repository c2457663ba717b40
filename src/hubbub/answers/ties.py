"""Who follows an account, and whom it follows: its row comes in; how far lists were read, and whom they name, goes out.

An account may have a million followers. They are counted by an index alone, and the most followed are looked for among
no more than `AMONG` of them.
"""

from collections.abc import Sequence
from typing import Literal

from sqlalchemy import Connection, func, select

from hubbub.answers.shapes import Speaker, Ties
from hubbub.store import schema as s
from hubbub.store.sql import rows
from hubbub.store.times import moment

NAMED = 50
AMONG = 10_000

Direction = Literal["followers", "following"]
# The end of a tie at which the account stands, and the other.
_ENDS = {
    "followers": (s.follow.c.followed, s.follow.c.follower),
    "following": (s.follow.c.follower, s.follow.c.followed),
}


def most_followed(connection: Connection, account: int, direction: Direction) -> list[int]:
    """Find the rows of those in a list of whom anything is told, the most followed first."""
    end, other = _ENDS[direction]
    some = select(other.label("row")).where(end == account).limit(AMONG).subquery()
    table = s.account.c
    told = select(table.id).join(some, some.c.row == table.id).where(table.key.is_not(None), table.fields != "{}")
    order = table.followers.desc().nulls_last(), table.source, table.key
    return [row.id for row in rows(connection, told.order_by(*order).limit(NAMED))]


def held(connection: Connection, account: int, direction: Direction, named: Sequence[Speaker]) -> Ties:
    """Say how many ties of a list are held, and how far it was read."""
    end, _ = _ENDS[direction]
    known = connection.execute(select(func.count()).select_from(s.follow).where(end == account)).scalar_one()
    table = s.follow_list.c
    asked = select(s.follow_list).where(table.account == account, table.direction == direction)
    read = connection.execute(asked).one_or_none()
    return Ties(
        held=known if known or read else None,
        began_at=moment(read.began_at) if read else None,
        complete=read.complete if read else None,
        total=read.total if read else None,
        whole_at=moment(read.whole_at) if read else None,
        among=min(known, AMONG),
        named=tuple(named),
    )
