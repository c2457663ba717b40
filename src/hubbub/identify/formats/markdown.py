"""Markdown goes in; out comes its text without what only dresses it, and what its code blocks hold."""

import re
from collections.abc import Iterator
from html import unescape
from urllib.parse import unquote

from hubbub.identify.address import in_address
from hubbub.identify.formats.fields import Field
from hubbub.identify.schemes import always_kept

_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)
_BLOCK = re.compile(
    r"^ {0,3}(?P<fence>`{3,9}|~{3,9})[^\n`]*\n(?P<inside>.*?)(?:^ {0,3}(?P=fence)[`~]*[ \t]*$|\Z)",
    re.DOTALL | re.MULTILINE,
)
_INLINE = re.compile(
    r"`{1,3}(?P<code>[^`\n]{1,500})`{1,3}"
    r"|\\(?P<escaped>[!-/:-@\[-`{-~])"
    r"|(?P<emphasis>\*\*+|(?<![\w*/])\*(?=[\w\[])|(?<=[\w\])])\*(?![\w*]))"
    r"|!\[(?P<alt>[^\[\]]{0,300})\]\(\s*<?(?P<image>(?:[^()<>\s]|\([^()<>\s]{0,300}\)){1,2000})[^()\n]{0,300}\)"
    r"|<img\b[^<>]{0,1000}?\bsrc\s*=\s*[\"']?(?P<src>[^\"'<>\s]{1,2000})[^<>]{0,1000}>",
    re.IGNORECASE,
)
_SHIELD = re.compile(r"https?://img\.shields\.io/badge/([^?#]+?)-[^-?#]+(?:[?#].*)?\Z")


def in_markdown(text: str) -> Iterator[Field]:
    """Take Markdown apart."""
    text = _COMMENT.sub("", text)
    done = 0
    for block in _BLOCK.finditer(text):
        yield _prose(text[done : block.start()])
        yield from _code(block["inside"])
        done = block.end()
    yield _prose(text[done:])


def _code(inside: str) -> Iterator[Field]:
    """What a project asks to be cited by stands in blocks of code."""
    from hubbub.identify.formats import reader, sniff

    kind = sniff(inside)
    if kind in ("bibtex", "ris", "csl"):
        yield from reader(kind)(inside)
    else:
        yield Field(inside)


def _prose(text: str) -> Field:
    return Field(unescape(_INLINE.sub(_shown, text)))


def _shown(match: re.Match[str]) -> str:
    if image := match["image"] or match["src"]:
        return f" {match['alt'] or ''} {_told(unescape(image))} "
    if code := match["code"]:
        return f"{code} " if " " in code else code  # what follows a command is no part of it
    return match["escaped"] or ""


def _told(image: str) -> str:
    """What a badge says; any other picture is shown, not referred to."""
    if shield := _SHIELD.match(image):
        label_and_message = re.split(r"(?<!-)-(?!-)", unquote(shield[1]), maxsplit=1)
        return " ".join(label_and_message).replace("--", "-").replace("__", "_")
    return image if any(always_kept(one.identifier) for one in in_address(image)) else ""
