"""Who asks to be forgotten: a request waits until an admin answers, or until its account is withdrawn in any other way.

Accounts are told by their hashes (`fold.hashed`), codes by theirs. Times are aware UTC.
"""

from collections.abc import Collection
from datetime import datetime
from typing import Literal, NamedTuple

from sqlalchemy import Connection, delete, func, select, update

from hubbub.store import schema_users as s
from hubbub.store.sql import among, rows
from hubbub.store.times import micros, moment

Outcome = Literal["done", "kept"]
_TABLE = s.removal.c
_WAITS = _TABLE.outcome.is_(None)


class Request(NamedTuple):
    """A request that waits: which account at which place is meant, why, and since when."""

    source: str
    account: int
    why: str
    asked_at: datetime


class Answer(NamedTuple):
    """What became of a request; `outcome` is None while it waits."""

    asked_at: datetime
    outcome: Outcome | None
    reason: str


class Removals:
    """Writes requests within one write transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def ask(self, code: str, request: Request) -> None:
        """Keep a request under the hash of its code."""
        told = request._asdict() | {"asked_at": micros(request.asked_at)}
        self._connection.execute(s.removal.insert().values(**told, code=code, outcome=None, reason=""))

    def refuse(self, account: int, reason: str) -> int:
        """Say why an account is kept, to all who wait for that; returns how many they are."""
        asked = update(s.removal).where(_TABLE.account == account, _WAITS)
        return self._connection.execute(asked.values(outcome="kept", reason=reason, why="")).rowcount

    def drop(self, before: datetime) -> None:
        """Forget requests that were answered and are older."""
        self._connection.execute(delete(s.removal).where(_TABLE.asked_at < micros(before), ~_WAITS))


def withdrawn(connection: Connection, accounts: Collection[int], for_good: Collection[int]) -> None:
    """Keep no words about accounts that are withdrawn; whoever asks for those that are so for good has what they want.

    It is part of the write transaction in which they are withdrawn, whatever has withdrawn them.
    """
    if accounts:
        connection.execute(update(s.removal).where(among(_TABLE.account, list(accounts)), _WAITS).values(why=""))
    if for_good:
        done = update(s.removal).where(among(_TABLE.account, list(for_good)), _WAITS)
        connection.execute(done.values(outcome="done"))


def waiting(connection: Connection) -> list[Request]:
    """The requests that wait, the oldest first."""
    asked = select(_TABLE.source, _TABLE.account, _TABLE.why, _TABLE.asked_at).where(_WAITS).order_by(_TABLE.asked_at)
    return [Request(source, account, why, moment(at)) for source, account, why, at in rows(connection, asked)]


def wait(connection: Connection) -> int:
    """How many requests wait."""
    return int(connection.execute(select(func.count()).select_from(s.removal).where(_WAITS)).scalar_one())


def of_code(connection: Connection, code: str) -> Answer | None:
    """What became of the request of a code, given by its hash."""
    asked = select(_TABLE.asked_at, _TABLE.outcome, _TABLE.reason).where(_TABLE.code == code)
    found = connection.execute(asked).one_or_none()
    return None if found is None else Answer(moment(found.asked_at), found.outcome, found.reason)
