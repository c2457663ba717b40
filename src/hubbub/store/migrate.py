"""Brings a store's tables up to date: an engine comes in, a store of this program's revision stays behind."""

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection, Engine, inspect

from hubbub.store.errors import StoreError


def migrate(engine: Engine) -> None:
    """Make the tables, or change an older store's, in one transaction.

    Raises `StoreError` if the store is newer than this program or no store of ours.
    """
    config = Config()
    config.set_main_option("script_location", "hubbub.store:migrations")
    config.set_main_option("path_separator", "os")
    with engine.execution_options(writes=True).begin() as connection:
        _check(connection, ScriptDirectory.from_config(config))
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def _check(connection: Connection, script: ScriptDirectory) -> None:
    file = connection.engine.url.database
    current = MigrationContext.configure(connection).get_current_revision()
    if current is None:
        if inspect(connection).get_table_names():
            raise StoreError(f"{file} holds other tables and is not a hubbub store; name another file")
        return
    try:
        script.get_revision(current)
    except CommandError as error:
        raise StoreError(
            f"the store {file} was written by a newer hubbub (revision {current}); update hubbub or name another store"
        ) from error
