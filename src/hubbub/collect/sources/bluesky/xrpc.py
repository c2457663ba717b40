"""What services are asked: a lane comes in; pages of their answers come out.

`posts`: posts by their addresses, what answers and what quotes them. `engagement`: who liked and who passed on.
`search`, `backlinks`, `author`: posts that name a work, that link to it, and those of one account. `profiles`,
`followers`, `follows`: accounts and their ties. `blocks`, `blockers`: whom an account blocks, and who blocks it.
`visibility`: whether it wants to be recommended. The views of posts and accounts come from an AppView; an index of
backlinks knows what an AppView does not tell: the addresses of likes and reposts.
"""

from collections.abc import AsyncGenerator, AsyncIterator, Callable, Collection, Iterable, Iterator
from contextlib import suppress
from datetime import timedelta
from typing import Any, Generic, NamedTuple, Protocol, TypeVar

import msgspec
from msgspec import Raw, Struct, field

from hubbub.collect.reading import stamp
from hubbub.collect.source import FRESH, Fetch, decoded, page_of
from hubbub.collect.sources.bluesky.lanes import BATCH, Lane, list_of
from hubbub.collect.sources.bluesky.login import Logins
from hubbub.collect.sources.bluesky.records import BLOCK, LIKE, POST, REPOST, VISIBILITY, micros, read_time, tid
from hubbub.collect.sources.bluesky.views import Actor, Backlinks, Blocking, Blocks, Feed, Posts, Profiles, Ties, View
from hubbub.model import Answer, Page
from hubbub.settings import FOLLOWERS_CEILING

PAGES = 20  # of one answer, at most
LIMIT = 100  # entries a page, as many as the services give
DEPTH = 10  # of answers to answers
BACK = timedelta(days=1)  # posts are sorted by when they say they were made, which may be some time before they come

_POSTS, _BACKLINKS = "app.bsky.feed.getPosts", "blue.microcosm.links.getBacklinks"


class _Paged(Protocol):
    @property
    def cursor(self) -> str | None: ...


Told = TypeVar("Told", bound=_Paged)


class Part(NamedTuple, Generic[Told]):
    """One page of a long answer: as it came, as it reads, where it goes on, and whether it is the last that is read."""

    answer: Answer
    told: Told
    cursor: str | None
    last: bool


class _RefusedError(Exception):
    def __init__(self, answer: Answer) -> None:
        super().__init__()
        self.answer = answer


class _Seen(Struct):
    indexed_at: str | None = field(name="indexedAt", default=None)


class _Entry(Struct):
    post: _Seen
    reason: _Seen | None = None


class _Places(Struct):
    """In which fields of which collections an address stands."""

    links: dict[str, dict[str, Raw]] = {}


class Asking:
    """Asks the services for one lane. What a service refuses is passed on as a page that says so."""

    def __init__(self, name: str, lane: Lane, fetch: Fetch, logins: Logins) -> None:
        self._name = name
        self._lane = lane
        self._fetch = fetch
        self._logins = logins

    async def read(self, since: str) -> AsyncGenerator[Page, None]:
        """Yield the answers that the lane asks for. Raises `WrongAnswerError`, `LoginError`."""
        try:
            async for page in _READ[self._lane.kind](self, since):
                yield page
        except _RefusedError as refused:  # as of an account that has left
            yield self._page(refused.answer)

    # Posts

    async def _posts(self, since: str) -> AsyncIterator[Page]:
        async for answer, views in self._views(self._lane.argument.split(",")):
            yield self._page(answer)
            for view in views:
                if view.replies:
                    params = {"uri": view.uri, "depth": DEPTH, "parentHeight": 0}
                    yield self._page(await self._view("app.bsky.feed.getPostThread", params))
                if view.quotes:
                    async for part in self._paged(Posts, "app.bsky.feed.getQuotes", {"uri": view.uri}):
                        yield self._page(part.answer)

    async def _engagement(self, since: str) -> AsyncIterator[Page]:
        async for _, views in self._views(self._lane.argument.split(",")):
            for view in views:
                for collection, number in ((REPOST, view.reposts), (LIKE, view.likes)):
                    if number:
                        async for part in self._links(view.uri, f"{collection}:subject.uri"):
                            yield self._page(part.answer)

    async def _backlinks(self, since: str) -> AsyncIterator[Page]:
        """Posts that came since the highest key that was seen, which tells a time."""
        target = self._lane.argument
        answer = await self._get("constellation", "links/all", {"target": target})
        found: set[tuple[str, str]] = set()
        for path in decoded(answer, _Places).links.get(POST, {}):
            async for part in self._links(target, f"{POST}:{path.removeprefix('.')}"):
                found |= {(one.rkey, one.did) for one in part.told.records if one.collection == POST}
        now = tid(micros(answer.received_at))
        new = sorted((rkey, did) for rkey, did in found if since < rkey <= now)
        keys = [f"at://{did}/{POST}/{rkey}" for rkey, did in new]
        for start in range(0, len(keys), BATCH):
            async for shown, _ in self._views(keys[start : start + BATCH]):
                yield self._page(shown, new[start : start + BATCH][-1][0])

    async def _search(self, since: str) -> AsyncIterator[Page]:
        """Posts since a day before the newest that was seen."""
        newest = since
        params = {"q": self._lane.argument, "sort": "latest", "since": since or None}
        async for part in self._paged(Posts, "app.bsky.feed.searchPosts", params, self._logged_in):
            newest = max(newest, *_days_before(part.answer, part.told.posts, _Seen, lambda view: view))
            yield self._page(part.answer, newest if part.last else since)

    async def _author(self, since: str) -> AsyncIterator[Page]:
        """An account's posts and reposts, the newest first, down to a day before the newest that was seen."""
        newest = since
        params = {"actor": self._lane.argument}
        async for part in self._paged(Feed, "app.bsky.feed.getAuthorFeed", params):
            days = _days_before(part.answer, part.told.feed, _Entry, lambda entry: entry.reason or entry.post)
            newest, reached = max(newest, *days), bool(days[1:]) and min(days[1:]) < since
            yield self._page(part.answer, newest if part.last or reached else since)
            if reached:
                return

    # Accounts and ties

    async def _profiles(self, since: str) -> AsyncIterator[Page]:
        actors = self._lane.argument.split(",")
        yield self._page(await self._view("app.bsky.actor.getProfiles", {"actors": actors}))

    async def _visibility(self, since: str) -> AsyncIterator[Page]:
        asked = {"repo": self._lane.argument, "collection": VISIBILITY, "rkey": "self"}
        answer = await self._view("com.atproto.repo.getRecord", asked)
        if answer.status == 200:
            yield self._page(answer)

    async def _blockers(self, since: str) -> AsyncIterator[Page]:
        answer = await self._view("app.bsky.actor.getProfiles", {"actors": [self._lane.argument]})
        for actor in _read(decoded(answer, Profiles).profiles if answer.status == 200 else (), Actor):
            async for part in self._links(actor.did, f"{BLOCK}:subject"):
                yield self._page(part.answer)

    async def _ties(self, since: str) -> AsyncIterator[Page]:
        method = "app.bsky.graph.getFollowers" if self._lane.kind == "followers" else "app.bsky.graph.getFollows"
        async for page in self._list(since, Ties, Actor, method, {"actor": self._lane.argument}):
            yield page

    async def _blocks(self, since: str) -> AsyncIterator[Page]:
        async def ask(method: str, params: dict[str, Any]) -> Answer:
            return await self._get("pds", f"xrpc/{method}", params, accept=(200, 400))

        asked = {"repo": self._lane.argument, "collection": BLOCK}
        async for page in self._list(since, Blocks, Blocking, "com.atproto.repo.listRecords", asked, ask):
            yield page

    async def _list(
        self,
        since: str,
        type_: type[Ties] | type[Blocks],
        entry: type[Any],
        method: str,
        asked: dict[str, Any],
        ask: Callable[[str, dict[str, Any]], Any] | None = None,
    ) -> AsyncIterator[Page]:
        """A long list. The resume point tells when it was begun, how many came, and the cursor."""
        began_at, complete = list_of(since)
        count, cursor, lacks = 0, None, False
        if began_at is not None and complete is None:
            _, number, cursor = since.split(" ", 2)
            count = int(number)
        else:
            began_at = None
        params = {**asked, "cursor": cursor}
        async for part in self._paged(type_, method, params, ask, most=FOLLOWERS_CEILING // LIMIT * 2):
            began_at = began_at or part.answer.received_at
            listed = part.told.listed
            count += len(listed)
            lacks = lacks or len(list(_read(listed, entry))) < len(listed)
            ends = part.last or count >= FOLLOWERS_CEILING
            state = f"{count} {part.cursor}" if not ends else "cut" if part.cursor or lacks else "whole"
            yield self._page(part.answer, f"{began_at.isoformat()} {state}")
            if ends:
                return

    # How it is asked

    def _page(self, answer: Answer, resume: str = "") -> Page:
        return page_of(self._name, answer, resume)

    async def _view(self, method: str, params: dict[str, Any]) -> Answer:
        return await self._get("appview", f"xrpc/{method}", params, accept=(200, 400))

    async def _get(self, host: str, path: str, params: dict[str, Any], accept: Collection[int] = (200,)) -> Answer:
        return await self._fetch.get(f"{self._lane.hosts[host]}/{path}", params=params, headers=FRESH, accept=accept)

    async def _logged_in(self, method: str, params: dict[str, Any]) -> Answer:
        return await self._logins.get(self._fetch, self._lane.hosts["pds"], method, params)

    async def _views(self, keys: list[str]) -> AsyncIterator[tuple[Answer, list[View]]]:
        answer = await self._view(_POSTS, {"uris": keys})
        yield answer, list(_read(decoded(answer, Posts).posts, View)) if answer.status == 200 else []

    def _links(self, subject: str, source: str) -> AsyncIterator[Part[Backlinks]]:
        async def ask(method: str, params: dict[str, Any]) -> Answer:
            return await self._get("constellation", f"xrpc/{method}", params)

        return self._paged(Backlinks, _BACKLINKS, {"subject": subject, "source": source}, ask)

    async def _paged(
        self,
        type_: type[Told],
        method: str,
        params: dict[str, Any],
        ask: Callable[[str, dict[str, Any]], Any] | None = None,
        most: int = PAGES,
    ) -> AsyncIterator[Part[Told]]:
        """Read a long answer page by page, until it ends, goes in circles, or is longer than is read."""
        seen = set[str]()
        for number in range(1, most + 1):
            answer = await (ask or self._view)(method, {**params, "limit": LIMIT})
            if answer.status == 400:
                raise _RefusedError(answer)
            told = decoded(answer, type_)
            cursor = told.cursor or None
            last = cursor is None or cursor in seen or number == most
            yield Part(answer, told, cursor, last)
            if last or cursor is None:
                return
            seen.add(cursor)
            params = {**params, "cursor": cursor}


def _read(raws: Iterable[Raw], type_: type[Any]) -> Iterator[Any]:
    """Read those entries that can be read."""
    for raw in raws:
        with suppress(msgspec.MsgspecError, RecursionError):
            yield msgspec.json.decode(raw, type=type_)


def _days_before(answer: Answer, raws: Iterable[Raw], type_: type[Any], seen: Callable[[Any], _Seen]) -> list[str]:
    """A day before each entry was seen, as text, behind an empty one; times to come are left out."""
    times = (read_time(seen(one).indexed_at) for one in _read(raws, type_))
    return ["", *(stamp(at - BACK) for at in times if at is not None and at <= answer.received_at)]


_READ: dict[str, Callable[[Asking, str], AsyncIterator[Page]]] = {
    "posts": Asking._posts,
    "engagement": Asking._engagement,
    "search": Asking._search,
    "backlinks": Asking._backlinks,
    "author": Asking._author,
    "profiles": Asking._profiles,
    "followers": Asking._ties,
    "follows": Asking._ties,
    "blocks": Asking._blocks,
    "blockers": Asking._blockers,
    "visibility": Asking._visibility,
}
KINDS = frozenset(_READ)
