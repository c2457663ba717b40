"""What can go wrong with a store and can be mended by a person: the database's words come in, a sentence comes out."""

from sqlalchemy.engine import URL

BUSY_MS = 30_000  # how long a writer waits for another one, and everybody for a server


class StoreError(Exception):
    """The store cannot be used; the message says why and what to do."""


_BUSY = "is in use by another program that has not let go for {wait} s; close it or try again later"
_FULL = "cannot grow: the disk is full; nothing of this step was kept, free some space and run it again"
_LOST = "is away: the server closed the connection; nothing of this step was kept, run it again when the server is back"
_FOREIGN = "is not yours to use ({said}); ask the owner of the database for the right"


class BusyError(StoreError):
    """The store cannot be used now; it will be again, if nothing else is wrong."""


class MissingError(StoreError, FileNotFoundError):
    """There is no such file, where none is to be made."""


# SQLite's words and PostgreSQL's codes.
_REASONS = {
    "is locked": _BUSY,
    "readonly database": "is read-only; give yourself the right to write to the file and its folder",
    "not a database": "is not a hubbub store (not a database at all); name another file",
    "malformed": "is damaged; restore it from a copy",
    "disk is full": _FULL,
    "unable to open": "cannot be opened; check that the file and its folder exist and that you may read and write them",
    "disk I/O error": "cannot be read or written (disk error); check the disk and your quota, then run it again",
    "55P03": _BUSY,
    "53100": _FULL,
    "25006": "is read-only; name the server that may be written to, or ask its owner",
    "42501": _FOREIGN,
    "3F000": _FOREIGN,  # no schema that one may use
    "57P01": _LOST,
}
# A server that does not let us in, or has gone, gives no code.
_NO_CODE = {
    "closed the connection": _LOST,
    "connection is lost": _LOST,
    "password": "refuses the password or wants one ({said}); put the right one into ~/.pgpass or PGPASSWORD",
    'database "': "cannot be opened ({said}); make it with: createdb --encoding=UTF8 --template=template0 NAME",
    "": "cannot be reached ({said}); check the address, and that the server runs and lets you in",
}


def explained(error: Exception, url: URL) -> Exception:
    """Turn what an ordinary user can run into into a sentence; anything else is our own fault and stays as it is."""
    cause = getattr(error, "orig", error)
    code = getattr(cause, "sqlstate", None)
    reasons = _NO_CODE if code is None and url.get_backend_name() == "postgresql" else _REASONS
    for part, reason in reasons.items():
        if part in f"{code} {cause}":
            # Of a server's words the last clause of the first line: before it stands where it was tried.
            said = str(cause).partition("\n")[0].rpartition("failed: ")[2].removeprefix("FATAL:").strip()
            kind = BusyError if reason in (_BUSY, _LOST) else StoreError
            return kind(f"the store {name_of(url)} " + reason.format(wait=BUSY_MS // 1000, said=said))
    return error


def name_of(url: URL) -> str:
    """Name a store without its password and without options, where one could stand too."""
    if url.get_backend_name() == "sqlite":
        return str(url.database)
    return URL.create("postgresql", url.username, None, url.host, url.port, url.database).render_as_string()
