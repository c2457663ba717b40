"""Answers about works as they were sent: a request comes in; the same bytes go out while nothing of the work changes.

A handler says by `about` of which names its answer is, and may do so where everybody gets the same. What changed is
asked of the store, at most every `LOOKED` seconds: as much later is what others write seen here.
"""

from collections.abc import Iterable
from time import monotonic
from typing import Any, NamedTuple

from fastapi import Request
from starlette.concurrency import run_in_threadpool
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from hubbub.answers import Answers
from hubbub.answers.shapes import Latest
from hubbub.model import Identifier
from hubbub.store.changes import Since

LOOKED = 0.25
FRESH = 300.0  # seconds for which an answer is right though nothing changes: windows of time move on
ROOM = 64 << 20  # bytes of answers
LONGEST = 1 << 16  # bytes of one
AT_ONCE = 1000  # names; where more have changed, all is forgotten

Key = tuple[bytes, ...]
NAMES = "hubbub.names"


class Answer(NamedTuple):
    """What was sent, of which names it is, and until when it is right."""

    start: Message
    body: bytes
    tag: bytes | None
    names: frozenset[Identifier]
    until: float


def about(request: Request, names: Iterable[Identifier]) -> None:
    """Say that an answer is of these names and depends on nothing else that may change."""
    request.scope[NAMES] = frozenset(Identifier(one.scheme, one.value) for one in names)


class Remembered:
    """ASGI middleware around the routes."""

    def __init__(self, app: ASGIApp, answers: Answers) -> None:
        self._app = app
        self._answers = answers
        self._held: dict[Key, Answer] = {}
        self._keys: dict[Identifier, set[Key]] = {}
        self._size = 0
        self._looked_at = 0.0
        self._latest = Latest(0, None)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] != "GET":
            await self._app(scope, receive, send)
            return
        now = monotonic()
        if now - self._looked_at > LOOKED:
            self._looked_at = now
            self._forget(*await run_in_threadpool(self._look))
        host = tag = b""
        for name, value in scope["headers"]:
            if name == b"host":
                host = value
            elif name == b"if-none-match":
                tag = value
        key: Key = scope["scheme"].encode(), host, scope["raw_path"], scope["query_string"]
        held = self._held.get(key)
        if held is not None and held.until > now:
            await _tell(held, tag, send)
        else:
            await self._ask(key, now, scope, receive, send)

    async def _ask(self, key: Key, now: float, scope: Scope, receive: Receive, send: Send) -> None:
        latest, start = self._latest, dict[str, Any]()

        async def heard(message: Message) -> None:
            if message["type"] == "http.response.start":
                start.update(message, headers=[*message["headers"]])  # the guard adds its own to the message's
            elif start["status"] == 200 and NAMES in scope and latest == self._latest and _is_short(message):
                self._keep(key, Answer(start, message["body"], _tag(start), scope[NAMES], now + FRESH))
            await send(message)

        await self._app(scope, receive, heard)

    def _keep(self, key: Key, answer: Answer) -> None:
        self._drop([key])
        while self._size + len(answer.body) > ROOM:
            self._drop([next(iter(self._held))])
        self._held[key] = answer
        self._size += len(answer.body)
        for name in answer.names:
            self._keys.setdefault(name, set()).add(key)

    def _drop(self, keys: Iterable[Key]) -> None:
        for key in [*keys]:
            if (held := self._held.pop(key, None)) is not None:
                self._size -= len(held.body)
                for name in held.names:
                    self._keys[name].discard(key)
                    if not self._keys[name]:
                        del self._keys[name]

    def _look(self) -> tuple[Latest, list[Identifier] | None]:
        """Ask what has changed since; None where that is too much, or may be anything."""
        latest, before = self._answers.latest(), self._latest
        if latest.standings_at != before.standings_at or not before.change:
            return latest, None
        if latest.change == before.change:
            return latest, []
        found = self._answers.changes(Since(before.change + 1), AT_ONCE)
        return latest, None if len(found) == AT_ONCE else [one.identifier for one in found]

    def _forget(self, latest: Latest, changed: list[Identifier] | None) -> None:
        self._latest = latest
        if changed is None:
            self._drop(self._held)
        else:
            self._drop(key for name in changed for key in self._keys.get(name, ()))


def _is_short(message: Message) -> bool:
    return not message.get("more_body") and len(message["body"]) <= LONGEST


def _tag(start: Message) -> bytes | None:
    return next((value for name, value in start["headers"] if name == b"etag"), None)


async def _tell(held: Answer, tag: bytes, send: Send) -> None:
    headers, status, body = held.start["headers"], 200, held.body
    if held.tag and held.tag in [one.strip().removeprefix(b"W/") for one in tag.split(b",")]:
        status, body = 304, b""
        headers = [one for one in headers if one[0] not in (b"content-length", b"content-type")]
    await send({**held.start, "status": status, "headers": [*headers]})  # a copy: the guard adds its own
    await send({"type": "http.response.body", "body": body})
