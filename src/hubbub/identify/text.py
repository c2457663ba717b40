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

_SPACE = re.compile(rb"\s")
_NEAR = (
    128  # bytes around the end of a hint within which a match begins, and beyond which it goes on to a blank at most
)
Window = tuple[int, int]
Places = list[tuple[int, Found]]


def in_text(text: str) -> list[Found]:
    """Find identifiers and addresses in free text, each identifier once.

    Only what stands around hints is looked at, and only for what they hint at.
    """
    coded = text.encode(errors="surrogatepass")
    if not (hinted := hints_in(coded)):
        return []
    found: Places = []
    for name, (pattern, read, near) in _steps().items():
        if name in hinted:
            coded = _take(coded, _windows(coded, hinted[name], near), pattern, read, found)
    firsts: dict[tuple[str, str], Found] = {}
    for _, one in sorted(found, key=lambda place: place[0]):
        firsts.setdefault((one.identifier.scheme, one.identifier.value), one)
    return list(firsts.values())


Read = Callable[[re.Match[str]], list[Found] | None]


def _take(coded: bytes, windows: list[Window], pattern: re.Pattern[str], read: Read, found: Places) -> bytes:
    """Note what `read` finds in each match and blank the match; None leaves it for the steps after."""
    parts, done = list[bytes](), 0
    for start, end in windows:
        text = coded[start:end].decode(errors="surrogatepass")
        for match in pattern.finditer(text):
            ones = [] if is_shortened(text, *match.span()) else read(match)
            if ones is not None:
                at = start + len(text[: match.start()].encode(errors="surrogatepass"))
                size = len(match[0].encode(errors="surrogatepass"))
                parts += (coded[done:at], b" " * size)
                done = at + size
                found.extend((at, one) for one in ones)
    return b"".join([*parts, coded[done:]]) if parts else coded


def _windows(coded: bytes, hits: list[int], near: int) -> list[Window]:
    """Whole words around hits, `near` bytes to either side at least, apart from each other."""
    windows: list[Window] = []
    for at in sorted(hits):
        if windows and at + near <= windows[-1][1]:
            continue
        start, space = _start_of_word(coded, max(at - near, 0)), _SPACE.search(coded, at + near)
        if windows and start <= windows[-1][1]:
            start = windows.pop()[0]
        windows.append((start, space.start() if space else len(coded)))
    return windows


def _start_of_word(coded: bytes, at: int) -> int:
    size = 64
    while at and not coded[at - 1 : at].isspace():
        part = coded[max(at - size, 0) : at]
        word = part.rsplit(None, 1)[-1]
        if len(word) < len(part) or size >= at:
            return at - len(word)
        size *= 4
    return at


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
def _steps() -> dict[str, tuple[re.Pattern[str], Read, int]]:
    """By the hint that calls for it: a pattern, what reads its matches, and how far around the hint they may reach."""
    steps: dict[str, tuple[re.Pattern[str], Read, int]] = {
        ADDRESS: (_ADDRESS, _read_address, 0),
        BARE: (_BARE, _read_bare, 0),
        "doi": (doi.IN_TEXT, _read_doi, 0),
    }
    for scheme, row in schemes().items():
        if row.text:
            form = row.text.replace("VALUE", row.value).replace("GAP", GAP)
            pattern = re.compile(rf"(?<![A-Za-z0-9]){form}(?![A-Za-z0-9])", re.ASCII | re.IGNORECASE)
            steps[scheme] = (pattern, _reader(scheme), _NEAR)
    return steps
