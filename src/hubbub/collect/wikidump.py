"""Dumps of MediaWiki's pages as XML: a file comes in, wiki pages with their revisions come out, as the API shows them.

Each revision becomes a line of its own, between the head of its page and the revision before, so that a page of any
history is read in little memory, and lines without a hint are never parsed. No document type reaches a parser.
"""

import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote, urlsplit
from xml.sax.saxutils import unescape

import msgspec
from msgspec.structs import replace

from hubbub.collect import archive
from hubbub.collect.mediawiki import WikiPage
from hubbub.collect.reading import sample
from hubbub.collect.source import Fetch, WrongSourceError
from hubbub.model import Fault, Page

REVISION_LIMIT = 4 << 20  # bytes of XML; MediaWiki takes 2 MiB of text
TAGS = 1000  # in a line; two revisions have some fifty, and more would become a tree larger than any page
_BASE = re.compile(rb"<base>(https?://[^<\s]{1,2000})</base>")
_TAG = re.compile(rb"</?(?:page|revision)>")
_OVERLAP = len("</revision>") - 1
_SAFE = ";@$!*(),/~:"  # what MediaWiki leaves as it is in addresses, besides what everybody does


def pages(lane: str, since: str, fetch: Fetch) -> Iterator[Page]:
    """Read a dump from a resume point on: where the page starts that was read last, and where its revision ended.

    A page's address is that of the wiki's main page. Raises `WrongSourceError` if the file is no dump.
    """
    head = archive.head(lane, fetch)
    base = _BASE.search(head)
    if base is None or b"<mediawiki" not in head[:1000]:
        raise WrongSourceError("it is no dump of a wiki's pages (XML that starts with <mediawiki>, with its <base>)")
    start, done = map(int, (since or "0 0").split(" "))
    lines, faults, size, offset = list[bytes](), list[Fault](), 0, done
    address, resume = unescape(base[1].decode(errors="replace")), since
    for page_at, end, one in _revisions(lane, start, fetch):
        if end <= done:
            continue
        if isinstance(one, Fault):
            faults.append(one)
        else:
            lines.append(one.replace(b"\n", b"\r"))  # which XML reads as a newline
            size += len(one)
        resume = f"{page_at} {end}"
        if size >= archive.PAGE:
            now = datetime.now(UTC)
            yield Page(lane, address, b"\n".join(lines), now, resume, True, offset, tuple(faults))
            lines, faults, size, offset = [], [], 0, end
    if lines or faults:
        yield Page(lane, address, b"\n".join(lines), datetime.now(UTC), resume, True, offset, tuple(faults))


def _revisions(lane: str, start: int, fetch: Fetch) -> Iterator[tuple[int, int, bytes | Fault]]:
    """Yield where its page starts, where it ends, and the line, of each revision."""
    data, at, looked = b"", start, 0  # `at` is where `data` starts; all else counts from there
    page_at, opened, head, before = start, -1, b"", b""  # `opened` is where a page or a revision begins
    for chunk in archive.chunks(lane, start, fetch):
        if isinstance(chunk, Fault):
            yield page_at, at + len(data), chunk
            return
        data += chunk
        for tag in _TAG.finditer(data, looked):
            looked = tag.end()
            if tag[0] == b"<page>":
                page_at, opened, head, before = at + tag.start(), tag.start(), b"", b""
            elif tag[0] == b"</page>":
                opened, head = -1, b""
            elif tag[0] == b"<revision>" and (head or opened >= 0):
                head, opened = head or data[opened : tag.start()], tag.start()
            elif tag[0] == b"</revision>" and opened >= 0:
                revision = data[opened:looked]
                yield page_at, at + looked, b"".join((head, before, revision, b"</page>"))
                opened, before = -1, revision
        if opened >= 0 and len(data) - opened > REVISION_LIMIT:
            reason = f"a revision longer than {REVISION_LIMIT >> 20} MiB"
            yield page_at, at + len(data), Fault(reason, at + opened, sample(data[opened:][:200]))
            opened, before = -1, b""
        looked = max(looked, len(data) - _OVERLAP)
        cut = opened if opened >= 0 else looked
        data, at, looked, opened = data[cut:], at + cut, looked - cut, -1 if opened < 0 else 0
    if opened >= 0:
        yield page_at, at + len(data), Fault("cut off within a revision; what came before is kept", at + opened)


def parse(page: Page) -> Iterator[WikiPage | Fault]:
    """Yield what each line says."""
    for line in page.body.split(b"\n"):
        if line.strip():
            try:
                if line.count(b"<") > TAGS:
                    raise ValueError("too many tags")
                yield msgspec.convert(_page(ET.fromstring(line), page.address), WikiPage, strict=False)  # noqa: S314
            except (ET.ParseError, msgspec.ValidationError, ValueError, OverflowError):
                yield Fault("no page of a dump", page.offset, sample(line))


def asked(page: Page) -> Page:
    """Make the address of a page that of the wiki's API, as if it had been asked there.

    A dump does not tell it: wikis with short addresses of pages have their scripts below `/w/`, as Wikipedia does.
    """
    before, scripts, _ = page.address.partition("index.php")
    if not scripts:
        parts = urlsplit(page.address)
        before = f"{parts.scheme}://{parts.netloc}/w/"
    return replace(page, address=f"{before}api.php")


def _page(page: ET.Element, base: str) -> dict[str, Any]:
    title = page.findtext("title", "")
    home = re.sub(r"[^/=]*$", "", base)
    return {
        "title": title,
        "pageid": page.findtext("id"),
        "ns": page.findtext("ns"),
        "canonicalurl": home + quote(title.replace(" ", "_"), safe=_SAFE),
        "revisions": [_revision(one) for one in page.iterfind("revision")],
    }


def _revision(one: ET.Element) -> dict[str, Any]:
    user, text = one.findtext("contributor/username"), one.find("text")
    content = text.text if text is not None else None
    if content is None and text is not None and text.get("bytes") == "0":
        content = ""
    return {
        "revid": one.findtext("id"),
        "parentid": one.findtext("parentid", "0"),
        "timestamp": one.findtext("timestamp"),
        "user": user,
        "temp": (user or "").startswith("~2"),  # as MediaWiki calls those who edit without an account
        "slots": {"main": {"content": content}},
    }
