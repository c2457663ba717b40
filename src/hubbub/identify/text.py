"""Free text goes in; the identifiers in it come out, in the order they appear.

Each step takes what it reads out of the text, so that the id in an address is not read again as a bare one.
"""

import re
from collections.abc import Callable
from functools import cache

from hubbub.identify import doi
from hubbub.identify.address import has_shape, in_address
from hubbub.identify.brackets import ANGLES, is_shortened, trim
from hubbub.identify.found import Found
from hubbub.identify.hints import ADDRESS, BARE, hints_in
from hubbub.identify.schemes import make
from hubbub.identify.tables import GAP, schemes

# Closing brackets and commas are part of an address, but not where the next one follows at once. `+` as in a DOI.
_TAIL = (
    r"(?:[^\s<>\"\])},;|…。，、；：！？（）「」『』【】《》“”‘’«»\x00-\x1f\x7f-\x9f]++|" + ANGLES
    + rf"|(?![\])}}>,;|]{{1,3}}[(\[]{{0,2}}{doi.NEXT}|\]\()[\])}},;])+"
)  # fmt: skip
_ADDRESS = re.compile(r"(?<![a-z0-9])https?://" + _TAIL, re.IGNORECASE | re.ASCII)
_BARE = re.compile(
    r"(?<![\w@./:%=&?-])(?P<host>(?:[a-z0-9-]{1,63}\.){1,8}[a-z]{2,24})\.?/" + _TAIL, re.IGNORECASE | re.ASCII
)

Places = list[tuple[int, Found]]


def in_text(text: str) -> list[Found]:
    """Find identifiers and addresses in free text, each identifier once."""
    if not (hinted := hints_in(text)):
        return []
    found: Places = []
    if ADDRESS in hinted:
        text = _ADDRESS.sub(_taking(text, found, _read_address), text)
    if BARE in hinted:
        text = _BARE.sub(_taking(text, found, _read_bare), text)
    if "doi" in hinted:
        text = doi.IN_TEXT.sub(_taking(text, found, _read_doi), text)
    for scheme, pattern in _patterns().items():
        if scheme in hinted:
            text = pattern.sub(_taking(text, found, _reader(scheme)), text)
    firsts: dict[tuple[str, str], Found] = {}
    for _, one in sorted(found, key=lambda place: place[0]):
        firsts.setdefault((one.identifier.scheme, one.identifier.value), one)
    return list(firsts.values())


Read = Callable[[re.Match[str]], list[Found] | None]


def _taking(text: str, found: Places, read: Read) -> Callable[[re.Match[str]], str]:
    """Note what `read` finds in a match and blank the match; None leaves it for the steps after."""

    def take(match: re.Match[str]) -> str:
        if is_shortened(text, *match.span()):
            return " " * len(match[0])
        if (ones := read(match)) is None:
            return match[0]
        found.extend((match.start(), one) for one in ones)
        return " " * len(match[0])

    return take


def _read_address(match: re.Match[str]) -> list[Found]:
    return in_address(trim(match[0]))


def _read_bare(match: re.Match[str]) -> list[Found] | None:
    """Without `https://` only what surely is an address counts: known shapes, DOIs in the path, and `www.`."""
    host, written = match["host"].lower(), trim(match[0])
    www = host.startswith("www.")
    if not (www or "10." in written or has_shape(host)):
        return None
    ones = [one for one in in_address(f"https://{written}") if www or one.identifier.scheme != "url"]
    return [Found(one.identifier, written, one.method, one.certainty) for one in ones] or None


def _read_doi(match: re.Match[str]) -> list[Found]:
    written = trim(match[0])
    identifier = make("doi", written.replace("&lt;", "<").replace("&gt;", ">"))
    return [Found(identifier, written, "doi-in-text", schemes()["doi"].certainty)] if identifier else []


def _reader(scheme: str) -> Read:
    def read(match: re.Match[str]) -> list[Found] | None:
        named = match.groupdict()
        identifier = make(scheme, named["value"], named.get("version"))
        certainty = schemes()[scheme].certainty
        return [Found(identifier, trim(match[0]), f"{scheme}-in-text", certainty)] if identifier else None

    return read


@cache
def _patterns() -> dict[str, re.Pattern[str]]:
    patterns = {}
    for scheme, row in schemes().items():
        if row.text:
            form = row.text.replace("VALUE", row.value).replace("GAP", GAP)
            patterns[scheme] = re.compile(rf"(?<![A-Za-z0-9]){form}(?![A-Za-z0-9])", re.ASCII | re.IGNORECASE)
    return patterns
