"""Archives: a file comes in, plain, gz, bz2 or zst; pages of whole lines, or one page of the whole document, come out.

What is whole is read; what is cut off, too long or no text is named as a fault of the page before it.
"""

import bz2
import gzip
import os
import sys
import zlib
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import BinaryIO, NamedTuple, cast

from hubbub.collect.source import Fetch, WrongSourceError
from hubbub.model import Fault, Page

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

HEAD = 1 << 20  # bytes that tell what a file is
PAGE = 1 << 23  # bytes a page of lines aims at: some 16,000 posts, one transaction
LINE_LIMIT = 16 << 20
DOCUMENT_LIMIT = 256 << 20
SWELL_LIMIT = 1000  # text of posts and events shrinks to a tenth; what swells a thousandfold is a bomb
_SWELL_FREE = 256 << 20
_CUT = (EOFError, zlib.error, gzip.BadGzipFile, zstd.ZstdError)
# Reddit's monthly dumps look back 2 GiB, which a reader has to hold; that much is taken only as it fills.
_ZSTD: dict[int, int] = {zstd.DecompressionParameter.window_log_max: 31}


def lane_of(path: Path) -> str:
    """Name a file by its name, size and both ends, so that it is known again wherever it lies.

    Raises OSError if it cannot be read.
    """
    with path.open("rb") as file:
        size = file.seek(0, 2)
        file.seek(0)
        digest = sha256(file.read(PAGE))
        file.seek(max(0, size - PAGE))
        digest.update(file.read(PAGE))
    name = os.fsencode(path.name).decode(errors="replace")
    return f"{name} {size} {digest.hexdigest()[:16]}"


class _Files(NamedTuple):
    open: Callable[[str], BinaryIO]


def files(open_: Callable[[str], BinaryIO]) -> Fetch:
    """Make as much of a `Fetch` as archives need: it opens lanes with a function."""
    return cast(Fetch, _Files(open_))


def open_file(path: Path) -> BinaryIO:
    """Open a file for reading, decompressed by what its first bytes say."""
    file = path.open("rb")
    magic = file.read(4)
    file.seek(0)
    if magic[:2] == b"\x1f\x8b":
        return cast(BinaryIO, _Swelling(gzip.GzipFile(fileobj=file), file))
    if magic == b"\x28\xb5\x2f\xfd":
        return cast(BinaryIO, _Swelling(zstd.ZstdFile(file, options=_ZSTD), file))
    if magic[:3] == b"BZh":
        return cast(BinaryIO, _Swelling(bz2.BZ2File(file), file))
    return file


class _Swelling:
    """Reads a compressed file until it swells beyond what text does."""

    def __init__(self, inner: gzip.GzipFile | zstd.ZstdFile | bz2.BZ2File, outer: BinaryIO) -> None:
        self._inner, self._outer, self._read = inner, outer, 0
        self._cut: Exception | None = None

    def read(self, size: int) -> bytes:
        """Read what there is; where the file breaks, first all that came before, then the reason."""
        if self._cut:
            raise self._cut
        parts, left = [], size
        try:
            while left > 0 and (part := self._inner.read1(left)):
                parts.append(part)
                left -= len(part)
        except (*_CUT, OSError) as error:
            if isinstance(error, OSError) and error.errno is not None:
                raise  # the disk, not what is on it: bz2 says so of broken bytes without a number
            self._cut = EOFError(str(error))
            if not parts:
                raise self._cut from error
        data = b"".join(parts)
        self._read += len(data)
        if self._read > _SWELL_FREE and self._read > SWELL_LIMIT * self._outer.tell():
            raise EOFError(f"it swells more than {SWELL_LIMIT:,}-fold")
        return data

    def close(self) -> None:
        self._inner.close()
        self._outer.close()


def pages(lane: str, since: str, fetch: Fetch, *, whole: bool = False) -> Iterator[Page]:
    """Read a lane from a resume point on: pages of lines, or (`whole`) one page.

    The resume point is a place in the decompressed bytes. Raises `WrongSourceError` if a whole document is too large.
    """
    offset = int(since or 0)
    file = fetch.open(lane)
    try:
        _skip(file, offset)
        blocks = _document(file, offset) if whole else _lines(file, offset)
        now = datetime.now(UTC)
        for at, body, end, faults in blocks:
            yield Page(lane, lane.split(" ")[0], body, now, str(end), not whole, at, faults)
    finally:
        file.close()


def chunks(lane: str, offset: int, fetch: Fetch) -> Iterator[bytes | Fault]:
    """Yield a lane's bytes from a place on, and what is wrong with it where it breaks."""
    file, at = fetch.open(lane), offset
    try:
        _skip(file, offset)
        while data := file.read(PAGE):
            at += len(data)
            yield data
    except _CUT as error:
        yield Fault(f"cut off: {_said(error)}; what came before is kept", at)
    finally:
        file.close()


def head(lane: str, fetch: Fetch) -> bytes:
    """Return the first bytes of a lane, as far as they can be read."""
    file = fetch.open(lane)
    try:
        return file.read(HEAD).removeprefix(b"\xef\xbb\xbf")
    except _CUT:
        return b""
    finally:
        file.close()


def check_lines(lane: str, fetch: Fetch, is_one: Callable[[bytes], bool], what: str) -> None:
    """Raise `WrongSourceError` unless one of a lane's first lines is one of what is looked for."""
    lines = [line for line in head(lane, fetch).split(b"\n")[:20] if line.strip()]
    if not lines:
        raise WrongSourceError("there is nothing in it")
    if not any(map(is_one, lines)):
        raise WrongSourceError(f"its lines are no {what}")


def _skip(file: BinaryIO, offset: int) -> None:
    while offset > 0 and (data := file.read(min(offset, PAGE))):
        offset -= len(data)


Block = tuple[int, bytes, int, tuple[Fault, ...]]  # where it starts, bytes, where to resume, what was not read


def _document(file: BinaryIO, offset: int) -> Iterator[Block]:
    parts, size, faults = [], 0, []
    try:
        while data := file.read(PAGE):
            parts.append(data)
            size += len(data)
            if size > DOCUMENT_LIMIT:
                raise WrongSourceError(
                    f"one JSON document of more than {DOCUMENT_LIMIT >> 20} MiB; write one entry a line and try again"
                )
    except _CUT as error:
        faults.append(Fault(f"cut off: {_said(error)}; what came before is kept", offset + size))
    if size or faults:
        yield offset, b"".join(parts).removeprefix(b"\xef\xbb\xbf"), offset + size, tuple(faults)


def _lines(file: BinaryIO, offset: int) -> Iterator[Block]:
    rest, at, skipping = b"", offset, False  # `at` is where `rest` starts
    faults: list[Fault] = []
    while True:
        try:
            data = file.read(PAGE)
        except _CUT as error:
            faults.append(Fault(f"cut off: {_said(error)}; every whole line before is kept", at, _sample(rest)))
            yield at, b"", at, tuple(faults)
            return
        if not data:
            break
        if skipping:
            end = data.find(b"\n") + 1
            at += end or len(data)
            if not end:
                continue
            data, skipping = data[end:], False
        rest += data
        end = rest.rfind(b"\n") + 1
        if end or faults:
            yield at, rest[:end], at + end, tuple(faults)
            rest, at, faults = rest[end:], at + end, []
        if len(rest) > LINE_LIMIT:
            faults.append(Fault(f"a line longer than {LINE_LIMIT >> 20} MiB", at, _sample(rest)))
            at, rest, skipping = at + len(rest), b"", True
    if rest or faults:
        yield at, rest, at + len(rest), tuple(faults)


def _said(error: Exception) -> str:
    return (
        "the compressed file ends too early" if isinstance(error, EOFError) and "marker" in str(error) else str(error)
    )


def _sample(data: bytes) -> str:
    return data[:200].decode(errors="replace")
