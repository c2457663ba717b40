"""Text that either database keeps as it is: what a source has read comes in, the same without NUL goes out."""

import re
from typing import TypeVar

import msgspec

Read = TypeVar("Read", bound=msgspec.Struct)

_NUL = re.compile(rb"(?<!\\)((?:\\\\)*)\\u0000")
NUL = r"u0000|%00|\x00"  # without one of these nothing that is read from lines holds a NUL


def without_nul(read: Read) -> Read:
    """Put U+FFFD where a NUL stands, however deep: PostgreSQL's text cannot hold it, and nobody meant it."""
    wire = msgspec.json.encode(read)
    return msgspec.json.decode(_NUL.sub(rb"\1\\ufffd", wire), type=type(read)) if b"\\u0000" in wire else read
