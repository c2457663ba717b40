"""Whom somebody knows, blocks or mutes: files that places give to their own people come in, accounts go out.

Mastodon's `following_accounts.csv`, `blocked_accounts.csv` and `muted_accounts.csv`; an archive of X, as it comes
(zip), as a folder, or its `following.js`, `block.js` and `mute.js`; or a text with an account a line. Only these parts
of an archive are opened. Accounts are named by their keys, or where a file tells the handle, by that in small letters.
"""

import csv
import re
import zipfile
from collections.abc import Iterable, Iterator
from io import StringIO
from itertools import islice
from pathlib import Path
from typing import IO, Any, NamedTuple

import msgspec
from msgspec import Struct

from hubbub.model import Acquaintance

LIMIT = 64 << 20  # bytes of a file; of an archive all that is read together
PARTS = 1_000  # of an archive
HEADER = "Account address"  # of Mastodon's lists, also where these are empty
# Names of files say what they hold; browsers number what is downloaded again.
_WORDS: dict[str, Acquaintance] = {"follow": "knows", "block": "blocks", "mute": "mutes"}
_NAMED = re.compile(r"(follow|block|mute)(?!er)", re.IGNORECASE)
_PART = re.compile(r"(?:.*/)?data/(?:following|block|mute)(?:-part\d+)?\.js")
_ASSIGNED = re.compile(r"^\s*window\.YTD\.\w+\.part\d+\s*=\s*", re.MULTILINE)  # no string of JSON holds a line's end
_X = re.compile(r"https?://(?:x|twitter)\.com/(\w{1,20})/?", re.ASCII | re.IGNORECASE)
_NUMBER = re.compile(r"[0-9]{1,20}")
_HOST = r"(?:[a-z0-9-]{1,63}\.)+[a-z0-9-]{2,63}"
_FORMS = (
    ("bluesky", re.compile(r"(?:https?://bsky\.app/profile/)?(did:(?:plc|web):[\w.:%-]{1,200})", re.ASCII)),
    ("mastodon", re.compile(rf"@?([\w.-]{{1,100}}@{_HOST})", re.ASCII | re.IGNORECASE)),
    ("twitter", _X),
    ("bluesky", re.compile(rf"(?:https?://bsky\.app/profile/|@?)({_HOST})", re.ASCII | re.IGNORECASE)),
)


class WrongFileError(ValueError):
    """A file that cannot be read; the message says why."""


class Listed(NamedTuple):
    """One account of a list: where it is, its key or handle there, and what is said of it."""

    source: str
    account: str
    word: Acquaintance


class _Tie(Struct, rename="camel"):
    account_id: str
    user_link: str = ""


def read(path: Path, word: Acquaintance | None = None) -> Iterator[Listed]:
    """Yield the accounts in a file or a folder; `word` says what is said of them, where its name does not.

    Raises OSError, and `WrongFileError` where it is no such file, too large, or nothing says what is said of accounts.
    """
    try:
        if path.is_dir():
            yield from _archive((one.name, one.open("rb")) for one in _parts_of(path))
        elif zipfile.is_zipfile(path):
            with zipfile.ZipFile(path) as packed:
                names = [name for name in packed.namelist() if _PART.fullmatch(name)]
                yield from _archive((name.rpartition("/")[2], packed.open(name)) for name in names)
        else:
            with path.open("rb") as file:
                yield from _file(path.name, _body(file, LIMIT), word)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError) as error:
        raise WrongFileError(f"the zip file is broken ({error}); download it again") from error


def _parts_of(folder: Path) -> list[Path]:
    parts = [one for place in (folder, folder / "data") if place.is_dir() for one in sorted(place.iterdir())]
    return [one for one in parts if _PART.fullmatch(f"data/{one.name}") and one.is_file()]


def _archive(parts: Iterable[tuple[str, IO[bytes]]]) -> Iterator[Listed]:
    left = LIMIT
    for name, file in islice(parts, PARTS):
        with file:
            body = _body(file, left)
        left -= len(body)
        yield from _file(name, body, None)
    if left == LIMIT:
        raise WrongFileError("there is no data/following.js, block.js or mute.js in it, as archives of X have")


def _body(file: IO[bytes], limit: int) -> bytes:
    """What a file holds, which may be packed a thousandfold."""
    body = file.read(limit + 1)
    if len(body) > limit:
        raise WrongFileError(f"it is larger than {LIMIT >> 20} MiB")
    return body


def _file(name: str, body: bytes, word: Acquaintance | None) -> Iterator[Listed]:
    named = _NAMED.search(name)
    said = word or (_WORDS[named[1].lower()] if named else None)
    if said is None:
        raise WrongFileError("its name does not say whom it lists; add --as knows, --as blocks or --as mutes")
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise WrongFileError(f"it is no UTF-8 text (at byte {error.start:,})") from error
    accounts = _of_x(text) if _ASSIGNED.match(text) else _of_lines(text)
    yield from (Listed(source, account, said) for source, account in accounts)


def _of_x(text: str) -> Iterator[tuple[str, str]]:
    """The accounts in a file of an archive of X: JSON that is assigned to variables."""
    for body in _ASSIGNED.split(text)[1:]:
        try:
            entries: list[dict[str, Any]] = msgspec.json.decode(body.rstrip("; \t\r\n"), type=list[dict[str, _Tie]])
        except (msgspec.MsgspecError, RecursionError) as error:
            raise WrongFileError("it is broken, or X writes it in another way by now") from error
        for tie in (tie for entry in entries for tie in entry.values()):
            if _NUMBER.fullmatch(tie.account_id):
                yield "twitter", f"i/user/{tie.account_id}"
            if handle := _X.fullmatch(tie.user_link):
                yield "twitter", handle[1].lower()


def _of_lines(text: str) -> Iterator[tuple[str, str]]:
    """The accounts that stand first in lines, in whatever form people write them."""
    known, first = 0, ""
    try:
        for row in csv.reader(StringIO(text, newline=None)):
            written = row[0].strip() if row else ""
            found = _account(written)
            first = first or written
            if found is not None:
                known += 1
                yield found
    except csv.Error as error:
        raise WrongFileError(f"it is no list of accounts: {error}") from error
    if not known and first not in ("", HEADER):
        raise WrongFileError(f"it lists no account that can be read; the first line begins with {first[:60]!r}")


def _account(written: str) -> tuple[str, str] | None:
    for source, form in _FORMS:
        if found := form.fullmatch(written):
            return source, found[1] if found[1].startswith("did:") else found[1].lower()
    return None
