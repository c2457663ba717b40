"""Zenodo: answers of its API come in; metadata, other names and numbers of records come out.

A record is one version of a work and has a number and a DOI; the work as a whole has another number and DOI. Numbers
are of all versions, as Zenodo shows them. What belongs to a paper is found by the paper's DOI, what a person made by
their ORCID, what a community gathered by its address.
"""

import re
from collections.abc import AsyncIterator, Iterator
from typing import Annotated

import msgspec
from msgspec import Meta, Struct, field

from hubbub.collect.reading import each, refused, stamp, whole
from hubbub.collect.source import Fetch, decoded, page_of
from hubbub.identify import parse
from hubbub.model import (
    About,
    Alias,
    Credential,
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

NAME = "zenodo"
API = "https://zenodo.org/api/records"
COMMUNITY = "https://zenodo.org/communities/"
_COMMUNITY = re.compile(rf"{re.escape(COMMUNITY)}([\w.-]{{1,100}})")
PER_PAGE = 25  # what is allowed without a login
PAGES = 40  # of one search a run
_OWN_DOI = re.compile(r"10\.5281/zenodo\.(\d{1,12})")
# What an uploader may claim of any work: it ties two works together. What would make them one is not taken from claims.
RELATIONS = {"isSupplementTo": "is_supplement_to", "isPartOf": "is_part_of"}
INVERSE = {"isSupplementedBy": "is_supplement_to", "hasPart": "is_part_of"}

Number = Annotated[float, Meta(ge=0, le=2**53)]  # whole, though it was written `201.0` until 2023


class Creator(Struct):
    name: str
    orcid: str | None = None


class Kind(Struct):
    type: str | None = None
    subtype: str | None = None


class Licence(Struct):
    id: str | None = None


class Related(Struct):
    identifier: str = ""
    relation: str = ""


class Metadata(Struct):
    title: str | None = None
    creators: tuple[Creator, ...] = ()
    publication_date: str | None = None
    resource_type: Kind | None = None
    licence: Licence | None = field(name="license", default=None)
    keywords: tuple[str, ...] = ()
    related: tuple[Related, ...] = field(name="related_identifiers", default=())


class Stats(Struct):
    views: Number | None = None
    downloads: Number | None = None


class Record(Struct):
    id: int
    metadata: Metadata
    whole: str | None = field(name="conceptrecid", default=None)
    doi: str | None = None
    whole_doi: str | None = field(name="conceptdoi", default=None)
    stats: Stats | None = None


class Hits(Struct):
    hits: list[msgspec.Raw]


class Links(Struct):
    next: str | None = None


class Found(Struct):
    hits: Hits
    links: Links | None = None


class Zenodo:
    """Whatever people keep at CERN's open repository."""

    about = About(
        name=NAME,
        title="Zenodo",
        home="https://zenodo.org/",
        category="usage",
        modes=("poll",),
        hours=24,
        hosts=(Host("zenodo.org", 1),),
        credentials=(
            Credential(
                "zenodo_token", "more requests a minute", "zenodo.org/account/settings/applications/tokens/new/"
            ),
        ),
        terms="https://about.zenodo.org/terms/",
        licence="metadata CC0-1.0",
        keeps_pages="never",
        yields=("Tally", "Description", "Alias"),
        deletions="never",
        shapes="recorded",
        colour="#1d5a96",
        note="Records by number or DOI, their views and downloads; what belongs to a paper, an ORCID or a community.",
        examples=(
            Example(
                "record_poster_2026.json",
                (
                    ("description", "zenodo:4927605"),
                    ("alias is_version_of zenodo:4927604", "zenodo:4927605"),
                    ("alias is_same_as zenodo:4927605", "doi:10.5281/zenodo.4927605"),
                ),
                lane="record:4927605",
            ),
            Example("record_2022.json", (("tally downloads 201", "zenodo:7078767"),), lane="record:7078768"),
        ),
    )

    def lanes(self, watch: Watch) -> Iterator[str]:
        """Name records, works that records may belong to, people and communities."""
        for work in watch.works:
            own = _OWN_DOI.fullmatch(work.value) if work.scheme == "doi" else None
            if work.scheme == NAME or own:
                yield f"record:{own[1] if own else work.value}"
            elif work.scheme == "doi":
                yield f"related:{work.value}"
        for owner in watch.owners:
            if owner.scheme == "orcid":
                yield f"orcid:{owner.value}"
            elif community := _COMMUNITY.fullmatch(owner.value):
                yield f"community:{community[1]}"

    async def read(self, lane: str, since: str, fetch: Fetch) -> AsyncIterator[Page]:
        """Yield a record, or the pages of a search."""
        kind, _, about = lane.partition(":")
        token = fetch.secret("zenodo_token")
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        if kind == "record":
            yield page_of(lane, await fetch.get(f"{API}/{about}", headers=headers, accept=(200, 404, 410)))
            return
        terms = {"related": "metadata.related_identifiers.identifier", "orcid": "creators.orcid"}
        literal = about.replace("\\", "\\\\").replace('"', '\\"')
        asked = f'{terms.get(kind, "communities")}:"{literal}"'
        for number in range(int(since or 1), PAGES + 1):
            params = {"q": asked, "sort": "mostrecent", "size": PER_PAGE, "page": number}
            answer = await fetch.get(API, params=params, headers=headers)
            links = decoded(answer, Found).links
            more = bool(links and links.next) and number < PAGES
            yield page_of(lane, answer, str(number + 1) if more else "")
            if not more:
                return

    def parse(self, page: Page) -> Iterator[Fact | Fault]:
        """Yield what each record says."""
        if refusal := refused(page, "Zenodo"):
            yield refusal
        elif page.lane.startswith("record:"):
            yield from _facts(page, whole(page, Record))
        else:
            found = whole(page, Found)
            for record in [found] if isinstance(found, Fault) else each(found.hits.hits, Record):
                yield from _facts(page, record)


def _facts(page: Page, record: Record | Fault) -> Iterator[Fact | Fault]:
    if isinstance(record, Fault):
        yield record
        return
    work = parse(f"{NAME}:{record.id}")
    if work is None:
        yield Fault("a record without a number", sample=str(record.id)[:200])
        return
    every = parse(f"{NAME}:{record.whole}") or work
    yield _description(page, work, record.metadata)
    for identifier, relation, other in _names(page, work, every, record):
        yield Alias(identifier=identifier, relation=relation, other=other, via=NAME, version=stamp(page.received_at))
    for kind in ("views", "downloads"):
        value = getattr(record.stats, kind, None)
        if value is not None:
            yield Tally(identifier=every, via=NAME, kind=kind, value=int(value), as_of=page.received_at)


def _description(page: Page, work: Identifier, told: Metadata) -> Description:
    kind = told.resource_type
    return Description(
        identifier=work,
        via=NAME,
        version=stamp(page.received_at),
        title=told.title,
        kind=(kind.subtype or kind.type) if kind else None,
        creators=tuple(creator.name for creator in told.creators),
        issued=told.publication_date,
        venue="Zenodo",
        licence=told.licence.id if told.licence else None,
        fields=told.keywords,
    )


def _names(
    page: Page, work: Identifier, every: Identifier, record: Record
) -> Iterator[tuple[Identifier, str, Identifier]]:
    """What else the record is called, what it belongs to, and whose it is, each as (identifier, relation, other)."""
    if every != work:
        yield every, "is_version_of", work
    names = [work]
    for named, written in ((work, record.doi), (every, record.whole_doi)):
        own = _OWN_DOI.fullmatch(written or "")  # another publisher's DOI is a claim
        if own and (doi := parse(own[0])):
            yield named, "is_same_as", doi
            names.append(doi)
    for related in record.metadata.related:
        other = parse(related.identifier)
        if other and related.relation in RELATIONS:
            yield other, RELATIONS[related.relation], work
        elif other and related.relation in INVERSE:
            yield work, INVERSE[related.relation], other
    kind, _, about = page.lane.partition(":")
    people = [parse(creator.orcid or "") for creator in record.metadata.creators]
    asked = parse({"orcid": page.lane, "community": COMMUNITY + about}.get(kind, ""))
    for owner in sorted({one for one in people if one and one.scheme == "orcid"} | ({asked} if asked else set())):
        for name in names:  # other sources know the DOIs
            yield owner, "is_work_of", name
