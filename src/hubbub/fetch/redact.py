"""Addresses come in; the same without credentials go out, as they may stand in errors, logs, answers and stores.

A credential is known by the name of its parameter, by standing before an @, or by its own value.
"""

import re
from collections.abc import Collection, Iterable
from urllib.parse import unquote, unquote_plus

from hubbub.fetch.rules import SECRET

HIDDEN = "***"
_SHOWN = 300  # characters of an address or a reason in a sentence: some addresses go on for kilobytes
_USER = re.compile(r"^([^:/\\?#@]*:)?([/\\]*)[^/\\?#]*@")
_PARTS = re.compile(r"([?&;#/])")


def redact(address: str, secrets: Collection[str] = ()) -> str:
    """Hide every credential in an address, and leave all else as it is."""
    head, *rest = _PARTS.split(_USER.sub(rf"\1\2{HIDDEN}@", address))
    pieces = [_piece(head, secrets)]
    for mark, piece in zip(rest[::2], rest[1::2], strict=True):
        pieces += [mark, _piece(piece, secrets)]
    return mask("".join(pieces), secrets)


def mask(text: str, secrets: Collection[str]) -> str:
    """Hide known credentials in any text."""
    for secret in sorted(secrets, key=len, reverse=True):
        text = text.replace(secret, HIDDEN)
    return text


def shown(text: str) -> str:
    """Shorten what strangers wrote, and leave nothing in it that moves a terminal's cursor."""
    clean = "".join(char if char.isprintable() else "�" for char in text[: _SHOWN + 1])
    return clean if len(clean) <= _SHOWN else clean[:_SHOWN] + "…"


def private(headers: Iterable[str]) -> bool:
    """Say whether one of some headers is for credentials, by its name."""
    return any(_plain(name) in SECRET.headers for name in headers)


def _piece(piece: str, secrets: Collection[str]) -> str:
    name, equals, _ = piece.partition("=")
    if equals and _plain(unquote_plus(name)) in SECRET.parameters:
        return f"{name}={HIDDEN}"
    if any(secret in unquote(piece) or secret in unquote_plus(piece) for secret in secrets):
        return f"{name}={HIDDEN}" if equals and not _holds(name, secrets) else HIDDEN
    return piece


def _holds(name: str, secrets: Collection[str]) -> bool:
    return any(secret in unquote(name) or secret in unquote_plus(name) for secret in secrets)


def _plain(name: str) -> str:
    return re.sub(r"[-_.\s]", "", name).lower()
