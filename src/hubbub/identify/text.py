"""Free text goes in; the identifiers in it come out, in the order they appear.

Each step takes what it reads out of the text, so that the id in an address is not read again as a bare one.
"""

import re
from collections.abc import Callable, Iterable
from functools import cache
from operator import itemgetter
from typing import NamedTuple

from hubbub.identify import doi
from hubbub.identify.address import found_in, has_shape
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

_CONTINUED = bytes(range(0x80, 0xC0))  # bytes that go on with a letter
_SPACE = re.compile(r"\s", re.ASCII)
_WORD = 256  # letters of a word that is no surprise
# Letters around the end of a hint within which a match begins, and beyond which it goes on to a blank at most.
_NEAR = 128
_LONGEST_ALONE = 200
_MORE = re.compile(r"\s{0,2}(?:[,;/&]|and)\s{0,2}| ")
# Where a program or a pattern writes what is to be filled in.
_TEMPLATE = re.compile(r"\$\{|\$\d{1,2}(?!\d)|%[%s]|\{(?:[A-Za-z_]\w*)?\}|\{[A-Za-z_]\w*$|\[\^|#\{|<<|\[ID\]")
_UNFINISHED = (".", ":", "_", "=", "-")
_FILLED = re.compile(r"(?<=[./:_=-])(?:\$?\{|%s|#\{|<\w)|<<")
_MAY_BE_CUT = re.compile(r"\.\.\.|[…${%\[#<]")  # without these it is not, and most have none
_PLACE = itemgetter(0)
Window = tuple[int, int]
Places = list[tuple[int, Found]]
Read = Callable[[re.Match[str]], Iterable[Found] | None]


class Step(NamedTuple):
    """What is read where something hints at it; `near` is how far around the hint a match may reach."""

    number: int
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
    if "\\" in text:  # one letter is found much faster than two
        text = text.replace("\\/", "/")  # JSON writes slashes so
    found: Places = []
    if hinted := _hinted(text, bare):
        for step in sorted(map(steps().__getitem__, hinted)):
            # What a step before has read is blank by now.
            if hits := [at for at in hinted[step.hint] if at and text[at - 1] != " "]:
                text = _take(text, _windows(text, hits, step.near), step, bare, found)
    if bare and not found and (whole := _whole(text.strip())):
        return [whole]
    if len(found) > 1:
        found.sort(key=_PLACE)
    firsts: dict[tuple[str, str], Found] = {}
    for _, one in found:
        firsts.setdefault((one.identifier.scheme, one.identifier.value), one)
    return list(firsts.values())


def _hinted(text: str, bare: bool) -> dict[str, list[int]]:
    """What a text may hold, and behind which letters."""
    coded = text.encode(errors="replace")
    hinted = hints_in(coded, bare)
    if not hinted or len(coded) == len(text):
        return hinted
    letters, done, count = dict[int, int](), 0, 0
    for at in sorted({at for hits in hinted.values() for at in hits}):
        count += len(coded[done:at].translate(None, _CONTINUED))
        done, letters[at] = at, count
    return {name: [letters[at] for at in hits] for name, hits in hinted.items()}


def _whole(text: str) -> Found | None:
    """What is a value from start to end needs no word before it."""
    if len(text) > _LONGEST_ALONE or any(map(str.isspace, text)) or _TEMPLATE.search(text):
        return None
    identifier = parse(text)
    return Found(identifier, text, f"{identifier.scheme}-alone", 0.8) if identifier else None


def _take(text: str, windows: list[Window], step: Step, bare: bool, found: Places) -> str:
    """Note what is read in each match and blank the match; None leaves it for the steps after."""
    parts, done = list[str](), 0
    for window in windows:
        for match in step.pattern.finditer(text, *window):
            start, end = match.span()
            may_be_cut = _MAY_BE_CUT.search(text, start, end + 3)
            ones = _read(text, match, step, bare) if may_be_cut else step.read(match)
            if ones is not None:
                parts += (text[done:start], " " * (end - start))
                done = end
                found += [(start, one) for one in ones]
    return "".join([*parts, text[done:]]) if parts else text


def _read(text: str, match: re.Match[str], step: Step, bare: bool) -> Iterable[Found] | None:
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


def _windows(text: str, hits: list[int], near: int) -> list[Window]:
    """Whole words around hits, `near` letters to either side at least, apart from each other."""
    windows: list[Window] = []
    for at in sorted(hits):
        if windows and at + near <= windows[-1][1]:
            continue
        start, end = _start_of_word(text, max(at - near, 0)), _end_of_word(text, at + near)
        if windows and start <= windows[-1][1]:
            start = windows.pop()[0]
        windows.append((start, end))
    return windows


def _end_of_word(text: str, at: int) -> int:
    end = text.find(" ", at, at + _WORD)
    if end < 0:
        space = _SPACE.search(text, at)
        end = space.start() if space else len(text)
    return end


def _start_of_word(text: str, at: int) -> int:
    size = _WORD
    if (space := text.rfind(" ", max(at - size, 0), at)) >= 0 or at <= size:
        return space + 1
    while at and not text[at - 1].isspace():
        part = text[max(at - size, 0) : at]
        word = part.rsplit(None, 1)[-1]
        if len(word) < len(part) or size >= at:
            return at - len(word)
        size *= 4
    return at


def _read_address(match: re.Match[str]) -> Iterable[Found] | None:
    return found_in(trim(match[0])) or None


def _read_bare(match: re.Match[str]) -> list[Found] | None:
    """Without `https://` only what surely is an address counts: known shapes, DOIs in the path, and `www.`."""
    host, written = match["host"].lower(), trim(match[0])
    www = host.startswith("www.")
    if not (www or "10." in written or has_shape(host)):
        return None
    ones = [one for one in found_in(f"https://{written}") if www or one.identifier.scheme != "url"]
    return [Found(one.identifier, written, one.method, one.certainty) for one in ones] or None


def _read_doi(match: re.Match[str]) -> list[Found]:
    written = trim(match[0])
    identifier = make("doi", doi.in_text(written))
    return [Found(identifier, written, "doi-in-text", schemes()["doi"].certainty)] if identifier else []


def _reader(scheme: str, form: re.Pattern[str]) -> Read:
    certainty, method = schemes()[scheme].certainty, f"{scheme}-in-text"
    has_version, has_more = "version" in form.groupindex, "more" in form.groupindex

    def read(match: re.Match[str]) -> list[Found] | None:
        ones = [make(scheme, match["value"], match["version"] if has_version else None)]
        if has_more:
            ones += [make(scheme, written) for written in _MORE.split(match["more"] or "")[1:]]
        written = trim(match[0])
        return [Found(one, written, method, certainty) for one in ones if one] or None

    return read


@cache
def steps() -> dict[str, Step]:
    """What is looked for in a text by what hints at it, in order: first what has a word before it."""
    steps = [
        Step(0, ADDRESS, _ADDRESS, _read_address, 0),
        Step(1, BARE, _BARE, _read_bare, 0),
        Step(2, "doi", doi.IN_TEXT, _read_doi, 0),
    ]
    rows = schemes().items()
    forms = [(scheme, scheme, row.text) for scheme, row in rows if row.text]
    # Without a word before it only once all that has one is taken.
    forms += [(alone(scheme), scheme, row.bare) for scheme, row in rows if row.bare]
    for hint, scheme, form in forms:
        compiled = pattern(scheme, form)
        steps.append(Step(len(steps), hint, compiled, _reader(scheme, compiled), _NEAR))
    return {step.hint: step for step in steps}
