"""Copies of the store: a file comes in or goes out, and what is in it is said."""

from pathlib import Path
from typing import Annotated

import typer

from hubbub import settings
from hubbub.cli import show
from hubbub.cli.given import signed, store_of
from hubbub.store import open_store


def backup(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The copy; one that is there is replaced.")],
) -> None:
    """Copy the store into a file, as it is at one moment, while it is in use.

    The file is whole or not there. Of a store in PostgreSQL it is an archive of `pg_dump`. It holds what people said
    and who may log in: only you may read it, keep it so.

        hubbub backup hubbub-2026-11-29.db
    """
    from hubbub.store.backup import backup as copy

    with store_of(context) as store:
        copy(store, file)
    show.line(f"{show.plain(str(file))} holds a copy of the store, {show.counted('byte', file.stat().st_size)}.")


def restore(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A copy that `hubbub backup` made.")],
    forgotten: Annotated[
        str | None,
        typer.Option(
            metavar="STORE", help="The store that was in use, or a later copy: what is withdrawn there is so here too."
        ),
    ] = None,
) -> None:
    """Put a copy into an empty store. Stop `hubbub serve` first; afterwards everybody has to log in anew.

    What was forgotten or withdrawn after the copy was made is in it. So name the store that was in use, if it can still
    be read.

        hubbub --store new.db restore hubbub-2026-11-29.db --forgotten old.db
    """
    from hubbub.store.backup import restore as put_back

    address = context.obj or settings.store_address()
    if forgotten is None:
        came = put_back(address, file, None, signed(context))
    else:
        with open_store(forgotten) as knows:
            came = put_back(address, file, knows, signed(context))
    show.line(f"Restored: {show.counted('work', came.works)} spoken of, {show.counted('user', came.users)}.")
    if forgotten is None:
        show.line(
            "What was forgotten or withdrawn after the copy was made is back. If the store that was in use can still"
        )
        show.line("be read, restore into a new store with --forgotten STORE; else forget it again.")
    else:
        show.line(f"{show.counted('withdrawal', came.withdrawn)} of which the copy did not know: kept here too.")
