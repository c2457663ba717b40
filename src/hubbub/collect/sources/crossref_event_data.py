"""Crossref Event Data, the closed service's archive: event pages and dumps come in, statements about posts come out.

An event is one statement of the collector: its subject is the post, its object the work. It may have been edited or
deleted later. A subject that was cut down to its place's home page is a post that its author withdrew. Events that a
hubbub made itself name posts and accounts as their places do.
"""

import json
import re
from collections.abc import AsyncIterator, Iterable, Iterator
from datetime import UTC, datetime
from typing import Any

import msgspec
from msgspec import Struct

from hubbub.collect import archive
from hubbub.collect.source import Fetch, WrongSourceError
from hubbub.identify import canonical
from hubbub.model import About, Account, Example, Fact, Fault, Link, Page, Post, Watch
from hubbub.reference.event_data import event_data

NAME = "crossref_event_data"
_EVENTS = re.compile(r'\A\s*(?:\[|.*?"events"\s*:\s*\[)', re.DOTALL)
_TWEET = re.compile(r"(?:statuse?s?/|status\?id=)(\d+)")
_TWEETER = re.compile(r"(?:twitter\.com/|screen_name=)(\w{1,20})")
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_OF_ORIGINAL = ("original-tweet-url", "original-tweet-author")
_ACTIONS = ("add", "create", None)


class Event(Struct):
    """An event, its keys' hyphens turned to underscores."""

    id: str
    subj_id: str
    obj_id: str
    source_id: str
    relation_type_id: str
    occurred_at: str | None = None
    source_token: str | None = None
    timestamp: str | None = None
    updated: str | None = None
    updated_date: str | None = None
    evidence_record: str | None = None
    action: str | None = None
    message_action: str | None = None
    subj: dict[str, Any] | None = None
    obj: dict[str, Any] | None = None


class CrossrefEventData:
    """Events of the service that Crossref ran from 2016 to 2026."""

    about = About(
        name=NAME,
        title="Crossref Event Data",
        home="https://www.crossref.org/documentation/event-data/",
        category="mentions",
        modes=("archive",),
        terms="https://doi.org/10.13003/CED-terms-of-use",
        licence="CC0-1.0; events of Stack Exchange and The Lens CC-BY-SA-4.0",
        keeps_pages="never",
        yields=("Post", "Account"),
        deletions="told",
        shapes="recorded",
        colour="#3b5b92",
        note="Event pages, lists of events and dumps of one event a line, plain, gz or zst; the shape of 2016 too.",
        examples=(
            Example("crossref-2023-01-01-last.json", (("https://doi.org/10.1145/3443687", "doi:10.7910/dvn/28075"),)),
            Example(
                "user-guide.json",
                (
                    ("https://en.wikipedia.org/wiki/Gliotoxin", "doi:10.1007/s00253-011-3689-1"),
                    ("https://chemistry.stackexchange.com/a/41547", "doi:10.1063/1.1792071"),
                ),
            ),
            Example(
                "wikipedia-2016-11-25.json",
                (
                    ("https://en.wikipedia.org/wiki/Carina_Nebula", "doi:10.1088/0067-0049/215/1/15"),
                    ("https://en.wikipedia.org/wiki/Carina_Nebula", "doi:10.1051/0004-6361:20034138"),
                ),
            ),
            Example("synthetic-twitter.json", (("101", "doi:10.5555/12345678"), ("102", "doi:10.5555/12345678"))),
            Example("query_end_to_end.json", (("https://example.com/standard-1", "doi:10.5555/12345678"),)),
            Example("events_crossref_rows0.json", ()),
        ),
    )

    def lanes(self, watch: Watch) -> Iterable[str]:
        """Files are given from outside."""
        return ()

    async def read(self, lane: str, since: str, fetch: Fetch) -> AsyncIterator[Page]:
        """Yield pages of events, one a line, or the whole document."""
        head = archive.head(lane, fetch)
        if not since:
            _check(head)
        for page in archive.pages(lane, since, fetch, whole=not _by_line(head)):
            yield page

    def parse(self, page: Page) -> Iterator[Fact | Fault]:
        """Yield what each event says, and its author."""
        for at, raw in _lines(page) if page.lines else _document(page):
            if isinstance(raw, Fault):
                yield raw
                continue
            try:
                named = {key.replace("-", "_"): value for key, value in raw.items()}
                yield from _facts(msgspec.convert(named, Event), raw)
            except (msgspec.MsgspecError, ValueError, OverflowError, AttributeError, RecursionError) as error:
                yield Fault(f"no event: {str(error) or type(error).__name__}", at, _sample(raw))


def _check(head: bytes) -> None:
    """Raise `WrongSourceError` unless there are events, or a list without any."""
    if not head.strip():
        raise WrongSourceError("there is nothing in it")
    if b'"events"' in head or b'"obj_id"' in head or not head.translate(None, b"[] \t\r\n"):
        return
    try:
        answer = json.loads(head)
    except (ValueError, RecursionError):
        raise WrongSourceError("there are no events in it") from None
    if isinstance(answer, dict) and answer.get("status") == "failed":
        said = "; ".join(str(part.get("message")) for part in answer.get("message") or [] if isinstance(part, dict))
        raise WrongSourceError(f"it is an error message of the service instead of events: {said}")
    raise WrongSourceError("there are no events in it")


def _by_line(head: bytes) -> bool:
    first = head.lstrip().partition(b"\n")[0]
    try:
        return "obj_id" in msgspec.json.decode(first)
    except (msgspec.MsgspecError, ValueError, RecursionError, TypeError):
        return False


def _lines(page: Page) -> Iterator[tuple[int, Any]]:
    at = page.offset
    for line in page.body.split(b"\n"):
        if line.strip():
            try:
                yield at, msgspec.json.decode(line)
            except (msgspec.MsgspecError, ValueError, RecursionError) as error:
                yield at, Fault(f"no JSON: {re.sub(r' [(]byte [0-9]+[)]', '', str(error))}", at, _sample(line))
        at += len(line) + 1


def _document(page: Page) -> Iterator[tuple[int, Any]]:
    """The events of one document, whole or cut off."""
    try:
        document = msgspec.json.decode(page.body)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        yield from _salvage(page)
        return
    if isinstance(document, dict):
        document = document.get("message", document)
    events = document.get("events") if isinstance(document, dict) else document
    if not isinstance(events, list):
        yield page.offset, Fault("no list of events", page.offset, _sample(page.body))
        return
    for event in events:
        yield page.offset, event


def _salvage(page: Page) -> Iterator[tuple[int, Any]]:
    """The events before the place where a document breaks."""
    text = page.body.decode(errors="surrogateescape")
    opening = _EVENTS.match(text)
    at = opening.end() if opening else len(text)
    decoder, count = json.JSONDecoder(), 0
    while at < len(text):
        at += len(text[at : at + 100]) - len(text[at : at + 100].lstrip(" \t\r\n,"))
        try:
            event, at = decoder.raw_decode(text, at)
        except (ValueError, RecursionError):
            break
        count += 1
        yield page.offset, event
    where = page.offset + len(text[:at].encode(errors="surrogateescape"))
    if text[at : at + 1] != "]":
        yield where, Fault(f"broken after {count} events; those are kept", where, _sample(text[at : at + 200]))


def _sample(raw: Any) -> str:
    if isinstance(raw, bytes):
        return raw[:200].decode(errors="replace")
    return str(raw)[:200].encode(errors="replace").decode()


def _facts(event: Event, raw: dict[str, Any]) -> Iterator[Fact]:
    for action in (event.action, event.message_action):
        if action not in _ACTIONS:
            raise ValueError(f"the action {action!r} is not known")
    if not event.id or not event.subj_id or not event.source_id:
        raise ValueError("an id is empty")
    source, subject = event.source_id, event.subj or {}
    at = event.updated_date or event.timestamp or event.occurred_at
    if at is None:
        raise ValueError("no time is told")
    version = _time(at).isoformat(timespec="microseconds")
    is_ours = event.source_token == event_data().token
    key = _text(subject.get("alternative-id")) or event.subj_id if is_ours else _key(source, event.subj_id)
    if event.updated == "deleted" or key is None:
        yield Post(source=source, id=key or "", via=NAME, assertion=event.id, version=version, change="withdrawn")
        return
    author = _author(event, subject, version, is_ours)
    if author:
        yield author
    original = subject.get("original-tweet-url")
    reposts = _key(source, original) if isinstance(original, str) and source == "twitter" else None
    reposts = reposts if reposts != key else None
    yield Post(
        source=source,
        id=key,
        via=NAME,
        assertion=event.id,
        version=version,
        change="edited" if event.updated == "edited" else "made",
        url=_address(subject.get("url")) or _address(event.subj_id) or _status(source, key, author),
        title=_text(subject.get("title")),
        links=(_link(event),),
        author=author.id if author else None,
        posted_at=_time(event.occurred_at) if event.occurred_at else None,
        reposts=reposts,
        statement=_statement(raw, passes_on=reposts is not None),
        stated_at=_time(event.timestamp) if event.timestamp else None,
    )


def _statement(raw: dict[str, Any], passes_on: bool) -> str:
    """The event as it came, but for who made the post that it passes on: that may be withdrawn by itself."""
    if passes_on:
        subject = {key: value for key, value in raw["subj"].items() if key not in _OF_ORIGINAL}
        raw = raw | {"subj": subject}
    return msgspec.json.encode(raw).decode().replace("\\u0000", "\\ufffd")  # which PostgreSQL cannot hold


def _link(event: Event) -> Link:
    found = event.obj or {}
    method, checked = _text(found.get("method")), _text(found.get("verification"))
    return Link(
        event.obj_id,
        relation=_CAMEL.sub("_", event.relation_type_id).replace("-", "_").lower(),
        found_in="metadata",
        written=_text(found.get("url")) or event.obj_id,
        method=f"{method} ({checked})" if method and checked else method or "event-data",
        record=_address(event.evidence_record),
    )


def _key(source: str, subject: str) -> str | None:
    """Name the post as its place does: tweets by number, all else by address; None if only the place is left."""
    if source == "twitter":
        tweet = _TWEET.search(subject)
        return tweet[1] if tweet else None
    address = canonical(subject) or subject
    return address.lower() if "//doi.org/" in address else address


def _author(event: Event, subject: dict[str, Any], version: str, is_ours: bool) -> Account | None:
    if event.subj_id.startswith("https://orcid.org/"):
        return Account(source=event.source_id, id=event.subj_id, via=NAME, version=version, url=event.subj_id)
    author = subject.get("author")
    if is_ours and isinstance(author, dict) and (key := _text(author.get("id"))):  # as its place calls it
        name, url = _text(author.get("name")), _address(author.get("url"))
        return Account(source=event.source_id, id=key, via=NAME, version=version, name=name, url=url)
    address = author.get("url") if isinstance(author, dict) else None
    if not isinstance(author, dict) or not isinstance(address, str):
        return None
    if event.source_id != "twitter":
        name = _text(author.get("name"))
        return Account(source=event.source_id, id=address, via=NAME, version=version, name=name, url=_address(address))
    tweeter = _TWEETER.search(address)
    if tweeter is None:
        return None
    home = f"https://twitter.com/{tweeter[1]}"
    return Account(source="twitter", id=tweeter[1].lower(), via=NAME, version=version, handle=tweeter[1], url=home)


def _status(source: str, key: str, author: Account | None) -> str | None:
    return f"https://twitter.com/{author.handle if author else 'i'}/status/{key}" if source == "twitter" else None


def _address(value: Any) -> str | None:
    return value if isinstance(value, str) and value.startswith(("https://", "http://")) else None


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) and value else None


def _time(written: str) -> datetime:
    time = datetime.fromisoformat(written)
    return time.astimezone(UTC) if time.tzinfo else time.replace(tzinfo=UTC)
