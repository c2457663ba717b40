"""Assistants ask by the official client, of a store and of a server, and strangers' words stay quoted."""

import asyncio
import subprocess
import sys
from collections.abc import Iterator, Mapping
from importlib.metadata import version
from typing import Any

import msgspec
import pytest
from mcp import Client, StdioServerParameters

from hubbub.answers import Answers
from hubbub.mcp import WARNING
from tests.cli.commanded import PROGRAM, environment, run
from tests.web.conftest import EVIL, PAPER, SCRIPT, Running

TOOLS = {
    "get_citation_counts", "get_citation_details", "search_citations", "get_people", "list_shelves", "suggest_people",
}  # fmt: skip
Calls = list[tuple[str, dict[str, Any]]]


def started(store: str, *more: str) -> StdioServerParameters:
    return StdioServerParameters(command=str(PROGRAM), args=["mcp", *more], env=environment(store))


def asked(store: str, calls: Calls, *more: str) -> list[Any]:
    """What calls come to in one session: the answer, or as a string why there is none."""

    async def ask() -> list[Any]:
        async with Client(started(store, *more)) as client:
            results = [await client.call_tool(name, told) for name, told in calls]
            return [
                one.content[0].text if one.is_error else one.structured_content  # type: ignore[union-attr]
                for one in results
            ]

    return asyncio.run(ask())


def bare(value: Any) -> Any:
    """An answer without the marks."""
    if isinstance(value, Mapping):
        return (
            bare(value["untrusted"])
            if set(value) == {"untrusted"}
            else {name: bare(one) for name, one in value.items()}
        )
    return [bare(one) for one in value] if isinstance(value, list) else value


def unmarked(value: Any, at: str = "") -> Iterator[tuple[str, str]]:
    """Strings that are not marked, and under which name they stand."""
    if isinstance(value, Mapping):
        for name, one in value.items():
            if name != "untrusted":
                yield from unmarked(one, name)
    elif isinstance(value, list):
        for one in value:
            yield from unmarked(one, at)
    elif isinstance(value, str):
        yield at, value


@pytest.fixture(scope="module")
def store(answers: Answers) -> str:
    return answers._store.address


def test_tools_read_alone_and_each_warns_of_strangers(store: str) -> None:
    async def ask() -> tuple[str, str | None, list[Any]]:
        async with Client(started(store)) as client:
            assert client.server_info
            return client.server_info.version, client.instructions, (await client.list_tools()).tools

    told, instructions, tools = asyncio.run(ask())
    assert told == version("hubbub")
    assert {one.name for one in tools} == TOOLS
    assert all(one.annotations.read_only_hint and WARNING in one.description for one in tools)
    assert WARNING in (instructions or "")


@pytest.mark.parametrize("served", [False, True])
def test_answers_are_those_of_the_store_and_of_the_server(
    answers: Answers, store: str, served: bool, running: Running
) -> None:
    calls: Calls = [
        ("get_citation_counts", {"identifier": str(PAPER)}),
        ("get_citation_counts", {"identifier": PAPER.value, "identifier_type": "doi"}),
        ("get_citation_counts", {"identifier": f"https://doi.org/{PAPER.value}", "identifier_type": "uri"}),
        ("get_citation_details", {"identifier": str(PAPER), "limit": 3}),
        ("search_citations", {"query": "drosophila"}),
        ("get_people", {"identifier": str(PAPER), "limit": 2}),
        ("list_shelves", {}),
        ("suggest_people", {"shelf": "mine", "each": 2}),
    ]
    with running(answers) as address:
        counts, again, at_its_address, page, works, people, shelves, rings = asked(
            store, calls, *(["--server", address] if served else [])
        )
    report = msgspec.json.decode(msgspec.json.encode(answers.report(PAPER, voices=0)))
    for name in ("posts", "accounts", "amplifications", "categories", "sources", "reach"):
        assert bare(counts)[name] == report[name]
    assert again == at_its_address == counts
    said = answers.mentions(PAPER, None, 3)
    assert said is not None
    assert [one["post"] for one in bare(page)["mentions"]] == [one.post for one in said.mentions]
    assert page["next"] == said.next
    assert [bare(one["identifier"]["value"]) for one in works["works"]] == [PAPER.value]
    found = answers.people(PAPER)
    assert found is not None
    assert [bare(one)["speaker"]["key"] for one in people["voices"]] == [one.speaker.key for one in found.voices[:2]]
    assert people["persons"] == found.persons
    assert [one["name"] for one in bare(shelves)["shelves"]] == [one.name for one in answers.cards()]
    assert rings["shelf"] == "mine"
    assert all(len(ring) <= 2 for ring in rings["rings"])


def test_pages_follow_each_other(answers: Answers, store: str) -> None:
    (first,) = asked(store, [("get_citation_details", {"identifier": str(PAPER), "limit": 2})])
    (second,) = asked(
        store, [("get_citation_details", {"identifier": str(PAPER), "limit": 2, "cursor": first["next"]})]
    )
    posts = [one["post"] for page in (first, second) for one in bare(page)["mentions"]]
    said = answers.mentions(PAPER, None, 4)
    assert said is not None
    assert posts == [one.post for one in said.mentions]


def test_what_strangers_write_stands_nowhere_but_where_it_is_called_untrusted(store: str) -> None:
    calls: Calls = [
        ("get_citation_details", {"identifier": str(EVIL)}),
        ("get_citation_counts", {"identifier": str(EVIL)}),
        ("get_people", {"identifier": str(EVIL)}),
        ("search_citations", {"query": "evil"}),
    ]
    for told in asked(store, calls):
        assert SCRIPT in str(bare(told))
        loose = [(at, text) for at, text in unmarked(told) if "window.hit" in text or "\u202e" in text]
        assert {at for at, _ in loose} <= {"via", "kind"}  # names of sources and of tallies, which collectors give
        # An address, an identifier and a word of an archive may be whole sentences.
        assert not {"post", "key", "value", "relation", "language", "assertion"} & {at for at, _ in unmarked(told)}


def test_what_cannot_be_answered_is_refused_in_words_and_the_next_is_answered(store: str) -> None:
    wrong: list[tuple[str, dict[str, Any], str]] = [
        ("get_citation_counts", {"identifier": "no identifier"}, "cannot read that as an identifier"),
        ("get_citation_counts", {"identifier": "10.5555/1", "identifier_type": "</b>\u202e"}, "no type '</b>'"),
        ("get_citation_counts", {}, "identifier"),
        ("get_citation_counts", {"identifier": "w" * 100_000}, "2000"),
        ("get_citation_details", {"identifier": str(PAPER), "limit": 0}, "limit"),
        ("get_citation_details", {"identifier": str(PAPER), "cursor": "'; DROP TABLE mention"}, "cursor"),
        ("suggest_people", {"shelf": "none of mine"}, "no such shelf"),
        ("search_citations", {"query": "\x00"}, "q"),
    ]
    *refused, answered = asked(store, [*((name, told) for name, told, _ in wrong), ("list_shelves", {})])
    for (_, _, says), sentence in zip(wrong, refused, strict=True):
        assert isinstance(sentence, str)
        assert says in sentence
        assert "Traceback" not in sentence
    assert answered["shelves"]


def test_a_server_that_is_not_there_is_told_of(store: str) -> None:
    (refused,) = asked(store, [("list_shelves", {})], "--server", "http://127.0.0.1:9")
    assert "cannot be asked" in refused


def test_without_the_package_the_command_says_how_to_get_it(store: str) -> None:
    absent = "import sys; sys.modules['mcp'] = None; sys.argv = ['hubbub', 'mcp']; from hubbub.cli import main; main()"
    done = subprocess.run([sys.executable, "-c", absent], capture_output=True, text=True, env=environment(store))
    assert (done.returncode, done.stdout) == (1, "")
    assert "pip install 'hubbub[mcp]'" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_token_is_not_sent_in_the_open(store: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HUBBUB_TOKEN", "secret")
    run(store, "mcp", "--server", "http://hubbub.example.org").fails("https://", status=2)
