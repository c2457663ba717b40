"""Who may log in, who is logged in, which shelves are in whose hands, and what was changed by whom.

Secrets come in by their hashes alone. Times are aware UTC.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import Any, Literal, NamedTuple

from sqlalchemy import Connection, delete, exists, func, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from hubbub.store import schema_users as s
from hubbub.store.sql import rows
from hubbub.store.times import micros, moment

Reading = Literal["public", "private"]
TOUCHED = timedelta(minutes=1)  # how late a use may be written, so that reading seldom writes
MOST_LOGGED = 500  # characters of what was changed


class User(NamedTuple):
    """Who may log in."""

    id: int
    name: str
    admin: bool
    made_at: datetime
    shelves: tuple[str, ...]


class Session(NamedTuple):
    """A log-in that lasts, by the hash of its secret."""

    hash: str
    began_at: datetime
    used_at: datetime
    browser: str | None


class Token(NamedTuple):
    """A key of a program, by the hash of its secret."""

    hash: str
    title: str
    scope: str
    made_at: datetime
    used_at: datetime | None


class Change(NamedTuple):
    """What was changed: when, by whom, from which route, and what about."""

    at: datetime
    who: str
    route: str
    about: str


class Users:
    """Writes all this within one write transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, name: str, password: str, admin: bool, at: datetime) -> None:
        """Let somebody log in. Raises ValueError if there is a user of that name."""
        if of_name(self._connection, name) is not None:
            raise ValueError(f"there is a user {name!r} already")
        next_ = self._connection.execute(select(func.coalesce(func.max(s.users.c.id), 0) + 1)).scalar_one()
        values = {"id": next_, "name": name, "password": password, "admin": admin, "made_at": micros(at)}
        self._connection.execute(s.users.insert().values(values))

    def change(self, user: int, password: str) -> None:
        """Change a password, and end all sessions of the user."""
        self._connection.execute(update(s.users).where(s.users.c.id == user).values(password=password))
        self._connection.execute(delete(s.session).where(s.session.c.who == user))

    def remove(self, user: int) -> None:
        """Let somebody log in no longer; their shelves are left to admins."""
        for table in (s.session, s.token, s.keeper):
            self._connection.execute(delete(table).where(table.c.who == user))
        self._connection.execute(delete(s.users).where(s.users.c.id == user))

    def keep(self, user: int, shelves: Iterable[str]) -> None:
        """Put shelves into the hands of a user."""
        for shelf in shelves:
            self._connection.execute(upsert(s.keeper).values(shelf=shelf, who=user).on_conflict_do_nothing())

    def leave(self, user: int, shelves: Iterable[str]) -> None:
        """Take shelves out of the hands of a user."""
        table = s.keeper.c
        self._connection.execute(delete(s.keeper).where(table.who == user, table.shelf.in_(list(shelves))))

    def begin(self, user: int, password: str, hash_: str, browser: str | None, at: datetime) -> bool:
        """Begin a session, unless the password is another one meanwhile; say whether it began."""
        same = exists().where(s.users.c.id == user, s.users.c.password == password)
        began = bool(self._connection.execute(select(same)).scalar_one())
        if began:
            values = {"hash": hash_, "who": user, "began_at": micros(at), "used_at": micros(at), "browser": browser}
            self._connection.execute(s.session.insert().values(values))
        return began

    def end(self, user: int, hash_: str) -> None:
        """End a session of a user, or revoke a token."""
        for table in (s.session, s.token):
            self._connection.execute(delete(table).where(table.c.who == user, table.c.hash == hash_))

    def end_all(self) -> None:
        """End all sessions, and forget what failed."""
        for table in (s.session, s.attempt):
            self._connection.execute(delete(table))

    def end_old(self, idle: datetime, began: datetime) -> None:
        """End sessions that were not used since `idle`, or began before `began`."""
        table = s.session.c
        old = (table.used_at < micros(idle)) | (table.began_at < micros(began))
        self._connection.execute(delete(s.session).where(old))

    def grant(self, user: int, token: Token) -> None:
        """Let programs come in by a token in the name of a user."""
        values = {"hash": token.hash, "who": user, "title": token.title, "scope": token.scope}
        self._connection.execute(s.token.insert().values(values | {"made_at": micros(token.made_at)}))

    def used(self, hash_: str, at: datetime) -> None:
        """Say that a session or a token was used."""
        for table in (s.session, s.token):
            self._connection.execute(update(table).where(table.c.hash == hash_).values(used_at=micros(at)))

    def attempts(self, hash_: str) -> tuple[int, datetime] | None:
        """How many log-ins failed by this name or address, and until when it has to wait."""
        asked = select(s.attempt.c.failures, s.attempt.c.until).where(s.attempt.c.hash == hash_)
        found = self._connection.execute(asked).one_or_none()
        return None if found is None else (found.failures, moment(found.until))

    def fail(self, hash_: str, failures: int, at: datetime, until: datetime) -> None:
        """Say that a log-in failed."""
        values = {"failures": failures, "failed_at": micros(at), "until": micros(until)}
        statement = upsert(s.attempt).values(hash=hash_, **values)
        self._connection.execute(statement.on_conflict_do_update(index_elements=["hash"], set_=values))

    def forgive(self, hash_: str | None = None, before: datetime | None = None) -> None:
        """Forget the failures of a name or address, or all that are older."""
        which = s.attempt.c.hash == hash_ if before is None else s.attempt.c.failed_at < micros(before)
        self._connection.execute(delete(s.attempt).where(which))

    def log(self, change: Change) -> None:
        """Remember what was changed."""
        next_ = self._connection.execute(select(func.coalesce(func.max(s.audit.c.id), 0) + 1)).scalar_one()
        told = change._replace(about=change.about[:MOST_LOGGED])._asdict() | {"id": next_, "at": micros(change.at)}
        self._connection.execute(s.audit.insert().values(told))

    def set_reading(self, reading: Reading) -> None:
        """Say whether everybody may read, or only who is logged in."""
        statement = upsert(s.setting).values(name="reading", value=reading)
        statement = statement.on_conflict_do_update(index_elements=["name"], set_={"value": reading})
        self._connection.execute(statement)


def lock(connection: Connection) -> tuple[bool, Reading]:
    """Say whether there are users, and who may read."""
    has = connection.execute(select(exists().select_from(s.users))).scalar_one()
    private = select(s.setting.c.value).where(s.setting.c.name == "reading")
    return bool(has), "private" if connection.execute(private).scalar() == "private" else "public"


def users(connection: Connection) -> list[User]:
    """Who may log in, by name."""
    hands = dict[int, list[str]]()
    for shelf, who in rows(connection, select(s.keeper.c.shelf, s.keeper.c.who).order_by(s.keeper.c.shelf)):
        hands.setdefault(who, []).append(shelf)
    table = s.users.c
    asked = select(table.id, table.name, table.admin, table.made_at).order_by(table.name)
    return [
        User(row.id, row.name, bool(row.admin), moment(row.made_at), tuple(hands.get(row.id, ())))
        for row in rows(connection, asked)
    ]


def of_name(connection: Connection, name: str) -> tuple[int, str] | None:
    """The row of a user and the hash of the password."""
    found = connection.execute(select(s.users.c.id, s.users.c.password).where(s.users.c.name == name)).one_or_none()
    return None if found is None else (found.id, found.password)


def by_session(connection: Connection, hash_: str) -> Any:
    """The user of a session: `id`, `name`, `admin`, and when it `began_at` and was `used_at`, as the store keeps it."""
    users, session = s.users.c, s.session.c
    asked = select(users.id, users.name, users.admin, session.began_at, session.used_at)
    return connection.execute(asked.join(s.session, session.who == users.id).where(session.hash == hash_)).one_or_none()


def by_token(connection: Connection, hash_: str) -> Any:
    """The user of a token: `id`, `name`, `admin`, and the token's `scope` and when it was `used_at`."""
    users, token = s.users.c, s.token.c
    asked = select(users.id, users.name, users.admin, token.scope, token.used_at)
    return connection.execute(asked.join(s.token, token.who == users.id).where(token.hash == hash_)).one_or_none()


def keeps(connection: Connection, user: int, shelf: str) -> bool:
    """Say whether a shelf is in the hands of a user."""
    held = exists().where(s.keeper.c.shelf == shelf, s.keeper.c.who == user)
    return bool(connection.execute(select(held)).scalar_one())


def sessions(connection: Connection, user: int) -> list[Session]:
    """The sessions of a user, the one used last first."""
    table = s.session.c
    asked = select(table.hash, table.began_at, table.used_at, table.browser).where(table.who == user)
    found = rows(connection, asked.order_by(table.used_at.desc()))
    return [Session(hash_, moment(began), moment(used), browser) for hash_, began, used, browser in found]


def tokens(connection: Connection, user: int) -> list[Token]:
    """The tokens of a user, the newest first."""
    table = s.token.c
    asked = select(table.hash, table.title, table.scope, table.made_at, table.used_at).where(table.who == user)
    found = rows(connection, asked.order_by(table.made_at.desc(), table.hash))
    return [Token(hash_, title, scope, moment(made), moment(used)) for hash_, title, scope, made, used in found]


def changes(connection: Connection, limit: int | None, before: int | None = None) -> Iterator[tuple[int, Change]]:
    """What was changed, the latest first, each with its number; those before the number `before`."""
    table = s.audit.c
    asked = select(table.id, table.at, table.who, table.route, table.about).order_by(table.id.desc()).limit(limit)
    for id_, at, who, route, about in rows(connection, asked if before is None else asked.where(table.id < before)):
        yield id_, Change(moment(at), who, route, about)
