"""Reddit: submissions that name or link works come in from its search; posts and who made them come out.

A submission is named by its address, as Crossref Event Data did. Comments cannot be searched.
"""

import re
from base64 import b64encode
from collections.abc import AsyncIterator, Iterable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Annotated

from msgspec import Meta, Raw, Struct

from hubbub import identify
from hubbub.collect.reading import each, stamp, whole
from hubbub.collect.source import Fetch, LoginError, decoded, page_of
from hubbub.model import (
    About,
    Account,
    Credential,
    Example,
    Fact,
    Fault,
    Host,
    Identifier,
    Link,
    Page,
    Post,
    Watch,
)

NAME = "reddit"
API = "https://oauth.reddit.com"
TOKEN = "https://www.reddit.com/api/v1/access_token"  # noqa: S105  an address
WORDS = 240  # characters; a query may have 512
PER_PAGE, PAGES = 100, 10  # Reddit shows a thousand results
GONE = ("[deleted]", "[removed]")
_ID = re.compile(r"/comments/([a-z0-9]{1,12})(?:/|$)")

Seconds = Annotated[float, Meta(ge=0, le=4_102_444_800)]  # since 1970, to 2100


class _Submission(Struct):
    name: str
    title: str
    permalink: str
    created_utc: Seconds
    author: str = ""
    author_fullname: str | None = None
    selftext: str = ""
    url: str | None = None
    is_self: bool = False
    edited: bool | Seconds = False
    removed_by_category: str | None = None
    crosspost_parent_list: list["_Original"] = []


class _Original(Struct):
    permalink: str


class _Child(Struct):
    kind: str
    data: Raw


class _Children(Struct):
    children: list[_Child]
    after: str | None = None


class _Listing(Struct):
    data: _Children


class _When(Struct):
    created_utc: Seconds = 0


class _WhenChild(Struct):
    data: _When


class _WhenChildren(Struct):
    children: list[_WhenChild]
    after: str | None = None


class _WhenListing(Struct):
    data: _WhenChildren


class _Token(Struct):
    access_token: str
    expires_in: float = 3600


class Reddit:
    """Submissions of all communities that everybody may read."""

    about = About(
        name=NAME,
        title="Reddit",
        home="https://www.reddit.com/",
        category="social media",
        modes=("poll",),
        hours=6,
        hosts=(Host("oauth.reddit.com", per_second=1), Host("www.reddit.com", per_second=0.1)),
        credentials=(
            Credential("reddit_client_id", "the search, together with the secret", "https://www.reddit.com/prefs/apps"),
            Credential("reddit_client_secret", "the search, together with the id", "https://www.reddit.com/prefs/apps"),
        ),
        terms="https://redditinc.com/policies/data-api-terms",
        licence="posts belong to their authors; deletions must be honoured",
        keeps_pages="never",
        yields=("Post", "Account"),
        deletions="recheck",
        shapes="recorded",
        colour="#d9480f",
        note="Submissions that the search finds by a work's identifier or address, the newest thousand. Comments cannot"
        " be searched, and who follows whom is not public.",
        examples=(
            Example(
                "search_page1.json",
                (
                    ("https://reddit.com/r/labnotes/comments/1abcd2/a_paper_on_methods", "doi:10.5555/12345678"),
                    ("https://reddit.com/r/scholarhelp/comments/1abcd1/article_doi105555", "doi:10.5555/12345678"),
                ),
                lane="search:10.5555/12345678",
                address=f"{API}/search",
            ),
        ),
    )

    def __init__(self) -> None:
        self._tokens: dict[str, tuple[str, datetime]] = {}

    def lanes(self, watch: Watch) -> Iterable[str]:
        """`search:WORDS` of each work, and `posts:ADDRESSES` of submissions that are held, a hundred at once."""
        yield from dict.fromkeys(f"search:{words}" for work in watch.works if (words := _words(work)))
        for start in range(0, len(watch.posts), PER_PAGE):
            yield "posts:" + " ".join(watch.posts[start : start + PER_PAGE])

    async def read(self, lane: str, since: str, fetch: Fetch) -> AsyncIterator[Page]:
        """Search the newest first, down to what was seen before; or ask for submissions by their ids.

        The resume point says when the newest was made that was seen before; between pages, also when the newest was
        made that is seen now, and behind which one it goes on.
        """
        kind, _, name = lane.partition(":")
        headers = {"Authorization": f"Bearer {await self._token(fetch)}"}
        if kind == "posts":
            ids = ",".join(_ids(name))
            if ids:
                answer = await fetch.get(f"{API}/api/info", params={"id": ids, "raw_json": 1}, headers=headers)
                yield page_of(lane, answer)
            return
        query = {"q": f'"{name}" OR url:"{name}"', "sort": "new", "t": "all", "type": "link"}
        before, newest, after = [*since.split(" "), "", ""][:3]
        for _ in range(PAGES):
            asked = {**query, "limit": PER_PAGE, "raw_json": 1, "after": after or None}
            answer = await fetch.get(f"{API}/search", params=asked, headers=headers)
            found = decoded(answer, _WhenListing).data
            times = [f"{child.data.created_utc:013.1f}" for child in found.children]
            newest = newest or max(times, default=before)
            goes_on = bool(found.after and found.after != after and times and min(times) > before)
            after = found.after or ""
            yield page_of(lane, answer, f"{before} {newest} {after}" if goes_on else newest)
            if not goes_on:
                return

    def parse(self, page: Page) -> Iterator[Fact | Fault]:
        """Yield submissions and their authors; of those that were asked for, also which are gone."""
        listing = whole(page, _Listing)
        if isinstance(listing, Fault):
            yield listing
            return
        kind, _, name = page.lane.partition(":")
        missing = _ids(name) if kind == "posts" else {}
        for one in each((child.data for child in listing.data.children if child.kind == "t3"), _Submission):
            if isinstance(one, Fault):
                yield one
            else:
                yield from _facts(one, missing.pop(one.name, None), page)
        for post in missing.values():
            yield _withdrawn(post, page)

    async def _token(self, fetch: Fetch) -> str:
        """Log in as the application that somebody has registered, unless that still holds."""
        name, secret = fetch.secret("reddit_client_id"), fetch.secret("reddit_client_secret")
        if not name or not secret:
            raise LoginError("Reddit answers applications only: set reddit_client_id and reddit_client_secret")
        token, until = self._tokens.get(name, ("", datetime.min.replace(tzinfo=UTC)))
        if until < datetime.now(UTC):
            basic = b64encode(f"{name}:{secret}".encode()).decode()
            form = {"grant_type": "client_credentials"}
            answer = await fetch.post(TOKEN, form=form, headers={"Authorization": f"Basic {basic}"})
            given = decoded(answer, _Token)
            token = given.access_token
            lasts = timedelta(seconds=min(max(given.expires_in - 60, 0), 86_400))
            self._tokens[name] = token, datetime.now(UTC) + lasts
        return token


def _words(work: Identifier) -> str | None:
    """What people write who mean the work, such that the search finds it."""
    address = identify.address(work)
    words = work.value if work.scheme == "doi" or address is None else address.partition("://")[2]
    return words if len(words) <= WORDS and not {*words} & {'"', "\\"} else None


def _ids(posts: str) -> dict[str, str]:
    """Reddit's own ids of posts, and the posts."""
    return {f"t3_{found[1]}": post for post in posts.split(" ") if (found := _ID.search(post))}


def _facts(one: _Submission, post: str | None, page: Page) -> Iterator[Fact]:
    post = post or _key(one.permalink)
    if one.removed_by_category or one.author in GONE or one.selftext in GONE:
        yield _withdrawn(post, page)
        return
    made_at = datetime.fromtimestamp(one.created_utc, UTC)
    version = stamp(datetime.fromtimestamp(one.edited, UTC) if one.edited > 1 else made_at)
    if one.author_fullname:
        home = f"https://www.reddit.com/user/{one.author}"
        yield Account(source=NAME, id=one.author_fullname, via=NAME, version=version, handle=one.author, url=home)
    text = "\n\n".join(filter(None, (one.title if identify.in_text(one.title) else "", one.selftext)))
    yield Post(
        source=NAME,
        id=post,
        via=NAME,
        version=version,
        change="edited" if one.edited else "made",
        url=post.replace("//reddit.com", "//www.reddit.com", 1),
        title=one.title or None,
        text=text or None,
        links=(Link(one.url),) if one.url and not one.is_self else (),
        author=one.author_fullname,
        posted_at=made_at,
        quotes=_key(one.crosspost_parent_list[0].permalink) if one.crosspost_parent_list else None,
    )


def _withdrawn(post: str, page: Page) -> Post:
    return Post(source=NAME, id=post, via=NAME, version=stamp(page.received_at), change="withdrawn")


def _key(permalink: str) -> str:
    address = f"https://reddit.com{permalink.partition('?')[0]}"
    return identify.canonical(address) or address
