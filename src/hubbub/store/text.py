"""Text that either database keeps as it is: what a source has read comes in, the same without NUL goes out."""

import re
from typing import TypeVar

import msgspec

Read = TypeVar("Read", bound=msgspec.Struct)

_NUL = re.compile(rb"(?<!\\)((?:\\\\)*)\\u0000")
# One letter is found much faster than more, and these faster by `re` than by `in`.
_WRITTEN = tuple((form[:1], re.compile(re.escape(form))) for form in (rb"\u0000", b"%00", b"\0"))


def may_hold_nul(body: bytes) -> bool:
    """Say whether what is read from these bytes may hold a NUL."""
    return any(letter in body and written.search(body) for letter, written in _WRITTEN)


def without_nul(read: Read) -> Read:
    """Put U+FFFD where a NUL stands, however deep: PostgreSQL's text cannot hold it, and nobody meant it."""
    wire = msgspec.json.encode(read)
    return msgspec.json.decode(_NUL.sub(rb"\1\\ufffd", wire), type=type(read)) if b"\\u0000" in wire else read
