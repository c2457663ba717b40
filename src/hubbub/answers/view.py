"""Reads one moment of the store: rows in, the parts of answers out."""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import ExitStack
from datetime import date, timedelta
from functools import cached_property
from types import TracebackType
from typing import Any, Self

import msgspec
from msgspec.structs import replace
from sqlalchemy import Connection, and_, func, select

from hubbub import metrics
from hubbub.answers import ties
from hubbub.answers.queries import NEWEST_FIRST, OLDEST_FIRST, SPOKEN, SPOKEN_COUNTS, VOICES
from hubbub.answers.registered import description
from hubbub.answers.shapes import (
    AccountReport,
    Card,
    DayCount,
    Evidence,
    Home,
    Reach,
    Said,
    SetAside,
    Shelf,
    SourceCount,
    Speaker,
    Ties,
    Voice,
    Wish,
    Words,
    WorkLine,
)
from hubbub.answers.statements import first, found_in, spoken, supporting, works_of
from hubbub.model import Identifier
from hubbub.named import Named, known
from hubbub.reference.places import account_page, place
from hubbub.store import Store
from hubbub.store import schema as s
from hubbub.store.accounts import Fields
from hubbub.store.counts import by_day, by_source
from hubbub.store.fold import Content, hashed
from hubbub.store.keep import Found
from hubbub.store.match import wrong
from hubbub.store.sql import Prepared, about, among, listed, rows
from hubbub.store.times import EPOCH, moment
from hubbub.store.wanted import on_shelves

RECENT = 12  # works on the first page
RECENT_ROWS = 500  # latest statements among which they are looked for

EVERY = 2**62  # more posts than there are

_SOURCES = Prepared(select(s.source.c.id, s.source.c.name))
_ACCOUNTS = Prepared(
    select(s.account.c.id, s.account.c.source, s.account.c.key, s.account.c.fields).where(listed(s.account.c.id))
)
_SIMULATED = Prepared(
    select(s.shelf.c.title).join(s.shelf_work).where(s.shelf.c.simulated, listed(s.shelf_work.c.identifier)).limit(1)
)


class View:
    """One moment of the store."""

    def __init__(self, store: Store) -> None:
        self._store, self._open = store, ExitStack()
        self._speakers: dict[int, Speaker] = {}

    def __enter__(self) -> Self:
        self.connection: Connection = self._open.enter_context(self._store.connect())
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._open.__exit__(kind, error, at)

    @cached_property
    def _names(self) -> dict[int, str]:
        return dict(_SOURCES.ask(self.connection))

    def _rows(self, statement: Any) -> Sequence[Any]:
        return rows(self.connection, statement)

    def home(self) -> Home:
        """What the first page shows."""
        # They are numbered in sequence and stay: to count millions of them takes as long as all the rest.
        identifiers = self.connection.execute(select(func.max(s.identifier.c.id))).scalar_one() or 0
        return Home(identifiers, self.shelves(), self.recent())

    # Works

    def counts(self, works: Iterable[int]) -> tuple[SourceCount, ...]:
        counted = [
            SourceCount(
                source=row.source,
                category=place(row.source).category,
                posts=row.posts,
                accounts=row.accounts if row.accounts or not row.posts else None,
                amplifications=row.amplifications,
                amplifiers=row.amplifiers if row.amplifiers or not row.amplifications else None,
                first_at=moment(row.first_at),
                last_at=moment(row.last_at),
                checked_at=EPOCH + timedelta(microseconds=row.checked_at),
            )
            for row in by_source(self.connection, works)
        ]
        return tuple(sorted(counted, key=lambda one: (-one.posts - one.amplifications, one.source)))

    def days(self, works: Iterable[int]) -> tuple[DayCount, ...]:
        return tuple(
            DayCount(date(1970, 1, 1) + timedelta(row.day), row.source, row.posts, row.amplifications)
            for row in by_day(self.connection, works)
        )

    def voices(self, works: Iterable[int], limit: int | None) -> tuple[list[Voice], Reach]:
        """Name the accounts that spoke or passed on, the most active `limit` of them, and say how far all reach."""
        found = VOICES.ask(self.connection, works=[*works])
        self.speakers([row.account for row in found[:limit]])
        known = [row.followers for row in found if row.followers is not None]
        low, high = metrics.reach(known) or (None, None)
        voices = [
            Voice(self._speakers[row.account], row.posts, row.amplifications, moment(row.last_at))
            for row in found[:limit]
        ]
        return voices, Reach(low, high, len(known), len(found))

    def wish(self, work: int) -> Wish | None:
        asked = select(s.wish.c.wished_at, s.wish.c.met_at).where(s.wish.c.identifier == work)
        return next((Wish(moment(wished_at), moment(met_at)) for wished_at, met_at in self._rows(asked)), None)

    def simulated(self, works: Iterable[int]) -> str | None:
        found = _SIMULATED.ask(self.connection, listed=msgspec.json.encode([*works]).decode())
        return found[0].title if found else None

    def lines(self, works: Sequence[int]) -> tuple[WorkLine, ...]:
        named = select(s.identifier.c.id, s.identifier.c.scheme, s.identifier.c.value)
        names = {row.id: row for row in self._rows(named.where(among(s.identifier.c.id, works)))}
        return tuple(self._line(Identifier(names[work].scheme, names[work].value)) for work in works)

    def _line(self, identifier: Identifier) -> WorkLine:
        named = known(self.connection, identifier)
        found = by_source(self.connection, named.rows)
        described = description(self.connection, named)
        return WorkLine(
            identifier=identifier,
            title=described.title if described else None,
            posts=sum(row.posts for row in found) if found else None,
            amplifications=sum(row.amplifications for row in found) if found else None,
            last_at=moment(max((row.last_at for row in found if row.last_at is not None), default=None)),
        )

    def shelves(self) -> tuple[Shelf, ...]:
        found = self._rows(select(s.shelf).order_by(s.shelf.c.simulated, s.shelf.c.name))
        return tuple(self._shelf(row) for row in found)

    def shelf(self, name: str) -> Shelf | None:
        found = self._rows(select(s.shelf).where(s.shelf.c.name == name))
        return self._shelf(found[0]) if found else None

    def card(self, name: str) -> Card | None:
        found = self._rows(select(s.shelf).where(s.shelf.c.name == name))
        return next((Card(name, one.title, one.note, one.simulated, len(self._shelved(name))) for one in found), None)

    def cards(self) -> tuple[Card, ...]:
        every = on_shelves().subquery().c
        works = dict(map(tuple, self._rows(select(every.shelf, func.count()).group_by(every.shelf))))
        found = self._rows(select(s.shelf).order_by(s.shelf.c.simulated, s.shelf.c.name))
        return tuple(Card(one.name, one.title, one.note, one.simulated, works.get(one.name, 0)) for one in found)

    def _shelved(self, name: str) -> list[int]:
        every = on_shelves().subquery().c
        works = select(every.identifier).join(s.identifier, s.identifier.c.id == every.identifier)
        named = works.where(every.shelf == name).order_by(s.identifier.c.scheme, s.identifier.c.value)
        return [work for (work,) in self._rows(named)]

    def works_on(self, name: str) -> list[Identifier] | None:
        """The works on a shelf by their names, which is one order in every store; None if there is none."""
        if self.card(name) is None:
            return None
        named = select(s.identifier.c.scheme, s.identifier.c.value).where(among(s.identifier.c.id, self._shelved(name)))
        return [Identifier(*one) for one in self._rows(named.order_by(s.identifier.c.scheme, s.identifier.c.value))]

    def owners(self, name: str) -> tuple[Identifier, ...]:
        """Whose works a shelf holds."""
        owned = select(s.identifier.c.scheme, s.identifier.c.value).join(s.owner).where(s.owner.c.shelf == name)
        return tuple(Identifier(*one) for one in self._rows(owned.order_by(s.identifier.c.id)))

    def _shelf(self, row: Any) -> Shelf:
        owners, works = self.owners(row.name), self.lines(self._shelved(row.name))
        return Shelf(row.name, row.title, row.note, row.simulated, owners, works)

    def recent(self) -> tuple[WorkLine, ...]:
        newest = (
            select(s.assertion.c.found)
            .where(s.assertion.c.found.is_not(None))
            .order_by(s.assertion.c.id.desc())
            .limit(RECENT_ROWS)
        )
        works = dict.fromkeys(one.work for row in self._rows(newest) for one in found_in(row.found))
        return self.lines(list(works)[:RECENT])

    # Posts

    def said(self, named: Named, limit: int | None, offset: int, newest: bool) -> list[Said]:
        """Posts that mention a work by any name, and those that pass such posts on."""
        bounds = {"limit": EVERY if limit is None else limit, "offset": offset}
        statement = NEWEST_FIRST if newest else OLDEST_FIRST
        found = self.connection.execute(statement, {"works": list(named.rows), **bounds}).all()
        return self.of_posts(found, named.rows)

    def of_posts(self, found: Sequence[Any], works: Mapping[int, Identifier]) -> list[Said]:
        """What posts say of works, given as rows with the counts' columns."""
        statements = self._statements([row.post for row in found])
        originals = self._originals(statements.values())
        return [self._said(row, works, statements[row.post], originals) for row in found]

    def of_every(self, posts: Sequence[int], names: Mapping[int, Identifier] | None = None) -> list[Said]:
        """What posts, given by their rows, say of works of these names, or of any; those that say nothing are left out.

        Whether words are own and count is as in the counts of works.
        """
        told = self._statements(list(posts))
        originals = self._originals(told.values())
        if names is None:
            works = {work for said in (*told.values(), *originals.values()) for work in works_of(said)}
            named = select(s.identifier.c.id, s.identifier.c.scheme, s.identifier.c.value)
            found = self._rows(named.where(among(s.identifier.c.id, list(works))))
            names = {row: Identifier(scheme, value) for row, scheme, value in found}
        stand = ((post, spoken(told[post], originals, names)) for post in posts if post in told)
        return [self._said(row, works, told[post], originals) for post, (row, works) in stand if works]

    def posts(self, rows_: Sequence[int]) -> dict[int, tuple[str, str, str | None]]:
        """Source, key and title of posts, by their rows."""
        told = self._statements(list(set(rows_)))
        return {row: (self._names[a[0].source], a[0].post_key, self._words(a).title) for row, a in told.items()}

    def words(self, posts: Sequence[int]) -> dict[int, Words]:
        """What posts say, and who says it, by their rows."""
        told = self._statements(posts)
        return {post: self._words(statements) for post, statements in told.items()}

    def set_aside(self, named: Named) -> tuple[SetAside, ...]:
        """Posts of which somebody says that they do not mention a work, the latest first."""
        found = wrong(self.connection, named.rows)
        held = self._statements([one.held for one in found if one.held is not None])
        return tuple(
            SetAside(
                identifier=named.rows[one.work],
                said_by=one.said_by,
                said_at=one.said_at,
                why=one.why,
                source=self._names[told[0].source] if told else None,
                post=told[0].post_key if told else None,
                words=self._words(told) if told else None,
            )
            for one in found
            for told in [held.get(one.held or 0)]
        )

    def _statements(self, posts: Sequence[int]) -> dict[int, list[Any]]:
        """What is said of posts: the place's own word first, then others', the latest first."""
        a, place, original = s.assertion.c, s.assertion.alias(), s.assertion.alias()
        statement = (
            select(
                s.assertion,
                place.c.key.label("post_key"),
                place.c.account.label("speaker"),
                place.c.posted_at.label("said_at"),
                original.c.key.label("reposts"),
                s.touch.c.post.label("original"),
            )
            .join(place, place.c.id == a.post)
            .outerjoin(s.touch, and_(s.touch.c.assertion == a.id, s.touch.c.verb == "reposts"))
            .outerjoin(original, original.c.id == s.touch.c.post)
            .where(about(a, posts), a.version.is_not(None))
            .order_by(a.post != a.id, a.version.desc(), a.key)
        )
        told: dict[int, list[Any]] = {}
        for row in self._rows(statement):
            told.setdefault(row.post, []).append(row)
        self.speakers(one.speaker for statements in told.values() for one in statements)
        return told

    def _originals(self, statements: Iterable[list[Any]]) -> dict[int, list[Any]]:
        """What is said of the posts that posts pass on, by their rows, as far as they are held."""
        return self._statements([one.original for told in statements for one in told if one.original is not None])

    def _words(self, told: list[Any]) -> Words:
        """What a post says by its statements, and who says it."""
        contents = [msgspec.json.decode(one.content, type=Content) for one in told]
        return Words(
            url=first(content.url for content in contents),
            title=first(content.title for content in contents),
            text=first(content.text for content in contents),
            language=first(content.language for content in contents),
            speaker=self._speakers.get(first(one.speaker for one in told)),
        )

    def _said(
        self, row: Any, works: Mapping[int, Identifier], told: list[Any], originals: dict[int, list[Any]]
    ) -> Said:
        words = self._words(told)
        original: list[Any] = first(originals.get(one.original) for one in told) or []
        return Said(
            source=self._names[row.source],
            post=told[0].post_key,
            url=words.url,
            title=words.title,
            text=words.text,
            language=words.language,
            speaker=words.speaker,
            posted_at=moment(row.posted_at),
            own=bool(row.own),
            counted=bool(row.counted),
            amplifies=first(one.reposts for one in told),
            original=self._words(original) if original else None,
            evidence=tuple(
                self._evidence(one, how, replace(works[how.work], version=how.version))
                for one, how in supporting(told, original, works)
            ),
        )

    def _evidence(self, statement: Any, how: Found, identifier: Identifier) -> Evidence:
        return Evidence(
            identifier=identifier,
            via=self._names[statement.via],
            assertion=statement.key,
            version=statement.version,
            relation=how.relation,
            found_in=how.found_in,
            as_written=how.as_written,
            method=how.method,
            certainty=how.certainty,
            record=how.record,
            collected_at=EPOCH + timedelta(microseconds=statement.collected_at),
        )

    # Accounts

    def speakers(self, accounts: Iterable[int | None]) -> Mapping[int, Speaker]:
        """Ask once who accounts are; return all that are known by now, by their rows."""
        wanted = {id_ for id_ in accounts if id_ is not None} - self._speakers.keys()
        if wanted:
            told = msgspec.json.encode([*wanted]).decode()
            self._speakers.update((row.id, self._described(row)) for row in _ACCOUNTS.ask(self.connection, listed=told))
        return self._speakers

    def _described(self, row: Any) -> Speaker:
        told = {field: value for field, (_, _, value) in msgspec.json.decode(row.fields, type=Fields).items()}
        for field in ("following", "claims"):
            told.pop(field, None)
        source = self._names[row.source]
        told.setdefault("url", account_page(source, row.key))
        return Speaker(source, row.key, **told)

    def account(self, source: str, key: str, limit: int) -> AccountReport | None:
        named = select(s.account).where(s.account.c.hash == hashed("account", source, key))
        found = [row for row in self._rows(named) if (self._names[row.source], row.key) == (source, key)]
        if not found:
            return None
        fields = msgspec.json.decode(found[0].fields, type=Fields)
        rows_ = self.connection.execute(SPOKEN, {"account": found[0].id, "limit": limit}).all()
        statements = self._statements([row.post for row in rows_])
        originals = self._statements([row.original for row in rows_ if row.original is not None])
        # Each post with the works it names itself or, where it names none, with those of the post that it passes on.
        spoken = [(row, works_of(statements[row.post]) or works_of(originals.get(row.original, []))) for row in rows_]
        works = list(dict.fromkeys(work for _, mentioned in spoken for work in mentioned))
        lines = self.lines(works)
        names = {work: line.identifier for work, line in zip(works, lines, strict=True)}
        counted = self.connection.execute(SPOKEN_COUNTS, {"account": found[0].id}).one()
        return AccountReport(
            speaker=self._described(found[0]),
            following=fields["following"][2] if "following" in fields else None,
            followers=self._ties(found[0].id, "followers"),
            followed=self._ties(found[0].id, "following"),
            simulated=self.simulated(works),
            posts=counted.posts or 0,
            amplifications=counted.amplifications or 0,
            works=lines,
            said=tuple(
                (names[work], self._said(row, {work: names[work]}, statements[row.post], originals))
                for row, mentioned in spoken
                for work in mentioned
            ),
        )

    def _ties(self, account: int, direction: ties.Direction) -> Ties:
        named = ties.most_followed(self.connection, account, direction)
        known = self.speakers(named)
        return ties.held(self.connection, account, direction, [known[row] for row in named])
