"""What is odd about Stack Exchange: a post that is gone is only missing, and a key must not be seen."""

import asyncio
from pathlib import Path
from typing import cast

import msgspec
import pytest

from hubbub.collect.source import Fetch
from hubbub.collect.sources.stackexchange import StackExchange
from hubbub.model import Account, Fact, Fault, Identifier, Page, Post, Watch
from tests.collect.replay import NOW, Replay

ANSWERS = Path(__file__).parents[2] / "recordings/stackexchange/answers"
DOI = "10.1371/journal.pone.0000308"
WORK = f"work:academia {DOI}"
ASKED = "posts:academia.stackexchange.com a/28101;q/28099;a/4"
SITE = "https://academia.stackexchange.com"


def read(lane: str, since: str = "") -> list[Page]:
    async def take() -> list[Page]:
        return [page async for page in StackExchange().read(lane, since, cast(Fetch, Replay(ANSWERS)))]

    return asyncio.run(take())


def parse(lane: str, body: bytes) -> list[Fact | Fault]:
    return list(StackExchange().parse(Page(lane, "https://api.stackexchange.com/2.3/posts/1", body, NOW, "")))


def test_an_answer_has_the_address_that_others_know_it_by_and_the_time_of_its_edit_as_version() -> None:
    (page,) = read(ASKED)
    post, author, *_ = StackExchange().parse(page)
    assert isinstance(post, Post)
    assert isinstance(author, Account)
    assert (post.id, post.version, post.change) == (f"{SITE}/a/28101", "2014-09-06T10:45:00Z", "edited")
    assert [link.address for link in post.links] == [f"https://doi.org/{DOI}"]
    assert post.author == author.id == f"{SITE}/users/11/ada"


def test_who_left_is_nobody() -> None:
    (page,) = read(ASKED)
    (question,) = [one for one in StackExchange().parse(page) if isinstance(one, Post) and one.id.endswith("q/28099")]
    assert question.author is None


def test_a_post_that_is_asked_for_and_not_shown_is_gone() -> None:
    (page,) = read(ASKED)
    gone = [one for one in StackExchange().parse(page) if isinstance(one, Post) and one.change == "withdrawn"]
    assert [(one.id, one.version) for one in gone] == [(f"{SITE}/a/4", "2026-11-01T00:00:00Z")]


@pytest.mark.parametrize("body", [b"{}", b'{"error_id": 502, "error_name": "throttle_violation"}', b'{"items": [{}]}'])
def test_nothing_is_gone_where_the_answer_cannot_be_read(body: bytes) -> None:
    (fault,) = parse(ASKED, body)
    assert isinstance(fault, Fault)


def test_nothing_is_gone_by_what_a_search_does_not_find() -> None:
    assert parse(WORK, b'{"items": []}') == []


def test_a_search_goes_on_from_what_was_active_last() -> None:
    pages = read(WORK)
    assert [page.resume for page in pages] == ["", "1410000301"]
    assert read(WORK, pages[-1].resume) == []


def test_the_key_stays_out_of_pages() -> None:
    assert {page.address.partition("?")[2] for page in read(WORK)} == {"filter=withbody&site=academia&pagesize=100"}


def test_a_time_outside_the_calendar_costs_its_post_only() -> None:
    answer = msgspec.json.decode((ANSWERS / "posts.json").read_bytes())
    answer["items"][0]["creation_date"] = 10**15
    facts = parse(WORK, msgspec.json.encode(answer))
    assert [type(one) for one in facts] == [Fault, Post]


def test_held_posts_are_asked_for_a_hundred_at_a_time() -> None:
    held = [f"{SITE}/a/{n}" for n in range(1, 151)] + ["https://mathoverflow.net/q/7", "https://x.example/t/1"]
    watch = Watch(works=(Identifier("doi", DOI),), posts=tuple(held), lists=("stackexchange:bioacoustics",))
    lanes = list(StackExchange().lanes(watch))
    assert lanes[0] == f"work:bioacoustics {DOI}"
    assert [lane.count(";") + 1 for lane in lanes[1:]] == [100, 50, 1]
    assert lanes[-1] == "posts:mathoverflow.net q/7"
