"""The web as archives hold it: captures of pages come in; pages that speak of works come out.

A post is a page, named by its canonical address; its version is when it was captured. A page is no mention of the work
that it is itself, and a page of a scholarly site that is a work, or that cannot be told from one, is none at all: what
works cite is told by registries. What stands in the frame of a page (its navigation, header, footer and asides), as on
every other page of its site, is said once, by the site.
"""

import re
from collections.abc import AsyncIterator, Iterator
from functools import lru_cache
from typing import TYPE_CHECKING
from urllib.parse import urljoin

from msgspec import Struct
from selectolax.lexbor import LexborHTMLParser

from hubbub import identify
from hubbub.collect import warc
from hubbub.collect.reading import decode_time, stamp
from hubbub.collect.source import Fetch
from hubbub.identify import Found
from hubbub.model import About, Example, Fact, Fault, Identifier, Link, Page, Post, Watch

if TYPE_CHECKING:
    from hubbub.collect.touching import Touches

NAME = "web"
LINKS = 1000  # of a page that are kept
DEEPEST = 1000  # elements within each other; the parser takes the square of their number
_FRAME = re.compile(r"<(/?)(?:nav|header|footer|aside)(?=[\s/>])", re.IGNORECASE)

# Elements that can be in each other without end: none that are empty, and none that end where their like begins.
_NESTING = re.compile(
    r"<(/?)(?!(?:area|base|br|col|dd|dt|embed|hr|img|input|li|link|meta|option|p|source|t[dhr]|track|wbr)\b)[a-z]",
    re.IGNORECASE,
)
_ANY_TAG = re.compile(r"<[^<>]*>")


class Web:
    """Pages of the web."""

    about = About(
        name=NAME,
        title="Web archives",
        home="https://commoncrawl.org/",
        category="mentions",
        modes=("archive",),
        terms="https://commoncrawl.org/terms-of-use",
        licence="pages belong to their authors; an archive's terms hold for its captures",
        keeps_pages="never",
        yields=("Post",),
        deletions="recheck",
        shapes="documented",
        colour="#4a6b5d",
        note="WARC and WET files, plain, gz or zst, as Common Crawl and Heritrix write them. Pages in HTML or plain"
        " text are read, no PDF; records of requests, redirects, metadata and of captures without news are passed over."
        " What a later capture does not say any more, or finds gone, is withdrawn. Links in a page's navigation,"
        " header, footer and asides count once for the whole site; what a site repeats elsewhere counts on each page."
        " When a page was written is not known, only when it was captured.",
        examples=(
            Example(
                "pages.warc",
                (
                    ("https://blog.example/on-toxins", "doi:10.5555/12345678"),
                    ("https://blog.example/on-toxins", "arxiv:2101.00001"),
                    ("https://blog.example/", "doi:10.5555/frame"),
                ),
            ),
            Example("pages.warc.wet", (("https://blog.example/on-toxins", "doi:10.5555/12345678"),)),
        ),
    )

    def lanes(self, watch: Watch) -> tuple[str, ...]:
        """Files are given from outside."""
        return ()

    async def read(self, lane: str, since: str, fetch: Fetch) -> AsyncIterator[Page]:
        """Yield pages of captures, one a line. Raises `WrongSourceError` if the file is no web archive."""
        for page in warc.pages(lane, since, fetch):
            yield page

    def touches(self, body: bytes) -> "Touches":
        """Find the page that a line is a capture of."""
        from hubbub.collect.touching import touches_of  # numpy is loaded where a page of lines is read

        keys = ((start, identify.canonical(capture.address)) for start, _, capture in warc.captures(body))
        return touches_of(body, ((start, key) for start, key in keys if key))

    def parse(self, page: Page) -> Iterator[Fact | Fault]:
        """Yield what captures say."""
        for start, _, capture in warc.captures(page.body):
            key, at = identify.canonical(capture.address), decode_time(capture.at)
            if at is None:
                yield Fault("a capture without a time", page.offset + start, capture.address[:200])
            elif key and capture.status in warc.GONE:
                yield Post(source=NAME, id=key, via=NAME, version=stamp(at), change="withdrawn")
            elif key:
                yield from _posts(key, stamp(at), capture)


class _Read(Struct):
    """What a capture holds: what it is itself, and what it links to in its own words and in its frame."""

    itself: set[Identifier]
    links: dict[str, Link]
    frame: dict[str, Link]
    title: str | None = None
    words: list[str] = []  # what names works that have no address


def _posts(key: str, version: str, capture: warc.Capture) -> Iterator[Post]:
    is_scholarly = identify.always_kept(Identifier("url", key))
    if capture.kind == "text":
        if is_scholarly:
            return
        read = _add_text(_Read(set(_meant(capture.address)), {}, {}), capture.text)
    else:
        read = _html(capture)
        if is_scholarly and any(one.scheme != "url" and identify.always_kept(one) for one in read.itself):
            return
    links = tuple(link for link in read.links.values() if _speaks(link, read.itself, key))[:LINKS]
    yield Post(
        source=NAME,
        id=key,
        via=NAME,
        version=version,
        url=capture.address,
        title=read.title,
        text="\n".join(read.words) or None,
        links=links,
    )
    home = "/".join(key.split("/")[:3]) + "/"
    for link in read.frame.values():
        for one in _meant(link.address) - read.itself:
            if identify.always_kept(one) and _speaks(link, read.itself, key):
                said = f"frame {one}"
                yield Post(source=NAME, id=home, via=NAME, assertion=said, version=version, url=home, links=(link,))


def _speaks(link: Link, itself: set[Identifier], key: str) -> bool:
    """Whether a link speaks of something else than its own page or, without an identifier, its own site."""
    named = _meant(link.address)
    own = key.split("/")[2]
    return bool(named - itself) and not all(one.scheme == "url" and one.value.split("/")[2] == own for one in named)


def _html(capture: warc.Capture) -> _Read:
    html = capture.text.replace("\x00", "")
    if _is_deep(html):
        return _add_text(_Read(set(_meant(capture.address)), {}, {}), _ANY_TAG.sub(" ", html))
    words, frame = _apart(html)
    tree = LexborHTMLParser(words)
    data = "".join(node.html or "" for node in tree.css('script[type="application/ld+json"]'))
    head = f"{tree.head.html if tree.head else ''}{data}"
    itself = _named(identify.in_html(head, capture.address))
    title = tree.css_first("title")
    links = _links(tree, capture.address)
    for node in tree.css("script, style, template, noscript"):
        node.decompose()
    text = tree.body.text(separator=" ") if tree.body else ""
    named = (title.text(strip=True)[:500] or None) if title else None
    framed = _links(LexborHTMLParser(frame), capture.address) if frame else {}
    return _add_text(_Read(itself, links, framed, named), text)


def _is_deep(html: str) -> bool:
    """Whether elements lie deeper in each other than in any page that is meant to be read; such are read as text."""
    depth = 0
    for tag in _NESTING.finditer(html):
        depth = max(depth - 1, 0) if tag[1] else depth + 1
        if depth > DEEPEST:
            return True
    return False


def _apart(html: str) -> tuple[str, str]:
    """The page without its frame, and its frame."""
    parts, at, depth = ([], []), 0, 0  # type: tuple[list[str], list[str]], int, int
    for tag in _FRAME.finditer(html):
        parts[depth > 0].append(html[at : tag.start()])
        at, depth = tag.start(), max(depth + (-1 if tag[1] else 1), 0)
    parts[depth > 0].append(html[at:])
    return "".join(parts[0]), "".join(parts[1])


def _links(tree: LexborHTMLParser, base: str) -> dict[str, Link]:
    """Each address that is linked to, with the words of the first link as they stand."""
    found: dict[str, Link] = {}
    for node in tree.css("a[href], area[href]"):
        try:
            address = urljoin(base, (node.attributes.get("href") or "").strip())
        except ValueError:
            continue
        if address not in found and address.startswith(("https://", "http://")):
            words = " ".join(node.text().split())[:200]
            found[address] = Link(address, written=f"{words} <{address}>" if words not in ("", address) else None)
    return found


def _add_text(read: _Read, text: str) -> _Read:
    """Add what a text names to what is linked."""
    known = {one for link in read.links.values() for one in _meant(link.address)}
    for one in identify.in_text(text):
        address = identify.address(one.identifier)
        if address is None:
            read.words.append(one.as_written)
        elif one.identifier not in known:
            read.links.setdefault(address, Link(address, "discusses", "text", one.as_written, one.method))
    return read


@lru_cache(4096)
def _meant(address: str) -> frozenset[Identifier]:
    """What an address means; links of one site are alike, and each is looked at more than once."""
    return frozenset(_named(identify.in_address(address)))


def _named(found: list[Found]) -> set[Identifier]:
    return {Identifier(one.identifier.scheme, one.identifier.value) for one in found}
