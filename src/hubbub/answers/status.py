"""How collecting goes: the plan as it stands comes in; what is due, read and failing at each source goes out."""

from collections import Counter
from collections.abc import Iterable
from datetime import UTC, datetime
from itertools import groupby
from operator import attrgetter

from msgspec import Struct
from sqlalchemy import Connection

from hubbub.collect.source import STREAM
from hubbub.store import wanted
from hubbub.store.lanes import LaneRow, lanes
from hubbub.store.questions import outcomes
from hubbub.store.removals import wait


class SourceStatus(Struct, frozen=True):
    """The lanes of one source: how many there are, are due and are being read, and why some fail.

    `kept_at` is when anything was last kept, `next_at` when the next lane is due. `streams` are those that run.
    """

    source: str
    lanes: int
    due: int
    read: int
    streams: tuple[str, ...]
    kept_at: datetime | None
    next_at: datetime | None
    failures: tuple[tuple[str, int], ...]


class Status(Struct, frozen=True):
    """The plan, and what waits: works that somebody wishes to know about, pages that were sent to us.

    `pages` are unknown addresses that were looked at, by what came of it; `removals` are requests to be forgotten.
    """

    sources: tuple[SourceStatus, ...]
    wishes: int
    inbox: int
    pages: dict[str, int]
    removals: int


def status(connection: Connection) -> Status:
    """Say how collecting goes."""
    by_source = groupby(lanes(connection), attrgetter("source"))
    sources = tuple(_source(source, list(rows), datetime.now(UTC)) for source, rows in by_source)
    return Status(
        sources, len(wanted.wishes(connection)), wanted.letters(connection), outcomes(connection), wait(connection)
    )


def _source(source: str, rows: Iterable[LaneRow], now: datetime) -> SourceStatus:
    streams = [row for row in rows if row.lane.startswith(STREAM)]
    polled = [row for row in rows if row not in streams]
    return SourceStatus(
        source=source,
        lanes=len(polled),
        due=sum(row.due_at <= now for row in polled),
        read=sum(row.held_by is not None for row in polled),
        streams=tuple(row.lane for row in streams if row.held_by is not None),
        kept_at=max((row.kept_at for row in rows if row.kept_at), default=None),
        next_at=min((row.due_at for row in polled), default=None),
        failures=tuple(Counter(row.failure for row in rows if row.failure is not None).most_common()),
    )
