"""Credentials in the system's safe: a name comes in; the credential goes out, if there is a safe that gives it."""

from contextlib import suppress
from threading import Thread

_WAIT = 10.0  # seconds; a safe that is locked may ask a person who is not there


def kept(name: str) -> str | None:
    """Ask the safe for a credential of the service `hubbub`; None if there is no safe, or it does not open."""
    try:
        import keyring
    except ImportError:
        return None
    found: list[str | None] = []

    def ask() -> None:
        with suppress(Exception):  # each kind of safe fails in its own way
            found.append(keyring.get_password("hubbub", name))

    asking = Thread(target=ask, daemon=True)
    asking.start()
    asking.join(_WAIT)
    return found[0] if found else None
