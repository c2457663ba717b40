"""The text of a JSON-LD script goes in; the values in it come out, as far as it can be read.

Scripts are wrapped in comments and CDATA, escaped as HTML, hold comments, line breaks in strings, commas too many, and
several values one after the other.
"""

import json
import re
from collections.abc import Iterator
from html import unescape
from typing import Any

import msgspec

_OPENED = re.compile(r"^(?://|/\*)?\s*(?:<!--|<!\[CDATA\[)\s*(?:\*/)?")
_CLOSED = re.compile(r"(?://|/\*)? ?(?:-->|\]\]>) ?(?:\*/)?;?$")
_STRING = r'"[^"\\]*(?:\\.[^"\\]*)*"?'  # the last one may not end
_COMMENT = re.compile(rf"({_STRING})|/\*.*?(?:\*/|\Z)|//[^\n]*", re.DOTALL)
_COMMA = re.compile(rf"({_STRING})|,[\s,]*([\]}}])?", re.DOTALL)
_BETWEEN = re.compile(r"[\s,;]*")


def values(text: str) -> Iterator[Any]:
    """Yield the values in a script; nothing where none can be read."""
    try:
        yield msgspec.json.decode(text)
    except RecursionError:
        return
    except msgspec.DecodeError:
        yield from _tolerantly(text)


def _tolerantly(text: str) -> Iterator[Any]:
    if '"' not in text and "&quot;" in text:
        text = unescape(text)
    text = _COMMENT.sub(lambda match: match[1] or "", _CLOSED.sub("", _OPENED.sub("", text.strip())))
    text = _COMMA.sub(lambda match: match[1] or match[2] or ",", text)
    decoder, at = json.JSONDecoder(strict=False), 0
    while (at := _end(text, at)) < len(text):
        try:
            value, at = decoder.raw_decode(text, at)
        except (ValueError, RecursionError):
            return
        yield value


def _end(text: str, at: int) -> int:
    between = _BETWEEN.match(text, at)
    return between.end() if between else at
