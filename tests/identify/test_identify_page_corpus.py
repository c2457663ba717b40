"""Pages in the shapes of many places, each with what it is and what it speaks of."""

import tomllib
from pathlib import Path
from typing import Any

import pytest

from hubbub.identify import read_page

PAGES = Path(__file__).parent / "corpora" / "pages"
ROWS: dict[str, dict[str, Any]] = tomllib.loads((PAGES / "pages.toml").read_text())


@pytest.mark.parametrize("name", ROWS)
def test_a_page_is_told_from_what_it_speaks_of(name: str) -> None:
    row = ROWS[name]
    page = read_page((PAGES / f"{name}.html").read_bytes(), row["address"], {"Link": row.get("link", "")})
    own = [one.identifier for one in page.identifiers]
    told = {f"{one.relation} {one.found.identifier}" for one in page.speaks_of}
    assert {str(one) for one in own if one.scheme != "url"} == set(row["is"])
    assert told >= set(row.get("speaks_of", ()))
    assert not any(one.endswith(f" {name}") for one in told for name in [*row["is"], *row.get("nowhere", ())])
    assert (page.role, page.kind) == (row.get("role", page.role), row.get("kind", page.kind))
    assert page.is_work == bool(row["is"])
    if "canonical" in row:
        assert page.canonical == row["canonical"]


def test_every_page_has_its_row() -> None:
    assert {file.stem for file in PAGES.glob("*.html")} == set(ROWS)
