"""What is said of the identifiers around one, for `match` to judge; and what people correct, for good.

No mention is ever changed by what is said of identifiers: works are put together when they are read.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from msgspec import Struct
from sqlalchemy import BindParameter, Connection, bindparam, delete, or_, select, union_all
from sqlalchemy.dialects.postgresql import insert as upsert

from hubbub.identify import twin
from hubbub.model import Alias, Identifier, Post
from hubbub.reference.relations import relations
from hubbub.store import schema as s
from hubbub.store.changes import Changes
from hubbub.store.fold import hashed
from hubbub.store.names import Names
from hubbub.store.sql import Prepared, among, rows
from hubbub.store.times import micros, moment

_SAID, _GIVEN = s.alias.c, s.correction.c
_COLUMNS = _SAID.identifier, _SAID.relation, _SAID.other, _SAID.via
_FORTH = [word for word, makes in relations().makes.items() if makes == "supplement"]
_BOTH = [word for word in relations().makes if word not in _FORTH]
_HERE: BindParameter[int] = bindparam("here")
# Made once; both sides of each index are asked. Who supplements others belongs to none of them.
_AROUND = Prepared(
    union_all(
        select(*_COLUMNS).where(_SAID.identifier == _HERE, _SAID.stands, _SAID.relation.in_([*_BOTH, *_FORTH])),
        select(*_COLUMNS).where(_SAID.other == _HERE, _SAID.stands, _SAID.relation.in_(_BOTH)),
    ).limit(bindparam("most"))
)
_RULE = 0  # stands for a source where a registry's own rule says so
_NAME = Prepared(select(s.identifier.c.scheme, s.identifier.c.value).where(s.identifier.c.id == _HERE))
_ROW = Prepared(
    select(s.identifier.c.id).where(
        s.identifier.c.value == bindparam("value"), s.identifier.c.scheme == bindparam("scheme")
    )
)
_CORRECTED = Prepared(select(s.correction).where(or_(_GIVEN.identifier == _HERE, _GIVEN.other == _HERE)))


class Corrected(Struct, frozen=True):
    """What somebody said, when and why: that two identifiers are the `same`, or not of one work."""

    one: Identifier
    other: Identifier
    same: bool
    said_by: str
    said_at: datetime
    why: str


class Around(NamedTuple):
    """What is said of identifiers that hang together, and their rows."""

    rows: dict[Identifier, int]
    aliases: list[Alias]
    words: list[Corrected]


def row_of(connection: Connection, identifier: Identifier) -> int | None:
    """The row of an identifier, if the store holds it."""
    found = _ROW.ask(connection, scheme=identifier.scheme, value=identifier.value)
    return found[0].id if found else None


def around(connection: Connection, row: int, largest: int) -> Around:
    """Look at an identifier, given by its row, and at all that hang together with it.

    No further than it takes to see that they are more than `largest`; nor behind one of which more is said.
    """
    told: dict[tuple[int, str, int, int], None] = {}
    words: dict[tuple[int, int], tuple[bool, str, int, str]] = {}
    seen, waiting = {row}, [row]
    while waiting and len(seen) <= largest:
        here = waiting.pop()
        given = {(one.identifier, one.other): one[2:] for one in _CORRECTED.ask(connection, here=here)}
        found = [tuple(one) for one in _AROUND.ask(connection, here=here, most=largest + 1)]
        name = Identifier(*_NAME.ask(connection, here=here)[0])
        other = None if (one := twin(name)) is None else row_of(connection, one)
        if other is not None:
            found.append((here, "is_same_as", other, _RULE))
        words |= given
        told |= dict.fromkeys(found)
        ends = {end for one, relation, other, _ in found if relation in _BOTH for end in (one, other)}
        apart = {end for pair, (same, *_) in given.items() if not same for end in pair}
        ends |= {end for pair, (same, *_) in given.items() if same for end in pair}
        if len(found) <= largest:
            waiting += sorted(ends - apart - seen)
            seen |= ends - apart
    if not told and not words:  # as of most works; a shelf asks this of each of its own
        return Around({name: row}, [], [])
    return _named(connection, row, list(told), words)


def _named(
    connection: Connection,
    row: int,
    told: list[tuple[int, str, int, int]],
    words: dict[tuple[int, int], tuple[bool, str, int, str]],
) -> Around:
    every = {row} | {end for one, _, other, _ in told for end in (one, other)} | {end for pair in words for end in pair}
    asked = select(s.identifier.c.id, s.identifier.c.scheme, s.identifier.c.value)
    named = rows(connection, asked.where(among(s.identifier.c.id, list(every))))
    names = {id_: Identifier(scheme, value) for id_, scheme, value in named}
    vias = {_RULE: "rule"} | dict(rows(connection, select(s.source.c.id, s.source.c.name)))
    return Around(
        {name: id_ for id_, name in names.items()},
        [
            Alias(identifier=names[one], relation=relation, other=names[other], via=vias[via], version="")
            for one, relation, other, via in told
        ],
        [
            Corrected(names[one], names[other], bool(same), by, moment(at), why)
            for (one, other), (same, by, at, why) in words.items()
        ],
    )


class Corrections:
    """Writes what people correct within one write transaction; of two words on one thing the later stands."""

    def __init__(self, connection: Connection, names: Names, changes: Changes) -> None:
        self._connection = connection
        self._names = names
        self._changes = changes

    def say(self, one: Identifier, other: Identifier, same: bool, by: str, at: datetime, why: str = "") -> None:
        """Say that two identifiers are the `same`, or not of one work."""
        told = {"same": same, "said_by": by, "said_at": micros(at), "why": why}
        statement = upsert(s.correction).values(**self._pair(one, other), **told)
        self._connection.execute(statement.on_conflict_do_update(index_elements=["identifier", "other"], set_=told))

    def take_back(self, one: Identifier, other: Identifier) -> bool:
        """Take back what was said of two identifiers; say whether there was anything."""
        pair = self._pair(one, other)
        which = _GIVEN.identifier == pair["identifier"], _GIVEN.other == pair["other"]
        return bool(self._connection.execute(delete(s.correction).where(*which)).rowcount)

    def _pair(self, one: Identifier, other: Identifier) -> dict[str, int]:
        pair = sorted(self._names.identifiers([one, other]).values())
        self._changes.works(pair)
        return dict(zip(("identifier", "other"), pair, strict=True))

    def set_aside(self, post: Post, row: int, work: Identifier, by: str, at: datetime, why: str = "") -> None:
        """Say that a post, held in a row, does not mention a work; its statements have to be derived anew."""
        told = {"held": row, "said_by": by, "said_at": micros(at), "why": why}
        statement = upsert(s.wrong).values(**self._of_post(post, work), **told)
        self._connection.execute(statement.on_conflict_do_update(index_elements=["post", "identifier"], set_=told))

    def put_back(self, post: Post, work: Identifier) -> None:
        """Say that a post mentions a work, after all; its statements have to be derived anew."""
        named = self._of_post(post, work)
        which = s.wrong.c.post == named["post"], s.wrong.c.identifier == named["identifier"]
        self._connection.execute(delete(s.wrong).where(*which))

    def _of_post(self, post: Post, work: Identifier) -> dict[str, int]:
        (row,) = self._names.identifiers([work]).values()
        return {"post": hashed("post", post.source, post.id), "identifier": row}

    def wrong(self, posts: Iterable[Post]) -> set[tuple[int, int]]:
        """Return which of some posts do not mention what, as hashes of posts and rows of identifiers."""
        if self._connection.execute(select(s.wrong.c.post).limit(1)).first() is None:
            return set()
        numbers = [hashed("post", post.source, post.id) for post in posts]
        asked = select(s.wrong.c.post, s.wrong.c.identifier).where(among(s.wrong.c.post, numbers))
        return {(post, work) for post, work in rows(self._connection, asked)}


class Wrong(NamedTuple):
    """A post that does not mention a work, by somebody's word; `held` is its row, if it is still held."""

    work: int
    held: int | None
    said_by: str
    said_at: datetime
    why: str


def wrong(connection: Connection, works: Iterable[int]) -> list[Wrong]:
    """What was set aside of works, given by the rows of their names, the latest first."""
    table, post = s.wrong.c, s.assertion.c
    asked = select(s.wrong, post.key, s.source.c.name).select_from(
        s.wrong.outerjoin(s.assertion, (post.id == table.held) & (post.id == post.post)).outerjoin(
            s.source, s.source.c.id == post.source
        )
    )
    found = rows(
        connection, asked.where(among(table.identifier, list(works))).order_by(table.said_at.desc(), table.post)
    )
    return [
        Wrong(
            row.identifier,
            row.held if row.key is not None and hashed("post", row.name, row.key) == row.post else None,
            row.said_by,
            moment(row.said_at),
            row.why,
        )
        for row in found
    ]
