"""Web archives: a WARC or WET file comes in; pages of lines come out, a line a capture that may speak of something.

A line is the capture's address, time, status, kind, and body, between tabs. The body is whole, decoded from what HTTP
did to it, with carriage returns for newlines, so that one scan of raw bytes decides which captures are ever parsed.
"""

import re
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from io import BytesIO
from typing import TYPE_CHECKING, BinaryIO, cast

from msgspec import Struct

from hubbub.collect import archive
from hubbub.collect.source import Fetch, WrongSourceError
from hubbub.identify.charset import charset
from hubbub.model import Fault, Page

if TYPE_CHECKING:
    from fastwarc import WarcRecord

LONGEST = 8 << 20  # bytes of a record, and of its body once unpacked; Common Crawl cuts at 5 MiB
GONE = (404, 410)
_KINDS = {None: "html", "text/html": "html", "application/xhtml+xml": "html", "text/plain": "text"}
_WIDE = re.compile(r"utf-?_?(?:16|32)", re.IGNORECASE)  # in which no scan of bytes finds anything


class Capture(Struct):
    """What a web server answered when it was asked for an address; `kind` is html or text."""

    address: str
    at: str
    status: int
    kind: str
    charset: str
    body: bytes

    @property
    def text(self) -> str:
        """The body as text; what is not in its charset is replaced."""
        return self.body.decode(self.charset, "replace")


def pages(lane: str, since: str, fetch: Fetch) -> Iterator[Page]:
    """Read captures from a resume point on: the place of a record in the unpacked bytes.

    Raises `WrongSourceError` if the file is no web archive.
    """
    import fastwarc  # 30 ms that only who reads an archive needs

    if not archive.head(lane, fetch).startswith(b"WARC/1."):
        raise WrongSourceError("it is no web archive (WARC or WET)")
    offset, types = int(since or 0), fastwarc.WarcRecordType
    stream = _Stream(archive.chunks(lane, offset, fetch), offset)
    lines, faults, passed_over, size = list[bytes](), list[Fault](), Counter[str](), 0

    def page(resume: int) -> Page:
        now, body = datetime.now(UTC), b"\n".join(lines)
        return Page(lane, lane.split(" ")[0], body, now, str(resume), True, offset, tuple(faults), passed_over)

    try:
        kept = types.response | types.conversion
        for record in fastwarc.ArchiveIterator(
            cast(BinaryIO, stream), record_types=kept, parse_http=False, quirks_mode=True
        ):
            if size >= 8 * archive.PAGE:  # of which little is kept
                yield page(record.stream_pos)
                lines, faults, passed_over, size, offset = [], [], Counter(), 0, record.stream_pos
            one = _line(record)
            if isinstance(one, Fault):
                faults.append(one)
            elif isinstance(one, str):
                passed_over[one] += 1
            else:
                lines.append(one)
                size += len(one)
    except OSError as error:
        if stream.cut is None:
            faults.append(Fault(f"broken: {error}; what follows is not read", stream.tell()))
    if stream.cut:
        faults.append(stream.cut)
    yield page(stream.tell())


class _Stream:
    """As much of a file as fastwarc needs, from chunks; `cut` is why they broke off."""

    def __init__(self, chunks: Iterator[bytes | Fault], at: int) -> None:
        self._chunks, self._chunk, self._at = chunks, BytesIO(), at
        self.cut: Fault | None = None

    def read(self, size: int = -1) -> bytes:
        data = self._chunk.read(size)
        if not data and self.cut is None:
            chunk = next(self._chunks, b"")
            if isinstance(chunk, Fault):
                self.cut, chunk = chunk, b""
            self._chunk = BytesIO(chunk)
            data = self._chunk.read(size)
        self._at += len(data)
        return data

    def tell(self) -> int:
        return self._at


def captures(page: bytes) -> Iterator[tuple[int, int, Capture]]:
    """Yield where each line starts and ends in a page, and what it says."""
    at = 0
    for line in page.split(b"\n"):
        *told, body = line.split(b"\t", 5)
        if len(told) == 5:
            address, time, status, kind, charset = (one.decode(errors="replace") for one in told)
            number = int(status) if status.isdecimal() and len(status) < 4 else 0
            yield at, at + len(line), Capture(address, time, number, kind, charset, body)
        at += len(line) + 1


def _line(record: "WarcRecord") -> bytes | Fault | str:
    """A line of what a record holds, or why it is passed over: it is no page of text."""
    at, length = record.stream_pos, record.content_length
    address = (record.headers.get("WARC-Target-URI") or "").strip("<> ")
    if length > LONGEST:
        return Fault(f"a record longer than {LONGEST >> 20} MiB", at, address[:200])
    block = record.reader.read() if record.reader else b""
    if len(block) < length:
        return Fault("a record that ends too early", at, address[:200])
    if not address or re.search(r"\s", address):
        return Fault("a record without an address", at, address[:200])
    told = [address, record.headers.get("WARC-Date") or ""]
    if record.headers.get("WARC-Type") == "conversion":
        return _joined([*told, "200", "text", "utf-8"], block)
    if not record.is_http:
        return "not from a web server"
    try:
        http = _http(block)
        status, kind = http.http_headers.status_code if http.http_headers else 0, http.http_content_type
        if status in GONE:
            return _joined([*told, str(status), "text", "utf-8"], b"")
        if status != 200:
            return "a redirect or an error"
        if kind not in _KINDS or http.reader is None:
            return "neither HTML nor plain text"
        body = http.reader.read(LONGEST + 1)
    except (OSError, ValueError):
        return Fault("a record that cannot be decoded", at, address[:200])
    if len(body) > LONGEST:
        return Fault(f"a page of more than {LONGEST >> 20} MiB once unpacked", at, address[:200])
    name = charset(body, http.http_headers.get("Content-Type"))
    if _WIDE.match(name):
        body, name = body.decode(name, "replace").encode(errors="replace"), "utf-8"
    return _joined([*told, str(status), _KINDS[kind], name], body)


def _http(block: bytes) -> "WarcRecord":
    """Decode apart from the file, whose other records are read on whatever is wrong with this one."""
    import fastwarc

    record = fastwarc.WarcRecord()
    record.init_headers(record_type=fastwarc.WarcRecordType.response)
    record.is_http = True
    record.set_bytes_content(block)
    record.parse_http(auto_decode="all")
    return record


def _joined(told: list[str], body: bytes) -> bytes:
    return b"\t".join([*(one.encode(errors="replace") for one in told), body.replace(b"\n", b"\r")])
