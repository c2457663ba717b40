"""MediaWiki's action API: questions go to one wiki, its answers come out, with what the text of revisions refers to."""

import re
from collections.abc import AsyncIterator
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from msgspec import Struct, field

from hubbub import identify
from hubbub.collect.source import FRESH, Fetch, WrongAnswerError, decoded
from hubbub.identify import Found
from hubbub.model import Answer, Identifier

SEARCHES = 10  # answers of a search that are read
HISTORY = 40  # times 500 revisions: some fifty articles of Wikipedia have more
ASKED: dict[str, Any] = {"action": "query", "format": "json", "formatversion": 2, "maxlag": 5}
STANDING: dict[str, Any] = {"prop": "info", "inprop": "url"}
CONTENT = STANDING | {"prop": "info|revisions", "rvprop": "ids|timestamp|user|content", "rvslots": "main"}

# Templates give these numbers without the prefix by which text shows them.
PARAMETER = re.compile(rb"\|\s*(?:pmc|hdl)\s*=\s*\d", re.IGNORECASE)


class Slot(Struct):
    content: str | None = None


class Revision(Struct):
    revid: int
    timestamp: datetime
    parentid: int = 0
    user: str | None = None
    anon: bool = False
    temp: bool = False
    slots: dict[str, Slot] = {}


class WikiPage(Struct):
    title: str = ""  # left out, as the address is, where a page was asked for by a number that is gone
    pageid: int = 0
    ns: int = 0
    canonicalurl: str = ""
    missing: bool = False
    revisions: list[Revision] = []


class Moved(Struct):
    target_title: str = ""
    target_ns: int | None = None


class Hit(Struct):
    title: str
    pageid: int


class Change(Struct):
    """A line of recent changes; the title of one that is hidden is left out."""

    timestamp: datetime
    rcid: int
    type: str
    ns: int = 0
    title: str = ""
    revid: int = 0
    old_revid: int = 0
    moved: Moved = field(name="logparams", default_factory=Moved)


class Query(Struct):
    pages: list[WikiPage] = []
    search: list[Hit] = []
    exturlusage: list[Hit] = []
    recentchanges: list[Change] = []


class Error(Struct):
    info: str = ""


class Response(Struct):
    query: Query = field(default_factory=Query)
    next: dict[str, Any] | None = field(name="continue", default=None)
    error: Error | None = None


class Wiki:
    """The action API of one wiki, given by its language at Wikipedia or by its address."""

    def __init__(self, wiki: str, fetch: Fetch) -> None:
        self._address = wiki if "//" in wiki else f"https://{wiki}.wikipedia.org/w/api.php"
        self._fetch = fetch

    async def ask(self, params: dict[str, Any]) -> tuple[Answer, Response]:
        """Ask a query. Raises `WrongAnswerError` where the wiki refuses to answer."""
        answer = await self._fetch.get(self._address, params=ASKED | params, headers=FRESH)
        response = decoded(answer, Response)
        if response.error:
            raise WrongAnswerError(f"{urlsplit(self._address).hostname} says: {response.error.info[:200]}")
        return answer, response

    async def ask_on(self, params: dict[str, Any], most: int) -> AsyncIterator[tuple[Answer, Response]]:
        """Ask as long as the answer is continued, `most` times at most."""
        more: dict[str, Any] = {}
        for _ in range(most):
            answer, response = await self.ask(params | more)
            yield answer, response
            if not response.next or response.next == more:
                return
            more = response.next

    async def found_in(self, revid: int) -> set[str]:
        """What a revision refers to."""
        _, response = await self.ask(CONTENT | {"revids": revid})
        return found_in(response)

    async def search(self, work: Identifier) -> dict[str, int]:
        """The titles and numbers of articles that show a work's words or link to its address.

        Only wikis with CirrusSearch, as Wikipedia, know `insource`; others find their pages by the links alone.
        """
        address = identify.address(work)
        words = work.value if work.scheme != "url" else work.value.partition("://")[2]
        asked = {"list": "search", "srsearch": f'insource:"{words}"', "srnamespace": 0, "srlimit": 50, "srprop": ""}
        if address:
            asked |= {"list": "search|exturlusage", "euquery": address.partition("://")[2], "euprotocol": "https"}
            asked |= {"eunamespace": 0, "eulimit": 50, "euprop": "ids|title"}
        hits: dict[str, int] = {}
        async for _, response in self.ask_on(asked, SEARCHES):
            hits |= {one.title: one.pageid for one in (*response.query.search, *response.query.exturlusage)}
        return hits

    async def addition(self, title: str, name: str) -> tuple[int, ...]:
        """Find by halving a revision that brought the work, with the one before; nothing if the history is too long."""
        revids: list[int] = []
        asked = {"prop": "revisions", "titles": title, "rvprop": "ids|timestamp", "rvlimit": "max"}
        async for _, response in self.ask_on(asked, HISTORY):
            revids += [one.revid for page in response.query.pages for one in page.revisions]
            is_whole = response.next is None
        if not revids or not is_whole:
            return ()
        revids.reverse()
        if name in await self.found_in(revids[0]):
            return (revids[0],)
        without, having = 0, len(revids) - 1
        while having - without > 1:
            middle = (without + having) // 2
            if name in await self.found_in(revids[middle]):
                having = middle
            else:
                without = middle
        return revids[without], revids[having]

    async def contents(self, edits: list[tuple[int, int]]) -> list[Answer]:
        """What edits made of what: all in one answer, or one by one where a wiki cuts that short."""
        revids = dict.fromkeys(revid for edit in edits for revid in edit if revid)
        answer, response = await self.ask(CONTENT | {"revids": "|".join(map(str, revids))})
        if response.next is None or len(edits) == 1:
            return [answer]
        return [one for edit in edits for one in await self.contents([edit])]


def found_in(response: Response) -> set[str]:
    """What an answer's revisions refer to."""
    return {name for page in response.query.pages for one in page.revisions for name in references(one) or ()}


def references(revision: Revision) -> dict[str, Found] | None:
    """What a revision's text refers to; None if its text is hidden."""
    slot = revision.slots.get("main")
    if slot is None or slot.content is None:
        return None
    return {str(one.identifier): one for one in identify.find(slot.content, "wikitext")}
