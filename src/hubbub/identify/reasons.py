"""Why something was found in a text, and why something that looks like it was not: a text comes in, rows go out."""

import re
from collections.abc import Iterator
from urllib.parse import unquote

from hubbub.identify.address import in_address
from hubbub.identify.brackets import is_shortened, trim
from hubbub.identify.formats import find
from hubbub.identify.found import Found, Why
from hubbub.identify.hints import ADDRESS, BARE
from hubbub.identify.tables import schemes
from hubbub.identify.text import Step, is_to_be_filled_in, steps

_CHECKED = ("isbn", "issn", "orcid", "ror")
_LIKE_A_DOI = re.compile(r"(?<![\w./])[v$€£]?10[.,]\d[\w./,-]*")
_REASONS = (
    (re.compile(r"v"), "a version of something"),
    (re.compile(r"[$€£]"), "a price"),
    (re.compile(r"10(?:\.\d{1,3}){3}(?:/\d+)?\W*$"), "the address of a network"),
    (re.compile(r"10\.\d{4,9}/?\W*$"), "nothing stands behind the registrant of a DOI"),
    (re.compile(r"10\.\d{1,3}/"), "the registrant of a DOI has four digits at least"),
)
_INNER = re.compile(r"https?(?::|%3a)(?:/|%2f){1,2}\S+", re.IGNORECASE)
_RULES = {ADDRESS: "address", BARE: "address without https://"}
Span = tuple[int, int]


def why(text: str, kind: str) -> list[Why]:
    """Tell what was found in an input of a kind, by which rule, and what was rejected and the reason."""
    rows = [Why(one.as_written, kind, one.method, "found", one.identifier, _changed(one)) for one in find(text, kind)]
    seen = {row.seen for row in rows}
    return rows + [row for row in _rejected(text, kind) if row.seen not in seen]


def _changed(one: Found) -> str:
    """What of the writing does not belong to the value, or was written otherwise."""
    inner = _INNER.search(one.as_written, len("https://"))
    if inner and in_address(unquote(inner[0])):
        return "the address carries another, which is meant"
    written, value = unquote(one.as_written), one.identifier.value
    at = written.lower().rfind(value.lower())
    if at < 0:
        is_rule = one.method.endswith("address") and one.identifier.scheme != "url"
        return "a rule of the site tells it from the address" if is_rule else "its normal form is written otherwise"
    if one.identifier.version:
        return f"version {one.identifier.version} stands apart"
    rest = written[at + len(value) :].strip(".,;:)]}>'\"/ ")
    return f"{rest} was appended to it and is cut" if rest and one.identifier.scheme != "url" else ""


def _rejected(text: str, kind: str) -> Iterator[Why]:
    taken: list[Span] = []
    for step in steps(bare=True):
        for match in step.pattern.finditer(text):
            if any(start < match.end() and match.start() < end for start, end in taken):
                continue
            if reason := _reason(text, match, step):
                yield Why(trim(match[0]) or match[0], kind, _RULES.get(step.hint, step.hint), "rejected", None, reason)
            elif not step.read(match):  # a step behind may know more of it
                continue
            taken.append(match.span())
    for match in _LIKE_A_DOI.finditer(text):
        if not any(start < match.end() and match.start() < end for start, end in taken):
            told = (reason for form, reason in _REASONS if form.match(match[0]))
            yield Why(match[0], kind, "doi", "rejected", None, next(told, "a number: a DOI has a slash"))


def _reason(text: str, match: re.Match[str], step: Step) -> str:
    if is_shortened(text, *match.span()) and step.is_address:
        return "it is shortened, and its end is missing"
    if is_to_be_filled_in(text, match):
        return "it is a template: the value is still to be filled in"
    scheme = step.hint.split()[0]
    if not step.is_address and not step.read(match):
        row = schemes()[scheme]
        return "its check digit is wrong" if row.check in _CHECKED else f"it is no value of {row.title}"
    return ""
