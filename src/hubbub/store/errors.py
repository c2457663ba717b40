"""What can go wrong with a store and can be mended by a person: the database's words come in, a sentence comes out."""

from sqlalchemy.engine import URL
from sqlalchemy.exc import DatabaseError

BUSY_MS = 30_000  # how long a writer waits for another one


class StoreError(Exception):
    """The store cannot be used; the message says why and what to do."""


_REASONS = {
    "is locked": "is in use by another program that has not let go for {wait} s; close it or try again later",
    "readonly database": "is read-only; give yourself the right to write to the file and its folder",
    "not a database": "is not a hubbub store (not a database at all); name another file",
    "malformed": "is damaged; restore it from a copy",
    "disk is full": "cannot grow: the disk is full; nothing of this step was kept, free some space and run it again",
    "unable to open": "cannot be opened; check that the file and its folder exist and that you may read and write them",
    "disk I/O error": "cannot be read or written (disk error); check the disk and your quota, then run it again",
}


def explained(error: DatabaseError, url: URL) -> Exception:
    """Turn what an ordinary user can run into into a sentence; anything else is our own fault and stays as it is."""
    said = str(error.orig)
    for part, reason in _REASONS.items():
        if part in said:
            return StoreError(f"the store {url.database} " + reason.format(wait=BUSY_MS // 1000))
    return error
