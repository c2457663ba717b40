"""The live network: messages of Jetstream (v1 or v2) or of a relay come in; pages of Jetstream v1 lines come out.

A page is yielded when it is large or a second old, so that what is said now is soon kept.
"""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode, urlsplit

import msgspec
from msgspec import Raw, Struct, field

from hubbub.collect import archive
from hubbub.collect.reading import sample
from hubbub.collect.source import Fetch, WrongAnswerError
from hubbub.collect.sources.bluesky.car import Told, lines_of
from hubbub.collect.sources.bluesky.records import FOLLOW, PROFILE, micros, read_time
from hubbub.model import Fault, Page

AGE = 1.0  # seconds
REWIND = 5_000_000  # microseconds: Jetstream's servers differ a little, and reading twice changes nothing
_WANTED = ("app.bsky.feed.*", FOLLOW, PROFILE)
_RELAY = "/xrpc/com.atproto.sync.subscribeRepos"


class _Payload(Struct):
    """What Jetstream v2 tells in one frame; an error or a note has a name instead."""

    type_: str = field(name="$type")
    did: str = ""
    time: str = ""
    rev: str = ""
    operation: str = ""
    collection: str = ""
    rkey: str = ""
    record: Raw = Raw(b"")
    identity: Raw = Raw(b"")
    account: Raw = Raw(b"")
    name: str = ""


class _Frame(Struct):
    """A frame as far as a stream has to know it: v1 tells the time, v2 a kind of its own."""

    time_us: int | None = None
    type_: str | None = field(name="$type", default=None)
    payload: _Payload | None = None
    error: str = ""


_frame = msgspec.json.Decoder(_Frame)


def jetstream(lane: str, since: str, fetch: Fetch, address: str) -> AsyncGenerator[Page, None]:
    """Read Jetstream from a time on, in microseconds; from now on where there is none.

    Raises `WrongAnswerError` when the server ends the stream with a reason.
    """
    wanted = "collections" if _is_v2(address) else "wantedCollections"
    cursor = [("cursor", str(max(int(since) - REWIND, 0)))] if since else []
    asked = f"{address}?{urlencode([*((wanted, name) for name in _WANTED), *cursor])}"
    return _pages(lane, since, address, fetch.messages(asked), _of_jetstream)


def firehose(lane: str, since: str, fetch: Fetch, address: str) -> AsyncGenerator[Page, None]:
    """Read a relay's or a server's firehose behind a place in it. Raises `WrongAnswerError` as `jetstream` does."""
    asked = f"{address}{_RELAY}{f'?cursor={since}' if since else ''}"
    return _pages(lane, since, f"{address}{_RELAY}", fetch.messages(asked), lines_of)


async def _pages(
    lane: str, since: str, address: str, messages: AsyncIterator[bytes], read: Callable[[bytes], Told]
) -> AsyncGenerator[Page, None]:
    """Gather lines until they are a page."""
    lines, faults, due_at = bytearray(), list[Fault](), None
    clock = asyncio.get_running_loop().time
    coming: asyncio.Task[bytes | None] | None = None

    def page() -> Page:
        return Page(lane, address, bytes(lines), datetime.now(UTC), since, lines=True, faults=tuple(faults))

    try:
        while True:
            coming = coming or asyncio.create_task(_next(messages))
            await asyncio.wait({coming}, timeout=None if due_at is None else max(due_at - clock(), 0))
            if coming.done():
                message, coming = coming.result(), None
                told = Told(ends="") if message is None else read(message)
                lines += told.lines
                faults += told.faults
                since = since if told.seq is None else str(told.seq)
                if told.ends is not None:
                    break
                due_at = due_at or clock() + AGE
            if due_at is not None and (len(lines) >= archive.PAGE or clock() >= due_at):
                yield page()
                lines, faults, due_at = bytearray(), [], None
        anew = told.ends == "FutureCursor"  # a relay that was set up anew: our place in the old one leads nowhere
        since = "" if anew else since
        if due_at is not None or anew:
            yield page()
        if told.ends and not anew:
            raise WrongAnswerError(f"{urlsplit(address).hostname} ended the stream: {told.ends[:80]}")
    finally:
        if coming is not None:
            coming.cancel()
            await asyncio.wait({coming})
        if isinstance(messages, AsyncGenerator):
            await messages.aclose()


async def _next(messages: AsyncIterator[bytes]) -> bytes | None:
    return await anext(messages, None)


# Jetstream


def _is_v2(address: str) -> bool:
    return urlsplit(address).path.endswith("subscribeEvents")


def _of_jetstream(message: bytes) -> Told:
    try:
        frame = _frame.decode(message)
        if frame.type_ == "error":
            return Told(ends=frame.error or "an error without a name")
        if frame.payload is not None:
            return _of_v2(frame.payload)
        if frame.time_us is None:
            raise ValueError("no time")
        # A time ahead of ours would be a place in the stream that never comes.
        return Told(message.replace(b"\n", b" ") + b"\n", min(frame.time_us, micros(datetime.now(UTC))))
    except (msgspec.MsgspecError, ValueError, OverflowError, RecursionError):
        return Told(faults=(Fault("no frame of Jetstream", sample=sample(message)),))


def _of_v2(payload: _Payload) -> Told:
    kind = payload.type_.rpartition("#")[2]
    if kind == "info":
        return Told(faults=(Fault(f"Jetstream says {payload.name[:80]}: what it no longer holds was missed"),))
    if kind not in ("commit", "identity", "account"):
        return Told()
    at = read_time(payload.time)
    if at is None:
        raise ValueError("no time")
    frame: dict[str, Any] = {"did": payload.did, "time_us": micros(at), "kind": kind}
    if kind == "commit":
        names = ("rev", "operation", "collection", "rkey", "record")
        frame[kind] = {name: value for name in names if (value := getattr(payload, name)) != Raw(b"")}
    else:
        frame[kind] = getattr(payload, kind)
    line = msgspec.json.encode(frame).replace(b"\n", b" ") + b"\n"
    return Told(line, min(frame["time_us"], micros(datetime.now(UTC))))
