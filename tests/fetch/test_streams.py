"""Answers that do not end, and WebSockets."""

import asyncio
import gzip
from asyncio import StreamWriter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from http import HTTPStatus

import pytest
from websockets.asyncio.server import ServerConnection, serve
from websockets.http11 import Request, Response

from hubbub.fetch.door import Door
from hubbub.fetch.errors import FetchError, RefusedError
from tests.fetch.peer import LIMITS, QUICK, http, peer

pytestmark = pytest.mark.anyio


def door() -> Door:
    return Door(QUICK, limits=LIMITS)


async def test_lines_come_without_their_ends_however_they_are_cut() -> None:
    async def answer(writer: StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
        for part in (b"data: a", b"\r\n\r", b"\n{}\n\n", b"last"):
            writer.write(part)
            await writer.drain()
            await asyncio.sleep(0.01)

    async with peer(answer) as one, door() as fetch:
        lines = [line async for line in fetch.lines(one.address, headers={"Accept": "text/event-stream"})]
    assert lines == [b"data: a", b"", b"{}", b"", b"last"]
    assert "text/event-stream" in one.heard[0]


async def test_lines_come_as_they_are_said() -> None:
    async def answer(writer: StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\n\r\nfirst\n")
        await asyncio.sleep(60)

    async with peer(answer) as one, door() as fetch:
        lines = fetch.lines(one.address)
        assert await anext(lines) == b"first"
        with pytest.raises(FetchError, match="nothing comes from it"):
            await anext(lines)


@pytest.mark.parametrize("is_packed", [False, True])
async def test_a_line_without_end_is_refused(is_packed: bool) -> None:
    async def answer(writer: StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\n" + (b"Content-Encoding: gzip\r\n\r\n" if is_packed else b"\r\n"))
        for _ in range(10):
            writer.write(BOMB if is_packed else b"x" * 600)
        await writer.drain()
        await asyncio.sleep(60)

    async with peer(answer) as one, door() as fetch:
        with pytest.raises(FetchError, match="sends a line of more than 1,000 bytes"):
            await anext(fetch.lines(one.address))


async def test_a_refused_stream_says_why() -> None:
    async with peer(http(401)) as one, door() as fetch:
        with pytest.raises(FetchError, match=r"answered 401 .*: it wants a credential") as caught:
            await anext(fetch.lines(one.address))
    assert caught.value.status == 401


BOMB = gzip.compress(bytes(10 << 20))
Talk = Callable[[ServerConnection], Awaitable[None]]
Check = Callable[[ServerConnection, Request], Response | None]


@asynccontextmanager
async def talking(talk: Talk, check: Check | None = None) -> AsyncIterator[str]:
    """Run a WebSocket server; yield its address."""
    async with serve(talk, "127.0.0.1", 0, process_request=check) as server:
        port = next(iter(server.sockets)).getsockname()[1]
        yield f"ws://127.0.0.1:{port}"


async def some(socket: ServerConnection) -> None:
    await socket.send("wört")
    await socket.send(b"\x00\xff")


async def test_messages_come_until_the_server_ends_and_text_comes_as_utf_8() -> None:
    async with talking(some) as address, door() as fetch:
        messages = [message async for message in fetch.messages(address, headers={"X-Name": "x"})]
    assert messages == ["wört".encode(), b"\x00\xff"]


async def test_messages_end_when_the_connection_is_lost() -> None:
    async def talk(socket: ServerConnection) -> None:
        await socket.send("one")
        socket.transport.abort()

    async with talking(talk) as address, door() as fetch:
        assert [message async for message in fetch.messages(address)] == [b"one"]


async def test_a_message_that_is_too_long_is_refused_packed_or_not() -> None:
    async def talk(socket: ServerConnection) -> None:
        await socket.send("fine")
        await socket.send("x" * 100_000)
        await socket.wait_closed()

    async with talking(talk) as address, door() as fetch:
        messages = fetch.messages(address)
        assert await anext(messages) == b"fine"
        with pytest.raises(FetchError, match="sends a message of more than 1,000 bytes"):
            await anext(messages)


def answering(status: HTTPStatus, **headers: str) -> Check:
    def check(socket: ServerConnection, request: Request) -> Response:
        response = socket.respond(status, "no\n")
        for name, value in headers.items():
            response.headers[name.replace("_", "-")] = value
        return response

    return check


async def test_a_websocket_that_is_refused_says_why() -> None:
    async with talking(some, answering(HTTPStatus.UNAUTHORIZED)) as address, door() as fetch:
        with pytest.raises(FetchError, match=r"answered 401 .*: it wants a credential"):
            await anext(fetch.messages(address))
    async with talking(some, answering(HTTPStatus.TOO_MANY_REQUESTS, Retry_After="7200")) as address, door() as fetch:
        for _ in range(2):
            with pytest.raises(FetchError, match="left alone until"):
                await anext(fetch.messages(address))


async def test_a_websocket_does_not_follow_to_another_host() -> None:
    check = answering(HTTPStatus.FOUND, Location="ws://169.254.169.254/")
    async with talking(some, check) as address, door() as fetch:
        with pytest.raises(FetchError, match=r"127\.0\.0\.1 "):
            await anext(fetch.messages(address))


async def test_a_websocket_within_the_house_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    async with talking(some) as address:
        monkeypatch.setenv("HUBBUB_ALLOW_HOSTS", "")
        async with door() as fetch:
            with pytest.raises(RefusedError, match="not on the public Internet"):
                await anext(fetch.messages(address))


async def test_no_websocket_but_something_else_is_said() -> None:
    async with peer(b"220 mail.example ESMTP\r\n\r\n") as one, door() as fetch:
        with pytest.raises(FetchError, match="cannot be read"):
            await anext(fetch.messages(one.address.replace("http", "ws")))


async def test_a_mirrored_stream_keeps_path_and_name(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def check(socket: ServerConnection, request: Request) -> None:
        asked.append(f"{request.headers['Host']}{request.path}")

    async with talking(some, check) as address:
        monkeypatch.setenv("HUBBUB_MIRRORS", f"stream.example={address}/base")
        async with door() as fetch:
            await anext(fetch.messages("wss://stream.example/subscribe?wanted=posts"))
    assert asked == ["stream.example/base/subscribe?wanted=posts"]
