"""What registries and repositories say of one work: its rows come in, its description, tallies and aliases go out."""

from collections.abc import Sequence

import msgspec
from sqlalchemy import Connection, case, func, select, union

from hubbub.answers.shapes import AliasLine
from hubbub.model import Description, Identifier, Tally
from hubbub.named import Named
from hubbub.store import schema as s
from hubbub.store.sql import Prepared, listed, rows
from hubbub.store.times import moment

STATEMENTS = 500  # about aliases that are read: a series may have any number of parts
_DESCRIBED = Prepared(
    select(s.description.c.identifier, s.description.c.content)
    .where(listed(s.description.c.identifier))
    .order_by(s.description.c.version, s.description.c.content.desc())
)
# How two works belong together -> the same, said from the other side. `is_work_of` is not here: it names a person.
INVERSES = {
    "is_same_as": "is_same_as",
    "is_version_of": "has_version",
    "is_preprint_of": "has_preprint",
    "is_supplement_to": "is_supplemented_by",
    "is_part_of": "has_part",
}
# First what a work belongs to, last its parts, which may be many.
RANKS = {relation: rank for rank, relation in enumerate(dict.fromkeys([*INVERSES.values(), *INVERSES]))}


def description(connection: Connection, named: Named) -> Description | None:
    """What the work is: by the name that was asked for or, where nobody tells, by its other names in their order."""
    told = descriptions(connection, list(named.rows))
    return next((told[row] for row in named.rows if row in told), None)


def descriptions(connection: Connection, names: Sequence[int]) -> dict[int, Description]:
    """What works are said to be, by the rows of their names, in the order of these, as far as it is told."""
    newest = dict(_DESCRIBED.ask(connection, listed=msgspec.json.encode(names).decode()))
    return {row: msgspec.json.decode(newest[row], type=Description) for row in names if row in newest}


def tallies(connection: Connection, work: int, identifier: Identifier) -> tuple[Tally, ...]:
    """The numbers that others count of the work, as each of them last told."""
    table, via = s.tally.c, s.source.c.name
    told = select(via, table.kind, table.value, table.as_of).join_from(s.tally, s.source)
    found = rows(connection, told.where(table.identifier == work).order_by(table.kind, via))
    return tuple(
        Tally(identifier=identifier, via=row.name, kind=row.kind, value=row.value, as_of=moment(row.as_of))
        for row in found
    )


def aliases(connection: Connection, work: int) -> tuple[tuple[AliasLine, ...], bool]:
    """What the work is also called and belongs with, from whichever side it is told; and whether there is more."""
    table = s.alias.c
    stands = table.stands & table.relation.in_(INVERSES)
    inverse = case(INVERSES, value=table.relation)
    forth = select(table.relation, table.other, table.via).where(stands, table.identifier == work)
    back = select(inverse, table.identifier, table.via).where(stands, table.other == work)
    every = union(forth, back).subquery()
    names, via = s.identifier.c, s.source.c.name
    told = (  # the shorter first, so that v2 stands before v10
        select(every.c.relation, names.scheme, names.value, via)
        .join(s.identifier, names.id == every.c.other)
        .join(s.source, s.source.c.id == every.c.via)
        .order_by(case(RANKS, value=every.c.relation), names.scheme, func.length(names.value), names.value, via)
        .limit(STATEMENTS + 1)
    )
    found = rows(connection, told)
    says: dict[tuple[str, Identifier], list[str]] = {}
    for relation, scheme, value, name in found[:STATEMENTS]:
        says.setdefault((relation, Identifier(scheme, value)), []).append(name)
    lines = tuple(AliasLine(relation, other, tuple(who)) for (relation, other), who in says.items())
    return lines, len(found) > STATEMENTS
