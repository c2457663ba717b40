"""Crossref: metadata of works comes in; descriptions, aliases and counts of citations come out.

Works are asked for by DOI, and by the ORCID iD of an author. A DOI of another agency is not there.
"""

from collections.abc import AsyncIterator, Iterable, Iterator
from urllib.parse import quote

import msgspec
from msgspec import Struct, field

from hubbub import identify
from hubbub.collect.reading import Count, decode
from hubbub.collect.registry import Record, date, named, plain
from hubbub.collect.source import Fetch, decoded, page_of
from hubbub.model import About, Alias, Description, Example, Fact, Fault, Host, Page, Tally, Watch

NAME = "crossref"
API = "https://api.crossref.org/works"
ROWS = 100  # a page
LAST = 10_000  # that is how far Crossref counts; its cursors end after minutes, so a lane could not resume from one


class Contributor(Struct):
    """A person or a group."""

    given: str | None = None
    family: str | None = None
    name: str | None = None
    orcid: str | None = field(name="ORCID", default=None)

    def __str__(self) -> str:
        return self.name or " ".join(filter(None, (self.given, self.family)))


class Related(Struct):
    """The other end of a relation."""

    id: str
    kind: str = field(name="id-type", default="doi")


class Update(Struct):
    """What the work updates, and how."""

    doi: str = field(name="DOI")
    type: str = ""


class Address(Struct):
    url: str = field(name="URL")
    form: str = field(name="content-type", default="")


class Resource(Struct):
    """Where the DOI leads."""

    primary: Address | None = None


class Issued(Struct):
    parts: list[list[int | None]] = field(name="date-parts", default_factory=list)


class Indexed(Struct):
    at: str = field(name="date-time")


class Work(Struct):
    """A work, as far as it is read."""

    doi: str = field(name="DOI")
    indexed: Indexed
    type: str | None = None
    subtype: str | None = None
    title: list[str] = []
    author: list[Contributor] = []
    issued: Issued = field(default_factory=Issued)
    venue: list[str] = field(name="container-title", default_factory=list)
    institution: list[Contributor] | None = None
    licences: list[Address] = field(name="license", default_factory=list)
    citations: Count | None = field(name="is-referenced-by-count", default=None)
    relation: dict[str, list[Related]] | None = None
    resource: Resource | None = None
    updates: list[Update] = field(name="update-to", default_factory=list)
    issns: list[str] = field(name="ISSN", default_factory=list)
    volume: str | None = None
    issue: str | None = None
    page: str | None = None
    online: Issued = field(name="published-online", default_factory=Issued)
    links: list[Address] = field(name="link", default_factory=list)


class Found(Struct):
    """A page of works."""

    items: list[msgspec.Raw]
    total: int = field(name="total-results")


class Listed(Struct):
    message: Found


class Single(Struct):
    message: Work


class Crossref:
    """Most articles, preprints, books and chapters that have a DOI."""

    about = About(
        name=NAME,
        title="Crossref",
        home="https://www.crossref.org/",
        category="citations",
        modes=("poll",),
        hours=24,
        hosts=(Host("api.crossref.org", per_second=3, at_once=1),),
        terms="https://www.crossref.org/documentation/retrieve-metadata/rest-api/access-and-authentication/",
        licence="facts, free of rights; abstracts, which are not read, belong to their authors and publishers",
        keeps_pages="never",
        yields=("Description", "Tally", "Alias"),
        deletions="never",
        shapes="recorded",
        colour="#2e7d32",
        note="Works by DOI, and those of an author by ORCID iD. The citing works are not told, only their number.",
        examples=(
            Example(
                "work_elife.json",
                (
                    ("description", "doi:10.7554/elife.01567"),
                    ("tally citations 36", "doi:10.7554/elife.01567"),
                    ("alias is_supplement_to doi:10.7554/elife.01567", "doi:10.5061/dryad.b835k"),
                ),
                lane="doi:10.7554/elife.01567",
                address="https://api.crossref.org/works/10.7554%2Felife.01567",
            ),
            Example(
                "works_orcid_p1.json",
                (
                    ("description", "doi:10.12688/f1000research.161261.2"),
                    ("alias is_work_of orcid:0000-0002-7422-6059", "doi:10.12688/f1000research.161261.2"),
                ),
                lane="orcid:0000-0002-7422-6059",
                address=API,
            ),
        ),
    )

    def lanes(self, watch: Watch) -> Iterable[str]:
        """Works by DOI and authors by ORCID iD, as identifiers print."""
        yield from (str(work) for work in watch.works if work.scheme == "doi")
        yield from (str(owner) for owner in watch.owners if owner.scheme == "orcid")

    async def read(self, lane: str, since: str, fetch: Fetch) -> AsyncIterator[Page]:
        """Ask for a work, or for an author's works, the oldest first. A page resumes at the number of the next work."""
        scheme, _, value = lane.partition(":")
        if scheme == "doi":
            answer = await fetch.get(f"{API}/{quote(value, safe='')}", accept=(200, 404))
            if answer.status == 200:
                yield page_of(lane, answer)
            return
        for offset in range(int(since or 0), LAST, ROWS):
            asked = {"filter": f"orcid:{value}", "sort": "created", "order": "asc", "rows": ROWS, "offset": offset}
            answer = await fetch.get(API, params=asked)
            found = decoded(answer, Listed).message
            goes_on = found.items and offset + ROWS < min(found.total, LAST)
            yield page_of(lane, answer, str(offset + ROWS) if goes_on else "")
            if not goes_on:
                return

    def parse(self, page: Page) -> Iterator[Fact | Fault]:
        """Read a work, or each of a list."""
        for work in _listed(page) if page.lane.startswith("orcid:") else [_single(page)]:
            yield from [work] if isinstance(work, Fault) else _facts(work, page)


def _listed(page: Page) -> Iterator[Work | Fault]:
    answer = decode(page.body, Listed)
    yield from [answer] if isinstance(answer, Fault) else (decode(raw, Work) for raw in answer.message.items)


def _single(page: Page) -> Work | Fault:
    answer = decode(page.body, Single)
    return answer if isinstance(answer, Fault) else answer.message


def _facts(work: Work, page: Page) -> Iterator[Fact | Fault]:
    identifier = identify.parse(f"doi:{work.doi}")
    if identifier is None:
        yield Fault("the DOI is none", sample=work.doi[:200])
        return
    yield Description(
        identifier=identifier,
        via=NAME,
        version=work.indexed.at,
        title=plain(next(iter(work.title), None)),
        kind=work.subtype or work.type,
        creators=tuple(filter(None, map(str, work.author))),
        issued=date(*next(iter(work.issued.parts), ())),
        venue=plain(next(iter([*work.venue, *map(str, work.institution or ())]), None)),
        licence=next((licence.url for licence in work.licences), None),
        issns=tuple(dict.fromkeys(work.issns)),
        volume=work.volume,
        issue=work.issue,
        page=work.page,
        online=date(*next(iter(work.online.parts), ())),
        pdf=next((link.url for link in work.links if link.form == "application/pdf"), None),
    )
    if work.citations is not None:
        yield Tally(identifier=identifier, via=NAME, kind="citations", value=work.citations, as_of=page.received_at)
    yield from dict.fromkeys(_aliases(work, Record(identifier, NAME, work.indexed.at)))


def _aliases(work: Work, record: Record) -> Iterator[Alias]:
    """What is said of other identifiers; a relation stands twice where both sides state it.

    An author's list holds what the person edited or translated too, so only its authors tell whose a work is.
    """
    for word, others in (work.relation or {}).items():
        for other in others:
            yield from record.related(word, named(other.kind, other.id))
    for update in work.updates:
        yield from record.related(update.type, named("doi", update.doi))
    if work.resource and work.resource.primary:
        yield from record.landing(work.resource.primary.url)
    yield from record.made_by(author.orcid for author in work.author)
