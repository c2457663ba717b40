"""What videos, comments and channels say, what is gone, and how far lists are read."""

import asyncio
from pathlib import Path

import pytest

from hubbub.collect.source import LoginError, WrongAnswerError, sources
from hubbub.collect.sources.youtube import YouTube
from hubbub.model import Account, Description, Fact, Fault, Follow, FollowList, Page, Post, Tally, Watch
from tests.collect.replay import NOW, Replay

ANSWERS = Path(__file__).parents[2] / "recordings" / "youtube" / "answers"
SUBSCRIBER = "UCAuUUnT6oDeKwE6v1NGQxug"


def read(lane: str, since: str = "", replay: Replay | None = None) -> list[Page]:
    async def take() -> list[Page]:
        return [page async for page in YouTube().read(lane, since, replay or Replay(ANSWERS))]

    return asyncio.run(take())


def facts(lane: str) -> list[Fact | Fault]:
    return [one for page in read(lane) for one in sources()["youtube"].parse(page)]


def parse(lane: str, body: bytes) -> list[Fact | Fault]:
    return list(sources()["youtube"].parse(Page(lane, "", body, NOW, "")))


def test_a_video_that_is_a_work_has_a_description_and_numbers() -> None:
    description, *tallies = facts("works:d39DL4ed754")
    assert isinstance(description, Description)
    assert (description.title, description.creators, description.issued) == (
        "Y Combinator video outtakes",
        ("ImpactStory",),
        "2013-10-15",
    )
    assert {one.kind: one.value for one in tallies if isinstance(one, Tally)} == {
        "views": 113,
        "likes": 3,
        "comments": 0,
    }


def test_a_hidden_number_is_unknown() -> None:
    body = (ANSWERS / "videos_work.json").read_bytes().replace(b'"likeCount": "3",', b"")
    assert [one.kind for one in parse("works:d39DL4ed754", body) if isinstance(one, Tally)] == ["views", "comments"]
    first, second = (one for one in facts(f"channels:{','.join(CHANNELS)}") if isinstance(one, Account))
    assert (first.followers, second.followers) == (1_880_000, None)


CHANNELS = "UC_x5XG1OV2P6uZZ5FSM9Ttw", "UCK8sQmJBp8GCxrOtXWBpyEA", SUBSCRIBER


def test_comments_are_about_the_video_above_them() -> None:
    comments = {one.id: one for one in facts("talk:d39DL4ed754") if isinstance(one, Post)}
    assert len(comments) == 6
    first = comments["UgyZ1jqkHKYvi1-ruOZ4AaABAg"]
    assert [one.address for one in first.links] == ["https://www.youtube.com/watch?v=d39DL4ed754", "http://google.com/"]
    assert (first.text, first.author, first.version) == (
        "Google.com",
        "UCzj-CjKYmGlZ7vTL-vOe57A",
        "2019-11-26T15:51:44Z",
    )
    reply = comments["Ugw5zYU6n9pmIgAZWvN4AaABAg.91zT3cYb5B291za6voUoRh"]
    assert reply.replies_to in comments


def test_talk_is_read_down_to_what_was_read_before() -> None:
    first, last = read("talk:d39DL4ed754")
    assert first.resume.startswith(" 2019-11-26T15:51:44Z ")
    assert last.resume == "2019-11-26T15:51:44Z"
    assert len(read("talk:d39DL4ed754", last.resume)) == 1
    assert len(read("talk:d39DL4ed754", "2019-11-17T00:00:00Z")) == 2


def test_a_search_asks_for_whole_descriptions_and_goes_on_where_it_stood() -> None:
    replay = Replay(ANSWERS)
    (page,) = read("search:10.5555/12345678", replay=replay)
    assert [one.rpartition("/")[2].partition("?")[0] for one in replay.asked] == ["search", "videos"]
    (again,) = read("search:10.5555/12345678", page.resume)
    assert again.resume == page.resume == "2019-09-11T23:00:05Z"


def test_what_is_missing_is_withdrawn() -> None:
    gone = [
        one.id
        for lane in sources()["youtube"].lanes(Watch(posts=("ovdbrdCIP7U", "aaaaaaaaaaa", *COMMENTS)))
        for one in facts(lane)
        if isinstance(one, Post) and one.change == "withdrawn"
    ]
    assert gone == ["aaaaaaaaaaa", COMMENTS[1]]


COMMENTS = "Ugw5zYU6n9pmIgAZWvN4AaABAg.91zT3cYb5B291za6voUoRh", "Ugw5zYU6n9pmIgAZWvN4AaABAg.91zT3cYb5B291za5eJxzs1"


def test_an_answer_that_is_no_list_withdraws_nothing() -> None:
    for body in (b"{}", b'{"items": []}', b'{"error": {"code": 403}}'):
        (fault,) = parse("videos:ovdbrdCIP7U", body)
        assert isinstance(fault, Fault)


def test_subscriptions_are_complete_at_their_last_page_only() -> None:
    first, last = read(f"following:{SUBSCRIBER}")
    source = sources()["youtube"]
    assert not [one for one in source.parse(first) if isinstance(one, FollowList)]
    *follows, ended = source.parse(last)
    assert isinstance(ended, FollowList)
    assert (ended.complete, ended.began_at, ended.total, ended.direction) == (True, NOW, 7, "following")
    assert all(isinstance(one, Follow) and one.follower == SUBSCRIBER for one in follows)
    assert len(read(f"following:{SUBSCRIBER}", last.resume)) == 2, "anew, since it came to its end"


def test_a_closed_list_is_no_failure_and_a_refusal_is() -> None:
    assert read("following:UC_closed") == []
    with pytest.raises(WrongAnswerError, match="The caller does not have permission"):
        read("following:UC_refused")


def test_without_a_key_it_says_what_is_missing() -> None:
    class Nobody(Replay):
        def secret(self, name: str) -> str | None:
            return None

    with pytest.raises(LoginError, match="youtube_key"):
        read("talk:d39DL4ed754", replay=Nobody(ANSWERS))
