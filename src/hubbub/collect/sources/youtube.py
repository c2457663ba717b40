"""YouTube: videos whose descriptions name works, what is said of videos that are works, and who speaks, come in.

Out come posts (videos and comments), accounts (channels), whom they subscribe to, and the numbers of videos. It is long
since these are seven questions, each with its own way of paging.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator, Sequence
from datetime import datetime
from functools import partial
from typing import Annotated

import msgspec
from msgspec import Meta, Raw, Struct

from hubbub import identify
from hubbub.collect.html import links_and_text
from hubbub.collect.reading import Count, each, stamp, utc, whole
from hubbub.collect.source import Fetch, LoginError, WrongAnswerError, decoded, page_of
from hubbub.model import (
    About,
    Account,
    Answer,
    Credential,
    Description,
    Example,
    Fact,
    Fault,
    Follow,
    FollowList,
    Host,
    Identifier,
    Link,
    Page,
    Post,
    Tally,
    Watch,
)
from hubbub.settings import FOLLOWERS_CEILING

NAME = "youtube"
API = "https://www.googleapis.com/youtube/v3"
WATCH = "https://www.youtube.com/watch?v="
AT_ONCE = 50  # ids in a question, results of a search, subscriptions
THREADS = 100  # of comments on a page
PAGES, SEARCHES = 20, 3  # a run; a search costs a hundred times as much as anything else
CLOSED = ("commentsDisabled", "videoNotFound", "subscriptionForbidden", "subscriberNotFound")
Time = Annotated[datetime, Meta(tz=True)]
Ask = Callable[..., Awaitable[Answer | None]]


class _Snippet(Struct, rename="camel"):
    published_at: Time | None = None
    updated_at: Time | None = None
    title: str = ""
    description: str = ""
    channel_id: str | None = None
    channel_title: str | None = None
    custom_url: str | None = None
    video_id: str | None = None
    parent_id: str | None = None
    text_display: str = ""
    author_display_name: str | None = None
    author_channel_id: "_Channel | None" = None
    resource_id: "_Resource | None" = None
    top_level_comment: "_Entry | None" = None
    default_language: str | None = None


class _Channel(Struct):
    value: str


class _Resource(Struct, rename="camel"):
    channel_id: str | None = None


class _Statistics(Struct, rename="camel"):
    """Numbers, as text; one that is hidden is missing."""

    view_count: str | None = None
    like_count: str | None = None
    comment_count: str | None = None
    subscriber_count: str | None = None
    hidden_subscriber_count: bool = False


class _Replies(Struct):
    comments: list["_Entry"] = []


class _Entry(Struct):
    id: str
    snippet: _Snippet
    statistics: _Statistics = msgspec.field(default_factory=_Statistics)
    replies: _Replies | None = None


class _PageInfo(Struct, rename="camel"):
    total_results: Count | None = None


class _Listing(Struct, rename="camel"):
    kind: Annotated[str, Meta(pattern="ListResponse$")]  # without it, an answer that lists nothing says nothing is left
    items: list[Raw] = []
    next_page_token: str | None = None
    page_info: _PageInfo = msgspec.field(default_factory=_PageInfo)


class _Found(Struct):
    id: _Snippet
    snippet: _Snippet


class _Reason(Struct):
    reason: str = ""


class _Error(Struct):
    message: str = ""
    errors: list[_Reason] = []


class _Refusal(Struct):
    error: _Error


class _Pass(Struct):
    """A pass over whom a channel subscribes to: when it began, how many pages were read, and which one is next."""

    began_at: datetime
    pages: int = 0
    next: str | None = None
    complete: bool = False


class YouTube:
    """Videos and comments that everybody may see."""

    about = About(
        name=NAME,
        title="YouTube",
        home="https://www.youtube.com/",
        category="mentions",
        modes=("poll",),
        hours=24,
        hosts=(Host("www.googleapis.com", per_second=5, at_once=2, per_day=10_000),),
        credentials=(Credential("youtube_key", "all of it", "https://console.cloud.google.com/apis/credentials"),),
        terms="https://developers.google.com/youtube/terms/api-services-terms-of-service",
        licence="videos and comments belong to their authors; what was deleted must be forgotten within 30 days",
        keeps_pages="never",
        yields=("Post", "Account", "Follow", "FollowList", "Tally", "Description"),
        deletions="recheck",
        shapes="recorded",
        colour="#b3261e",
        note="Videos whose descriptions name works; comments on videos that are works, with up to five replies each. A"
        " key pays for some fifty searches a day. Who subscribes to a channel is not public; whom it subscribes to only"
        " if its owner lets it be seen.",
        examples=(
            Example(
                "videos_search.json",
                (("ovdbrdCIP7U", "doi:10.5555/12345678"),),
                lane="search:10.5555/12345678",
                address=f"{API}/videos",
            ),
            Example(
                "comments_page1.json",
                (("UgyZ1jqkHKYvi1-ruOZ4AaABAg", "youtube:d39DL4ed754"),),
                lane="talk:d39DL4ed754",
                address=f"{API}/commentThreads",
            ),
        ),
    )

    def lanes(self, watch: Watch) -> Iterable[str]:
        """Name videos that are works and the talk below them, posts that are held, channels, and then searches.

        Searches come last since they use up what a key may ask for.
        """
        videos = [work.value for work in watch.works if work.scheme == "youtube"]
        yield from _batches("works", videos)
        yield from (f"talk:{video}" for video in videos)
        yield from _batches("videos", [post for post in watch.posts if not _is_comment(post)])
        yield from _batches("comments", [post for post in watch.posts if _is_comment(post)])
        yield from _batches("channels", [*watch.speakers, *watch.profiles])
        yield from (f"following:{channel}" for channel in watch.speakers)
        others = [work for work in watch.works if work.scheme != "youtube"]
        yield from dict.fromkeys(f"search:{words}" for work in others if (words := _words(work)))

    async def read(self, lane: str, since: str, fetch: Fetch) -> AsyncIterator[Page]:
        """Ask for things by their ids, or page through a search, through talk, or through subscriptions."""
        key = fetch.secret("youtube_key")
        if not key:
            raise LoginError("YouTube answers to a key only: set youtube_key")
        ask = partial(_ask, fetch, {"X-Goog-Api-Key": key})
        kind, _, name = lane.partition(":")
        match kind:
            case "search":
                pages = _search(ask, lane, name, since)
            case "talk":
                pages = _talk(ask, lane, name, since)
            case "following":
                pages = _following(ask, lane, name, since)
            case _:
                pages = _things(ask, lane, kind, name)
        async for page in pages:
            yield page

    def parse(self, page: Page) -> Iterator[Fact | Fault]:
        """Yield what a list says; of things that were asked for by their ids, also which are gone."""
        kind, _, name = page.lane.partition(":")
        listing = whole(page, _Listing)
        if isinstance(listing, Fault):
            yield listing
            return
        missing = dict.fromkeys(name.split(",")) if kind in ("videos", "comments") else {}
        for one in each(listing.items, _Entry):
            if isinstance(one, Fault):
                yield one
                continue
            missing.pop(one.id, None)
            yield from _facts(kind, name, one, page)
        for post in missing:
            yield Post(source=NAME, id=post, via=NAME, version=stamp(page.received_at), change="withdrawn")
        done = msgspec.json.decode(page.resume, type=_Pass) if kind == "following" and page.resume else None
        if done and done.next is None:
            total = listing.page_info.total_results
            yield FollowList(
                source=NAME,
                account=name,
                direction="following",
                via=NAME,
                began_at=done.began_at,
                complete=done.complete,
                total=total,
            )


# Reading


async def _ask(fetch: Fetch, headers: dict[str, str], path: str, **params: str | int | None) -> Answer | None:
    """Ask for a list; None if its owner has closed it. Raises `WrongAnswerError` if YouTube refuses."""
    answer = await fetch.get(f"{API}/{path}", params=params, headers=headers, accept=(200, 403, 404))
    if answer.status == 200:
        return answer
    refusal = decoded(answer, _Refusal).error
    if any(one.reason in CLOSED for one in refusal.errors):
        return None
    raise WrongAnswerError(f"YouTube refuses to answer: {links_and_text(refusal.message)[1][:200]}")


async def _things(ask: Ask, lane: str, kind: str, ids: str) -> AsyncIterator[Page]:
    path = "videos" if kind == "works" else kind
    part = "snippet,statistics" if kind in ("works", "channels") else "snippet"
    answer = await ask(path, part=part, id=ids, maxResults=AT_ONCE) if ids else None
    if answer:
        yield page_of(lane, answer)


async def _search(ask: Ask, lane: str, words: str, since: str) -> AsyncIterator[Page]:
    """Search what was published since, then ask for the videos found, since the search cuts their descriptions."""
    asked = {"part": "snippet", "type": "video", "order": "date", "q": f'"{words}"', "maxResults": AT_ONCE}
    newest, token = since, None
    for number in range(SEARCHES):
        answer = await ask("search", **asked, publishedAfter=since or None, pageToken=token)
        if answer is None:
            return
        listing = decoded(answer, _Listing)
        found = [one for one in each(listing.items, _Found) if not isinstance(one, Fault)]
        newest = max([newest, *(stamp(one.snippet.published_at) for one in found if one.snippet.published_at)])
        ids = ",".join(one.id.video_id for one in found if one.id.video_id)
        videos = await ask("videos", part="snippet", id=ids, maxResults=AT_ONCE) if ids else answer
        goes_on = ids and listing.next_page_token not in (None, token) and number + 1 < SEARCHES
        if videos:
            yield page_of(lane, videos, since if goes_on else newest)
        if not goes_on:
            return
        token = listing.next_page_token


async def _talk(ask: Ask, lane: str, video: str, since: str) -> AsyncIterator[Page]:
    """Read comments, the newest first, down to those that were read before.

    The resume point says when the newest was made that was read before; between pages, also when the newest was made
    that is read now, and which page comes next.
    """
    asked = {"part": "snippet,replies", "videoId": video, "order": "time", "maxResults": THREADS}
    before, newest, token = [*since.split(" "), "", ""][:3]
    for _ in range(PAGES):
        answer = await ask("commentThreads", **asked, pageToken=token or None)
        if answer is None:
            return
        listing = decoded(answer, _Listing)
        threads = [one for one in each(listing.items, _Entry) if not isinstance(one, Fault)]
        tops = [one.snippet.top_level_comment for one in threads]
        times = [stamp(one.snippet.published_at) for one in tops if one and one.snippet.published_at]
        newest = newest or max(times, default=before)
        following = listing.next_page_token or ""
        goes_on = following not in ("", token) and bool(times) and min(times) > before
        yield page_of(lane, answer, f"{before} {newest} {following}" if goes_on else newest)
        if not goes_on:
            return
        token = following


async def _following(ask: Ask, lane: str, channel: str, since: str) -> AsyncIterator[Page]:
    """Read whom a channel subscribes to, if its owner lets everybody see that."""
    last = msgspec.json.decode(since, type=_Pass) if since else None
    done = last if last and last.next else None
    asked = {"part": "snippet", "channelId": channel, "order": "alphabetical", "maxResults": AT_ONCE}
    while True:
        token, pages = (done.next, done.pages) if done else (None, 0)
        answer = await ask("subscriptions", **asked, pageToken=token)
        if answer is None:
            return
        following = decoded(answer, _Listing).next_page_token
        more = following is not None and following != token and pages + 1 < FOLLOWERS_CEILING // AT_ONCE
        began_at = done.began_at if done else answer.received_at
        done = _Pass(began_at, pages + 1, following if more else None, complete=following is None)
        yield page_of(lane, answer, msgspec.json.encode(done).decode())
        if not more:
            return


# Facts


def _facts(kind: str, name: str, one: _Entry, page: Page) -> Iterator[Fact]:
    match kind:
        case "works":
            yield from _work(one, page)
        case "search" | "videos":
            yield from _video(one, page)
        case "talk":
            for comment in (one.snippet.top_level_comment, *(one.replies.comments if one.replies else ())):
                if comment:
                    yield from _comment(comment, name, page)
        case "channels":
            yield _channel(one, page)
        case "following" if one.snippet.resource_id and one.snippet.resource_id.channel_id:
            followed = one.snippet.resource_id.channel_id
            yield Follow(source=NAME, via=NAME, seen_at=page.received_at, follower=name, followed=followed)


def _work(one: _Entry, page: Page) -> Iterator[Fact]:
    """A video that is a work: what it is, and its numbers."""
    identifier = identify.parse(WATCH + one.id)
    if identifier is None:
        return
    told = one.snippet
    yield Description(
        identifier=identifier,
        via=NAME,
        version=stamp(page.received_at),
        title=told.title or None,
        kind="video",
        creators=(told.channel_title,) if told.channel_title else (),
        issued=f"{told.published_at:%Y-%m-%d}" if told.published_at else None,
        venue="YouTube",
    )
    numbers = one.statistics
    told_of = (("views", numbers.view_count), ("likes", numbers.like_count), ("comments", numbers.comment_count))
    for kind, written in told_of:
        if (value := _number(written)) is not None:
            yield Tally(identifier=identifier, via=NAME, kind=kind, value=value, as_of=page.received_at)


def _video(one: _Entry, page: Page) -> Iterator[Fact]:
    """A video that may name works. When its description was changed is not told, so it stands as of now."""
    told = one.snippet
    if told.channel_id:
        yield _account(told.channel_id, told.channel_title, page)
    yield Post(
        source=NAME,
        id=one.id,
        via=NAME,
        version=stamp(page.received_at),
        url=WATCH + one.id,
        title=told.title or None,
        text=told.description or None,
        author=told.channel_id,
        posted_at=utc(told.published_at),
        language=told.default_language,
    )


def _comment(one: _Entry, video: str, page: Page) -> Iterator[Fact]:
    told = one.snippet
    author = told.author_channel_id.value if told.author_channel_id else None
    if author:
        yield _account(author, told.author_display_name, page)
    links, text = links_and_text(told.text_display)
    changed_at = told.updated_at or told.published_at or page.received_at
    yield Post(
        source=NAME,
        id=one.id,
        via=NAME,
        version=stamp(changed_at),
        change="edited" if told.published_at and changed_at > told.published_at else "made",
        url=f"{WATCH}{video}&lc={one.id}",
        text=text or None,
        links=(Link(WATCH + video, found_in="metadata"), *links),
        author=author,
        posted_at=utc(told.published_at),
        replies_to=told.parent_id,
    )


def _channel(one: _Entry, page: Page) -> Account:
    told, numbers = one.snippet, one.statistics
    return Account(
        source=NAME,
        id=one.id,
        via=NAME,
        version=stamp(page.received_at),
        handle=told.custom_url,
        name=told.title or None,
        description=told.description or None,
        url=f"https://www.youtube.com/channel/{one.id}",
        followers=None if numbers.hidden_subscriber_count else _number(numbers.subscriber_count),
    )


def _account(channel: str, name: str | None, page: Page) -> Account:
    home = f"https://www.youtube.com/channel/{channel}"
    return Account(source=NAME, id=channel, via=NAME, version=stamp(page.received_at), name=name or None, url=home)


def _number(written: str | None) -> int | None:
    return int(written) if written and written.isascii() and written.isdigit() and len(written) < 16 else None


# Names


def _is_comment(post: str) -> bool:
    return len(post) > len("5shykyfmb28")


def _batches(kind: str, ids: Sequence[str]) -> Iterator[str]:
    return (f"{kind}:" + ",".join(ids[start : start + AT_ONCE]) for start in range(0, len(ids), AT_ONCE))


def _words(work: Identifier) -> str | None:
    """What a description holds that means the work, such that the search finds it."""
    address = identify.address(work)
    words = work.value if work.scheme == "doi" or address is None else address.partition("://")[2]
    return words if '"' not in words else None
