"""What the store holds of all that a batch names: a batch of changes comes in, rows as they stand come out."""

from collections.abc import Collection, Iterable, Mapping, Set
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, select

from hubbub.store import schema as s
from hubbub.store.fold import Folded, Named, ends_of, hashed, touches_of
from hubbub.store.names import Names, near
from hubbub.store.sql import among, listed, rows


class Row(NamedTuple):
    """An assertion as it stands; nothing is said where `version` is None."""

    id: int
    post: int | None
    source: int
    via: int
    hash: int
    key: str | None
    gone: str | None
    version: str | None
    digest: int | None
    account: int | None
    found: str | None
    stated_at: int | None = None

    @property
    def own(self) -> bool:
        """Whether the place speaks."""
        return self.post == self.id


class AccountRow(NamedTuple):
    """An account as it stands."""

    id: int
    source: int
    hash: int
    key: str | None
    gone: str | None
    fields: str


_COLUMNS = [s.assertion.c[name] for name in Row._fields]
_ASSERTIONS = select(*_COLUMNS).where(listed(s.assertion.c.hash))
_ACCOUNTS = select(*(s.account.c[name] for name in AccountRow._fields)).where(listed(s.account.c.hash))


class Held(NamedTuple):
    """Rows by name, the numbers by which posts are looked up, and what is gone up to which version."""

    rows: dict[Named, Row]
    accounts: dict[Named, AccountRow]
    numbers: dict[Named, int]
    gone: dict[Named, str]


def held_of(connection: Connection, names: Names, folded: Folded) -> Held:
    """Look up all that a batch names: what is said and withdrawn, the posts it touches, who speaks."""
    named: set[Named] = set(folded.made)
    accounts: set[Named] = {("account", account.source, account.id) for account in folded.accounts}
    accounts.update(name for tie in folded.ties for name in ends_of(tie))
    for reading in folded.made.values():
        post = reading.post
        if post.author is not None:
            accounts.add(("account", post.source, post.author))
        if post.assertion:
            named.add(("post", post.source, post.id))
        for _, key in touches_of(post):
            named.add(("post", post.source, key))
    for name in folded.gone:
        (accounts if name[0] == "account" else named).add(name)
    return look_up(connection, names, named, accounts)


def look_up(connection: Connection, names: Names, named: Set[Named], accounts: Collection[Named]) -> Held:
    """Look up assertions and accounts by their names."""
    hashes = {hashed(*name): name for name in named}
    numbers = {name: near(name[2], hash_) for hash_, name in hashes.items() if name[0] == "post"}
    asked = [*hashes, *numbers.values()]
    held = Held({}, {}, numbers, {})
    for row in map(Row._make, rows(connection, _ASSERTIONS, asked) if asked else ()):
        # Two keys may have one number; what has no key left is known by the whole of its hash.
        name = hashes[row.hash] if row.key is None else name_of(row, names)
        if name in named:
            held.rows[name] = row
            if row.gone is not None:
                held.gone[name] = row.gone
    by_hash = {hashed(*name): name for name in accounts}
    for account in map(AccountRow._make, rows(connection, _ACCOUNTS, list(by_hash)) if by_hash else ()):
        held.accounts[by_hash[account.hash]] = account
        if account.gone is not None:
            held.gone[by_hash[account.hash]] = account.gone
    return held


def name_of(row: Row, names: Names) -> Named:
    """The name of an assertion that has a key."""
    assert row.key is not None
    return "post" if row.own else "assertion", names.source_of(row.via), row.key


def assertions(connection: Connection, *where: ColumnElement[bool]) -> list[Row]:
    """Select assertions."""
    return [Row._make(row) for row in rows(connection, select(*_COLUMNS).where(*where))]


def collected(connection: Connection, posts: Iterable[int]) -> list[Row]:
    """Select what collectors say about posts."""
    table, posts = s.assertion.c, list(posts)
    return assertions(connection, among(table.post, posts), table.post != table.id) if posts else []


def by_account(connection: Connection, accounts: Mapping[int, Any]) -> list[Row]:
    """Select what is said to be accounts' words."""
    return assertions(connection, among(s.assertion.c.account, list(accounts))) if accounts else []
