"""Lists of references and the text of PDF files go in; out comes text with what line ends broke put together again.

A DOI or an address that reaches the end of its line is joined with the next line's first word only where that is
likelier than not: where neither can stand alone as it is. What was joined is told apart and is less certain.
"""

import re
from collections import Counter
from collections.abc import Iterator

from hubbub.identify.formats.fields import TEXT, Field

CERTAINTY = 0.8
LONGEST = 2000  # characters of what is joined
_SIGNS = {ord(sign): "-" for sign in "\u2010\u2011\u2012\u2013\u2212"} | dict.fromkeys(
    map(ord, "\u00ad\u200b\u200c\u200d\u2060\ufeff\x00"), ""
)
_SIGNS |= dict.fromkeys(map(ord, "\u00a0\u2002\u2003\u2007\u2009\u200a\u202f\u3000"), " ")
_SIGNS |= {0xFB00 + at: letters for at, letters in enumerate(("ff", "fi", "fl", "ffi", "ffl", "st", "st"))}
_SOFT_BREAK = re.compile(r"\u00ad[ \t]*\r?\n[ \t]*")
# No DOI and no address ends before these blanks, so they are read as line ends.
_INNER_BLANK = re.compile(
    r"(?<=\b10\.) (?=\d{4,9}/)|(?<=\bhttps:) (?=//)|(?<=\bhttp:) (?=//)|(?<=://) (?=\w)"
    r"|(?<=doi\.org/) (?=10\.)|(?<=arxiv\.org/) (?=abs/)|(?<=[,;])(?=https?:)"
    r"|(?P<doi>\b10\.\d{4,9})(?: / ?|/ )(?=[\w(])",
    re.ASCII | re.IGNORECASE,
)
_HEAD = re.compile(r"https?:|www\.|(?<![\w.])10\.|arxiv:", re.IGNORECASE)
_PREFIX = re.compile(r"(?<![\w.])10\.\Z")
_DOI = re.compile(r"(?<![\w.])10\.\d{4,9}/", re.ASCII)
_NEW = re.compile(r"\W*(?:https?:|www\.|doi\b|10\.\d{4,9}/|arxiv|pmid|pmc|isbn|issn|\[)", re.ASCII | re.IGNORECASE)
_LABEL = re.compile(r"[1-9]\d{0,3}[.)]?|(?:19|20)\d\d[a-z]?\W*", re.ASCII)
_PATH = re.compile(r"\w[/=?_&]\w|\w{2}\.\w{2}|\.\d", re.ASCII)
_NUMBER = re.compile(r"0\d|\d{5}", re.ASCII)
_PAGE_NUMBER = re.compile(r"\W*\d{1,4}\W*", re.ASCII)
_ISBN = re.compile(r"\bISBN[-: 013]{0,8}[\d -]{1,16}-\Z", re.ASCII | re.IGNORECASE)
_EDGES = 2  # lines at the top and at the foot of a page that may be its header and footer


def in_pages(text: str) -> Iterator[Field]:
    """Take the text of a PDF file apart; form feeds part its pages, and headers and footers come before all pages."""
    pages = [page.strip("\n\r").splitlines() for page in text.split("\f")]
    repeated = Counter(mask for page in pages for mask in {_mask(line) for line in _edges(page)})
    apart: dict[str, None] = {}
    for page in pages:
        for line in _edges(page):
            if len(pages) > 1 and (repeated[_mask(line)] > 1 or _PAGE_NUMBER.fullmatch(line)):
                page[page.index(line)] = ""
                apart[line] = None
    yield Field("\n".join(apart))
    yield from in_lines("\n".join(line for page in pages for line in page if line.strip()))


def _edges(page: list[str]) -> list[str]:
    return page[:_EDGES] + page[_EDGES:][-_EDGES:]


def _mask(line: str) -> str:
    return re.sub(r"\d+", "0", line.strip())


def in_lines(text: str) -> Iterator[Field]:
    """Take a list of references apart, or any other text in which lines are broken."""
    text = _SOFT_BREAK.sub("", text).translate(_SIGNS)
    text = _INNER_BLANK.sub(lambda match: f"{match['doi']}/\n" if match["doi"] else "\n", text)
    said: list[str] = []
    line = ""
    joined = False
    for next_line in text.splitlines():
        next_line = next_line.strip()
        if not next_line:
            continue  # the text of some files has an empty line after each
        before, last = _last(line)
        first, _, more = next_line.partition(" ")
        if glue := _glued(last, first, more):
            said.append(before)
            line, joined = glue, True
            if more:
                yield Field("\n".join(said))
                yield Field(line, TEXT, "joined-lines", CERTAINTY)
                said, line, joined = [], more, False
        elif joined:
            yield Field("\n".join(said))
            yield Field(line, TEXT, "joined-lines", CERTAINTY)
            said, line, joined = [], next_line, False
        else:
            said.append(line)
            line = next_line
    yield Field("\n".join(said if joined else [*said, line]))
    if joined:
        yield Field(line, TEXT, "joined-lines", CERTAINTY)


def _last(line: str) -> tuple[str, str]:
    """Part a line before what at its end may go on in the next one."""
    if isbn := _ISBN.search(line[-40:]):
        start = len(line) - len(isbn[0])
    else:
        start = max(line.rfind(" "), line.rfind("\t")) + 1
    return line[:start], line[start:]


def _glued(last: str, first: str, more: str) -> str | None:
    """Put two words together if they are one, or give None."""
    if _ISBN.match(last):
        return last + first if re.match(r"[\d-]+[\dX]?\b", first, re.ASCII) else None
    head = _HEAD.search(last) if len(last) <= LONGEST else None
    word = first.rstrip(".,;:)]}>")
    if not head or not word:
        return None
    start = last[head.start() :].lower()
    if start in ("https:", "http:", "https:/", "http:/", "https://", "http://") or start.endswith("doi.org/"):
        return last + first if re.match(r"[/\w]", first) else None
    if _PREFIX.search(start):
        return last + first if re.match(r"\d{4,9}/\S", first, re.ASCII) else None
    if _NEW.match(first) or (_LABEL.fullmatch(first) and (not more or more[0].isupper())):
        return None
    return _by_end(last, first, word)


def _by_end(last: str, first: str, word: str) -> str | None:
    """Judge by the sign at the end of the line: after most of them nothing can end."""
    doi = _DOI.search(last)
    is_small = word[0].islower() or word[0].isdigit()
    has_digit = any(map(str.isdigit, word))
    match last[-1]:
        case "/" if doi:
            goes_on = has_digit or (is_small and doi.end() == len(last))
        case "/":  # where an address may well end
            goes_on = is_small and _PATH.search(word) is not None
        case "-":
            goes_on = is_small or (has_digit and not last[-2:-1].islower())
            if doi and last[-2:-1].islower() and word[0].islower():  # the hyphen of a word that was divided
                last = last[:-1]
        case ".":  # where a sentence may well end
            goes_on = is_small and (_PATH.search(word) is not None or _NUMBER.match(word) is not None)
        case "_" | "=" | "&" | "?" | "%" | "(" | "~" | "+":
            goes_on = word[0].isalnum()
        case end:
            goes_on = end.isalnum() and re.match(r"[./_-]\w", word) is not None
    return last + first if goes_on else None
