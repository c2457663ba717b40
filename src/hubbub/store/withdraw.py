"""Withdrawals: what is gone comes in, and every statement that it ends leaves the store; hash and version stay."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Connection, and_, delete, exists, select, update
from sqlalchemy.dialects.sqlite import insert as upsert

from hubbub.model import Post
from hubbub.store import schema as s
from hubbub.store.fold import Folded, Gone, Kind, hashed, hashes_of, withdraw
from hubbub.store.names import Name, Names, number
from hubbub.store.sql import among, delete_rows, listed, rows, update_rows

Fields = dict[str, tuple[int, str, Any]]  # an account's field -> (1 if the place says so, version, value)


_KNOWN = select(s.withdrawn.c.hash, s.withdrawn.c.version).where(listed(s.withdrawn.c.hash))


class Withdrawals:
    """Reads and writes what is gone, within one write transaction."""

    def __init__(self, connection: Connection, names: Names) -> None:
        self._connection = connection
        self._names = names

    def apply(self, folded: Folded) -> tuple[dict[int, str], int]:
        """Write a batch's withdrawals and remove what they end.

        Returns all withdrawals that concern the batch, hash -> version, and how many assertions went.
        """
        asked = folded.gone.keys() | hashes_of([reading.post for reading in folded.made.values()])
        asked |= {hashed("account", account.source, account.id) for account in folded.accounts}
        known = dict(rows(self._connection, _KNOWN, list(asked)))
        if not known and not folded.gone:
            return known, 0
        for reading in folded.made.values():
            _inherit(reading.post, known, folded.gone)
        raised = {name: told for name, told in folded.gone.items() if known.get(name, "") < told.version}
        for told in self._posts_of([told for told in raised.values() if told.kind == "account"]):
            withdraw(raised, told)
        self._remember(raised)
        went = self._remove(raised.values())
        return known | {name: told.version for name, told in raised.items()}, went

    def _remember(self, raised: Mapping[int, Gone]) -> None:
        statement = upsert(s.withdrawn)
        later = statement.excluded.version > s.withdrawn.c.version
        set_ = {"version": statement.excluded.version}
        values = [{"hash": name, "version": told.version} for name, told in raised.items()]
        if values:
            self._connection.execute(
                statement.on_conflict_do_update(index_elements=["hash"], set_=set_, where=later), values
            )

    def _posts_of(self, accounts: Sequence[Gone]) -> list[Gone]:
        """Say of each post that withdrawn accounts made themselves that it is withdrawn up to the same version."""
        told = {(self._names.source(gone.name[0]), gone.name[1]): gone for gone in accounts}
        ids = {
            id_: told[name]
            for name, id_ in self._names.find(s.account, _numbers("account", accounts, self._names)).items()
        }
        if not ids:
            return []
        made = select(s.assertion.c.account, s.post.c.key).join(s.post).where(among(s.assertion.c.account, list(ids)))
        own = rows(self._connection, made.where(s.assertion.c.key.is_(None)))
        return [Gone("post", (ids[row.account].name[0], row.key), ids[row.account].version) for row in own]

    def _remove(self, gone: Iterable[Gone]) -> int:
        by_kind: dict[Kind, dict[Name, str]] = {"post": {}, "assertion": {}, "account": {}}
        gone = list(gone)
        for told in gone:
            by_kind[told.kind][self._names.source(told.name[0]), told.name[1]] = told.version
        named = self._names.find(s.post, _numbers("post", gone, self._names))
        posts = {id_: by_kind["post"][name] for name, id_ in named.items()}
        accounts = self._names.find(s.account, _numbers("account", gone, self._names))
        told_of, table = by_kind["assertion"], s.assertion.c
        ended = {
            *(
                row
                for row in self.assertions(table.post, posts)
                if row.key is not None or row.version <= posts[row.post]
            ),
            *(row for row in self.assertions(table.account, accounts.values()) if row.key is not None),
            *(
                row
                for row in self.assertions(table.key, [key for _, key in told_of])
                if row.version <= told_of.get((row.via, row.key), "")
            ),
        }
        touched = self.drop(ended)
        self.tidy_posts({row.post for row in ended} | posts.keys() | touched, posts.keys())
        self._clear_accounts(accounts, by_kind["account"])
        self.tidy_accounts({row.account for row in ended} | set(accounts.values()))
        return len(ended)

    def assertions(self, column: ColumnElement[Any], values: Collection[Any]) -> Sequence[Any]:
        """Return the assertions of which a column is among the values."""
        table = s.assertion.c
        columns = (table.id, table.post, s.post.c.source, table.via, table.key, table.version, table.account)
        statement = select(*columns, table.content, table.found).join(s.post, s.post.c.id == table.post)
        return rows(self._connection, statement.where(among(column, list(values)))) if values else []

    def drop(self, assertions: Collection[Any]) -> set[int]:
        """Delete assertions, given as rows, with all that is derived from them; return the posts that they touched."""
        if not assertions:
            return set()
        self.drop_mentions([(row.id, row.post, row.source, row.found) for row in assertions])
        ids = [row.id for row in assertions]
        touched = rows(self._connection, select(s.touch.c.post).where(among(s.touch.c.assertion, ids)))
        for table, column in ((s.touch, s.touch.c.assertion), (s.assertion, s.assertion.c.id)):
            self._connection.execute(delete(table).where(among(column, ids)))
        return {post for (post,) in touched}

    def drop_mentions(self, assertions: Iterable[tuple[int, int, int, str]]) -> None:
        """Delete the mentions of assertions, given as the rows of assertion, post and source, and what was found."""
        keys = [(work, source, post, id_) for id_, post, source, found in assertions for work in works_in(found)]
        delete_rows(self._connection, s.mention, keys)

    def tidy_posts(self, posts: Collection[int], withdrawn: Collection[int]) -> None:
        """Drop posts of which nobody says anything; of a withdrawn one that others touch only the hash stays."""
        if not posts:
            return
        said = exists().where(s.assertion.c.post == s.post.c.id)
        touched = exists().where(s.touch.c.post == s.post.c.id)
        silent = and_(among(s.post.c.id, list(posts)), ~said)
        self._connection.execute(delete(s.post).where(silent, ~touched))
        shown = and_(silent, among(s.post.c.id, list(withdrawn)), s.post.c.key.is_not(None))
        left = rows(self._connection, select(s.post.c.id, s.post.c.source, s.post.c.key).where(shown))
        hidden = [(hashed("post", self._names.source_of(source), key), None, id_) for id_, source, key in left]
        update_rows(self._connection, s.post, ("hash", "key"), hidden)

    def tidy_accounts(self, accounts: Collection[int | None]) -> None:
        """Forget accounts that no longer speak."""
        speaks = exists().where(s.assertion.c.account == s.account.c.id)
        if accounts:
            self._connection.execute(delete(s.account).where(among(s.account.c.id, list(accounts)), ~speaks))

    def _clear_accounts(self, accounts: Mapping[Name, int], withdrawn: Mapping[Name, str]) -> None:
        """Forget what withdrawn accounts said of themselves up to then, and all that others said of them."""
        for name, id_ in accounts.items():
            row = select(s.account.c.fields).where(s.account.c.id == id_)
            fields = msgspec.json.decode(self._connection.execute(row).scalar_one(), type=Fields)
            left = {field: told for field, told in fields.items() if told[0] and told[1] > withdrawn[name]}
            text, followers = account_columns(left)
            values = {"fields": text, "followers": followers}
            self._connection.execute(update(s.account).where(s.account.c.id == id_).values(values))


def works_in(found: str) -> list[int]:
    """The rows of the identifiers that were found in an assertion."""
    return [one[0] for one in msgspec.json.decode(found)]


def _numbers(kind: Kind, gone: Iterable[Gone], names: Names) -> dict[Name, int]:
    return {(names.source(g.name[0]), g.name[1]): number(kind, *g.name) for g in gone if g.kind == kind}


def _inherit(post: Post, known: Mapping[int, str], gone: dict[int, Gone]) -> None:
    """A withdrawn account's own post counts as withdrawn, even if it is only heard of now."""
    if post.assertion or post.author is None:
        return
    name = hashed("account", post.source, post.author)
    until = max(known.get(name, ""), gone[name].version if name in gone else "")
    if until:
        withdraw(gone, Gone("post", (post.source, post.id), until))


def account_columns(fields: Fields) -> tuple[str, int | None]:
    """What an account's row keeps of its fields: all of them, and the followers for sums."""
    return msgspec.json.encode(fields).decode(), fields["followers"][2] if "followers" in fields else None
