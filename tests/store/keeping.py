"""Keeps facts without sources and without a gate."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path

from hubbub import pipeline
from hubbub.model import Fact, Post, Reading, Works
from hubbub.store import Store
from hubbub.store.fold import Change

NOW = datetime(2026, 8, 1, tzinfo=UTC)
NOBODY: Works = frozenset()


def read(facts: Iterable[Fact]) -> list[Change]:
    """Find the works that posts mention."""
    return [Reading(fact, pipeline.find(fact, NOBODY)) if isinstance(fact, Post) else fact for fact in facts]


def keep(store: Store, pages: Sequence[Sequence[Fact]]) -> None:
    """Write pages of facts, a transaction each."""
    for page in pages:
        with store.writing() as writer:
            writer.keep(read(page), NOW)


def path_of(store: Store) -> Path:
    """The file of a store in SQLite."""
    return Path(store._engine.url.database or "")


def bytes_of(store: Store) -> bytes:
    """What is on the disk once the store is closed."""
    if store._engine.dialect.name == "postgresql":
        store.compact()  # a row that went stays until then
        with store.writing() as writer:
            writer._connection.exec_driver_sql("CHECKPOINT")
        return b"".join(path.read_bytes() for path in _files(store))
    path = path_of(store)
    store.close()
    return b"".join(file.read_bytes() for file in path.parent.glob(path.name + "*"))


def _files(store: Store) -> list[Path]:
    """The files of all tables, their indexes and long values, and of the samples that the server takes of them."""
    with store.connect() as connection:

        def ask(statement: str) -> list[str]:
            return list(connection.exec_driver_sql(statement).scalars())

        (root,) = ask("SELECT current_setting('data_directory')")
        ours = "SELECT c.oid FROM pg_class c WHERE c.relnamespace = current_schema::regnamespace"
        files = ask(
            "SELECT pg_relation_filepath(oid) FROM pg_class WHERE relfilenode <> 0 AND"
            f" (oid IN ({ours}) OR oid IN (SELECT reltoastrelid FROM pg_class WHERE oid IN ({ours})))"
            " UNION SELECT pg_relation_filepath('pg_statistic')"
        )
    return [path for file in files for path in Path(root).glob(f"{file}*")]
