"""Where to begin: works that nobody speaks of yet come in; works like these, their venues and a plan go out."""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence

from msgspec import Struct
from sqlalchemy import exists, func, or_, select

from hubbub.answers.registered import descriptions
from hubbub.answers.shapes import SourceCount, WorkLine
from hubbub.answers.view import View
from hubbub.model import Description
from hubbub.people.beginning import Week, weeks
from hubbub.reference.places import place
from hubbub.store import schema as s

WORDS, SHORTEST = 16, 5  # the longest words of titles by which works are looked for, of so many letters or more
LOOKED_AT = 5_000  # works that have one of these
NEAREST = 100
NAMED = 5  # of them, in a plan
_WORD = re.compile(r"\w+")


class Plan(Struct, frozen=True):
    """How to begin: `like` are works like one's own that are spoken of, `venues` where, most posts first.

    Where works are only cited is no venue, since nobody answers there. The weeks begin with those who speak of works
    like one's own, so there are none where none is known.
    """

    like: tuple[WorkLine, ...]
    venues: tuple[SourceCount, ...]
    weeks: tuple[Week, ...]


def nearest(view: View, own: Collection[int]) -> list[int]:
    """The works that are spoken of and most like one's own, by title, authors and field; all by their rows."""
    mine = descriptions(view.connection, list(own))
    spelled = {word for one in mine.values() for word in _WORD.findall((one.title or "").lower())}
    asked = sorted((word for word in spelled if len(word) >= SHORTEST), key=lambda word: (-len(word), word))[:WORDS]
    if not asked:
        return []
    table = s.description.c
    has_one = or_(*(func.lower(table.content).contains(word, autoescape=True) for word in asked))
    spoken_of = exists().where(s.mention.c.identifier == table.identifier)
    found = select(table.identifier).where(has_one, spoken_of).distinct().order_by(table.identifier).limit(LOOKED_AT)
    others = [row for row in view.connection.execute(found).scalars() if row not in own]
    told = mine | descriptions(view.connection, others)
    alike = likeness_of(told, mine.keys(), told.keys())
    like = sorted((row for row in others if alike.get(row)), key=lambda row: (-alike[row], row))
    return like[:NEAREST]


def likeness_of(told: Mapping[int, Description], own: Iterable[int], works: Iterable[int]) -> dict[int, float]:
    """Say how alike works are to one's own, by what is told of them."""
    import numpy as np

    from hubbub.people.likeness import likeness, words

    ones, asked = told.values(), list(works)
    fields = [one.fields[0] if one.fields else "" for one in ones]
    titles, authors = [one.title or "" for one in ones], [one.creators for one in ones]
    found = words(np.fromiter(told, np.int64), titles, authors, fields)
    alike = likeness(found, np.array([*own], np.int64), np.array(asked, np.int64))
    return dict(zip(asked, alike.tolist(), strict=True))


def plan(view: View, shelf: str, like: Sequence[int]) -> Plan:
    """Say how to begin, from works like those of a shelf."""
    spoken = (one for one in view.counts(like) if one.category != "citations")
    venues = tuple(sorted(spoken, key=lambda one: (-one.posts, one.source)))
    begin = weeks(shelf, [place(one.source).title for one in venues]) if like else ()
    return Plan(tuple(view.lines(like[:NAMED])), venues, begin)
