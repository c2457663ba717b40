"""Copies of a store: an open store comes in, a file goes out that is whole or not there; and back into an empty store.

What was withdrawn after a copy was made is in it. So who restores it names a store that knows: what is withdrawn there
is withdrawn here too, before anybody can open it.
"""

import os
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from sqlalchemy import Connection, distinct, exists, func, literal, select
from sqlalchemy.engine import URL, make_url

from hubbub.store import Store, StoreError, open_store
from hubbub.store import schema as s
from hubbub.store.errors import name_of
from hubbub.store.fold import Hashed, Kind, Named, hashed
from hubbub.store.sql import rows
from hubbub.store.users import Change, users

SQLITE, POSTGRESQL = b"SQLite format 3\0", b"PGDMP"  # how the files begin
_MISSING = "{program} is not on PATH; install PostgreSQL's client programs (on Debian, postgresql-client)"


class Restored(NamedTuple):
    """What came back: works spoken of, users, and how many withdrawals were not in the copy."""

    works: int
    users: int
    withdrawn: int


def backup(store: Store, path: Path) -> None:
    """Write a copy of one moment, while others read and write. A file that is there is replaced once it is whole.

    Raises StoreError where the file cannot be written, or PostgreSQL's own program is missing or fails.
    """
    url = make_url(store.address)
    if url.get_backend_name() == "sqlite" and path.exists() and path.samefile(str(url.database)):
        raise StoreError(f"{path} is the store itself; name another file")
    with _whole(path) as part:
        if url.get_backend_name() == "postgresql":
            _dump(store, url, part)
            return
        with store.connect() as connection, sqlite3.connect(part) as target:
            driver: Any = connection.connection.driver_connection
            driver.backup(target)
        target.execute("PRAGMA journal_mode=DELETE")  # one file, and nothing beside it
        target.close()


def restore(address: str, path: Path, forgotten: Store | None, signed: Change | None = None) -> Restored:
    """Put a copy into an empty store, and log that as the change `signed`; nobody stays logged in.

    Raises StoreError where the store is not empty, the file is no copy for it, or cannot be read.
    """
    with open_store(address) as store:
        if not store.ask(_is_empty):
            raise StoreError(f"{name_of(make_url(store.address))} is not empty; restore into a new store")
        url = make_url(store.address)
    if (kind := _kind(path)) != url.get_backend_name():
        raise StoreError(f"{path} is a copy of a store in {kind}, and does not fit {name_of(url)}")
    if kind == "postgresql":
        _load(url, path)
        return _settled(store.address, forgotten, signed)
    with _whole(Path(str(url.database))) as part:
        shutil.copyfile(path, part)
        return _settled(f"sqlite:///{part}", forgotten, signed)


@contextmanager
def _whole(path: Path) -> Iterator[Path]:
    """Write beside a file, and put it there once all of it is on the disk. Only its owner may read it."""
    part = path.with_name(f"{path.name}.part")
    try:
        for left in (part, *_beside(part)):
            left.unlink(missing_ok=True)
        os.close(os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        try:
            yield part
            with part.open("rb+") as written:
                os.fsync(written.fileno())
            for left in _beside(path):
                left.unlink(missing_ok=True)
            part.replace(path)
        finally:
            for left in (part, *_beside(part)):
                left.unlink(missing_ok=True)
    except (OSError, sqlite3.Error) as error:
        raise StoreError(f"{path} cannot be written or read: {getattr(error, 'strerror', None) or error}") from error


def _beside(path: Path) -> list[Path]:
    """What SQLite keeps beside a file while it is open."""
    return [path.with_name(path.name + end) for end in ("-wal", "-shm", "-journal")]


def _kind(path: Path) -> str:
    try:
        with path.open("rb") as file:
            begins = file.read(len(SQLITE))
    except OSError as error:
        raise StoreError(f"{path} cannot be read: {error.strerror}") from error
    if begins == SQLITE:
        return "sqlite"
    if begins.startswith(POSTGRESQL):
        return "postgresql"
    raise StoreError(f"{path} is no copy of a store")


def _is_empty(connection: Connection) -> bool:
    return not any(connection.execute(select(exists().select_from(one))).scalar() for one in s.metadata.tables.values())


def _dump(store: Store, url: URL, part: Path) -> None:
    with store.connect() as connection:
        schema = connection.exec_driver_sql("SELECT current_schema()").scalar_one()
    tables = [f'--table="{schema}"."{table}"' for table in (*s.metadata.tables, "alembic_version")]
    _run("pg_dump", url, "--format=custom", "--no-owner", "--no-privileges", f"--file={part}", *tables)


def _load(url: URL, path: Path) -> None:
    """Replace the empty tables by those of the copy, in one transaction."""
    _run("pg_restore", url, "--clean", "--if-exists", "--no-owner", "--single-transaction", str(path))


def _run(program: str, url: URL, *order: str) -> None:
    """Run one of PostgreSQL's programs; the password is told where no list of processes shows it."""
    if (found := shutil.which(program)) is None:
        raise StoreError(_MISSING.format(program=program))
    address = url.set(drivername="postgresql", password=None).render_as_string(hide_password=False)
    secret = {"PGPASSWORD": str(url.password)} if url.password else {}
    done = subprocess.run(  # noqa: S603  # a program of the user's own PATH, and no shell
        [found, f"--dbname={address}", *order], env=os.environ | secret, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise StoreError(f"{program} failed: {' '.join(done.stderr.split())[:300]}")


def _settled(address: str, forgotten: Store | None, signed: Change | None) -> Restored:
    """Bring a copy up to date, end its sessions, and withdraw what was withdrawn since."""
    with open_store(address, signed) as store:
        if damage := store.ask(_damage):
            raise StoreError(f"the copy is damaged ({damage}); take another one")
        known = store.ask(_gone)
        gone = forgotten.ask(_gone) if forgotten else {}
        gone = {name: until for name, until in gone.items() if known.get(name, "") < until}
        named = store.ask(_named, gone)
        hashes = {(kind, source, hashed(kind, source, key)) for kind, source, key in named}
        with store.writing() as writer:
            writer.withdraw(named, {name: until for name, until in gone.items() if name not in hashes})
            writer.users.end_all()
        return Restored(store.ask(_works), len(store.ask(users)), len(gone))


def _damage(connection: Connection) -> str | None:
    """What SQLite finds wrong with a file; PostgreSQL's program would have failed."""
    if connection.dialect.name != "sqlite":
        return None
    told = str(connection.exec_driver_sql("PRAGMA quick_check(1)").scalar_one())
    return None if told == "ok" else told


def _works(connection: Connection) -> int:
    return int(connection.execute(select(func.count(distinct(s.mention.c.identifier)))).scalar_one())


def _gone(connection: Connection) -> dict[Hashed, str]:
    """All that is withdrawn, and up to which version."""
    account, said = s.account.c, s.assertion.c
    names = dict(rows(connection, select(s.source)))
    gone: dict[Hashed, str] = {
        ("account", names[source], hash_): until
        for source, hash_, until in rows(
            connection, select(account.source, account.hash, account.gone).where(account.gone.is_not(None))
        )
    }
    told = select(said.via, said.id == said.post, said.hash, said.key, said.gone).where(said.gone.is_not(None))
    for via, own, hash_, key, until in rows(connection, told):
        kind: Kind = "post" if own else "assertion"
        # What has a key is looked up by another number, see `names.near`.
        gone[kind, names[via], hash_ if key is None else hashed(kind, names[via], key)] = until
    return gone


def _named(connection: Connection, gone: Mapping[Hashed, str]) -> dict[Named, str]:
    """Those of what is gone that are held, by their names."""
    if not gone:
        return {}
    account, said = s.account.c, s.assertion.c
    names = dict(rows(connection, select(s.source)))
    named: dict[Named, str] = {}
    accounts = select(account.source, account.key, literal(None)).where(account.key.is_not(None))
    posts = select(said.via, said.key, said.id == said.post).where(said.key.is_not(None))
    for asked in (accounts, posts):
        for source, key, own in connection.execute(asked.execution_options(yield_per=10_000)):
            kind: Kind = "account" if own is None else "post" if own else "assertion"
            if until := gone.get((kind, names[source], hashed(kind, names[source], key))):
                named[kind, names[source], key] = until
    return named
