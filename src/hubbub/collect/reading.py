"""What `parse` needs again and again: a page or a part of it goes in, typed values or faults come out. Pure."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Annotated, TypeVar

import msgspec
from msgspec import Meta, Struct

from hubbub.model import Fault, Page

Wanted = TypeVar("Wanted")
Count = Annotated[int, Meta(ge=0, le=2**53)]  # what a store can hold and JavaScript can show


class Refusal(Struct):
    """How most services say that they do not answer."""

    message: str


def whole(page: Page, type_: type[Wanted]) -> Wanted | Fault:
    """Decode a page as JSON."""
    return decode(page.body, type_)


def each(raws: Iterable[msgspec.Raw], type_: type[Wanted]) -> Iterator[Wanted | Fault]:
    """Decode the entries of a list one by one, so that a broken one costs itself only."""
    for raw in raws:
        yield decode(raw, type_)


def refused(page: Page, service: str) -> Fault | None:
    """What a service said where it did not answer."""
    said = whole(page, Refusal)
    return None if isinstance(said, Fault) else Fault(f"{service} says: {said.message[:100]}", sample=sample(page.body))


def stamp(time: datetime) -> str:
    """A time as text that compares in order of time: `2026-11-25T08:00:00Z`."""
    return (utc(time) or time).strftime("%Y-%m-%dT%H:%M:%SZ")


def decode_time(written: str) -> datetime | None:
    """A time as RFC 3339 writes it, in UTC; None for what is none."""
    try:
        return utc(msgspec.convert(written, datetime))
    except msgspec.ValidationError:
        return None


def utc(time: datetime | None) -> datetime | None:
    """A time that is told, in UTC, which is meant where no zone is told; None outside the calendar."""
    if time is None or time.tzinfo is None:
        return time and time.replace(tzinfo=UTC)
    try:
        return time.astimezone(UTC)
    except OverflowError:
        return None


def sample(body: bytes | msgspec.Raw) -> str:
    """The beginning of what could not be read."""
    return bytes(body)[:200].decode(errors="replace")


def decode(body: bytes | msgspec.Raw, type_: type[Wanted]) -> Wanted | Fault:
    """Decode JSON; what is something else is a fault."""
    try:
        return msgspec.json.decode(body, type=type_)
    except msgspec.ValidationError as error:
        return Fault(f"JSON of another shape: {error}", sample=sample(body))
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return Fault("no JSON", sample=sample(body))
