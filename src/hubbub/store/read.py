"""What the pipeline reads back: cursors, and statements as they were made."""

from typing import NamedTuple

import msgspec
from sqlalchemy import ColumnElement, Connection, func, select

from hubbub.model import Identifier, Post
from hubbub.store import schema as s
from hubbub.store.fold import Content, hashed
from hubbub.store.names import near
from hubbub.store.sql import among, rows
from hubbub.store.times import moment

# The rows of assertion, post, source and account, posted_at in microseconds, what is said, and the mentions
# that were found in it.
Held = tuple[int, int, int, int | None, int | None, Post, str]

Rows = tuple[int, int]  # of assertions and of accounts


class New(NamedTuple):
    """Keys of posts and accounts, those of accounts whose ties are kept, and the last rows so far."""

    keys: list[str]
    heeded: list[str]
    rows: Rows


_LAST = {table: select(func.coalesce(func.max(table.c.id), 0)) for table in (s.assertion, s.account)}


def resume(connection: Connection, source: str, lane: str, again: bool) -> str:
    """Where a lane goes on: "" at its start. After its end it starts anew or, `again`, goes on from there."""
    cursor = s.cursor.c
    at = select(cursor.resume).join(s.source).where(s.source.c.name == source, cursor.lane == lane)
    return connection.execute(at if again else at.where(~cursor.done)).scalar_one_or_none() or ""


def keys(connection: Connection, source: str, after: Rows) -> New:
    """The keys of a source that are held in rows after these of assertions and accounts."""
    place = select(s.source.c.id).where(s.source.c.name == source).scalar_subquery()
    a, who, asked = s.assertion.c, s.account.c, s.follow_list.c
    last = (connection.execute(_LAST[s.assertion]).scalar_one(), connection.execute(_LAST[s.account]).scalar_one())
    posts = select(a.key).where(a.id > after[0], a.post == a.id, a.source == place, a.key.is_not(None))
    accounts = select(who.key).where(who.id > after[1], who.source == place, who.key.is_not(None))
    speak = select(who.key).where(who.source == place, who.id.in_(select(a.account).where(a.id > after[0])))
    listed = select(who.key).where(who.source == place, who.id.in_(select(asked.account)))
    return New(
        [key for part in (posts, accounts) for (key,) in rows(connection, part)],
        [key for part in (speak, listed) for (key,) in rows(connection, part) if key is not None],
        last,
    )


def assertions(connection: Connection, after: int, limit: int) -> list[Held]:
    """Statements in the order of their rows, as posts."""
    return _held(connection, limit, s.assertion.c.id > after)


def of_post(connection: Connection, source: str, key: str) -> list[Held]:
    """What is said of a post."""
    a, name = s.assertion.alias().c, s.source.c
    number = near(key, hashed("post", source, key))
    named = select(a.id).join(s.source, name.id == a.source).where(a.hash == number, a.key == key, name.name == source)
    return _held(connection, None, s.assertion.c.post.in_(named))


def linking(connection: Connection, address: Identifier) -> list[Held]:
    """What is said of the posts that link to a short address."""
    name = s.identifier.c
    named = select(s.short.c.post).join(s.identifier, name.id == s.short.c.identifier)
    which = named.where(name.value == address.value, name.scheme == address.scheme)
    return _held(connection, None, s.assertion.c.post.in_(which))


def _held(connection: Connection, limit: int | None, *where: ColumnElement[bool]) -> list[Held]:
    a, place = s.assertion.c, s.assertion.alias()
    statement = (
        select(s.assertion, place.c.key.label("post_key"), s.account.c.key.label("author"))
        .join(place, place.c.id == a.post)
        .outerjoin(s.account, s.account.c.id == a.account)
        .where(a.version.is_not(None), *where)
        .order_by(a.id)
        .limit(limit)
    )
    found = rows(connection, statement)
    names = dict(rows(connection, select(s.source.c.id, s.source.c.name)))
    touches: dict[int, dict[str, str]] = {}
    touched = select(s.touch.c.assertion, s.touch.c.verb, a.key).join(s.assertion, a.id == s.touch.c.post)
    for id_, verb, key in rows(connection, touched.where(among(s.touch.c.assertion, [row.id for row in found]))):
        touches.setdefault(id_, {})[verb] = key or ""  # a repost of what was withdrawn is still a repost
    return [
        (
            row.id,
            row.post,
            row.source,
            row.account,
            row.posted_at,
            Post(
                source=names[row.source],
                id=row.post_key,
                via=names[row.via],
                version=row.version,
                assertion="" if row.post == row.id else row.key,
                change=row.change,
                author=row.author,
                posted_at=moment(row.posted_at),
                statement=row.statement,
                stated_at=moment(row.stated_at) if row.statement else None,
                **touches.get(row.id, {}),  # type: ignore[arg-type]  # verbs are fields
                **msgspec.structs.asdict(msgspec.json.decode(row.content, type=Content)),
            ),
            row.found,
        )
        for row in found
    ]
