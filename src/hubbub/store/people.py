"""What somebody answers to suggestions, and who wants to be in no store: words come in and are kept, by hash alone."""

from datetime import datetime, timedelta
from typing import Literal, NamedTuple, get_args

from sqlalchemy import Connection, delete, select
from sqlalchemy.dialects.postgresql import insert as upsert

from hubbub.model import Account
from hubbub.store import schema as s
from hubbub.store.fold import hashed
from hubbub.store.sql import rows
from hubbub.store.times import EPOCH, micros

# The account was engaged; does not fit this shelf; shall be suggested again some days on; or to no shelf ever.
Word = Literal["done", "unfit", "later", "never"]
WORDS: tuple[str, ...] = get_args(Word)
EVERY_SHELF = ""
FOREVER = "~"  # a version that is later than any


class Response(NamedTuple):
    """What was answered, and when."""

    word: str
    said_at: datetime


class Responses:
    """Writes what is answered within one write transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def say(self, shelf: str, source: str, account: str, word: Word | None, at: datetime) -> None:
        """Keep what is answered, in place of what was; None takes that back. `never` holds for every shelf."""
        named, table = hashed("account", source, account), s.response.c
        self._connection.execute(
            delete(s.response).where(table.account == named, table.shelf.in_((shelf, EVERY_SHELF)))
        )
        if word is not None:
            told = {"shelf": EVERY_SHELF if word == "never" else shelf, "account": named}
            self._connection.execute(upsert(s.response).values(**told, word=word, said_at=micros(at)))


def responses(connection: Connection, shelf: str) -> dict[int, Response]:
    """What was answered of accounts, by their hashes."""
    table = s.response.c
    asked = select(table.account, table.word, table.said_at).where(table.shelf.in_((shelf, EVERY_SHELF)))
    return {
        row.account: Response(row.word, EPOCH + timedelta(microseconds=row.said_at)) for row in rows(connection, asked)
    }


def refusal(source: str, account: str) -> Account:
    """An account's wish to be kept in no store, now and later: a withdrawal that nothing supersedes."""
    return Account(source=source, id=account, via=source, version=FOREVER, change="withdrawn")
