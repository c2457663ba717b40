"""The rows that stand for names of sources and works, and the numbers of all rows, which go up in sequence."""

from collections.abc import Iterable

from sqlalchemy import Connection, Table, func, select

from hubbub.model import Identifier
from hubbub.store import schema as s
from hubbub.store.sql import insert_rows, listed, rows

Work = tuple[str, str]  # scheme and value


# Made once: what is asked in every transaction should not be put together each time.
_WORKS = select(s.identifier.c.scheme, s.identifier.c.value, s.identifier.c.id).where(listed(s.identifier.c.value))
_NEXT = {t: select(func.coalesce(func.max(t.c.id), 0) + 1) for t in (s.source, s.identifier, s.account, s.assertion)}


class Names:
    """Looks names up within one transaction; only the write transaction may ask for new rows."""

    def __init__(self, connection: Connection, works: dict[Work, int]) -> None:
        self._connection = connection
        self._works = works
        self.new_works: dict[Work, int] = {}
        self._sources: dict[str, int] = {name: id_ for id_, name in rows(connection, select(s.source))}

    def source(self, name: str) -> int:
        """Return a source's row."""
        id_ = self._sources.get(name)
        if id_ is None:
            id_ = self._sources[name] = self.next(s.source)
            insert_rows(self._connection, s.source, [(id_, name)])
        return id_

    def source_of(self, row: int) -> str:
        """Return the name of a source's row."""
        return next(name for name, id_ in self._sources.items() if id_ == row)

    def next(self, table: Table) -> int:
        """Return the number of the next row: nobody else writes while we do."""
        return int(self._connection.execute(_NEXT[table]).scalar_one())

    def identifiers(self, wanted: Iterable[Identifier]) -> dict[Work, int]:
        """Return the rows of identifiers, new ones where there are none."""
        names = {(identifier.scheme, identifier.value) for identifier in wanted}
        asked = [name for name in names if name not in self._works and name not in self.new_works]
        if asked:
            found = rows(self._connection, _WORKS, [value for _, value in asked])
            self.new_works.update({(scheme, value): id_ for scheme, value, id_ in found})
            new = sorted(name for name in asked if name not in self.new_works)
            first = self.next(s.identifier) if new else 0
            insert_rows(self._connection, s.identifier, [(first + i, *name) for i, name in enumerate(new)])
            self.new_works.update((name, first + i) for i, name in enumerate(new))
        return {name: self.new_works.get(name) or self._works[name] for name in names}


def near(key: str, hash_: int) -> int:
    """Turn a name's hash into the number it is looked up by, such that what was made together lies together.

    The ids of most services grow with time, and an index that is written at one end is written several times faster
    than one written everywhere: first five bytes of the start of the key's last part, then three of the hash.
    """
    at = key.rfind("/") + 1
    start = key[at : at + 5].ljust(5).encode("ascii", "replace")
    return (int.from_bytes(start) << 24 | hash_ & 0xFFFFFF) - (1 << 63)
