"""What comes through the door, and how it is asked for."""

import gzip
import logging
import zlib
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from hubbub.collect.source import FRESH
from hubbub.fetch.door import Door
from hubbub.fetch.errors import BudgetError, FetchError, PassingError
from hubbub.model import Host
from tests.fetch.peer import LIMITS, QUICK, http, peer

pytestmark = pytest.mark.anyio


def door(*hosts: Host) -> Door:
    return Door(hosts or QUICK, limits=LIMITS)


async def test_an_answer_is_whole_with_headers_in_lower_case_and_without_cookies() -> None:
    async with peer(http(200, b"hi", X_Name="Value", Set_Cookie="a=b")) as one, door() as fetch:
        answer = await fetch.get(one.address + "/a", params={"q": "ä b", "none": None, "many": [1, 2]})
        await fetch.get(one.address)
    assert (answer.status, answer.body, answer.headers["x-name"]) == (200, b"hi", "Value")
    assert answer.address == f"{one.address}/a?q=%C3%A4+b&many=1&many=2"
    assert "set-cookie" not in answer.headers
    assert abs(datetime.now(UTC) - answer.received_at) < timedelta(minutes=1)
    assert not any("cookie" in head.lower() for head in one.heard)


async def test_the_door_says_who_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HUBBUB_CONTACT", "us@example.org")
    async with peer(http()) as one, door() as fetch:
        await fetch.get(one.address)
    assert "User-Agent: hubbub/" in one.heard[0]
    assert "mailto:us@example.org" in one.heard[0]


async def test_json_and_forms_are_posted() -> None:
    async with peer(http(201)) as one, door() as fetch:
        assert (await fetch.post(one.address, json={"a": 1}, accept=(201,))).status == 201
        await fetch.post(one.address, form={"a": "b c"}, accept=(201,))
    assert ["application/json" in one.heard[0], "x-www-form-urlencoded" in one.heard[1]] == [True, True]


@pytest.mark.parametrize("packing", ["gzip", "deflate"])
async def test_packed_answers_are_unpacked(packing: str) -> None:
    packed = (gzip.compress if packing == "gzip" else zlib.compress)(b"text" * 1000)
    async with peer(http(200, packed, Content_Encoding=packing)) as one, door() as fetch:
        assert (await fetch.get(one.address)).body == b"text" * 1000


async def test_what_passes_is_tried_again() -> None:
    async def cut(writer: object) -> None:
        raise ConnectionError

    async with peer(http(500), cut, http(200, b"there")) as one, door() as fetch:
        assert (await fetch.get(one.address)).body == b"there"
    assert len(one.heard) == 3


async def test_what_does_not_pass_is_said_after_some_attempts() -> None:
    async with peer(http(503)) as one, door() as fetch:
        with pytest.raises(FetchError, match=r"127\.0\.0\.1 answered 503 .* overloaded") as caught:
            await fetch.get(one.address)
    assert len(one.heard) == LIMITS.attempts
    assert (caught.value.status, caught.value.host) == (503, "127.0.0.1")


async def test_a_refusal_is_not_tried_again_and_says_what_to_do() -> None:
    async with peer(http(401)) as one, door() as fetch:
        with pytest.raises(FetchError, match=r"answered 401 .*: it wants a credential"):
            await fetch.get(one.address)
    assert len(one.heard) == 1


async def test_an_accepted_status_is_an_answer() -> None:
    async with peer(http(404, b"nothing")) as one, door() as fetch:
        assert (await fetch.get(one.address, accept=(200, 404))).body == b"nothing"


async def test_a_host_that_asks_for_a_moment_gets_it() -> None:
    async with peer(http(429, Retry_After=1), http(200, b"now")) as one, door() as fetch:
        assert (await fetch.get(one.address)).body == b"now"


@pytest.mark.parametrize(
    ("status", "headers"),
    [
        (429, {"Retry_After": 7200}),
        (403, {"X_RateLimit_Remaining": 0, "X_RateLimit_Reset": 7200}),
        (503, {"RateLimit": '"default";r=0;t=7200'}),
    ],
)
async def test_a_host_that_asks_for_hours_is_left_alone_and_the_time_is_said(
    status: int, headers: dict[str, Any]
) -> None:
    async with peer(http(status, **headers)) as one, door() as fetch:
        for _ in range(2):
            with pytest.raises(FetchError, match="left alone until") as caught:
                await fetch.get(one.address)
    assert len(one.heard) == 1
    assert caught.value.retry_at is not None
    assert timedelta(hours=1.9) < caught.value.retry_at - datetime.now(UTC) < timedelta(hours=2.1)


async def test_what_has_not_changed_is_answered_from_memory_by_every_door() -> None:
    answers = http(200, b"old", ETag='"1"', Last_Modified="Thu, 01 Jan 2026 00:00:00 GMT"), http(304)
    async with peer(*answers) as one:
        for _ in range(2):
            async with door() as fetch:
                answer = await fetch.get(one.address)
                assert (answer.status, answer.body, answer.headers["etag"]) == (200, b"old", '"1"')
    assert 'If-None-Match: "1"' in one.heard[1]
    assert "If-Modified-Since: Thu, 01 Jan 2026" in one.heard[1]


async def test_one_address_is_remembered_for_each_format() -> None:
    async with peer(http(200, b"old", ETag='"1"')) as one, door() as fetch:
        await fetch.get(one.address, headers={"Accept": "text/html"})
        await fetch.get(one.address, headers={"Accept": "application/json"})
    assert "If-None-Match" not in one.heard[1]


async def test_what_is_forgotten_is_asked_for_anew() -> None:
    async with peer(http(200, b"old", ETag='"1"')) as one, door() as fetch:
        await fetch.get(one.address)
        fetch.forget()
        await fetch.get(one.address)
    assert "If-None-Match" not in one.heard[1]


async def test_an_unasked_not_modified_is_no_answer() -> None:
    async with peer(http(304)) as one, door() as fetch:
        with pytest.raises(FetchError, match="answered 304"):
            await fetch.get(one.address)


async def test_who_wants_to_be_left_alone_is_not_asked_by_the_next_process_either() -> None:
    async with peer(http(429, b"later", Retry_After="7200"), http(200, b"now")) as one:
        for _ in range(2):
            async with door() as fetch:
                with pytest.raises(FetchError, match="wants to be left alone until"):
                    await fetch.get(one.address)
    assert len(one.heard) == 1


async def test_what_may_be_withdrawn_is_not_remembered() -> None:
    async with peer(http(200, b"said", ETag='"1"')) as one, door() as fetch:
        for _ in range(2):
            await fetch.get(one.address, headers=FRESH)
    assert not any("If-None-Match" in head for head in one.heard)


async def test_nothing_that_was_got_with_a_credential_is_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HUBBUB_NAMED", "sesame/open")
    async with peer(http(200, b"mine", ETag='"1"')) as one, door() as fetch:
        assert fetch.secret("named") == "sesame/open"
        for _ in range(2):
            await fetch.get(one.address, params={"api_key": "x"})
            await fetch.get(one.address, headers={"Authorization": "Bearer x"})
            await fetch.get(one.address, headers={"X-Odd": "sesame/open"})
            await fetch.get(one.address, params={"odd": "sesame/open"})
    assert not any("If-None-Match" in head for head in one.heard)


async def test_the_units_of_a_day_hold_for_every_door() -> None:
    counted = Host("127.0.0.1", per_second=10_000, at_once=2, per_day=3)
    async with peer(http()) as one:
        for _ in range(3):
            async with door(counted) as fetch:
                await fetch.get(one.address)
        async with door(counted) as fetch:
            with pytest.raises(BudgetError, match=r"today's 3 requests to 127\.0\.0\.1 are spent") as caught:
                await fetch.get(one.address)
    assert len(one.heard) == 3
    assert caught.value.retry_at is not None
    assert timedelta() < caught.value.retry_at - datetime.now(UTC) <= timedelta(days=1)


async def test_what_reaches_nobody_spends_nothing_of_the_day() -> None:
    counted, unnamed = (Host(name, 10_000, 2, per_day=1) for name in ("127.0.0.1", "nowhere.invalid"))
    async with peer(http()) as gone:
        pass
    async with door(counted, unnamed) as fetch:
        for address in (gone.address, "https://nowhere.invalid/"):
            for _ in range(2):
                with pytest.raises(PassingError):
                    await fetch.get(address)
    async with peer(http(500)) as one, door(counted) as fetch:
        with pytest.raises(BudgetError):  # who answers that something is wrong was asked
            await fetch.get(one.address)
    assert len(one.heard) == 1


async def test_a_mirror_is_asked_under_the_name_of_the_host(monkeypatch: pytest.MonkeyPatch) -> None:
    async with peer(http(200, b"mirrored")) as one:
        monkeypatch.setenv("HUBBUB_MIRRORS", f"t={one.address}/base/ stream.example=ws://x")
        async with Door([Host("t", 10_000, 9)], limits=LIMITS) as fetch:
            answer = await fetch.get("https://t/path", params={"q": 1})
    assert (answer.address, answer.body) == ("https://t/path?q=1", b"mirrored")
    assert one.heard[0].startswith("GET /base/path?q=1 ")
    assert "\r\nHost: t\r\n" in one.heard[0]


async def test_no_credential_is_in_errors_logs_or_addresses(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    monkeypatch.setenv("HUBBUB_NAMED", "SESAME\n")
    said: list[str] = []
    answers = [http(200), http(404), http(302, Location="/on?token=SESAME"), http(404), b"SESAME is no HTTP\r\n\r\n"]
    async with peer(*answers) as one, door() as fetch:
        secret = fetch.secret("named")
        asked: dict[str, Any] = {
            "params": {"access_token": secret, "q": "SESAME"},
            "headers": {"Authorization": f"Bearer {secret}"},
        }
        said.append((await fetch.get(one.address, **asked)).address)
        for _ in range(3):
            with pytest.raises(FetchError) as caught:
                await fetch.get(one.address, **asked)
            said.append(str(caught.value))
        with pytest.raises(FetchError, match="a header or the address") as caught:
            await fetch.get(one.address, headers={"Authorization": "SESAME\nä"})
        said.append(str(caught.value))
    assert "SESAME" not in " ".join(said) + caplog.text
    assert "access_token=***" in said[0]


async def test_a_safe_that_is_not_there_gives_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")
    async with door() as fetch:
        assert fetch.secret("nobody") is None


async def test_without_archives_nothing_is_opened() -> None:
    async with door() as fetch:
        with pytest.raises(FileNotFoundError, match="no archive x"):
            fetch.open("x")
