"""A server on this machine that says, byte by byte, what a test wants it to."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

from hubbub.fetch.limits import Limits
from hubbub.model import Host

# Small and quick, so that every limit is met at once.
LIMITS = Limits(
    largest=100_000,
    line=1_000,
    connecting=2.0,
    stalled=0.5,
    whole=1.5,
    silent=0.5,
    patience=2.0,
    attempts=3,
    pause=0.01,
)
QUICK = [Host("127.0.0.1", per_second=10_000, at_once=50)]

Answer = bytes | Callable[[asyncio.StreamWriter], Awaitable[None]]


def http(status: int = 200, body: bytes = b"", length: int | None = None, **headers: Any) -> bytes:
    """An answer; `X_Name` stands for the header X-Name."""
    told = {"Content-Length": len(body) if length is None else length, **headers}
    head = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in told.items())
    return f"HTTP/1.1 {status} Said\r\n{head}Connection: close\r\n\r\n".encode() + body


class Peer:
    """Gives one answer after the other, and the last one again and again; `heard` holds the requests."""

    def __init__(self, *answers: Answer) -> None:
        self._answers = list(answers)
        self.heard: list[str] = []
        self.address = ""
        self.port = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Hear one request and answer it."""
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode()
            self.heard.append(head)
            answer = self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]
            if callable(answer):
                await answer(writer)
            else:
                writer.write(answer)
                await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()


@asynccontextmanager
async def peer(*answers: Answer, context: ssl.SSLContext | None = None) -> AsyncIterator[Peer]:
    """Run a peer."""
    one = Peer(*answers)
    options: dict[str, Any] = {"ssl": context} if context else {}
    server = await asyncio.start_server(one.serve, "127.0.0.1", 0, **options)
    one.port = server.sockets[0].getsockname()[1]
    one.address = f"http{'s' if context else ''}://127.0.0.1:{one.port}"
    try:
        yield one
    finally:
        server.close()
