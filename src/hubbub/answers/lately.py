"""Works that were spoken of lately: a time and filters come in; a page of works, and how many there are, go out."""

from collections.abc import Collection
from datetime import datetime
from typing import Any, Literal, NamedTuple

import msgspec
from msgspec import Struct
from sqlalchemy import ColumnElement, Select, case, exists, false, func, or_, select, union_all

from hubbub.answers.view import View
from hubbub.model import Identifier
from hubbub.store import Store
from hubbub.store import schema as s
from hubbub.store.sql import rows
from hubbub.store.times import micros

Order = Literal["score", "at_score", "readers", "first_seen", "pubdate"]
_CUT = str.maketrans({sign: "\\" + sign for sign in "\\%_"})  # what stands for others in LIKE

_BY, _NAME = s.standing.c, s.identifier.c
_READERS = select(func.max(s.tally.c.value)).where(s.tally.c.identifier == _BY.identifier, s.tally.c.kind == "readers")
_ORDERS: dict[Order, ColumnElement[Any]] = {
    "score": _BY.score,
    "at_score": _BY.score,
    "readers": func.coalesce(_READERS.scalar_subquery(), -1),
    "first_seen": _BY.identifier,
    "pubdate": case((_BY.published.is_(None), -1e9), else_=_BY.published),
}


class Wanted(Struct, frozen=True):
    """Which works: spoken of at `places` or on pages below `hosts`, with one of these in their metadata.

    `since` is the time after which they were spoken of; `days` the window up to then whose scores order them by score.
    """

    since: datetime | None = None
    days: int | None = None
    places: tuple[str, ...] = ()
    hosts: tuple[str, ...] = ()
    doi_prefix: str = ""
    issns: tuple[str, ...] = ()
    subjects: tuple[str, ...] = ()


class Lately(NamedTuple):
    """A page of works by their leading names, and how many there are in all."""

    total: int
    works: tuple[Identifier, ...]


def lately(store: Store, wanted: Wanted, order: Order, offset: int, limit: int) -> Lately:
    """List works that were spoken of since a time, as it was last reckoned, in descending order."""
    asked = select(_NAME.scheme, _NAME.value).join_from(s.standing, s.identifier).where(_BY.cohort == "all")
    for where in _filters(wanted):
        asked = asked.where(where)
    with View(store) as view:
        total = view.connection.execute(select(func.count()).select_from(asked.subquery())).scalar_one()
        by = _ORDERS[order] if order != "score" or wanted.days is None else _score_of(wanted.days)
        found = rows(view.connection, asked.order_by(by.desc(), _BY.identifier).offset(offset).limit(limit))
    return Lately(total, tuple(Identifier(*one) for one in found))


def _score_of(days: int) -> ColumnElement[Any]:
    """What the last days added to the score of a work."""
    table = s.standing_lately.c
    asked = select(table.score).where(table.days == days, table.identifier == _BY.identifier)
    return func.coalesce(asked.correlate(s.standing).scalar_subquery(), 0.0)


def _filters(wanted: Wanted) -> list[ColumnElement[bool]]:
    where = []
    if wanted.since is not None:
        where.append(_BY.last_at > micros(wanted.since))
    if wanted.doi_prefix:
        begins = _NAME.value.like(wanted.doi_prefix.lower().translate(_CUT) + "/%", escape="\\")
        where.append((_NAME.scheme == "doi") & begins)
    for told in (wanted.issns, wanted.subjects):
        if told:
            where.append(exists(_described(told)))
    if wanted.places or wanted.hosts:
        where.append(exists(_spoken(wanted.places, wanted.hosts)))
    return where


def _described(told: Collection[str]) -> Select[Any]:
    """Descriptions of the work in which one of these stands as a text of its own."""
    content = s.description.c.content
    quoted = (msgspec.json.encode(one).decode().translate(_CUT) for one in told)
    written = or_(*(content.like(f"%{one}%", escape="\\") for one in quoted))
    return select(s.description.c.identifier).where(s.description.c.identifier == _BY.identifier, written)


def _spoken(places: Collection[str], hosts: Collection[str]) -> Select[Any]:
    """Mentions of the work, by any of its names, at these places or on these pages."""
    page, name = s.story.c, s.standing_name.c
    below = (form.format(host.translate(_CUT)) for host in hosts for form in ("%://{}/%", "%.{}/%"))
    pages = select(page.post).where(or_(false(), *(page.address.like(one, escape="\\") for one in below)))
    at = s.mention.c.source.in_(select(s.source.c.id).where(s.source.c.name.in_(places)))
    others = select(name.other).where(name.identifier == _BY.identifier).correlate(s.standing)
    # Joined by one equation: with two and an `or` PostgreSQL would walk all mentions for each work.
    names = union_all(select(_BY.identifier.label("row")).correlate(s.standing), others).subquery().c
    asked = select(s.mention.c.post).where(s.mention.c.identifier == names.row, s.mention.c.counted)
    return asked.where(or_(at, s.mention.c.post.in_(pages))).correlate(s.standing)
