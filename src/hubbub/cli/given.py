"""What commands are given: arguments as written come in, identifiers and an open store go out."""

import tomllib
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from importlib.resources import files
from typing import Annotated, Any, NoReturn

import typer

from hubbub import settings
from hubbub.access import By, unnamed
from hubbub.answers import Answers, somebody
from hubbub.cli import show, wants
from hubbub.collect.source import sources
from hubbub.model import Identifier
from hubbub.store import Store, open_store
from hubbub.store.fold import hashed
from hubbub.store.users import Change

Work = Annotated[
    str,
    typer.Argument(
        metavar="ID",
        help="A work in any usual form: `doi:10.…`, a bare DOI, `arXiv:…`, `PMID …`, `isbn:…`, `github:owner/repo`, "
        "or the address of its page.",
    ),
]


LISTED = 10  # shelves by their names
Why = Annotated[str, typer.Option(metavar="TEXT", help="Why, in your words.")]


def store_of(context: typer.Context, otherwise: Callable[[], str] = settings.store_address) -> Store:
    """Open the store that a command is given, or another, until it ends; what the command changes there is logged."""
    store = open_store(context.obj or otherwise(), signed(context))
    context.call_on_close(store.close)
    return store


def by_of(context: typer.Context) -> By:
    """Who runs a command: the user of the machine, who is nobody that logs in, and therefore `cli`."""
    return By(somebody(), f"cli {_named(context)}")


def _named(context: typer.Context) -> str:
    """The whole name of a command: `user add`."""
    return context.command_path.removeprefix(context.find_root().command_path).strip()


def signed(context: typer.Context) -> Change | None:
    """What the audit log shall tell of a command if it changes anything; None where the log tells nothing of it."""
    kept = _logged().get(_named(context))
    if kept is None:
        return None
    return by_of(context).changed(" ".join(word for one in kept for word in _told(one, context.params)))


@cache
def _logged() -> dict[str, list[str]]:
    return tomllib.loads(files(__package__).joinpath("logged.toml").read_text("utf-8"))


def _told(argument: str, given: Mapping[str, Any]) -> Iterator[str]:
    """An argument of a command, as the audit log tells it."""
    value = given[argument.removeprefix("#")]
    if argument.startswith("#"):
        yield unnamed(hashed("account", *account_of(value)))
    elif isinstance(value, bool):
        yield from [f"--{argument}"] * value
    else:
        yield from [value] if isinstance(value, str) else value or []


def identifier_of(written: str) -> Identifier:
    """Read an identifier in any usual form; stops at what is none."""
    from hubbub import identify

    found = identify.parse(wants.checked(written))
    if found is None:
        show.fail(
            f"{written!r} is no identifier that hubbub knows. Give a DOI (10.1371/journal.pone.0000308), an arXiv id, "
            "PMID, PMCID, ISBN, a GitHub repository, or the address of the work's page. "
            "Of shelves, hubbub people, community and thrive tell.",
            status=2,
        )
    return found


def account_of(account: str) -> tuple[str, str]:
    """The place and the key of an account as it is listed."""
    source, colon, key = wants.checked(account).partition(":")
    if not (colon and key and source in sources()):
        show.fail(f"{account!r} names no account; give it as it is listed, SOURCE:KEY", status=2)
    return source, key


def no_shelf(context: typer.Context, name: str, nor: str | None = None) -> NoReturn:
    """Say that there is no such shelf, `nor` what else it may name, which shelves there are, and how to make one."""
    with store_of(context) as store:
        known = [repr(card.name) for card in Answers(store).cards()]
    more = f" and {len(known) - LISTED:,} more" if len(known) > LISTED else ""
    there = f"the shelves are {', '.join(known[:LISTED])}{more}" if known else "there are no shelves yet"
    wrong = f"{name!r} is no shelf and no {nor}" if nor else f"there is no shelf {name!r}"
    command = "me" if name == wants.ME else "track"
    show.fail(f"{wrong}; {there}; hubbub {command} --help says how to make one", status=2)
