"""What a person brings of whom they know: files come in, hashes of accounts are kept."""

from collections import defaultdict
from pathlib import Path
from typing import Annotated

import typer

from hubbub.answers import Answers
from hubbub.cli import show, wants
from hubbub.cli.given import no_shelf, store_of
from hubbub.collect.acquaintances import WrongFileError, read
from hubbub.model import Acquaintance

_SAID: dict[Acquaintance, str] = {"knows": "known", "blocks": "blocked", "mutes": "muted"}


def know(
    context: typer.Context,
    files: Annotated[
        list[Path],
        typer.Argument(
            metavar="FILE…",
            help="Mastodon's `following_accounts.csv`, `blocked_accounts.csv`, `muted_accounts.csv`; an archive of X "
            "(zip, folder, or its `following.js`, `block.js`, `mute.js`); or a text with an account a line.",
        ),
    ],
    shelf: Annotated[str, typer.Option(metavar="SHELF", help="For whose suggestions it counts.")] = wants.ME,
    said: Annotated[
        Acquaintance | None, typer.Option("--as", help="What the files say of accounts, where their names do not tell.")
    ] = None,
) -> None:
    """Bring the people you know, block or mute, so that nobody of them is suggested to you.

    Whom you know is not suggested as new; whom you block or mute, not at all. Only hashes are kept, which name nobody.
    A list takes the place of the one of the same kind and place that you brought before.

        hubbub know following_accounts.csv blocked_accounts.csv muted_accounts.csv
        hubbub know twitter-2026-03-10.zip
        hubbub know quiet.txt --as mutes
    """
    lists: dict[tuple[str, Acquaintance], set[str]] = defaultdict(set)
    for path in files:
        try:
            for one in read(path, said):
                lists[one.source, one.word].add(one.account)
        except OSError as error:
            show.fail(f"cannot read {path}: {error.strerror or error}")
        except WrongFileError as error:
            show.fail(f"{path} cannot be read: {error}", status=2)
    with store_of(context) as store:
        answers = Answers(store)
        if shelf != wants.ME and answers.shelf(wants.checked(shelf)) is None:
            no_shelf(context, shelf)
        answers.know(shelf, lists)
    for (source, word), accounts in sorted(lists.items()):
        show.line(f"{show.counted('account', len(accounts))} of {source} {_SAID[word]}.")
