"""OAI-PMH: what any repository of the world lists of its records comes in; metadata, other names and owners come out.

A repository is given by its base address, as `oai:https://…`, with `?set=…` for a part of it. It is read once whole and
then from the day before its last reading began. A record is a work of the repository until it is told to be deleted.
"""

import re
import xml.etree.ElementTree as ET
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs

import msgspec
from msgspec import Struct

from hubbub.collect.reading import sample
from hubbub.collect.source import Fetch, WrongAnswerError, page_of
from hubbub.identify import in_text, parse
from hubbub.identify.formats.records import SafeBuilder
from hubbub.model import About, Alias, Change, Description, Example, Fact, Fault, Host, Identifier, Page, Watch

NAME = "oai_pmh"
PAGES = 1_000  # a run
SUBJECTS = 50  # of a record
_DC = "{http://purl.org/dc/elements/1.1/}"
_DATE = re.compile(r"\d{4}(?:-\d\d){0,2}")
_STAMP = re.compile(r"\d{4}-\d\d-\d\d(?:T\d\d:\d\d:\d\dZ)?")


class Pass(Struct, frozen=True):
    """One reading of a repository: of what changed after a day, begun on a day, with the token of the rest, if any."""

    after: str | None = None
    began: str | None = None
    token: str | None = None


class OaiPmh:
    """Records of repositories that are given by their addresses."""

    about = About(
        name=NAME,
        title="Repositories (OAI-PMH)",
        home="https://www.openarchives.org/pmh/",
        category="usage",
        modes=("poll",),
        hours=24,
        hosts=(Host("oaipmh.arxiv.org", 0.3),),
        terms="https://www.openarchives.org/OAI/openarchivesprotocol.html",
        licence="metadata belong to the repositories",
        keeps_pages="never",
        yields=("Description", "Alias"),
        deletions="told",
        shapes="recorded",
        colour="#4b6f44",
        note="Dublin Core of repositories that are given as oai:https://…, each host asked once a second at most.",
        examples=(
            Example(
                "ListRecords3.xml",
                (
                    ("description", "oai:test.example.com:1585399"),
                    ("alias is_same_as oai:test.example.com:1585399", "doi:10.5555/12345678"),
                ),
                lane="oai:https://test.example.com/oai",
            ),
        ),
    )

    def lanes(self, watch: Watch) -> Iterator[str]:
        """Name repositories."""
        for address in watch.lists:
            if address.startswith(("oai:https://", "oai:http://")):
                yield address

    async def read(self, lane: str, since: str, fetch: Fetch) -> AsyncIterator[Page]:
        """Yield lists of records; a token that is no longer known begins the reading again, once."""
        state = msgspec.json.decode(since, type=Pass) if since else Pass()
        state = state if state.token else Pass(after=state.began)
        seen: set[str | None] = set()
        base, _, part = lane.removeprefix("oai:").partition("?")
        for _ in range(PAGES):
            answer = await fetch.get(base, params=_asked(state, part))
            root = _tree(answer.body)
            if root is None or not root.tag.endswith("}OAI-PMH"):
                raise WrongAnswerError(f"{base} answered something else than OAI-PMH; check the address")
            error = root.find("{*}error")
            code = error.get("code") if error is not None else None
            if code == "badResumptionToken" and state.token and None not in seen:
                state, seen = Pass(after=state.after), {None}
                continue
            began = state.began or f"{answer.received_at - timedelta(days=1):%Y-%m-%d}"
            token = (root.findtext(".//{*}resumptionToken") or "").strip() or None
            failed = code not in (None, "noRecordsMatch")
            state = Pass(began=state.after) if failed else Pass(state.after, began, token)
            yield page_of(lane, answer, msgspec.json.encode(state).decode())
            if token is None or failed:
                return
            if token in seen:
                raise WrongAnswerError(f"{base} gave the same resumptionToken twice; its list does not end")
            seen.add(token)

    def parse(self, page: Page) -> Iterator[Fact | Fault]:
        """Yield what the records say."""
        root = _tree(page.body)
        if root is None:
            yield Fault("no XML, or XML with a document type", sample=sample(page.body))
            return
        error = root.find("{*}error")
        if error is not None and error.get("code") != "noRecordsMatch":
            yield Fault(f"the repository says: {error.get('code')} {(error.text or '').strip()[:100]}".strip())
        elif error is None and root.find("{*}ListRecords") is None:
            yield Fault("no list of records", sample=sample(page.body))
        for record in root.iterfind("{*}ListRecords/{*}record"):
            yield from _facts(page, record)


def _asked(state: Pass, part: str) -> dict[str, Any]:
    if state.token:
        return {"verb": "ListRecords", "resumptionToken": state.token}
    chosen = parse_qs(part).get("set", [None])[0]
    return {"verb": "ListRecords", "metadataPrefix": "oai_dc", "from": state.after, "set": chosen}


def _tree(body: bytes) -> ET.Element | None:
    parser = ET.XMLParser(target=SafeBuilder())  # noqa: S314 - what makes XML dangerous is refused by the builder
    try:
        parser.feed(body)
        return parser.close()
    except (ET.ParseError, ValueError, LookupError):
        return None


def _facts(page: Page, record: ET.Element) -> Iterator[Fact | Fault]:
    name = (record.findtext("{*}header/{*}identifier") or "").strip()
    version = (record.findtext("{*}header/{*}datestamp") or "").strip()
    names = _names(record)
    work = parse(name) or next(iter(names), None)
    if work is None or not _STAMP.fullmatch(version):
        yield Fault("a record without an identifier or a time", sample=name[:200])
        return
    header = record.find("{*}header")
    deleted = header is not None and header.get("status") == "deleted"
    yield from _owned(page, [work, *names], version, "withdrawn" if deleted else "made")
    for other in names:
        if other != work:
            yield Alias(identifier=work, relation="is_same_as", other=other, via=NAME, version=version)
    if not deleted:
        yield _description(record, work, version)


def _names(record: ET.Element) -> list[Identifier]:
    """What the record calls itself, some in whole citations; an ISBN may be of the book around it."""
    names = []
    for written in _texts(record, "identifier"):
        found = parse(written) or next((one.identifier for one in in_text(written)), None)
        if found and found.scheme != "isbn" and found not in names:
            names.append(found)
    return names


def _owned(page: Page, works: list[Identifier], version: str, change: Change) -> Iterator[Alias]:
    """The record is the repository's by each of its names, so that it is found by any of them."""
    if owner := parse(page.lane.removeprefix("oai:")):
        for work in dict.fromkeys(works):
            yield Alias(identifier=owner, relation="is_work_of", other=work, via=NAME, version=version, change=change)


def _description(record: ET.Element, work: Identifier, version: str) -> Description:
    """The earliest date is that of publication: repositories list theirs beside it."""
    dates = [found[0] for text in _texts(record, "date") if (found := _DATE.match(text))]
    kinds = [text.rpartition("/")[2] for text in _texts(record, "type")]
    rights = [text for text in _texts(record, "rights") if text.startswith(("http://", "https://"))]
    return Description(
        identifier=work,
        via=NAME,
        version=version,
        title=next(iter(_texts(record, "title")), None),
        kind=next(iter(kinds), None),
        creators=tuple(dict.fromkeys(_texts(record, "creator"))),
        issued=min(dates, default=None),
        venue=next(iter(_texts(record, "publisher")), None),
        licence=next(iter(rights), None),
        fields=tuple(_texts(record, "subject")[:SUBJECTS]),
    )


def _texts(record: ET.Element, field: str) -> list[str]:
    found = (" ".join((element.text or "").split()) for element in record.iterfind(f"{{*}}metadata//{_DC}{field}"))
    return [text for text in found if text]
