"""Whatever strangers answer, it ends soon, in one sentence."""

import asyncio
import gzip
import ssl
from asyncio import StreamWriter
from collections.abc import Awaitable, Callable, Sequence

import pytest
import trustme

from hubbub.fetch.door import Door
from hubbub.fetch.errors import FetchError, RefusedError
from tests.fetch.peer import LIMITS, QUICK, Answer, http, peer

pytestmark = pytest.mark.anyio


def door() -> Door:
    return Door(QUICK, limits=LIMITS)


async def stall(writer: StreamWriter) -> None:
    await asyncio.sleep(60)


async def cut(writer: StreamWriter) -> None:
    writer.write(http(200, b"half", length=1000))


async def drip(writer: StreamWriter) -> None:
    writer.write(http(200, length=1000))
    while True:
        writer.write(b".")
        await writer.drain()
        await asyncio.sleep(0.2)


async def flood(writer: StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
    while True:
        writer.write(bytes(10_000))
        await writer.drain()


async def head_without_end(writer: StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\n")
    while True:
        writer.write(b"X-More: " + b"x" * 1000 + b"\r\n")
        await writer.drain()


BOMB = gzip.compress(bytes(50 << 20), 9)


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        (stall, "nothing comes from it"),
        (cut, "closed connection"),
        (drip, "takes too long"),
        (flood, "sends more than 100,000 bytes"),
        (head_without_end, "cannot be read"),
        (b"220 mail.example ESMTP\r\n\r\n", "cannot be read"),
        (b"", "cannot be read"),
        (http(200, BOMB, Content_Encoding="gzip"), "sends more than 100,000 bytes"),
        (http(200, b"\x0b\x02\x80bomb\x03", Content_Encoding="br"), "sends br, which it was not asked for"),
        (http(200, b"\x28\xb5\x2f\xfd", Content_Encoding="zstd"), "sends zstd, which it was not asked for"),
        (http(200, BOMB, Content_Encoding="gzip, gzip"), "sends gzip, gzip, which it was not asked for"),
        (http(200, b"no gzip", Content_Encoding="gzip"), "sends what cannot be unpacked"),
        (http(200, gzip.compress(b"text" * 99)[:-9], Content_Encoding="gzip"), "breaks off in the middle"),
        (http(200, Date="Thu, 01 Jan 2026 00:00:00 GMT"), "clock is .* ahead of that of 127"),
        (http(302), "answered 302"),
        (http(302, Location="/"), "in circles"),
        (http(302, Location="http://[x/"), "is no address on the web"),
        (http(302, Location="file:///etc/passwd"), r"sends on: file:/+etc/passwd is no address on the web"),
        (http(302, Location="gopher://127.0.0.1/"), "is no address on the web"),
        (http(302, Location="http://me:word@127.0.0.1/"), r"sends on: http://\*\*\*@127.0.0.1/ carries a name"),
        (http(302, Location="http://169.254.169.254/latest/"), r"sends on: 169\.254\.169\.254 is not on the public"),
        (http(302, Location="//[::ffff:169.254.169.254]/"), r"sends on: .* is not on the public Internet"),
        (http(302, Location="http://localhost:22/"), r"sends on: localhost is not on the public Internet"),
        (http(302, Location="http://0x7f.1:22/"), r"sends on: 0x7f\.1 is not on the public Internet"),
    ],
)
async def test_it_ends_in_one_sentence(answer: Answer, sentence: str) -> None:
    async with peer(answer) as one, door() as fetch:
        with pytest.raises(FetchError, match=sentence) as caught:
            await fetch.get(one.address)
    assert len(str(caught.value).splitlines()) == 1
    assert caught.value.host


async def test_many_different_redirects_end_too() -> None:
    answers = [http(302, Location=f"/{n}") for n in range(20)]
    async with peer(*answers) as one, door() as fetch:
        with pytest.raises(FetchError, match="in circles"):
            await fetch.get(one.address)
    assert len(one.heard) == LIMITS.redirects + 1


@pytest.mark.parametrize(
    "address",
    [
        "",
        "nowhere",
        "file:///etc/passwd",
        "ftp://example.org/",
        "//example.org/",
        "http://",
        "http://[x/",
        "http://a\nb/",
        "http://a b/",
        "http://example.org:0/",
        "http://example.org:99999/",
        "http://me@example.org/",
        "http://me:word@example.org/",
        "https://example.org\\@127.0.0.1/",
    ],
)
async def test_what_is_no_address_on_the_web_is_refused(address: str) -> None:
    async with door() as fetch:
        for ask in (fetch.get, fetch.post):
            with pytest.raises(RefusedError, match=r"no address on the web|a name or a password"):
                await ask(address)
        for read in (fetch.lines, fetch.messages):
            with pytest.raises(RefusedError):
                await anext(read(address))


async def test_credentials_do_not_follow_a_redirect_to_another_host(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HUBBUB_NAMED", "SESAME")
    headers = {"Authorization": "Bearer x", "X-Odd": "SESAME", "Accept": "text/html"}
    async with peer(http(200)) as other, door() as fetch:
        fetch.secret("named")
        async with peer(http(302, Location="/next"), http(302, Location=other.address)) as one:
            await fetch.get(one.address, headers=headers)
    assert all(word in one.heard[1] for word in ("Bearer x", "SESAME", "text/html"))
    assert not any(word in other.heard[0] for word in ("Bearer x", "SESAME"))
    assert "text/html" in other.heard[0]


@pytest.mark.parametrize("status", [307, 308])
async def test_what_is_posted_does_not_follow_a_redirect_to_another_host(status: int) -> None:
    async with peer(http(200)) as other, door() as fetch, peer(http(status, Location=other.address)) as one:
        with pytest.raises(RefusedError, match="what was meant for it alone"):
            await fetch.post(one.address, json={"password": "SESAME"})
    assert other.heard == []


async def test_a_redirect_after_a_post_is_read() -> None:
    async with peer(http(303, Location="/"), http(200, b"done")) as one, door() as fetch:
        assert (await fetch.post(one.address + "/", form={"a": "b"})).body == b"done"
    assert [head.partition(" ")[0] for head in one.heard] == ["POST", "GET"]


def named(*hosts: str) -> Callable[[str, int], Awaitable[Sequence[str]]]:
    """Names that mean this machine."""

    async def resolve(host: str, port: int) -> Sequence[str]:
        assert host in hosts
        return ["127.0.0.1"]

    return resolve


@pytest.fixture
def context(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> ssl.SSLContext:
    """A server's certificate for door.example, which this machine trusts."""
    authority = trustme.CA()
    trusted = tmp_path_factory.mktemp("trusted") / "ca.pem"
    authority.cert_pem.write_to_path(str(trusted))
    monkeypatch.setenv("SSL_CERT_FILE", str(trusted))
    monkeypatch.setenv("HUBBUB_ALLOW_HOSTS", "127.0.0.1, door.example,other.example")
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("door.example").configure_cert(made)
    return made


async def test_certificates_are_checked_by_name(context: ssl.SSLContext) -> None:
    door = Door(limits=LIMITS, resolve=named("door.example", "other.example"))
    async with peer(http(200, b"safe"), context=context) as one, door as fetch:
        assert (await fetch.get(f"https://door.example:{one.port}/")).body == b"safe"
        with pytest.raises(FetchError, match="certificate verify failed"):
            await fetch.get(f"https://other.example:{one.port}/")


async def test_no_redirect_leads_out_of_an_encrypted_connection(context: ssl.SSLContext) -> None:
    door = Door(limits=LIMITS, resolve=named("door.example"))
    async with door as fetch, peer(http()) as plain, peer(http(302, Location=plain.address), context=context) as one:
        with pytest.raises(RefusedError, match="out of an encrypted connection"):
            await fetch.get(f"https://door.example:{one.port}/")
    assert plain.heard == []
