"""Stack Exchange: questions and answers that name works come in from the search of its sites; posts come out.

The search tells which posts there are, a second question what they say. A post that is asked for and not shown is gone.
"""

import asyncio
import re
from collections import defaultdict
from collections.abc import AsyncIterator, Iterable, Iterator
from datetime import UTC, datetime
from typing import Any

from msgspec import Raw, Struct
from msgspec.structs import replace

from hubbub import identify
from hubbub.collect.html import links_and_text
from hubbub.collect.reading import each, stamp, whole
from hubbub.collect.source import FRESH, Fetch, Wanted, decoded, page_of
from hubbub.model import (
    About,
    Account,
    Answer,
    Credential,
    Example,
    Fact,
    Fault,
    Host,
    Identifier,
    Page,
    Post,
    Watch,
)

NAME, KEY = "stackexchange", "stackexchange_key"
API = "https://api.stackexchange.com/2.3"
SITES = ("academia", "stats", "stackoverflow")  # where nobody names others: 300 questions a day have to do
PER_PAGE, PAGES = 100, 10
PATIENCE = 60  # seconds that are waited where the service asks for a pause

_POST = re.compile(r"https://([a-z0-9.-]+)/([aq])/(\d{1,12})")
_KEY = re.compile(r"(?<=[?&])key=[^&]*&?")


class Owner(Struct):
    link: str | None = None
    display_name: str | None = None


class Entry(Struct):
    """A question or an answer."""

    post_id: int
    link: str
    creation_date: int
    post_type: str = ""
    last_edit_date: int | None = None
    title: str | None = None
    body: str = ""
    owner: Owner | None = None
    content_license: str | None = None


class Excerpt(Struct):
    """What the search found."""

    question_id: int
    last_activity_date: int
    answer_id: int | None = None


class Entries(Struct):
    items: list[Raw]


class Excerpts(Struct):
    items: list[Excerpt]
    has_more: bool = False
    backoff: int = 0


class Pause(Struct):
    backoff: int = 0


class StackExchange:
    """Questions and answers, found by a work's identifier or address."""

    about = About(
        name=NAME,
        title="Stack Exchange",
        home="https://stackexchange.com/",
        category="mentions",
        modes=("poll",),
        hours=24,
        hosts=(Host("api.stackexchange.com", per_second=2, per_day=300),),
        credentials=(Credential(KEY, "10,000 questions a day", "https://stackapps.com/apps/oauth/register"),),
        terms="https://stackoverflow.com/legal/api-terms-of-use",
        licence="CC-BY-SA-4.0; name the author and link to the post",
        keeps_pages="never",
        yields=("Post", "Account"),
        deletions="recheck",
        shapes="documented",
        colour="#c77700",
        note="Searches academia, stats and stackoverflow, or the sites that lists name (`stackexchange:chemistry`),"
        " since there is no search over all. Comments cannot be searched. There are no followers.",
        examples=(
            Example(
                "posts.json",
                (
                    ("https://academia.stackexchange.com/a/28101", "doi:10.1371/journal.pone.0000308"),
                    ("https://academia.stackexchange.com/q/28099", "doi:10.1371/journal.pone.0000308"),
                    ("account", "https://academia.stackexchange.com/users/11/ada"),
                ),
                lane="work:academia 10.1371/journal.pone.0000308",
                address=f"{API}/posts/28101;28099",
            ),
        ),
    )

    def lanes(self, watch: Watch) -> Iterable[str]:
        """Name each work at each site, and batches of posts that are held."""
        sites = [one.partition(":")[2] for one in watch.lists if one.startswith("stackexchange:")] or SITES
        yield from dict.fromkeys(f"work:{site} {_words(work)}" for site in sites for work in watch.works)
        held = defaultdict(list)
        for post in watch.posts:
            if known := _POST.fullmatch(post):
                held[known[1]].append(f"{known[2]}/{known[3]}")
        for host, posts in held.items():
            for first in range(0, len(posts), PER_PAGE):
                yield f"posts:{host} {';'.join(posts[first : first + PER_PAGE])}"

    async def read(self, lane: str, since: str, fetch: Fetch) -> AsyncIterator[Page]:
        """Search among what was active since the resume point, a time in seconds; or ask whether posts still stand."""
        kind, _, about = lane.partition(":")
        site, _, rest = about.partition(" ")
        if kind == "posts":
            ids = [one.partition("/")[2] for one in rest.split(";")]
            yield page_of(lane, (await _posts(site, ids, fetch)))
            return
        asked = {"q": f'"{rest}"', "sort": "activity", "order": "desc", "min": since or None}
        latest = int(since or 0)
        for number in range(1, PAGES + 1):
            _, found = await _ask("search/excerpts", {**asked, "page": number}, site, fetch, Excerpts)
            if not found.items:
                return
            latest = max(latest, *(one.last_activity_date for one in found.items))
            is_last = not found.has_more or number == PAGES
            ids = [str(one.answer_id or one.question_id) for one in found.items]
            yield page_of(lane, await _posts(site, ids, fetch), str(latest + 1) if is_last else since)
            if is_last:
                return

    def parse(self, page: Page) -> Iterator[Fact | Fault]:
        """Yield posts with their authors, and those that were asked for and are gone."""
        entries = whole(page, Entries)
        if isinstance(entries, Fault):
            yield entries
            return
        is_whole, shown = True, set()
        for one in each(entries.items, Entry):
            known = one if isinstance(one, Fault) else _facts(one, page.received_at)
            if isinstance(known, Fault):
                is_whole = False
                yield known
                continue
            shown.add(known[0].id)
            yield from known
        host, _, asked = page.lane.removeprefix("posts:").partition(" ")
        for post in asked.split(";") if page.lane.startswith("posts:") and is_whole else ():
            if (id_ := f"https://{host}/{post}") not in shown:
                yield Post(source=NAME, id=id_, via=NAME, version=stamp(page.received_at), change="withdrawn")


async def _posts(site: str, ids: Iterable[str], fetch: Fetch) -> Answer:
    answer, _ = await _ask(f"posts/{';'.join(dict.fromkeys(ids))}", {"filter": "withbody"}, site, fetch, Pause)
    return answer


async def _ask(what: str, asked: dict[str, Any], site: str, fetch: Fetch, type_: type[Wanted]) -> tuple[Answer, Wanted]:
    """Ask, and wait afterwards as long as the service wants to be left alone."""
    params = {**asked, "site": site, "pagesize": PER_PAGE, "key": fetch.secret(KEY)}
    answer = await fetch.get(f"{API}/{what}", params=params, headers=FRESH)
    if pause := decoded(answer, Pause).backoff:
        await asyncio.sleep(min(max(pause, 0), PATIENCE))
    return replace(answer, address=_KEY.sub("", answer.address).rstrip("?&")), decoded(answer, type_)


def _facts(one: Entry, seen_at: datetime) -> tuple[Post, *tuple[Account, ...]] | Fault:
    """A post as it stands, and who made it."""
    host = re.match(r"https?://([a-z0-9.-]+)/", one.link)
    try:
        posted_at = datetime.fromtimestamp(one.creation_date, UTC)
        edited_at = datetime.fromtimestamp(one.last_edit_date, UTC) if one.last_edit_date else None
    except (ValueError, OverflowError, OSError):
        return Fault("a post from outside the calendar", sample=one.link[:200])
    if host is None:
        return Fault("a post without an address", sample=one.link[:200])
    id_ = f"https://{host[1]}/{'a' if one.post_type == 'answer' else 'q'}/{one.post_id}"
    links, text = links_and_text(one.body)
    author = one.owner.link if one.owner else None
    post = Post(
        source=NAME,
        id=id_,
        via=NAME,
        version=stamp(edited_at or posted_at),
        change="edited" if edited_at else "made",
        url=id_,
        title=one.title,
        text=text or None,
        links=links,
        author=author,
        posted_at=posted_at,
    )
    if one.owner is None or author is None:
        return (post,)
    name = one.owner.display_name
    return post, Account(source=NAME, id=author, via=NAME, version=stamp(seen_at), name=name, url=author)


def _words(work: Identifier) -> str:
    """What people write when they mean the work."""
    address = identify.address(work)
    return work.value if work.scheme == "doi" or address is None else address.partition("://")[2]
