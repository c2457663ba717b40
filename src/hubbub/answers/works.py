"""What an identifier names: it comes in, the rows of all names of its work, and its versions with counts, go out."""

from collections.abc import Mapping
from typing import NamedTuple

from sqlalchemy import Connection, select

from hubbub.answers.shapes import CorrectionLine, Statement, VersionCount
from hubbub.match.works import LARGEST, Correction, Work, work_of
from hubbub.model import Identifier
from hubbub.store import schema as s
from hubbub.store.counts import by_source
from hubbub.store.match import Around, around
from hubbub.store.sql import among, rows


class Named(NamedTuple):
    """An identifier, its row (None if the store does not hold it), its work, and the rows of all names of that."""

    identifier: Identifier
    row: int | None
    work: Work
    rows: Mapping[int, Identifier]
    said: Around


def known(connection: Connection, identifier: Identifier) -> Named:
    """Look up what an identifier names."""
    identifier = Identifier(identifier.scheme, identifier.value)
    table = s.identifier.c
    asked = select(table.id).where(table.value == identifier.value, table.scheme == identifier.scheme)
    row = connection.execute(asked).scalar_one_or_none()
    said = Around({}, [], []) if row is None else around(connection, row, LARGEST)
    work = work_of(identifier, said.aliases, [Correction(one.one, one.other, one.same) for one in said.words])
    named = (identifier, *(one for one in work.identifiers if one != identifier))
    return Named(identifier, row, work, {said.rows[one]: one for one in named if one in said.rows}, said)


def statements(named: Named) -> tuple[Statement, ...]:
    """Who says what of a work's identifiers, and why some of it is not believed."""
    within, told = set(named.work.identifiers), named.said.aliases
    doubts = {(one.identifier, one.relation, one.other): one.why for one in named.work.doubts}
    says: dict[tuple[Identifier, str, Identifier], list[str]] = {}
    for one in sorted(told, key=lambda one: (one.relation, one.identifier, one.other, one.via)):
        if not within.isdisjoint((one.identifier, one.other)):
            says.setdefault((one.identifier, one.relation, one.other), []).append(one.via)
    return tuple(Statement(*key, tuple(via), doubts.get(key)) for key, via in says.items())


def corrections(named: Named) -> tuple[CorrectionLine, ...]:
    """What people say of a work's identifiers, the latest first."""
    within = set(named.work.identifiers)
    words = [word for word in named.said.words if not within.isdisjoint((word.one, word.other))]
    return tuple(CorrectionLine(*word) for word in sorted(words, key=lambda word: word.said_at, reverse=True))


def versions(connection: Connection, named: Named) -> tuple[VersionCount, ...]:
    """Count each version of a work on its own."""
    spoken = select(s.mention.c.identifier).where(among(s.mention.c.identifier, list(named.rows))).distinct()
    heard = {named.rows[row] for (row,) in rows(connection, spoken)}
    counted = []
    for version in named.work.versions:
        names = heard.intersection(version.identifiers)
        found = by_source(connection, [named.said.rows[one] for one in names]) if names else []
        counted.append(
            VersionCount(
                kind=version.kind,
                identifiers=version.identifiers,
                posts=sum(one.posts for one in found) if found else None,
                accounts=sum(one.accounts for one in found) if any(one.accounts for one in found) else None,
                amplifications=sum(one.amplifications for one in found) if found else None,
            )
        )
    return tuple(counted)
