"""What a submission says, when it is gone, and how far a search is read."""

import asyncio
from pathlib import Path

import pytest

from hubbub.collect.source import LoginError, sources
from hubbub.collect.sources.reddit import Reddit
from hubbub.model import Account, Fault, Page, Post
from tests.collect.replay import NOW, Replay

ANSWERS = Path(__file__).parents[2] / "recordings" / "reddit" / "answers"
WORK = "search:10.5555/12345678"
LINK = "https://reddit.com/r/labnotes/comments/1abcd2/a_paper_on_methods"
QUESTION = "https://reddit.com/r/scholarhelp/comments/1abcd1/article_doi105555"
MISSING = "https://reddit.com/r/labnotes/comments/1abcc8/gone"


def posts(name: str, lane: str = WORK) -> dict[str, Post]:
    facts = sources()["reddit"].parse(Page(lane, "", (ANSWERS / name).read_bytes(), NOW, ""))
    return {one.id: one for one in facts if isinstance(one, Post)}


def pages(since: str = "", lane: str = WORK) -> tuple[list[str], list[str]]:
    replay = Replay(ANSWERS)

    async def read() -> list[str]:
        return [page.resume async for page in Reddit().read(lane, since, replay)]

    resumes = asyncio.run(read())
    return [one for one in replay.asked if "access_token" not in one], resumes


def test_a_link_and_a_title_are_read() -> None:
    found = posts("search_page1.json")
    assert [one.address for one in found[LINK].links] == ["https://doi.org/10.5555/12345678"]
    assert (found[LINK].text, found[LINK].author, found[LINK].change) == (None, "t2_9zz9a", "made")
    question = found[QUESTION]
    assert (question.text or "").startswith("[Article] doi:10.5555/12345678\n\nCan anybody tell more about [this]")
    assert question.links == ()
    assert (question.change, question.version) == ("edited", "2026-01-01T01:00:00Z")
    assert question.url == QUESTION.replace("//", "//www.", 1)


def test_authors_are_known_by_their_permanent_id() -> None:
    facts = sources()["reddit"].parse(Page(WORK, "", (ANSWERS / "search_page1.json").read_bytes(), NOW, ""))
    assert [(one.id, one.handle, one.followers) for one in facts if isinstance(one, Account)] == [
        ("t2_9zz9a", "a_reader", None),
        ("t2_9zz9b", "another_reader", None),
    ]


def test_a_crosspost_quotes_the_original() -> None:
    crosspost = posts("search_page2.json")["https://reddit.com/r/science_talk/comments/1abcd0/a_paper_on_methods"]
    assert crosspost.quotes == LINK


def test_what_is_deleted_or_missing_is_withdrawn_by_the_name_that_is_held() -> None:
    lane = f"posts:{LINK} {QUESTION} {MISSING}"
    assert {post: one.change for post, one in posts("info.json", lane).items()} == {
        LINK: "made",
        QUESTION: "withdrawn",
        MISSING: "withdrawn",
    }


def test_a_search_goes_down_to_what_was_seen_before() -> None:
    asked, resumes = pages()
    assert len(asked) == 2
    assert resumes == [" 01767225700.0 t3_1abcd1", "01767225700.0"]
    assert len(pages("01767225700.0")[0]) == 1
    assert len(pages("01767139200.0")[0]) == 2


def test_posts_that_reddit_cannot_know_are_not_asked_for() -> None:
    assert pages(lane="posts:https://reddit.com/r/labnotes") == ([], [])


def test_a_login_serves_many_lanes() -> None:
    replay, source = Replay(ANSWERS), Reddit()

    async def read() -> None:
        for _ in range(3):
            async for _ in source.read(WORK, "01767225700.0", replay):
                pass

    asyncio.run(read())
    assert sum("access_token" in one for one in replay.asked) == 1


def test_without_a_login_it_says_what_is_missing() -> None:
    class Nobody(Replay):
        def secret(self, name: str) -> str | None:
            return None

    async def read() -> None:
        async for _ in Reddit().read(WORK, "", Nobody(ANSWERS)):
            pass

    with pytest.raises(LoginError, match="reddit_client_id and reddit_client_secret"):
        asyncio.run(read())


def test_times_outside_the_calendar_are_set_aside() -> None:
    body = (ANSWERS / "search_page1.json").read_bytes().replace(b'"created_utc": 1767225700.0', b'"created_utc": 1e300')
    first, *_ = sources()["reddit"].parse(Page(WORK, "", body, NOW, ""))
    assert isinstance(first, Fault)
