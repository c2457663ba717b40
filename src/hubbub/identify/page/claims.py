"""What a page says goes in; claims come out: which identifier it names, how the page stands to it, what it weighs."""

import re
from collections.abc import Iterator
from functools import cache
from urllib.parse import urljoin, urlsplit

from msgspec.structs import replace

from hubbub.identify.address import in_address
from hubbub.identify.canonical import canonical
from hubbub.identify.found import Found
from hubbub.identify.page.identity import Claim, Said
from hubbub.identify.schemes import make
from hubbub.identify.tables import ClaimRow, page_rules, schemes
from hubbub.identify.text import in_text
from hubbub.identify.typed import parse
from hubbub.model import Identifier

_DRESSED = re.compile(r"(?:urn:|info:)(\w{2,12})[:/]\s*", re.IGNORECASE)
_NAMES = {"hdl": "handle", "eprint": "arxiv", "oai": "oai"}
_LIST = re.compile(r"(?<![;,|\s])[;,|\s]+(?=(?:doi:\s*|https?://(?:dx\.)?doi\.org/)?10\.\d{4,9}/)", re.IGNORECASE)
_REFERENCE = re.compile(r";\s*(?=citation_\w+=)")
_MOST = 1000  # identifiers of one value


def claims_of(said: Said, base: str, address: str | None) -> Iterator[Claim]:
    """Read one saying; nothing where the field claims nothing. `base` is what addresses are relative to."""
    row = _rows().get((said.place, said.field))
    if row is None or not said.written.strip():
        return
    empty = Claim(
        carrier=said.carrier or row.carrier,
        place=said.place,
        field=said.field,
        written=said.written,
        relation=said.relation or row.relation,
        weight=row.weight,
        role=said.role,
        reason=row.why,
    )
    if row.scheme == "address":
        yield from _of_address(empty, base, address)
    elif empty.relation == "is":
        for written in _LIST.split(said.written.strip(), maxsplit=_MOST):
            yield _of_value(replace(empty, written=written), row)
    else:
        yield from _of_others(empty, row)


@cache
def _rows() -> dict[tuple[str, str], ClaimRow]:
    return {(row.place, name): row for row in page_rules().claim for name in row.names}


def _of_address(claim: Claim, base: str, address: str | None) -> Iterator[Claim]:
    written = join(base, claim.written)
    if claim.relation == "is" and address and _is_home(written) and not _is_home(address):
        yield _rejected(claim, "it is the site's front door, not this page")
        return
    found = in_address(written)
    for one in found:
        weight = min(claim.weight, one.certainty)
        yield _checked(replace(claim, written=written, identifier=one.identifier, weight=weight))
    if not found:
        yield _rejected(claim, "it is not the address of a public page")


def _of_value(claim: Claim, row: ClaimRow) -> Claim:
    if _placeholder().fullmatch(claim.written):
        return _rejected(claim, "a template's placeholder")
    if claim.written.rstrip().endswith(("...", "…")):
        return _rejected(claim, "it is cut off")
    identifier = read(claim.written, row.scheme)
    if identifier is None:
        return _rejected(claim, f"it is no {schemes()[row.scheme].title}" if row.scheme else "it names nothing known")
    return _checked(replace(claim, identifier=identifier))


def _of_others(claim: Claim, row: ClaimRow) -> Iterator[Claim]:
    """Names of other works: an identifier, or a sentence that holds some."""
    whole = read(claim.written, row.scheme)
    if whole is not None:
        yield _checked(replace(claim, identifier=whole))
        return
    for piece in _REFERENCE.split(claim.written, maxsplit=_MOST):
        named = read(piece.strip().removeprefix("citation_").removesuffix(";"))
        found = [(named, piece)] if named else [(one.identifier, one.as_written) for one in in_text(piece)]
        for identifier, written in found:
            if identifier.scheme != "url":
                yield _checked(replace(claim, identifier=identifier, written=written))


def _checked(claim: Claim) -> Claim:
    if claim.identifier is None:
        return claim
    row = schemes()[claim.identifier.scheme]
    names = {claim.identifier.scheme, row.category}
    if names & page_rules().no_works:
        return _rejected(claim, f"{row.title} names no works")
    if names & page_rules().wholes and claim.relation == "is":
        return replace(claim, relation="is_part_of", verdict="is_part_of", reason="it is what this is in")
    return replace(claim, verdict="" if claim.relation == "is" else claim.relation)


def _rejected(claim: Claim, reason: str) -> Claim:
    return replace(claim, verdict="rejected", identifier=None, reason=reason)


def read(written: str, scheme: str = "") -> Identifier | None:
    """Read a value of a scheme, or of any; `info:doi/…` and `urn:isbn:…` too. No web page without an identifier."""
    if dressed := _DRESSED.match(written := written.strip()):
        name = dressed[1].lower()
        written = f"{_NAMES.get(name, name)}:{written[dressed.end() :]}"
    identifier = (make(scheme, written) or parse(f"{scheme}:{written}")) if scheme else None
    identifier = identifier or parse(written)
    return identifier if identifier and identifier.scheme != "url" else None


@cache
def _placeholder() -> re.Pattern[str]:
    return re.compile("|".join(page_rules().placeholders), re.IGNORECASE | re.ASCII)


def _is_home(address: str) -> bool:
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    return not parts.query and re.fullmatch(page_rules().home, parts.path) is not None


def join(base: str, href: str | None) -> str:
    """Make an address absolute; empty if it cannot be."""
    try:
        return urljoin(base, (href or "").strip())
    except ValueError:
        return ""


def found_by(claim: Claim) -> Found | None:
    """What a claim names, as something found."""
    return None if claim.identifier is None else Found(claim.identifier, claim.written, claim.carrier, claim.weight)


def addresses_of(claims: list[Claim]) -> frozenset[str]:
    """The canonical forms of all addresses that the page goes by."""
    written = (claim.written for claim in claims if claim.carrier == "address" and claim.identifier)
    return frozenset(filter(None, map(canonical, written)))
