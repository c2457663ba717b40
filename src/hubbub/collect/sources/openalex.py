"""OpenAlex: an index of works comes in; descriptions, other places of a work and counts of citations come out.

Works are asked for by DOI or PubMed number, and by the ORCID iD of an author. OpenAlex counts a preprint and its
article as one work, and says of each place which version lies there.
"""

from collections.abc import AsyncIterator, Iterable, Iterator
from typing import Any
from urllib.parse import quote

import msgspec
from msgspec import Struct, field
from msgspec.structs import replace

from hubbub import identify
from hubbub.collect.reading import Count, decode
from hubbub.collect.registry import Record, plain
from hubbub.collect.source import Fetch, decoded, page_of
from hubbub.model import (
    About,
    Alias,
    Answer,
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

NAME = "openalex"
API = "https://api.openalex.org/works"
KEY = "openalex_key"
SIZE, PAGES = 100, 100  # works a page, and pages a run
ASKED = {"doi": "doi:", "arxiv": "doi:10.48550/arxiv.", "pmid": "pmid:"}  # what OpenAlex writes before a value
IDS = ("doi", "pmid", "pmcid", "openalex")  # of them, the first that a work has names it


class Named(Struct):
    name: str | None = field(name="display_name", default=None)
    orcid: str | None = None


class Authorship(Struct):
    author: Named = field(default_factory=Named)
    raw_orcid: str | None = None


class Location(Struct):
    """A place where the work lies."""

    address: str | None = field(name="landing_page_url", default=None)
    version: str | None = None
    licence: str | None = field(name="license", default=None)
    source: Named | None = None


class Topic(Struct):
    field: Named = field(default_factory=Named)


class Work(Struct):
    """A work, as far as it is read."""

    ids: dict[str, Any]
    title: str | None = None
    type: str | None = None
    publication_date: str | None = None
    updated_date: str | None = None
    cited_by_count: Count | None = None
    authorships: list[Authorship] = []
    primary_location: Location | None = None
    locations: list[Location] | None = None
    topics: list[Topic] | None = None


FIELDS = ",".join(Work.__struct_encode_fields__)


class Meta(Struct):
    next_cursor: str | None = None


class Listed(Struct):
    results: list[msgspec.Raw]
    meta: Meta


class OpenAlex:
    """Most works that anybody has ever cited, with a DOI or without."""

    about = About(
        name=NAME,
        title="OpenAlex",
        home="https://openalex.org/",
        category="citations",
        modes=("poll",),
        hours=24 * 7,
        hosts=(Host("api.openalex.org", per_second=5, at_once=2, per_day=10_000),),
        credentials=(Credential(KEY, "10,000 requests a day instead of 1,000", "https://openalex.org/settings/api"),),
        terms="https://openalex.org/OpenAlex_termsofservice.pdf",
        licence="CC0-1.0",
        keeps_pages="never",
        yields=("Description", "Tally", "Alias"),
        deletions="never",
        shapes="recorded",
        colour="#a8471c",
        note="Works by DOI or PubMed number, and those of an author by ORCID iD. A work's other places become other "
        "names of it, published ones as the same, all others as versions.",
        examples=(
            Example(
                "work_elife.json",
                (
                    ("description", "doi:10.7554/elife.01567"),
                    ("tally citations 45", "doi:10.7554/elife.01567"),
                    ("alias is_same_as doi:10.7554/elife.01567", "pmid:24520159"),
                ),
                lane="doi:10.7554/elife.01567",
                address=f"{API}/doi:10.7554/elife.01567",
            ),
            Example(
                "works_orcid_p1.json",
                (("alias is_work_of orcid:0000-0002-1853-3038", "doi:10.1145/3383583.3398584"),),
                lane="orcid:0000-0002-1853-3038",
                address=API,
            ),
        ),
    )

    def lanes(self, watch: Watch) -> Iterable[str]:
        """Works by DOI, arXiv or PubMed number and authors by ORCID iD, as identifiers print."""
        yield from (str(work) for work in watch.works if work.scheme in ASKED)
        yield from (str(owner) for owner in watch.owners if owner.scheme == "orcid")

    async def read(self, lane: str, since: str, fetch: Fetch) -> AsyncIterator[Page]:
        """Ask for a work, or for an author's works. A page resumes at OpenAlex's cursor."""
        scheme, _, value = lane.partition(":")
        common = {"select": FIELDS, "api_key": fetch.secret(KEY)}
        if scheme != "orcid":
            address = f"{API}/{ASKED[scheme]}{quote(value, safe='/')}"
            answer = await fetch.get(address, params=common, accept=(200, 404))
            if answer.status == 200:
                yield _page(lane, answer, address)
            return
        cursor, seen = since or "*", set[str]()
        while cursor and cursor not in seen and len(seen) < PAGES:
            seen.add(cursor)
            asked = {"filter": f"authorships.author.orcid:{value}", "per_page": SIZE, "cursor": cursor, **common}
            answer = await fetch.get(API, params=asked)
            cursor = decoded(answer, Listed).meta.next_cursor or ""
            yield _page(lane, answer, API, "" if cursor in seen else cursor)

    def parse(self, page: Page) -> Iterator[Fact | Fault]:
        """Read a work, or each of a list."""
        owner = page.lane if page.lane.startswith("orcid:") else None
        for work in _listed(page) if owner else [decode(page.body, Work)]:
            yield from [work] if isinstance(work, Fault) else _facts(work, owner, page)


def _page(lane: str, answer: Answer, address: str, resume: str = "") -> Page:
    """A page under an address without the key that the request carried."""
    return replace(page_of(lane, answer, resume), address=address)


def _listed(page: Page) -> Iterator[Work | Fault]:
    answer = decode(page.body, Listed)
    yield from [answer] if isinstance(answer, Fault) else (decode(raw, Work) for raw in answer.results)


def _facts(work: Work, owner: str | None, page: Page) -> Iterator[Fact | Fault]:
    written = (work.ids.get(kind) for kind in IDS)
    names = [one for said in written if isinstance(said, str) and (one := identify.parse(said))]
    if not names:
        yield Fault("a work without an identifier", sample=str(work.ids)[:200])
        return
    record = Record(names[0], NAME, work.updated_date or "")
    yield _description(work, record)
    if work.cited_by_count is not None:
        yield Tally(
            identifier=record.work, via=NAME, kind="citations", value=work.cited_by_count, as_of=page.received_at
        )
    yield from dict.fromkeys(_aliases(work, names, record, owner))


def _description(work: Work, record: Record) -> Description:
    place = work.primary_location or Location()
    fields = (topic.field.name for topic in work.topics or ())
    return Description(
        identifier=record.work,
        via=NAME,
        version=record.version,
        title=plain(work.title),
        kind=work.type,
        creators=tuple(one.author.name for one in work.authorships if one.author.name),
        issued=work.publication_date,
        venue=plain(place.source.name if place.source else None),
        licence=place.licence,
        fields=tuple(dict.fromkeys(filter(None, fields))),
    )


def _aliases(work: Work, names: list[Identifier], record: Record, owner: str | None) -> Iterator[Alias]:
    for name in names:
        yield from record.related("is-same-as", name)
    for place in work.locations or ():
        other = identify.parse(place.address or "")
        if other and other.scheme == "doi":
            yield from record.related("has-version", other)
        else:
            yield from record.landing(place.address, published=place.version == "publishedVersion")
    yield from record.made_by([owner, *(one.author.orcid or one.raw_orcid for one in work.authorships)])
