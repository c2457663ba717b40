"""BibTeX and BibLaTeX go in; the fields of its entries come out, of broken entries too.

Braces are matched once an entry; a value whose brace is not closed ends with its line, so that the rest is still read.
"""

import re
from collections.abc import Iterator

from hubbub.identify.formats.fields import TEXT, Field, table

_ENTRY = re.compile(r"(?<![\w.])@\s*(?P<type>[A-Za-z]{1,30})\s*[{(]")
_KEY = re.compile(r"\s*([^\s,{}=\"]{1,300})\s*,")
_FIELD = re.compile(r"(?<![\w?&/.-])([A-Za-z][\w:+-]{0,60})\s*=\s*")
_BRACE = re.compile(r"\\.|[{}]", re.DOTALL)
_END = re.compile(r"[,{}\n]|\Z")
_NOT_READ = {"comment", "preamble", "string"}
_LATEX = [
    (re.compile(pattern), plain)
    for pattern, plain in (
        (r"\\href\s*\{([^{}]*)\}\s*", r" \1 "),
        (r"\\(?:url|path|doi|texttt|nolinkurl)\b\s*", " "),
        (r"\{?\$?\\(?:textless|lt)\b\s?(?:\{\})?\$?\}?|\$<\$", "<"),
        (r"\{?\$?\\(?:textgreater|gt)\b\s?(?:\{\})?\$?\}?|\$>\$", ">"),
        (r"\{?\$?\\textunderscore\b\s?(?:\{\})?\$?\}?", "_"),
        (r"\{?\$?\\(?:textasciitilde|sim)\b\s?(?:\{\})?\$?\}?|\\~\{\}", "~"),
        (r"(?<![/\\])~", " "),
        (r"\\([-_%&#$~{}])|[{}]", r"\1"),
    )
]


def in_bibtex(text: str) -> Iterator[Field]:
    """Take BibTeX apart; what stands outside of entries is a comment."""
    starts = [*_ENTRY.finditer(text)]
    ends = [*(one.start() for one in starts[1:]), len(text)]
    for start, end in zip(starts, ends, strict=False):
        if start["type"].lower() not in _NOT_READ:
            yield from _entry(text[start.end() : end], start["type"].lower() == "patent")


def _entry(entry: str, is_patent: bool) -> Iterator[Field]:
    if key := _KEY.match(entry):
        yield Field(key[1], certainty=0.8, method="bibtex-key")
    fields = [(name.lower(), _plain(value)) for name, value in _fields(entry)]
    told = dict(fields)
    archive = told.get("archiveprefix") or told.get("eprinttype") or ""
    for name, value in fields:
        ways = table("bibtex").get(name, TEXT)
        if name == "eprint":
            ways = table("bibtex_eprint").get(archive.lower(), TEXT)
        if name == "number" and is_patent:
            office = (
                "".join(table("bibtex_patent").get(told.get("type", "").lower(), ())) if value[:1].isdigit() else ""
            )
            yield Field(office + value, ("patent",), "bibtex-field")
        yield Field(value, ways, "bibtex-field")


def _fields(entry: str) -> Iterator[tuple[str, str]]:
    closes, at = _matched(entry), 0
    while match := _FIELD.search(entry, at):
        start = match.end()
        opened = entry[start : start + 1]
        end = closes.get(start, -1) if opened == "{" else entry.find('"', start + 1) if opened == '"' else -1
        if end < 0:  # a number, a name, or what is not closed
            start += opened in ("{", '"')
            end = _END.search(entry, start).start()  # type: ignore[union-attr]  # it matches the end, too
            value = entry[start:end]
        else:
            value = entry[start + 1 : end]
        yield match[1], value
        at = end


def _matched(entry: str) -> dict[int, int]:
    """Where each brace that is closed closes."""
    opened: list[int] = []
    closes = {}
    for brace in _BRACE.finditer(entry):
        if brace[0] == "{":
            opened.append(brace.start())
        elif brace[0] == "}" and opened:
            closes[opened.pop()] = brace.start()
    return closes


def _plain(value: str) -> str:
    if "\\" in value or "{" in value or "$" in value or "~" in value:
        for pattern, plain in _LATEX:
            value = pattern.sub(plain, value)
    return value
