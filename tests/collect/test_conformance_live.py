"""What every source owes that asks a service: tried on its recordings, whole and spoiled.

They lie in the folder `answers` of the source, with `requests.ndjson` (see `replay`) and `watch.json`, what is asked of
the source here.
"""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hubbub.collect.source import LoginError, Source, WrongAnswerError, sources
from hubbub.identify import in_address, in_text
from hubbub.model import (
    TALLIES,
    Account,
    Alias,
    Block,
    Description,
    Fact,
    Fault,
    Follow,
    FollowList,
    Page,
    Post,
    Tally,
    Watch,
)
from tests.collect.replay import NOW, SECRETS, NotRecordedError, Replay

RECORDINGS = Path(__file__).parent.parent / "recordings"
LIVE = sorted(name for name, one in sources().items() if {"poll", "stream"} & {*one.about.modes})
NOTHING_READ = (WrongAnswerError, LoginError, NotRecordedError)


def _folder(name: str) -> Path:
    return RECORDINGS / name / "answers"


def watch_of(name: str) -> Watch:
    return msgspec.json.decode((_folder(name) / "watch.json").read_bytes(), type=Watch)


def lanes_of(name: str) -> list[str]:
    return list(sources()[name].lanes(watch_of(name)))


def every_lane() -> list[Any]:
    return [pytest.param(name, lane, id=f"{name}-{lane}") for name in LIVE for lane in lanes_of(name)]


def read(name: str, lane: str, since: str = "", change: Callable[[bytes], bytes] = lambda body: body) -> list[Page]:
    """Read a lane as far as its recordings go."""
    pages: list[Page] = []

    async def take() -> None:
        async for page in sources()[name].read(lane, since, Replay(_folder(name), change)):
            pages.append(page)

    asyncio.run(take())
    return pages


def parse(source: Source, pages: list[Page]) -> list[Fact | Fault]:
    return [one for page in pages for one in (*page.faults, *source.parse(page))]


def names_of(fact: Fact) -> list[tuple[str, str]]:
    """A fact by the names that a card's examples give it."""
    match fact:
        case Post():
            found = [one for link in fact.links for one in in_address(link.address)]
            found += in_text(fact.text) if fact.text else []
            return [(fact.id, str(one.identifier)) for one in found] or [(fact.id, "")]
        case Account():
            return [("account", fact.id)]
        case Follow():
            return [("follow", f"{fact.follower} {fact.followed}")]
        case FollowList():
            return [("list", f"{fact.account} {fact.direction}")]
        case Block():
            return [("block", f"{fact.blocker} {fact.blocked}")]
        case Tally():
            return [(f"tally {fact.kind} {fact.value}", str(fact.identifier))]
        case Alias():
            return [(f"alias {fact.relation} {fact.identifier}", str(fact.other))]
        case Description():
            return [("description", str(fact.identifier))]


@pytest.mark.parametrize("name", LIVE)
def test_a_service_is_asked_within_its_pace(name: str) -> None:
    """Every host that is asked stands on the card."""
    about = sources()[name].about
    assert about.hosts
    assert all(host.per_second > 0 and host.at_once > 0 for host in about.hosts)
    assert lanes_of(name), "watch.json asks for nothing"
    assert len({*lanes_of(name)}) == len(lanes_of(name))
    assert list(sources()[name].lanes(Watch())) == [lane for lane in lanes_of(name) if lane.startswith("stream")]


@pytest.mark.parametrize("name", LIVE)
def test_examples_are_recorded_and_hold_what_the_card_says(name: str) -> None:
    source = sources()[name]
    live = [example for example in source.about.examples if example.lane]
    assert live
    for example in live:
        body = (_folder(name) / example.recording).read_bytes()
        page = Page(example.lane, example.address, body, NOW, "")
        found = {named for fact in source.parse(page) if not isinstance(fact, Fault) for named in names_of(fact)}
        assert {*example.finds} <= found, example.recording


@pytest.mark.parametrize(("name", "lane"), every_lane())
def test_a_lane_is_read_to_its_end(name: str, lane: str) -> None:
    source, pages = sources()[name], read(name, lane)
    assert pages
    facts = parse(source, pages)
    assert [one for one in facts if isinstance(one, Fault)] == []
    assert facts == parse(source, pages), "parse is pure"
    for fact in facts:
        if not isinstance(fact, Fault):
            assert type(fact).__name__ in source.about.yields
            assert fact.via == name
            assert not isinstance(fact, Tally) or fact.kind in TALLIES


@pytest.mark.parametrize(("name", "lane"), every_lane())
def test_every_resume_point_leads_to_the_rest(name: str, lane: str) -> None:
    source, pages = sources()[name], read(name, lane)
    wanted = [names_of(one) for one in parse(source, pages) if not isinstance(one, Fault)]
    for number, page in enumerate(pages[:-1], 1):
        rest = [*pages[:number], *read(name, lane, page.resume)]
        found = [names_of(one) for one in parse(source, rest) if not isinstance(one, Fault)]
        assert {str(one) for one in wanted} == {str(one) for one in found}


HOSTILE = [
    b"",
    b"null",
    b"[]",
    b"{}",
    b"[" * 100_000,
    b"<!doctype html><title>Just a moment...</title>",
    b'{"error": "no"}',
    b"\xff\xfe\x00",
    b"<a>" * 50_000,
    b'{"message": null, "data": null, "items": null, "results": null, "hits": null}',
]


def survives(name: str, lane: str, change: Callable[[bytes], bytes]) -> None:
    """A spoiled lane is refused with a reason, or read with faults that have one."""
    with suppress(*NOTHING_READ):
        pages = read(name, lane, change=change)
        _assert_reasons(name, pages)


def _assert_reasons(name: str, pages: list[Page]) -> None:
    for one in parse(sources()[name], pages):
        if isinstance(one, Fault):
            assert one.reason
            one.sample.encode()


@pytest.mark.parametrize("body", HOSTILE, ids=range(len(HOSTILE)))
@pytest.mark.parametrize(("name", "lane"), every_lane())
def test_nonsense_is_survived_with_a_reason(name: str, lane: str, body: bytes) -> None:
    survives(name, lane, lambda _: body)


@pytest.mark.parametrize(("name", "lane"), every_lane())
@given(seed=st.integers(0, 10**6))
def test_a_cut_or_spoiled_answer_is_survived(name: str, lane: str, seed: int) -> None:
    survives(name, lane, lambda body: body[: seed % (len(body) + 1)])
    survives(name, lane, lambda body: _spoiled(body, seed))


def _spoiled(body: bytes, seed: int) -> bytes:
    """Put another kind of value where one stands."""
    at = seed % (len(body) or 1)
    for mark in (b'":', b">"):
        found = body.find(mark, at)
        if found >= 0:
            end = found + len(mark)
            return body[:end] + (b"[{}]," if mark == b'":' else b"<x>") + body[end:]
    return body[::-1]


@pytest.mark.parametrize(("name", "lane"), every_lane())
def test_no_secret_is_in_a_page(name: str, lane: str) -> None:
    for page in read(name, lane):
        assert "secret-" not in page.lane + page.address + page.resume


@pytest.mark.parametrize("name", LIVE)
def test_no_recording_holds_a_secret_or_an_e_mail_address(name: str) -> None:
    files = [file for file in _folder(name).iterdir() if file.name not in ("ORIGIN.md", "requests.ndjson")]
    assert {file.name: found for file in files if (found := SECRETS.findall(file.read_text(errors="replace")))} == {}
