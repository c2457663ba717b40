"""How every number is made: a store and a formula come in; what NISO RP-25 asks for goes out, as on `/methods`."""

from textwrap import fill
from typing import Annotated

import typer
from rich.text import Text

from hubbub.answers import Answers
from hubbub.cli import show
from hubbub.cli.given import store_of
from hubbub.cli.scoring import formula_of
from hubbub.cli.show import out, plain


def methods(
    context: typer.Context,
    json: Annotated[
        bool, typer.Option("--json", help="Print it as JSON, with every definition, source and weight.")
    ] = False,
) -> None:
    """Say how numbers are made: the 13 requirements of NISO RP-25-2016, and what hubbub answers to each.

    It is what the page `/methods` of the web app says.
    """
    by = formula_of(None)
    with store_of(context) as store:
        found = Answers(store).methods(by)
    if json:
        show.as_json(found)
        return
    for one in found.requirements:
        out.print(Text(f"{one.number:>2}. {one.asks}", style="bold"))
        out.print(Text(_indented(one.says)))
        if one.see:
            out.print(Text(_indented(f"hubbub serve shows it at {', '.join(one.see)}"), style="dim"))
    rules = f"Rules of finding: {found.find}, of counting: {found.count}; score: {by.name} {by.version}."
    out.print(Text(f"\n{plain(rules)}", style="dim"))


def _indented(text: str) -> str:
    return fill(text, out.width, initial_indent="    ", subsequent_indent="    ", break_on_hyphens=False)
