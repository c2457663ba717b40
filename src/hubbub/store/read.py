"""What the pipeline reads back: cursors, what is watched, and statements as they were made."""

from datetime import UTC, datetime, timedelta

import msgspec
from sqlalchemy import Connection, select

from hubbub.model import Identifier, Post, Works
from hubbub.store import schema as s
from hubbub.store.fold import Content
from hubbub.store.sql import among, rows

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

# The rows of assertion, post, source and account, posted_at in microseconds, what is said, and the mentions
# that were found in it.
Held = tuple[int, int, int, int | None, int | None, Post, str]


def moment(micros: int | None) -> datetime | None:
    """Turn microseconds since 1970 into a time."""
    return None if micros is None else EPOCH + timedelta(microseconds=micros)


def resume(connection: Connection, source: str, lane: str, again: bool) -> str:
    """Where a lane goes on: "" at its start. After its end it starts anew or, `again`, goes on from there."""
    cursor = s.cursor.c
    at = select(cursor.resume).join(s.source).where(s.source.c.name == source, cursor.lane == lane)
    return connection.execute(at if again else at.where(~cursor.done)).scalar_one_or_none() or ""


def works(connection: Connection) -> Works:
    """Every work on a shelf."""
    named = select(s.identifier.c.scheme, s.identifier.c.value).join(s.shelf_work)
    return frozenset(Identifier(scheme, value) for scheme, value in rows(connection, named))


def assertions(connection: Connection, after: int, limit: int) -> list[Held]:
    """Statements in the order of their rows, as posts."""
    a, place = s.assertion.c, s.assertion.alias()
    statement = (
        select(s.assertion, place.c.key.label("post_key"), s.account.c.key.label("author"))
        .join(place, place.c.id == a.post)
        .outerjoin(s.account, s.account.c.id == a.account)
        .where(a.id > after, a.version.is_not(None))
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
                **touches.get(row.id, {}),  # type: ignore[arg-type]  # verbs are fields
                **msgspec.structs.asdict(msgspec.json.decode(row.content, type=Content)),
            ),
            row.found,
        )
        for row in found
    ]
