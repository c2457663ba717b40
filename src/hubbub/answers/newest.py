"""What is newly said: a work, a shelf or a venue comes in; posts in own words go out, the last heard of first.

They stand in the order in which the store came to know them, so that a program that asks now and then misses none that
was found late. Each page begins behind a post and not at a number, so that what comes meanwhile shifts nothing.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from msgspec import Struct
from sqlalchemy import and_, func, or_, select, text

from hubbub.answers.registered import description
from hubbub.answers.selected import LAST, names_of
from hubbub.answers.shapes import Said
from hubbub.answers.view import View
from hubbub.model import Identifier
from hubbub.named import known
from hubbub.reference.places import place
from hubbub.store import Store
from hubbub.store import schema as s
from hubbub.store.counts import of_works
from hubbub.store.keep import Found
from hubbub.store.schema import OWN
from hubbub.store.sql import about, among, rows

WINDOW = 10_000  # posts of a venue among which a page looks for those that mention works

# The post's own row is its earliest, so its number is when it was first heard of.
_SPOKEN = """
SELECT source, post, 1 AS own, 1 AS counted, posted_at FROM (
    SELECT source, post, max(posted_at) AS posted_at, min(CASE WHEN own THEN 1 ELSE 0 END) AS spoken,
           max(CASE WHEN counted THEN 1 ELSE 0 END) AS counts
    FROM mention WHERE identifier IN :works AND post < :before {which} GROUP BY source, post
) AS every WHERE spoken = 1 AND counts = 1 ORDER BY post DESC LIMIT :limit
"""
_OF_WORKS = of_works(_SPOKEN.format(which=""))
_OF_VENUE = of_works(_SPOKEN.format(which="AND source = :source AND post >= :after"))


class Heard(Struct, frozen=True):
    """A post, and the works that it mentions with their titles; `simulated` if one of them is invented."""

    said: Said
    works: tuple[tuple[Identifier, str | None], ...]
    simulated: bool


class Newest(Struct, frozen=True):
    """A page of what is newly said of a work, of those on a shelf, or at a venue; `title` is theirs, if it is known.

    `next` is the post behind which the next page begins; None at the end.
    """

    title: str | None
    simulated: bool
    heard: tuple[Heard, ...]
    next: int | None


def of_work(store: Store, identifier: Identifier, before: int | None, limit: int) -> Newest:
    """Say what is newly said of a work."""
    with View(store) as view:
        named = known(view.connection, identifier)
        told = description(view.connection, named)
        title, simulated = told.title if told else None, view.simulated(named.rows)
        return _of_works(view, named.rows, title, bool(simulated), before, limit)


def of_shelf(store: Store, name: str, before: int | None, limit: int) -> Newest | None:
    """Say what is newly said of the works on a shelf; None if there is none."""
    with View(store) as view:
        card, names = view.card(name), names_of(view, name)
        if card is None or names is None:
            return None
        return _of_works(view, names, card.title, card.simulated, before, limit)


def at_venue(store: Store, name: str, before: int | None, limit: int) -> Newest | None:
    """Say what is newly said at a venue of any work; None if the store has not heard of it.

    A page looks at so many of the venue's posts at most, so it may have fewer posts, or none, and yet a next page.
    """
    with View(store) as view:
        source = view.connection.execute(select(s.source.c.id).where(s.source.c.name == name)).scalar_one_or_none()
        if source is None:
            return None
        newest = view.connection.execute(select(func.max(s.assertion.c.id))).scalar_one() or 0
        behind = newest + 1 if before is None else min(before, newest + 1)
        floor = _floor(view, source, behind)
        posts = _mentioning(view, source, floor, behind, limit)
        after = posts[-1] if len(posts) == limit else floor
        names = _names(view, posts)
        asked = {"works": [*names], "source": source, "before": behind, "after": after, "limit": limit}
        spoken = view.connection.execute(_OF_VENUE, asked).all()
        return Newest(place(name).title, False, _heard(view, spoken, names), after or None)


def _floor(view: View, source: int, behind: int) -> int:
    """The last post of a source at which a page looks; 0 if that is every one."""
    post = s.assertion.c
    asked = select(post.id).where(post.source == source, text(OWN), post.id < behind)
    return view.connection.execute(asked.order_by(post.id.desc()).offset(WINDOW - 1).limit(1)).scalar_one_or_none() or 0


def _mentioning(view: View, source: int, floor: int, behind: int, limit: int) -> list[int]:
    """The newest posts of a source in a stretch of rows of which somebody says that they mention works."""
    post, said = s.assertion.alias().c, s.assertion.alias().c
    of_it = or_(said.id == post.id, and_(said.post == post.id, said.post != said.id))
    mentions = select(said.id).where(of_it, said.found.is_not(None), said.found != "[]").exists()
    stretch = post.id.between(floor, behind - 1)
    asked = select(post.id).where(post.source == source, post.post == post.id, stretch, mentions)
    return [row for (row,) in rows(view.connection, asked.order_by(post.id.desc()).limit(limit))]


def _names(view: View, posts: Sequence[int]) -> dict[int, Identifier]:
    """The identifiers that posts mention, by their rows."""
    said, table = s.assertion.c, s.identifier.c
    found = rows(view.connection, select(said.found).where(about(said, posts), said.found.is_not(None)))
    works = {how.work for (told,) in found for how in msgspec.json.decode(told, type=list[Found])}
    asked = select(table.id, table.scheme, table.value).where(among(table.id, list(works)))
    return {row.id: Identifier(row.scheme, row.value) for row in rows(view.connection, asked)}


def _of_works(
    view: View, names: Mapping[int, Identifier], title: str | None, simulated: bool, before: int | None, limit: int
) -> Newest:
    asked = {"works": [*names], "before": LAST if before is None else before, "limit": limit + 1}
    posts = view.connection.execute(_OF_WORKS, asked).all()
    following = posts[limit - 1].post if len(posts) > limit else None
    return Newest(title, simulated, _heard(view, posts[:limit], names), following)


def _heard(view: View, posts: Sequence[Any], names: Mapping[int, Identifier]) -> tuple[Heard, ...]:
    said = view.of_posts(posts, names)
    named = [[Identifier(how.identifier.scheme, how.identifier.value) for how in one.evidence] for one in said]
    titles = {work: _told(view, work) for works in named for work in works}
    return tuple(
        Heard(
            one,
            tuple((work, titles[work][0]) for work in dict.fromkeys(works)),
            any(titles[work][1] for work in works),
        )
        for one, works in zip(said, named, strict=True)
    )


def _told(view: View, work: Identifier) -> tuple[str | None, bool]:
    """The title of a work, and whether it is invented."""
    named = known(view.connection, work)
    told = description(view.connection, named)
    return told.title if told else None, view.simulated(named.rows) is not None
