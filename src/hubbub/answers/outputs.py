"""The outputs of works as columns: a shelf's works come in; their outputs, and what each gets at which venue, go out.

An output is what a work is in one form: the work itself with its versions, its preprint, or a supplement to it, such as
slides or data. A mention is a post in own words, as reports count it; one that names two outputs counts for both.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray
from sqlalchemy import Integer, cast, func, select

from hubbub.answers.registered import descriptions
from hubbub.answers.view import View
from hubbub.match.works import Version
from hubbub.metrics.reference import day_of
from hubbub.model import Description, Identifier
from hubbub.named import Named, known
from hubbub.reference.venues import kind_of
from hubbub.store import schema as s
from hubbub.store.sql import among, rows

DAY = 86_400_000_000  # microseconds
_NEVER = -(2**62)  # in place of a time that nobody knows


class Output(Struct, frozen=True):
    """One form of a work, which has the number `work` on its shelf, under all its `names`; the first is to call it by.

    `kind` is what registries call it, and `unknown` where none does.
    """

    work: int
    names: tuple[Identifier, ...]
    kind: str
    title: str | None
    published: float
    group: str


class Spoken(NamedTuple):
    """Mentions as columns: the number of the output, the venue's row, and when, in days since 1970, NaN if unknown."""

    output: NDArray[np.intp]
    venue: NDArray[np.int64]
    day: NDArray[np.float64]


def outputs(view: View, works: Sequence[Identifier]) -> list[Output]:
    """Say which outputs works have; what two of them share, as a paper and its slides, is told once."""
    named = [known(view.connection, work) for work in works]
    # A paper knows of its slides and not the other way round, so works of many names are looked at first.
    order = sorted(range(len(named)), key=lambda number: (-len(named[number].work.identifiers), number))
    told = descriptions(view.connection, [row for one in named for row in one.rows])
    owners = _owners(view, [row for one in named for row in one.rows])
    taken: set[Identifier] = set()
    found: list[Output] = []
    for number in order:
        for forced, names in _forms(named[number]):
            if taken.isdisjoint(names):
                taken.update(names)
                found.append(_output(number, named[number], names, forced, told, owners))
    return found


def _forms(named: Named) -> list[tuple[str | None, tuple[Identifier, ...]]]:
    """The forms of a work by their names, and what is known of their kind from how they belong together."""

    def names(versions: Sequence[Version]) -> tuple[Identifier, ...]:
        return tuple(name for version in versions for name in version.identifiers)

    by_kind = {kind: [one for one in named.work.versions if one.kind == kind] for kind in ("preprint", "supplement")}
    itself = [one for one in named.work.versions if one.kind in ("work", "version")]
    forms = [(None, names(itself)), ("preprint", names(by_kind["preprint"]))]
    return [form for form in (*forms, *((None, one.identifiers) for one in by_kind["supplement"])) if form[1]]


def _output(
    number: int,
    named: Named,
    names: tuple[Identifier, ...],
    forced: str | None,
    told: Mapping[int, Description],
    owners: Mapping[int, int],
) -> Output:
    row_of = {name: row for row, name in named.rows.items()}
    known_rows = [row_of[name] for name in names if name in row_of]
    says = [told[row] for row in known_rows if row in told]
    days = [day for one in says if (day := day_of(one.issued)) == day]
    owner = min((owners[row] for row in known_rows if row in owners), default=None)
    maker = next((name for one in says for name in (one.venue, *one.creators[:1]) if name), str(names[0]))
    return Output(
        number,
        names,
        forced or next((kind_of(one.kind) for one in says if one.kind), kind_of(None)),
        next((one.title for one in says if one.title), None),
        min(days, default=float("nan")),
        f"owner {owner}" if owner is not None else f"from {maker}",
    )


def _owners(view: View, names: Sequence[int]) -> dict[int, int]:
    """Of works that are listed as somebody's: whose, by rows."""
    table = s.alias.c
    made = select(table.other, func.min(table.identifier)).where(table.relation == "is_work_of", table.stands)
    return dict(map(tuple, rows(view.connection, made.where(among(table.other, names)).group_by(table.other))))


def spoken(view: View, ones: Sequence[Output]) -> Spoken:
    """All mentions of outputs, each post once an output."""
    rows_of = _rows_of(view, ones)
    mention = s.mention.c
    told = (
        select(
            mention.identifier,
            mention.source,
            mention.post,
            func.min(cast(mention.own, Integer)),
            func.max(cast(mention.counted, Integer)),
            func.coalesce(func.max(mention.posted_at), _NEVER),
        )
        .where(among(mention.identifier, list(rows_of)))
        .group_by(mention.identifier, mention.source, mention.post)
    )
    found = np.array([tuple(row) for row in rows(view.connection, told)], np.int64).reshape(-1, 6)
    names = np.array(sorted(rows_of), np.int64)
    numbers = np.array([rows_of[name] for name in names.tolist()], np.intp)
    found[:, 0] = numbers[np.searchsorted(names, found[:, 0])] if len(names) else 0
    found = found[np.lexsort((found[:, 2], found[:, 1], found[:, 0]))]
    starts = np.flatnonzero(np.any(np.diff(found[:, :3], axis=0, prepend=-1) != 0, axis=1))
    if not len(starts):
        return Spoken(np.empty(0, np.intp), np.empty(0, np.int64), np.empty(0))
    own, counted = np.minimum.reduceat(found[:, 3], starts), np.maximum.reduceat(found[:, 4], starts)
    at = np.maximum.reduceat(found[:, 5], starts)
    stay = (own == 1) & (counted == 1)
    day = np.where(at == _NEVER, np.nan, at / DAY)
    return Spoken(found[starts, 0][stay].astype(np.intp), found[starts, 1][stay], day[stay])


def _rows_of(view: View, ones: Sequence[Output]) -> dict[int, int]:
    """The number of the output by the row of each of its names."""
    numbers = {name: number for number, one in enumerate(ones) for name in one.names}
    table, values = s.identifier.c, sorted({name.value for name in numbers})
    found = rows(view.connection, select(table.id, table.scheme, table.value).where(among(table.value, values)))
    return {row.id: numbers[name] for row in found if (name := Identifier(row.scheme, row.value)) in numbers}
