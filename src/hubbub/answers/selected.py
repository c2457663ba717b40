"""Lists that are read page by page: a work, a shelf or words come in; a page and where the next one begins go out.

A page begins behind a place in the order and not at a number, so that what comes or goes meanwhile shifts nothing.
"""

from array import array
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time
from itertools import chain
from typing import Any

import msgspec
from msgspec import Struct
from sqlalchemy import Connection, exists, func, select, text

from hubbub.answers.shapes import Said, WorkLine
from hubbub.answers.view import View
from hubbub.model import Description, Identifier
from hubbub.named import known
from hubbub.store import Store
from hubbub.store import schema as s
from hubbub.store.counts import POSTS, of_works
from hubbub.store.sql import among, rows
from hubbub.store.times import micros

CURSOR = r"^-?[0-9]{1,18}(\.[0-9]{1,18})?$"  # what a cursor looks like; each that does is a place in the order
LAST = 10**18 - 1  # later than any time in microseconds, and more than any row
BATCH = 1_000  # posts that are read together

_NEWEST = of_works(
    POSTS
    + f"""
SELECT every.* FROM (
    SELECT post, source, own, counted, posted_at, coalesce(posted_at, -{LAST}) AS place FROM mentioned
    UNION ALL
    SELECT post, source, 0, 1, posted_at, coalesce(posted_at, -{LAST}) FROM passed
    WHERE post NOT IN (SELECT post FROM mentioned)
) AS every WHERE place < :place OR (place = :place AND post < :post) ORDER BY place DESC, post DESC LIMIT :limit
"""
)


_POSTS = of_works(
    POSTS
    + f"""
SELECT post FROM (SELECT post, posted_at FROM mentioned UNION ALL SELECT post, posted_at FROM passed) AS every
WHERE coalesce(posted_at, -{LAST}) >= :since GROUP BY post ORDER BY post
"""
)
_EVERY = text(
    "SELECT id FROM assertion WHERE id > :after AND id = post AND coalesce(posted_at, -:last) >= :since"
    " ORDER BY id LIMIT :limit"
)


class MentionPage(Struct, frozen=True):
    """Posts that mention works or pass such posts on, the newest first; `next` is the cursor of what follows."""

    mentions: tuple[Said, ...]
    next: str | None


class WorkPage(Struct, frozen=True):
    """Works of which a mention is held, in the order in which they were heard of; `next` is as of `MentionPage`."""

    works: tuple[WorkLine, ...]
    next: str | None


def mentions(store: Store, about: Identifier | str, cursor: str | None, limit: int) -> MentionPage | None:
    """List the posts that mention a work, or any on a shelf; None if there is no such shelf."""
    place, post = place_of(cursor or f"{LAST}.{LAST}")
    with View(store) as view:
        names = names_of(view, about)
        if names is None:
            return None
        asked = {"works": [*names], "place": place, "post": post, "limit": limit + 1}
        found = view.connection.execute(_NEWEST, asked).all()
        following = f"{found[limit - 1].place}.{found[limit - 1].post}" if len(found) > limit else None
        return MentionPage(tuple(view.of_posts(found[:limit], names)), following)


def every(
    store: Store, work: Identifier | None = None, shelf: str | None = None, since: date | None = None
) -> Iterator[Said] | None:
    """Go through the posts that mention a work, any on a shelf, or any at all, in the order of their rows.

    `since` is the UTC day from which on they are of; then those of unknown time are left out. Each batch is of its own
    moment, so that nothing is told that was withdrawn before. None if there is no such shelf.
    """
    after = -LAST if since is None else micros(datetime.combine(since, time(), UTC))
    if work is None and shelf is None:
        return chain.from_iterable(_all(store, after))
    with View(store) as view:
        names: dict[int, Identifier] = {}
        for about in (work, shelf):
            found = {} if about is None else names_of(view, about)
            if found is None:
                return None
            names |= found
        posts = array("q", view.connection.execute(_POSTS, {"works": [*names], "since": after}).scalars())
    return chain.from_iterable(_selected(store, posts, names))


def _all(store: Store, since: int) -> Iterator[list[Said]]:
    after = 0
    while True:
        with View(store) as view:
            asked = {"after": after, "since": since, "last": LAST, "limit": BATCH}
            posts = view.connection.execute(_EVERY, asked).scalars().all()
            yield view.of_every(posts)
        if not posts:
            return
        after = posts[-1]


def _selected(store: Store, posts: "array[int]", names: dict[int, Identifier]) -> Iterator[list[Said]]:
    for start in range(0, len(posts), BATCH):
        with View(store) as view:
            yield view.of_every(posts[start : start + BATCH], names)


def names_of(view: View, about: Identifier | str) -> dict[int, Identifier] | None:
    """The names, by their rows, of a work or of those on a shelf; None if there is no such shelf."""
    works = view.works_on(about) if isinstance(about, str) else [about]
    if works is None:
        return None
    return {row: name for work in works for row, name in known(view.connection, work).rows.items()}


def works(store: Store, words: str, cursor: str | None, limit: int) -> WorkPage:
    """List the works that are heard of, or those in whose titles, creators or venues the words stand, in any case."""
    after, _ = place_of(cursor or "0")
    with View(store) as view:
        told = _told(view.connection, words) if words else None
        leading: list[int] = []
        while len(leading) <= limit and (read := _heard(view.connection, told, after, limit + 1)):
            leading += [row for row, *name in read if _leads(view.connection, row, Identifier(*name))]
            after = read[-1].id
        shown = leading[:limit]
        return WorkPage(view.lines(shown), str(shown[-1]) if len(leading) > limit else None)


def _told(connection: Connection, words: str) -> list[int]:
    """Identifiers of which registries tell the words. A database knows the cases of ASCII letters alone."""
    table, sought = s.description.c, words.casefold()
    asked = select(table.identifier, table.content)
    if words.isascii():
        written = msgspec.json.encode(words.lower())[1:-1].decode()
        asked = asked.where(func.lower(table.content).contains(written, autoescape=True))
    found = ((row, msgspec.json.decode(content, type=Description)) for row, content in rows(connection, asked))
    return [
        row
        for row, one in found
        if any(sought in text.casefold() for text in (one.title, one.venue, *one.creators) if text)
    ]


def _heard(connection: Connection, told: list[int] | None, after: int, limit: int) -> Sequence[Any]:
    """Identifiers that are mentioned, behind a row."""
    name = s.identifier.c
    mentioned = exists().where(s.mention.c.identifier == name.id)
    heard = select(name.id, name.scheme, name.value).where(name.id > after, mentioned)
    if told is not None:
        heard = heard.where(among(name.id, told))
    return rows(connection, heard.order_by(name.id).limit(limit))


def _leads(connection: Connection, row: int, identifier: Identifier) -> bool:
    """Say whether no other name of the work was heard of before, so that each work is listed once."""
    earlier = [one for one in known(connection, identifier).rows if one < row]
    told = select(s.mention.c.identifier).where(among(s.mention.c.identifier, earlier)).limit(1)
    return not earlier or not rows(connection, told)


def place_of(cursor: str) -> tuple[int, int]:
    """Read a cursor."""
    place, _, post = cursor.partition(".")
    return int(place), int(post or 0)
