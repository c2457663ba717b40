"""The door to the network, against a server on this machine that answers and fails as services do."""

import asyncio
import socket
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hubbub.fetch import Door, FetchError, RefusedError
from hubbub.fetch.guard import why_refused
from hubbub.fetch.redact import redact
from hubbub.model import Answer, Host
from tests.replay.served import Served, served

HOST = "hn.algolia.com"
ADDRESS = f"https://{HOST}/api/v1/search_by_date"
Ask = Callable[[Door], Awaitable[Answer]]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with served(tmp_path_factory.mktemp("served")) as running:
        yield running


@pytest.fixture(autouse=True)
def reached(server: Served, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("HUBBUB_MIRRORS", "HUBBUB_ALLOW_HOSTS"):
        monkeypatch.setenv(name, server.environment[name])
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    server.fail(HOST, "500", times=0)


def through(ask: Ask, *hosts: Host) -> Answer:
    async def go() -> Answer:
        async with Door(hosts or [Host(HOST, per_second=1000)]) as door:
            return await ask(door)

    return asyncio.run(go())


def get(door: Door) -> Awaitable[Answer]:
    return door.get(ADDRESS, params={"query": "x y", "page": None})


def test_an_answer_is_whole_and_says_where_it_came_from() -> None:
    answer = through(get)
    assert (answer.status, answer.address) == (200, f"{ADDRESS}?query=x+y")
    assert answer.body.startswith(b"{")
    assert answer.headers["content-type"] == "application/json"


@pytest.mark.parametrize("fault", ["429", "500", "cut"])
def test_what_passes_is_tried_again(server: Served, fault: str) -> None:
    server.fail(HOST, fault)
    assert through(get).status == 200


@pytest.mark.parametrize(
    ("fault", "told"),
    [
        ("429 long", "wants to be left alone until"),
        ("401", "answered 401 to .*: it wants a credential, or does not take the one that it got"),
        ("loop", "in circles"),
        ("inwards", r"169\.254\.169\.254.* out of an encrypted connection"),
        ("bomb", "sends more than 32 MiB at once"),
        ("skewed", r"this machine's clock is \d+ minutes behind that of"),
    ],
)
def test_what_does_not_pass_is_said_in_a_sentence(server: Served, fault: str, told: str) -> None:
    server.fail(HOST, fault)
    with pytest.raises(FetchError, match=told):
        through(get)


def test_a_redirect_leads_to_no_private_address(server: Served) -> None:
    server.fail(HOST, "inwards")
    with pytest.raises(RefusedError, match=r"169\.254\.169\.254"):
        through(lambda door: door.get(ADDRESS.replace("https:", "http:")))


@pytest.mark.parametrize(
    "address",
    ["file:///etc/passwd", "ftp://example.org/", "https://u:p@example.org/", "http://", "//example.org", "http://[::1"],
)
def test_no_address_but_of_the_web_is_asked(address: str) -> None:
    with pytest.raises(RefusedError):
        through(lambda door: door.get(address))


@pytest.mark.parametrize("host", ["127.0.0.1", "2130706433", "0x7f.1", "[::ffff:127.0.0.1]", "localhost", "[::1]"])
def test_this_machine_is_not_asked_under_any_name(host: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HUBBUB_ALLOW_HOSTS")
    with pytest.raises(RefusedError, match="is not on the public Internet"):
        through(lambda door: door.get(f"http://{host}:1/"))


def test_a_name_that_means_a_private_address_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    async def resolve(host: str, port: int) -> list[str]:
        return ["93.184.216.34", "10.0.0.7"]

    async def go() -> None:
        async with Door(resolve=resolve) as door:
            await door.get("https://rebound.example.org/")

    with pytest.raises(RefusedError, match=r"10\.0\.0\.7"):
        asyncio.run(go())


@given(st.ip_addresses(v=4, network="127.0.0.0/8") | st.ip_addresses(v=4, network="192.168.0.0/16"))
def test_private_addresses_are_known_in_every_dress(address: object) -> None:
    assert why_refused(str(address))
    assert why_refused(f"::ffff:{address}")
    assert why_refused(f"64:ff9b::{address}")


@given(st.text(st.characters(min_codepoint=33, max_codepoint=126, exclude_characters="&#;/?"), min_size=8))
def test_no_credential_is_shown(secret: str) -> None:
    shown = redact(f"https://example.org/a?q=1&api_key={secret}&x=2")
    assert shown == "https://example.org/a?q=1&api_key=***&x=2"


def test_a_day_s_budget_is_kept_over_restarts() -> None:
    host = Host(HOST, per_second=1000, per_day=2)
    through(get, host)
    through(get, host)
    with pytest.raises(FetchError, match=r"today's 2 requests to hn\.algolia\.com are spent"):
        through(get, host)


def test_without_a_network_it_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    async def resolve(host: str, port: int) -> list[str]:
        raise socket.gaierror(-2, "Name or service not known")

    async def go() -> None:
        async with Door(resolve=resolve) as door:
            await door.get("https://api.example.org/")

    with pytest.raises(FetchError, match="there is no such host, or no connection to the network"):
        asyncio.run(go())
