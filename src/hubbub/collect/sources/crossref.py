"""Crossref: metadata of works that have a DOI there comes in; descriptions, aliases and citation counts come out."""

from collections.abc import AsyncIterator, Iterable, Iterator
from typing import Any

import msgspec
from msgspec import Struct, field

from hubbub import identify
from hubbub.collect.source import Fetch, decoded, page_of
from hubbub.model import About, Alias, Description, Example, Fact, Fault, Host, Identifier, Page, Tally, Watch

NAME = "crossref"
API = "https://api.crossref.org"
ROWS, PAGES = 100, 50  # of an author's works a page, and pages a turn
# What Crossref says of the work's relation to another -> what the other is, seen from the work.
_RELATIONS = {
    "is-preprint-of": "has_preprint",
    "has-preprint": "is_preprint_of",
    "has-version": "is_version_of",
    "is-version-of": "is_version_of",
    "is-same-as": "is_same_as",
    "is-identical-to": "is_same_as",
    "is-supplemented-by": "is_supplement_to",
    "is-supplement-to": "is_supplemented_by",
    "has-review": "is_review_of",
    "is-part-of": "has_part",
    "has-part": "is_part_of",
}


class _Named(Struct):
    given: str | None = None
    family: str | None = None
    name: str | None = None
    orcid: str | None = field(default=None, name="ORCID")


class _Related(Struct):
    id: str
    kind: str = field(name="id-type")


class _Date(Struct):
    parts: list[list[int | None]] = field(default_factory=list, name="date-parts")
    at: str = field(default="", name="date-time")


class _Work(Struct):
    doi: str = field(name="DOI")
    indexed: _Date
    title: list[str] = []
    type: str | None = None
    author: list[_Named] = []
    issued: _Date | None = None
    container: list[str] = field(default_factory=list, name="container-title")
    cited: int | None = field(default=None, name="is-referenced-by-count")
    relation: dict[str, Any] = {}


class _List(Struct):
    items: list[msgspec.Raw]
    next: str | None = field(default=None, name="next-cursor")


class _Listed(Struct):
    message: _List


class _Answer(Struct):
    message: msgspec.Raw


class Crossref:
    """Works by their DOI, and the works of an author by ORCID."""

    about = About(
        name=NAME,
        title="Crossref",
        home="https://www.crossref.org/",
        category="citations",
        modes=("poll",),
        hours=24,
        hosts=(Host("api.crossref.org", per_second=3, at_once=3),),
        terms="https://www.crossref.org/documentation/retrieve-metadata/rest-api/",
        licence="facts, free of rights; abstracts are not kept",
        keeps_pages="never",
        yields=("Description", "Alias", "Tally"),
        deletions="never",
        shapes="recorded",
        colour="#4f6f8f",
        note="Give HUBBUB_CONTACT an e-mail address: Crossref answers those faster whom it could write to.",
        examples=(
            Example(
                "work_elife.json",
                (
                    ("description", "doi:10.7554/elife.01567"),
                    ("tally citations 36", "doi:10.7554/elife.01567"),
                    ("alias is_supplement_to doi:10.7554/elife.01567", "doi:10.5061/dryad.b835k"),
                ),
                lane="work:10.7554/elife.01567",
                address="https://api.crossref.org/works/10.7554/elife.01567",
            ),
        ),
    )

    def lanes(self, watch: Watch) -> Iterable[str]:
        """`work:DOI` of each work, `orcid:ORCID` of each person."""
        yield from (f"work:{work.value}" for work in watch.works if work.scheme == "doi")
        yield from (f"orcid:{owner.value}" for owner in watch.owners if owner.scheme == "orcid")

    async def read(self, lane: str, since: str, fetch: Fetch) -> AsyncIterator[Page]:
        """Ask for a work, or for an author's works page by page."""
        kind, _, value = lane.partition(":")
        if kind == "work":
            answer = await fetch.get(f"{API}/works/{value}", accept=(200, 404))  # other agencies' DOIs are not there
            if answer.status == 200:
                yield page_of(lane, answer)
            return
        cursor: str | None = since or "*"
        for _ in range(PAGES):
            params = {"filter": f"orcid:{value}", "rows": ROWS, "cursor": cursor}
            answer = await fetch.get(f"{API}/works", params=params)
            found = decoded(answer, _Listed).message
            ended = len(found.items) < ROWS or not found.next
            cursor = found.next
            yield page_of(lane, answer, "" if ended else cursor or "")
            if ended:
                return

    def parse(self, page: Page) -> Iterable[Fact | Fault]:
        """Read one work or a list of them."""
        try:
            message = msgspec.json.decode(page.body, type=_Answer).message
            listed = page.lane.startswith("orcid:")
            works = msgspec.json.decode(message, type=_List).items if listed else [message]
        except (msgspec.MsgspecError, RecursionError):
            yield Fault("no answer of Crossref", page.offset, page.body[:200].decode(errors="replace"))
            return
        for raw in works:
            try:
                work = msgspec.json.decode(raw, type=_Work)
            except (msgspec.MsgspecError, RecursionError):
                yield Fault("no work as Crossref describes it", page.offset, bytes(raw)[:200].decode(errors="replace"))
                continue
            yield from _facts(work, page)


def _facts(work: _Work, page: Page) -> Iterator[Fact]:
    named = identify.parse(f"doi:{work.doi}")
    if named is None:
        return
    version = work.indexed.at
    issued = "-".join(f"{part:02}" for part in (work.issued.parts or [[]])[0] if part) if work.issued else ""
    yield Description(
        identifier=named,
        via=NAME,
        version=version,
        title=work.title[0] if work.title else None,
        kind=work.type,
        creators=tuple(name for one in work.author if (name := _name(one))),
        issued=issued or None,
        venue=work.container[0] if work.container else None,
    )
    if work.cited is not None:
        yield Tally(identifier=named, via=NAME, kind="citations", value=work.cited, as_of=page.received_at)
    for said, relation in _RELATIONS.items():
        for one in _related(work.relation.get(said)):
            other = identify.parse(f"{one.kind}:{one.id}")
            if other is not None:
                yield Alias(identifier=named, relation=relation, other=other, via=NAME, version=version)
    people = [page.lane.removeprefix("orcid:")] if page.lane.startswith("orcid:") else []
    for person in people:
        owner = Identifier("orcid", person)
        yield Alias(identifier=owner, relation="is_work_of", other=named, via=NAME, version=version)


def _name(one: _Named) -> str:
    return one.name or " ".join(part for part in (one.given, one.family) if part)


def _related(told: Any) -> list[_Related]:
    try:
        return msgspec.convert(told or [], list[_Related])
    except msgspec.ValidationError:
        return []
