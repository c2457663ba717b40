"""Schemes: a scheme's name and a written value go in, an identifier in normal form comes out, or None."""

import re
from collections.abc import Callable
from functools import cache
from urllib.parse import quote

from hubbub.identify import doi
from hubbub.identify.brackets import UNSEEN
from hubbub.identify.canonical import canonical, host_of, split
from hubbub.identify.checks import CHECKS
from hubbub.identify.tables import GAP, NUMBER, addresses, schemes
from hubbub.model import Identifier
from hubbub.reference import other_hosts, scholarly_hosts, scholarly_paths

_CASES: dict[str, Callable[[str], str]] = {"lower": str.lower, "upper": str.upper, "keep": str}

_OTHERS = re.compile(r"(?:urn:)?(isbn|issn|doi):(.+)", re.IGNORECASE)  # URNs of values that have a scheme of their own


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
    if scheme == "urn" and (named_by := _OTHERS.fullmatch(written)):
        return make(named_by[1].lower(), named_by[2])
    return _maker(scheme)(written, version)


@cache
def _maker(scheme: str) -> Callable[[str, str | None], Identifier | None]:
    row = schemes()[scheme]
    form, case = _value(scheme), _CASES[row.case]
    check, has_version = CHECKS[row.check] if row.check else str, "version" in form.groupindex
    before, after = row.form.split("{value}")
    reserved = _reserved(scheme)

    def made(written: str, version: str | None) -> Identifier | None:
        match = form.fullmatch(written)
        value = match and check(case(match["value"]))
        if not match or not value or value.partition("/")[0].lower() in reserved:
            return None
        whole = before + value + after
        if UNSEEN.search(whole) or not form.fullmatch(whole):  # what the check cut off may have been needed
            return None
        return Identifier(scheme, whole, (match["version"] if has_version else None) or version)

    return made


@cache
def _value(scheme: str) -> re.Pattern[str]:
    return re.compile(schemes()[scheme].value, re.ASCII | re.IGNORECASE)


@cache
def _reserved(scheme: str) -> frozenset[str]:
    """Names that the site of a scheme keeps for itself, which are none of its values."""
    site = split(schemes()[scheme].address or "")
    rows = (row for row in addresses().address if row.scheme == scheme and site and site[0] in row.hosts)
    return frozenset(name for row in rows for name in row.reserved)


_NO_YEAR = r"(?!(?:18|19|20)\d\d(?!\d|-\d))"  # which may follow a list of numbers, and is none of them
_APART = r"(?<![A-Za-z0-9])(?<![A-Za-z0-9]_)", r"(?!_?[A-Za-z0-9])"
# A capital behind small letters, as in `NumberNTR5493` and `numberjRCTs031180001`, or behind a year.
_GLUED = (
    r"(?:(?<![A-Za-z0-9])|(?-i:(?<=[a-z]{2})(?=j?[A-Z]))|(?<=(?<!\w)(?:19|20)\d\d)(?=[a-z]))",
    r"(?![A-Za-z0-9])",
)


@cache
def pattern(scheme: str, form: str) -> re.Pattern[str]:
    """Compile how free text shows a value of a scheme: a row's `text` or `bare`."""
    row = schemes()[scheme]
    more = _NO_YEAR + re.sub(r"\?P<\w+>", "?:", row.value)
    form = form.replace("VALUE", row.value).replace("NUMBER", NUMBER).replace("GAP", GAP)
    form += rf"(?P<more>(?:\s{{0,2}}(?:[,;/&]|and)\s{{0,2}}{more}(?![A-Za-z0-9])){{0,50}})" if row.list else ""
    before, behind = _GLUED if row.glued else _APART
    return re.compile(rf"{before}(?:{form}){behind}", re.ASCII | re.IGNORECASE)


def address(identifier: Identifier) -> str | None:
    """Where an identifier's page is, if its scheme has pages."""
    row = schemes()[identifier.scheme]
    form = next((page for value, page in row.pages.items() if re.fullmatch(value, identifier.value)), row.address)
    if form is None or identifier.scheme == "url":
        return form and identifier.value
    return form.format(value=quote(identifier.value, safe="/:()[];,.-_~!*'$+=@"))


def twin(identifier: Identifier) -> Identifier | None:
    """The other name that a registry's rule gives a work: the DOI of a record, or the record of a DOI."""
    if form := schemes()[identifier.scheme].doi if identifier.scheme in schemes() else None:
        return make("doi", form.format(value=identifier.value))
    if identifier.scheme == "doi":
        for prefix, scheme in _by_doi():
            if identifier.value.startswith(prefix):
                return make(scheme, identifier.value[len(prefix) :])
    return None


@cache
def _by_doi() -> tuple[tuple[str, str], ...]:
    return tuple((row.doi.partition("{")[0], scheme) for scheme, row in schemes().items() if row.doi)


def always_kept(identifier: Identifier) -> bool:
    """Whether references to it are kept even if nobody watches: scholarly schemes, and pages of scholarly hosts."""
    if identifier.scheme == "url":
        return is_scholarly(host_of(identifier.value)) or _is_scholarly_path(identifier.value)
    row = schemes().get(identifier.scheme)
    if row is None or row.category != "scholarly":
        return False
    return row.kept is None or re.fullmatch(row.kept, identifier.value) is not None


def may_be_scholarly(host: str) -> bool:
    """Whether a host carries scholarly works, or hosts some under a path of its own."""
    return is_scholarly(host) or host in scholarly_paths()


def _is_scholarly_path(address: str) -> bool:
    paths = scholarly_paths().get(host_of(address), ())
    path = address.removeprefix("https://").partition("/")[2].lower()
    return any(f"/{path}/".startswith((f"{one}/", f"{one}?")) for one in paths)


def is_scholarly(host: str) -> bool:
    """Whether a host (lower case, without `www.`) carries scholarly works: the longest listed suffix decides."""
    while host:
        if host in scholarly_hosts():
            return True
        if host in other_hosts():
            return False
        host = host.partition(".")[2]
    return False
