"""Ties: who follows whom, and how far lists were read, come in; the ties that stand are in the store.

A tie stands if it was seen later than it ended, and no earlier than the latest complete list of either side began. All
of it is decided by times, never by the order in which facts come. What ended leaves hashes and a time behind, never who
it was; an account that is withdrawn takes its ties along.
"""

from collections.abc import Collection, Iterable, Mapping
from typing import NamedTuple

from sqlalchemy import ColumnElement, Connection, and_, delete, exists, or_, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from hubbub.model import Follow, FollowList
from hubbub.store import schema as s
from hubbub.store.fold import Named, ends_of, hashed
from hubbub.store.sql import among, delete_rows, insert_rows, rows
from hubbub.store.times import micros

Edge = tuple[int, int]  # the rows of follower and followed
_ENDS = ("follower", "followed")
_READ = ("following", "followers")  # the lists in which a tie stands: its follower's and its followed's
_NEVER = -(2**62)
_EDGES = select(s.follow.c.follower, s.follow.c.followed)


class _Tie(NamedTuple):
    """A tie that a place has its own name for: its hash by its two ends, and their rows while it stands."""

    ends: int
    edge: Edge | None


class _Told(NamedTuple):
    """A tie as a batch tells of it: its hashes by the place's own name and by its ends, its rows, when, and if made."""

    name: int | None
    ends: int | None
    edge: Edge | None
    at: int
    made: bool


def tied(account: ColumnElement[int]) -> ColumnElement[bool]:
    """Whether an account has ties, or its lists were read."""
    ends = [exists().where(s.follow.c[end] == account) for end in _ENDS]
    return or_(*ends, exists().where(s.follow_list.c.account == account))


class Ties:
    """Reads and writes ties within one write transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self.left: set[int] = set()  # the rows of accounts that have lost a tie

    def held(self, source: str, keys: Iterable[str]) -> set[str]:
        """Return those keys by which the place names a tie that is held."""
        names = {hashed("tie", source, key): key for key in keys}
        table = s.tie.c
        found = rows(
            self._connection, select(table.hash).where(among(table.hash, list(names)), table.ended_at.is_(None))
        )
        return {names[hash_] for (hash_,) in found}

    def keep(self, told: Collection[Follow | FollowList], accounts: Mapping[Named, int]) -> None:
        """Write ties and lists. `accounts` gives the rows of those they speak of, but for those that are withdrawn."""
        for one in told:
            if isinstance(one, FollowList) and (account := accounts.get(ends_of(one)[0])) is not None:
                self._keep_list(one, account)
        if follows := [one for one in told if isinstance(one, Follow)]:
            self._keep_follows(follows, accounts)

    def drop(self, accounts: Collection[int]) -> None:
        """Forget the ties of withdrawn accounts, given by their rows."""
        if accounts:
            self._end(or_(*(among(s.follow.c[end], list(accounts)) for end in _ENDS)))
            self._connection.execute(delete(s.follow_list).where(among(s.follow_list.c.account, list(accounts))))

    def _end(self, which: ColumnElement[bool]) -> None:
        """Forget ties and their names."""
        edges = [(follower, followed) for follower, followed in rows(self._connection, _EDGES.where(which))]
        delete_rows(self._connection, s.follow, edges)
        self._unname(edges)
        self.left.update(account for edge in edges for account in edge)

    def _unname(self, edges: Iterable[Edge]) -> None:
        """Forget who is meant by the names of ties that do not stand; which hash they stand for is kept.

        Else the end of a tie by a name that was told long before would not end what was seen of it since.
        """
        for edge in edges:
            meant = and_(s.tie.c.follower == edge[0], s.tie.c.followed == edge[1])
            self._connection.execute(update(s.tie).where(meant).values(follower=None, followed=None))

    def _keep_list(self, one: FollowList, account: int) -> None:
        table, began_at = s.follow_list, micros(one.began_at)
        key = {"account": account, "direction": one.direction}
        latest = {"began_at": began_at, "complete": one.complete, "total": one.total}
        statement = upsert(table).values(**key, **latest)
        newer = statement.excluded.began_at >= table.c.began_at
        self._connection.execute(statement.on_conflict_do_update(index_elements=[*key], set_=latest, where=newer))
        if one.complete:
            mine = (table.c.account == account, table.c.direction == one.direction)
            raised = table.update().where(*mine, (table.c.whole_at < began_at) | table.c.whole_at.is_(None))
            self._connection.execute(raised.values(whole_at=began_at))
            side = "followed" if one.direction == "followers" else "follower"
            self._end(and_(s.follow.c[side] == account, s.follow.c.seen_at < began_at))

    def _keep_follows(self, follows: Collection[Follow], accounts: Mapping[Named, int]) -> None:
        told = [_told(one, accounts) for one in follows]
        named, ended = self._known(name for one in told for name in (one.name, one.ends) if name is not None)
        for one in told:
            if one.ends is not None and one.edge is not None:
                # Its ends are a name too, by which all its other names find who is meant.
                for name in (one.name, one.ends) if one.name is not None else {one.ends} & named.keys():
                    named[name] = _Tie(one.ends, one.edge)
        told = [_completed(one, named) for one in told]
        by_ends, ended_by_ends = self._known(one.ends for one in told if one.ends is not None)
        named, ended = by_ends | named, ended | ended_by_ends
        told = [_completed(one, named) for one in told]
        before = dict(ended)
        for one in told:
            if not one.made:
                _raise(ended, one.ends if one.name is None else one.name, one.at)
        for one in told:  # a tie has ended under whatever name, also if its end was heard of first
            _raise(ended, one.ends, ended.get(one.name or 0, _NEVER))
        self._write_names(named, ended, before)
        whole = self._whole({account for one in told for account in one.edge or ()})
        seen: dict[Edge, int] = {}
        gone: dict[Edge, int] = {}
        for one in told:
            if one.edge is not None:
                gone[one.edge] = ended.get(one.ends or 0, _NEVER)
                read_at = max(whole.get((account, side), _NEVER) for account, side in zip(one.edge, _READ, strict=True))
                if one.made and one.at > gone[one.edge] and one.at >= read_at:
                    seen[one.edge] = max(one.at, seen.get(one.edge, one.at))
        self._write_follows(seen, gone)

    def _known(self, names: Iterable[int]) -> tuple[dict[int, _Tie], dict[int, int]]:
        """The ties that names stand for, and until when they have ended."""
        found = rows(self._connection, select(s.tie).where(among(s.tie.c.hash, list(set(names)))))
        named = {
            row.hash: _Tie(row.ends, None if row.follower is None else (row.follower, row.followed))
            for row in found
            if row.ends is not None
        }
        return named, {row.hash: row.ended_at for row in found if row.ended_at is not None}

    def _whole(self, accounts: Iterable[int]) -> dict[tuple[int, str], int]:
        """When the latest complete lists of accounts began, by account and direction."""
        table = s.follow_list.c
        asked = select(table.account, table.direction, table.whole_at).where(among(table.account, list(accounts)))
        return {(account, side): at for account, side, at in rows(self._connection, asked) if at is not None}

    def _write_names(self, named: Mapping[int, _Tie], ended: Mapping[int, int], before: Mapping[int, int]) -> None:
        changed = {*named, *(name for name, at in ended.items() if before.get(name) != at)}
        ties = {name: (tie.ends, *(tie.edge or (None, None))) for name, tie in named.items()}
        rows_ = [(name, *ties.get(name, (None, None, None)), ended.get(name)) for name in changed]
        delete_rows(self._connection, s.tie, [row[:1] for row in rows_])
        insert_rows(self._connection, s.tie, rows_)

    def _write_follows(self, seen: Mapping[Edge, int], gone: Mapping[Edge, int]) -> None:
        """Write ties that were seen, and end those that have; `gone` names every tie that was told of."""
        follow = s.follow.c
        for edge, at in gone.items():
            if at > _NEVER:
                self._end(and_(follow.follower == edge[0], follow.followed == edge[1], follow.seen_at <= at))
        if seen:
            statement = upsert(s.follow)
            later = {"seen_at": statement.excluded.seen_at}
            newer = statement.excluded.seen_at > follow.seen_at
            statement = statement.on_conflict_do_update(index_elements=_ENDS, set_=later, where=newer)
            rows_ = [{"follower": edge[0], "followed": edge[1], "seen_at": at} for edge, at in seen.items()]
            self._connection.execute(statement, rows_)
        standing = rows(self._connection, _EDGES.where(among(follow.follower, [edge[0] for edge in gone])))
        self._unname(gone.keys() - {(follower, followed) for follower, followed in standing})


def _told(one: Follow, accounts: Mapping[Named, int]) -> _Told:
    keys = ends_of(one)
    rows_ = [accounts.get(key) for key in keys]
    edge = (rows_[0], rows_[1]) if len(rows_) == 2 and rows_[0] is not None and rows_[1] is not None else None
    name = None if one.id is None else hashed("tie", one.source, one.id)
    ends = hashed("tie", one.source, f"{one.follower}\0{one.followed}") if len(keys) == 2 else None
    return _Told(name, ends, edge, micros(one.seen_at), one.change != "withdrawn")


def _completed(one: _Told, named: Mapping[int, _Tie]) -> _Told:
    """Add what is known of a tie that is told of by its name alone."""
    tie = None if one.name is None or one.edge is not None else named.get(one.name)
    if tie is None:
        return one
    return one._replace(ends=tie.ends, edge=tie.edge or named.get(tie.ends, tie).edge)


def _raise(times: dict[int, int], name: int | None, at: int) -> None:
    if name is not None and at > times.get(name, _NEVER):
        times[name] = at
