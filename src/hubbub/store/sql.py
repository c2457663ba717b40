"""Statements of SQLAlchemy Core as plain text with positional parameters, for the driver.

The driver takes a list of tuples several times faster than Core takes a list of dicts, and one list that travels as a
JSON parameter saves a look-up a row.
"""

from collections.abc import Sequence
from functools import cache
from typing import Any

import msgspec
from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Connection,
    Dialect,
    Select,
    Table,
    bindparam,
    delete,
    func,
    insert,
    select,
)

Key = int | str


def insert_rows(connection: Connection, table: Table, rows: Sequence[tuple[Any, ...]]) -> None:
    """Insert whole rows, their values in the order of the table's columns."""
    if rows:
        connection.exec_driver_sql(_insert(table, connection.dialect), list(rows))


@cache
def _insert(table: Table, dialect: Dialect) -> str:
    return str(insert(table).compile(dialect=dialect))


def update_rows(
    connection: Connection, table: Table, columns: Sequence[str], values: Sequence[tuple[Any, ...]]
) -> None:
    """Set columns of rows, given as their values, in the order of `columns`, and at last the row's primary key."""
    if values:
        names = [f"{column} = ?" for column in columns]
        same = [f"{column.name} = ?" for column in table.primary_key]
        statement = f"UPDATE {table.name} SET {', '.join(names)} WHERE {' AND '.join(same)}"
        connection.exec_driver_sql(statement, list(values))


def delete_rows(connection: Connection, table: Table, keys: Sequence[tuple[Any, ...]]) -> None:
    """Delete rows by their whole primary keys."""
    if keys:
        same = [column == bindparam(column.name) for column in table.primary_key]
        connection.exec_driver_sql(str(delete(table).where(*same).compile(dialect=connection.dialect)), list(keys))


def among(column: ColumnElement[Any], values: Sequence[Key | None]) -> ColumnElement[bool]:
    """Say that the column is one of the values, however many there are."""
    listed = func.json_each(bindparam(None, msgspec.json.encode(values).decode())).table_valued("value")
    return column.in_(select(listed.c.value))


def listed(column: ColumnElement[Any]) -> ColumnElement[bool]:
    """The same, in a statement that is made once: the values come with `rows`."""
    return column.in_(select(func.json_each(bindparam("listed")).table_valued("value").c.value))


def rows(
    connection: Connection, statement: Select[Any] | CompoundSelect[Any], values: Sequence[Key] | None = None
) -> Sequence[Any]:
    """Run a select, with the values that it has `listed`, and return all of its rows."""
    given = None if values is None else {"listed": msgspec.json.encode(values).decode()}
    return connection.execute(statement, given).all()
