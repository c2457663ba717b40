"""Inputs in which references travel: text of a kind goes in, the identifiers in it come out, in order and each once.

Each kind has a reader, which takes the text apart into fields; `fields` says what a field's value means. A kind that
is not given is seen from the content.
"""

import re
from collections.abc import Callable, Iterator
from importlib import import_module

from hubbub.identify.address import in_address
from hubbub.identify.formats.fields import Field, in_field
from hubbub.identify.found import Found
from hubbub.identify.text import in_text

_START = 10_000  # characters in which a kind shows itself
_READERS = {
    "wikitext": "wikitext:in_wikitext",
    "ris": "entries:in_ris",
    "bibtex": "bibtex:in_bibtex",
    "csl": "entries:in_csl",
    "mods": "records:in_mods",
    "marcxml": "records:in_marcxml",
    "markdown": "markdown:in_markdown",
    "references": "lines:in_lines",
    "pdf": "lines:in_pages",
}
_PIECES = ("ris", "bibtex", "csl")  # people quote parts of these, which are read as text
KINDS = ("text", "url", "html", *_READERS)
# The first that is seen in the start of an input says what it is; none: text.
_SIGNS = [
    (kind, re.compile(sign, re.IGNORECASE | re.MULTILINE | re.ASCII))
    for kind, sign in (
        ("url", r"\Ahttps?://\S+\s*\Z"),
        ("mods", r"\A<(?:[^\0]{0,9000}?<)?(?:\w{1,20}:)?mods(?:Collection)?[\s>]"),
        ("marcxml", r"<(?:\w+:)?(?:datafield|leader)[\s>]"),
        ("html", r"\A(?:<\?xml\b[^>]*>\s*)?<(?:!doctype html|html|head|body)\b"),
        ("csl", r"\A(?:\[\s*)?\{\s*\""),
        ("markdown", r"^ {0,3}```|\]\(<?https?://"),
        ("ris", r"^TY {1,2}- ?[A-Z]{3,7}\s*$"),
        ("bibtex", r"^[ \t]*@[ \t]*[a-z]{3,30}\s*[{(]\s*[^\s,{}()=@]{0,300}\s*,"),
        ("wikitext", r"\{\{[^{}|\n]{1,60}\s{0,9}\||\[\[[^\]\[\n]{1,200}\]\]|<ref[\s>]|^==+[^=\n]{1,200}==+\s*$"),
        ("html", r"<(?:meta|div|p)[\s>]|<a\s[^<>]{0,200}href"),
        ("markdown", r"^ {0,3}\[[^\]\n]{1,200}\]:\s*<?http|^#{1,6} \S"),
        ("pdf", r"[\f\u00ad\ufb00-\ufb06]"),
        ("references", r"(?:https?://|\b10\.)\S{0,300}(?:[-/_=]\s{0,9}\n\s{0,9}\w|\.\s{0,9}\n\s{0,9}(?=\S{0,99}\d)\w)"),
        ("references", r"^\s{0,8}(?:\[\d{1,4}\]|\d{1,4}[.)])\s(?:[^\n]*\n){1,6}\s{0,8}(?:\[\d{1,4}\]|\d{1,4}[.)])\s"),
    )
]


def find(input: str, kind: str | None = None, address: str | None = None) -> list[Found]:  # noqa: A002
    """Find identifiers in an input of a kind out of `KINDS`, each once, as they stand; a page may tell its address.

    What is broken or cut off is read as far as it goes. Raises ValueError for an unknown kind.
    """
    kind = sniff(input) if kind is None else kind
    match kind:
        case "text":
            return in_text(input)
        case "url":
            return in_address(input.strip())
        case "html":
            from hubbub.identify import in_html  # which is complete only when this module is

            return in_html(input, address)
    if kind not in _READERS:
        raise ValueError(f"the kind {kind!r} is not known; it is one of {', '.join(KINDS)}")
    firsts: dict[tuple[str, str], Found] = {}
    fields = list(reader(kind)(input))
    for field in fields:
        for one in in_field(field):
            firsts.setdefault((one.identifier.scheme, one.identifier.value), one)
    return list(firsts.values()) if fields or kind not in _PIECES else in_text(input)


def sniff(input: str) -> str:  # noqa: A002
    """See from its start what kind an input is."""
    start = input[: _START + 1000].lstrip("\ufeff \t\r\n")[:_START]
    return next((kind for kind, sign in _SIGNS if sign.search(start)), "text")


def reader(kind: str) -> Callable[[str], Iterator[Field]]:
    """Give what takes a text of the kind apart; its module is loaded where one is read."""
    module, _, name = _READERS[kind].partition(":")
    reader: Callable[[str], Iterator[Field]] = getattr(import_module(f"{__name__}.{module}"), name)
    return reader
