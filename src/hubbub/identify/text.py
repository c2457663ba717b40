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
from hubbub.identify.schemes import make, pattern
from hubbub.identify.tables import schemes
from hubbub.identify.typed import parse

# Closing brackets and commas are part of an address, but not where the next one follows at once. `+` as in a DOI.
_TAIL = (
    r"(?:[^\s<>\"'\])},;|…。，、；：！？（）「」『』【】《》“”‘’«»\x00-\x1f\x7f-\x9f]++|" + ANGLES
    + rf"|(?![\])}}>,;|]{{1,3}}[(\[]{{0,2}}{doi.NEXT}|\]\()[\])}},;])+"
)  # fmt: skip
_ADDRESS = re.compile(r"(?<![a-z0-9])https?://" + _TAIL, re.IGNORECASE | re.ASCII)
_BARE = re.compile(
    r"(?<![\w@./:%=&?-])(?P<host>(?:[a-z0-9-]{1,63}\.){1,8}[a-z]{2,24})\.?/" + _TAIL, re.IGNORECASE | re.ASCII
)

_LONGEST_ALONE = 200
# Where a program or a pattern writes what is to be filled in.
_TEMPLATE = re.compile(r"\$\{|\$\d{1,2}(?!\d)|%[%s]|\{\w*\}|\[\^|#\{|<<|\[ID\]")
_FILLED = ("{", "${", "%s", "#{", "<<")
Places = list[tuple[int, Found]]


def in_text(text: str, bare: bool = True) -> list[Found]:
    """Find identifiers and addresses in free text, each identifier once.

    Without `bare` nothing counts that needs a word before it to be sure, as on a firehose.
    """
    found: Places = []
    text = text.replace("\\/", "/")  # as JSON writes it
    as_written = text.strip()
    lower = text.lower()
    if "://" in text:
        text = _ADDRESS.sub(_taking(text, found, _read_address, bare, True), text)
    if "/" in text:
        text = _BARE.sub(_taking(text, found, _read_bare, bare, True), text)
    if "10." in text:
        text = doi.IN_TEXT.sub(_taking(text, found, _read_doi, bare), text)
    for scheme, (words, form) in _patterns().items():
        if any(word in lower for word in words):
            text = form.sub(_taking(text, found, _reader(scheme), bare), text)
    if bare:
        for scheme, form in _bare_patterns().items():
            text = form.sub(_taking(text, found, _reader(scheme), bare), text)
    if bare and not found and (whole := _whole(as_written)):
        return [whole]
    firsts: dict[tuple[str, str], Found] = {}
    for _, one in sorted(found, key=lambda place: place[0]):
        firsts.setdefault((one.identifier.scheme, one.identifier.value), one)
    return list(firsts.values())


def _whole(text: str) -> Found | None:
    """What is a value from start to end needs no word before it."""
    identifier = parse(text) if len(text) <= _LONGEST_ALONE and not any(map(str.isspace, text)) else None
    return Found(identifier, text, f"{identifier.scheme}-alone", 0.8) if identifier else None


Read = Callable[[re.Match[str]], list[Found] | None]


def _taking(text: str, found: Places, read: Read, bare: bool, address: bool = False) -> Callable[[re.Match[str]], str]:
    """Note what `read` finds in a match and blank the match; None leaves it for the steps after.

    Addresses are shortened to where an ellipsis stands; behind a value of another kind it is a pause, save where posts
    come in masses.
    """

    def take(match: re.Match[str]) -> str:
        if (address or not bare) and is_shortened(text, *match.span()):
            return " " * len(match[0])
        if _TEMPLATE.search(match[0]) or text.startswith(_FILLED, match.end()):
            return " " * len(match[0])
        if (ones := read(match)) is None:
            return match[0]
        found.extend((match.start(), one) for one in ones)
        return " " * len(match[0])

    return take


def _read_address(match: re.Match[str]) -> list[Found] | None:
    return in_address(trim(match[0])) or None


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
    identifier = make("doi", doi.in_text(written))
    return [Found(identifier, written, "doi-in-text", schemes()["doi"].certainty)] if identifier else []


def _reader(scheme: str) -> Read:
    def read(match: re.Match[str]) -> list[Found] | None:
        named = match.groupdict()
        identifier = make(scheme, named["value"], named.get("version"))
        certainty = schemes()[scheme].certainty
        return [Found(identifier, trim(match[0]), f"{scheme}-in-text", certainty)] if identifier else None

    return read


@cache
def _patterns() -> dict[str, tuple[tuple[str, ...], re.Pattern[str]]]:
    return {scheme: (row.words, pattern(scheme, row.text)) for scheme, row in schemes().items() if row.text}


@cache
def _bare_patterns() -> dict[str, re.Pattern[str]]:
    return {scheme: pattern(scheme, row.bare) for scheme, row in schemes().items() if row.bare}
