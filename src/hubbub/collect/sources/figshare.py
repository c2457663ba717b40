"""Figshare: answers of its API and of its counters come in; metadata, other names and numbers of items come out.

An item is named by its number. Its DOI names all its versions, and with `.v2` one of them. What supplements a paper is
found by the paper's DOI, what a person made by their ORCID. The next request is the resume point.
"""

import re
from collections.abc import AsyncIterator, Iterator
from datetime import datetime
from typing import Any
from urllib.parse import quote, urlsplit

import msgspec
from msgspec import Struct, field

from hubbub.collect.reading import Count, each, refused, sample, stamp, utc, whole
from hubbub.collect.source import Fetch, decoded, page_of
from hubbub.identify import parse
from hubbub.model import (
    About,
    Alias,
    Answer,
    Description,
    Example,
    Fact,
    Fault,
    Host,
    Identifier,
    Page,
    Tally,
    Watch,
)

NAME = "figshare"
API = "https://api.figshare.com/v2"
STATS = "https://stats.figshare.com"
PER_PAGE = 100
PAGES = 20  # of one list a run
VERSIONS = 100  # of one item that are named
_OWN_DOI = re.compile(r"10\.6084/m9\.figshare\.(\d{1,12})(?:\.v\d+)?")
_VERSIONED = re.compile(r"(.+)\.v\d+", re.IGNORECASE)
_PORTAL = re.compile(r"([a-z0-9-]+)\.figshare\.com")
_TOTAL = re.compile(r"(?:/[a-z0-9-]+)?/total/(views|downloads)/article/\d+")
# What an uploader may claim of any work: it ties two works together. What would make them one is not taken from claims.
RELATIONS = {"IsSupplementTo": "is_supplement_to", "IsPartOf": "is_part_of"}


class Author(Struct):
    full_name: str
    orcid_id: str | None = None


class Named(Struct):
    """A licence by its name, or a category by its title."""

    name: str | None = None
    title: str | None = None


class Related(Struct):
    identifier: str = ""
    relation: str = ""


class Timeline(Struct):
    first_online: datetime | None = field(name="firstOnline", default=None)


class Item(Struct):
    """An item; lists tell less of it."""

    id: int
    title: str | None = None
    doi: str | None = None
    version: Count = 0
    defined_type_name: str | None = None
    published_date: datetime | None = None
    timeline: Timeline | None = None
    resource_doi: str | None = None
    related_materials: tuple[Related, ...] = ()
    authors: tuple[Author, ...] = ()
    categories: tuple[Named, ...] = ()
    licence: Named | None = field(name="license", default=None)


class Totals(Struct):
    totals: Count


class Ref(Struct):
    """What is needed of an item to go on: its number, and at which portal it is."""

    id: int
    figshare_url: str | None = None


class Figshare:
    """Data, figures, posters, slides and whatever else people keep at Figshare."""

    about = About(
        name=NAME,
        title="Figshare",
        home="https://figshare.com/",
        category="usage",
        modes=("poll",),
        hours=24,
        hosts=(Host("api.figshare.com", 1), Host("stats.figshare.com", 1)),
        terms="https://figshare.com/terms",
        licence="metadata CC0-1.0",
        keeps_pages="never",
        yields=("Tally", "Description", "Alias"),
        deletions="never",
        shapes="recorded",
        colour="#8a3b5e",
        note="Items by number or DOI, their views and downloads; what supplements a paper; the items of an ORCID.",
        examples=(
            Example(
                "article_8263730.json",
                (
                    ("description", "figshare:8263730"),
                    ("alias is_same_as figshare:8263730", "doi:10.6084/m9.figshare.8263730"),
                ),
                lane="article:8263730",
                address=f"{API}/articles/8263730",
            ),
            Example(
                "total_views.json",
                (("tally views 231", "figshare:8263730"),),
                lane="article:8263730",
                address=f"{STATS}/total/views/article/8263730",
            ),
        ),
    )

    def lanes(self, watch: Watch) -> Iterator[str]:
        """Name items, DOIs that may be of items or be supplemented by them, and people."""
        for work in watch.works:
            own = _OWN_DOI.fullmatch(work.value) if work.scheme == "doi" else None
            if work.scheme == NAME or own:
                yield f"article:{own[1] if own else work.value}"
            elif work.scheme == "doi":
                yield f"doi:{work.value}"
                yield f"supplements:{work.value}"
        for owner in watch.owners:
            if owner.scheme == "orcid":
                yield f"orcid:{owner.value}"

    async def read(self, lane: str, since: str, fetch: Fetch) -> AsyncIterator[Page]:
        """Yield an item and its counts, or the pages of a list."""
        kind, _, about = lane.partition(":")
        if kind in ("orcid", "supplements"):
            async for page in _list(lane, since, fetch):
                yield page
            return
        address = since or (
            f"{API}/articles/{about}" if kind == "article" else f"{API}/articles?doi={quote(about, safe='/')}"
        )
        while address:
            answer = await fetch.get(address, accept=(200, 403, 404))
            address = _next(kind, address, answer)
            yield page_of(lane, answer, address)

    def parse(self, page: Page) -> Iterator[Fact | Fault]:
        """Yield what an item, a list of items or a counter says."""
        address = urlsplit(page.address)
        if refusal := refused(page, "Figshare"):
            yield refusal
        elif total := _TOTAL.fullmatch(address.path):
            totals = whole(page, Totals)
            if isinstance(totals, Fault):
                yield totals
            elif work := parse(f"{NAME}:{address.path.rpartition('/')[2]}"):
                yield Tally(identifier=work, via=NAME, kind=total[1], value=totals.totals, as_of=page.received_at)
        elif page.lane.startswith("article:") or re.fullmatch(r"/v2/articles/\d+", address.path):
            yield from _facts(page, whole(page, Item))
        else:
            items = whole(page, list[msgspec.Raw])
            for item in [items] if isinstance(items, Fault) else each(items, Item):
                yield from _facts(page, item)


async def _list(lane: str, since: str, fetch: Fetch) -> AsyncIterator[Page]:
    kind, _, about = lane.partition(":")
    for number in range(int(since or 1), PAGES + 1):
        asked: dict[str, Any] = {"page": number, "page_size": PER_PAGE}
        if kind == "orcid":
            answer = await fetch.post(f"{API}/articles/search", json={"search_for": f":orcid: {about}", **asked})
        else:
            answer = await fetch.get(f"{API}/articles", params={"resource_doi": about, **asked})
        more = len(decoded(answer, list[msgspec.Raw])) == PER_PAGE and number < PAGES
        yield page_of(lane, answer, str(number + 1) if more else "")
        if not more:
            return


def _next(kind: str, address: str, answer: Answer) -> str:
    """The request that follows: an item behind the list with its DOI, then how often it was viewed and downloaded."""
    if answer.status != 200:
        return ""
    if address.startswith(STATS):
        return address.replace("/views/", "/downloads/") if "/views/" in address else ""
    if "?doi=" in address:
        found = decoded(answer, list[Ref])
        return f"{API}/articles/{found[0].id}" if found else ""
    ref = decoded(answer, Ref)
    portal = _PORTAL.fullmatch(urlsplit(ref.figshare_url or "").hostname or "")
    return f"{STATS}{f'/{portal[1]}' if portal and portal[1] != 'www' else ''}/total/views/article/{ref.id}"


def _facts(page: Page, item: Item | Fault) -> Iterator[Fact | Fault]:
    if isinstance(item, Fault):
        yield item
        return
    work = parse(f"{NAME}:{item.id}")
    if work is None:
        yield Fault("an item without a number", sample=sample(page.body))
        return
    yield _description(page, work, item)
    for identifier, relation, other in _names(page, work, item):
        yield Alias(identifier=identifier, relation=relation, other=other, via=NAME, version=stamp(page.received_at))


def _description(page: Page, work: Identifier, item: Item) -> Description:
    first = item.timeline.first_online if item.timeline else None
    issued = utc(first or item.published_date)
    return Description(
        identifier=work,
        via=NAME,
        version=stamp(page.received_at),
        title=item.title or None,
        kind=item.defined_type_name,
        creators=tuple(author.full_name for author in item.authors),
        issued=issued.date().isoformat() if issued else None,
        venue="Figshare",
        licence=item.licence.name if item.licence else None,
        fields=tuple(category.title for category in item.categories if category.title),
    )


def _names(page: Page, work: Identifier, item: Item) -> Iterator[tuple[Identifier, str, Identifier]]:
    """What else the item is called, what it belongs to, and whose it is, each as (identifier, relation, other)."""
    versioned = _VERSIONED.fullmatch(item.doi or "")
    doi = parse(versioned[1] if versioned else item.doi or "")
    if doi:
        yield work, "is_same_as", doi
        for number in range(1, min(item.version, VERSIONS) + 1) if versioned else ():
            if version := parse(f"{doi.value}.v{number}"):
                yield work, "is_version_of", version
    about = [(item.resource_doi or "", "IsSupplementTo")]
    about += [(related.identifier, related.relation) for related in item.related_materials]
    for written, relation in about:
        if relation in RELATIONS and (other := parse(written)) and other != doi:
            yield other, RELATIONS[relation], work
    owners = {parse(author.orcid_id or "") for author in item.authors}
    if page.lane.startswith("orcid:"):
        owners.add(parse(page.lane))
    for owner in sorted(owner for owner in owners if owner and owner.scheme == "orcid"):
        for name in (work, doi):  # other sources know the DOI
            if name:
                yield owner, "is_work_of", name
