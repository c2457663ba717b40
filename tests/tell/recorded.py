"""Recordings of Crossref Event Data, and what a source makes of them."""

import json
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from hubbub.collect.sources.crossref_event_data import CrossrefEventData
from hubbub.model import Fact, Fault, Page
from hubbub.store import Store
from tests.store.keeping import keep

RECORDINGS = Path(__file__).parent.parent / "recordings" / "crossref_event_data"
FILES = (
    "user-guide.json",
    "query_end_to_end.json",
    "synthetic-twitter.json",
    "crossref-2023-01-01-last.json",
    "wikipedia-2016-11-25.json",
)
Event = dict[str, Any]


def recorded() -> dict[str, Event]:
    """The events as they were recorded, by their ids; of one that was printed twice, the later."""
    found: dict[str, Event] = {}
    for name in FILES:
        document = json.loads((RECORDINGS / name).read_bytes())
        document = document.get("message", document) if isinstance(document, dict) else document
        events = document["events"] if isinstance(document, dict) else document
        found |= {event["id"]: event for event in events}
    return found


def facts(body: bytes, lines: bool = False) -> list[Fact]:
    """What an archive says."""
    page = Page("archive", "file:events.json", body, datetime(2026, 8, 1, tzinfo=UTC), "end", lines=lines)
    return [fact for fact in CrossrefEventData().parse(page) if not isinstance(fact, Fault)]


def fill(store: Store, names: Iterable[str] = FILES) -> None:
    """Keep recordings, a page each."""
    keep(store, [facts((RECORDINGS / name).read_bytes()) for name in names])
