"""Who may do what: names, passwords and secrets come in; who asks, and whether they may, goes out.

A store without users belongs to the person at the machine, who may do all. As soon as there is one, what changes the
store asks for a log-in or a token; whether reading does too is set in the store.
"""

import secrets
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from ipaddress import ip_address, ip_network
from time import monotonic
from typing import TYPE_CHECKING, Literal, NamedTuple, get_args

from hubbub import settings
from hubbub.store import Store, users
from hubbub.store.times import micros
from hubbub.store.users import Change, Reading, Session, Token, User, Users

if TYPE_CHECKING:
    from argon2 import PasswordHasher

# What a route asks for: nothing; to read; to read who ranks people; to change works; the hands in which the shelf is;
# to be a person with a session; to be an admin.
Right = Literal["open", "read", "people", "write", "shelf", "self", "admin"]
RIGHTS: tuple[Right, ...] = get_args(Right)
# What a token may do in the name of its user: each may what those before it may.
Scope = Literal["read", "write", "admin"]
SCOPES: tuple[Scope, ...] = get_args(Scope)
TOKEN = "hubbub_"  # begins every token, so that one that leaks is found  # noqa: S105
FRESH = 1.0  # seconds for which the lock is believed
NAME_MOST = 100  # characters


class Lock(NamedTuple):
    """What holds for everybody."""

    users: bool
    private: bool


class Who(NamedTuple):
    """Who asks. `session` is the hash of the secret of a session, None where a token came."""

    id: int
    name: str
    admin: bool
    scope: Scope = "admin"
    session: str | None = None


class By(NamedTuple):
    """Who changes something, and from where: the route of the web app, or the command."""

    name: str
    route: str

    def changed(self, about: str) -> Change:
        """Say for the audit log what is changed now."""
        return Change(_now(), self.name, self.route, about)


class WaitError(Exception):
    """Too many log-ins failed, or too much was asked; `seconds` says how long to wait."""

    def __init__(self, seconds: int) -> None:
        super().__init__(f"too many tries; try again in {seconds} s")
        self.seconds = seconds


def may(right: Right, who: Who | None, writes: bool, private: bool, keeps: Callable[[], bool] = lambda: False) -> bool:
    """Say whether somebody has a right where there are users; `keeps` whether the shelf is in their hands."""
    if right == "open" or (right == "read" and not private):
        return True
    needs: Scope = "admin" if right == "admin" else "write" if writes and right != "read" else "read"
    if who is None or SCOPES.index(who.scope) < SCOPES.index(needs):
        return False
    match right:
        case "self":
            return who.session is not None
        case "admin":
            return who.admin
        case "shelf":
            return who.admin or keeps()
        case _:
            return True


def hash_of(secret: str) -> str:
    """What the store keeps of a secret that is too long to be guessed."""
    return blake2b(secret.encode(errors="surrogatepass"), digest_size=32).hexdigest()


def form_token(secret: str) -> str:
    """What the forms of a session carry, so that no other page can send them."""
    return blake2b(b"form", key=secret.encode(errors="surrogatepass")[:64], digest_size=32).hexdigest()


def unnamed(account: int) -> str:
    """What the audit log keeps of an account, given by its hash: that it is the same, and not which."""
    return f"account {account:016x}"


class Access:
    """The users of one store. Safe for several threads; other processes may change them meanwhile."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._lock, self._looked_at = Lock(True, True), float("-inf")

    @property
    def known(self) -> Lock | None:
        """The lock, unless it has to be looked up anew."""
        return self._lock if monotonic() - self._looked_at < FRESH else None

    def look(self) -> Lock:
        """Look up whether there are users, and who may read."""
        looked_at = monotonic()
        has, reading = self._store.ask(users.lock)
        self._lock, self._looked_at = Lock(has, reading == "private"), looked_at
        return self._lock

    def users(self) -> list[User]:
        """Who may log in, by name."""
        return self._store.ask(users.users)

    def add(self, name: str, password: str, admin: bool, by: By) -> None:
        """Let somebody log in. Raises ValueError where the name is taken, or it or the password will not do."""
        if not name.isprintable() or name != name.strip() or not 0 < len(name) <= NAME_MOST:
            raise ValueError(f"a name has up to {NAME_MOST} characters that can be seen, and no space around them")
        hashed = _hashed(password)
        with self._changing(by, name) as written:
            written.add(name, hashed, admin, _now())

    def change_password(self, name: str, password: str, by: By) -> None:
        """Change a password and end all sessions of the user. Raises LookupError, ValueError as `add` does."""
        hashed = _hashed(password)
        with self._changing(by, name) as written:
            written.change(self._row(name), hashed)

    def remove(self, name: str, by: By) -> None:
        """Let somebody log in no longer. Raises LookupError where there is no such user.

        ValueError where nobody would be left who may let others in.
        """
        left = [one for one in self.users() if one.name != name]
        if left and not any(one.admin for one in left):
            raise ValueError(f"{name!r} is the last admin; make another one first")
        with self._changing(by, name) as written:
            written.remove(self._row(name))

    def keep(self, name: str, shelf: str, keeps: bool, by: By) -> None:
        """Put a shelf into the hands of a user, or take it out. Raises LookupError where there is no such user."""
        with self._changing(by, f"{name} {shelf}") as written:
            (written.keep if keeps else written.leave)(self._row(name), [shelf])

    def read_by(self, reading: Reading, by: By) -> None:
        """Say whether everybody may read, or only who is logged in."""
        with self._changing(by, reading) as written:
            written.set_reading(reading)

    def keeps(self, who: Who, shelf: str) -> bool:
        """Say whether a shelf is in the hands of a user."""
        return self._store.ask(users.keeps, who.id, shelf)

    def log_in(self, name: str, password: str, address: str) -> str | None:
        """Begin a session: returns its secret, None if name or password are wrong.

        Raises WaitError if too many log-ins failed by the name or from the address. It takes as long for names that
        nobody has.
        """
        by_name, by_address = hash_of(f"user\0{name}"), hash_of(f"address\0{_house(address)}")
        found = self._store.ask(users.of_name, name)
        self._try({by_name: settings.FAILURES_FREE, by_address: settings.FAILURES_FREE_ADDRESS})
        if not _verified(found[1] if found else None, password) or found is None:
            return None
        secret, now = secrets.token_urlsafe(32), _now()
        with self._store.writing() as writer:
            writer.users.forgive(by_name)
            writer.users.end_old(now - settings.SESSION_IDLE, now - settings.SESSION_LONGEST)
            began = writer.users.begin(*found, hash_of(secret), now)
        return secret if began else None

    def pace(self, what: str, address: str, free: int) -> None:
        """Count what anybody may do, `free` times in a row from an address. Raises WaitError where it was too often."""
        self._try({hash_of(f"{what}\0{_house(address)}"): free})

    def _try(self, tried: Mapping[str, int]) -> None:
        """Count a log-in as failed before it is looked at, so that many at once do not go uncounted.

        `tried` are hashes, each with how often it may fail in a row without a pause.
        """
        now, waits = _now(), timedelta(0)
        with self._store.writing() as writer:
            writer.users.forgive(before=now - settings.FAILURES_KEPT)
            held = [writer.users.attempts(one) or (0, now) for one in tried]
            waits = max(until for _, until in held) - now
            if waits > timedelta(0):
                raise WaitError(int(waits.total_seconds()) + 1)
            for (one, free), (failures, _) in zip(tried.items(), held, strict=True):
                writer.users.fail(one, failures + 1, now, now + _pause(failures + 1 - free))

    def log_out(self, who: Who, hash_: str) -> None:
        """End a session of somebody, or revoke a token, by its hash."""
        with self._store.writing() as writer:
            writer.users.end(who.id, hash_)

    def by_session(self, secret: str) -> Who | None:
        """Who is logged in by this secret."""
        now, hash_ = _now(), hash_of(secret)
        found = self._store.ask(users.by_session, hash_)
        if found is None:
            return None
        idle, longest = micros(now - settings.SESSION_IDLE), micros(now - settings.SESSION_LONGEST)
        if found.used_at < idle or found.began_at < longest:
            return None
        self._used(hash_, found.used_at, now)
        return Who(found.id, found.name, bool(found.admin), session=hash_)

    def by_token(self, secret: str) -> Who | None:
        """In whose name a program comes with this token, and what it may."""
        hash_ = hash_of(secret)
        found = self._store.ask(users.by_token, hash_)
        if found is None:
            return None
        self._used(hash_, found.used_at, _now())
        return Who(found.id, found.name, bool(found.admin), next(one for one in SCOPES if one == found.scope))

    def _used(self, hash_: str, used_at: int | None, now: datetime) -> None:
        if used_at is None or used_at < micros(now - users.TOUCHED):
            with self._store.writing() as writer:
                writer.users.used(hash_, now)

    def sessions(self, who: Who) -> list[Session]:
        """The sessions of somebody, the one used last first."""
        return self._store.ask(users.sessions, who.id)

    def tokens(self, who: Who) -> list[Token]:
        """The tokens of somebody, the newest first."""
        return self._store.ask(users.tokens, who.id)

    def grant(self, who: Who, title: str, scope: Scope) -> str:
        """Make a token, and return it: it is told this once."""
        secret = TOKEN + secrets.token_urlsafe(32)
        with self._store.writing() as writer:
            writer.users.grant(who.id, Token(hash_of(secret), title[:NAME_MOST], scope, _now(), None))
        return secret

    def log(self, by: By, about: str) -> None:
        """Remember what was changed, by whom and from where."""
        with self._store.writing() as writer:
            writer.users.log(by.changed(about))

    def changes(self, limit: int | None, before: int | None = None) -> list[tuple[int, Change]]:
        """What was changed, the latest first, each with its number; those before the number `before`."""
        with self._store.connect() as connection:
            return list(users.changes(connection, limit, before))

    @contextmanager
    def _changing(self, by: By, about: str) -> Iterator[Users]:
        """Write, log it in the same transaction, and believe the lock no more."""
        with self._store.writing() as writer:
            yield writer.users
            writer.users.log(by.changed(about))
        self._looked_at = float("-inf")

    def _row(self, name: str) -> int:
        found = self._store.ask(users.of_name, name)
        if found is None:
            raise LookupError(f"there is no user {name!r}")
        return found[0]


def _now() -> datetime:
    return datetime.now(UTC)


def _hasher() -> "PasswordHasher":
    from argon2 import PasswordHasher  # where somebody logs in

    return PasswordHasher()


def _hashed(password: str) -> str:
    if not settings.PASSWORD_LEAST <= len(password) <= settings.PASSWORD_MOST:
        raise ValueError(f"a password has {settings.PASSWORD_LEAST} to {settings.PASSWORD_MOST} characters")
    return _hasher().hash(password.encode(errors="surrogatepass"))


def _verified(hashed: str | None, password: str) -> bool:
    from argon2.exceptions import VerifyMismatchError

    given = password[: settings.PASSWORD_MOST + 1].encode(errors="surrogatepass")
    try:
        return _hasher().verify(hashed, given) if hashed else bool(_hasher().hash(given)) and False
    except VerifyMismatchError:
        return False


def _house(address: str) -> str:
    """What one household has of addresses: of the newer kind, a whole net."""
    try:
        read = ip_address(address)
    except ValueError:
        return address
    return str(read) if read.version == 4 else str(ip_network((read, 64), strict=False))


def _pause(beyond: int) -> timedelta:
    """How long to wait after so many failures beyond those that are free."""
    return min(timedelta(seconds=2 ** min(beyond, 16)), settings.PAUSE_MOST) if beyond > 0 else timedelta(0)
