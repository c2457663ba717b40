"""RIS and CSL-JSON go in; the fields of their entries come out."""

import re
from collections.abc import Iterator
from typing import Any

import msgspec

from hubbub.identify.formats.fields import TEXT, Field, table

_TAG = re.compile(r"([A-Z][A-Z0-9]) {1,2}-(?: (.*)|$)")
_DEEPEST = 8


def in_ris(text: str) -> Iterator[Field]:
    """Take RIS apart; a line without a tag goes on with the one before, and an entry ends where the next one starts."""
    entry: list[list[str]] = []
    for line in text.split("\n"):
        if tag := _TAG.match(line.strip("\ufeff \t\r")):
            if tag[1] in ("TY", "ER"):
                yield from _ris(entry)
                entry = []
            entry.append([tag[1].lower(), tag[2] or ""])
        elif entry and line.strip():
            entry[-1].append(line.strip())
    yield from _ris(entry)


def _ris(entry: list[list[str]]) -> Iterator[Field]:
    base = next((lines[1].strip().lower() for lines in entry if lines[0] == "db"), "")
    for name, *lines in entry:
        ways = table("ris").get(name, TEXT)
        if name == "an":
            ways = table("ris_accession").get(base, TEXT)
        yield Field("\n".join(lines), ways, "ris-field")


def in_csl(text: str) -> Iterator[Field]:
    """Take CSL-JSON apart, whatever lists and people stand in an entry; what is no JSON is read as text."""
    try:
        read = msgspec.json.decode(text.encode("utf-8", "replace"))
    except (msgspec.MsgspecError, ValueError, RecursionError):
        yield Field(text.replace("\\/", "/"))
        return
    yield from _csl("", read, _DEEPEST)


def _csl(name: str, value: Any, deepest: int) -> Iterator[Field]:
    if isinstance(value, str | int) and not isinstance(value, bool):
        yield Field(str(value), table("csl").get(name.lower(), TEXT), "csl-field")
    elif deepest and isinstance(value, dict):
        for key, inner in value.items():
            yield from _csl(key, inner, deepest - 1)
    elif deepest and isinstance(value, list):
        for inner in value:
            yield from _csl(name, inner, deepest - 1)
