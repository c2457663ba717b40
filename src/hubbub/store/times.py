"""Times as the store keeps them: microseconds since 1970 in UTC."""

from datetime import UTC, datetime, timedelta
from typing import overload

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def micros(at: datetime) -> int:
    """Microseconds since 1970."""
    return round(at.timestamp() * 1_000_000)


def days(at: datetime) -> int:
    """The day in UTC, since 1970."""
    return (at - EPOCH).days


@overload
def moment(micros: int) -> datetime: ...
@overload
def moment(micros: int | None) -> datetime | None: ...
def moment(micros: int | None) -> datetime | None:
    """Turn microseconds since 1970 into a time."""
    return None if micros is None else EPOCH + timedelta(microseconds=micros)
