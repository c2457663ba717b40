"""Hypothesis: public annotations of works come in; posts and the accounts that wrote them come out.

The search knows which addresses are one document, so annotations of a work's PDF are found by its DOI. An annotation
is named by its address, as Crossref Event Data did.
"""

from collections.abc import AsyncIterator, Iterable, Iterator
from datetime import datetime
from typing import Annotated, Literal
from urllib.parse import quote

from msgspec import Meta, Raw, Struct

from hubbub import identify
from hubbub.collect.reading import each, utc, whole
from hubbub.collect.source import FRESH, Fetch, decoded, page_of
from hubbub.model import About, Account, Example, Fact, Fault, Host, Identifier, Link, Page, Post, Watch

NAME = "hypothesis"
API = "https://api.hypothes.is/api"
HOME = "https://hypothes.is/a/"
PUBLIC = "group:__world__"
PER_PAGE, PAGES = 200, 50


Time = Annotated[datetime, Meta(tz=True)]


class _Permissions(Struct, frozen=True):
    read: tuple[str, ...] = ()


class _UserInfo(Struct):
    display_name: str | None = None


class _Annotation(Struct):
    id: str
    created: Time
    updated: Time
    user: str
    uri: str
    text: str = ""
    hidden: bool = False
    references: list[str] = []
    permissions: _Permissions = _Permissions()
    user_info: _UserInfo | None = None


class _When(Struct):
    updated: str


class _Found(Struct):
    rows: list[_When]


class _Rows(Struct):
    rows: list[Raw]


class _Missing(Struct):
    status: Literal["failure"]


class Hypothesis:
    """Annotations and page notes that everybody may read."""

    about = About(
        name=NAME,
        title="Hypothesis",
        home="https://hypothes.is/",
        category="mentions",
        modes=("poll",),
        hours=6,
        hosts=(Host("api.hypothes.is", per_second=2, at_once=2),),
        terms="https://web.hypothes.is/terms-of-service/",
        licence="public annotations are CC0-1.0",
        keeps_pages="never",
        yields=("Post", "Account"),
        deletions="recheck",
        shapes="documented",
        colour="#a61e2d",
        note="Annotations of a work under all addresses that Hypothesis takes for one document, and replies to them."
        " Annotations of private groups are not read. Nobody follows anybody there.",
        examples=(
            Example(
                "search_page1.json",
                (
                    (f"{HOME}AAAAAAAAEeyAAAAAAAAAAA", "doi:10.5555/12345678"),
                    (f"{HOME}BBBBBBBBEeyBBBBBBBBBBB", "doi:10.5555/12345678"),
                    (f"{HOME}BBBBBBBBEeyBBBBBBBBBBB", "doi:10.5555/12345679"),
                ),
                lane="work:doi:10.5555/12345678",
                address=f"{API}/search",
            ),
        ),
    )

    def lanes(self, watch: Watch) -> Iterable[str]:
        """`work:IDENTIFIER` of each work that has an address, and `post:ADDRESS` of each annotation that is held."""
        yield from (f"work:{work}" for work in watch.works if identify.address(work))
        yield from (f"post:{post}" for post in watch.posts)

    async def read(self, lane: str, since: str, fetch: Fetch) -> AsyncIterator[Page]:
        """Search what was changed after the last that was seen, the oldest first; or ask for one annotation."""
        kind, _, name = lane.partition(":")
        if kind == "post":
            address = f"{API}/annotations/{quote(name.removeprefix(HOME), safe='')}"
            yield page_of(lane, await fetch.get(address, headers=FRESH, accept=(200, 404)))
            return
        asked = {"uri": _uris(name), "sort": "updated", "order": "asc", "limit": PER_PAGE}
        for _ in range(PAGES):
            params = {**asked, "search_after": since or None}
            answer = await fetch.get(f"{API}/search", params=params, headers=FRESH)
            rows = decoded(answer, _Found).rows
            last = rows[-1].updated if rows else since
            yield page_of(lane, answer, last)
            if len(rows) < PER_PAGE or last <= since:
                return
            since = last

    def parse(self, page: Page) -> Iterator[Fact | Fault]:
        """Yield annotations and who wrote them; of one that was asked for, whether it is gone."""
        kind, _, name = page.lane.partition(":")
        if kind == "post":
            yield from _standing(page, name)
            return
        found = whole(page, _Rows)
        if isinstance(found, Fault):
            yield found
            return
        for one in each(found.rows, _Annotation):
            if isinstance(one, Fault):
                yield one
            elif PUBLIC in one.permissions.read:
                yield from _facts(one, identify.parse(name), page)


def _uris(written: str) -> list[str]:
    """The names of a work as documents give them: pages name their DOI without a resolver."""
    work = identify.parse(written)
    address = identify.address(work) if work else None
    return [*([str(work)] if work and work.scheme == "doi" else []), address or written]


def _standing(page: Page, post: str) -> Iterator[Fact | Fault]:
    """Say if an annotation is gone. What it says now is told by the search, which also knows for which work."""
    found = whole(page, _Annotation)
    if not isinstance(found, Fault):
        if found.hidden or PUBLIC not in found.permissions.read:
            yield _withdrawn(post, page)
    elif isinstance(whole(page, _Missing), _Missing):
        yield _withdrawn(post, page)
    else:
        yield found


def _withdrawn(post: str, page: Page) -> Post:
    return Post(source=NAME, id=post, via=NAME, version=_version(page.received_at), change="withdrawn")


def _facts(one: _Annotation, work: Identifier | None, page: Page) -> Iterator[Fact]:
    post = HOME + one.id
    if one.hidden:
        yield _withdrawn(post, page)
        return
    name, _, authority = one.user.removeprefix("acct:").partition("@")
    yield Account(
        source=NAME,
        id=one.user,
        via=NAME,
        version=_version(one.updated),
        handle=name,
        name=one.user_info.display_name if one.user_info else None,
        url=f"https://hypothes.is/users/{name}" if authority == "hypothes.is" else None,
    )
    yield Post(
        source=NAME,
        id=post,
        via=NAME,
        version=_version(one.updated),
        change="made" if one.created == one.updated else "edited",
        url=post,
        text=one.text or None,
        links=_links(one.uri, work),
        author=one.user,
        posted_at=utc(one.created),
        replies_to=HOME + one.references[-1] if one.references else None,
    )


def _links(uri: str, work: Identifier | None) -> tuple[Link, ...]:
    """What was annotated; where that does not name the work, Hypothesis knows it for the same document."""
    annotated = Link(uri, "annotates", "metadata")
    named = [(one.identifier.scheme, one.identifier.value) for one in identify.in_address(uri)]
    address = identify.address(work) if work else None
    if work is None or address is None or (work.scheme, work.value) in named:
        return (annotated,)
    return annotated, Link(address, "annotates", "metadata", written=uri, method="document-equivalence")


def _version(at: datetime) -> str:
    return f"{utc(at) or at:%Y-%m-%dT%H:%M:%S.%f}Z"
