"""The data files of this package, typed, each read when first asked for; and the version of all rules."""

import re
from functools import cache
from hashlib import blake2b
from importlib.resources import files
from typing import Any, Literal, TypeVar

import msgspec
from msgspec import Struct, field

T = TypeVar("T")

# What may stand between a word such as `PMID` and its value.
GAP = r"[ \t\r\n\u00a0:\uff1a#='\"`{>-]{0,6}"
# The same behind the name of a register, whose `No.` may be written out.
NUMBER = rf"(?:[ -]?(?:ID|n[or]\.?|numbers?))?{GAP}"


class Row(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One scheme as schemes.toml has it."""

    title: str
    category: str
    value: str
    case: Literal["lower", "upper", "keep"] = "keep"
    check: str | None = None
    form: str = "{value}"
    aliases: tuple[str, ...] = ()
    alone: str | None = None
    text: str | None = None
    bare: str | None = None
    bare_hint: str | tuple[str, ...] = ()
    glued: bool = False
    list: bool = False
    words: tuple[str, ...] = ()
    hint: str | tuple[str, ...] = ()
    watch: str = "VALUE"
    spelt: dict[str, str] = {}
    address: str | None = None
    pages: dict[str, str] = {}
    kept: str | None = None
    doi: str | None = None
    certainty: float = 1.0
    examples: dict[str, str] = {}


class Shape(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Addresses of some hosts that carry an identifier, or (`carrier`) another address."""

    hosts: tuple[str, ...] = ()
    path: str | None = None
    host: str | None = None
    scheme: str = "url"
    value: str = "{value}"
    method: str = "article-address"
    coding: Literal["percent", "proofpoint", "base64", "underscore", "badge"] = "percent"
    hint: str = ""
    reserved: frozenset[str] = field(default=frozenset(), name="not")
    names: dict[str, str] = {}
    certainty: float = 1.0
    examples: dict[str, str] = {}


class Proxy(Struct, frozen=True):
    """How hosts are called that stand for another, and how they are given an address."""

    labels: tuple[str, ...]
    services: tuple[str, ...]
    translators: tuple[str, ...]
    path: str
    examples: dict[str, str]


class Short(Struct, frozen=True):
    """Hosts of short addresses."""

    hosts: frozenset[str]


class DoiRules(Struct, frozen=True):
    """How publishers dress a DOI in an address."""

    resolvers: frozenset[str]
    tails: tuple[str, ...]
    ends: tuple[str, ...]
    versioned: tuple[str, ...]


class Addresses(Struct, frozen=True):
    """addresses.toml."""

    address: tuple[Shape, ...]
    anywhere: tuple[Shape, ...]
    carrier: tuple[Shape, ...]
    embedded: tuple[Shape, ...]
    proxy: Proxy
    short: Short
    doi: DoiRules


class ClaimRow(Struct, frozen=True, kw_only=True):
    """One kind of saying of a page about itself; `relation` is how the page's work stands to what is named."""

    place: str
    names: tuple[str, ...]
    relation: str
    weight: float
    why: str
    carrier: str = ""
    scheme: str = ""


class PageRules(Struct, frozen=True):
    """page_rules.toml."""

    threshold: float
    several: frozenset[str]
    wholes: frozenset[str]
    no_works: frozenset[str]
    order: tuple[str, ...]
    placeholders: tuple[str, ...]
    home: str
    claim: tuple[ClaimRow, ...]
    types: dict[str, dict[str, tuple[str, ...]]]
    kinds: dict[str, str]
    describe: dict[str, tuple[str, ...]]


def _read(name: str, kind: type[T]) -> T:
    return msgspec.toml.decode(files(__package__).joinpath(name).read_bytes(), type=kind)


@cache
def schemes() -> dict[str, Row]:
    """Every scheme by name."""
    return _read("schemes.toml", dict[str, Row])


@cache
def addresses() -> Addresses:
    """The shapes of addresses."""
    return _read("addresses.toml", Addresses)


@cache
def page_rules() -> PageRules:
    """What a page may say of itself, and how much that weighs."""
    return _read("page_rules.toml", PageRules)


@cache
def tracking() -> re.Pattern[str]:
    """Matches the name of a parameter that only says where a reader came from."""
    names = _read("tracking.toml", dict[str, Any])["names"]
    return re.compile("|".join(re.escape(name).replace(r"\*", ".*") for name in names), re.IGNORECASE | re.ASCII)


def _version() -> str:
    """A digest of code and data, so that no change of a rule can be forgotten."""
    digest = blake2b(digest_size=5)
    own = files("hubbub.identify")
    for folder in (own, own / "formats", own / "page", files("hubbub.reference")):
        for file in sorted(folder.iterdir(), key=lambda f: f.name):
            if file.name.endswith((".py", ".toml", ".gz")):
                digest.update(file.read_bytes())
    return digest.hexdigest()


METHOD_VERSION = _version()
