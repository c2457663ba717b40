"""Reddit: its search and dumps of its months come in; submissions and comments, and who made them, come out.

A submission is named by its address, as Crossref Event Data did; a comment by the address that needs no title.
The module is long because an answer of the API and a line of a dump are the same entry, read alike.
"""

import re
from base64 import b64encode
from collections.abc import AsyncIterator, Iterable, Iterator
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated
from xml.sax.saxutils import unescape

from msgspec import Meta, Raw, Struct, field
from msgspec.structs import replace

from hubbub import identify
from hubbub.collect import archive
from hubbub.collect.reading import decode, each, stamp, whole
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
    PostKey,
    Watch,
)

if TYPE_CHECKING:
    from hubbub.collect.touching import Touches

NAME = "reddit"
API = "https://oauth.reddit.com"
TOKEN = "https://www.reddit.com/api/v1/access_token"  # noqa: S105  an address
WORDS = 240  # characters; a query may have 512
PER_PAGE, PAGES = 100, 10  # Reddit shows a thousand results
GONE = ("[deleted]", "[removed]")
_ID = re.compile(r"/comments/([a-z0-9]{1,12})(?:/comment/([a-z0-9]{1,12})|/|$)")
_PLAIN = re.compile(r"(/[A-Za-z0-9_-]+)+/?")

# Since 1970, to 2100; the oldest dumps write numbers as text.
Seconds = Annotated[float, Meta(ge=0, le=4_102_444_800)] | Annotated[str, Meta(pattern=r"^[0-9]{1,10}$")]


class _Later(Struct):
    """What a dump adds that looked again after a day and a half."""

    retrieved_2nd_on: Seconds | None = None
    was_deleted_later: bool = False


class _Named(Struct):
    """A submission, or with `link_id` a comment, as far as it names itself and what it answers."""

    id: str
    subreddit: str = ""
    permalink: str = ""
    link_id: str | None = None
    parent_id: str | None = None

    @property
    def key(self) -> PostKey:
        return self._comment(self.id) if self.link_id else _key(self.permalink)

    @property
    def parent(self) -> PostKey | None:
        """The comment, or the submission, that a comment answers; the oldest dumps do not tell a submission's title."""
        kind, _, id_ = (self.parent_id or "").partition("_")
        if kind == "t1":
            return self._comment(id_)
        above = self.permalink.rstrip("/").rpartition("/")[0]
        return _key(above) if kind == "t3" and above else None

    def _comment(self, id_: str) -> PostKey:
        return _key(f"/r/{self.subreddit}/comments/{(self.link_id or '').removeprefix('t3_')}/comment/{id_}")


class _Entry(_Named, kw_only=True):
    """A submission or a comment with what it says."""

    created_utc: Seconds
    title: str = ""
    author: str = ""
    author_fullname: str | None = None
    selftext: str = ""
    body: str = ""
    url: str | None = None
    is_self: bool = False
    edited: bool | Seconds | None = None
    removed_by_category: str | None = None
    crosspost_parent_list: list["_Original"] | None = None
    retrieved_on: Seconds | None = None
    retrieved_utc: Seconds | None = None
    later: _Later = field(name="_meta", default_factory=_Later)


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
        modes=("poll", "archive"),
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
        note="Submissions that the search finds by a work's identifier or address, the newest thousand; comments cannot"
        " be searched, and who follows whom is not public. Monthly dumps of submissions or comments (ndjson, plain, gz"
        " or zst) hold both, and answers to what is held. What a dump shows as deleted or removed is withdrawn, but"
        " where Reddit then also changed the address, only looking again can tell. Shapes of dumps are documented.",
        examples=(
            Example(
                "submissions.ndjson",
                (("https://reddit.com/r/labnotes/comments/1abcd2/a_paper_on_methods", "doi:10.5555/12345678"),),
            ),
            Example("comments.ndjson", ()),
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
        """Search the newest first, down to what was seen before; ask for posts by their ids; or read a dump.

        The resume point says when the newest was made that was seen before; between pages, also when the newest was
        made that is seen now, and behind which one it goes on.
        """
        kind, _, name = lane.partition(":")
        if kind not in ("search", "posts"):
            if not since:
                archive.check_lines(lane, fetch, _is_entry, "submissions or comments of Reddit")
            for page in archive.pages(lane, since, fetch):
                yield page
            return
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

    def touches(self, body: bytes) -> "Touches":
        """Find the post that a line of a dump is, and the one it answers."""
        from hubbub.collect.touching import touches_of  # numpy is loaded where a page of lines is read

        return touches_of(body, _keys(body))

    def parse(self, page: Page) -> Iterator[Fact | Fault]:
        """Yield posts and their authors; of those that were asked for, also which are gone."""
        if page.lines:
            yield from _parse_lines(page)
            return
        listing = whole(page, _Listing)
        if isinstance(listing, Fault):
            yield listing
            return
        kind, _, name = page.lane.partition(":")
        missing = _ids(name) if kind == "posts" else {}
        for child in listing.data.children:
            for one in each([child.data] if child.kind in ("t1", "t3") else [], _Entry):
                if isinstance(one, Fault):
                    yield one
                else:
                    yield from _facts(one, missing.pop(f"{child.kind}_{one.id}", None), page)
        for post in missing.values():
            yield _withdrawn(post, stamp(page.received_at))

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
    found = ((_ID.search(post), post) for post in posts.split(" "))
    return {f"t1_{one[2]}" if one[2] else f"t3_{one[1]}": post for one, post in found if one}


# What the bytes say


def _keys(body: bytes) -> Iterator[tuple[int, str]]:
    at = 0
    for line in body.split(b"\n"):
        one = decode(line, _Named)
        if isinstance(one, _Named):
            yield from ((at, key) for key in (one.key, one.parent) if key)
        at += len(line) + 1


def _parse_lines(page: Page) -> Iterator[Fact | Fault]:
    at = page.offset
    for line in page.body.split(b"\n"):
        if line.strip():
            one = decode(line, _Entry)
            if isinstance(one, Fault):
                yield replace(one, at=at)
            elif not _is_entry(line):
                yield Fault("neither a submission nor a comment", at, one.id[:200])
            else:  # dumps hold what Reddit shows browsers
                plain = {name: unescape(getattr(one, name)) for name in ("title", "selftext", "body")}
                yield from _facts(replace(one, **plain, url=one.url and unescape(one.url)), None, page)
        at += len(line) + 1


def _is_entry(line: bytes) -> bool:
    """Say whether a line of a dump names a post."""
    one = decode(line, _Entry)
    return isinstance(one, _Entry) and bool(one.id and one.subreddit and (one.link_id or one.permalink))


def _facts(one: _Entry, post: str | None, page: Page) -> Iterator[Fact]:
    post = post or one.key
    seen = [one.later.retrieved_2nd_on, one.retrieved_on, one.retrieved_utc]
    if (
        one.removed_by_category
        or one.later.was_deleted_later
        or not {one.author, one.selftext, one.body}.isdisjoint(GONE)
    ):
        yield _withdrawn(post, next((stamp(_at(time)) for time in seen if time), stamp(page.received_at)))
        return
    made_at = _at(one.created_utc)
    edited_at = _at(one.edited) if one.edited and one.edited is not True else made_at
    version = stamp(edited_at)
    if one.author_fullname:
        home = f"https://www.reddit.com/user/{one.author}"
        yield Account(source=NAME, id=one.author_fullname, via=NAME, version=version, handle=one.author, url=home)
    text = "\n\n".join(filter(None, (one.title if identify.in_text(one.title) else "", one.selftext, one.body)))
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
        replies_to=one.parent,
        quotes=_key(one.crosspost_parent_list[0].permalink) if one.crosspost_parent_list else None,
    )


def _withdrawn(post: str, version: str) -> Post:
    return Post(source=NAME, id=post, via=NAME, version=version, change="withdrawn")


def _at(time: Seconds) -> datetime:
    return datetime.fromtimestamp(float(time), UTC)


def _key(permalink: str) -> str:
    address = f"https://reddit.com{permalink.partition('?')[0]}"
    # Most are their own canonical form, and a dump has millions.
    return address.rstrip("/") if _PLAIN.fullmatch(permalink) else identify.canonical(address) or address
