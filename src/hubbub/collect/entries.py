"""Feeds in one shape: RSS, RDF, Atom or JSON Feed comes in, entries come out; OPML gives the feeds it lists. Pure."""

import io
import re
from calendar import timegm
from collections import deque
from datetime import UTC, datetime
from functools import lru_cache
from itertools import islice
from time import struct_time
from typing import Any
from urllib.parse import urljoin, urlsplit

import msgspec
from msgspec import Raw, Struct
from selectolax.lexbor import LexborHTMLParser

from hubbub import identify
from hubbub.collect.html import links_and_text
from hubbub.collect.reading import each, sample, utc
from hubbub.model import Fault

ENTRIES = 2_000  # of one page
# Bytes of a page, without the entries beyond those: 2 KiB for each of them. What is made to be slow, such as tags
# within tags without end, takes many times its size in memory, and long.
LARGEST = 4 << 20
TOO_LARGE = f"a feed of more than {LARGEST >> 20} MiB"
_ENTRY = rb"(?:\w+:)?(?:item|entry)(?=[\s/<>])"  # feedparser takes `<item<` for a tag, too
_OPENING = re.compile(rb"<" + _ENTRY, re.IGNORECASE)
_TAG = re.compile(rb"</?" + _ENTRY + rb"[^<>]*>?", re.IGNORECASE)


class Entry(Struct):
    """One entry; `outlet` is the address of who published it, where the feed carries what others publish."""

    id: str
    address: str
    title: str = ""
    content: str = ""
    is_html: bool = True
    links: tuple[str, ...] = ()
    published_at: datetime | None = None
    updated_at: datetime | None = None
    language: str | None = None
    outlet: str = ""
    outlet_name: str = ""


class Feed(Struct):
    """A page of a feed. `following` is the address of the page with older entries."""

    title: str
    home: str
    language: str | None
    following: str | None
    entries: list[Entry | Fault]


class _JsonEntry(Struct):
    id: str | int | float = ""
    url: str | None = None
    external_url: str | None = None
    title: str | None = None
    content_html: str | None = None
    content_text: str | None = None
    summary: str | None = None
    date_published: str | None = None
    date_modified: str | None = None
    language: str | None = None


class _JsonFeed(Struct):
    items: list[Raw]
    version: str
    title: str = ""
    home_page_url: str = ""
    next_url: str | None = None
    language: str | None = None


def read(body: bytes, address: str) -> Feed | Fault:
    """Read a page of a feed that came from an address."""
    body = body.lstrip(b"\xef\xbb\xbf \t\r\n")  # blanks before the declaration make XML ill-formed
    is_json = body.startswith((b"{", b"["))
    body = body if is_json else _cut(body)
    if len(body) > LARGEST:
        return Fault(TOO_LARGE)
    return _read_json(body, address) if is_json else _read_xml(body, address)


def _cut(body: bytes) -> bytes:
    """Leave out the entries beyond ENTRIES, found by their tags alone: what parses feeds would read them all."""
    beyond = next(islice(_OPENING.finditer(body), ENTRIES, None), None)
    if beyond is None:
        return body
    last = deque(_TAG.finditer(body, beyond.start()), 1).pop()
    return body[: beyond.start()] + body[last.end() :]


def addresses_in_opml(document: bytes) -> list[str]:
    """The addresses of the feeds in an OPML document, each once."""
    nodes = LexborHTMLParser(document.decode(errors="replace").replace("\x00", "")).css("outline[xmlurl]")
    addresses = ((node.attributes.get("xmlurl") or "").strip() for node in nodes)
    return list(dict.fromkeys(one for one in addresses if identify.canonical(one)))


def _read_json(body: bytes, address: str) -> Feed | Fault:
    try:
        told = msgspec.json.decode(body, type=_JsonFeed)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return Fault("JSON, but no JSON Feed", sample=sample(body))
    entries = [
        one if isinstance(one, Fault) else _of_json(one, address) for one in each(told.items[:ENTRIES], _JsonEntry)
    ]
    return Feed(told.title, told.home_page_url or address, told.language, _next(address, told.next_url), entries)


def _of_json(one: _JsonEntry, address: str) -> Entry | Fault:
    page = web_address(address, one.url or str(one.id))
    if page is None:
        return Fault("an entry without an address", sample=str(one)[:200])
    return Entry(
        id=str(one.id or page),
        address=page,
        title=one.title or "",
        content=one.content_html or one.content_text or one.summary or "",
        is_html=bool(one.content_html),
        links=(one.external_url,) if one.external_url else (),
        published_at=_iso(one.date_published),
        updated_at=_iso(one.date_modified),
        language=one.language,
    )


@lru_cache(maxsize=1)  # a page is read for where the feed goes on, and right after that to be kept
def _read_xml(body: bytes, address: str) -> Feed | Fault:
    import feedparser  # takes a tenth of a second, so it is loaded where a feed is read

    try:
        # As a file: text that looks like an address or a path would be opened.
        told = feedparser.parse(
            io.BytesIO(body),
            response_headers={"content-location": address},
            sanitize_html=False,
            resolve_relative_uris=False,
        )
        if not told.version:
            return Fault("no feed", sample=sample(body))
        entries = [_of_xml(one, address) for one in told.entries[:ENTRIES]]  # more in an encoding of two bytes
        following = next((one.get("href") for one in told.feed.get("links", ()) if one.get("rel") == "next"), None)
        home = web_address(address, told.feed.get("link")) or address
        return Feed(_plain(told.feed, "title"), home, told.feed.get("language"), _next(address, following), entries)
    except Exception as error:  # what reads everything can fail in any way
        return Fault(f"no feed: {type(error).__name__}", sample=sample(body))


def _of_xml(one: Any, address: str) -> Entry | Fault:
    page = web_address(address, one.get("feedburner_origlink") or one.get("link"))
    if page is None and one.get("guidislink"):
        page = web_address(address, one.get("id"))
    if page is None:
        return Fault("an entry without an address", sample=str(dict(one))[:200])
    said = max(
        one.get("content", ()), key=lambda part: len(part.get("value", "")), default=one.get("summary_detail", {})
    )
    links = [link.get("href") for link in one.get("links", ()) if link.get("rel") in ("related", "via")]
    outlet = one.get("source", {})
    return Entry(
        id=one.get("id") or page,
        address=page,
        title=_plain(one, "title"),
        content=said.get("value", ""),
        is_html=said.get("type") != "text/plain",
        links=tuple(filter(None, links)),
        published_at=_parsed(one, "published_parsed"),
        updated_at=_parsed(one, "updated_parsed"),
        language=one.get("language"),
        outlet=outlet.get("href") or outlet.get("link") or "",
        outlet_name=outlet.get("title") or "",
    )


def _plain(told: Any, name: str) -> str:
    text = str(told.get(name, ""))
    return links_and_text(text)[1] if told.get(f"{name}_detail", {}).get("type") != "text/plain" else text


def _parsed(one: Any, name: str) -> datetime | None:
    if name not in one:  # asked for, one time would be taken for the other
        return None
    try:
        return datetime.fromtimestamp(timegm(one[name]), UTC) if isinstance(one[name], struct_time) else None
    except (ValueError, OverflowError, OSError):
        return None


def _iso(written: str | None) -> datetime | None:
    try:
        return utc(datetime.fromisoformat(written)) if written else None
    except ValueError:
        return None


def web_address(base: str, address: Any) -> str | None:
    """A full address on the web, or None if it is something else."""
    try:
        joined = urljoin(base, address.strip()) if isinstance(address, str) else ""
    except ValueError:
        return None
    return joined if identify.canonical(joined) else None


def _next(address: str, following: str | None) -> str | None:
    """The page after this one; only on the same host, so that no feed sends us around."""
    joined = web_address(address, following)
    return joined if joined and " " not in joined and urlsplit(joined).netloc == urlsplit(address).netloc else None
