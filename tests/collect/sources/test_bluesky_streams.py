"""Streams: what comes is soon a page, resumes where it stood, and ends with a reason."""

import asyncio
from collections.abc import AsyncIterator, Iterable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from hubbub.collect import archive
from hubbub.collect.source import WrongAnswerError, sources
from hubbub.collect.sources.bluesky.records import FOLLOW, POST
from hubbub.collect.sources.bluesky.touching import touches
from hubbub.collect.touching import prints_of
from hubbub.model import Account, Fault, Follow, Page, Post, Watch
from tests.collect.replay import Replay
from tests.collect.sources.test_bluesky_firehose import DID, OTHER, SAID, commit, message

ANSWERS = Path(__file__).parents[2] / "recordings" / "bluesky" / "answers"
V2 = "wss://jetstream.example/xrpc/network.bsky.jetstream.subscribeEvents"
BLUESKY = sources()["bluesky"]


class Spoken(Replay):
    """A stream that says what it is told to say, and then ends, or goes on without a word."""

    def __init__(self, messages: Iterable[bytes], silent: bool = False) -> None:
        super().__init__(ANSWERS)
        self._messages, self._silent = messages, silent
        self.closed = False

    async def messages(self, address: str, *, headers: Mapping[str, str] = {}) -> AsyncIterator[bytes]:
        self.asked.append(address)
        try:
            for one in self._messages:
                yield one
            if self._silent:
                await asyncio.Event().wait()
        finally:
            self.closed = True


def read(spoken: Spoken, lane: str = "stream:jetstream", since: str = "", most: int = 100) -> list[Page]:
    pages: list[Page] = []

    async def take() -> None:
        async with asyncio.timeout(60):
            reading: Any = BLUESKY.read(lane, since, spoken)
            async for page in reading:
                pages.append(page)
                if len(pages) == most:
                    break
            await reading.aclose()

    asyncio.run(take())
    return pages


def frame(time_us: int) -> bytes:
    return b'{"did":"%b","time_us":%d,"kind":"identity","identity":{"handle":"a.example"}}' % (DID.encode(), time_us)


def facts(pages: list[Page]) -> list[Any]:
    return [one for page in pages for one in (*page.faults, *BLUESKY.parse(page))]


def test_jetstream_is_asked_for_what_hubbub_reads_from_a_little_before_where_it_stood() -> None:
    spoken = Spoken([])
    read(spoken, since="1783159380000000")
    asked = parse_qs(urlsplit(spoken.asked[0]).query)
    assert asked["wantedCollections"] == [
        "app.bsky.feed.*",
        "app.bsky.graph.follow",
        "app.bsky.actor.profile",
        "app.bsky.graph.block",
        "app.bsky.actor.contentVisibilityDeclaration",
    ]
    assert asked["cursor"] == ["1783159375000000"]


def test_what_was_said_is_a_page_although_the_stream_goes_on_in_silence() -> None:
    spoken = Spoken([frame(1783159380000000), frame(1783159380000001)], silent=True)
    (page,) = read(spoken, most=1)
    assert page.body.count(b"\n") == 2
    assert page.lines
    assert page.resume == "1783159380000001"
    assert spoken.closed


def test_many_messages_are_several_pages_of_whole_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "PAGE", 1 << 20)
    pages = read(Spoken(frame(number) + b" " * 1000 for number in range(1, 3001)))
    assert len(pages) > 1
    assert all(page.body.endswith(b"}" + b" " * 1000 + b"\n") for page in pages)
    assert sum(page.body.count(b"\n") for page in pages) == 3000
    assert [page.resume for page in pages] == sorted((page.resume for page in pages), key=int)


def test_a_time_to_come_is_no_place_to_resume() -> None:
    (page,) = read(Spoken([frame(9 * 10**15)]))
    assert int(page.resume) < 9 * 10**15


def test_a_message_over_several_lines_is_one_line() -> None:
    (page,) = read(Spoken([frame(1).replace(b",", b",\n")]))
    (account,) = facts([page])
    assert isinstance(account, Account)


def test_what_is_no_frame_is_named_and_costs_no_other() -> None:
    pages = read(Spoken([b"nonsense", frame(1), b"null", b"[" * 100_000]))
    kinds = [type(one) for one in facts(pages)]
    assert (kinds.count(Fault), kinds.count(Account)) == (3, 1)


def test_jetstream_v2_says_the_same_as_v1() -> None:
    record = b'{"$type":"app.bsky.graph.follow","subject":"%b","createdAt":"2026-07-04T10:00:00Z"}' % OTHER.encode()
    told = b'"seq":7,"did":"%b","time":"2026-07-04T10:00:00.000001Z"' % DID.encode()
    wrapped = [
        (
            b"commit",
            b'"rev":"3mb","operation":"create","collection":"app.bsky.graph.follow","rkey":"3ma","record":' + record,
        ),
        (b"commit", b'"rev":"3mb","operation":"delete","collection":"app.bsky.feed.post","rkey":"3ma"'),
        (b"identity", b'"identity":{"did":"did:plc:x","handle":"a.example"}'),
        (b"account", b'"account":{"active":false}'),
        (b"sync", b'"sync":{}'),
    ]
    name = b"network.bsky.jetstream.subscribeEvents#"
    messages = [
        b'{"$type":"message","payload":{"$type":"%b%b",%b,%b}}' % (name, kind, told, rest) for kind, rest in wrapped
    ]
    info = b'{"$type":"message","payload":{"$type":"%binfo","name":"OutdatedCursor"}}' % name
    spoken = Spoken([info, *messages])
    pages = read(spoken, f"stream:jetstream jetstream={V2}", since="1783159380000000")
    assert parse_qs(urlsplit(spoken.asked[0]).query)["collections"]
    gap, follow, post, named, left = facts(pages)
    assert "OutdatedCursor" in gap.reason
    assert (follow.follower, follow.followed, follow.id) == (DID, OTHER, f"at://{DID}/{FOLLOW}/3ma")
    assert (post.id, post.change) == (f"at://{DID}/{POST}/3ma", "withdrawn")
    assert (named.handle, left.change) == ("a.example", "withdrawn")
    assert pages[-1].resume == "1783159200000001"


def test_a_stream_that_ends_with_a_reason_says_so_after_what_came_before() -> None:
    spoken = Spoken([frame(1), b'{"$type":"error","error":"ConsumerTooSlow","message":"..."}'])
    with pytest.raises(WrongAnswerError, match=r"jetstream2\.us-east\.bsky\.network ended the stream: ConsumerTooSlow"):
        read(spoken)


def test_the_firehose_goes_on_behind_the_last_message() -> None:
    lane = "stream:firehose relay=ws://localhost:2583"
    spoken = Spoken([commit(("create", f"{POST}/3mpss7kfgs22a", SAID)), b"nonsense"])
    pages = read(spoken, lane, since="6")
    assert spoken.asked == ["ws://localhost:2583/xrpc/com.atproto.sync.subscribeRepos?cursor=6"]
    fault, post = facts(pages)
    assert isinstance(fault, Fault)
    assert isinstance(post, Post)
    assert pages[-1].resume == "7"


def test_a_relay_that_was_set_up_anew_is_read_from_now_on() -> None:
    pages = read(Spoken([message("", {"error": "FutureCursor"}, op=-1)]), "stream:firehose", since="99")
    assert [page.resume for page in pages] == [""]


def test_the_streams_are_those_that_are_given() -> None:
    def streams(*lists: str) -> list[str]:
        return list(BLUESKY.lanes(Watch(lists=lists)))

    assert streams() == streams("https://feeds.example/rss", "bluesky:relay=no address") == ["stream:jetstream"]
    assert streams("bluesky:relay=ws://localhost:2583/") == ["stream:firehose relay=ws://localhost:2583"]
    assert streams(f"bluesky:jetstream={V2}", "bluesky:relay=wss://bsky.network") == [
        f"stream:jetstream jetstream={V2} relay=wss://bsky.network",
        f"stream:firehose jetstream={V2} relay=wss://bsky.network",
    ]


def test_a_tie_touches_both_accounts_and_its_end_the_tie() -> None:
    follow = {"subject": OTHER, "createdAt": "2026-07-04T10:00:00Z"}
    operations = (("create", f"{FOLLOW}/3mpss7kfgs22a", follow), ("delete", f"{FOLLOW}/3mpss7kfgs22b", None))
    (page,) = read(Spoken([commit(*operations)]), "stream:firehose")
    found = touches(page.body)
    end = page.body.index(b"\n")
    ties, ended = prints_of((), [DID, OTHER]), prints_of([DID, f"at://{DID}/{FOLLOW}/3mpss7kfgs22b"])
    assert {(at < end, key) for at, key in zip(found.lines[0], found.prints, strict=True)} == {
        *((True, key) for key in ties),
        *((False, key) for key in ended),
    }
    made, ended = facts([page])
    assert isinstance(made, Follow)
    assert isinstance(ended, Follow)
    assert made.seen_at <= ended.seen_at <= page.received_at
