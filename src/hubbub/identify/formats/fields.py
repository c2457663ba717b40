"""A field as a format has it goes in; the identifiers in its value come out.

`fields.toml` tells for each format what a field's value may be, in this order: a scheme's value, the end of an address
that is given with `{}`, or text. A field that it does not name is text.
"""

import re
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from urllib.parse import quote

import msgspec
from msgspec import Struct

from hubbub.identify.address import in_address
from hubbub.identify.found import Found
from hubbub.identify.text import in_text
from hubbub.identify.typed import parse
from hubbub.model import Identifier

Ways = tuple[str, ...]
TEXT: Ways = ("text",)
_LONGEST = 2000  # characters of a value of some scheme; what is longer is text
_PARTS = re.compile(r"\s*[;,|\n]\s*|\s+(?:and|und|et|y|/)\s+|\s*\([^()]{0,60}\)\s*")
_SEVERAL = re.compile(r"10\.\d{4,9}/.*[\s;,|]\W{0,9}(?:https?://(?:dx\.)?doi\.org/)?10\.\d{4,9}/", re.DOTALL)


class Field(Struct, frozen=True):
    """A value as it is written, what it may be, and what to say of how it was found; text says that itself."""

    written: str
    ways: Ways = TEXT
    method: str = "text"
    certainty: float = 1.0


def in_field(field: Field) -> Iterator[Found]:
    """Find what the first way that leads anywhere finds: in the whole value, or else in its parts."""
    value = field.written.strip()
    for way in field.ways if value else ():
        if way == "text":
            found = in_text(field.written)
            yield from (
                found
                if field.certainty == 1.0
                else (
                    Found(one.identifier, one.as_written, field.method, min(field.certainty, one.certainty))
                    for one in found
                )
            )
            return
        ones = list(_values(way, value)) if len(value) <= _LONGEST else []
        if ones:
            yield from (Found(one, written, field.method, field.certainty) for one, written in ones)
            return


def _values(way: str, value: str) -> Iterator[tuple[Identifier, str]]:
    unbroken = re.sub(r"\s*\n\s*", "", value)
    if not _SEVERAL.search(value) and (one := _value(way, value) or _value(way, unbroken)):
        yield one, value
        return
    for part in _PARTS.split(value):
        written = [part] if _value(way, part) else part.split()
        yield from ((one, word) for word in written if (one := _value(way, word.rstrip(".,"))))


def _value(way: str, written: str) -> Identifier | None:
    if "{}" in way:
        plain = re.fullmatch(r"[\w.:/-]{1,200}", written, re.ASCII)
        found = in_address(way.replace("{}", quote(written))) if plain else []
        return found[0].identifier if found else None
    if way == "isbn":  # with the binding behind it, and LaTeX's dashes
        written = re.sub("--+", "-", written.partition("(")[0])
    return parse(f"{way}:{written}")


@cache
def table(name: str) -> Mapping[str, Ways]:
    """What the fields of a format mean, by their names in lower case."""
    tables = msgspec.toml.decode(
        files(__package__).joinpath("fields.toml").read_bytes(), type=dict[str, dict[str, Ways]]
    )
    return tables[name]
