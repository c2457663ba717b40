"""Free text goes in; the identifiers in it come out, in the order they appear.

Each step takes what it reads out of the text, so that the id in an address is not read again as a bare one.
"""

import re
from collections.abc import Callable
from functools import cache
from typing import NamedTuple

from hubbub.identify import doi
from hubbub.identify.address import has_shape, in_address
from hubbub.identify.brackets import ANGLES, is_shortened, trim
from hubbub.identify.found import Found
from hubbub.identify.hints import ADDRESS, BARE, alone, hints_in
from hubbub.identify.schemes import make, pattern
from hubbub.identify.tables import schemes
from hubbub.identify.typed import parse

# Closing brackets and commas are part of an address, but not where the next one follows at once. `+` as in a DOI.
_TAIL = (
    r"(?:[^\s<>\"'\])},;|…。，、；：！？（）「」『』【】《》“”‘’«»\x00-\x1f\x7f-\x9f]++|" + ANGLES
    + rf"|(?![\])}}>,;|']{{1,4}}[(\[']{{0,2}}{doi.NEXT}|\]\()[\])}},;'])+"
)  # fmt: skip
_ADDRESS = re.compile(r"(?<![a-z0-9])https?://" + _TAIL, re.IGNORECASE | re.ASCII)
_BARE = re.compile(
    r"(?:(?<![\w@./:%=&?-])|(?<=[\"'(=]//))(?P<host>(?:[a-z0-9-]{1,63}\.){1,8}[a-z]{2,24})\.?/" + _TAIL,
    re.IGNORECASE | re.ASCII,
)

_SPACE = re.compile(rb"\s")
# Bytes around the end of a hint within which a match begins, and beyond which it goes on to a blank at most.
_NEAR = 128
_LONGEST_ALONE = 200
_MORE = re.compile(r"\s{0,2}(?:[,;/&]|and)\s{0,2}")
# Where a program or a pattern writes what is to be filled in.
_TEMPLATE = re.compile(r"\$\{|\$\d{1,2}(?!\d)|%[%s]|\{(?:[A-Za-z_]\w*)?\}|\{[A-Za-z_]\w*$|\[\^|#\{|<<|\[ID\]")
_UNFINISHED = (".", ":", "_", "=", "-")
_FILLED = re.compile(r"(?<=[./:_=-])(?:\$?\{|%s|#\{|<\w)|<<")
Window = tuple[int, int]
Places = list[tuple[int, Found]]
Read = Callable[[re.Match[str]], list[Found] | None]


class Step(NamedTuple):
    """What is read where something hints at it; `near` is how far around the hint a match may reach."""

    hint: str
    pattern: re.Pattern[str]
    read: Read
    near: int

    @property
    def is_address(self) -> bool:
        return self.hint in (ADDRESS, BARE)


def in_text(text: str, bare: bool = True) -> list[Found]:
    """Find identifiers and addresses in free text, each identifier once.

    Only what stands around hints is looked at, and only for what they hint at. Without `bare` nothing counts that needs
    a word before it to be sure, as where posts come in masses.
    """
    coded = text.replace("\\/", "/").encode(errors="replace")  # JSON writes slashes so
    found: Places = []
    if hinted := hints_in(coded):
        for step in steps(bare):
            if step.hint in hinted:
                coded = _take(coded, _windows(coded, hinted[step.hint], step.near), step, bare, found)
    if bare and not found and (whole := _whole(text.strip())):
        return [whole]
    firsts: dict[tuple[str, str], Found] = {}
    for _, one in sorted(found, key=lambda place: place[0]):
        firsts.setdefault((one.identifier.scheme, one.identifier.value), one)
    return list(firsts.values())


def _whole(text: str) -> Found | None:
    """What is a value from start to end needs no word before it."""
    if len(text) > _LONGEST_ALONE or any(map(str.isspace, text)) or _TEMPLATE.search(text):
        return None
    identifier = parse(text)
    return Found(identifier, text, f"{identifier.scheme}-alone", 0.8) if identifier else None


def _take(coded: bytes, windows: list[Window], step: Step, bare: bool, found: Places) -> bytes:
    """Note what is read in each match and blank the match; None leaves it for the steps after."""
    parts, done = list[bytes](), 0
    for start, end in windows:
        text = coded[start:end].decode(errors="replace")
        for match in step.pattern.finditer(text):
            ones = _read(text, match, step, bare)
            if ones is not None:
                at = start + len(text[: match.start()].encode())
                size = len(match[0].encode())
                parts += (coded[done:at], b" " * size)
                done = at + size
                found.extend((at, one) for one in ones)
    return b"".join([*parts, coded[done:]]) if parts else coded


def _read(text: str, match: re.Match[str], step: Step, bare: bool) -> list[Found] | None:
    """Read a match, unless the end of its value is missing: shortened, or still to be filled in.

    In careful texts only addresses are shortened; behind other values dots are a pause.
    """
    if (step.is_address or not bare) and is_shortened(text, *match.span()):
        return []
    written = match[0]
    if (gap := _TEMPLATE.search(written)) and (gap := _TEMPLATE.search(trim(written))):
        written = written[: gap.start()]
        if not gap[0].startswith("{") or gap[0].endswith("}"):  # only what stands before the last slash is whole
            written = written[: written.rfind("/") + 1]
    elif not _FILLED.match(text, match.end()):
        return step.read(match)
    again = step.pattern.match(written) if step.is_address and not written.endswith(_UNFINISHED) else None
    return [one for one in step.read(again) or () if one.identifier.scheme != "url"] if again else []


def is_to_be_filled_in(text: str, match: re.Match[str]) -> bool:
    """Whether a program or a pattern writes here what is still to be filled in."""
    return bool(_TEMPLATE.search(trim(match[0])) or _FILLED.match(text, match.end()))


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
        ones = [make(scheme, named["value"], named.get("version"))]
        ones += [make(scheme, written) for written in _MORE.split(named.get("more") or "")[1:]]
        certainty, written = schemes()[scheme].certainty, trim(match[0])
        return [Found(one, written, f"{scheme}-in-text", certainty) for one in ones if one] or None

    return read


@cache
def steps(bare: bool) -> list[Step]:
    """What is looked for in a text, in this order."""
    steps = [
        Step(ADDRESS, _ADDRESS, _read_address, 0),
        Step(BARE, _BARE, _read_bare, 0),
        Step("doi", doi.IN_TEXT, _read_doi, 0),
    ]
    rows = schemes().items()
    steps += [Step(scheme, pattern(scheme, row.text), _reader(scheme), _NEAR) for scheme, row in rows if row.text]
    if bare:  # once all that has a word before it is taken
        alones = [(scheme, pattern(scheme, row.bare)) for scheme, row in rows if row.bare]
        steps += [Step(alone(scheme), form, _reader(scheme), _NEAR) for scheme, form in alones]
    return steps
