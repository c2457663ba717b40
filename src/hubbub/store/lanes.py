"""Which lane is due when, and who reads it: several processes share one store and never do one lane twice at a time.

A process that reads a lane holds it. It says so anew while it goes on; what nobody has said for a while, or whose
process has died on this machine, is free again.
"""

import os
import socket
from collections.abc import Iterable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import Connection, delete, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from hubbub.store import schema as s
from hubbub.store.names import Names
from hubbub.store.sql import among, rows
from hubbub.store.times import micros, moment

HELD = timedelta(minutes=10)  # for as long, unless it is said anew


class LaneRow(NamedTuple):
    """A lane as it stands; `held_by` is None if nobody reads it."""

    source: str
    lane: str
    due_at: datetime
    changed_at: datetime
    kept_at: datetime | None
    failures: int
    failure: str | None
    held_by: str | None


def this_process() -> str:
    """Name this process, such that others on this machine can tell whether it lives."""
    return f"{socket.gethostname()} {os.getpid()}"


class Lanes:
    """Writes the plan within one write transaction."""

    def __init__(self, connection: Connection, names: Names) -> None:
        self._connection = connection
        self._names = names

    def plan(self, source: str, lanes: Iterable[str], now: datetime) -> None:
        """Make new lanes due at once, and forget with their cursors those that are no longer wanted."""
        place, wanted = self._names.source(source), set(lanes)
        planned = {lane for (lane,) in rows(self._connection, select(s.lane.c.lane).where(s.lane.c.source == place))}
        for table in (s.lane, s.cursor):
            unwanted = among(table.c.lane, list(planned - wanted))
            self._connection.execute(delete(table).where(table.c.source == place, unwanted))
        self._make(source, wanted - planned, now)

    def _make(self, source: str, lanes: Iterable[str], now: datetime) -> None:
        place, at = self._names.source(source), micros(now)
        new = [{"source": place, "lane": lane, "due_at": at, "changed_at": at, "failures": 0} for lane in lanes]
        if new:
            self._connection.execute(upsert(s.lane).on_conflict_do_nothing(), new)

    def hold(
        self,
        source: str,
        lane: str,
        holder: str,
        now: datetime,
        due_at: datetime | None = None,
        begins: bool = False,
    ) -> bool:
        """Take a lane, or keep it; say whether it is ours now.

        It is not if it is due at another time than `due_at`: then somebody has read it meanwhile. A stream `begins`: it
        is not planned, and what it covers need not be read from then on.
        """
        table, which = s.lane.c, self._which(source, lane)
        if begins:
            self._make(source, [lane], now)
        asked = select(table.holder, table.held_until, table.due_at).where(*which)
        held = self._connection.execute(asked).one_or_none()
        if held is None or (held.holder != holder and _is_held(held.holder, held.held_until, now)):
            return False
        if due_at is not None and held.due_at != micros(due_at):
            return False
        values = {"holder": holder, "held_until": micros(now + HELD)} | ({"changed_at": micros(now)} if begins else {})
        self._connection.execute(update(s.lane).where(*which).values(values))
        return True

    def let_go(self, holder: str) -> None:
        """Free all lanes that a process holds."""
        self._connection.execute(update(s.lane).where(s.lane.c.holder == holder).values(holder=None, held_until=None))

    def release(
        self, source: str, lane: str, due_at: datetime, changed_at: datetime | None = None, failure: str | None = None
    ) -> None:
        """Let go of a lane and say when it is due next; `changed_at` is None if it brought nothing new."""
        values: dict[str, Any] = {"holder": None, "held_until": None, "due_at": micros(due_at), "failure": failure}
        values["failures"] = 0 if failure is None else s.lane.c.failures + 1
        if changed_at is not None:
            values["changed_at"] = micros(changed_at)
        self._connection.execute(update(s.lane).where(*self._which(source, lane)).values(**values))

    def _which(self, source: str, lane: str) -> tuple[Any, ...]:
        return s.lane.c.source == self._names.source(source), s.lane.c.lane == lane


def lanes(connection: Connection, source: str | None = None) -> list[LaneRow]:
    """Every planned lane, or those of one source."""
    table = s.lane.c
    read = (s.cursor.c.source == table.source) & (s.cursor.c.lane == table.lane)
    asked = select(s.lane, s.source.c.name, s.cursor.c.kept_at).select_from(
        s.lane.join(s.source).outerjoin(s.cursor, read)
    )
    asked = asked if source is None else asked.where(s.source.c.name == source)
    now = datetime.now(UTC)
    return [
        LaneRow(
            row.name,
            row.lane,
            moment(row.due_at),
            moment(row.changed_at),
            moment(row.kept_at),
            row.failures,
            row.failure,
            row.holder if _is_held(row.holder, row.held_until, now) else None,
        )
        for row in rows(connection, asked.order_by(s.source.c.name, table.due_at, table.lane))
    ]


def _is_held(holder: str | None, until: int | None, now: datetime) -> bool:
    if holder is None or until is None or until < micros(now):
        return False
    host, _, process = holder.rpartition(" ")
    if host == socket.gethostname() and os.name == "posix":
        with suppress(PermissionError):  # it lives, and is somebody else's
            try:
                os.kill(int(process), 0)
            except ProcessLookupError:
                return False
    return True
