"""Withdrawals: what is gone comes in, and every statement that it ends leaves the store; hash and version stay."""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping

import msgspec
from sqlalchemy import Connection, and_, delete, exists, select, update

from hubbub.model import Reading
from hubbub.store import schema as s
from hubbub.store.accounts import Fields, account_columns, drop_audiences, tidy_audiences
from hubbub.store.changes import Changes, works_in
from hubbub.store.claims import write_claims
from hubbub.store.fold import Folded, Hashed, Named, barred, hashed, withdraw
from hubbub.store.held import AccountRow, Held, Row, by_account, collected, name_of
from hubbub.store.names import Names
from hubbub.store.people import FOREVER
from hubbub.store.removals import withdrawn
from hubbub.store.sql import among, delete_rows, insert_rows, rows, update_rows
from hubbub.store.ties import Ties, tied

_BY_CHANCE = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
# fmt: off
SAID = (
    "version", "digest", "change", "account", "posted_at", "collected_at", "content", "found", "stated_at", "statement",
)
# fmt: on
NOTHING = (None,) * len(SAID)


class Withdrawals:
    """Reads and writes what is gone, within one write transaction."""

    def __init__(self, connection: Connection, names: Names, ties: Ties, changes: Changes) -> None:
        self._connection = connection
        self._names = names
        self._changes = changes
        self._ties = ties
        self._left: set[int] = set()
        self._speakers: set[int] = set()

    def apply(self, folded: Folded, held: Held) -> list[Row]:
        """Write a batch's withdrawals and remove what they end, in the store and in `held`.

        Returns the statements that went, as they stood.
        """
        if not held.gone and not folded.gone:
            return []
        raised: dict[Named, str] = {}

        def raise_(told: Iterable[tuple[Named, str]]) -> None:
            raised.update([(name, version) for name, version in told if withdraw(held.gone, name, version)])

        raise_(folded.gone.items())
        raise_(self._posts_of(raised, held))
        raise_(_inherited(folded.made, held.gone))
        raise_(_barred(folded.made, held.gone))
        ended = self._ended(raised, held)
        # A collector's statement that ends with its post is gone for good: an older one must not stand in its place.
        raise_([(name, row.version) for name, row in ended.items() if not row.own and row.version is not None])
        self.drop(ended.values())
        held.rows.update(ended)
        self._write_accounts({name: version for name, version in raised.items() if name[0] == "account"}, held)
        self._write_assertions({name: version for name, version in raised.items() if name[0] != "account"}, held)
        return list(ended.values())

    def _posts_of(self, raised: Mapping[Named, str], held: Held) -> list[tuple[Named, str]]:
        """Say of each post that a withdrawn account made itself that it is withdrawn up to the same version."""
        until = {held.accounts[name].id: version for name, version in raised.items() if name in held.accounts}
        made = [row for row in by_account(self._connection, until) if row.own and row.version is not None]
        named = [(name_of(row, self._names), row) for row in made]
        held.rows.update(named)
        return [(name, until[row.account]) for name, row in named if row.account is not None]

    def _ended(self, raised: Mapping[Named, str], held: Held) -> dict[Named, Row]:
        """The statements that stand no longer."""
        named = {name: held.rows[name] for name in raised if name in held.rows}
        ended = {name: row for name, row in named.items() if row.version is not None and row.version <= raised[name]}
        others = collected(self._connection, [row.id for row in named.values() if row.own])
        accounts = {held.accounts[name].id: name for name in raised if name in held.accounts}
        others += [row for row in by_account(self._connection, accounts) if not row.own]
        return ended | {name_of(row, self._names): row for row in others}

    def _write_assertions(self, raised: Mapping[Named, str], held: Held) -> None:
        next_, new, blank, stand = self._names.next(s.assertion), [], [], []
        for name, version in raised.items():
            row, hash_ = held.rows.get(name), hashed(*name)
            if row is None:
                via, post = self._names.source(name[1]), next_ if name[0] == "post" else None
                row = Row(next_, post, via, via, hash_, _told_of(name), version, None, None, None, None)
                new.append((*row[:7], *NOTHING))
                next_ += 1
            elif row.version is not None and row.version > version:
                row = row._replace(gone=version)
                stand.append((version, row.id))
            else:
                kept = row.id if row.own else None, *row[2:4], hash_, _told_of(name), version
                row = Row(row.id, *kept, None, None, None, None)
                blank.append((row.post, hash_, row.key, version, *NOTHING, row.id))
            held.rows[name] = row
        insert_rows(self._connection, s.assertion, new)
        update_rows(self._connection, s.assertion, ("gone",), stand)
        update_rows(self._connection, s.assertion, ("post", "hash", "key", "gone", *SAID), blank)

    def _write_accounts(self, raised: Mapping[Named, str], held: Held) -> None:
        """Forget what withdrawn accounts said of themselves up to then, and all that others said of them."""
        next_, new, left = self._names.next(s.account) if raised else 0, [], []
        claiming = dict[int, Fields]()
        for name, version in raised.items():
            row = held.accounts.get(name)
            if row is None:
                row = AccountRow(next_, self._names.source(name[1]), hashed(*name), None, version, "{}")
                new.append((*row, None))
                next_ += 1
            else:
                told = msgspec.json.decode(row.fields, type=Fields)
                stays = {field: one for field, one in told.items() if one[0] and one[1] > version}
                fields, followers = account_columns(stays)
                claiming[row.id] = stays
                row = row._replace(gone=version, fields=fields)
                left.append((version, fields, followers, row.id))
            held.accounts[name] = row
        withdrawn(self._connection, *_meant((hashed(*name), version) for name, version in raised.items()))
        self._ties.drop([held.accounts[name].id for name in raised])
        drop_audiences(self._connection, [(row, version) for version, _, _, row in left])
        insert_rows(self._connection, s.account, new)
        update_rows(self._connection, s.account, ("gone", "fields", "followers"), left)
        write_claims(self._connection, claiming)

    def refuse(self, gone: Mapping[Hashed, str]) -> None:
        """Keep by their hashes, with a version each, what is gone and not held, so that no late copy brings it."""
        accounts = ((hash_, version) for (kind, _, hash_), version in gone.items() if kind == "account")
        withdrawn(self._connection, *_meant(accounts))
        for (kind, source, hash_), version in gone.items():
            table, place = s.account if kind == "account" else s.assertion, self._names.source(source)
            at = table.c.source if kind == "account" else table.c.via
            held = table.c.hash == hash_, table.c.key.is_(None), at == place
            if self._connection.execute(update(table).where(*held).values(gone=version)).rowcount:
                continue
            next_ = self._names.next(table)
            if kind == "account":
                row: Row | AccountRow = AccountRow(next_, place, hash_, None, version, "{}")
            else:
                post = next_ if kind == "post" else None
                row = Row(next_, post, place, place, hash_, None, version, None, None, None, None)
            self._connection.execute(table.insert().values(row._asdict()))

    def drop(self, statements: Collection[Row]) -> None:
        """Delete what is derived from statements, and what they touch; `tidy` drops the posts that are left alone."""
        self.drop_mentions([(row.id, row.post, row.source, row.found) for row in statements])
        if statements:
            ids = [row.id for row in statements]
            touched = rows(self._connection, select(s.touch.c.post).where(among(s.touch.c.assertion, ids)))
            self._connection.execute(delete(s.touch).where(among(s.touch.c.assertion, ids)))
            self._left.update(post for (post,) in touched)
            self._changes.posts(post for (post,) in touched)
            self._left.update(row.post for row in statements if row.post is not None)
            self._speakers.update(row.account for row in statements if row.account is not None)

    def drop_mentions(self, statements: Iterable[tuple[int, int | None, int, str | None]]) -> None:
        """Delete the mentions of statements, given as the rows of assertion, post and source, and what was found."""
        keys = [(work, source, post, id_) for id_, post, source, found in statements for work in works_in(found)]
        delete_rows(self._connection, s.mention, keys)
        self._changes.works(work for work, *_ in keys)

    def tidy(self, accounts: Iterable[int]) -> None:
        """Drop posts of which nobody says anything any more, and forget accounts that neither speak nor are tied.

        Looks at what was dropped and at `accounts`, given by their rows; of what is withdrawn its hash stays.
        """
        if self._left:
            table, other = s.assertion.c, s.assertion.alias().c
            spoken = exists().where(other.post == table.id, other.id != table.id)
            touched = exists().where(s.touch.c.post == table.id)
            silent = and_(among(table.id, list(self._left)), table.version.is_(None), table.gone.is_(None))
            self._connection.execute(delete(s.assertion).where(silent, ~spoken, ~touched))
            speaks = and_(other.version.is_not(None), other.found != "[]")
            own = exists().where(other.id == s.story.c.post, speaks)
            others = exists().where(other.post == s.story.c.post, other.id != other.post, speaks)
            self._connection.execute(delete(s.story).where(among(s.story.c.post, list(self._left)), ~own, ~others))
        if asked := self._speakers.union(accounts, self._ties.left):
            tidy_audiences(self._connection, asked)
            spoken = exists().where(s.assertion.c.account == s.account.c.id)
            quiet = and_(among(s.account.c.id, list(asked)), ~spoken, ~tied(s.account.c.id))
            mute = select(s.account.c.id).where(quiet)
            self._connection.execute(delete(s.claim).where(s.claim.c.account.in_(mute)))
            self._connection.execute(delete(s.account).where(quiet, s.account.c.gone.is_(None)))
            blank = {"key": None, "fields": "{}", "followers": None}
            self._connection.execute(update(s.account).where(quiet).values(blank))
        self._left.clear()
        self._speakers.clear()
        self._ties.left.clear()


def _meant(accounts: Iterable[tuple[int, str]]) -> tuple[list[int], list[int]]:
    """The hashes of accounts that are withdrawn up to a version, and of those that are so for good."""
    told = list(accounts)
    return [hash_ for hash_, _ in told], [hash_ for hash_, version in told if version == FOREVER]


def _inherited(made: Mapping[Named, Reading], gone: Mapping[Named, str]) -> Iterator[tuple[Named, str]]:
    """A withdrawn account's own posts count as withdrawn, even if they are only heard of now."""
    for name, reading in made.items():
        post = reading.post
        if name[0] == "post" and post.author is not None:
            until = gone.get(("account", post.source, post.author))
            if until is not None:
                yield name, until


def _barred(made: Mapping[Named, Reading], gone: Mapping[Named, str]) -> list[tuple[Named, str]]:
    """What a collector says of a post that is gone ends what it said before, and is itself gone."""
    return [(name, one.post.version) for name, one in made.items() if name[0] == "assertion" and barred(one.post, gone)]


def _told_of(gone: Named) -> str | None:
    """The name that a statement keeps when it is gone: one that was drawn by chance, so that whoever has it is told."""
    return gone[2] if gone[0] == "assertion" and _BY_CHANCE.fullmatch(gone[2]) else None
