"""Who is around the voices of a shelf: their rows and weights come in; their networks go out, nearest first.

Ties come out of the store as columns, one row of text a voice: a network of a million ties is told in a second.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import Connection, String, cast, func, select

from hubbub.store import schema as s
from hubbub.store.sql import among, rows

if TYPE_CHECKING:  # numpy is loaded where people are suggested
    from hubbub.people.circles import Rows

LIMIT = 1_000  # accounts that are looked at
_ENDS = s.follow.c.follower, s.follow.c.followed


class Near(NamedTuple):
    """An account and how near it is, as a multiple of the average: followed by voices, and as one who follows them."""

    account: int
    followed: float
    follows: float


class Ties(NamedTuple):
    """The voices that follow an account, and those that it follows."""

    followed: set[int]
    follows: set[int]


def around(connection: Connection, voices: Mapping[int, float], left_out: Collection[int]) -> list[Near]:
    """Find the accounts that are nearest to voices, given with their weights, by who follows whom alone."""
    import numpy as np

    from hubbub.people import circles

    ties = [columns(connection, end, list(voices)) for end in (0, 1)]
    follower = np.concatenate([ties[0][0], ties[1][1]])
    followed = np.concatenate([ties[0][1], ties[1][0]])
    ids, weights = np.fromiter(voices, np.int64), np.fromiter(voices.values(), np.float64)
    circle = circles.around(follower, followed, ids, weights, [*left_out], LIMIT)
    table, asked = s.account.c, circle.accounts.tolist()
    known = dict(rows(connection, select(table.id, table.followers).where(among(table.id, asked))))
    counts = np.array([known.get(account) for account in asked], np.float64)  # None is NaN
    found = circles.corrected(circle, counts)
    return [Near(*one) for one in zip(*(column.tolist() for column in found), strict=True)]


def columns(connection: Connection, end: int, voices: Sequence[int]) -> "tuple[Rows, Rows]":
    """All ties at one end of which voices stand: the voices, and who stands at the other."""
    import numpy as np

    mine, other = _ENDS[end], cast(_ENDS[1 - end], String)
    asked = select(mine, func.count(), func.aggregate_strings(other, ",")).where(among(mine, voices)).group_by(mine)
    told = rows(connection, asked)
    voice = np.repeat(np.array([row[0] for row in told], np.int64), [row[1] for row in told])
    return voice, np.fromstring(",".join(row[2] for row in told), np.int64, sep=",")


def ties(connection: Connection, accounts: Collection[int], voices: Collection[int]) -> dict[int, Ties]:
    """Say of accounts which voices follow them, and which they follow."""
    found: dict[int, Ties] = defaultdict(lambda: Ties(set(), set()))
    for place, mine in enumerate(reversed(_ENDS)):
        other = _ENDS[place]
        asked = select(mine, other).where(among(mine, list(accounts)), among(other, list(voices)))
        for account, voice in rows(connection, asked):
            found[account][place].add(voice)
    return found
