"""Keeps facts without sources and without a gate."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path

from hubbub import pipeline
from hubbub.model import Account, Post, Reading, Works
from hubbub.store import Store

NOW = datetime(2026, 8, 1, tzinfo=UTC)
NOBODY: Works = frozenset()


def read(facts: Iterable[Post | Account]) -> list[Reading | Account]:
    """Find the works that posts mention."""
    return [Reading(fact, pipeline.find(fact, NOBODY)) if isinstance(fact, Post) else fact for fact in facts]


def keep(store: Store, pages: Sequence[Sequence[Post | Account]]) -> None:
    """Write pages of facts, a transaction each."""
    for page in pages:
        with store.writing() as writer:
            writer.keep(read(page), NOW)


def path_of(store: Store) -> Path:
    return Path(store._engine.url.database or "")


def bytes_of(store: Store) -> bytes:
    """What is on the disk once the store is closed."""
    path = path_of(store)
    store.close()
    return b"".join(file.read_bytes() for file in path.parent.glob(path.name + "*"))
