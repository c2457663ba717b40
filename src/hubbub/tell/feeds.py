"""What is newly said, as programs subscribe to it: a feed comes in; Atom (RFC 4287) or JSON Feed 1.1 goes out.

Titles, names and texts are strangers'. They go out as text and never as markup, without what XML cannot hold.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Literal
from uuid import NAMESPACE_URL, uuid5
from xml.etree.ElementTree import Element, SubElement, indent, tostring

import msgspec
from msgspec import Struct

from hubbub.answers.exported import for_xml

Form = Literal["atom", "json"]
MEDIA: dict[Form, str] = {"atom": "application/atom+xml", "json": "application/feed+json"}
UNHEARD = datetime(1970, 1, 1, tzinfo=UTC)  # Atom wants a time also of a feed in which nothing ever was


class About(Struct, frozen=True):
    """A work that an entry mentions: its identifier, its title or else that, and the address of its page here."""

    identifier: str
    title: str
    page: str


class Entry(Struct, frozen=True):
    """One post. `address` is its own, if it can be followed; `named` are its place and its id there.

    `updated_at` is when the latest that is known of it was collected, `posted_at` when its place says it was made.
    """

    named: tuple[str, str]
    title: str
    text: str | None
    address: str | None
    author: str
    author_page: str | None
    source: str
    language: str | None
    posted_at: datetime | None
    updated_at: datetime
    about: tuple[About, ...]


class Feed(Struct, frozen=True):
    """A page of a feed; `next` is the address of the following one. `home` is the page that people read."""

    id: str
    title: str
    says: str
    home: str
    first: str
    address: str
    next: str | None
    entries: tuple[Entry, ...]


def lasting(*named: str) -> str:
    """An id that stays the same wherever and however often something is told.

    No domain is the project's own for ever, so that it could not stand in a `tag:`.
    """
    return uuid5(NAMESPACE_URL, "\n".join(map(for_xml, named))).urn


def told(feed: Feed, form: Form) -> bytes:
    """Write a feed in one of its forms."""
    return atom(feed) if form == "atom" else json_feed(feed)


def atom(feed: Feed) -> bytes:
    """Write a feed as Atom."""
    root = Element("feed", {"xmlns": "http://www.w3.org/2005/Atom"})
    _put(root, "id", feed.id)
    _put(root, "title", feed.title)
    _put(root, "subtitle", feed.says)
    _put(root, "updated", _time(max((one.updated_at for one in feed.entries), default=UNHEARD)))
    _put(SubElement(root, "author"), "name", "hubbub")
    _put(root, "generator", "hubbub")
    links = {"self": feed.address, "alternate": feed.home, "first": feed.first, "next": feed.next}
    for relation, address in links.items():
        _link(root, relation, address)
    for one in feed.entries:
        _entry(SubElement(root, "entry"), one)
    indent(root)
    written: bytes = tostring(root, encoding="utf-8", xml_declaration=True)
    return written


def _entry(element: Element, one: Entry) -> None:
    _put(element, "id", lasting("post", *one.named))
    _put(element, "title", one.title)
    _put(element, "updated", _time(one.updated_at))
    if one.posted_at:
        _put(element, "published", _time(one.posted_at))
    author = SubElement(element, "author")
    _put(author, "name", one.author)
    if one.author_page:
        _put(author, "uri", one.author_page)
    _link(element, "alternate", one.address or one.about[0].page)
    for work in one.about:
        _link(element, "related", work.page, title=work.title)
    _put(element, "category", term=one.named[0], label=one.source)
    if one.text is not None:
        _put(element, "content", one.text, type="text", **({"xml:lang": one.language} if one.language else {}))


def json_feed(feed: Feed) -> bytes:
    """Write a feed as JSON Feed. What it has no word for stands under `_hubbub`."""
    return msgspec.json.encode(
        _known(
            version="https://jsonfeed.org/version/1.1",
            title=for_xml(feed.title),
            description=for_xml(feed.says),
            home_page_url=feed.home,
            feed_url=feed.address,
            next_url=feed.next,
            authors=[{"name": "hubbub"}],
            items=[_json_entry(one) for one in feed.entries],
        )
    )


def _json_entry(one: Entry) -> Mapping[str, Any]:
    works = [
        {"identifier": for_xml(work.identifier), "title": for_xml(work.title), "page": work.page} for work in one.about
    ]
    return _known(
        id=lasting("post", *one.named),
        url=one.address or one.about[0].page,
        title=for_xml(one.title),
        content_text=for_xml(one.text or ""),
        date_published=one.posted_at and _time(one.posted_at),
        date_modified=_time(one.updated_at),
        authors=[_known(name=for_xml(one.author), url=one.author_page)],
        language=one.language,
        tags=[for_xml(one.source)],
        _hubbub={"about": works},
    )


def _known(**told: Any) -> dict[str, Any]:
    return {name: value for name, value in told.items() if value is not None}


def _put(parent: Element, tag: str, text: str | None = None, **told: str) -> None:
    child = SubElement(parent, tag, {name: for_xml(value) for name, value in told.items()})
    child.text = None if text is None else for_xml(text)


def _link(parent: Element, relation: str, address: str | None, **more: str) -> None:
    if address:
        _put(parent, "link", rel=relation, href=address, **more)


def _time(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
