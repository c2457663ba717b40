"""Statements of SQLAlchemy Core as plain text with positional parameters, for the driver.

The driver takes a list of tuples several times faster than Core takes a list of dicts, PostgreSQL's COPY several times
faster still, and one list that travels as a JSON parameter saves a look-up a row. Where one answer takes a dozen small
questions, Core's own work for each costs more than what the database does: those are `Prepared`.
"""

from collections import namedtuple
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import (
    Boolean,
    ColumnElement,
    CompoundSelect,
    Connection,
    Select,
    Table,
    TextClause,
    bindparam,
)
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.base import ReadOnlyColumnCollection
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

Key = int | str
MADE = 64  # texts of one statement that are kept, for lists of as many lengths


def insert_rows(connection: Connection, table: Table, rows: Sequence[tuple[Any, ...]]) -> None:
    """Insert whole rows, their values in the order of the table's columns."""
    columns = ", ".join(table.columns.keys())
    if rows and connection.dialect.name == "postgresql":
        cursor: Any = connection.connection.cursor()
        with cursor, cursor.copy(f"COPY {table.name} ({columns}) FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)
    elif rows:
        values = ", ".join("?" for _ in table.columns)
        connection.exec_driver_sql(f"INSERT INTO {table.name} ({columns}) VALUES ({values})", list(rows))


def update_rows(
    connection: Connection, table: Table, columns: Sequence[str], values: Sequence[tuple[Any, ...]]
) -> None:
    """Set columns of rows, given as their values, in the order of `columns`, and at last the row's primary key."""
    if values:
        set_ = ", ".join(_equals(connection, columns))
        connection.exec_driver_sql(f"UPDATE {table.name} SET {set_} WHERE {_is_row(connection, table)}", list(values))


def delete_rows(connection: Connection, table: Table, keys: Sequence[tuple[Any, ...]]) -> None:
    """Delete rows by their whole primary keys."""
    if keys:
        connection.exec_driver_sql(f"DELETE FROM {table.name} WHERE {_is_row(connection, table)}", list(keys))


def _is_row(connection: Connection, table: Table) -> str:
    return " AND ".join(_equals(connection, table.primary_key.columns.keys()))


def _equals(connection: Connection, columns: Iterable[str]) -> list[str]:
    mark = "?" if connection.dialect.positional else "%s"
    return [f"{column} = {mark}" for column in columns]


def among(column: ColumnElement[Any], values: Sequence[Key | None]) -> ColumnElement[bool]:
    """Say that the column is one of the values, however many there are."""
    return _Among(column, bindparam(None, msgspec.json.encode(values).decode()))


def listed(column: ColumnElement[Any]) -> ColumnElement[bool]:
    """The same, in a statement that is made once: the values come with `rows`."""
    return _Among(column, bindparam("listed"))


def about(statement: ReadOnlyColumnCollection[str, Any], posts: Sequence[int]) -> ColumnElement[bool]:
    """Say that a statement, given as the columns of `assertion`, is about one of the posts, given by their rows.

    The place's own row is found by its key. The index has only collectors' rows, and serves only who asks for those.
    """
    collected: ColumnElement[bool] = statement.post != statement.id
    return among(statement.id, posts) | (among(statement.post, posts) & collected)


class _Made(NamedTuple):
    """The text of a statement, what is bound in it for good, and, where that is by position, the names in order."""

    text: str
    bound: Mapping[str, Any]
    names: Sequence[str] | None


class Prepared:
    """A statement that is made once, and then put to the driver itself.

    What comes back is as the driver gives it: of SQLite, 0 and 1 for truth. Lists that were to be expanded are values
    like others.
    """

    def __init__(self, statement: Select[Any] | CompoundSelect[Any] | TextClause) -> None:
        self._statement = statement
        self._made: dict[tuple[Any, ...], _Made] = {}
        self._row: Callable[[Iterable[Any]], Any] | None = None

    def ask(self, connection: Connection, **values: Any) -> list[Any]:
        """Return all rows, each with its columns by name."""
        lists = {name: value for name, value in values.items() if isinstance(value, list)}
        key = (connection.dialect.name, *map(len, lists.values()))
        made = self._made.get(key) or self._make(key, connection, values)
        bound = {**made.bound, **values}
        for name, value in lists.items():
            bound |= {f"{name}_{nth}": one for nth, one in enumerate(value, 1)}
        if not connection.in_transaction():
            connection.begin()  # the driver alone would not, and each question would see a moment of its own
        cursor = connection.connection.cursor()
        try:
            cursor.execute(made.text, bound if made.names is None else tuple(bound[name] for name in made.names))
            if self._row is None:
                named: Any = namedtuple  # with names that are known only now
                self._row = named("Row", [one[0] for one in cursor.description])._make
            return [*map(self._row, cursor.fetchall())]
        finally:
            cursor.close()

    def _make(self, key: tuple[Any, ...], connection: Connection, values: Mapping[str, Any]) -> _Made:
        compiled: Any = self._statement.compile(dialect=connection.dialect)
        state = compiled.construct_expanded_state(values)
        made = _Made(state.statement, state.parameters, state.positiontup if compiled.positional else None)
        if len(self._made) < MADE:
            self._made[key] = made
        return made


class _Among(FunctionElement[bool]):
    """Whether a column is one of the values of a list, which travels as JSON."""

    type = Boolean()
    inherit_cache = True

    def self_group(self, against: Any = None) -> Any:
        """Stand as it is: `… = 1`, which SQLite gets after what is true or false, would keep it from the index."""
        return self


@compiles(_Among, "sqlite")
def _of_sqlite(element: _Among, compiler: SQLCompiler, **options: Any) -> str:
    column, values = (compiler.process(part, **options) for part in element.clauses)
    return f"{column} IN (SELECT value FROM json_each({values}))"


@compiles(_Among, "postgresql")
def _of_postgresql(element: _Among, compiler: SQLCompiler, **options: Any) -> str:
    column, values = (compiler.process(part, **options) for part in element.clauses)
    kind = compiler.dialect.type_compiler_instance.process(next(iter(element.clauses)).type)
    # An array, so that the plan is the one for a few rows by their index, whatever the server guesses of the list.
    listed = f"SELECT value::{kind} FROM json_array_elements_text({values}::json) AS value"
    return f"{column} = ANY(ARRAY({listed}))"


def rows(
    connection: Connection, statement: Select[Any] | CompoundSelect[Any], values: Sequence[Key] | None = None
) -> Sequence[Any]:
    """Run a select, with the values that it has `listed`, and return all of its rows."""
    given = None if values is None else {"listed": msgspec.json.encode(values).decode()}
    return connection.execute(statement, given).all()
