"""The write transaction: changes of one page come in and are in the store, with the lane's cursor, when it ends.

For each assertion the latest version stands. A withdrawal is remembered by hash and version, so that no late copy
brings the content back. What the place itself withdraws takes every collector's statement about it along, for good;
what an account withdraws counts as said of each of its posts up to that version. Any order, any repetition: same store.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence, Set
from datetime import datetime
from typing import Any, NamedTuple

import msgspec
from msgspec import Struct
from sqlalchemy import Connection, select, tuple_, update
from sqlalchemy.dialects.sqlite import insert as upsert

from hubbub.model import INVERSE_RELATIONS, Account, Description, Fault, Identifier, Mention, Post, Reading
from hubbub.store import schema as s
from hubbub.store.fold import Assertion, Change, assertion_of, content_of, fold, hashed, stands, touches_of
from hubbub.store.names import Name, Names, Work, number
from hubbub.store.sql import among, insert_rows, rows, update_rows
from hubbub.store.withdraw import Fields, Withdrawals, account_columns

FIELDS = ("handle", "name", "description", "url", "followers", "following")

# An assertion as written: the rows of assertion, post, source and account, posted_at in microseconds, what is said.
Fresh = tuple[int, int, int, int | None, int | None, Reading]


class Found(Struct, array_like=True, omit_defaults=True, frozen=True, gc=False):
    """A mention as its assertion's row keeps it; `version` is the version of the work that the post names."""

    work: int  # the identifier's row
    relation: str
    found_in: str
    as_written: str
    method: str
    certainty: float
    record: str | None = None
    version: str | None = None


class Kept(NamedTuple):
    """What changed: assertions written, their mentions, assertions that went."""

    posts: int = 0
    mentions: int = 0
    withdrawn: int = 0


def micros(at: datetime) -> int:
    """Microseconds since 1970."""
    return round(at.timestamp() * 1_000_000)


class Writer:
    """The one write transaction of a store. Every method may be called several times."""

    def __init__(self, connection: Connection, works: dict[Work, int]) -> None:
        self._connection = connection
        self._names = Names(connection, works)
        self._withdrawals = Withdrawals(connection, self._names)

    @property
    def new_works(self) -> dict[Work, int]:
        """The rows of identifiers that were looked up or made, beyond those that were known."""
        return self._names.new_works

    def held(self, source: str, keys: Collection[str]) -> set[str]:
        """Return those keys that name a post or an account of the source of which something is held."""
        place = self._names.source(source)
        posts = self._names.find(s.post, {(place, key): number("post", source, key) for key in keys})
        said = select(s.assertion.c.post).where(among(s.assertion.c.post, list(posts.values())))
        standing = {id_ for (id_,) in rows(self._connection, said)} if posts else set()
        accounts = self._names.find(s.account, {(place, key): number("account", source, key) for key in keys})
        return {key for (_, key), id_ in posts.items() if id_ in standing} | {key for _, key in accounts}

    def keep(self, changes: Iterable[Change], collected_at: datetime) -> Kept:
        """Write changes by the write rule. Raises ValueError where a collector gives its statement no id."""
        folded = fold(changes)
        for description in folded.descriptions.values():
            self._describe(description)
        gone, withdrawn = self._withdrawals.apply(folded)
        standing = [reading for reading in folded.made.values() if not gone or stands(reading.post, gone)]
        accounts = self._keep_accounts(folded.accounts, standing, gone)
        fresh = self._keep_readings(standing, accounts, gone, micros(collected_at))
        return Kept(len(fresh), sum(len(f[-1].mentions) for f in fresh), withdrawn)

    def advance(self, source: str, lane: str, resume: str, done: bool, at: datetime) -> None:
        """Move a lane's cursor."""
        values = {"resume": resume, "done": done, "kept_at": micros(at)}
        statement = upsert(s.cursor).values(source=self._names.source(source), lane=lane, **values)
        self._connection.execute(statement.on_conflict_do_update(index_elements=["source", "lane"], set_=values))

    def set_aside(self, source: str, lane: str, faults: Iterable[Fault], at: datetime) -> None:
        """Remember what could not be read, once however often it is met."""
        place = self._names.source(source)
        for fault in faults:
            row = (place, lane, fault.at, fault.reason, fault.sample, micros(at))
            self._connection.execute(upsert(s.aside).values(row).on_conflict_do_nothing())

    def shelve(self, name: str, title: str, note: str, simulated: bool, works: Iterable[Identifier]) -> None:
        """Make a shelf, or write its card anew, and put works on it."""
        values = {"title": title, "note": note, "simulated": simulated}
        statement = upsert(s.shelf).values(name=name, **values)
        self._connection.execute(statement.on_conflict_do_update(index_elements=["name"], set_=values))
        works = list(works)
        rows_of = self._names.identifiers(works)
        for work in works:
            row = {"shelf": name, "identifier": rows_of[work.scheme, work.value]}
            self._connection.execute(upsert(s.shelf_work).values(row).on_conflict_do_nothing())

    def derive(self, assertions: Sequence[tuple[Fresh, str]]) -> None:
        """Write the mentions of assertions anew; each comes with what was found in it before."""
        self._withdrawals.drop_mentions([(*fresh[:3], before) for fresh, before in assertions])
        found = self._found([fresh[-1] for fresh, _ in assertions])
        self._insert_mentions([fresh for fresh, _ in assertions], found)
        update_rows(
            self._connection,
            s.assertion,
            ("found",),
            [(_json(f), a[0]) for (a, _), f in zip(assertions, found, strict=True)],
        )

    # Statements

    def _keep_accounts(
        self, said: Sequence[Account], standing: Sequence[Reading], gone: Mapping[int, str]
    ) -> dict[Name, int]:
        """Write what is told of accounts that speak, and give the authors of the standing statements their rows."""
        told: dict[Name, Fields] = {}
        for account in said:
            until = gone.get(hashed("account", account.source, account.id))
            own = int(account.via == account.source)
            if until is None or (own and until < account.version):
                values = {field: getattr(account, field) for field in FIELDS}
                fields = {field: (own, account.version, value) for field, value in values.items() if value is not None}
                _merge(told.setdefault((self._names.source(account.source), account.id), {}), fields)
        authors = {
            (self._names.source(r.post.source), r.post.author): number("account", r.post.source, r.post.author)
            for r in standing
            if r.post.author is not None
        }
        silent = {
            name: number("account", self._names.source_of(name[0]), name[1]) for name in told.keys() - authors.keys()
        }
        found = self._names.find(s.account, authors | silent)
        self._update_accounts({found[name]: told[name] for name in told.keys() & found.keys()})
        new = [name for name in authors if name not in found]
        first = self._names.next(s.account) if new else 0
        rows_ = [
            (first + i, name[0], authors[name], name[1], *account_columns(told.get(name, {})))
            for i, name in enumerate(new)
        ]
        insert_rows(self._connection, s.account, rows_)
        found.update((name, first + i) for i, name in enumerate(new))
        return found

    def _update_accounts(self, told: Mapping[int, Fields]) -> None:
        held = select(s.account.c.id, s.account.c.fields).where(among(s.account.c.id, list(told)))
        for id_, text in rows(self._connection, held) if told else []:
            fields = msgspec.json.decode(text, type=Fields)
            _merge(fields, told[id_])
            text, followers = account_columns(fields)
            values = {"fields": text, "followers": followers}
            self._connection.execute(update(s.account).where(s.account.c.id == id_).values(values))

    def _keep_readings(
        self, standing: Sequence[Reading], accounts: Mapping[Name, int], gone: Mapping[int, str], collected_at: int
    ) -> Sequence[Fresh]:
        posts, new = self._posts(standing, gone)
        before = self._before(standing, posts, new)
        sources = {name: self._names.source(name) for r in standing for name in (r.post.source, r.post.via)}
        works = self._found(standing)
        fresh: list[Fresh] = []
        found, assertions, replaced, next_ = [], [], [], self._names.next(s.assertion)
        late: list[Post] = []
        for reading, mentions in zip(standing, works, strict=True):
            said = reading.post
            row = before.get(assertion_of(said)) if before else None
            content = content_of(said).decode()
            if row is None:
                id_, next_ = next_, next_ + 1
            elif (row.version, row.content) >= (said.version, content):
                late.append(said)
                continue
            else:
                id_ = row.id
                replaced.append(row)
            place = sources[said.source]
            author = None if said.author is None else accounts[place, said.author]
            at = None if said.posted_at is None else micros(said.posted_at)
            post = posts[place, said.id]
            names = (id_, post, sources[said.via], said.assertion or None, said.version, said.change)
            assertions.append((*names, author, at, collected_at, content, _json(mentions)))
            fresh.append((id_, post, place, author, at, reading))
            found.append(mentions)
        touched = self._withdrawals.drop(replaced)
        insert_rows(self._connection, s.assertion, assertions)
        touches = [(f[0], verb, posts[f[2], key]) for f in fresh for verb, key in touches_of(f[-1].post)]
        insert_rows(self._connection, s.touch, touches)
        self._insert_mentions(fresh, found)
        # What only a late copy of an older version speaks of got its rows in vain.
        named = {posts[sources[p.source], key] for p in late for key in (p.id, *(key for _, key in touches_of(p)))}
        authors = {accounts[sources[p.source], p.author] for p in late if p.author is not None}
        self._withdrawals.tidy_posts({row.post for row in replaced} | touched | named, ())
        self._withdrawals.tidy_accounts({row.account for row in replaced} | authors)
        return fresh

    def _posts(self, standing: Sequence[Reading], gone: Mapping[int, str]) -> tuple[dict[Name, int], set[Name]]:
        """Give the posts that are spoken of or touched their rows; one that stands again gets its key back.

        Returns all rows, and the names of the new ones.
        """
        source = self._names.source
        spoken = {(source(r.post.source), r.post.id): number("post", r.post.source, r.post.id) for r in standing}
        wanted = spoken | {
            (source(r.post.source), key): number("post", r.post.source, key)
            for r in standing
            for _, key in touches_of(r.post)
        }
        found = self._names.find(s.post, wanted)
        new = [name for name in wanted if name not in found]
        hashes = {name: hashed("post", self._names.source_of(name[0]), name[1]) for name in new} if gone else {}
        hashes = {name: hash_ for name, hash_ in hashes.items() if hash_ in gone}
        if hashes:  # what is withdrawn hides under its hash, also if it is only touched now
            hidden = self._names.find_hidden(hashes)
            back = [(spoken[name], name[1], id_) for name, id_ in hidden.items() if name in spoken]
            update_rows(self._connection, s.post, ("hash", "key"), back)
            found |= hidden
            new = [name for name in new if name not in hidden]
        first = self._names.next(s.post) if new else 0
        rows_ = [
            (first + i, name[0], hashes[name], None)
            if name in hashes and name not in spoken
            else (first + i, name[0], wanted[name], name[1])
            for i, name in enumerate(new)
        ]
        insert_rows(self._connection, s.post, rows_)
        found.update((name, first + i) for i, name in enumerate(new))
        return found, set(new)

    def _before(self, standing: Sequence[Reading], posts: Mapping[Name, int], new: Set[Name]) -> dict[Assertion, Any]:
        """Find the rows of the assertions that the store already holds."""
        own: dict[int, Assertion] = {}
        told: dict[Name, Assertion] = {}
        for reading in standing:
            post = reading.post
            if post.assertion:
                told[self._names.source(post.via), post.assertion] = assertion_of(post)
            elif (name := (self._names.source(post.source), post.id)) not in new:
                own[posts[name]] = assertion_of(post)
        table = s.assertion.c
        before = {own[row.post]: row for row in self._withdrawals.assertions(table.post, own) if row.key is None}
        for row in self._withdrawals.assertions(table.key, [key for _, key in told]):
            if (row.via, row.key) in told:
                before[told[row.via, row.key]] = row
        return before

    def _found(self, readings: Sequence[Reading]) -> list[list[Found]]:
        """Give each reading's mentions the rows of their identifiers."""
        works = self._names.identifiers([m.identifier for reading in readings for m in reading.mentions])
        return [[_found(works, mention) for mention in reading.mentions] for reading in readings]

    def _insert_mentions(self, fresh: Sequence[Fresh], found: Sequence[Sequence[Found]]) -> None:
        mentions = [
            (
                one.work,
                place,
                post,
                id_,
                account,
                at,
                reading.post.reposts is None,
                one.relation not in INVERSE_RELATIONS,
            )
            for (id_, post, place, account, at, reading), ones in zip(fresh, found, strict=True)
            for one in ones
        ]
        insert_rows(self._connection, s.mention, mentions)

    def _describe(self, description: Description) -> None:
        work = description.identifier
        row = {
            "identifier": self._names.identifiers([work])[work.scheme, work.value],
            "via": self._names.source(description.via),
        }
        values = {"version": description.version, "content": msgspec.json.encode(description).decode()}
        statement = upsert(s.description).values(**row, **values)
        told, held = tuple_(*(statement.excluded[c] for c in values)), tuple_(*(s.description.c[c] for c in values))
        set_ = {column: statement.excluded[column] for column in values}
        self._connection.execute(
            statement.on_conflict_do_update(index_elements=["identifier", "via"], set_=set_, where=told > held)
        )


def _found(works: Mapping[Work, int], m: Mention) -> Found:
    work = works[m.identifier.scheme, m.identifier.value]
    return Found(work, m.relation, m.found_in, m.as_written, m.method, m.certainty, m.record, m.identifier.version)


def _json(found: Sequence[Found]) -> str:
    return msgspec.json.encode(found).decode()


def _merge(fields: Fields, told: Fields) -> None:
    """Of what is told of an account keep, field by field, the place's own word before others', then the latest."""
    for field, value in told.items():
        fields[field] = max(fields.get(field, value), value)
