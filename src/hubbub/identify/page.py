"""A page's HTML goes in; identifiers come out: first what the page says it is, then what it links to and speaks of."""

from collections.abc import Iterable, Iterator
from typing import Any
from urllib.parse import urljoin

import msgspec
from selectolax.lexbor import LexborHTMLParser

from hubbub.identify.address import in_address
from hubbub.identify.found import Found
from hubbub.identify.schemes import make
from hubbub.identify.tables import meta_tags
from hubbub.identify.text import in_text
from hubbub.identify.typed import parse

_NAMES = ("name", "property", "itemprop", "http-equiv")
_OF_THE_WORK = ("@id", "identifier", "doi", "isbn", "sameAs", "url", "mainEntityOfPage")
_DEEPEST = 6


def in_html(html: str, address: str | None = None) -> list[Found]:
    """Find the identifiers of a page at `address`, each once, what the page is before what it speaks of."""
    tree = LexborHTMLParser(html.encode("utf-8", "replace").decode().replace("\x00", ""))
    firsts: dict[tuple[str, str], Found] = {}
    for one in _all(tree, address):
        firsts.setdefault((one.identifier.scheme, one.identifier.value), one)
    return list(firsts.values())


def _all(tree: LexborHTMLParser, address: str | None) -> Iterator[Found]:
    base = address or ""
    yield from _meta(tree, base)
    yield from _json_ld(tree)
    for node in tree.css("link[rel~=canonical]"):
        yield from _as(in_address(_join(base, node.attributes.get("href"))), "canonical-address", 0.95)
    if address:
        yield from _as(in_address(address), "canonical-address", 0.9)
    for node in tree.css("a[href], area[href]"):
        yield from in_address(_join(base, node.attributes.get("href")))
    for node in tree.css("script, style, template, noscript"):
        node.decompose()
    if tree.body is not None:
        yield from in_text(tree.body.text(separator=" "))


def _meta(tree: LexborHTMLParser, base: str) -> Iterator[Found]:
    contents: dict[str, list[str]] = {}
    for node in tree.css("meta[content]"):
        for kind in _NAMES:
            if name := node.attributes.get(kind):
                contents.setdefault(name.lower(), []).append((node.attributes.get("content") or "").strip())
    tags = meta_tags()
    for scheme, names in tags.scheme.items():
        for written in _under(names, contents):
            identifier = make(scheme, written) or parse(f"{scheme}:{written}") or parse(written)
            if identifier and identifier.scheme != "url":
                yield Found(identifier, written, "meta-tag", 1.0)
    for written in _under(tags.any["names"], contents):
        if (identifier := parse(written)) and identifier.scheme != "url":
            yield Found(identifier, written, "meta-tag", 0.95)
    for written in _under(tags.address["names"], contents):
        yield from _as(in_address(_join(base, written)), "meta-tag", 0.95)


def _under(names: Iterable[str], contents: dict[str, list[str]]) -> Iterator[str]:
    for name in names:
        yield from contents.get(name, ())


def _json_ld(tree: LexborHTMLParser) -> Iterator[Found]:
    for node in tree.css('script[type="application/ld+json"]'):
        try:
            said = msgspec.json.decode(node.text())
        except (msgspec.DecodeError, RecursionError):
            continue
        for written in _written(said, 0):
            if (identifier := parse(written)) and identifier.scheme != "url":
                yield Found(identifier, written, "json-ld", 0.95)


def _written(said: Any, depth: int) -> Iterator[str]:
    """What names the work itself, not the works it cites or the journal it is in."""
    if depth > _DEEPEST:
        return
    if isinstance(said, str):
        yield said
    elif isinstance(said, list):
        for one in said:
            yield from _written(one, depth + 1)
    elif isinstance(said, dict):
        if isinstance(said.get("value"), str):
            yield f"{said.get('propertyID')}:{said['value']}"
            yield said["value"]
        for key in ("@graph", "mainEntity", *_OF_THE_WORK):
            yield from _written(said.get(key), depth + 1)


def _as(found: list[Found], method: str, certainty: float) -> Iterator[Found]:
    for one in found:
        yield Found(one.identifier, one.as_written, method, min(certainty, one.certainty))


def _join(base: str, href: str | None) -> str:
    try:
        return urljoin(base, (href or "").strip())
    except ValueError:
        return ""
