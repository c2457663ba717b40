"""What is remembered between requests, by all processes of a user: answers that may still be true, units, rests.

One SQLite file in the cache directory. What is forgotten leaves no bytes behind; while the file is locked or full, one
beside it says to all processes that a forgetting is owed. What is damaged is made anew; where no file can be kept,
things are remembered as long as the process runs.
"""

import sqlite3
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

import msgspec

from hubbub.fetch.errors import FetchError

LARGEST = 256 << 20  # bytes of answers together
OLDEST = timedelta(days=30)
WAITS = 10.0  # seconds for others to be done with the file
_TABLES = """
PRAGMA secure_delete=ON;
BEGIN IMMEDIATE;
CREATE TABLE IF NOT EXISTS answer (name BLOB PRIMARY KEY, headers BLOB, body BLOB, size INTEGER, kept_at REAL);
CREATE TABLE IF NOT EXISTS spent (host TEXT, day TEXT, units INTEGER, PRIMARY KEY (host, day)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS rest (host TEXT PRIMARY KEY, until REAL) WITHOUT ROWID;
COMMIT;
"""


class Remembered(NamedTuple):
    """An answer as it was, with its headers in lower case."""

    headers: dict[str, str]
    body: bytes

    def conditions(self) -> dict[str, str]:
        """Headers that ask for an answer only if it is another than this one."""
        names = {"If-None-Match": "etag", "If-Modified-Since": "last-modified"}
        return {name: self.headers[told] for name, told in names.items() if told in self.headers}


class Memory:
    """Open for one process; `close` it."""

    def __init__(self, path: Path, largest: int = LARGEST) -> None:
        self._largest = largest
        self._path = path
        self._owed = path.with_name(f"{path.name}.owed")  # is there while answers are to be forgotten
        self._owes = False  # the same, where no such file can be made
        self._lasts = True
        try:
            self._file = _opened(path)
        except sqlite3.DatabaseError as error:
            if error.sqlite_errorcode in (sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT):
                path.unlink()
                self._file = _opened(path)
            else:  # a cache directory that cannot be written to, or a disk that is full
                self._file = _opened(":memory:")
                self._lasts = False

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def recall(self, address: str) -> Remembered | None:
        """The last answer of an address that can be asked about, if it is not too old."""
        asked = "SELECT headers, body FROM answer WHERE name = ? AND kept_at > ?"
        row = None
        if not self._has_forgotten():
            return None
        with suppress(sqlite3.DatabaseError):
            row = self._file.execute(asked, (_name(address), _since())).fetchone()
        return None if row is None else Remembered(msgspec.json.decode(row[0], type=dict[str, str]), row[1])

    def remember(self, address: str, headers: Mapping[str, str], body: bytes) -> None:
        """Keep an answer that says how to ask whether it is still true."""
        if "etag" not in headers and "last-modified" not in headers:
            return
        if "no-store" in headers.get("cache-control", "") or len(body) > self._largest // 8:
            return
        if not self._has_forgotten():
            return
        row = (_name(address), msgspec.json.encode(headers), body, len(body), datetime.now(UTC).timestamp())
        with suppress(sqlite3.DatabaseError), self._file:
            self._file.execute("DELETE FROM answer WHERE kept_at <= ?", (_since(),))
            self._file.execute("REPLACE INTO answer VALUES (?, ?, ?, ?, ?)", row)
            (size,) = self._file.execute("SELECT sum(size) FROM answer").fetchone()
            if size > self._largest:
                median = "SELECT kept_at FROM answer ORDER BY kept_at LIMIT 1 OFFSET (SELECT count(*) / 2 FROM answer)"
                self._file.execute(f"DELETE FROM answer WHERE kept_at <= ({median})")

    def forget(self) -> None:
        """Forget every answer: something in one of them was withdrawn.

        Where that cannot be done now it is owed, and until then no process recalls anything.
        """
        self._owes = True
        with suppress(OSError):
            self._owed.touch()
        self._has_forgotten()

    def _has_forgotten(self) -> bool:
        """Do what is owed, if it can be done; say whether nothing is owed any more."""
        if self._owes or self._owed.exists():
            with suppress(sqlite3.DatabaseError, OSError):
                with self._file:
                    self._file.execute("DELETE FROM answer")
                self._owes = False
                if self._lasts:  # else the answers in the file are still there
                    self._owed.unlink(missing_ok=True)
        return not (self._owes or self._owed.exists())

    def rest(self, host: str, seconds: float) -> None:
        """Remember that a host wants to be left alone for some seconds, if it can be remembered."""
        now = datetime.now(UTC).timestamp()
        with suppress(sqlite3.DatabaseError), self._file:
            self._file.execute("DELETE FROM rest WHERE until <= ?", (now,))
            self._file.execute("REPLACE INTO rest VALUES (?, ?)", (host, now + seconds))

    def resting(self, host: str) -> float:
        """Seconds for which a host still wants to be left alone."""
        found = None
        with suppress(sqlite3.DatabaseError):
            found = self._file.execute("SELECT until FROM rest WHERE host = ?", (host,)).fetchone()
        return 0.0 if found is None else max(found[0] - datetime.now(UTC).timestamp(), 0.0)

    def spend(self, host: str, limit: int) -> bool:
        """Spend one of the units that a host allows in a day (of UTC); False if all are spent.

        Raises `FetchError` if they cannot be counted: units may cost money, and whoever takes too many is shut out.
        """
        day = f"{datetime.now(UTC):%Y-%m-%d}"
        spent = (
            "INSERT INTO spent VALUES (?, ?, 1) ON CONFLICT DO UPDATE SET units = units + 1 WHERE units < ?"
            " RETURNING units"
        )
        try:
            with self._file:
                self._file.execute("DELETE FROM spent WHERE day < ?", (day,))
                return bool(self._file.execute(spent, (host, day, limit)).fetchall())
        except sqlite3.DatabaseError as error:
            told = f"{host} is not asked, since today's requests to it cannot be counted in {self._path}: {error}"
            raise FetchError(told, host=host) from error

    def give_back(self, host: str) -> None:
        """Take back a unit that was spent on a request which never reached the host."""
        with suppress(sqlite3.DatabaseError), self._file:
            day = f"{datetime.now(UTC):%Y-%m-%d}"
            self._file.execute("UPDATE spent SET units = units - 1 WHERE host = ? AND day = ? AND units", (host, day))


def _opened(path: Path | str) -> sqlite3.Connection:
    if isinstance(path, Path):
        with suppress(OSError):
            path.parent.mkdir(parents=True, exist_ok=True)
    file = sqlite3.connect(path, timeout=WAITS, check_same_thread=False)
    file.executescript(_TABLES)
    return file


def _since() -> float:
    """Answers that were kept before are too old."""
    return (datetime.now(UTC) - OLDEST).timestamp()


def _name(address: str) -> bytes:
    return sha256(address.encode()).digest()
