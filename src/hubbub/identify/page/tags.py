"""A parsed page goes in; what its tags, links, COinS and badges say comes out, and what its answer's headers say."""

import re
from collections.abc import Iterator
from urllib.parse import parse_qsl

from selectolax.lexbor import LexborHTMLParser

from hubbub.identify.page.identity import Said
from hubbub.identify.tables import page_rules

Facts = dict[str, list[str]]  # what is stated, by field in lower case

_NAMES = ("name", "property", "itemprop", "http-equiv")
_LONGEST = 20_000  # characters of one value or header
_LINK = re.compile(r"<([^<>]{1,4096})>([^<]*)")
_PARAMETER = re.compile(r';\s*([\w-]+)\s*=\s*(?:"([^"]*)"|([^\s;,"]+))')


def tags(tree: LexborHTMLParser, facts: Facts) -> Iterator[Said]:
    """Read meta tags and the title; all of them are facts, some are claims."""
    if (title := tree.css_first("title")) and (written := title.text().strip()[:_LONGEST]):
        facts.setdefault("title", []).append(written)
    for node in tree.css("meta[content]"):
        said = node.attributes
        written = (said.get("content") or "").strip()[:_LONGEST]
        for name in dict.fromkeys((said.get(kind) or "").strip().lower() for kind in _NAMES):
            if name and written:
                facts.setdefault(name, []).append(written)
                yield Said("meta", _schemed(name, said.get("scheme")), written)
        if (said.get("http-equiv") or "").lower() == "refresh" and "url=" in written.lower():
            yield Said("refresh", "refresh", written[written.lower().index("url=") + 4 :].strip(" '\""))


def _schemed(name: str, scheme: str | None) -> str:
    """Put the attribute `scheme`, by which Dublin Core says what a value is, into the name."""
    dotted = f"{name}.{(scheme or '').strip().lower().rpartition('.')[2]}"
    return dotted if scheme and any(dotted in row.names for row in page_rules().claim) else name


def links(tree: LexborHTMLParser, facts: Facts) -> Iterator[Said]:
    """Read the links of the head: what the page is called, and what it is in."""
    for node in tree.css("link[rel][href]"):
        href = (node.attributes.get("href") or "")[:_LONGEST]
        yield from _related((node.attributes.get("rel") or "").lower(), href, "link", facts)


def header_links(header: str, facts: Facts) -> Iterator[Said]:
    """Read a `Link` header (RFC 8288); a link with an anchor is another page's."""
    for target, rest in _LINK.findall(header[:_LONGEST]):
        told: dict[str, str] = {}
        for name, quoted, bare in _PARAMETER.findall(rest):
            told.setdefault(name.lower(), quoted or bare)
        if "anchor" not in told:
            yield from _related(told.get("rel", "").lower(), target, "header", facts)


def _related(rels: str, href: str, place: str, facts: Facts) -> Iterator[Said]:
    for rel in dict.fromkeys(rels.split()):
        if rel == "type":
            facts.setdefault("link type", []).append(href)
        yield Said(place, rel, href)


def coins(tree: LexborHTMLParser, titles: list[str]) -> Iterator[Said]:
    """Read COinS: those with the page's title are the page's, all others are of works that it lists or cites."""
    for node in tree.css("[class~=Z3988][title]"):
        told: dict[str, list[str]] = {}
        try:
            for name, value in parse_qsl((node.attributes.get("title") or "")[:_LONGEST], max_num_fields=200):
                told.setdefault(name.lower().replace("rft.", "rft_"), []).append(value)
        except ValueError:
            continue
        part = told.get("rft_atitle")
        title = (part or told.get("rft_title") or told.get("rft_btitle") or [""])[0]
        field = "titled" if any(same_title(title, other) for other in titles) else "other"
        for name in ("rft_id", "rft_doi", "rft_identifier"):
            for written in told.get(name, ()):
                yield Said("coins", field, written)
        for written in () if part else told.get("rft_isbn", ()):
            yield Said("coins", field, f"isbn:{written}")


def badges(tree: LexborHTMLParser) -> Iterator[Said]:
    """Read the marks of badges that show a work's attention."""
    names = [name for row in page_rules().claim if row.place == "badge" for name in row.names]
    for node in tree.css(", ".join(f"[{name}]" for name in names)):
        for name in names:
            if written := node.attributes.get(name):
                scheme = re.sub(r"^data-|badge-|altmetric-|-id$", "", name)
                yield Said("badge", name, f"{scheme}:{written[:_LONGEST]}")


def same_title(one: str, other: str) -> bool:
    """Whether two titles are one, of which either may bear the name of the site."""
    one, other = (re.sub(r"\W+", " ", title[:500].casefold()).strip() for title in (one, other))
    shorter = min(one, other, key=len)
    return len(shorter) >= 8 and (one in other or other in one)
