"""One web address goes in; the identifiers that its shape carries come out, or its canonical form as scheme `url`."""

import re
from functools import cache
from urllib.parse import unquote

from msgspec import Struct

from hubbub.identify import doi
from hubbub.identify.canonical import split
from hubbub.identify.found import Found
from hubbub.identify.schemes import make
from hubbub.identify.tables import Shape, addresses
from hubbub.model import Identifier

_HANDLE = re.compile(r"/handle/(?P<value>\d{1,9}(?:\.\d{1,9}){0,4}/[^?#&\s]+)", re.ASCII | re.IGNORECASE)
_SLASH = re.compile("%2f", re.IGNORECASE)
_NESTED = 3


class _Shape(Struct, frozen=True):
    row: Shape
    path: re.Pattern[str]
    host: re.Pattern[str] | None


def in_address(address: str) -> list[Found]:
    """Find the identifiers in one address; nothing if it is not a web address, or a shortened one."""
    if address.rstrip().endswith(("...", "…")):
        return []
    return _find(address, address, _NESTED)


def _find(address: str, as_written: str, nested: int) -> list[Found]:
    parts = split(address)
    if parts is None:
        return []
    host, rest = parts[0].partition(":")[0], parts[1]
    if nested and (inner := _carried(host, rest)):
        return _find(inner, as_written, nested - 1) or _page(address, as_written)
    return _by_shape(host, rest, as_written) or _by_value(host, rest, as_written) or _page(address, as_written)


def _by_shape(host: str, rest: str, as_written: str) -> list[Found]:
    shapes = _shapes_of(host)
    target = _SLASH.sub("/", rest.partition("#")[0]) if shapes else ""
    for shape in shapes:
        if identifier := _apply(shape, host, target):
            return [Found(identifier, as_written, shape.row.method, shape.row.certainty)]
    return []


def _apply(shape: _Shape, host: str, target: str) -> Identifier | None:
    match = shape.host.fullmatch(host) if shape.host else shape.path.match(target)
    if not match or match.group(1).lower() in shape.row.reserved:
        return None
    groups = match.groupdict()
    value = shape.row.value.format_map(groups)
    return make(shape.row.scheme, unquote(value) if "%" in value else value, groups.get("version"))


def _by_value(host: str, rest: str, as_written: str) -> list[Found]:
    resolver = host in addresses().doi.resolvers
    if (written := doi.in_address(rest, resolver)) and (identifier := make("doi", written)):
        return [
            Found(identifier, as_written, "doi-address" if resolver else "article-address", 1.0 if resolver else 0.97)
        ]
    if (
        "handle/" in rest.lower()
        and (match := _HANDLE.search(rest))
        and (identifier := make("handle", unquote(match["value"])))
    ):
        return [Found(identifier, as_written, "article-address", 0.9)]
    return []


def _page(address: str, as_written: str) -> list[Found]:
    identifier = make("url", address)
    return [Found(identifier, as_written, "canonical-address", 1.0)] if identifier else []


def _carried(host: str, rest: str) -> str | None:
    for shape in _lookup(_table(True), host):
        if match := shape.path.match(rest):
            value = match["value"]
            return unquote(value) if "://" not in value else value
    return None


def has_shape(host: str) -> bool:
    """Whether addresses of this host are known to carry identifiers."""
    return host in addresses().doi.resolvers or bool(_shapes_of(host))


def _shapes_of(host: str) -> list[_Shape]:
    return _lookup(_table(False), host)


def _lookup(table: dict[str, list[_Shape]], host: str) -> list[_Shape]:
    while host:
        if host in table:
            return table[host]
        host = host.partition(".")[2]
    return []


@cache
def _table(carriers: bool) -> dict[str, list[_Shape]]:
    table: dict[str, list[_Shape]] = {}
    flags = re.ASCII | re.IGNORECASE
    for row in addresses().carrier if carriers else addresses().address:
        shape = _Shape(row, re.compile(row.path or "$.", flags), re.compile(row.host, flags) if row.host else None)
        for host in row.hosts:
            table.setdefault(host, []).append(shape)
    return table
