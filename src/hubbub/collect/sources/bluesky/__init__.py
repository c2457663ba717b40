"""Bluesky: streams, files and views of the AT Protocol's public network come in; posts, accounts and ties come out.

`lanes` names what is asked, `streams` and `car` read the live network, `xrpc` and `login` ask services; `frames` reads
lines of streams and files, `views` the answers, and both read `records`.
"""

from collections.abc import AsyncGenerator, AsyncIterator, Iterable
from contextlib import aclosing
from typing import TYPE_CHECKING

from hubbub.collect import archive
from hubbub.collect.source import HOST_NAME, Fetch
from hubbub.collect.sources.bluesky import frames, streams, views
from hubbub.collect.sources.bluesky.lanes import apart, lanes
from hubbub.collect.sources.bluesky.login import GET_AT, HANDLE, PASSWORD, Logins
from hubbub.collect.sources.bluesky.records import NAME
from hubbub.collect.sources.bluesky.xrpc import KINDS, Asking
from hubbub.model import About, Accounts, Credential, Example, Fact, Fault, Host, Page, Watch

if TYPE_CHECKING:
    from hubbub.collect.touching import Touches

_XRPC = "https://public.api.bsky.app/xrpc"


class Bluesky:
    """Posts, reposts, likes, quotes and replies, accounts and who follows whom."""

    about = About(
        name=NAME,
        title="Bluesky",
        home="https://bsky.app/",
        category="social media",
        modes=("stream", "poll", "archive"),
        hours=6,
        covers=("search", "backlinks", "author"),
        hosts=(
            Host("jetstream2.us-east.bsky.network", per_second=0.2),
            Host("bsky.network", per_second=0.2),
            Host("public.api.bsky.app", per_second=8, at_once=4),
            Host("bsky.social", per_second=5, at_once=2),
            Host("constellation.microcosm.blue", per_second=2),
        ),
        credentials=(
            Credential(HANDLE, "the search for works, with an app password", "https://bsky.app/"),
            Credential(PASSWORD, "the search for works, with the handle", GET_AT),
        ),
        accounts=(Accounts(rf"@?(?P<name>did:(?:plc|web):[\w.:%-]{{1,200}}|{HOST_NAME})"),),
        terms="https://bsky.social/about/support/tos",
        licence="posts belong to their authors; deletions must be honoured",
        keeps_pages="never",
        yields=("Post", "Account", "Follow", "FollowList", "Block", "Alias"),
        deletions="told",
        shapes="recorded",
        colour="#2f7de1",
        note=(
            "Jetstream, or a relay's firehose, as it comes; files of Jetstream v1 frames as ndjson, plain, gz or zst. "
            "A repost or like is kept if its post is held. Who liked and passed on earlier, and posts that link to a "
            "work, are known to Constellation, an index without a login."
        ),
        examples=(
            Example("jetstream_v1_golden_mixed.ndjson", ()),
            Example(
                "jetstream_v1_2026-07-04_lines1-100.ndjson",
                (
                    (
                        "at://did:plc:dclwtltrt2ggsryagfzk7dp4/app.bsky.feed.post/3mptbyoeyc22k",
                        "youtube:V5lDo-jw8mA",
                    ),
                    (
                        "at://did:plc:ybqkf2mtfbwx3qhga63mttja/app.bsky.feed.post/3mptbyoigog2b",
                        "url:https://ufofeed.com/266486/has-anyone-properly-debunked-tic-tac-video",
                    ),
                ),
            ),
            Example(
                "getPosts.json",
                (
                    (
                        "at://did:plc:ic6zqvuw5ulmfpjiwnhsr2ns/app.bsky.feed.post/3k7qmjev5lr2s",
                        "url:https://rstats.ai/gov.html",
                    ),
                ),
                lane="posts:at://did:plc:ic6zqvuw5ulmfpjiwnhsr2ns/app.bsky.feed.post/3k7qmjev5lr2s",
                address=f"{_XRPC}/app.bsky.feed.getPosts",
            ),
            Example(
                "getProfiles.json",
                (("account", "did:plc:wpe35pganb6d4pg4ekmfy6u5"),),
                lane="profiles:did:plc:wpe35pganb6d4pg4ekmfy6u5",
                address=f"{_XRPC}/app.bsky.actor.getProfiles",
            ),
        ),
    )

    def __init__(self) -> None:
        self._logins = Logins()

    def lanes(self, watch: Watch) -> Iterable[str]:
        """A stream, and what is watched; see `hubbub.collect.sources.bluesky.lanes`."""
        return lanes(watch)

    async def read(self, lane: str, since: str, fetch: Fetch) -> AsyncIterator[Page]:
        """Yield pages of frames or of answers. Raises `WrongSourceError`, `WrongAnswerError`, `LoginError`."""
        asked = apart(lane)
        if asked.kind == "stream":
            firehose = asked.argument == "firehose"
            read = streams.firehose if firehose else streams.jetstream
            pages = read(lane, since, fetch, asked.hosts["relay" if firehose else "jetstream"])
        elif asked.kind in KINDS:
            pages = Asking(lane, asked, fetch, self._logins).read(since)
        else:
            pages = _file(lane, since, fetch)
        async with aclosing(pages):  # who stops reading a stream hangs up
            async for page in pages:
                yield page

    def touches(self, body: bytes) -> "Touches":
        """Find what a line speaks of by its key."""
        from hubbub.collect.sources.bluesky.touching import touches  # numpy is loaded where a page of lines is read

        return touches(body)

    def parse(self, page: Page) -> Iterable[Fact | Fault]:
        """Yield what each frame, or an answer, says."""
        return frames.parse(page) if page.lines or apart(page.lane).kind not in KINDS else views.parse(page)


async def _file(lane: str, since: str, fetch: Fetch) -> AsyncGenerator[Page, None]:
    if not since:
        archive.check_lines(lane, fetch, frames.is_frame, "Jetstream frames (JSON with did, time_us and kind)")
    for page in archive.pages(lane, since, fetch):
        yield page
