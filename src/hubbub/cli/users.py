"""Who may log in, who may read, and what was changed: names and passwords come in, users go out."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from getpass import getpass
from typing import Annotated, Literal

import typer

from hubbub.answers import Answers
from hubbub.cli import show, wants
from hubbub.cli.given import by_of, no_shelf, store_of

Name = Annotated[str, typer.Argument(metavar="NAME", help="The name with which somebody logs in.")]

user = typer.Typer(
    name="user",
    help="Say who may log in. As soon as there is one user, the web app lets nobody change anything without a log-in.",
    no_args_is_help=True,
)


@user.command()
def add(
    context: typer.Context,
    name: Name,
    admin: Annotated[bool, typer.Option("--admin", help="They let others in, and see all shelves.")] = False,
) -> None:
    """Let somebody log in; the password is asked for, or read from standard input.

    hubbub user add ann --admin
    """
    with store_of(context) as store:
        access = Answers(store).access
        if not access.users() and not admin:
            show.fail("the first user has to let others in; give --admin", status=2)
        with _told():
            access.add(wants.checked(name), _password(), admin, by_of(context))
    show.line(f"{show.plain(name)} may log in.")


@user.command()
def password(context: typer.Context, name: Name) -> None:
    """Set somebody's password anew; all their sessions end."""
    with store_of(context) as store, _told():
        Answers(store).access.change_password(wants.checked(name), _password(), by_of(context))
    show.line(f"The password of {show.plain(name)} is another one; all their sessions have ended.")


@user.command()
def remove(context: typer.Context, name: Name) -> None:
    """Let somebody log in no longer. Their tokens end too, and their shelves are left to admins."""
    with store_of(context) as store, _told():
        Answers(store).access.remove(wants.checked(name), by_of(context))
    show.line(f"{show.plain(name)} may not log in any more.")


@user.command()
def shelf(
    context: typer.Context,
    name: Name,
    shelves: Annotated[list[str], typer.Argument(metavar="SHELF…", help="Shelves by their names.")],
    take: Annotated[bool, typer.Option("--remove", help="Take them out of their hands instead.")] = False,
) -> None:
    """Put shelves into somebody's hands, who then sees whom to engage for them, and answers.

    hubbub user shelf ann me "Ann Example"
    """
    with store_of(context) as store, _told():
        answers = Answers(store)
        for one in shelves:
            if answers.card(wants.checked(one)) is None:
                no_shelf(context, one)
            answers.access.keep(wants.checked(name), one, not take, by_of(context))


@user.command("list")
def list_(
    context: typer.Context, json: Annotated[bool, typer.Option("--json", help="Print them as JSON.")] = False
) -> None:
    """List who may log in, and whose shelves are whose."""
    with store_of(context) as store:
        found = Answers(store).access.users()
    if json:
        show.as_json([one._asdict() for one in found])
        return
    for one in found:
        told = [word for word in ("admin" if one.admin else "", ", ".join(one.shelves)) if word]
        show.line(show.plain(f"{one.name}{' (' + '; '.join(told) + ')' if told else ''}"))
    if not found:
        show.line("Nobody: the store belongs to the person at the machine.")


def reading(
    context: typer.Context,
    who: Annotated[
        Literal["public", "private"] | None, typer.Argument(metavar="[public|private]", help="None: say what is set.")
    ] = None,
) -> None:
    """Say whether everybody may read the web app, or only who is logged in; it holds where there are users.

    What ranks people, and what is answered for a shelf, is never public.
    """
    with store_of(context) as store:
        access = Answers(store).access
        if who:
            access.read_by(who, by_of(context))
        show.line("private" if access.look().private else "public")


def audit(
    context: typer.Context,
    json: Annotated[bool, typer.Option("--json", help="Print it as JSON.")] = False,
    limit: Annotated[int, typer.Option(min=1, help="How many of the latest.")] = 100,
) -> None:
    """List what was changed, in the web app and by commands: when, by whom, from where. The latest first."""
    with store_of(context) as store:
        found = [one for _, one in Answers(store).access.changes(limit)]
    if json:
        show.as_json([one._asdict() for one in found])
        return
    for one in found:
        show.line(show.plain(f"{one.at:%Y-%m-%d %H:%M:%S}  {one.who}  {one.route}  {one.about}"))


def _password() -> str:
    if sys.stdin.isatty():
        given = getpass("Password (not shown): ")
        if getpass("Once more: ") != given:
            show.fail("the two are not the same; nothing was changed")
        return given
    return sys.stdin.readline().removesuffix("\n").removesuffix("\r")


@contextmanager
def _told() -> Iterator[None]:
    """Say what will not do, in a sentence."""
    try:
        yield
    except (LookupError, ValueError) as error:
        show.fail(str(error.args[0]))
