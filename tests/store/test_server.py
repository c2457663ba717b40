"""What can be wrong with a PostgreSQL server is said in a sentence without the password, and nothing is lost."""

import traceback
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import psycopg
import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection
from sqlalchemy.engine import URL, make_url

import hubbub.store
from hubbub.store import StoreError, open_store, schema
from tests.conftest import NewAddress, NewStore, on_postgresql
from tests.store.asked import dump, told
from tests.store.fold_model import WORKS
from tests.store.keeping import NOW, keep, read
from tests.store.test_open import some

Asked = psycopg.Connection[Any]
SECRET = "open-sesame"
pytestmark = on_postgresql


@pytest.fixture
def new_url(new_address: NewAddress) -> URL:
    """A store without tables, and its server."""
    return make_url(new_address())


@pytest.fixture
def asked(new_url: URL) -> Iterator[Asked]:
    """A connection of the server's owner, who may do all."""
    with closing(psycopg.connect(text(new_url), autocommit=True)) as connection:
        yield connection


def text(url: URL) -> str:
    return url.render_as_string(hide_password=False)


def refused(url: URL) -> str:
    """What is said where a store cannot be opened; the password is nowhere, not even in the traceback."""
    with pytest.raises(StoreError) as caught:
        open_store(text(url))
    assert SECRET not in "".join(traceback.format_exception(caught.value))
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_a_server_that_is_down_is_named(new_url: URL) -> None:
    url = new_url.set(host="127.0.0.1", port=1, username="me", password=SECRET, database="x", query={})
    assert refused(url).startswith("the store postgresql://me@127.0.0.1:1/x cannot be reached (")


def test_a_server_that_nobody_knows_is_named(new_url: URL) -> None:
    said = refused(new_url.set(host="nowhere.invalid", password=SECRET, query={}))
    assert said.startswith("the store postgresql://hubbub@nowhere.invalid/postgres cannot be reached (")


def test_a_wrong_password_is_not_repeated(new_url: URL, asked: Asked) -> None:
    asked.execute("DROP ROLE IF EXISTS guarded")
    asked.execute("CREATE ROLE guarded LOGIN PASSWORD 'another'")
    for password in (SECRET, None):
        assert "refuses the password or wants one" in refused(new_url.set(username="guarded", password=password))


def test_a_wrong_password_in_the_options_is_not_repeated(new_url: URL) -> None:
    url = make_url(f"postgresql:///?host=127.0.0.1&port=1&password={SECRET}")
    assert refused(url).startswith("the store postgresql:/// cannot be reached (")


def test_an_unknown_option_is_named(new_url: URL) -> None:
    assert "cannot be reached (" in refused(new_url.update_query_dict({"nosuch": SECRET, "password": SECRET}))


def test_a_missing_database_is_named(new_url: URL) -> None:
    said = refused(new_url.set(database="nowhere", password=SECRET))
    assert 'database "nowhere" does not exist' in said
    assert "make it with: createdb --encoding=UTF8" in said


def test_a_database_without_most_letters_is_refused(new_url: URL, asked: Asked) -> None:
    asked.execute("CREATE DATABASE latin ENCODING 'LATIN1' LOCALE 'C' LOCALE_PROVIDER libc TEMPLATE template0")
    said = refused(new_url.set(database="latin").difference_update_query(["options"]))
    asked.execute("DROP DATABASE latin")
    assert "keeps text as LATIN1" in said


def test_another_programs_database_is_no_store(new_url: URL, asked: Asked) -> None:
    asked.execute("CREATE TABLE places (id integer)")
    assert refused(new_url).endswith("/postgres holds other tables and is not a hubbub store; name another one")


def test_a_store_of_a_newer_program_is_refused(new_url: URL, asked: Asked) -> None:
    open_store(text(new_url)).close()
    asked.execute("UPDATE alembic_version SET version_num = '9999'")
    assert "was written by a newer hubbub (revision 9999); update hubbub" in refused(new_url)


def test_who_may_not_make_tables_is_told(new_url: URL, asked: Asked) -> None:
    asked.execute("DROP ROLE IF EXISTS stranger")
    asked.execute("CREATE ROLE stranger LOGIN")
    for url in new_url, new_url.difference_update_query(["options"]):
        assert "ask the owner of the database for the right" in refused(url.set(username="stranger"))


def test_the_tables_are_those_that_are_declared(new_store: NewStore) -> None:
    with new_store().connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        # The keys that lead from table to table are SQLite's alone, see `migrate`.
        assert {change[0] for change in compare_metadata(context, schema.metadata)} <= {"add_fk"}
        assert context.get_current_revision() == schema.REVISION


def test_a_read_only_store_is_explained_and_can_be_read(new_address: NewAddress) -> None:
    address = new_address()
    with open_store(address) as store:
        keep(store, [some(0, 3)])
    with open_store(address + "%20-cdefault_transaction_read_only%3Don") as store:
        with pytest.raises(StoreError, match="is read-only; name the server that may be written to"):
            keep(store, [some(3, 6)])
        assert len(told(store, WORKS[0])) == 3


def test_a_store_that_is_written_to_is_explained_and_can_be_read(
    new_store: NewStore, asked: Asked, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hubbub.store, "LOCK", "SET LOCAL lock_timeout = 50;" + hubbub.store.LOCK.partition(";")[2])
    store = new_store()
    keep(store, [some(0, 3)])
    with asked.transaction():
        asked.execute("SELECT pg_advisory_xact_lock(4822)")
        with pytest.raises(StoreError, match="is in use by another program that has not let go"):
            keep(store, [some(3, 6)])
        assert len(told(store, WORKS[0])) == 3
    keep(store, [some(3, 6)])
    assert len(told(store, WORKS[0])) == 6


def test_a_full_disk_is_explained_and_loses_nothing(new_store: NewStore) -> None:
    store = new_store()
    keep(store, [some(0, 50)])
    before = dump(store)
    # No disk is filled up for this: a table says what a full one says.
    full = "CREATE FUNCTION no_room() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RAISE SQLSTATE '53100'; END$$"
    with store.writing() as writer:
        writer._connection.exec_driver_sql(full)
        trigger = "CREATE TRIGGER no_room BEFORE INSERT ON mention EXECUTE FUNCTION no_room()"
        writer._connection.exec_driver_sql(trigger)
    with pytest.raises(StoreError, match="the disk is full; nothing of this step was kept"):
        keep(store, [some(50, 100)])
    assert dump(store) == before
    with store.writing() as writer:
        writer._connection.exec_driver_sql("DROP TRIGGER no_room ON mention")
    keep(store, [some(50, 100)])
    assert len(told(store, WORKS[0])) == 100


def end(asked: Asked, process: int) -> None:
    """Do to a connection what a server does that is stopped."""
    asked.execute("SELECT pg_terminate_backend(%s, 5000)", (process,))


def process_of(connection: Connection) -> int:
    """The server's process that serves a connection."""
    return int(connection.exec_driver_sql("SELECT pg_backend_pid()").scalar_one())


def test_a_server_that_goes_away_midway_leaves_nothing(new_store: NewStore, asked: Asked) -> None:
    store = new_store()
    keep(store, [some(0, 3)])
    before = dump(store)

    def fail() -> None:
        with store.writing() as writer:
            writer.keep(read(some(3, 6)), NOW)
            end(asked, process_of(writer._connection))
            writer.keep(read(some(6, 9)), NOW)

    with pytest.raises(StoreError, match="is away: the server closed the connection; nothing of this step was kept"):
        fail()
    assert dump(store) == before
    keep(store, [some(3, 6)])
    assert len(told(store, WORKS[0])) == 6


def test_a_server_that_was_started_anew_meanwhile_is_no_matter(new_store: NewStore, asked: Asked) -> None:
    store = new_store()
    with store.connect() as connection:
        process = process_of(connection)
    end(asked, process)
    keep(store, [some(0, 3)])
    assert len(told(store, WORKS[0])) == 3
