"""What an identifier's work is: what it names comes in; its versions with counts, and who says what of them, go out."""

from collections.abc import Sequence

from sqlalchemy import Connection, select

from hubbub.answers.shapes import SourceCount, Statement, VersionCount
from hubbub.model import Identifier
from hubbub.named import Named
from hubbub.store import schema as s
from hubbub.store.counts import SourceRow, by_source
from hubbub.store.match import Corrected
from hubbub.store.sql import among, rows


def statements(named: Named) -> tuple[Statement, ...]:
    """Who says what of a work's identifiers, and why some of it is not believed."""
    within, told = set(named.work.identifiers), named.said.aliases
    doubts = {(one.identifier, one.relation, one.other): one.why for one in named.work.doubts}
    says: dict[tuple[Identifier, str, Identifier], list[str]] = {}
    for one in sorted(told, key=lambda one: (one.relation, one.identifier, one.other, one.via)):
        if not within.isdisjoint((one.identifier, one.other)):
            says.setdefault((one.identifier, one.relation, one.other), []).append(one.via)
    return tuple(Statement(*key, tuple(via), doubts.get(key)) for key, via in says.items())


def corrections(named: Named) -> tuple[Corrected, ...]:
    """What people say of a work's identifiers, the latest first."""
    within = set(named.work.identifiers)
    words = [word for word in named.said.words if not within.isdisjoint((word.one, word.other))]
    return tuple(sorted(words, key=lambda word: word.said_at, reverse=True))


def versions(connection: Connection, named: Named, every: Sequence[SourceCount]) -> tuple[VersionCount, ...]:
    """Count each version of a work on its own; `every` are the counts of the whole, which most have but one of."""
    spoken = select(s.mention.c.identifier).where(among(s.mention.c.identifier, list(named.rows))).distinct()
    heard = {named.rows[row] for (row,) in rows(connection, spoken)}
    counted = []
    for version in named.work.versions:
        names = heard.intersection(version.identifiers)
        found: Sequence[SourceCount | SourceRow] = every
        if names != heard:
            found = by_source(connection, [named.said.rows[one] for one in names]) if names else ()
        counted.append(
            VersionCount(
                kind=version.kind,
                identifiers=version.identifiers,
                posts=sum(one.posts for one in found) if found else None,
                accounts=sum(one.accounts or 0 for one in found) or None,
                amplifications=sum(one.amplifications for one in found) if found else None,
            )
        )
    return tuple(counted)
