"""The address of a hubbub server comes in; the `javascript:` address that people keep as a bookmark goes out."""

import json
from functools import cache
from importlib.resources import files
from urllib.parse import quote

from hubbub.identify.tables import page_rules


def bookmarklet(origin: str) -> str:
    """The one-line address that opens the server at `origin` for the page it is clicked on."""
    code = _code().replace("ORIGIN", json.dumps(origin), 1)
    return "javascript:" + quote(code, safe="()[]{}=!&|?:;,.*/+'@-_~")


@cache
def _code() -> str:
    lines = (line.strip() for line in files(__package__).joinpath("bookmarklet.js").read_text("utf-8").splitlines())
    code = " ".join(line for line in lines if line and not line.startswith("//"))
    return code.replace("TAGS", json.dumps(tag_rows(), separators=(",", ":")), 1)


def tag_rows() -> list[tuple[str, tuple[str, ...]]]:
    """What meta tags to read, most telling first, by the scheme they hold: "" for any, "@" for an address."""
    rows = [row for row in page_rules().claim if row.place == "meta" and row.relation == "is"]
    names = {"address": "@"}
    return [(names.get(row.scheme, row.scheme), row.names) for row in sorted(rows, key=lambda row: -row.weight)]
