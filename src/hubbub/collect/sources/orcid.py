"""ORCID: what researchers say of themselves comes in; their works and their other pages come out.

What a record does not show is private, not missing. A record that is locked, deactivated or not there is not read.
"""

from collections.abc import AsyncIterator, Iterable, Iterator

import msgspec
from msgspec import Struct, field

from hubbub import identify
from hubbub.collect.reading import Count, decode
from hubbub.collect.registry import Record, date, hyphened, named, plain
from hubbub.collect.source import Fetch, page_of
from hubbub.model import About, Alias, Description, Example, Fact, Fault, Host, Page, Watch

NAME = "orcid"
API = "https://pub.orcid.org/v3.0"
PARTS = ("researcher-urls", "external-identifiers", "works")  # of a record; how to write to somebody is not asked
NOT_THERE = (404, 409)
OWN = "self"  # how an identifier belongs to a work if it is the work's


class Value(Struct):
    value: str | None = None


class Changed(Struct):
    value: Count  # milliseconds since 1970


class Day(Struct):
    year: Value | None = None
    month: Value | None = None
    day: Value | None = None

    def __str__(self) -> str:
        parts = (part.value if part else None for part in (self.year, self.month, self.day))
        return date(*(int(part) if part and part.isdecimal() else None for part in parts)) or ""


class ExternalId(Struct):
    kind: str = field(name="external-id-type")
    value: str = field(name="external-id-value")
    relation: str | None = field(name="external-id-relationship", default=None)


class ExternalIds(Struct):
    ids: list[ExternalId] = field(name="external-id", default_factory=list)


class Title(Struct):
    title: Value | None = None


class Summary(Struct, rename="kebab"):
    """A work as one of those tells it who write to the record."""

    title: Title | None = None
    type: str | None = None
    url: Value | None = None
    publication_date: Day | None = None
    journal_title: Value | None = None
    external_ids: ExternalIds | None = None


class Work(Struct, rename="kebab"):
    """A work, told by one or several; the researcher prefers the first."""

    work_summary: list[Summary]
    external_ids: ExternalIds | None = None
    last_modified_date: Changed | None = None


class Works(Struct):
    group: list[msgspec.Raw]


class Site(Struct, rename="kebab"):
    """A page of the researcher, or the number that the researcher has elsewhere, with its page."""

    url: Value | None = None
    external_id_url: Value | None = None
    last_modified_date: Changed | None = None


class Urls(Struct, rename="kebab"):
    researcher_url: list[msgspec.Raw]


class Numbers(Struct, rename="kebab"):
    external_identifier: list[msgspec.Raw]


class Orcid:
    """Researchers' own lists of their works and pages."""

    about = About(
        name=NAME,
        title="ORCID",
        home="https://orcid.org/",
        category="citations",
        modes=("poll",),
        hours=24,
        hosts=(Host("pub.orcid.org", per_second=5, at_once=2, per_day=10_000),),
        terms="https://info.orcid.org/public-client-terms-of-service/",
        licence="CC0-1.0",
        keeps_pages="never",
        yields=("Description", "Alias"),
        deletions="never",
        shapes="recorded",
        colour="#6b8e23",
        note="Works, pages and accounts elsewhere of a researcher by ORCID iD, as far as the record shows them. "
        "Only these are asked for, no e-mail addresses, affiliations or biographies.",
        examples=(
            Example(
                "urls.json",
                (("alias is_same_as orcid:0000-0002-1825-0097", "url:https://twitter.com/cboettig"),),
                lane="orcid:0000-0002-1825-0097",
                address=f"{API}/0000-0002-1825-0097/researcher-urls",
            ),
            Example(
                "works.json",
                (
                    ("alias is_work_of orcid:0000-0002-1825-0097", "doi:10.3233/isu-130714"),
                    ("description", "doi:10.3233/isu-130714"),
                ),
                lane="orcid:0000-0002-1825-0097",
                address=f"{API}/0000-0002-1825-0097/works",
            ),
        ),
    )

    def lanes(self, watch: Watch) -> Iterable[str]:
        """Researchers by ORCID iD, as identifiers print."""
        return (str(owner) for owner in watch.owners if owner.scheme == "orcid")

    async def read(self, lane: str, since: str, fetch: Fetch) -> AsyncIterator[Page]:
        """Ask for a researcher's pages, then for the works. A page resumes at the part that comes next."""
        value = lane.partition(":")[2]
        for number in range(PARTS.index(since) if since else 0, len(PARTS)):
            address = f"{API}/{value}/{PARTS[number]}"
            answer = await fetch.get(address, headers={"Accept": "application/json"}, accept=(200, *NOT_THERE))
            if answer.status in NOT_THERE:
                return
            yield page_of(lane, answer, "".join(PARTS[number + 1 : number + 2]))

    def parse(self, page: Page) -> Iterator[Fact | Fault]:
        """Read the researcher's pages, or the works."""
        for raw in _entries(page):
            if isinstance(raw, Fault):
                yield raw
            elif page.address.endswith("/works"):
                work = decode(raw, Work)
                yield from [work] if isinstance(work, Fault) else _work(work, page.lane)
            else:
                site = decode(raw, Site)
                yield from [site] if isinstance(site, Fault) else _site(site, page.lane)


def _entries(page: Page) -> list[msgspec.Raw] | list[Fault]:
    match page.address.rpartition("/")[2]:
        case "works":
            works = decode(page.body, Works)
            return [works] if isinstance(works, Fault) else works.group
        case "external-identifiers":
            numbers = decode(page.body, Numbers)
            return [numbers] if isinstance(numbers, Fault) else numbers.external_identifier
    urls = decode(page.body, Urls)
    return [urls] if isinstance(urls, Fault) else urls.researcher_url


def _site(site: Site, owner: str) -> Iterator[Alias]:
    """A researcher's page; what an address names otherwise, such as an article, is no page of a person."""
    address = site.url or site.external_id_url
    person, other = identify.parse(owner), identify.parse(address.value or "") if address else None
    if person and other and other.scheme == "url":
        yield from Record(person, NAME, _version(site.last_modified_date)).related("is-same-as", other)


def _work(work: Work, owner: str) -> Iterator[Description | Alias]:
    """A work with an identifier, or else with a page."""
    told = (work.external_ids, *(summary.external_ids for summary in work.work_summary))
    ids = [one for part in told if part for one in part.ids]
    own = [name for one in ids if one.relation in (None, OWN) and (name := named(one.kind, one.value))]
    pages = [identify.parse(summary.url.value or "") for summary in work.work_summary if summary.url]
    names = sorted(own or filter(None, pages), key=lambda one: one.scheme != "doi")
    if not names:
        return
    record = Record(names[0], NAME, _version(work.last_modified_date))
    yield from (_description(summary, record) for summary in work.work_summary[:1])
    aliases = [*record.made_by([owner])]
    for name in names:
        aliases += record.related("has-version" if name.scheme == record.work.scheme else "is-same-as", name)
    for one in ids:
        aliases += record.related(one.relation or OWN, named(one.kind, one.value))
    yield from dict.fromkeys(aliases)


def _description(summary: Summary, record: Record) -> Description:
    return Description(
        identifier=record.work,
        via=NAME,
        version=record.version,
        title=plain(summary.title.title.value if summary.title and summary.title.title else None),
        kind=hyphened(summary.type) if summary.type else None,
        issued=str(summary.publication_date or "") or None,
        venue=plain(summary.journal_title.value if summary.journal_title else None),
    )


def _version(changed: Changed | None) -> str:
    """Milliseconds as text that compares."""
    return f"{changed.value if changed else 0:016}"
