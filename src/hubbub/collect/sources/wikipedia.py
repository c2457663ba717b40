"""Wikipedia and other wikis on MediaWiki: revisions and link changes come in; added and removed references come out.

A post is a wiki page. Each reference in it is a statement of its own, named by the page's number, which it keeps when
it is moved, and the identifier: who made the revision that brought it is its author, and a later revision may take it
away. Versions are the wiki's revision numbers. The module is long because wikis tell the same in three ways: asked, as
a stream, and as a dump.
"""

import re
from collections import defaultdict
from collections.abc import AsyncIterator, Iterable, Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote, urlsplit

import msgspec
from msgspec import Raw, Struct, field

from hubbub import identify
from hubbub.collect import wikidump
from hubbub.collect.mediawiki import CONTENT, PARAMETER, STANDING, Revision, Wiki, WikiPage, found_in, references
from hubbub.collect.reading import sample, stamp
from hubbub.collect.source import Fetch, page_of
from hubbub.identify import Found
from hubbub.model import About, Account, Example, Fact, Fault, Host, Identifier, Link, Page, Post, Watch

if TYPE_CHECKING:
    from hubbub.collect.touching import Touches

NAME = "wikipedia"
CHANGES = "https://stream.wikimedia.org/v2/stream/mediawiki.page-links-change"
PAGES = 500  # pages of a wiki, or batches of its edits, that are read a run
TITLES, EDITS, LINES = 20, 10, 100  # asked or kept at once
_HOST = re.compile(r"([a-z][a-z-]{1,19})\.wikipedia\.org")


class Pages(Struct):
    pages: list[Raw] = []


class Told(Struct):
    query: Pages = field(default_factory=Pages)


class Meta(Struct):
    uri: str
    dt: datetime
    domain: str


class Performer(Struct):
    user_text: str
    user_id: int = 0


class Changed(Struct):
    link: str
    external: bool = False


class LinksChange(Struct):
    meta: Meta
    rev_id: int
    page_id: int
    page_title: str
    page_namespace: int = 0
    performer: Performer | None = None
    added_links: list[Changed] = []
    removed_links: list[Changed] = []


class Edit(Struct, frozen=True):
    """What a revision is, as far as each reference that it adds or removes needs it."""

    name: str
    page: str
    title: str
    author: Account | None = None
    made_at: datetime | None = None
    record: str | None = None


class Wikipedia:
    """References in articles."""

    about = About(
        name=NAME,
        title="Wikipedia",
        home="https://www.wikipedia.org/",
        category="mentions",
        modes=("stream", "poll", "archive"),
        hours=6,
        hosts=(Host("en.wikipedia.org", per_second=2), Host("stream.wikimedia.org", per_second=1)),
        terms="https://foundation.wikimedia.org/wiki/Policy:Terms_of_Use",
        licence="CC-BY-SA-4.0",
        keeps_pages="never",
        yields=("Post", "Account"),
        deletions="recheck",
        shapes="recorded",
        colour="#7a7f87",
        note="Asks the English Wikipedia, or those that lists name (`wikipedia:de`), and wikis that are given as"
        " `mediawiki:` and the address of their api.php, which it follows edit by edit and counts as Wikipedia too."
        " References that only a template or Wikidata brings into a page are seen in the stream alone. Articles only."
        " The stream and the edits tell of references that go; pages that were deleted are looked for, and one that is"
        " restored stays withdrawn. Shapes of the stream are documented. Dumps of pages"
        " (XML, plain, bz2 or gz) with their whole history date each reference and tell which went; those of current"
        " pages tell what is there.",
        examples=(
            Example(
                "history.xml",
                (("https://en.wikipedia.org/wiki/Gliotoxin", "doi:10.5555/wiki.1"),),
            ),
            Example(
                "work_7.json",
                (("https://en.wikipedia.org/wiki/Gliotoxin", "doi:10.1007/s00253-011-3689-1"),),
                lane="work:en doi:10.1007/s00253-011-3689-1",
                address="https://en.wikipedia.org/w/api.php",
            ),
            Example(
                "page-links-change.ndjson",
                (("https://en.wikipedia.org/wiki/Gliotoxin", "doi:10.1007/s00253-011-3689-1"),),
                lane="stream:page-links-change",
                address=CHANGES,
            ),
        ),
    )

    def lanes(self, watch: Watch) -> Iterable[str]:
        """Name each work in each wiki, the edits of given wikis, and batches of pages that may be gone."""
        yield "stream:page-links-change"
        given = [one.partition(":")[2] for one in watch.lists if one.startswith("mediawiki:")]
        wikis = [one.partition(":")[2] for one in watch.lists if one.startswith("wikipedia:")] or ["en"]
        yield from (f"changes:{wiki}" for wiki in given)
        yield from (f"work:{wiki} {work}" for wiki in (*wikis, *given) for work in watch.works)
        pages = defaultdict(list)
        for post in watch.posts:
            parts = urlsplit(post)
            if (host := _HOST.fullmatch(parts.netloc)) and parts.path.startswith("/wiki/"):
                pages[host[1]].append(unquote(parts.path.removeprefix("/wiki/")))
        for wiki, titles in pages.items():
            for first in range(0, len(titles), TITLES):
                yield f"pages:{wiki} {'|'.join(titles[first : first + TITLES])}"

    async def read(self, lane: str, since: str, fetch: Fetch) -> AsyncIterator[Page]:
        """Date each reference to a work; follow edits, or all wikis' links; see which pages are gone; read a dump."""
        kind, _, about = lane.partition(":")
        named, _, rest = about.partition(" ")
        wiki = Wiki(named, fetch)
        match kind:
            case "stream":
                pages = _stream(lane, since, fetch)
            case "changes":
                pages = _changes(lane, since, wiki)
            case "work":
                pages = _work(lane, since, wiki, identify.parse(rest))
            case "pages":
                yield page_of(lane, (await wiki.ask(STANDING | {"titles": rest}))[0])
                return
            case _:
                for page in wikidump.pages(lane, since, fetch):
                    yield page
                return
        async for page in pages:
            yield page

    def touches(self, body: bytes) -> "Touches":
        """Find lines with numbers that only their template tells to be identifiers."""
        from hubbub.collect.touching import touches_of  # numpy is loaded where a page of lines is read

        return touches_of(body, (), (match.start() for match in PARAMETER.finditer(body)))

    def parse(self, page: Page) -> Iterator[Fact | Fault]:
        """Yield the references that revisions or link changes added and removed, and the pages that are gone."""
        if page.lane.startswith("stream:"):
            yield from _parse_stream(page)
            return
        if page.lines:
            for read in wikidump.parse(page):
                yield from [read] if isinstance(read, Fault) else _parse_page(read, wikidump.asked(page))
            return
        try:
            told = msgspec.json.decode(page.body, type=Told)
        except (msgspec.MsgspecError, ValueError, RecursionError):
            yield Fault("no answer of MediaWiki", page.offset, sample(page.body))
            return
        pages = []
        for raw in told.query.pages:
            try:
                pages.append(msgspec.json.decode(raw, type=WikiPage))
            except (msgspec.MsgspecError, ValueError, RecursionError):
                yield Fault("no page of MediaWiki", page.offset, sample(raw))
        for one in pages:
            if not one.canonicalurl:
                if not one.missing:
                    yield Fault("a page of MediaWiki without an address", page.offset, one.title[:200])
            elif page.lane.startswith("work:"):
                yield from _parse_work(one, page, page.lane.partition(" ")[2])
            else:
                yield from _parse_page(one, page)


async def _work(lane: str, since: str, wiki: Wiki, work: Identifier | None) -> AsyncIterator[Page]:
    """Yield the revision that brought the work into each page, and how the pages stand from which it went.

    The resume point holds the titles and numbers of the pages that have it.
    """
    if work is None:
        return
    known = msgspec.json.decode(since or "{}", type=dict[str, int])
    found, name = await wiki.search(work), str(work)
    for title in [title for title, number in found.items() if known.get(title) != number][:PAGES]:
        answer, response = await wiki.ask(CONTENT | {"titles": title})
        if name not in found_in(response):
            continue  # a search finds words that stand elsewhere too
        if revisions := await wiki.addition(title, name):
            latest = [one.revid for page in response.query.pages for one in page.revisions]
            asked = dict.fromkeys([*revisions, *latest])
            answer, _ = await wiki.ask(CONTENT | {"revids": "|".join(map(str, asked))})
        known[title] = found[title]
        yield page_of(lane, answer, msgspec.json.encode(known).decode())
    for title in [title for title in known if title not in found][:PAGES]:
        answer, response = await wiki.ask(CONTENT | {"titles": title})
        if name not in found_in(response):
            yield page_of(lane, answer, msgspec.json.encode(known).decode())
            answer, _ = await wiki.ask(CONTENT | {"pageids": known.pop(title)})  # it may have been moved
            yield page_of(lane, answer, msgspec.json.encode(known).decode())


async def _changes(lane: str, since: str, wiki: Wiki) -> AsyncIterator[Page]:
    """Yield what was edited, with the revisions before, and how pages stand that were moved or deleted."""
    listed = {"list": "recentchanges", "rcdir": "newer", "rcprop": "ids|title|timestamp|loginfo", "rclimit": EDITS}
    for _ in range(PAGES):
        listing, response = await wiki.ask(listed | {"rctype": "edit|new|log", "rccontinue": since or None})
        if not (changes := response.query.recentchanges):
            return
        answers = []
        # What becomes an article by a move is listed where it was before.
        articles = [one for one in changes if 0 in (one.ns, one.moved.target_ns)]
        logged = [one for one in articles if one.type == "log"]
        titles = dict.fromkeys(title for one in logged for title in (one.title, one.moved.target_title) if title)
        if titles:
            answers.append((await wiki.ask(CONTENT | {"titles": "|".join(titles)}))[0])
        if edits := [(one.old_revid, one.revid) for one in articles if one.revid]:
            answers += await wiki.contents(edits)
        answers = answers or [listing]  # says nothing, and moves on
        after = f"{changes[-1].timestamp:%Y%m%d%H%M%S}|{changes[-1].rcid + 1}"
        resume = str(response.next.get("rccontinue", after)) if response.next else after
        for number, answer in enumerate(answers, 1):
            yield page_of(lane, answer, resume if number == len(answers) else since)
        if not response.next or resume == since:
            return
        since = resume


async def _stream(lane: str, since: str, fetch: Fetch) -> AsyncIterator[Page]:
    """Yield the link changes of all wikis, a batch of lines at a time."""
    resume, said, lines = since, b"", []
    async for line in fetch.lines(CHANGES, headers={"Last-Event-ID": since} if since else {}):
        if line.startswith(b"id:"):
            resume = line[3:].strip().decode(errors="replace")
        elif line.startswith(b"data:"):
            said = line[5:].strip()
        elif not line and said:
            lines.append(said)
            said = b""
            if len(lines) == LINES:
                yield Page(lane, CHANGES, b"\n".join(lines), datetime.now(UTC), resume, lines=True)
                lines = []
    if lines:
        yield Page(lane, CHANGES, b"\n".join(lines), datetime.now(UTC), resume, lines=True)


# What the bytes say


def _parse_stream(page: Page) -> Iterator[Fact | Fault]:
    at = page.offset
    for line in page.body.split(b"\n"):
        try:
            if line.strip():
                yield from _of_links(msgspec.json.decode(line, type=LinksChange))
        except (msgspec.MsgspecError, ValueError, RecursionError):
            yield Fault("no change of links", at, sample(line))
        at += len(line) + 1


def _of_links(change: LinksChange) -> Iterator[Fact]:
    if change.page_namespace or not _HOST.fullmatch(change.meta.domain):
        return
    who, scripts = change.performer, f"https://{change.meta.domain}/w/"
    author = _account(who.user_text, scripts, change.meta.dt) if who and who.user_id else None
    record = f"{scripts}index.php?diff={change.rev_id}"
    title = change.page_title.replace("_", " ")
    edit = Edit(_name(scripts, change.page_id), _address(change.meta.uri), title, author, change.meta.dt, record)
    added, removed = (_linked(links) for links in (change.added_links, change.removed_links))
    yield from _of_edit(edit, change.rev_id, added, removed)


def _linked(links: Iterable[Changed]) -> dict[str, Found]:
    """What external links refer to; the stream escapes them once more, and may leave out their scheme."""
    written = (re.sub(r"\A//", "https://", unquote(one.link)) for one in links if one.external)
    return {str(one.identifier): one for link in written for one in identify.in_address(link)}


def _parse_page(wiki_page: WikiPage, page: Page) -> Iterator[Fact]:
    """What of a page's revisions each changed, or, of one whose parent is not there, all that it refers to."""
    if wiki_page.missing:
        post = _address(wiki_page.canonicalurl)
        yield Post(source=NAME, id=post, via=NAME, version=stamp(page.received_at), change="withdrawn")
    said = {one.revid: (one, references(one)) for one in wiki_page.revisions}
    parents = {one.parentid for one, _ in said.values()}
    for revision, now in said.values():
        before = {} if revision.parentid == 0 else said.get(revision.parentid, (None, None))[1]
        if now is None or (before is None and revision.revid in parents):
            continue
        edit = _edit(wiki_page, page, revision if before is not None else None)
        if wiki_page.ns:  # it is no article any more
            now, before = {}, {**now, **(before or {})}
        yield from _of_edit(edit, revision.revid, now, before or {})


def _parse_work(wiki_page: WikiPage, page: Page, name: str) -> Iterator[Fact]:
    """Whether the latest revision refers to the work, and which one brought that if it is there too."""
    said = {one.revid: (one, references(one) or {}) for one in wiki_page.revisions}
    if wiki_page.missing or not said:
        yield from _parse_page(wiki_page, page)
        return
    latest, now = max(said), said[max(said)][1]
    if name not in now or wiki_page.ns:
        yield _withdrawn(_edit(wiki_page, page, None), name, latest)
        return
    brought = None
    for revision, found in said.values():
        before = {} if revision.parentid == 0 else said.get(revision.parentid, (None, None))[1]
        if name in found and before is not None and name not in before:
            brought = revision
    yield from _of_edit(_edit(wiki_page, page, brought), latest, {name: now[name]}, {})


def _edit(wiki_page: WikiPage, page: Page, revision: Revision | None) -> Edit:
    """Who made a page what it is, and when, if that is known."""
    scripts = page.address.partition("?")[0].removesuffix("api.php")
    name, post = _name(scripts, wiki_page.pageid), _address(wiki_page.canonicalurl)
    if revision is None:
        return Edit(name, post, wiki_page.title)
    author = None
    if revision.user and not revision.anon and not revision.temp:
        author = _account(revision.user, scripts, revision.timestamp)
    record = f"{scripts}index.php?diff={revision.revid}"
    return Edit(name, post, wiki_page.title, author, revision.timestamp, record)


def _of_edit(edit: Edit, revid: int, now: dict[str, Found], before: dict[str, Found]) -> Iterator[Fact]:
    """Each reference that an edit added or removed, and who made it."""
    added = [found for name, found in now.items() if name not in before]
    for found in added:
        address = identify.address(found.identifier)
        link = Link(address, "references", "link", found.as_written, found.method, edit.record) if address else None
        yield Post(
            source=NAME,
            id=edit.page,
            via=NAME,
            assertion=f"{edit.name} {found.identifier}",
            version=_version(revid, dated=edit.made_at is not None),
            url=edit.page,
            title=edit.title,
            text=None if link else found.as_written,
            links=(link,) if link else (),
            author=edit.author.id if edit.author else None,
            posted_at=edit.made_at,
        )
    yield from (_withdrawn(edit, name, revid) for name in before if name not in now)
    if added and edit.author:
        yield edit.author


def _version(revid: int, dated: bool = True) -> str:
    """A wiki's revision; where two statements rest on the same one, that which knows who brought the reference wins."""
    return f"{revid:012}.{dated:d}"


def _withdrawn(edit: Edit, name: str, revid: int) -> Post:
    named, version = f"{edit.name} {name}", _version(revid)
    return Post(source=NAME, id=edit.page, via=NAME, assertion=named, version=version, change="withdrawn")


def _name(scripts: str, number: int) -> str:
    """Name a page wherever it is moved."""
    return f"{scripts}index.php?curid={number}"


def _account(name: str, scripts: str, at: datetime) -> Account:
    """Who edits: Wikipedia's accounts are the same in all languages, other wikis have their own."""
    written = quote(name.replace(" ", "_"))
    if _HOST.fullmatch(urlsplit(scripts).netloc):
        url = f"https://meta.wikimedia.org/wiki/Special:CentralAuth/{written}"
    else:
        url = f"{scripts}index.php?title=User:{written}"
    return Account(source=NAME, id=url, via=NAME, version=stamp(at), handle=name, url=url)


def _address(url: str) -> str:
    """Name a page as every collector does."""
    return identify.canonical(url) or url
