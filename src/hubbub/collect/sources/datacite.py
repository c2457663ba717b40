"""DataCite: metadata of data, software, preprints and theses comes in; descriptions, aliases and counts come out.

Works are asked for by DOI, and by the ORCID iD of an author. A DOI of another agency is not there.
"""

import re
from collections.abc import AsyncIterator, Iterable, Iterator
from urllib.parse import parse_qs, quote

import msgspec
from msgspec import Struct, field

from hubbub import identify
from hubbub.collect.reading import Count, decode
from hubbub.collect.registry import Record, hyphened, named, plain
from hubbub.collect.source import Fetch, decoded, page_of
from hubbub.model import About, Alias, Description, Example, Fact, Fault, Host, Identifier, Page, Tally, Watch

NAME = "datacite"
API = "https://api.datacite.org/dois"
ARXIV = "10.48550/arxiv."
SIZE, PAGES = 100, 100  # works a page, and pages a run
ABSTRACT = 5_000  # characters that are read of one
VAGUE = ("", "Other", "Text")  # of types; the depositor's own word says more
_DATE = re.compile(r"\d{4}(?:-\d\d){0,2}")
_FIELD = "FOS: "


class Number(Struct):
    """What a person or a group is known by in some scheme."""

    identifier: str | None = field(name="nameIdentifier", default=None)


class Creator(Struct):
    """A person or a group; those who only have a name may be either."""

    name: str | None = None
    given: str | None = field(name="givenName", default=None)
    family: str | None = field(name="familyName", default=None)
    identifiers: list[Number] | None = field(name="nameIdentifiers", default=None)

    def __str__(self) -> str:
        return " ".join((self.given, self.family)) if self.given and self.family else self.name or ""


class Title(Struct):
    title: str | None = None


class Words(Struct):
    text: str = field(name="description", default="")
    kind: str = field(name="descriptionType", default="")


class Date(Struct):
    date: str | None = None
    kind: str | None = field(name="dateType", default=None)


class Rights(Struct):
    identifier: str | None = field(name="rightsIdentifier", default=None)
    address: str | None = field(name="rightsUri", default=None)


class Subject(Struct):
    subject: str | None = None


class Types(Struct):
    general: str | None = field(name="resourceTypeGeneral", default=None)
    own: str | None = field(name="resourceType", default=None)

    def __str__(self) -> str:
        said = self.own if self.general in (None, *VAGUE) and self.own else self.general
        return hyphened(said or "")


class Related(Struct):
    relation: str | None = field(name="relationType", default=None)
    kind: str | None = field(name="relatedIdentifierType", default=None)
    identifier: str | None = field(name="relatedIdentifier", default=None)


class Attributes(Struct, rename="camel"):
    """A work, as far as it is read. A count is missing from old answers, and none where nobody reports it."""

    doi: str
    updated: str
    titles: list[Title] | None = None
    creators: list[Creator] | None = None
    publisher: str | None = None
    container: Title | None = None
    publication_year: int | None = None
    dates: list[Date] | None = None
    types: Types | None = None
    subjects: list[Subject] | None = None
    rights_list: list[Rights] | None = None
    descriptions: list[Words] | None = None
    related_identifiers: list[Related] | None = None
    url: str | None = None
    citation_count: Count | None = None
    view_count: Count | None = None
    download_count: Count | None = None


class Reference(Struct):
    """Another work that DataCite holds."""

    id: str


class References(Struct):
    data: list[Reference] = []


class Relationships(Struct, rename="camel"):
    """What other works say of this one is told here, and only here."""

    versions: References = field(default_factory=References)
    version_of: References = field(default_factory=References)


class Work(Struct):
    attributes: Attributes
    relationships: Relationships = field(default_factory=Relationships)


class Single(Struct):
    data: Work


class Links(Struct):
    next: str | None = None


class Listed(Struct):
    data: list[msgspec.Raw]
    links: Links = field(default_factory=Links)


class DataCite:
    """Most data, software and theses that have a DOI, and the preprints of arXiv."""

    about = About(
        name=NAME,
        title="DataCite",
        home="https://datacite.org/",
        category="citations",
        modes=("poll",),
        hours=24,
        hosts=(Host("api.datacite.org", per_second=1.5, at_once=2),),
        terms="https://support.datacite.org/docs/datacite-data-file-use-policy",
        licence="CC0-1.0",
        keeps_pages="never",
        yields=("Description", "Tally", "Alias"),
        deletions="never",
        shapes="recorded",
        colour="#00838f",
        note="Works by DOI, and those of an author by ORCID iD. No views or downloads are read as unknown: "
        "most repositories do not report them.",
        examples=(
            Example(
                "doi_dryad.json",
                (
                    ("description", "doi:10.5061/dryad.8515"),
                    ("tally views 447", "doi:10.5061/dryad.8515"),
                    ("tally downloads 38", "doi:10.5061/dryad.8515"),
                    ("tally citations 1", "doi:10.5061/dryad.8515"),
                ),
                lane="doi:10.5061/dryad.8515",
                address=f"{API}/10.5061%2Fdryad.8515",
            ),
            Example(
                "dois_orcid_p1.json",
                (("alias is_work_of orcid:0000-0002-0514-4658", "doi:10.5281/zenodo.18951275"),),
                lane="orcid:0000-0002-0514-4658",
                address=API,
            ),
        ),
    )

    def lanes(self, watch: Watch) -> Iterable[str]:
        """Works by DOI, arXiv's among them, and authors by ORCID iD, as identifiers print."""
        yield from (str(work) for work in watch.works if work.scheme in ("doi", "arxiv"))
        yield from (str(owner) for owner in watch.owners if owner.scheme == "orcid")

    async def read(self, lane: str, since: str, fetch: Fetch) -> AsyncIterator[Page]:
        """Ask for a work, or for an author's works. A page resumes at DataCite's cursor."""
        scheme, _, value = lane.partition(":")
        if scheme != "orcid":
            doi = ARXIV + value if scheme == "arxiv" else value
            answer = await fetch.get(f"{API}/{quote(doi, safe='')}", accept=(200, 404))
            if answer.status == 200:
                yield page_of(lane, answer)
            return
        who = f'creators.nameIdentifiers.nameIdentifier:("{value}" OR "https://orcid.org/{value}")'
        cursor, seen = since or "1", set[str]()
        while cursor and cursor not in seen and len(seen) < PAGES:
            seen.add(cursor)
            asked = {"query": who, "page[size]": SIZE, "page[cursor]": cursor, "disable-facets": "true"}
            answer = await fetch.get(API, params=asked)
            cursor = _cursor(decoded(answer, Listed).links.next)
            yield page_of(lane, answer, "" if cursor in seen else cursor)

    def parse(self, page: Page) -> Iterator[Fact | Fault]:
        """Read a work, or each of a list."""
        for work in _listed(page) if page.lane.startswith("orcid:") else [_single(page)]:
            yield from [work] if isinstance(work, Fault) else _facts(work, page)


def _cursor(address: str | None) -> str:
    """The cursor in the address of the next page; that address is not asked, whatever it is."""
    return parse_qs((address or "").partition("?")[2]).get("page[cursor]", [""])[0]


def _listed(page: Page) -> Iterator[Work | Fault]:
    answer = decode(page.body, Listed)
    yield from [answer] if isinstance(answer, Fault) else (decode(raw, Work) for raw in answer.data)


def _single(page: Page) -> Work | Fault:
    answer = decode(page.body, Single)
    return answer if isinstance(answer, Fault) else answer.data


def _facts(work: Work, page: Page) -> Iterator[Fact | Fault]:
    told = work.attributes
    identifier = identify.parse(f"doi:{told.doi}")
    if identifier is None:
        yield Fault("the DOI is none", sample=told.doi[:200])
        return
    yield _description(told, identifier)
    counts = ("citations", told.citation_count), ("views", told.view_count), ("downloads", told.download_count)
    for kind, value in counts:
        if value or (value == 0 and kind == "citations"):
            yield Tally(identifier=identifier, via=NAME, kind=kind, value=value, as_of=page.received_at)
    yield from dict.fromkeys(_aliases(work, Record(identifier, NAME, told.updated)))


def _description(told: Attributes, identifier: Identifier) -> Description:
    issued = (_DATE.match(one.date or "") for one in told.dates or () if one.kind == "Issued")
    subjects = (one.subject for one in told.subjects or () if one.subject)
    return Description(
        identifier=identifier,
        via=NAME,
        version=told.updated,
        title=plain(next((one.title for one in told.titles or () if one.title), None)),
        kind=str(told.types or "") or None,
        creators=tuple(filter(None, map(str, told.creators or ()))),
        issued=next((one[0] for one in issued if one), None) or (str(told.publication_year or "") or None),
        venue=plain((told.container and told.container.title) or told.publisher),
        licence=next((right for one in told.rights_list or () if (right := one.identifier or one.address)), None),
        abstract=next((plain(one.text[:ABSTRACT]) for one in told.descriptions or () if one.kind == "Abstract"), None),
        fields=tuple(dict.fromkeys(one.removeprefix(_FIELD) for one in subjects if one.startswith(_FIELD))),
    )


def _aliases(work: Work, record: Record) -> Iterator[Alias]:
    told = work.attributes
    for related in told.related_identifiers or ():
        yield from record.related(related.relation or "", named(related.kind or "", related.identifier or ""))
    for other in work.relationships.versions.data:
        yield from record.related("has-version", named("doi", other.id))
    for other in work.relationships.version_of.data:
        yield from record.related("is-version-of", named("doi", other.id))
    yield from record.landing(told.url)
    yield from record.made_by(one.identifier for creator in told.creators or () for one in creator.identifiers or ())
