"""The write transaction: changes of one page come in and are in the store, with the lane's cursor, when it ends.

For each assertion the latest version stands. A withdrawal is remembered by hash and version, so that no late copy
brings the content back. What the place itself withdraws takes every collector's statement about it along, for good;
what an account withdraws counts as said of each of its posts up to that version. Any order, any repetition: same store.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

import msgspec
from msgspec import Struct
from sqlalchemy import Connection, delete, exists, select
from sqlalchemy.dialects.postgresql import insert as upsert  # what it adds SQLite knows in the same words

from hubbub.identify.canonical import canonical, split
from hubbub.identify.carried import is_short
from hubbub.model import INVERSE_RELATIONS, Fault, FollowList, Identifier, Link, Mention, Post, Reading
from hubbub.reference.places import place
from hubbub.store import read
from hubbub.store import schema as s
from hubbub.store.accounts import Fields, account_columns, heeded, keep_audiences, merge, told_of
from hubbub.store.changes import Changes
from hubbub.store.claims import write_claims
from hubbub.store.fold import (
    Change,
    Folded,
    Hashed,
    Named,
    content_of,
    digest_of,
    ends_of,
    fold,
    hashed,
    to_json,
    touches_of,
    withdraw,
)  # fmt: skip
from hubbub.store.held import Held, collected, held_of, look_up
from hubbub.store.lanes import Lanes
from hubbub.store.match import Corrections
from hubbub.store.names import Names, Work
from hubbub.store.people import FOREVER, Acquaintances, Responses
from hubbub.store.questions import Questions
from hubbub.store.read import New, Rows, keys
from hubbub.store.registry import Registry
from hubbub.store.removals import Removals
from hubbub.store.settle import settle
from hubbub.store.sql import among, insert_rows, rows, update_rows
from hubbub.store.standing import Standings
from hubbub.store.ties import Ties
from hubbub.store.times import EPOCH, micros
from hubbub.store.users import Users
from hubbub.store.wanted import Wanted
from hubbub.store.withdraw import NOTHING, SAID, Withdrawals

# An assertion as written: the rows of assertion, post, source and account, posted_at in microseconds, what is said.
Fresh = tuple[int, int, int, int | None, int | None, Reading]
_REPLACED = ("post", "source", "via", "hash", "key", "gone", *SAID)


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


class Writer:
    """The one write transaction of a store. Every method may be called several times."""

    def __init__(self, connection: Connection, works: dict[Work, int]) -> None:
        self._connection = connection
        self._names = Names(connection, works)
        self._ties = Ties(connection)
        self._changes = Changes(connection)
        self._withdrawals = Withdrawals(connection, self._names, self._ties, self._changes)
        self._registry = Registry(connection, self._names, self._changes)
        self.wanted = Wanted(connection, self._names)
        self.corrections = Corrections(connection, self._names, self._changes)
        self.questions = Questions(connection, self._names)
        self.responses = Responses(connection)
        self.acquaintances = Acquaintances(connection, self._names)
        self.lanes = Lanes(connection, self._names)
        self.standings = Standings(connection)
        self.users = Users(connection)
        self.removals = Removals(connection)

    @property
    def new_works(self) -> dict[Work, int]:
        """The rows of identifiers that were looked up or made, beyond those that were known."""
        return self._names.new_works

    def held(self, source: str, keys: Collection[str]) -> set[str]:
        """Return those keys that name a post, an account or a tie at the source of which something is held."""
        posts: set[Named] = {("post", source, key) for key in keys}
        held = look_up(self._connection, self._names, posts, [("account", source, key) for key in keys])
        silent = [row.id for row in held.rows.values() if row.version is None and row.gone is None]
        spoken = {row.post for row in collected(self._connection, silent)}
        said = {name[2] for name, row in held.rows.items() if row.version is not None or row.id in spoken}
        accounts = {name[2] for name, row in held.accounts.items() if row.key is not None}
        return said | accounts | self._ties.held(source, keys)

    def keys(self, source: str, after: Rows) -> New:
        """Return the keys at the source that are held in rows after these."""
        return keys(self._connection, source, after)

    def heeded(self, source: str, keys: Collection[str]) -> set[str]:
        """Return those keys of accounts whose ties are kept: they speak, or somebody has asked for their lists."""
        table, names = s.account.c, {hashed("account", source, key): key for key in keys}
        found = rows(self._connection, select(table.hash).where(among(table.hash, list(names)), heeded(table.id)))
        return {names[hash_] for (hash_,) in found}

    def keep(self, changes: Iterable[Change], collected_at: datetime) -> Kept:
        """Write changes by the write rule. Raises ValueError where a collector gives its statement no id."""
        folded = fold(changes)
        for name in self.acquaintances.heed(folded.blocks):
            withdraw(folded.gone, name, FOREVER)
        self._registry.keep(folded.registered)
        return self._keep(folded, collected_at)

    def withdraw(self, held: Mapping[Named, str], others: Mapping[Hashed, str]) -> None:
        """Write withdrawals of what is held, and of others by their hashes alone, each up to a version."""
        self._keep(Folded({}, dict(held), [], [], [], []), EPOCH)
        self._withdrawals.refuse(others)

    def _keep(self, folded: Folded, collected_at: datetime) -> Kept:
        held = held_of(self._connection, self._names, folded)
        ended = self._withdrawals.apply(folded, held)
        fresh = [one for one in folded.made.items() if _is_fresh(*one, held)]
        replaced = [row for name, _ in fresh if (row := held.rows.get(name)) is not None]
        self._withdrawals.drop([row for row in replaced if row.version is not None])
        told = told_of(folded.accounts, held)
        speakers: list[Named] = [
            ("account", r.post.source, r.post.author) for _, r in fresh if r.post.author is not None
        ]
        made = [tie for tie in folded.ties if isinstance(tie, FollowList) or tie.change != "withdrawn"]
        tied = [name for tie in made for name in ends_of(tie) if _is_there(name, told, held)]
        accounts = self._keep_accounts(told, dict.fromkeys([*speakers, *tied]), held)
        if folded.ties:
            self._ties.keep(folded.ties, {n: row for n, row in accounts.items() if _is_there(n, told, held)})
        written = self._write(fresh, held, accounts, micros(collected_at))
        of_rows = {accounts[name]: fields for name, fields in told.items() if name in accounts}
        keep_audiences(self._connection, of_rows, collected_at)
        # Only where collectors speak of a post can it be open whose word it is.
        open_ = [row.post for row in (*ended, *replaced) if row.post is not None]
        open_ += [post for id_, post, *_ in written if id_ != post]
        if open_:
            self._changes.works(settle(self._connection, open_))
        self._withdrawals.tidy([row.id for name, row in held.accounts.items() if name in held.gone])
        return Kept(len(written), sum(len(reading.mentions) for _, reading in fresh), len(ended))

    def statements(self, source: str, key: str) -> list[read.Held]:
        """What is said of a post, as posts."""
        return read.of_post(self._connection, source, key)

    def linking(self, address: Identifier) -> list[read.Held]:
        """What is said of the posts that link to a short address, as posts."""
        return read.linking(self._connection, address)

    def advance(self, source: str, lane: str, resume: str, done: bool, at: datetime) -> None:
        """Move a lane's cursor."""
        values = {"resume": resume, "done": done, "kept_at": micros(at)}
        statement = upsert(s.cursor).values(source=self._names.source(source), lane=lane, **values)
        self._connection.execute(statement.on_conflict_do_update(index_elements=["source", "lane"], set_=values))

    def set_aside(self, source: str, lane: str, faults: Iterable[Fault], at: datetime) -> None:
        """Count by reason what a page of a lane had that could not be read; the latest reading of the lane counts.

        A page begins a new reading, unless the lane's cursor stands in the middle of one. Samples are not kept:
        nobody could tell whose words are in them once these are withdrawn.
        """
        place, table, cursor = self._names.source(source), s.aside.c, s.cursor.c
        number = hashed("lane", source, lane)
        goes_on = exists().where(cursor.source == place, cursor.lane == lane, ~cursor.done)
        self._connection.execute(delete(s.aside).where(table.source == place, table.lane == number, ~goes_on))
        for reason, times in Counter(fault.reason for fault in faults).items():
            statement = upsert(s.aside).values((place, number, reason, times, micros(at)))
            changed = {"times": table.times + times, "seen_at": micros(at)}
            self._connection.execute(
                statement.on_conflict_do_update(index_elements=["source", "lane", "reason"], set_=changed)
            )

    def derive(self, assertions: Sequence[tuple[Fresh, str]]) -> None:
        """Write the mentions of assertions anew; each comes with what was found in it before."""
        self._withdrawals.drop_mentions([(*fresh[:3], before) for fresh, before in assertions])
        found = self._found([fresh[-1] for fresh, _ in assertions])
        self._insert_mentions([fresh for fresh, _ in assertions], found)
        rewritten = [(_json(ones), fresh[0]) for (fresh, _), ones in zip(assertions, found, strict=True)]
        update_rows(self._connection, s.assertion, ("found",), rewritten)
        settle(self._connection, [post for (id_, post, *_), _ in assertions if id_ != post])

    def end(self, at: datetime) -> None:
        """Write what the transaction changed, as its last."""
        self._changes.write(at)

    # Statements

    def _keep_accounts(self, told: Mapping[Named, Fields], present: Collection[Named], held: Held) -> dict[Named, int]:
        """Write what is told of accounts that are known, make those that are present, and return the rows of all."""
        changed, claiming = [], dict[int, Fields]()
        for name, row in held.accounts.items():
            if name in told or (name in present and row.key is None):
                fields = msgspec.json.decode(row.fields, type=Fields)
                merge(fields, told.get(name, {}))
                key = name[2] if name in present else row.key
                if key is not None:
                    changed.append((key, *account_columns(fields), row.id))
                    if "claims" in told.get(name, {}):
                        claiming[row.id] = fields
        update_rows(self._connection, s.account, ("key", "fields", "followers"), changed)
        new = [name for name in present if name not in held.accounts]
        first = self._names.next(s.account) if new else 0
        rows_ = [
            (first + i, self._names.source(name[1]), hashed(*name), name[2], None, *account_columns(told.get(name, {})))
            for i, name in enumerate(new)
        ]
        insert_rows(self._connection, s.account, rows_)
        claiming |= {first + i: told[name] for i, name in enumerate(new) if "claims" in told.get(name, {})}
        write_claims(self._connection, claiming)
        rows_of = {name: row.id for name, row in held.accounts.items()}
        rows_of.update((name, first + i) for i, name in enumerate(new))
        return rows_of

    def _write(
        self, fresh: Sequence[tuple[Named, Reading]], held: Held, accounts: Mapping[Named, int], collected_at: int
    ) -> list[Fresh]:
        """Write statements with their mentions, and a row of its own for each post that they speak of or touch."""
        ids = {name: row.id for name, row in held.rows.items()}
        first = next_ = self._names.next(s.assertion) if fresh else 0
        for name, _ in fresh:
            if name not in ids:
                ids[name], next_ = next_, next_ + 1
        touches: list[tuple[int, str, int]] = []
        silent: list[tuple[Any, ...]] = []
        sources = {name: self._names.source(name) for _, r in fresh for name in (r.post.source, r.post.via)}

        def post_of(source: str, key: str) -> int:
            nonlocal next_
            name: Named = ("post", source, key)
            if name not in ids:
                place = sources[source]
                ids[name], next_ = next_, next_ + 1
                silent.append((ids[name], ids[name], place, place, held.numbers[name], key, None, *NOTHING))
            return ids[name]

        new, changed, written = [], [], []
        found = self._found([reading for _, reading in fresh])
        gone, numbers = held.gone, held.numbers
        for (name, reading), mentions in zip(fresh, found, strict=True):
            said, id_ = reading.post, ids[name]
            place = via = sources[said.source]
            post, number, key = id_, 0, said.id
            if said.assertion:
                via, post, number, key = sources[said.via], post_of(said.source, said.id), hashed(*name), said.assertion
            else:
                number = numbers[name]
            account = None if said.author is None else accounts["account", said.source, said.author]
            at = None if said.posted_at is None else micros(said.posted_at)
            if said.stated_at is not None:
                stated_at = micros(said.stated_at)
            else:  # first, whatever was changed since
                stated_at = (row.stated_at if (row := held.rows.get(name)) else None) or collected_at
            # fmt: off
            values = (
                id_, post, place, via, number, key, gone.get(name),
                said.version, digest_of(said), said.change, account, at, collected_at,
                content_of(said), _json(mentions), stated_at, said.statement,
            )
            # fmt: on
            if id_ < first:
                changed.append((*values[1:], id_))
            else:
                new.append(values)
            for verb, touched in touches_of(said):
                touches.append((id_, verb, post_of(said.source, touched)))
            written.append((id_, post, place, account, at, reading))
        insert_rows(self._connection, s.assertion, silent)
        insert_rows(self._connection, s.assertion, new)
        update_rows(self._connection, s.assertion, _REPLACED, changed)
        insert_rows(self._connection, s.touch, touches)
        self._changes.posts(post for _, verb, post in touches if verb == "reposts")
        self._insert_mentions(written, found)
        return written

    def _found(self, readings: Sequence[Reading]) -> list[list[Found]]:
        """Give each reading's mentions the rows of their identifiers, but for those that somebody has set aside."""
        works = self._names.identifiers([m.identifier for reading in readings for m in reading.mentions])
        self.questions.ask(row for (scheme, _), row in works.items() if scheme == "url")
        found = [[_found(works, mention) for mention in reading.mentions] for reading in readings]
        if wrong := self.corrections.wrong(reading.post for reading in readings):
            numbers = [hashed("post", reading.post.source, reading.post.id) for reading in readings]
            return [[f for f in ones if (post, f.work) not in wrong] for post, ones in zip(numbers, found, strict=True)]
        return found

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
        self._changes.works(work for work, *_ in mentions)
        self._keep_stories([(f[1], f[-1].post) for f, ones in zip(fresh, found, strict=True) if ones])
        self._keep_short([(f[1], f[-1].post) for f in fresh])

    def _keep_short(self, posts: Iterable[tuple[int, Post]]) -> None:
        """Ask where the short addresses lead that posts link to."""
        linked = [(row, Identifier("url", one)) for row, said in posts for link in said.links if (one := _short(link))]
        if linked:
            names = self._names.identifiers([address for _, address in linked])
            self.questions.ask(names.values())
            rows_ = [{"identifier": names[address.scheme, address.value], "post": row} for row, address in linked]
            self._connection.execute(upsert(s.short).on_conflict_do_nothing(), rows_)

    def _keep_stories(self, posts: Iterable[tuple[int, Post]]) -> None:
        """Keep the addresses of posts that are pages of their own, by which others may link to them."""
        at = {row: canonical(said.url) for row, said in posts if said.url and place(said.source).pages}
        stories = [{"post": row, "address": address} for row, address in at.items() if address]
        if stories:
            statement = upsert(s.story)
            newer = {"address": statement.excluded.address}
            self._connection.execute(statement.on_conflict_do_update(index_elements=["post"], set_=newer), stories)


def _is_there(name: Named, told: Mapping[Named, Fields], held: Held) -> bool:
    """Say whether an account may have ties: it was not withdrawn, or has come back."""
    return name not in held.gone or name in told or (name in held.accounts and held.accounts[name].fields != "{}")


def _is_fresh(name: Named, reading: Reading, held: Held) -> bool:
    """Say whether a statement stands, and replaces what is held."""
    post, row = reading.post, held.rows.get(name)
    if held.gone and held.gone.get(name, "") >= post.version:
        return False
    if row is None or row.version is None or row.version < post.version:
        return True
    return row.version == post.version and (row.digest or 0) < digest_of(post)


def _found(works: Mapping[Work, int], m: Mention) -> Found:
    work = works[m.identifier.scheme, m.identifier.value]
    return Found(work, m.relation, m.found_in, m.as_written, m.method, m.certainty, m.record, m.identifier.version)


def _short(link: Link) -> str | None:
    """The address of a link, if only a request tells where it leads."""
    parts = split(link.address)
    return canonical(link.address) if parts and is_short(parts[0]) else None


def _json(found: Sequence[Found]) -> str:
    return to_json(found).decode()
