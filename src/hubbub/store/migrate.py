"""Brings a store's tables up to date: an engine comes in, a store of this program's revision stays behind."""

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection, Engine, Text, inspect

from hubbub.store.errors import StoreError, name_of
from hubbub.store.schema import identifier, metadata


def migrate(engine: Engine) -> None:
    """Make the tables, or change an older store's, in one transaction.

    Raises `StoreError` if the store is newer than this program or no store of ours.
    """
    config = Config()
    config.set_main_option("script_location", "hubbub.store:migrations")
    config.set_main_option("path_separator", "os")
    with engine.execution_options(writes=True).begin() as connection:
        config.attributes["connection"] = connection
        current = MigrationContext.configure(connection).get_current_revision()
        if current is None:
            _make(connection)
            command.stamp(config, "head")
        else:
            _check(current, config, connection)
            command.upgrade(config, "head")


def _make(connection: Connection) -> None:
    """Make the newest tables."""
    name = name_of(connection.engine.url)
    if inspect(connection).get_table_names():
        raise StoreError(f"{name} holds other tables and is not a hubbub store; name another one")
    if connection.dialect.name == "postgresql":
        encoding = connection.exec_driver_sql("SHOW server_encoding").scalar_one()
        if encoding != "UTF8":
            told = f"{name} keeps text as {encoding}, which lacks most of the world's letters"
            raise StoreError(f"{told}; make a database for hubbub with: createdb --encoding=UTF8 --template=template0")
    # SQLite checks no foreign key unless it is told to. PostgreSQL would, and look through the whole of `mention` for
    # each statement that goes; the write rule sees to them instead.
    for table in metadata.tables.values():
        for constraint in table.foreign_key_constraints:
            constraint.ddl_if(dialect="sqlite")
    metadata.create_all(connection, checkfirst=False)
    if connection.dialect.name == "postgresql":
        # The server keeps samples of columns for its plans, where no VACUUM of ours would find what is withdrawn.
        for column in (column for table in metadata.tables.values() for column in table.columns):
            if isinstance(column.type, Text) and column.table is not identifier:
                alter = f"ALTER TABLE {column.table.name} ALTER COLUMN {column.name} SET STATISTICS 0"
                connection.exec_driver_sql(alter)


def _check(current: str, config: Config, connection: Connection) -> None:
    try:
        ScriptDirectory.from_config(config).get_revision(current)
    except CommandError as error:
        told = f"the store {name_of(connection.engine.url)} was written by a newer hubbub (revision {current})"
        raise StoreError(f"{told}; update hubbub or name another store") from error
