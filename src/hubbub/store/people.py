"""What somebody answers to suggestions, whom they know, and who wants to be in no store: kept by hash alone.

Accounts whose works a shelf holds are its own. Whom they block is known of their shelves; who blocks them is forgotten.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from typing import Literal, NamedTuple, get_args

from sqlalchemy import Connection, delete, select, union
from sqlalchemy.dialects.postgresql import insert as upsert

from hubbub.model import Account, Acquaintance, Block, FollowList
from hubbub.store import schema as s
from hubbub.store.fold import Named, hashed
from hubbub.store.names import Names
from hubbub.store.sql import rows
from hubbub.store.times import EPOCH, micros

# The account was engaged; does not fit this shelf; shall be suggested again some days on; or to no shelf ever.
Word = Literal["done", "unfit", "later", "never"]
WORDS: tuple[str, ...] = get_args(Word)
EVERY_SHELF = ""
BY_PAGE = "mastodon"  # the place whose accounts are named by their pages
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


class Acquaintances:
    """Writes whom the people of shelves know, block or mute, within one write transaction."""

    def __init__(self, connection: Connection, names: Names) -> None:
        self._connection = connection
        self._names = names

    def say(self, shelf: str, source: str, word: Acquaintance, accounts: Iterable[str], at: datetime) -> None:
        """Keep a list, given as keys or handles, in place of the one that was given before."""
        table, place = s.acquaintance.c, self._names.source(source)
        before = table.shelf == shelf, table.source == place, table.word == word, table.name.is_(None)
        self._connection.execute(delete(s.acquaintance).where(*before))
        hashes = {hashed("account", source, account) for account in accounts}
        self._add([(shelf, hash_, word, place, None, micros(at)) for hash_ in hashes])

    def heed(self, told: Collection[Block | FollowList]) -> list[Named]:
        """Keep whom own accounts block, as long as they do, and return who blocks own accounts."""
        own = own_accounts(self._connection) if told else {}
        blockers: list[Named] = []
        for one in told:
            if isinstance(one, FollowList):
                self._end(one, own.get(hashed("account", one.source, one.account), ()))
            elif one.change == "withdrawn":
                named = s.acquaintance.c.name == hashed("tie", one.source, one.id or "")
                self._connection.execute(delete(s.acquaintance).where(named))
            elif one.blocker is not None and one.blocked is not None:
                blocked = hashed("account", one.source, one.blocked)
                shelves = own.get(hashed("account", one.source, one.blocker), ())
                name, place = hashed("tie", one.source, one.id or one.blocked), self._names.source(one.source)
                self._add([(shelf, blocked, "blocks", place, name, micros(one.seen_at)) for shelf in shelves])
                if blocked in own and not shelves:
                    blockers.append(("account", one.source, one.blocker))
        return blockers

    def _add(self, added: Collection[tuple[str, int, str, int, int | None, int]]) -> None:
        if added:
            statement = upsert(s.acquaintance)
            later = {name: statement.excluded[name] for name in ("name", "said_at")}
            statement = statement.on_conflict_do_update(index_elements=["shelf", "account", "word"], set_=later)
            columns = s.acquaintance.c.keys()
            self._connection.execute(statement, [dict(zip(columns, row, strict=True)) for row in added])

    def _end(self, read: FollowList, shelves: Iterable[str]) -> None:
        """End blocks that a complete list did not name any more."""
        table, place = s.acquaintance.c, self._names.source(read.source)
        older = table.source == place, table.name.is_not(None), table.said_at < micros(read.began_at)
        if read.complete:
            self._connection.execute(delete(s.acquaintance).where(table.shelf.in_([*shelves]), *older))


def acquaintances(connection: Connection, shelf: str) -> dict[int, set[str]]:
    """What the people of a shelf say of accounts, by the hashes of their keys or handles."""
    table, told = s.acquaintance.c, defaultdict[int, set[str]](set)
    for account, word in rows(connection, select(table.account, table.word).where(table.shelf == shelf)):
        told[account].add(word)
    return told


def own_accounts(connection: Connection) -> dict[int, set[str]]:
    """The shelves that hold the works of accounts, by the accounts' hashes."""
    named, other = s.identifier.c, s.alias.c
    given = select(s.owner.c.shelf, s.owner.c.identifier)
    told = select(s.owner.c.shelf, other.other).join(s.alias, other.identifier == s.owner.c.identifier)
    every = union(given, told.where(other.relation == "is_same_as", other.stands)).subquery().c
    asked = select(every.shelf, named.scheme, named.value).join(s.identifier, named.id == every.identifier)
    own = defaultdict[int, set[str]](set)
    for shelf, scheme, value in rows(connection, asked):
        own[hashed("account", BY_PAGE if scheme == "url" else scheme, value)].add(shelf)
    return own


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
