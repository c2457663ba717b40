"""The server of recordings answers as the services did, and the door survives it when it fails."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from hubbub.fetch.door import Door
from hubbub.fetch.errors import FetchError
from hubbub.fetch.limits import Limits
from hubbub.model import Answer, Host
from tests.replay.served import Served, served

pytestmark = pytest.mark.anyio
HOST = "api.example.org"
ADDRESS = f"https://{HOST}/works"
QUICK = Limits(stalled=1.0, whole=10.0, patience=3.0, attempts=2, pause=0.01)
RECORDED = [
    {"url": f"{ADDRESS}?b=2&a=1", "file": "works.json", "headers": {"etag": '"1"'}},
    {"url": ADDRESS, "file": "works.json", "method": "POST"},
    {"url": f"{ADDRESS}/gone", "status": 410},
    {"url": f"https://{HOST}/stream", "file": "lines.ndjson"},
    {"url": f"wss://{HOST}/subscribe", "file": "lines.ndjson"},
]


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("recordings")
    answers = folder / "example" / "answers"
    answers.mkdir(parents=True)
    (answers / "works.json").write_text('{"works": []}')
    (answers / "lines.ndjson").write_text('{"n": 1}\n{"n": "zwei"}\n')
    (answers / "requests.ndjson").write_text("\n".join(map(json.dumps, RECORDED)))
    with served(folder, folder) as server:
        yield server


@pytest.fixture
def door(server: Served, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Door:
    monkeypatch.setenv("HUBBUB_MIRRORS", f"{HOST}={server.address}")
    monkeypatch.setenv("HUBBUB_ALLOW_HOSTS", "127.0.0.1")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    server.fail(HOST, "500", times=0)  # what a test before left over
    return Door([Host(HOST, per_second=10_000, at_once=9)], limits=QUICK)


async def works(door: Door) -> Answer:
    async with door as fetch:
        return await fetch.get(ADDRESS, params={"a": 1, "b": 2})


async def test_requests_are_known_by_host_path_and_parameters_in_any_order(server: Served, door: Door) -> None:
    async with door as fetch:
        assert (await fetch.get(ADDRESS, params={"a": 1, "b": 2})).body == b'{"works": []}'
        assert (await fetch.post(ADDRESS, json={"q": 1})).body == b'{"works": []}'
        assert (await fetch.get(f"{ADDRESS}/gone", accept=(410,))).status == 410
        with pytest.raises(FetchError, match="answered 404"):
            await fetch.get(f"{ADDRESS}/never-recorded")
    assert f"GET {HOST}/works?a=1&b=2" in server.asked()


async def test_streams_and_websockets_are_replayed_and_end(door: Door) -> None:
    async with door as fetch:
        lines = [line async for line in fetch.lines(f"https://{HOST}/stream", headers={})]
        messages = [message async for message in fetch.messages(f"wss://{HOST}/subscribe?wanted=posts")]
    assert lines == messages == [b'{"n": 1}', b'{"n": "zwei"}']


@pytest.mark.parametrize("fault", ["429", "500", "cut", "stall"])
async def test_what_passes_is_followed_by_the_answer(server: Served, door: Door, fault: str) -> None:
    server.fail(HOST, fault)
    assert (await works(door)).body == b'{"works": []}'


@pytest.mark.parametrize(
    ("fault", "sentence"),
    [
        ("429 long", "wants to be left alone until"),
        ("500", "answered 500 .*: it is out of order"),
        ("401", "answered 401 .*: it wants a credential"),
        ("stall", "cannot be read: nothing comes from it"),
        ("cut", "cannot be read: .*closed connection"),
        ("bomb", "cannot be read: it sends more than 32 MiB at once"),
        ("loop", "sends on to .*, in circles"),
        ("inwards", "sends on"),
        ("skewed", "this machine's clock is 60 minutes behind that of"),
    ],
)
async def test_what_stays_is_said_in_one_sentence(server: Served, door: Door, fault: str, sentence: str) -> None:
    server.fail(HOST, fault, times=9)
    with pytest.raises(FetchError, match=sentence) as caught:
        await works(door)
    assert HOST in str(caught.value)
    assert len(str(caught.value).splitlines()) == 1
    if fault == "429 long":
        assert caught.value.retry_at is not None
        assert caught.value.retry_at - datetime.now(UTC) > timedelta(hours=1)


@pytest.mark.parametrize(("fault", "start"), [("html", b"<!doctype html>"), ("entities", b"<?xml")])
async def test_what_only_a_source_can_judge_comes_through_as_it_is(
    server: Served, door: Door, fault: str, start: bytes
) -> None:
    server.fail(HOST, fault)
    assert (await works(door)).body.startswith(start)
