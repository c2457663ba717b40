"""Statements to be passed on: a selection comes in; each mention, as one collector asserts it, goes out, oldest first.

A mention that three collectors assert goes out three times, each with an id of its own that never changes and by which
it is found again. The order is that in which statements were first made (`stated_at`), so that a page begins behind the
last one of the page before, wherever that stood.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from hashlib import blake2b
from typing import Any, Literal
from uuid import UUID

import msgspec
from msgspec import Struct
from msgspec.structs import replace
from sqlalchemy import Select, false, func, select, text

from hubbub import identify
from hubbub.answers import selecting
from hubbub.answers.selecting import Field, Place, Ready, Selection, Where
from hubbub.answers.shapes import Speaker
from hubbub.answers.view import View
from hubbub.identify.canonical import canonical
from hubbub.model import Description, Identifier
from hubbub.named import known
from hubbub.store import schema as s
from hubbub.store.fold import Content, hashed
from hubbub.store.keep import Found
from hubbub.store.names import near
from hubbub.store.schema import DELETED
from hubbub.store.sql import among, rows
from hubbub.store.times import EPOCH, moment

Clock = Literal["stated", "said"]
_CLOCKS: dict[Clock, str] = {"stated": "a.stated_at", "said": "a.posted_at"}
MOST = 1_000_000  # mentions whose words are read for one answer
_START: Place = (-(2**62), 0, 0)
_DELETED = select(
    s.assertion.c.id, s.assertion.c.key, s.assertion.c.source, s.assertion.c.via, s.assertion.c.gone
).where(text(DELETED))


class Asserted(Struct, frozen=True):
    """One mention as one collector asserts it; `id` is a UUID that never changes.

    `statement` is what the collector itself said, where it is passed on as it was given. `passes_on` is the id of the
    post that this one passes on, and `original` who made that. `kind` is what the work is.
    """

    id: str
    source: str
    via: str
    assertion: str
    post: str
    identifier: Identifier
    relation: str
    found_in: str
    as_written: str
    method: str
    certainty: float
    record: str | None
    edited: bool
    said_at: datetime | None
    stated_at: datetime
    collected_at: datetime
    url: str | None
    title: str | None
    text: str | None
    speaker: Speaker | None
    passes_on: str | None
    original: Speaker | None
    kind: str | None
    statement: Mapping[str, Any] | None


class Gone(Struct, frozen=True):
    """A statement that stands no longer, and until which version it stood; nothing else of it is held."""

    id: str
    source: str | None
    until: str


class _Statement(Struct):
    obj_id: str


class UnknownError(LookupError):
    """No statement has that id."""


class BroadError(ValueError):
    """More than `MOST` mentions would have to be read one by one for some `fields`."""

    def __init__(self, fields: Sequence[Field]) -> None:
        super().__init__(", ".join(fields))
        self.fields = fields


class Assertions:
    """What is asserted, at one moment of the store.

    All that takes a selection raises `BroadError` where too many statements would have to be read for it.
    """

    def __init__(self, view: View) -> None:
        self._view = view
        self._said = selecting.said(view.connection)
        self._names: dict[int, str] = dict(rows(view.connection, select(s.source.c.id, s.source.c.name)))

    def page(self, selection: Selection, after: str | None, limit: int) -> list[Asserted]:
        """List up to `limit` of a selection, those that follow `after`. Raises `UnknownError` if nothing is that."""
        place = _START if after is None else _place(self._find(after))
        return self._told(self._ask(self._said.page(self._where(selection), place, limit)))

    def every(self, selection: Selection, at_once: int = 1000) -> Iterator[Asserted]:
        """Go through a selection."""
        where, place = self._where(selection), _START
        while found := self._ask(self._said.page(where, place, at_once)):
            yield from self._told(found)
            place = _place(found[-1])

    def one(self, id_: str, selection: Selection | None) -> Asserted:
        """Find a mention by its id, among all or in a selection. Raises `UnknownError` if none has that."""
        row = self._find(id_)
        if selection is None:
            return self._told([row])[0]
        stated_at, row, nth = _place(row)
        found = self._told(self._ask(self._said.page(self._where(selection), (stated_at, row, nth - 1), 1)))
        if not found or found[0].id != id_:
            raise UnknownError(id_)
        return found[0]

    def total(self, selection: Selection) -> int:
        """Count a selection."""
        return int(self._ask(self._said.count(self._where(selection)))[0][0])

    def values(self, selection: Selection, field: Field, limit: int) -> dict[str, int]:
        """Count a selection by a field: its most frequent values."""
        found = self._ask(self._said.values(self._where(selection, field), field, limit))
        return {row.value: int(row.times) for row in found}

    def days(self, selection: Selection, clock: Clock) -> dict[date, int]:
        """Count a selection by the UTC day on which it was stated, or said."""
        found = self._ask(self._said.days(self._where(selection), _CLOCKS[clock]))
        return {date(1970, 1, 1) + timedelta(day): times for day, times in found}

    def latest(self) -> dict[str, datetime]:
        """When each collector last brought anything."""
        kept_at = select(s.source.c.name, func.max(s.cursor.c.kept_at)).join(s.source).group_by(s.source.c.name)
        return {name: EPOCH + timedelta(microseconds=at) for name, at in rows(self._view.connection, kept_at)}

    def gone(self, selection: Selection, after: str | None, limit: int) -> list[Gone]:
        """List statements that stand no longer, as far as their ids were drawn by chance and say nothing.

        Of what they said nothing is held, so no such statement is in a selection by that.
        """
        row = 0 if after is None else self._gone(after).id
        told = self._deleted(selection).where(s.assertion.c.id > row).order_by(s.assertion.c.id).limit(limit)
        return [self._gone_of(one) for one in rows(self._view.connection, told)]

    def gone_total(self, selection: Selection) -> int:
        """Count them."""
        told = select(func.count()).select_from(self._deleted(selection).subquery())
        return int(self._view.connection.execute(told).scalar_one())

    def gone_one(self, id_: str) -> Gone:
        """Find a statement that stands no longer. Raises `UnknownError` if none has that id."""
        return self._gone_of(self._gone(id_))

    def _where(self, selection: Selection, *asked: Field) -> Where:
        works = None
        if selection.works is not None:
            works = [row for work in selection.works for row in known(self._view.connection, work).rows]
        where = self._said.where(selection, works, self._posts(selection.fields))
        fields = (*selection.fields, *asked)
        if not fields:
            return where
        some = self._ask(self._said.some(where, MOST + 1))[0][0]
        if some > MOST and (read := [field for field in fields if field not in selecting.PLAINLY]):
            raise BroadError([*dict.fromkeys(read)])
        return where._replace(few=self._said.are_few(some))

    def _posts(self, fields: Mapping[Field, str]) -> list[int] | None:
        """The rows of the posts that a subject is, where the address is also their name; None where that is unknown."""
        if (subject := fields.get("subject") or fields.get("subject_doi")) is None:
            return None
        address = canonical(subject) or subject
        keys = {subject, address, address.lower()}
        numbers = [near(key, hashed("post", name, key)) for name in self._names.values() for key in keys]
        a = s.assertion.c
        found = rows(self._view.connection, select(a.id).where(among(a.hash, numbers), a.key.in_(keys), a.post == a.id))
        return [row for (row,) in found] or None

    def _ask(self, ready: Ready) -> Sequence[Any]:
        return self._view.connection.execute(*ready).all()

    def _find(self, id_: str) -> Any:
        """The row of the mention with this id: a collector's own, or one that tells where to look."""
        found = [row for row in self._ask(self._said.of(self._hashes(id_))) if self._id(row) == id_]
        if not found:
            raise UnknownError(id_)
        return found[0]

    def _hashes(self, id_: str) -> list[int]:
        try:
            number = UUID(id_).int
        except ValueError as error:
            raise UnknownError(id_) from error
        top, middle, low = number >> 80, number >> 64 & 0xFFF, number >> 58 & 0xF
        said = top << 16 | middle << 4 | low
        return [said - (said >> 63 << 64), *(hashed("assertion", name, id_) for name in self._names.values())]

    def _id(self, row: Any) -> str:
        """The collector's own id where it is the mention's; else one made of the names of statement and identifier."""
        work = Identifier(row.scheme, row.name)
        if row.statement is not None and _object_of(row.statement) == work:
            return str(row.key)
        told = f"{self._names[row.via]}\0{row.key}\0{work}".encode(errors="surrogatepass")
        said, rest = row.hash % 2**64, int.from_bytes(blake2b(told, digest_size=8).digest()) >> 6
        number = said >> 16 << 80 | 8 << 76 | (said >> 4 & 0xFFF) << 64 | 2 << 62 | (said & 0xF) << 58 | rest
        return str(UUID(int=number))

    def _told(self, found: Sequence[Any]) -> list[Asserted]:
        view = self._view
        speakers = view.speakers([one for row in found for one in (row.speaker, row.original)])
        described = s.description.c
        told = select(described.identifier, described.content).order_by(described.version, described.content.desc())
        content = rows(view.connection, told.where(among(described.identifier, list({row.work for row in found}))))
        kinds = {work: msgspec.json.decode(one, type=Description).kind for work, one in content}
        return [self._asserted(row, speakers, kinds.get(row.work)) for row in found]

    def _asserted(self, row: Any, speakers: Mapping[int, Speaker], kind: str | None) -> Asserted:
        content = msgspec.json.decode(row.content, type=Content)
        how = msgspec.json.decode(row.found, type=Found)
        return Asserted(
            id=self._id(row),
            source=self._names[row.source],
            via=self._names[row.via],
            assertion=row.key,
            post=row.post_key,
            identifier=Identifier(row.scheme, row.name, how.version),
            relation=how.relation,
            found_in=how.found_in,
            as_written=how.as_written,
            method=how.method,
            certainty=how.certainty,
            record=how.record,
            edited=row.change == "edited",
            said_at=moment(row.posted_at),
            stated_at=EPOCH + timedelta(microseconds=row.stated_at),
            collected_at=EPOCH + timedelta(microseconds=row.collected_at),
            url=content.url,
            title=content.title,
            text=content.text,
            speaker=speakers.get(row.speaker),
            passes_on=row.passes_on,
            original=speakers.get(row.original),
            kind=kind,
            statement=None if row.statement is None else msgspec.json.decode(row.statement),
        )

    def _deleted(self, selection: Selection) -> Select[Any]:
        told, fields = _DELETED, dict(selection.fields)
        if source := fields.pop("source", None):
            told = told.join(s.source, s.source.c.id == s.assertion.c.source).where(s.source.c.name == source)
        begin, end = (limit and limit.isoformat(timespec="microseconds") for limit in selection.changed)
        told = told.where(s.assertion.c.gone >= begin) if begin else told
        told = told.where(s.assertion.c.gone < end) if end else told
        forgotten = fields or selection.works is not None or any((*selection.said, *selection.stated))
        return told.where(false()) if forgotten else told

    def _gone(self, id_: str) -> Any:
        named = [hashed("assertion", name, id_) for name in self._names.values()]
        found = rows(self._view.connection, _DELETED.where(among(s.assertion.c.hash, named)))
        if not (found := [row for row in found if row.key == id_]):
            raise UnknownError(id_)
        return found[0]

    def _gone_of(self, row: Any) -> Gone:
        return Gone(row.key, None if row.source == row.via else self._names[row.source], row.gone)


def _place(row: Any) -> Place:
    return row.stated_at, row.id, row.nth


def _object_of(statement: str) -> Identifier | None:
    """The identifier that a collector's statement is about, without its version."""
    found = identify.in_address(msgspec.json.decode(statement, type=_Statement).obj_id)
    return replace(found[0].identifier, version=None) if found else None
