"""Which names are one work, of all works at once: a store comes in, the works of several names go out.

What is one work, `match.works` says; here is only found what hangs together, so that it can be asked.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain
from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import Connection, select

from hubbub.identify import twin
from hubbub.identify.tables import schemes
from hubbub.match.works import LARGEST, Correction, work_of
from hubbub.model import Alias, Identifier
from hubbub.reference.relations import relations
from hubbub.store import schema as s
from hubbub.store.sql import among, rows

if TYPE_CHECKING:  # numpy is loaded where it is reckoned
    import numpy as np
    from numpy.typing import NDArray

    Ints = NDArray[np.int64]

Statement = tuple[int, str, int, int]  # two names by their rows, with what the second is to the first, and who says so


class Names(NamedTuple):
    """Rows of names that belong to works of several names, in order, with the work's leading row; and those by it."""

    row: "Ints"
    work: "Ints"
    of: Mapping[int, Sequence[int]]


def together(connection: Connection, heard: "Ints") -> Names:
    """The works of several names of which some is spoken of."""
    import numpy as np

    said, words = _said(connection)
    ties = Counter(end for one in said for end in (one[0], one[2]))
    few = {end for end, times in ties.items() if times <= LARGEST}
    pairs = ((one, other) for one, relation, other, _ in said if _joins(relation) and few.issuperset((one, other)))
    sets = _joined(chain(pairs, (pair for pair, same in words.items() if same)))
    told: dict[int, list[Statement]] = defaultdict(list)
    groups: dict[int, set[int]] = defaultdict(set)
    for one in said:
        told[sets.get(one[0], one[0])].append(one)
        for end in (one[0], one[2]):
            groups[sets.get(end, end)].add(end)
    for row, root in sets.items():
        groups[root].add(row)
    spoken = set(heard.tolist())
    near = {root: group.union(one[2] for one in told[root]) for root, group in groups.items()}
    wanted = [(told[root], groups[root]) for root, every in near.items() if not spoken.isdisjoint(every)]
    of = {every[0]: every for every in _works(connection, wanted, words) if not spoken.isdisjoint(every)}
    each = np.array(sorted((row, work) for work, every in of.items() for row in every), np.int64).reshape(-1, 2)
    return Names(each[:, 0], each[:, 1], of)


def _joins(relation: str) -> bool:
    return relations().makes[relation] != "supplement"


def _said(connection: Connection) -> tuple[list[Statement], dict[tuple[int, int], bool]]:
    """All that is said of two names, by registries, by rules and by people."""
    table, given, name = s.alias.c, s.correction.c, s.identifier.c
    asked = select(table.identifier, table.relation, table.other, table.via)
    said = [tuple(one) for one in rows(connection, asked.where(table.stands, table.relation.in_(relations().makes)))]
    ruled = [scheme for scheme, row in schemes().items() if row.doi]
    records = rows(connection, select(name.id, name.scheme, name.value).where(name.scheme.in_(ruled)))
    twins = {record.id: other for record in records if (other := twin(Identifier(record.scheme, record.value)))}
    named = select(name.id, name.value).where(name.scheme == "doi")
    found = {
        value: id_ for id_, value in rows(connection, named.where(among(name.value, [t.value for t in twins.values()])))
    }
    said += [(id_, "is_same_as", found[other.value], 0) for id_, other in twins.items() if other.value in found]
    words = rows(connection, select(given.identifier, given.other, given.same))
    return said, {(one, other): bool(same) for one, other, same in words}


def _joined(pairs: Iterable[tuple[int, int]]) -> dict[int, int]:
    """The names that hang together in any way: each with one that stands for all of them."""
    parent: dict[int, int] = {}

    def root(of: int) -> int:
        while (above := parent.setdefault(of, of)) != of:
            parent[of] = parent[above]
            of = parent[of]
        return of

    for one, other in pairs:
        parent[root(one)] = root(other)
    return {row: root(row) for row in list(parent)}


def _works(
    connection: Connection,
    groups: Sequence[tuple[Sequence[Statement], set[int]]],
    words: Mapping[tuple[int, int], bool],
) -> Iterator[list[int]]:
    """The names of each work by their rows, the leading first, as far as it has several."""
    ends = {end for told, group in groups for end in chain(group, (one[2] for one in told))}
    named = select(s.identifier.c.id, s.identifier.c.scheme, s.identifier.c.value)
    found = rows(connection, named.where(among(s.identifier.c.id, list(ends))))
    names = {id_: Identifier(scheme, value) for id_, scheme, value in found}
    row_of = {name: row for row, name in names.items()}
    corrected: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for pair in words:
        if names.keys() >= {*pair}:
            for end in pair:
                corrected[end].append(pair)
    for told, group in groups:
        aliases = [
            Alias(identifier=names[one], relation=relation, other=names[other], via=str(via), version="")
            for one, relation, other, via in told
        ]
        given = {pair for row in group for pair in corrected[row]}
        corrections = [Correction(names[one], names[other], words[one, other]) for one, other in given]
        done: set[Identifier] = set()
        for row in sorted(group):
            if names[row] not in done:
                work = work_of(names[row], aliases, corrections)
                done.update(
                    one for version in work.versions if version.kind != "supplement" for one in version.identifiers
                )
                yield [row_of[one] for one in work.identifiers]
