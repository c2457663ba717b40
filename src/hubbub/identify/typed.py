"""What a person types as an identifier goes in; the identifier comes out, or None."""

import re
from functools import cache

from hubbub.identify import doi
from hubbub.identify.address import has_shape, in_address
from hubbub.identify.canonical import LONGEST
from hubbub.identify.schemes import make, pattern
from hubbub.identify.tables import schemes
from hubbub.model import Identifier

_NAMED = re.compile(r"(?P<name>[A-Za-z][A-Za-z0-9_-]*)(?:\s*[:=#]\s*|\s+)(?P<value>\S.*)", re.DOTALL)
_BARE_DOI = re.compile(doi.PREFIX + "/", re.ASCII)
# The names of files have other signs for the slash.
_DOI_OF_A_FILE = re.compile(r"\[?(10\.\d{4,9}(?:\.\d{1,9}){0,4})(?:\]|\s?[/:_ @\u2044\u2215\uff0f-]\s?)([^\s/]+)")
_BARE_HOST = re.compile(r"(?:[a-z0-9-]{1,63}\.)+[a-z]{2,24}(?=[/?]|$)", re.ASCII | re.IGNORECASE)


def parse(written: str) -> Identifier | None:
    """Read `doi:10…`, `PMID 123`, a bare DOI, ORCID or PMC number, an address; and what `str(Identifier)` prints."""
    written = written.strip()
    if len(written) > LONGEST:
        return None
    if (named := _NAMED.fullmatch(written)) and (scheme := _names().get(named["name"].lower())):
        return _named(scheme, named["value"])
    return _bare(written)


def _bare(written: str) -> Identifier | None:
    if re.match(r"https?://", written, re.IGNORECASE):
        return _address(written)
    if _BARE_DOI.match(written):
        return make("doi", written)
    if (host := _BARE_HOST.match(written)) and (host[0].lower().startswith("www.") or has_shape(host[0].lower())):
        return _address(f"https://{written}")
    return _by_look(written)


def _by_look(written: str) -> Identifier | None:
    """What is written is one value from start to end, with or without the words that free text has before it."""
    for scheme, row in schemes().items():
        for form in (row.text, row.bare):
            if form and (match := pattern(scheme, form).fullmatch(written)):
                named = match.groupdict()
                if named.get("more"):  # several
                    continue
                if identifier := make(scheme, named["value"], named.get("version")):
                    return identifier
        if row.alone and re.fullmatch(row.alone, written) and (identifier := make(scheme, written)):
            return identifier
    return None


def _named(scheme: str, value: str) -> Identifier | None:
    if scheme == "doi":
        value = value.translate(doi.LATEX)
    identifier = make(scheme, value) or (_like_a_doi(value) if scheme == "doi" else None)
    if identifier is None and scheme != "url":  # `doi:https://doi.org/10…`, `DOI: doi:10…`
        twice = _NAMED.fullmatch(value)
        identifier = make(scheme, twice["value"]) if twice and _names().get(twice["name"].lower()) == scheme else None
        identifier = identifier or _bare(value)
        return identifier if identifier and identifier.scheme == scheme else None
    return identifier


def _like_a_doi(value: str) -> Identifier | None:
    apart = _DOI_OF_A_FILE.fullmatch(value)
    return make("doi", f"{apart[1]}/{apart[2]}") if apart else make("shortdoi", value)


def _address(written: str) -> Identifier | None:
    found = in_address(written)
    return found[0].identifier if found else None


@cache
def _names() -> dict[str, str]:
    return {name: scheme for scheme, row in schemes().items() for name in (scheme, *row.aliases)}
