"""Schemes: a scheme's name and a written value go in, an identifier in normal form comes out, or None."""

import re
from collections.abc import Callable
from functools import cache
from urllib.parse import quote

from hubbub.identify import doi, isbn, orcid
from hubbub.identify.brackets import trim
from hubbub.identify.canonical import canonical, host_of
from hubbub.identify.tables import schemes
from hubbub.model import Identifier
from hubbub.reference import other_hosts, scholarly_hosts

_CASES: dict[str, Callable[[str], str]] = {"lower": str.lower, "upper": str.upper, "keep": str}


def make(scheme: str, written: str, version: str | None = None) -> Identifier | None:
    """Put a value into its scheme's normal form; a version in the value is taken apart."""
    if scheme == "url":
        address = canonical(written)
        return Identifier("url", address) if address else None
    if scheme == "doi":
        found = doi.normal(written)
        if not found:
            return None
        scheme, written, version = found[0], found[1], found[2] or version
        return Identifier("doi", written, version) if scheme == "doi" else make(scheme, written, version)
    row, match = schemes()[scheme], _value(scheme).fullmatch(written)
    if not match:
        return None
    named = match.groupdict()
    value = _normal(scheme, _CASES[row.case](named["value"]))
    return Identifier(scheme, value, named.get("version") or version) if value else None


def _normal(scheme: str, value: str) -> str | None:
    match scheme:
        case "isbn":
            return isbn.normal(value)
        case "orcid":
            return orcid.normal(value)
        case "arxiv":  # an old number is unique without its subject: math.GT/0309136 is math/0309136
            return re.sub(r"\.[a-z-]+/", "/", value)
        case "handle":
            value = trim(value)
            return value if _value("handle").fullmatch(value) and not value.startswith("10.") else None
        case "github" | "slideshare" | "speakerdeck" | "gitlab":
            return value if not any(part.strip(".") == "" for part in value.split("/")) else None
    return value


@cache
def _value(scheme: str) -> re.Pattern[str]:
    return re.compile(schemes()[scheme].value, re.ASCII | re.IGNORECASE)


def address(identifier: Identifier) -> str | None:
    """Where an identifier's page is, if its scheme has pages."""
    form = schemes()[identifier.scheme].address
    if form is None or identifier.scheme == "url":
        return form and identifier.value
    return form.format(value=quote(identifier.value, safe="/:()[];,.-_~!*'$+=@"))


def always_kept(identifier: Identifier) -> bool:
    """Whether references to it are kept even if nobody watches: scholarly schemes, and pages of scholarly hosts."""
    if identifier.scheme == "url":
        return is_scholarly(host_of(identifier.value))
    row = schemes().get(identifier.scheme)
    return row is not None and row.category == "scholarly"


def is_scholarly(host: str) -> bool:
    """Whether a host (lower case, without `www.`) carries scholarly works: the longest listed suffix decides."""
    while host:
        if host in scholarly_hosts():
            return True
        if host in other_hosts():
            return False
        host = host.partition(".")[2]
    return False
