"""One web address goes in; the identifiers that its shape carries come out, or its canonical form as scheme `url`."""

import re
from functools import cache, lru_cache
from urllib.parse import unquote

from msgspec import Struct

from hubbub.identify import doi
from hubbub.identify.canonical import LONGEST, split
from hubbub.identify.carried import carried, embedded
from hubbub.identify.found import Found
from hubbub.identify.hosts import rows_of
from hubbub.identify.schemes import make
from hubbub.identify.tables import Shape, addresses
from hubbub.model import Identifier

_CODED = re.compile("%(2f|28|29)", re.IGNORECASE)  # a slash and brackets, which need not be
_USER = re.compile(r"https?://[^/?#\\@\s]+@", re.IGNORECASE)  # of a repository, perhaps with a password
_ONE_PAGE = re.compile(r"\A/#!?/?(?=.)")  # a site of one page has its paths behind it
_NESTED = 3


class _Shape(Struct, frozen=True):
    row: Shape
    path: re.Pattern[str] | None
    host: re.Pattern[str] | None


def in_address(address: str) -> list[Found]:
    """Find the identifiers in one address; nothing if it is not a web address, or a shortened one."""
    return [*found_in(address)]


@lru_cache(maxsize=4096)
def found_in(address: str) -> tuple[Found, ...]:
    """The same, remembered: a post shows the address that it links to, and what is passed around comes again."""
    if len(address) > LONGEST or address.rstrip().endswith(("...", "…")):
        return ()
    if user := _USER.match(address):
        rest = address[user.end() :]
        return tuple(one for one in _find(f"https://{rest}", rest, _NESTED) if one.identifier.scheme != "url")
    return tuple(_find(address, address, _NESTED))


def _find(address: str, as_written: str, nested: int) -> list[Found]:
    parts = split(address)
    if parts is None:
        return []
    host, rest = parts[0].partition(":")[0], parts[1]
    if nested and (inner := carried(host, rest)):
        return _find(inner, as_written, nested - 1) or _page(address, as_written)
    if found := _by_shape(host, rest, as_written) or _by_value(host, rest, as_written):
        return found
    if nested and (inner := embedded(rest)):
        found = [one for one in _find(inner, as_written, nested - 1) if one.identifier.scheme != "url"]
    return found or _page(address, as_written)


def _by_shape(host: str, rest: str, as_written: str) -> list[Found]:
    shapes = _shapes_of(host)
    target = _ONE_PAGE.sub("/", rest, count=1).partition("#")[0] if shapes else ""
    target = _CODED.sub(lambda coded: chr(int(coded[1], 16)), target) if "%" in target else target
    for shape in shapes:
        if identifier := _apply(shape, host, target):
            return [Found(identifier, as_written, shape.row.method, shape.row.certainty)]
    return []


def _apply(shape: _Shape, host: str, target: str) -> Identifier | None:
    row, groups = shape.row, dict[str, str | None]()
    for pattern, part in ((shape.path, target), (shape.host, host)):
        if pattern:
            match = pattern.fullmatch(part) if pattern is shape.host else pattern.match(part)
            if not match or (row.reserved and match.lastindex and (match[1] or "").lower() in row.reserved):
                return None
            groups |= match.groupdict()
    if row.names:
        groups["name"] = row.names.get((groups["name"] or "").lower())
        if groups["name"] is None:
            return None
    value = row.value.format_map({name: group or "" for name, group in groups.items()})
    value = re.sub("_([0-9a-f]{2})", r"%\1", value) if row.coding == "underscore" else value
    value = value.replace("--", "-").replace("__", "_") if row.coding == "badge" else value
    value = unquote(value) if "%" in value else value
    return make(row.scheme, value, groups.get("version"))


def _by_value(host: str, rest: str, as_written: str) -> list[Found]:
    resolver = host in addresses().doi.resolvers
    if (written := doi.in_address(rest, resolver)) and (identifier := make("doi", written)):
        return [
            Found(identifier, as_written, "doi-address" if resolver else "article-address", 1.0 if resolver else 0.97)
        ]
    lower = rest.lower()
    for row, pattern in _anywhere():
        match = pattern.search(rest) if row.hint in lower else None
        value = row.value.format_map({**match.groupdict(), "place": host}) if match else ""
        if match and (identifier := make(row.scheme, unquote(value))):
            return [Found(identifier, as_written, row.method, row.certainty)]
    return []


def _page(address: str, as_written: str) -> list[Found]:
    identifier = make("url", address)
    return [Found(identifier, as_written, "canonical-address", 1.0)] if identifier else []


def has_shape(host: str) -> bool:
    """Whether addresses of this host are known to carry identifiers."""
    return host in addresses().doi.resolvers or bool(_shapes_of(host))


@lru_cache(maxsize=4096)
def _shapes_of(host: str) -> tuple[_Shape, ...]:
    return tuple(rows_of(host, _table()))


@cache
def _table() -> dict[str, list[_Shape]]:
    table: dict[str, list[_Shape]] = {}
    for row in addresses().address:
        shape = _Shape(row, _compiled(row.path), _compiled(row.host))
        for host in row.hosts:
            table.setdefault(host, []).append(shape)
    return table


@cache
def _anywhere() -> tuple[tuple[Shape, re.Pattern[str]], ...]:
    return tuple((row, re.compile(row.path or "", re.ASCII | re.IGNORECASE)) for row in addresses().anywhere)


def _compiled(form: str | None) -> re.Pattern[str] | None:
    return re.compile(form, re.ASCII | re.IGNORECASE) if form else None
