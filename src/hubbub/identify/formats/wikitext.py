"""Wikitext goes in; out come the values that templates and links hold, and what stands between them as text.

A dump of a whole wiki passes through here, so templates are not parsed: what a parameter's name says holds in any of
them, and so in one that is not closed or stands in another, too.
"""

import re
from collections.abc import Iterator
from functools import cache
from html import unescape

from hubbub.identify.formats.fields import Field, table

# A comment that is not closed hides the rest, as in MediaWiki.
_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)
_LITERAL = re.compile(
    r"<(nowiki|pre|syntaxhighlight|source)\b[^<>]*(?<!/)>(.*?)(?:</\1\s*>|\Z)", re.DOTALL | re.IGNORECASE
)
_MARKUP = re.compile(r"\{\{|\}\}|\[\[|\]\]|''+")
_REPOSITORY = re.compile(
    r"(\{\{\s*GitHub\s*\|)\s*(?:org|user|owner)\s*=\s*([\w-]{1,39})\s*\|\s*repo\s*=\s*", re.IGNORECASE | re.ASCII
)
_EXPLICIT = re.compile(r"\s*(?:(?:\d{1,3}|id)\s*=)?", re.IGNORECASE)


def in_wikitext(text: str) -> Iterator[Field]:
    """Take a wiki's page apart."""
    text = _COMMENT.sub("", text)
    text = _LITERAL.sub(lambda match: "" if _MARKUP.search(match[2]) else match[2], text)
    # These two stand for signs that would end a value.
    text = text.replace("{{!}}", "&#124;").replace("{{=}}", "=")
    text = _REPOSITORY.sub(r"\1\2/", text)  # GitHub|org=owner|repo=name
    done = 0
    for match in _values().finditer(text):
        yield _between(text[done : match.start()])
        yield from _field(match)
        done = match.end()
    yield _between(text[done:])


def _between(text: str) -> Field:
    return Field(_MARKUP.sub(" ", unescape(text)))


def _field(match: re.Match[str]) -> Iterator[Field]:
    if match["name"]:
        yield Field(unescape(match["value"]), table("wikitext")[_name(match["name"])], "cite-template")
    elif match["prefix"]:
        yield Field(unescape(match["target"]), table("wikitext_link")[_name(match["prefix"])], "interwiki-link")
    else:
        values = [unescape(_EXPLICIT.sub("", one, count=1)).strip() for one in match["values"].split("|")[1:]]
        if (
            len(values) > 1 and values[1][:1].isdigit() and re.fullmatch(r"[a-z-]{1,12}", values[0])
        ):  # arXiv|hep-th|9901001
            values = [f"{values[0]}/{values[1]}"]
        ways = table("wikitext_template")[_name(match["template"])]
        yield from (Field(one, ways, "identifier-template") for one in values)


def _name(written: str) -> str:
    return re.sub(r"[\s_]+", " ", written).lower()


@cache
def _values() -> re.Pattern[str]:
    """A parameter, a template or a link that holds a value of some scheme."""
    names, templates, prefixes = (
        "|".join(re.escape(name).replace(r"\ ", "[ _]") for name in table(one))
        for one in ("wikitext", "wikitext_template", "wikitext_link")
    )
    return re.compile(
        rf"\|\s*(?P<name>{names})\d*\s*=(?P<value>[^|{{}}]*)"
        rf"|\{{\{{\s*(?P<template>{templates})\s*(?P<values>(?:\|\s*(?:(?:\d\d?|id)\s*=)?[^{{}}|=]*+(?=[{{}}|]|\Z))+)"
        rf"|\[\[:?(?P<prefix>{prefixes})[:/](?P<target>[^\[\]|{{}}\n]*)",
        re.IGNORECASE | re.ASCII,  # else the letter ſ is an s, too
    )
