"""The live network: messages of Jetstream (v1 or v2) or of a relay come in; pages of Jetstream v1 lines come out.

A page is yielded when it is large or a second old, so that what is said now is soon kept.
"""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode, urlsplit

import msgspec
from msgspec import Raw, Struct, field

from hubbub.collect import archive
from hubbub.collect.reading import sample
from hubbub.collect.source import Fetch, WrongAnswerError
from hubbub.collect.sources.bluesky.car import Told, lines_of
from hubbub.collect.sources.bluesky.records import BLOCK, FOLLOW, PROFILE, VISIBILITY, micros, read_time
from hubbub.model import Fault, Page

AGE = 1.0  # seconds
REWIND = 5_000_000  # microseconds: Jetstream's servers differ a little, and reading twice changes nothing
_WANTED = ("app.bsky.feed.*", FOLLOW, PROFILE, BLOCK, VISIBILITY)
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


class _Gathered:
    """What has come since the last page. `ends` is the reason that a server gave for ending the stream."""

    def __init__(self, lane: str, since: str, address: str) -> None:
        self.since = since
        self.ends = ""
        self.full, self._taken = asyncio.Event(), asyncio.Event()
        self._lane, self._address = lane, address
        self._lines, self._faults, self._any = bytearray(), list[Fault](), False

    async def gather(self, messages: AsyncIterator[bytes], read: Callable[[bytes], Told]) -> None:
        """Read messages until the stream ends. Whoever takes pages is waited for when there is enough for one."""
        try:
            async for message in messages:
                told = read(message)
                self._lines += told.lines
                self._faults += told.faults
                self._any = True
                self.since = self.since if told.seq is None else str(told.seq)
                if told.ends is not None:
                    self._end(told.ends)
                    return
                if len(self._lines) >= archive.PAGE:
                    self._taken.clear()
                    self.full.set()
                    await self._taken.wait()
        finally:
            self.full.set()

    def take(self) -> Page | None:
        """Make a page of what has come, if anything has."""
        self._taken.set()
        if not self._any:
            return None
        body, faults = bytes(self._lines), tuple(self._faults)
        self._lines, self._faults, self._any = bytearray(), [], False
        return Page(self._lane, self._address, body, datetime.now(UTC), self.since, lines=True, faults=faults)

    def _end(self, why: str) -> None:
        if why == "FutureCursor":  # a relay that was set up anew: our place in the old one leads nowhere
            self.since = ""
        else:
            self.ends = why


async def _pages(
    lane: str, since: str, address: str, messages: AsyncIterator[bytes], read: Callable[[bytes], Told]
) -> AsyncGenerator[Page, None]:
    """Gather lines until they are a page."""
    gathered = _Gathered(lane, since, address)
    gathering = asyncio.create_task(gathered.gather(messages, read))
    try:
        while not gathering.done():
            with suppress(TimeoutError):
                async with asyncio.timeout(AGE):
                    await gathered.full.wait()
            gathered.full.clear()
            if page := gathered.take():
                yield page
        if page := gathered.take():
            yield page
        await gathering
        if gathered.ends:
            raise WrongAnswerError(f"{urlsplit(address).hostname} ended the stream: {gathered.ends[:80]}")
    finally:
        gathering.cancel()
        await asyncio.wait({gathering})
        if isinstance(messages, AsyncGenerator):
            await messages.aclose()


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
