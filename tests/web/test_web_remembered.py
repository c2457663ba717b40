"""Answers that are remembered: the same bytes at once, and never longer than they are right."""

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic
from typing import Any
from unittest import mock

import httpx
import pytest

from hubbub.answers import Answers
from hubbub.model import Alias, Description, Identifier, Post, Reading
from hubbub.pipeline import find
from hubbub.store import Store, open_store
from hubbub.web import remembered
from hubbub.web.app import create_app

WORK, OTHER = Identifier("doi", "10.5555/loud"), Identifier("pmid", "12345678")
COUNTS, BADGE = "/v1/doi/10.5555/loud", "/badge/doi/10.5555/loud.svg"
NOW = datetime(2026, 7, 1, tzinfo=UTC)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with open_store(str(tmp_path / "store.db")) as store:
        say(store, 1)
        yield store


@pytest.fixture
def summed(store: Store) -> Iterator[mock.Mock]:
    """Counts how often a work is summed up for `client`."""
    with mock.patch.object(Answers, "summary", autospec=True, side_effect=Answers.summary) as counted:
        yield counted


class Client:
    """Asks the app itself, so that what it calls can be counted."""

    def __init__(self, answers: Answers) -> None:
        self._transport = httpx.ASGITransport(create_app(answers))

    def get(self, path: str, **more: Any) -> httpx.Response:
        async def ask() -> httpx.Response:
            async with httpx.AsyncClient(transport=self._transport, base_url="http://localhost") as client:
                return await client.get(path, **more)

        return asyncio.run(ask())


@pytest.fixture
def client(store: Store, summed: mock.Mock) -> Client:
    return Client(Answers(store))


def post(number: int, text: str = "https://doi.org/10.5555/loud", **more: str) -> Post:
    told = {"text": text, "author": f"did:plc:{number}"} if more.get("change") != "withdrawn" else {}
    return Post(source="bluesky", id=f"at://{number}", via="bluesky", posted_at=NOW, **({"version": "1"} | told | more))  # type: ignore[arg-type]


def say(store: Store, number: int, text: str = "https://doi.org/10.5555/loud", **more: str) -> None:
    with store.writing() as writer:
        said = post(number, text, **more)
        writer.keep([Reading(said, find(said, frozenset()))], NOW)


def posts(client: Client, path: str = COUNTS) -> int:
    told = client.get(path).raise_for_status().json()
    number = told["cited_by_posts_count"]
    assert isinstance(number, int)
    return number


def test_the_same_question_is_answered_once(client: Client, summed: mock.Mock) -> None:
    first, second = client.get(COUNTS), client.get(COUNTS)
    assert first.content == second.content
    told = [
        {name: one for name, one in answer.headers.items() if "remaining" not in name} for answer in (first, second)
    ]
    assert told[0] == told[1]
    assert summed.call_count == 1
    client.get(COUNTS, headers={"Host": "127.0.0.1"})  # addresses in it are other ones
    client.get(COUNTS, params={"callback": "f"})
    assert summed.call_count == 3


def test_a_change_of_the_work_is_seen_and_one_of_another_asks_nothing(
    client: Client, store: Store, summed: mock.Mock
) -> None:
    assert posts(client) == 1
    say(store, 2, "https://doi.org/10.5555/quiet")
    assert posts(client) == 1
    assert summed.call_count == 1
    say(store, 3)
    assert posts(client) == 2
    say(store, 3, version="2", change="withdrawn")
    assert posts(client) == 1


def test_a_name_that_joins_the_work_changes_it(client: Client, store: Store) -> None:
    say(store, 2, "https://pubmed.ncbi.nlm.nih.gov/12345678")
    assert (posts(client), posts(client, "/v1/pmid/12345678")) == (1, 1)
    with store.writing() as writer:
        writer.keep([Alias(identifier=WORK, relation="is_same_as", other=OTHER, via="europepmc", version="1")], NOW)
    assert (posts(client), posts(client, "/v1/pmid/12345678")) == (2, 2)


def test_what_is_told_of_the_work_and_how_it_stands_are_seen(client: Client, store: Store) -> None:
    client.get(COUNTS)
    with store.writing() as writer:
        writer.keep([Description(identifier=WORK, via="crossref", version="1", title="Loud")], NOW)
    assert client.get(COUNTS).json()["title"] == "Loud"


def test_what_could_not_be_told_is_asked_again(client: Client, store: Store) -> None:
    assert client.get("/v1/doi/10.5555/quiet").status_code == 404
    say(store, 2, "https://doi.org/10.5555/quiet")
    assert client.get("/v1/doi/10.5555/quiet").status_code == 200


def test_a_reader_that_holds_the_answer_is_told_so(client: Client) -> None:
    first = client.get(BADGE)
    held = {"If-None-Match": first.headers["etag"]}
    for _ in range(2):
        again = client.get(BADGE, headers=held)
        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["etag"] == first.headers["etag"]
        assert again.headers["access-control-allow-origin"] == "*"
    assert client.get(BADGE, headers={"If-None-Match": '"other"'}).content == first.content


def test_windows_of_time_move_on_though_nothing_changes(client: Client, summed: mock.Mock) -> None:
    posts(client)
    later = monotonic() + remembered.FRESH + 1
    with mock.patch.object(remembered, "monotonic", return_value=later):
        posts(client)
    assert summed.call_count == 2


def test_the_room_is_bounded_and_the_oldest_gives_way(client: Client, summed: mock.Mock) -> None:
    size = len(client.get(COUNTS).content)
    with mock.patch.object(remembered, "ROOM", 2 * size + 20):
        for name in ("a", "b", "c"):
            client.get(COUNTS, params={"x": name})
        asked = summed.call_count
        client.get(COUNTS, params={"x": "c"})
        assert summed.call_count == asked
        client.get(COUNTS)
        assert summed.call_count == asked + 1


def test_more_changes_than_are_worth_a_look_forget_everything(client: Client, store: Store) -> None:
    assert posts(client) == 1
    with mock.patch.object(remembered, "AT_ONCE", 1):
        say(store, 2)
        say(store, 3, "https://doi.org/10.5555/quiet")
        assert posts(client) == 2


def test_who_takes_no_compression_gets_none_though_others_do(client: Client, store: Store) -> None:
    with store.writing() as writer:
        writer.keep([Description(identifier=WORK, via="crossref", version="1", title="Loud " * 300)], NOW)
    told = [client.get(COUNTS, headers={"Accept-Encoding": one}) for one in ("gzip", "identity", "gzip")]
    assert [one.headers.get("content-encoding") for one in told] == ["gzip", None, "gzip"]
    assert len({one.content for one in told}) == 1
