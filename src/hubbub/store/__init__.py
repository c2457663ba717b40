"""Where everything is kept: an address comes in, an open store goes out, its tables brought up to date.

`writing` hands out the one write transaction; `connect` reads beside it.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from shlex import quote
from types import TracebackType
from typing import Any, Self, TypeVar

from sqlalchemy import Connection, Engine, create_engine, event, inspect
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DatabaseError

from hubbub.model import Works
from hubbub.store import read
from hubbub.store.errors import BUSY_MS, BusyError, MissingError, StoreError, explained
from hubbub.store.keep import Writer
from hubbub.store.names import Work
from hubbub.store.schema import REVISION, metadata
from hubbub.store.users import Change
from hubbub.store.wanted import pages, works

Answer = TypeVar("Answer")

WORKS_REMEMBERED = 200_000
PAGES = 10_000  # stories, and short addresses, as many are watched for
PRAGMAS = (
    f"PRAGMA busy_timeout={BUSY_MS}",
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=NORMAL",
    "PRAGMA wal_autocheckpoint=40000",  # pages: a checkpoint writes a page once, however often it was changed before
    "PRAGMA secure_delete=ON",  # what is withdrawn leaves no bytes behind
    "PRAGMA cache_size=-262144",  # KiB
    "PRAGMA temp_store=MEMORY",
)
ADDRESSES = "use sqlite:///FILE or postgresql://USER@HOST/DATABASE"
# What a PostgreSQL server is asked for, unless the address says otherwise.
CONNECTING = {"client_encoding": "utf8", "connect_timeout": str(BUSY_MS // 1000)}
# One writer at a time, whoever it is; the number is ours, and released with the transaction.
LOCK = f"SET LOCAL lock_timeout = {BUSY_MS}; SELECT pg_advisory_xact_lock(4822)"
# The server takes each list in JSON for a hundred rows, and would compile for half a second what is soon answered.
READING = "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY; SET LOCAL jit = off"


class Store:
    """One open store. Safe for several threads and processes: many readers beside one writer at a time."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._works: dict[Work, int] = {}
        self.signed: Change | None = None  # is logged with what is written next, and then no more

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    @property
    def address(self) -> str:
        """Where it is, as `open_store` takes it; it may hold a password."""
        return self._engine.url.render_as_string(hide_password=False)

    def close(self) -> None:
        """Give back the connections."""
        self._engine.dispose()

    @contextmanager
    def connect(self) -> Iterator[Connection]:
        """Open a reading transaction: one unchanging view of the store."""
        with _explaining(self._engine), self._engine.connect() as connection:
            yield connection

    def ask(self, question: Callable[..., Answer], *about: Any) -> Answer:
        """Put one question of `read`, `wanted` or `lanes` to the store, in a reading transaction of its own."""
        with self.connect() as connection:
            return question(connection, *about)

    @contextmanager
    def writing(self) -> Iterator[Writer]:
        """Open the write transaction: all of it is kept at the end, or none if an exception leaves the block."""
        engine = self._engine.execution_options(writes=True)
        with _explaining(self._engine):
            with engine.begin() as connection:
                writer = Writer(connection, self._works)
                yield writer
                if self.signed:
                    writer.users.log(self.signed)
                writer.end(datetime.now(UTC))
            self.signed = None
            self._remember(writer.new_works)

    def _remember(self, works: dict[Work, int]) -> None:
        """Remember the rows of identifiers, which never change, once they are kept for sure."""
        if len(self._works) > WORKS_REMEMBERED:
            self._works.clear()
        self._works.update(works)

    def compact(self) -> None:
        """Write the tables anew, without what was withdrawn: a page that was split may still hold a copy of it."""
        with _explaining(self._engine), self._engine.connect() as connection:
            driver: Any = connection.connection.driver_connection
            if self._engine.dialect.name == "sqlite":
                driver.execute("VACUUM")
                driver.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            else:
                connection.detach()  # it goes on without transactions, and not to the next who needs one
                driver.autocommit = True
                driver.execute(f"VACUUM (FULL, ANALYZE) {', '.join(metadata.tables)}")

    def resume(self, source: str, lane: str, again: bool = False) -> str:
        """Where a lane goes on: "" at its start. After its end it starts anew or, `again`, goes on from there."""
        return self.ask(read.resume, source, lane, again)

    def works(self) -> Works:
        """Every work on a shelf, and those that somebody has wished to know about."""
        return self.ask(works)

    def pages(self, limit: int | None = PAGES) -> Works:
        """The newest stories about works, and short addresses that lead to some: what links to them is kept as well."""
        return self.ask(pages, limit)

    def assertions(self, after: int, limit: int) -> list[read.Held]:
        """Statements in the order of their rows, as posts."""
        return self.ask(read.assertions, after, limit)


def open_store(address: str, signed: Change | None = None, make: bool = True) -> Store:
    """Open the store at an SQLAlchemy address or a file path, migrating an older one; `make` the file if there is none.

    What is first written is logged as the change `signed`, in the same transaction.
    Raises `StoreError` if it is newer than this program, out of reach, locked, read-only, damaged or no store of ours;
    one that is a `FileNotFoundError` as well where there is no such file.
    """
    engine = _engine(_url(address, make))
    try:
        with _explaining(engine):
            _migrate(engine)
    except StoreError:
        engine.dispose()
        raise
    store = Store(engine)
    store.signed = signed
    return store


def _engine(url: URL) -> Engine:
    match url.get_backend_name():
        case "sqlite":
            engine = create_engine(url.set(drivername="sqlite"))
            _set_up_sqlite(engine)
        case "postgresql":
            url = url.set(drivername="postgresql+psycopg", query={**CONNECTING, **url.query})
            try:
                engine = create_engine(url, pool_pre_ping=True)  # the server may have been started anew meanwhile
            except ImportError as error:
                told = "a store in PostgreSQL needs a driver; install it with: pip install 'hubbub[postgresql]'"
                raise StoreError(told) from error
            _set_up_postgresql(engine)
        case kind:
            raise StoreError(f"{kind} is not a kind of store that hubbub knows; {ADDRESSES}")
    return engine


@contextmanager
def _explaining(engine: Engine) -> Iterator[None]:
    """Turn errors of the database, whether SQLAlchemy wraps them or not, into sentences."""
    try:
        yield
    except (DatabaseError, engine.dialect.loaded_dbapi.Error) as error:
        raise explained(error, engine.url) from error


def _url(address: str, make: bool) -> URL:
    if "://" not in address:
        address = f"sqlite:///{Path(address).expanduser()}"
    try:
        url = make_url(address)
    except (ArgumentError, ValueError) as error:  # it may hold a password, so no more than its start is said
        raise StoreError(f"{address.partition(':')[0]}:… is not the address of a store; {ADDRESSES}") from error
    if url.get_backend_name() == "sqlite" and url.database and url.database != ":memory:":
        if not make and not Path(url.database).exists():
            command = f"hubbub --store {quote(url.database)} track ID"
            raise MissingError(f"there is no store at {url.database}; name the file of one, or begin one: {command}")
        try:
            Path(url.database).parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise StoreError(f"cannot make the folder of the store {url.database}: {error.strerror}") from error
    return url


def _set_up_sqlite(engine: Engine) -> None:
    @event.listens_for(engine, "connect")
    def connected(connection: Any, _record: object) -> None:
        connection.isolation_level = None  # we say BEGIN ourselves
        for pragma in PRAGMAS:
            connection.execute(pragma)

    @event.listens_for(engine, "begin")
    def begun(connection: Connection) -> None:
        # A writer takes the lock at once: a reader that turns writer midway could not be made to wait.
        connection.exec_driver_sql("BEGIN IMMEDIATE" if connection.get_execution_options().get("writes") else "BEGIN")


def _set_up_postgresql(engine: Engine) -> None:
    @event.listens_for(engine, "begin")
    def begun(connection: Connection) -> None:
        # A writer reads what the one before it left, so it must not look before its turn has come.
        connection.exec_driver_sql(LOCK if connection.get_execution_options().get("writes") else READING)


def _migrate(engine: Engine) -> None:
    with engine.connect() as connection:
        current = _revision(connection)
    if current != REVISION:
        from hubbub.store.migrate import migrate  # half a second that an up-to-date store does not pay

        migrate(engine)


def _revision(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar_one_or_none()


__all__ = ["BusyError", "Store", "StoreError", "Writer", "open_store"]
