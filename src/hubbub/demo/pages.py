"""The simulated world beyond the social network: `pages.toml` comes in, events as of Crossref Event Data come out."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import cache
from importlib.resources import files
from random import Random
from typing import Any
from uuid import UUID

import msgspec
from msgspec import Struct

from hubbub.demo.words import works

RELATIONS = {"wikipedia": "references", "crossref": "cites", "datacite": "references", "hypothesis": "annotates"}
TOKEN = "00000000-0000-4000-8000-000000000000"  # noqa: S105  names the collector, opens nothing


class Page(Struct, frozen=True):
    """A page that refers to a work, `hours` after the work came out."""

    work: str
    place: str
    hours: int
    address: str
    title: str | None = None
    author: str | None = None
    updated: str | None = None
    twice: bool = False


@cache
def pages() -> tuple[Page, ...]:
    """The invented pages."""
    text = files(__package__).joinpath("pages.toml").read_bytes()
    return msgspec.toml.decode(text, type=dict[str, tuple[Page, ...]])["page"]


def events(seed: int) -> Iterator[bytes]:
    """Yield what the closed service would have said of the pages, a line an event."""
    chance = Random(f"pages {seed}")  # noqa: S311  it must repeat itself; nothing here is secret
    for page in pages():
        at = works()[page.work].at + timedelta(hours=page.hours, minutes=chance.randrange(60))
        for report in range(2 if page.twice else 1):
            event = _event(page, at + timedelta(days=report), UUID(int=chance.getrandbits(128), version=4))
            yield msgspec.json.encode(event) + b"\n"
            if page.updated:
                yield msgspec.json.encode(event | _update(page.updated, at)) + b"\n"


def _event(page: Page, at: datetime, key: UUID) -> dict[str, Any]:
    work = works()[page.work]
    seen = at + timedelta(hours=3)
    subject: dict[str, Any] = {"pid": page.address, "url": page.address, "issued": _written(at)}
    if page.title:
        subject["title"] = page.title
    if page.author:
        subject["author"] = {"url": page.address.rpartition("/")[0] + "/", "name": page.author}
    return {
        "license": "https://creativecommons.org/publicdomain/zero/1.0/",
        "obj_id": work.address,
        "source_token": TOKEN,
        "occurred_at": _written(at),
        "subj_id": page.address,
        "id": str(key),
        "evidence_record": f"https://evidence.example/{seen:%Y%m%d}-{page.place}-{key}",
        "terms": "https://doi.org/10.13003/CED-terms-of-use",
        "action": "add",
        "subj": subject,
        "source_id": page.place,
        "obj": {"pid": work.address, "url": work.address, "method": "doi-literal", "verification": "literal"},
        "timestamp": _written(seen),
        "relation_type_id": RELATIONS.get(page.place, "discusses"),
    }


def _update(updated: str, at: datetime) -> dict[str, str]:
    reason = "https://evidence.example/the-page-changed"
    return {"updated": updated, "updated_date": _written(at + timedelta(days=9)), "updated_reason": reason}


def _written(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
