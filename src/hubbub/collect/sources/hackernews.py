"""Hacker News: stories and comments that link to works come in from its search; posts come out.

The search knows what was written, the item API whether it still stands.
"""

from collections.abc import AsyncIterator, Iterable, Iterator
from datetime import UTC, datetime
from typing import Annotated

import msgspec
from msgspec import Meta, Struct, field

from hubbub import identify
from hubbub.collect.html import links_and_text
from hubbub.collect.reading import each, stamp, whole
from hubbub.collect.source import FRESH, Fetch, decoded, page_of
from hubbub.model import About, Example, Fact, Fault, Host, Identifier, Link, Page, Post, Watch

NAME = "hackernews"
SEARCH = "https://hn.algolia.com/api/v1/search_by_date"
ITEM = "https://hacker-news.firebaseio.com/v0/item"
Seconds = Annotated[int, Meta(ge=0, le=2**37)]  # since 1970, within the calendar
PER_PAGE, PAGES = 100, 10  # Algolia shows a thousand hits


class _Hit(Struct):
    id: str = field(name="objectID")
    created_at_i: Seconds
    author: str | None = None
    title: str | None = None
    url: str | None = None
    story_text: str | None = None
    comment_text: str | None = None
    parent_id: int | None = None


class _Hits(Struct):
    hits: list[msgspec.Raw]
    pages: int = field(default=0, name="nbPages")


class _Item(Struct):
    id: int
    type: str = ""
    time: Seconds = 0
    by: str | None = None
    title: str | None = None
    url: str | None = None
    text: str | None = None
    parent: int | None = None
    deleted: bool = False
    dead: bool = False


class HackerNews:
    """Stories and comments, found by a work's identifier or address."""

    about = About(
        name=NAME,
        title="Hacker News",
        home="https://news.ycombinator.com/",
        category="social media",
        modes=("poll",),
        hours=1,
        hosts=(Host("hn.algolia.com", per_second=2), Host("hacker-news.firebaseio.com", per_second=5, at_once=2)),
        terms="https://www.ycombinator.com/legal/",
        licence="posts belong to their authors",
        keeps_pages="never",
        yields=("Post",),
        deletions="recheck",
        shapes="documented",
        colour="#c2571a",
        note="The search shows the newest thousand hits; it is tried on its documentation, the item API on recordings.",
        examples=(
            Example(
                "search_p1.json",
                (("21300147", "doi:10.1371/journal.pone.0000308"), ("21300148", "doi:10.1371/journal.pone.0000308")),
                lane="search:10.1371/journal.pone.0000308",
                address=SEARCH,
            ),
        ),
    )

    def lanes(self, watch: Watch) -> Iterable[str]:
        """`search:WORDS` of each work, and `post:ID` of each post that is held."""
        yield from dict.fromkeys(f"search:{words}" for work in watch.works if (words := _words(work)))
        yield from (f"post:{post}" for post in watch.posts if post.isdigit())

    async def read(self, lane: str, since: str, fetch: Fetch) -> AsyncIterator[Page]:
        """Search by date, newest first, down to what was seen before; or ask whether a post still stands."""
        kind, _, value = lane.partition(":")
        if kind == "post":
            yield page_of(lane, await fetch.get(f"{ITEM}/{value}.json", headers=FRESH))
            return
        for number in range(PAGES):
            params = {"query": f'"{value}"', "tags": "(story,comment)", "hitsPerPage": PER_PAGE, "page": number}
            answer = await fetch.get(SEARCH, params=params, headers=FRESH)
            found = decoded(answer, _Hits)
            yield page_of(lane, answer)
            if number + 1 >= found.pages:
                return

    def parse(self, page: Page) -> Iterable[Fact | Fault]:
        """Read hits, or one item."""
        if page.lane.startswith("post:"):
            yield from _item(page)
            return
        found = whole(page, _Hits)
        if isinstance(found, Fault):
            yield found
            return
        for hit in each(found.hits, _Hit):
            yield hit if isinstance(hit, Fault) else _post(hit)


def _post(hit: _Hit) -> Post:
    html = hit.story_text or hit.comment_text
    return _made(hit.id, hit.created_at_i, hit.author, hit.title, hit.url, html, hit.parent_id)


def _item(page: Page) -> Iterator[Fact | Fault]:
    """A post as it stands; what is deleted or killed by the moderators is withdrawn."""
    item = None if page.body.strip() == b"null" else whole(page, _Item)
    if isinstance(item, Fault):
        yield item
    elif item is None or item.deleted or item.dead:
        post, version = page.lane.removeprefix("post:"), stamp(page.received_at)
        yield Post(source=NAME, id=post, via=NAME, version=version, change="withdrawn")
    else:
        yield _made(str(item.id), item.time, item.by, item.title, item.url, item.text, item.parent)


def _made(
    id_: str, at: int, author: str | None, title: str | None, url: str | None, html: str | None, parent: int | None
) -> Post:
    links, text = links_and_text(html or "")
    posted_at = datetime.fromtimestamp(at, UTC)
    return Post(
        source=NAME,
        id=id_,
        via=NAME,
        version=stamp(posted_at),  # posts carry no revision
        url=f"https://news.ycombinator.com/item?id={id_}",
        title=title,
        text=text or None,
        links=((Link(url),) if url else ()) + links,
        author=author,
        posted_at=posted_at,
        replies_to=None if parent is None else str(parent),
    )


def _words(work: Identifier) -> str | None:
    """What people write when they mean the work, such that the search finds it."""
    if work.scheme == "url":
        return work.value.partition("://")[2]
    address = identify.address(work)
    return work.value if work.scheme == "doi" or address is None else address.partition("://")[2]
