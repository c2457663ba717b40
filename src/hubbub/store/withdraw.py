"""Withdrawals: what is gone comes in, and every statement that it ends leaves the store; hash and version stay."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Connection, Table, and_, delete, exists, select, update
from sqlalchemy.dialects.sqlite import insert as upsert

from hubbub.model import Post
from hubbub.store import schema as s
from hubbub.store.fold import Folded, Gone, Kind, hashed, hashes_of, withdraw
from hubbub.store.names import Name, Names
from hubbub.store.sql import among, rows

Fields = dict[str, tuple[int, str, Any]]  # an account's field -> (1 if the place says so, version, value)


class Withdrawals:
    """Reads and writes what is gone, within one write transaction."""

    def __init__(self, connection: Connection, names: Names) -> None:
        self._connection = connection
        self._names = names

    def apply(self, folded: Folded) -> tuple[dict[str, str], int]:
        """Write a batch's withdrawals and remove what they end.

        Returns all withdrawals that concern the batch, hash -> version, and how many assertions went.
        """
        asked = set(folded.gone)
        for reading in folded.made.values():
            asked.update(hashes_of(reading.post))
        asked.update(hashed("account", account.source, account.id) for account in folded.accounts)
        table = s.withdrawn.c
        known = dict(rows(self._connection, select(table.hash, table.version).where(among(table.hash, list(asked)))))
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

    def _remember(self, raised: Mapping[str, Gone]) -> None:
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
        ids = {id_: told[name] for name, id_ in self._names.find(s.account, told).items()}
        if not ids:
            return []
        made = select(s.assertion.c.account, s.post.c.key).join(s.post).where(among(s.assertion.c.account, list(ids)))
        own = rows(self._connection, made.where(s.assertion.c.key.is_(None)))
        return [Gone("post", (ids[row.account].name[0], row.key), ids[row.account].version) for row in own]

    def _remove(self, gone: Iterable[Gone]) -> int:
        by_kind: dict[Kind, dict[Name, str]] = {"post": {}, "assertion": {}, "account": {}}
        for told in gone:
            by_kind[told.kind][self._names.source(told.name[0]), told.name[1]] = told.version
        posts = {id_: by_kind["post"][name] for name, id_ in self._names.find(s.post, by_kind["post"]).items()}
        accounts = self._names.find(s.account, by_kind["account"])
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
        self.drop([row.id for row in ended])
        self.tidy_posts({row.post for row in ended} | posts.keys(), by_kind["post"])
        self._clear_accounts(accounts, by_kind["account"])
        self.tidy_accounts({row.account for row in ended} | set(accounts.values()))
        return len(ended)

    def assertions(self, column: ColumnElement[Any], values: Collection[Any]) -> Sequence[Any]:
        """Return the assertions of which a column is among the values."""
        table = s.assertion.c
        columns = (table.id, table.post, table.via, table.key, table.version, table.account, table.content)
        return rows(self._connection, select(*columns).where(among(column, list(values)))) if values else []

    def delete(self, table: Table, column: ColumnElement[Any], values: Collection[Any]) -> None:
        """Delete the rows of which a column is among the values."""
        if values:
            self._connection.execute(delete(table).where(among(column, list(values))))

    def drop(self, assertions: Collection[int]) -> None:
        """Delete assertions with all that is derived from them."""
        self.delete(s.mention, s.mention.c.assertion, assertions)
        self.delete(s.touch, s.touch.c.assertion, assertions)
        self.delete(s.assertion, s.assertion.c.id, assertions)

    def tidy_posts(self, posts: Collection[int], withdrawn: Mapping[Name, str]) -> None:
        """Drop posts of which nobody says anything; one that others touch stays, its key hashed if it was withdrawn."""
        if not posts:
            return
        said = exists().where(s.assertion.c.post == s.post.c.id)
        touched = exists().where(s.touch.c.post == s.post.c.id)
        silent = and_(among(s.post.c.id, list(posts)), ~said)
        self._connection.execute(delete(s.post).where(silent, ~touched))
        for source, key, id_ in rows(
            self._connection, select(s.post.c.source, s.post.c.key, s.post.c.id).where(silent)
        ):
            if (source, key) in withdrawn:
                hidden = "#" + hashed("post", self._names.source_of(source), key)
                self._connection.execute(update(s.post).where(s.post.c.id == id_).values(key=hidden))

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


def _inherit(post: Post, known: Mapping[str, str], gone: dict[str, Gone]) -> None:
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
