"""DOIs: written forms go in, normal forms come out, with their ends found and versions taken apart.

A DOI may hold nearly any character, so its end in a text is a judgement: brackets must balance, and punctuation that a
sentence would put there is not part of it.
"""

import re
from functools import cache
from urllib.parse import unquote

from hubbub.identify.brackets import ANGLES, UNSEEN, trim
from hubbub.identify.tables import addresses

LONGEST = 500
_MOST = 8  # tails that follow each other
# Registrants have four digits and more; an ISBN-A has the three of a book and the publisher.
_TEN = r"10\."
PREFIX = _TEN + r"(?:\d{4,9}(?:\.\d{1,9}){0,4}|97[89]\.\d{2,8})"
# Where a list goes on with the next DOI or address without a space between them.
NEXT = r"(?:https?://|doi:|rrid:|10\.\d{4,9}/)"
# The group is repeated by `+`: Python 3.11.2 misreads `++` of a group, and behind it nothing makes it turn back.
IN_TEXT = re.compile(
    # It begins with what is certain, which is fast to find, and looks back from behind that.
    # Where pages are copied from, words run into it, but neither numbers nor the `v` of versions do. A colon, slash or
    # `=` may be coded.
    r"10\.(?:(?<![A-Za-z0-9.]10\.)(?<![A-Za-z0-9]_10\.)|(?<=[A-Za-z]{3}10\.)|(?<=%(?:3A|2F|3D)10\.))"
    rf"{PREFIX.removeprefix(_TEN)}(?:/|%2F)"
    # Letters of the alphabets that are written with blanks between words; `#` ends some of the old ones; LaTeX's `\_`
    # and `{\_}`.
    rf"(?:[!$*+\-./0-9:=@A-Z_a-z~(\[À-ɏͰ-ӿḀ-ỿ‐‑]++|(?<=;2-)#|\\(?=[_&%#])|{{\\[_&%#]}}|{ANGLES}|"
    rf"(?![\])>,;|'\"]{{1,4}}[(\['\"]{{0,2}}{NEXT}|\]\()[)\],;%']|&[lg]t;)+",
    re.ASCII | re.IGNORECASE,
)
_IN_ADDRESS = re.compile(rf"(?<![0-9.])({PREFIX})(?:/|(%2F)|(%252F))([^\s?#\"&]++)", re.ASCII | re.IGNORECASE)
# Where a number is still to be filled in, people write `zenodo.XXXXXXX`.
_WHOLE = re.compile(rf"(?!10\.97[89]\.\d+/.*\D)(?!.*xxxxx$){PREFIX}/[^\"]+", re.ASCII)
_NORMAL = re.compile(r"10\.\d{4,9}/[0-9a-z./_-]{0,400}\d", re.ASCII)  # of which nothing is to be cut
_LOWER = {upper: upper + 32 for upper in range(ord("A"), ord("Z") + 1)}
LATEX = dict.fromkeys(map(ord, "\\{}"))  # it writes `{\_}`; no DOI has these
_PLAIN = LATEX | dict.fromkeys(map(ord, "‐‑"), "-")  # typesetters have hyphens of their own
_BLANK = re.compile(r"[\s\"\x00-\x1f\x7f-\x9f]")
_ARXIV = "10.48550/arxiv."


def normal(written: str) -> tuple[str, str, str | None] | None:
    """Give scheme, value and version: lower case, without what was copied along; arXiv's own DOIs name its papers."""
    value = written if _NORMAL.fullmatch(written) else _cleaned(written)
    if value is None:
        return None
    if value.startswith(_ARXIV):
        return "arxiv", value[len(_ARXIV) :], None
    if found := _versioned().fullmatch(value):
        return "doi", found["value"], found["version"]
    return "doi", value, None


def _cleaned(written: str) -> str | None:
    prefix, slash, suffix = trim(written).translate(_PLAIN).replace("10. ", "10.", 1).partition("/")
    value = prefix + slash + _cut(suffix, _ends())
    value = value.lower() if value.isascii() else value.translate(_LOWER)
    return None if len(value) > LONGEST or UNSEEN.search(value) or not _WHOLE.fullmatch(value) else value


def in_address(address: str, resolver: bool) -> str | None:
    """Find the DOI in an address; one of a resolver has nothing but the DOI in its path."""
    found = _IN_ADDRESS.search(address) if "10." in address else None
    if not found:
        return None
    prefix, once, twice, suffix = found.groups()
    if (once or twice) and not resolver:  # the DOI is a parameter's or a path's single part, so a bare slash ends it
        suffix = suffix.partition("/")[0]
    suffix = (unquote(unquote(suffix)) if twice else unquote(suffix)).replace("\\", "")
    if once or twice:
        suffix = suffix.split("&")[0]
    suffix = _BLANK.split(suffix.lstrip(), maxsplit=1)[0]
    return f"{prefix}/{suffix if resolver else _cut(suffix, _tails())}"


def in_text(written: str) -> str:
    """Give the characters of a DOI in a text that were coded for an address or a page."""
    part = written.partition("/")[0]
    coded = part if "%2f" in part.lower() else written  # a bare slash is none of the DOI then
    value = unquote(coded) if "%2f" in coded.lower() else coded
    return value.replace("&lt;", "<").replace("&gt;", ">")


def _cut(value: str, tails: re.Pattern[str]) -> str:
    """Cut tails off: nothing is left of `.pdf.pdf.pdf…`, which would take quadratic time."""
    value = value[: 2 * LONGEST]
    for _ in range(_MOST):
        before, value = value, trim(tails.sub("", value))
        if value == before:
            return value
    return ""


@cache
def _tails() -> re.Pattern[str]:
    return re.compile(f"(?<=.)(?:{'|'.join(addresses().doi.tails)})$", re.ASCII | re.IGNORECASE)


@cache
def _ends() -> re.Pattern[str]:
    return re.compile(f"(?<=.)(?:{'|'.join(addresses().doi.ends)})$", re.ASCII | re.IGNORECASE)


@cache
def _versioned() -> re.Pattern[str]:
    servers = "|".join(addresses().doi.versioned)
    return re.compile(rf"(?P<value>{servers})(?:v(?P<version>[1-9]\d?))?(?:\.\w.*)?", re.ASCII)
