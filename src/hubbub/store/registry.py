"""What registries say of works: descriptions, tallies and aliases come in; of each the latest stands."""

from collections.abc import Iterable
from typing import Any

import msgspec
from sqlalchemy import Connection, Table, tuple_
from sqlalchemy.dialects.postgresql import insert as upsert

from hubbub.model import Alias, Description, Identifier, Tally
from hubbub.store import schema as s
from hubbub.store.changes import Changes
from hubbub.store.fold import Registered
from hubbub.store.names import Names
from hubbub.store.times import micros


class Registry:
    """Writes what is registered within one write transaction."""

    def __init__(self, connection: Connection, names: Names, changes: Changes) -> None:
        self._connection = connection
        self._names = names
        self._changes = changes

    def keep(self, registered: Iterable[Registered]) -> None:
        """Write what is newer than what is held; of one version the greater stands, in any order."""
        for one in registered:
            key: dict[str, Any] = {"identifier": self._work(one.identifier), "via": self._names.source(one.via)}
            match one:
                case Description():
                    told = {"version": one.version, "content": msgspec.json.encode(one).decode()}
                    self._write(s.description, key, told)
                case Tally():
                    self._write(s.tally, {**key, "kind": one.kind}, {"as_of": micros(one.as_of), "value": one.value})
                case Alias():
                    key |= {"relation": one.relation, "other": self._work(one.other)}
                    self._write(s.alias, key, {"version": one.version, "stands": one.change != "withdrawn"})

    def _work(self, identifier: Identifier) -> int:
        return self._names.identifiers([identifier])[identifier.scheme, identifier.value]

    def _write(self, table: Table, key: dict[str, Any], told: dict[str, Any]) -> None:
        statement = upsert(table).values(**key, **told)
        newer = tuple_(*(statement.excluded[c] for c in told)) > tuple_(*(table.c[c] for c in told))
        set_ = {column: statement.excluded[column] for column in told}
        written = statement.on_conflict_do_update(index_elements=[*key], set_=set_, where=newer)
        if self._connection.execute(written.execution_options(preserve_rowcount=True)).rowcount:
            self._changes.works(key[column] for column in ("identifier", "other") if column in key)
