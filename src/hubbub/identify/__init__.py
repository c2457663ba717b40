"""Find identifiers in text, addresses and pages: pure, and at firehose speed.

In go text, an address, a page's HTML, a format in which references travel or what a person typed; out come identifiers
in normal form with the evidence for each. `find` takes any of these, and sees which it is if it is not told.
`hubbub.identify.hints` tells beforehand which lines of a firehose are worth reading.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from hubbub.identify.address import in_address
from hubbub.identify.canonical import canonical
from hubbub.identify.formats import KINDS, find, sniff
from hubbub.identify.found import Found, Why
from hubbub.identify.schemes import address, always_kept, twin
from hubbub.identify.tables import METHOD_VERSION
from hubbub.identify.text import in_text
from hubbub.identify.typed import parse

__all__ = [
    "KINDS",
    "METHOD_VERSION",
    "Found",
    "Why",
    "address",
    "always_kept",
    "canonical",
    "find",
    "in_address",
    "in_html",
    "in_text",
    "parse",
    "read_page",
    "sniff",
    "twin",
    "why",
]


if TYPE_CHECKING:
    from hubbub.identify.page import PageIdentity


def in_html(html: str | bytes, address: str | None = None) -> list[Found]:
    """Find the identifiers of a page at `address`, what the page is before what it speaks of."""
    from hubbub.identify.page import in_html  # the HTML parser is loaded where a page is read

    return in_html(html, address)


def why(text: str, kind: str) -> list[Why]:
    """Tell what was found in an input of a kind other than a page, by which rule, what was rejected and the reason."""
    from hubbub.identify.reasons import why  # only who asks needs it

    return why(text, kind)


def read_page(
    html: str | bytes, address: str | None = None, headers: Mapping[str, str] | None = None
) -> "PageIdentity":
    """Read what a page at `address` is and what it speaks of; `headers` are those of the answer it came in."""
    from hubbub.identify.page import read_page

    return read_page(html, address, headers)
