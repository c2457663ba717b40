"""Whatever is wrong with a store or a port is said in a sentence, and nothing is lost."""

import shutil
import socket
import sqlite3
from pathlib import Path

import pytest

import hubbub.store
from tests.cli.commanded import USER_GUIDE, event, posts, run

WAITS = tuple(pragma for pragma in hubbub.store.PRAGMAS if "busy_timeout" not in pragma)


@pytest.fixture
def store(blank_store: Path, tmp_path: Path) -> Path:
    """A store in a file: what can be wrong with a server is shown in tests/store."""
    return Path(shutil.copy(blank_store, tmp_path / "store.db"))


@pytest.fixture
def some(store: Path, tmp_path: Path) -> Path:
    """An archive, of which the store holds nothing yet."""
    file = tmp_path / "some.ndjson"
    file.write_bytes(b"".join(event(n) for n in range(3)))
    return file


def test_a_locked_store_is_explained_and_can_be_read(store: Path, some: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert run(store, "ingest", "crossref_event_data", some).status == 0
    monkeypatch.setattr(hubbub.store, "PRAGMAS", ("PRAGMA busy_timeout=50", *WAITS))
    other = sqlite3.connect(store, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    for order in (["ingest", "crossref_event_data", USER_GUIDE], ["rebuild"]):
        run(store, *order).fails(f"the store {store} is in use by another program", "close it or try again later")
    assert posts(store) == ["0", "1", "2"]
    other.execute("ROLLBACK")
    other.close()
    assert run(store, "ingest", "crossref_event_data", USER_GUIDE).status == 0


def test_a_read_only_store_is_explained_and_can_be_read(
    store: Path, some: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert run(store, "ingest", "crossref_event_data", some).status == 0
    with monkeypatch.context() as patch:  # root may write everywhere; this stops root too
        patch.setattr(hubbub.store, "PRAGMAS", (*hubbub.store.PRAGMAS, "PRAGMA query_only=ON"))
        run(store, "ingest", "crossref_event_data", USER_GUIDE).fails(f"the store {store} is read-only; give yourself")
        assert posts(store) == ["0", "1", "2"]
    assert posts(store) == ["0", "1", "2"]


def test_a_full_disk_is_explained_and_loses_nothing(store: Path, some: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert run(store, "ingest", "crossref_event_data", some).status == 0
    many = some.with_name("many.ndjson")
    many.write_bytes(b"".join(event(n, obj_id=f"https://doi.org/10.5555/{n}{'x' * 400}") for n in range(100, 900)))
    with sqlite3.connect(store) as asked:
        (pages,) = asked.execute("PRAGMA page_count").fetchone()
    asked.close()
    with monkeypatch.context() as patch:
        full = f"PRAGMA max_page_count={pages + 3}"
        patch.setattr(hubbub.store, "PRAGMAS", (*hubbub.store.PRAGMAS, full))
        run(store, "ingest", "crossref_event_data", many).fails(
            f"the store {store} cannot grow: the disk is full; nothing of this step was kept"
        )
    assert posts(store) == ["0", "1", "2"]
    ran = run(store, "ingest", "crossref_event_data", many)
    assert (ran.status, ran.out) == (0, "✓ many.ndjson: 800 posts, 800 mentions, 0 withdrawn\n")


def test_a_store_of_a_newer_program_is_left_alone(store: Path) -> None:
    with sqlite3.connect(store) as newer:
        newer.execute("UPDATE alembic_version SET version_num = '9999'")
    newer.close()
    before = store.read_bytes()
    run(store, "ingest", "crossref_event_data", USER_GUIDE).fails(
        f"the store {store} was written by a newer hubbub (revision 9999); update hubbub"
    )
    assert store.read_bytes() == before


def test_a_text_file_is_no_store(tmp_path: Path) -> None:
    notes = tmp_path / "notes.txt"
    notes.write_text("Dear diary, " * 100)
    for order in (["sources"], ["report", "10.5555/work"], ["rebuild"]):
        run(notes, *order).fails(f"the store {notes} is not a hubbub store (not a database at all)")
    assert notes.read_text() == "Dear diary, " * 100


def test_another_programs_database_is_no_store(tmp_path: Path) -> None:
    path = tmp_path / "other.db"
    with sqlite3.connect(path) as other:
        other.execute("CREATE TABLE places (id INTEGER)")
    other.close()
    run(path, "sources").fails("holds other tables and is not a hubbub store; name another one")


def test_an_unknown_kind_of_store_is_explained() -> None:
    ran = run(None, "--store", "nosuch://x/y", "sources")
    ran.fails("nosuch is not a kind of store that hubbub knows; use sqlite:///FILE")


def test_a_missing_store_is_made_with_its_folder(tmp_path: Path) -> None:
    path = tmp_path / "new" / "folder" / "store.db"
    assert run(path, "ingest", "crossref_event_data", USER_GUIDE).status == 0
    assert path.is_file()


@pytest.mark.parametrize("order", ["serve", "demo"])
def test_a_port_in_use_is_explained(store: Path, order: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        run(store, order, "--port", port).fails(
            f"port {port} on 127.0.0.1 cannot be used (another program is using it); try --port 0"
        )
