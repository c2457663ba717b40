"""What can be wrong with a store is said in a sentence, and nothing is lost; for a server see `test_server`."""

import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from sqlalchemy import create_engine

import hubbub.store
from hubbub.answers import Answers
from hubbub.model import Identifier, Post
from hubbub.store import Store, StoreError, open_store, schema
from tests.conftest import NewStore, on_sqlite
from tests.store.asked import dump, told
from tests.store.fold_model import WORKS, link_to
from tests.store.keeping import NOW, bytes_of, keep, path_of, read
from tests.store.older import LATE, PAGES

OF_POSTGRESQL = {"mention_by_account"}  # indexes that it alone has


def some(first: int, last: int, words: int = 1) -> list[Post]:
    return [
        Post(
            source="bluesky",
            id=f"at://did:plc:a/app.bsky.feed.post/{n}",
            via="bluesky",
            version="v1",
            text="word " * words,
            links=(link_to(WORKS[0]),),
            author="did:plc:a",
        )
        for n in range(first, last)
    ]


def migrated_to(path: Path, revision: str) -> None:
    """Make a store as an older program left it."""
    engine = create_engine(f"sqlite:///{path}")
    config = Config()
    config.set_main_option("script_location", "hubbub.store:migrations")
    config.set_main_option("path_separator", "os")
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
    engine.dispose()


def test_an_older_store_is_brought_up_to_date(tmp_path: Path) -> None:
    path = tmp_path / "old.db"
    migrated_to(path, "0001")
    with sqlite3.connect(path) as old:
        old.execute("INSERT INTO source VALUES (1, 'bluesky')")
        old.execute("INSERT INTO aside VALUES (1, 'post:somebodys', 0, 'no JSON', 'somebodys words', 0)")
    old.close()
    with open_store(str(path)) as store:
        keep(store, [some(0, 3)])
        assert len(told(store, WORKS[0])) == 3
        with store.writing() as writer:
            writer.wanted.shelve("mine", "Mine", "", False, [WORKS[1]])
        assert store.works() == {WORKS[1]}
        assert b"somebodys" not in bytes_of(store)


def test_an_older_store_keeps_what_it_held_and_what_it_must_not_hold(tmp_path: Path) -> None:
    path = tmp_path / "old.db"
    with sqlite3.connect(path) as old:
        old.executescript(Path(__file__).with_name("store_0002.sql").read_text())
    old.close()
    with open_store(str(path)) as store, open_store(str(tmp_path / "new.db")) as new:
        keep(new, PAGES)
        for late in ([], LATE):
            keep(store, [late])
            keep(new, [late])
            assert [told(store, work) for work in WORKS] == [told(new, work) for work in WORKS]
            report, wanted = (Answers(one).report(WORKS[0]) for one in (store, new))
            assert report == wanted
            for table in ("posts", "accounts", "mentions", "touches"):
                assert dump(store)[table] == dump(new)[table]


def test_migrations_lead_to_the_declared_tables(tmp_path: Path) -> None:
    migrated_to(tmp_path / "old.db", "head")
    engine = create_engine(f"sqlite:///{tmp_path / 'old.db'}")
    with engine.connect() as connection:
        opts = {"compare_type": True, "include_object": lambda thing, name, *rest: name not in OF_POSTGRESQL}
        context = MigrationContext.configure(connection, opts=opts)
        assert compare_metadata(context, schema.metadata) == []
        assert context.get_current_revision() == schema.REVISION
    engine.dispose()


def test_a_store_of_a_newer_program_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "new.db"
    open_store(str(path)).close()
    with sqlite3.connect(path) as newer:
        newer.execute("UPDATE alembic_version SET version_num = '9999'")
    newer.close()
    before = path.read_bytes()
    with pytest.raises(StoreError, match=r"was written by a newer hubbub \(revision 9999\); update hubbub"):
        open_store(str(path))
    assert path.read_bytes() == before


def test_a_text_file_is_no_store(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("Dear diary, " * 100)
    with pytest.raises(StoreError, match="is not a hubbub store"):
        open_store(str(path))
    assert path.read_text() == "Dear diary, " * 100


def test_another_programs_database_is_no_store(tmp_path: Path) -> None:
    path = tmp_path / "other.db"
    with sqlite3.connect(path) as other:
        other.execute("CREATE TABLE places (id INTEGER)")
        other.execute("INSERT INTO places VALUES (7)")
    other.close()
    with pytest.raises(StoreError, match="holds other tables and is not a hubbub store"):
        open_store(str(path))
    with sqlite3.connect(path) as other:
        assert other.execute("SELECT name FROM sqlite_master").fetchall() == [("places",)]
    other.close()


def test_a_folder_is_no_store(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="cannot be opened"):
        open_store(str(tmp_path))


def test_a_missing_folder_is_made(tmp_path: Path) -> None:
    path = tmp_path / "a" / "b" / "store.db"
    open_store(str(path)).close()
    assert path.is_file()


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError, match="cannot make the folder of the store"):
        open_store(str(tmp_path / "file" / "store.db"))


@pytest.mark.parametrize("address", ["nosuch://x/y", "sqlite:///", "://"])
def test_an_odd_address_is_explained(address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    if address == "sqlite:///":  # SQLite's own name for a store in memory
        open_store(address).close()
        return
    with pytest.raises(StoreError, match="use sqlite:///FILE"):
        open_store(address)


def test_a_damaged_store_is_named(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    with open_store(str(path)) as store:
        keep(store, [some(0, 500)])
    whole = path.read_bytes()
    path.write_bytes(whole[:4096] + b"\xee" * (len(whole) - 4096))
    with pytest.raises(StoreError, match="is damaged; restore it from a copy"), open_store(str(path)) as store:
        told(store, WORKS[0])


@contextmanager
def read_only(path: Path) -> Iterator[None]:
    """Take the right to write away; root needs a stronger word than others."""
    with pytest.MonkeyPatch.context() as patch:
        if os.geteuid() == 0:
            patch.setattr(hubbub.store, "PRAGMAS", ("PRAGMA busy_timeout=100", "PRAGMA query_only=ON"))
        path.chmod(0o444)
        path.parent.chmod(0o555)
        yield
        path.parent.chmod(0o755)
        path.chmod(0o644)


def test_a_read_only_store_is_explained_and_kept(tmp_path: Path) -> None:
    path = tmp_path / "folder" / "store.db"
    with open_store(str(path)) as store:
        keep(store, [some(0, 3)])

    def write() -> None:
        with open_store(str(path)) as store:
            keep(store, [some(3, 6)])

    with read_only(path), pytest.raises(StoreError, match="is read-only; give yourself the right"):
        write()
    with open_store(str(path)) as store:
        assert len(told(store, WORKS[0])) == 3


@on_sqlite
def test_a_locked_store_is_explained_and_can_still_be_read(
    new_store: NewStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hubbub.store, "PRAGMAS", ("PRAGMA busy_timeout=50", *hubbub.store.PRAGMAS[1:]))
    store = new_store()
    keep(store, [some(0, 3)])
    other = sqlite3.connect(path_of(store), isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreError, match="is in use by another program that has not let go"):
        keep(store, [some(3, 6)])
    assert len(told(store, WORKS[0])) == 3
    other.execute("ROLLBACK")
    other.close()
    keep(store, [some(3, 6)])
    assert len(told(store, WORKS[0])) == 6


@on_sqlite
def test_a_full_disk_is_explained_and_loses_nothing(new_store: NewStore) -> None:
    store = new_store()
    keep(store, [some(0, 50)])
    before = dump(store)
    limit = _pages(store) + 4

    def fill() -> None:
        with store.writing() as writer:
            writer._connection.exec_driver_sql(f"PRAGMA max_page_count={limit}")
            writer.keep(read(some(50, 500, 50)), NOW)

    with pytest.raises(StoreError, match="the disk is full; nothing of this step was kept"):
        fill()
    assert dump(store) == before
    with store.connect() as connection:
        connection.exec_driver_sql("PRAGMA max_page_count=4294967294")
    keep(store, [some(50, 500, 50)])
    assert len(told(store, WORKS[0])) == 500


def _pages(store: Store) -> int:
    with store.connect() as connection:
        return int(connection.exec_driver_sql("PRAGMA page_count").scalar_one())


def test_a_statement_that_fails_midway_leaves_nothing(new_store: NewStore) -> None:
    store = new_store()
    keep(store, [some(0, 3)])
    before = dump(store)

    def fail() -> None:
        with store.writing() as writer:
            writer.keep(read(some(3, 6)), NOW)
            writer.advance("bluesky", "lane", "7", False, NOW)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert dump(store) == before
    assert store.resume("bluesky", "lane") == ""


def test_others_need_an_id_for_what_they_say(new_store: NewStore) -> None:
    nameless = Post(source="bluesky", id="x", via="elsewhere", version="v1", links=(link_to(WORKS[0]),))
    with pytest.raises(ValueError, match="without an id of its own"):
        keep(new_store(), [[nameless]])


def test_what_nobody_spoke_of_is_unknown_and_not_zero(new_store: NewStore) -> None:
    report = Answers(new_store()).report(Identifier("doi", "10.5555/nobody"))
    assert (report.posts, report.accounts, report.amplifications) == (None, None, None)
    assert (report.first_at, report.checked_at, report.reach.low, report.sources) == (None, None, None, ())


def test_without_the_driver_it_is_said_what_to_install() -> None:
    # A module that is None cannot be imported: as if it were not there.
    code = (
        "import sys; sys.modules['psycopg'] = None\n"
        "from hubbub.store import StoreError, open_store\n"
        "try: open_store('postgresql://localhost/x')\n"
        "except StoreError as error: print(error)\n"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout == ("a store in PostgreSQL needs a driver; install it with: pip install 'hubbub[postgresql]'\n")
