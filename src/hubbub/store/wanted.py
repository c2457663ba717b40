"""What people want to know: shelves of works, whose works, places to read, wishes, and pages that were sent to us."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, Select, delete, exists, func, not_, select, union, union_all, update
from sqlalchemy.dialects.postgresql import insert as upsert

from hubbub import settings
from hubbub.model import Identifier, Page, Watch, Works
from hubbub.store import schema as s
from hubbub.store.names import Names
from hubbub.store.people import own_accounts
from hubbub.store.sql import among, rows
from hubbub.store.times import micros, moment

VOICES = 200  # whose ties are looked at for who is near


class Letter(NamedTuple):
    """A page that was sent to us, and its row."""

    row: int
    source: str
    page: Page


class Wanted:
    """Writes what is wanted within one write transaction."""

    def __init__(self, connection: Connection, names: Names) -> None:
        self._connection = connection
        self._names = names

    def shelve(self, name: str, title: str, note: str, simulated: bool, works: Iterable[Identifier]) -> None:
        """Make a shelf, or write its card anew, and put works on it."""
        values = {"title": title, "note": note, "simulated": simulated}
        statement = upsert(s.shelf).values(name=name, **values)
        self._connection.execute(statement.on_conflict_do_update(index_elements=["name"], set_=values))
        self.put(name, works)

    def put(self, shelf: str, works: Iterable[Identifier]) -> None:
        """Put works on a shelf, which is made if there is none."""
        card = upsert(s.shelf).values(name=shelf, title=shelf, note="", simulated=False)
        self._connection.execute(card.on_conflict_do_nothing())
        for row in self._rows_of(works):
            self._connection.execute(upsert(s.shelf_work).values(shelf=shelf, identifier=row).on_conflict_do_nothing())

    def own(self, shelf: str, owners: Iterable[Identifier]) -> None:
        """Say whose works are on a shelf."""
        for row in self._rows_of(owners):
            self._connection.execute(upsert(s.owner).values(shelf=shelf, identifier=row).on_conflict_do_nothing())

    def take_off(self, shelf: str, named: Iterable[Identifier]) -> list[Identifier]:
        """Take works and owners off a shelf; return those that were on it."""
        taken: dict[Identifier, None] = {}
        for name, row in self._names.identifiers(named).items():
            for table in (s.shelf_work, s.owner):
                gone = delete(table).where(table.c.shelf == shelf, table.c.identifier == row)
                if self._connection.execute(gone).rowcount:
                    taken[Identifier(*name)] = None
        return [*taken]

    def subscribe(self, addresses: Iterable[str]) -> None:
        """Read addresses from now on: feeds, servers, repositories."""
        for address in addresses:
            self._connection.execute(upsert(s.subscription).values(address=address).on_conflict_do_nothing())

    def unsubscribe(self, addresses: Iterable[str]) -> int:
        """Read addresses no longer; returns how many were known."""
        which = among(s.subscription.c.address, list(addresses))
        return self._connection.execute(delete(s.subscription).where(which)).rowcount

    def wish(self, works: Iterable[Identifier], at: datetime) -> None:
        """Want to know about works now."""
        for row in self._rows_of(works):
            statement = upsert(s.wish).values(identifier=row, wished_at=micros(at))
            again = {"wished_at": micros(at), "met_at": None}
            self._connection.execute(statement.on_conflict_do_update(index_elements=["identifier"], set_=again))

    def meet(self, works: Iterable[Identifier], at: datetime) -> None:
        """Say that wishes are met."""
        which = among(s.wish.c.identifier, self._rows_of(works))
        self._connection.execute(update(s.wish).where(which).values(met_at=micros(at)))

    def receive(self, source: str, page: Page) -> None:
        """Lay a page that was sent to us into the inbox."""
        row = self._connection.execute(select(func.coalesce(func.max(s.inbox.c.id), 0) + 1)).scalar_one()
        letter = {"id": row, "source": self._names.source(source), "lane": page.lane, "address": page.address}
        self._connection.execute(
            s.inbox.insert().values(**letter, received_at=micros(page.received_at), body=page.body)
        )

    def discard(self, row: int) -> None:
        """Take a page out of the inbox."""
        self._connection.execute(delete(s.inbox).where(s.inbox.c.id == row))

    def _rows_of(self, works: Iterable[Identifier]) -> list[int]:
        return list(self._names.identifiers(works).values())


def on_shelves() -> Select[tuple[str, int]]:
    """Shelves and the works on them: those that were put there, and those of their owners."""
    put = select(s.shelf_work.c.shelf, s.shelf_work.c.identifier)
    made = select(s.owner.c.shelf, s.alias.c.other).join(s.alias, s.alias.c.identifier == s.owner.c.identifier)
    every = union(put, made.where(s.alias.c.relation == "is_work_of", s.alias.c.stands)).subquery().c
    return select(every.shelf, every.identifier)


def works(connection: Connection) -> Works:
    """Every work on a shelf, and those that somebody has wished to know about."""
    shelved = on_shelves().subquery().c
    return frozenset(_identifiers(connection, union(select(shelved.identifier), select(s.wish.c.identifier))))


def pages(connection: Connection, limit: int | None) -> Works:
    """The addresses of the newest stories about works, and of short addresses that lead to works."""
    story, leads = s.story.c, s.question.c.outcome == "work"
    stories = select(story.address).order_by(story.post.desc()).limit(limit)
    asked = select(s.short.c.identifier).join(s.question, s.question.c.identifier == s.short.c.identifier).where(leads)
    newest = asked.distinct().order_by(s.short.c.identifier.desc()).limit(limit)
    told = {Identifier("url", address) for (address,) in rows(connection, stories)}
    return frozenset([*told, *_identifiers(connection, newest)])


def watch(connection: Connection, source: str) -> Watch:
    """What is asked of a source on behalf of all shelves; its speakers are those who spoke of works on shelves.

    Of famous speakers, of those who have most ties to others, and of people's own accounts that did not speak, only the
    profiles are.
    """
    real = select(s.shelf.c.name).where(~s.shelf.c.simulated)
    every = on_shelves().subquery().c
    shelved = select(every.identifier).where(every.shelf.in_(real))
    account, mention = s.account.c, s.mention.c
    spoke = select(mention.account).where(mention.identifier.in_(shelved), mention.account.is_not(None))
    speakers = rows(
        connection,
        select(account.id, account.key, account.followers)
        .join(s.source)
        .where(s.source.c.name == source, account.key.is_not(None), account.id.in_(spoke))
        .order_by(account.followers.asc().nulls_first(), account.id)
        .limit(settings.SPEAKERS_CEILING),
    )
    famous = [row.key for row in speakers if (row.followers or 0) > settings.FAMOUS]
    own = (
        select(account.key)
        .join(s.source)
        .where(
            s.source.c.name == source,
            account.key.is_not(None),
            among(account.hash, [*own_accounts(connection)]),
            not_(among(account.id, [row.id for row in speakers])),
        )
    )
    silent = [key for (key,) in rows(connection, own.order_by(account.id))]
    return Watch(
        works=tuple(_identifiers(connection, shelved)),
        owners=tuple(_identifiers(connection, select(s.owner.c.identifier))),
        speakers=tuple(row.key for row in speakers[: len(speakers) - len(famous)]),
        profiles=tuple(dict.fromkeys((*famous, *_near(connection, [row.id for row in speakers]), *silent))),
        lists=subscriptions(connection),
    )


def _near(connection: Connection, speakers: Sequence[int]) -> list[str]:
    """Those who are no speakers and have most ties to some, the smallest of them."""
    follow, account = s.follow.c, s.account.c
    some = list(speakers[:VOICES])
    ends = union_all(
        select(follow.followed.label("account")).where(among(follow.follower, some)),
        select(follow.follower).where(among(follow.followed, some)),
    ).subquery()
    most = (
        select(ends.c.account, func.count().label("ties"))
        .where(not_(among(ends.c.account, list(speakers))))
        .group_by(ends.c.account)
        .order_by(func.count().desc(), ends.c.account)
        .limit(settings.NEAR_CEILING)
        .subquery()
    )
    named = select(account.key).join(most, most.c.account == account.id).where(account.key.is_not(None))
    return [key for (key,) in rows(connection, named.order_by(most.c.ties.desc(), account.id))]


def subscriptions(connection: Connection) -> tuple[str, ...]:
    """The addresses that somebody has given: feeds, servers, repositories."""
    asked = select(s.subscription.c.address).order_by(s.subscription.c.address)
    return tuple(address for (address,) in rows(connection, asked))


def wishes(connection: Connection) -> list[Identifier]:
    """Works that somebody wants to know about and that nobody has looked for yet."""
    return _identifiers(connection, select(s.wish.c.identifier).where(s.wish.c.met_at.is_(None)))


def inbox(connection: Connection, sources: Iterable[str], limit: int) -> list[Letter]:
    """Pages of some sources that were sent to us, the oldest first."""
    some = among(s.source.c.name, list(sources))
    asked = select(s.inbox, s.source.c.name).join(s.source).where(some).order_by(s.inbox.c.id).limit(limit)
    return [
        Letter(row.id, row.name, Page(row.lane, row.address, row.body, moment(row.received_at), ""))
        for row in rows(connection, asked)
    ]


def letters(connection: Connection) -> int:
    """How many pages lie in the inbox."""
    return int(connection.execute(select(func.count()).select_from(s.inbox)).scalar_one())


def posts(connection: Connection, source: str, after: int, limit: int) -> list[tuple[int, str]]:
    """Posts of a place of which something is said, by their rows from `after` on: rows and keys."""
    table, other = s.assertion.c, s.assertion.alias().c
    spoken = table.version.is_not(None) | exists().where(other.post == table.id, other.id != table.id)
    asked = (
        select(table.id, table.key)
        .join(s.source, s.source.c.id == table.source)
        .where(s.source.c.name == source, table.post == table.id, table.id > after, table.key.is_not(None), spoken)
        .order_by(table.id)
        .limit(limit)
    )
    return [(row.id, row.key) for row in rows(connection, asked)]


def _identifiers(connection: Connection, which: Any) -> list[Identifier]:
    named = select(s.identifier.c.scheme, s.identifier.c.value).where(s.identifier.c.id.in_(which))
    return [Identifier(scheme, value) for scheme, value in rows(connection, named.order_by(s.identifier.c.id))]
