"""A copy is whole or not there, and what comes back is the same, but for what was forgotten meanwhile."""

import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from itertools import count
from pathlib import Path
from random import Random

import psycopg
import pytest

from hubbub.answers import Answers
from hubbub.model import Account, Post
from hubbub.store import Store, StoreError, open_store
from hubbub.store.backup import backup, restore
from hubbub.store.people import refusal
from tests.conftest import BY, missing
from tests.store.asked import dump, told
from tests.store.fold_model import WORKS
from tests.store.keeping import NOW, keep
from tests.store.test_open import some

PASSWORD = "correct horse battery"
Fresh = Callable[[], str]
ME = "did:plc:a"  # who posts all that `some` makes


@pytest.fixture(params=["sqlite", "postgresql"])
def fresh(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Fresh]:
    """Name stores that do not exist yet, each a file or a database of its own."""
    numbers = count()
    if request.param == "sqlite":
        yield lambda: str(tmp_path / f"{next(numbers)}.db")
        return
    if shutil.which("pg_dump") is None:
        missing("not installed: postgresql-client")
    server: str = request.getfixturevalue("postgresql_server")
    made: list[str] = []
    with closing(psycopg.connect(server, autocommit=True)) as connection:

        def make() -> str:
            made.append(f"copy_{tmp_path.name[:20]}_{next(numbers)}".replace("-", "_"))
            connection.execute(f'CREATE DATABASE "{made[-1]}" TEMPLATE template0'.encode())
            return server.replace("/postgres?", f"/{made[-1]}?")

        yield make
        for name in made:
            connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)'.encode())


def filled(store: Store) -> Store:
    """A store with posts, a shelf, and users."""
    keep(store, [some(0, 30, words=20)])
    with store.writing() as writer:
        writer.keep([Account(source="bluesky", id=ME, via="bluesky", version="1", name="Ann")], NOW)
        writer.wanted.shelve("mine", "Mine", "", False, [WORKS[0]])
    access = Answers(store).access
    access.add("root", PASSWORD, True, BY)
    access.keep("root", "mine", True, BY)
    return store


def test_what_comes_back_is_what_was_there(fresh: Fresh, tmp_path: Path) -> None:
    copy, address = tmp_path / "copy", fresh()
    with open_store(fresh()) as store:
        secret = Answers(filled(store)).access.log_in("root", PASSWORD, "a")
        backup(store, copy)
        came = restore(address, copy, None)
        assert (came.works, came.users, came.withdrawn) == (1, 1, 0)
        with open_store(address) as other:
            access = Answers(other).access
            assert access.by_session(secret or "") is None
            assert access.users() == Answers(store).access.users()
            assert told(other, WORKS[0]) == told(store, WORKS[0])
            assert access.log_in("root", PASSWORD, "a")
            keep(other, [some(30, 32)])
            assert len(told(other, WORKS[0])) == 32


def test_what_was_forgotten_after_the_copy_does_not_come_back(fresh: Fresh, tmp_path: Path) -> None:
    copy, silent, heeded = tmp_path / "copy", fresh(), fresh()
    with open_store(fresh()) as store:
        keep(filled(store), [[Post(
            source="bluesky", id="other", via="bluesky", version="v1", text="x", links=some(0, 1)[0].links, author="b",
        )]])  # fmt: skip
        backup(store, copy)
        with store.writing() as writer:
            writer.keep([refusal("bluesky", ME), refusal("bluesky", "never held")], NOW)
        keep(store, [[Post(source="bluesky", id="other", via="bluesky", version="v2", change="withdrawn")]])
        assert restore(silent, copy, None).withdrawn == 0
        came = restore(heeded, copy, store)
        assert came.withdrawn >= 33  # the accounts, and the posts
        with open_store(silent) as other:
            assert len(told(other, WORKS[0])) == 31
        with open_store(heeded) as other:
            assert told(other, WORKS[0]) == told(store, WORKS[0]) == []
            assert "word word" not in str(dump(other))
            late = Account(source="bluesky", id="never held", via="bluesky", version="9", name="X")
            with other.writing() as writer:
                writer.keep([late], NOW)
            keep(other, [some(0, 40, words=20)])
            assert told(other, WORKS[0]) == []
            assert Answers(other).account("bluesky", "never held") is None


def test_nothing_is_put_over_what_is_there(fresh: Fresh, tmp_path: Path) -> None:
    copy, address = tmp_path / "copy", fresh()
    with open_store(address) as store:
        backup(filled(store), copy)
        with pytest.raises(StoreError, match="is not empty"):
            restore(address, copy, None)
        assert len(told(store, WORKS[0])) == 30


@pytest.mark.parametrize("held", [b"", b"SQLite format 3\0" + b"\xff" * 5_000, b"PGDMP\1\2", b"no copy at all"])
def test_what_is_no_copy_leaves_the_store_empty(tmp_path: Path, held: bytes) -> None:
    (tmp_path / "copy").write_bytes(held)
    address = str(tmp_path / "new.db")
    with pytest.raises(StoreError):
        restore(address, tmp_path / "copy", None)
    with pytest.raises(StoreError):
        restore(address, tmp_path / "nowhere", None)
    assert {path.name for path in tmp_path.iterdir()} == {"copy", "new.db"}
    with open_store(address) as store:
        assert told(store, WORKS[0]) == []


def test_a_damaged_copy_is_refused(tmp_path: Path) -> None:
    with open_store(str(tmp_path / "old.db")) as store:
        keep(filled(store), [some(100, 600, words=200)])
        backup(store, tmp_path / "copy")
    with (tmp_path / "copy").open("rb+") as file:
        for page in range(40, 60):
            file.seek(page * 4096)
            file.write(b"\xff" * 4096)
    with pytest.raises(StoreError, match="damaged"):
        restore(str(tmp_path / "new.db"), tmp_path / "copy", None)


def test_a_store_is_no_copy_of_itself_and_only_its_owner_may_read_one(tmp_path: Path) -> None:
    with open_store(str(tmp_path / "old.db")) as store:
        with pytest.raises(StoreError, match="the store itself"):
            backup(filled(store), tmp_path / "old.db")
        with pytest.raises(StoreError, match="cannot be written"):
            backup(store, tmp_path / "no folder" / "copy")
        backup(store, tmp_path / "copy")
    assert (tmp_path / "copy").stat().st_mode & 0o777 == 0o600
    assert not list(tmp_path.glob("*.part*"))


def test_a_copy_is_of_one_moment_while_others_write(fresh: Fresh, tmp_path: Path) -> None:
    copies = [tmp_path / f"copy{n}" for n in range(6)]
    with open_store(fresh()) as store:
        filled(store)
        stopped = threading.Event()

        def write() -> None:
            for at in count(30, 2):
                if stopped.is_set():
                    return
                keep(store, [some(at, at + 2)])  # two in one transaction

        writing = threading.Thread(target=write)
        writing.start()
        try:
            for copy in copies:
                backup(store, copy)
        finally:
            stopped.set()
            writing.join()
        for copy in copies:
            address = fresh()
            restore(address, copy, None)
            with open_store(address) as other:
                found = len(told(other, WORKS[0]))
                assert found >= 30
                assert found % 2 == 0


def test_who_is_killed_leaves_no_half_file(tmp_path: Path) -> None:
    old, copy, new = tmp_path / "old.db", tmp_path / "copy", tmp_path / "new.db"
    with open_store(str(old)) as store:
        keep(filled(store), [some(100, 4_000, words=300)])
        backup(store, copy)
    chance = Random(3)
    code = "import sys; from hubbub.cli import main; print(flush=True); main()"
    for order in (["backup", str(copy)], ["restore", str(copy)]) * 6:
        at = str(old if order[0] == "backup" else new)
        with subprocess.Popen(
            [sys.executable, "-c", code, "--store", at, *order], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        ) as process:
            assert process.stdout
            process.stdout.readline()  # it has started
            try:
                process.wait(chance.uniform(0.05, 0.9))
            except subprocess.TimeoutExpired:
                os.kill(process.pid, signal.SIGKILL)
        with closing(sqlite3.connect(copy)) as whole:
            assert whole.execute("PRAGMA integrity_check").fetchone() == ("ok",)
            assert whole.execute("SELECT count(*) FROM mention").fetchone() == (3_930,)
        if new.exists():
            with open_store(str(new)) as store:
                assert len(told(store, WORKS[0])) in (0, 3_930)
                is_back = bool(told(store, WORKS[0]))
            if is_back:
                new.unlink()
    restore(str(tmp_path / "last.db"), copy, None)
