"""Europe PMC: the literature of the life sciences comes in; descriptions, versions and who cites a work come out.

A work is searched for, and then who cites it is listed: posts of the place `europepmc`, each an article or preprint
that refers to the work.
"""

from collections.abc import AsyncIterator, Iterable, Iterator
from urllib.parse import quote

import msgspec
from msgspec import Struct, field

from hubbub import identify
from hubbub.collect.reading import Count, decode, stamp
from hubbub.collect.registry import Record, named, plain
from hubbub.collect.source import Fetch, decoded, page_of
from hubbub.model import (
    About,
    Alias,
    Description,
    Example,
    Fact,
    Fault,
    Host,
    Identifier,
    Link,
    Page,
    Post,
    Tally,
    Watch,
)

NAME = "europepmc"
API = "https://www.ebi.ac.uk/europepmc/webservices/rest"
SIZE, PAGES = 1000, 10  # citing works a page, and pages a run
QUERIES = {"doi": 'DOI:"{}"', "pmid": "EXT_ID:{} AND SRC:MED", "pmcid": "PMCID:{}"}
KINDS = {"MED": "article", "PMC": "article", "PPR": "preprint", "PAT": "patent", "ETH": "thesis", "NBK": "book"}


class Entry(Struct):
    """A work by the collection it is in, and its number there."""

    id: str
    source: str

    @property
    def page(self) -> str:
        """Where Europe PMC shows it."""
        return f"https://europepmc.org/article/{quote(self.source, safe='')}/{quote(self.id, safe='')}"


class Cited(Entry):
    count: Count | None = field(name="citedByCount", default=None)

    @property
    def list(self) -> str | None:
        """The name of the list of who cites it, if anybody does."""
        return f"{self.source}/{self.id}" if self.count and self.source.isalpha() and self.id.isalnum() else None


class AuthorId(Struct):
    type: str | None = None
    value: str | None = None


class Author(Struct, rename="camel"):
    full_name: str | None = None
    first_name: str | None = None
    last_name: str | None = None
    collective_name: str | None = None
    author_id: AuthorId | None = None

    def __str__(self) -> str:
        whole = " ".join((self.first_name, self.last_name)) if self.first_name and self.last_name else self.full_name
        return whole or self.collective_name or ""


class Authors(Struct):
    author: list[Author] = []


class Journal(Struct):
    title: str | None = None


class Issue(Struct):
    journal: Journal | None = None


class Book(Struct):
    publisher: str | None = None


class Comment(Entry):
    """Another work, and how this one belongs to it."""

    type: str = ""


class Comments(Struct):
    entries: list[Comment] = field(name="commentCorrection", default_factory=list)


class Versions(Struct):
    version: list[Entry] = []


class Work(Cited, rename="camel"):
    """A work, as far as it is read."""

    pmid: str | None = None
    pmcid: str | None = None
    doi: str | None = None
    title: str | None = None
    author_list: Authors = field(default_factory=Authors)
    journal_info: Issue | None = None
    book_or_report_details: Book | None = None
    first_publication_date: str | None = None
    pub_year: str | None = None
    license: str | None = None
    comment_correction_list: Comments = field(default_factory=Comments)
    version_list: Versions = field(default_factory=Versions)


class Citing(Entry):
    title: str | None = None


class Results(Struct):
    result: list[msgspec.Raw] = []


class Citations(Struct):
    citation: list[msgspec.Raw] = []


class Answered(Struct, rename="camel"):
    """Works that were found, or works that cite one."""

    hit_count: int
    result_list: Results | None = None
    citation_list: Citations | None = None


class EuropePMC:
    """Articles, preprints, books and patents of the life sciences."""

    about = About(
        name=NAME,
        title="Europe PMC",
        home="https://europepmc.org/",
        category="citations",
        modes=("poll",),
        hours=24 * 7,
        hosts=(Host("www.ebi.ac.uk", per_second=3, at_once=2),),
        terms="https://europepmc.org/Copyright",
        licence="metadata is free to use; abstracts, which are not read, belong to their authors and publishers",
        keeps_pages="never",
        yields=("Description", "Tally", "Alias", "Post"),
        deletions="never",
        shapes="documented",
        colour="#20699c",
        note="Works by DOI, PubMed or PMC number, and the first 10,000 who cite each. "
        "Lists of who cites are recorded, works are documented. When a citing work appeared is told by the year only, "
        "so these posts have no time.",
        examples=(
            Example(
                "search_preprint.json",
                (
                    ("description", "doi:10.5555/preprint.4"),
                    ("alias is_preprint_of pmid:38605817", "doi:10.5555/preprint.4"),
                ),
                lane="doi:10.5555/preprint.4",
                address=f"{API}/search",
            ),
            Example(
                "citations_p1.json",
                (("https://europepmc.org/article/MED/16271386", "pmid:15723116"),),
                lane="pmid:15723116",
                address=f"{API}/MED/15723116/citations",
            ),
        ),
    )

    def lanes(self, watch: Watch) -> Iterable[str]:
        """Works by DOI, PubMed or PMC number, as identifiers print."""
        return (str(work) for work in watch.works if work.scheme in QUERIES)

    async def read(self, lane: str, since: str, fetch: Fetch) -> AsyncIterator[Page]:
        """Search for a work, then list who cites it. A page resumes at `COLLECTION/NUMBER/PAGE` of that list."""
        if not since:
            scheme, _, value = lane.partition(":")
            asked = {"query": QUERIES[scheme].format(value), "resultType": "core", "format": "json"}
            answer = await fetch.get(f"{API}/search", params=asked)
            found = decoded(answer, Answered).result_list
            works = (decode(raw, Cited) for raw in (found.result if found else ()))
            since = next((f"{one.list}/1" for one in works if isinstance(one, Cited) and one.list), "")
            yield page_of(lane, answer, since)
            if not since:
                return
        listed, _, first = since.rpartition("/")
        for at in range(int(first), PAGES + 1):
            paged = {"page": at, "pageSize": SIZE, "format": "json"}
            answer = await fetch.get(f"{API}/{listed}/citations", params=paged)
            ended = at == PAGES or at * SIZE >= decoded(answer, Answered).hit_count
            yield page_of(lane, answer, "" if ended else f"{listed}/{at + 1}")
            if ended:
                return

    def parse(self, page: Page) -> Iterator[Fact | Fault]:
        """Read works that were found, or works that cite the one of the lane."""
        answer = decode(page.body, Answered)
        if isinstance(answer, Fault):
            yield answer
            return
        for raw in answer.result_list.result if answer.result_list else ():
            work = decode(raw, Work)
            yield from [work] if isinstance(work, Fault) else _facts(work, page)
        for raw in answer.citation_list.citation if answer.citation_list else ():
            citing = decode(raw, Citing)
            yield citing if isinstance(citing, Fault) else _post(citing, page.lane)
        if answer.result_list is None and answer.citation_list is None:
            yield Fault("neither works nor who cites one")


def _post(citing: Citing, lane: str) -> Post:
    """A citing work as a post; one that cites several works is one post with an assertion for each."""
    cited = identify.parse(lane)
    address = identify.address(cited) if cited else None
    return Post(
        source=NAME,
        id=citing.page,
        via=NAME,
        version="1",  # a citation has none, and does not change
        assertion=f"{citing.source}/{citing.id} cites {lane}",
        url=citing.page,
        title=plain(citing.title),
        links=(Link(address, relation="cites", found_in="metadata"),) if address else (),
    )


def _facts(work: Work, page: Page) -> Iterator[Fact | Fault]:
    told = ("doi", work.doi), ("pmid", work.pmid), ("pmcid", work.pmcid), ("url", work.page)
    names = [one for kind, value in told if value and (one := named(kind, value))]
    if not names:
        yield Fault("a work without an identifier", sample=f"{work.source} {work.id}"[:200])
        return
    record = Record(names[0], NAME, stamp(page.received_at))
    yield _description(work, record)
    if work.count is not None:
        yield Tally(identifier=record.work, via=NAME, kind="citations", value=work.count, as_of=page.received_at)
    yield from dict.fromkeys(_aliases(work, names, record))


def _description(work: Work, record: Record) -> Description:
    journal = work.journal_info.journal if work.journal_info else None
    book = work.book_or_report_details
    return Description(
        identifier=record.work,
        via=NAME,
        version=record.version,
        title=plain(work.title),
        kind=KINDS.get(work.source),
        creators=tuple(filter(None, map(str, work.author_list.author))),
        issued=work.first_publication_date or work.pub_year,
        venue=plain(journal.title if journal else book.publisher if book else None),
        licence=work.license,
    )


def _aliases(work: Work, names: list[Identifier], record: Record) -> Iterator[Alias]:
    for name in names:
        yield from record.related("is-same-as", name)
    for other in work.comment_correction_list.entries:
        yield from record.related(other.type, identify.parse(other.page))
    for version in work.version_list.version:
        if version.id != work.id:
            yield from record.related("has-version", identify.parse(version.page))
    ids = (author.author_id for author in work.author_list.author)
    yield from record.made_by(one.value for one in ids if one and one.type == "ORCID")
