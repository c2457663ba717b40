"""Keeps facts without sources and without a gate."""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from hubbub import pipeline
from hubbub.model import Account, Post, Reading, Watch
from hubbub.store import Store

NOW = datetime(2026, 8, 1, tzinfo=UTC)
NOBODY: Watch = frozenset()


def keep(store: Store, pages: Sequence[Sequence[Post | Account]]) -> None:
    """Write pages of facts, a transaction each."""
    for page in pages:
        with store.writing() as writer:
            writer.keep([Reading(f, pipeline.find(f, NOBODY)) if isinstance(f, Post) else f for f in page], NOW)


def path_of(store: Store) -> Path:
    return Path(store._engine.url.database or "")


def bytes_of(store: Store) -> bytes:
    """What is on the disk once the store is closed."""
    path = path_of(store)
    store.close()
    return b"".join(file.read_bytes() for file in path.parent.glob(path.name + "*"))
