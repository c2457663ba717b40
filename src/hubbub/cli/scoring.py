"""What a person asks of a score: a work and a formula come in; the score goes out, with what each mention adds."""

import sys
from datetime import UTC, datetime
from importlib.resources import files
from typing import Annotated

import typer
from rich.text import Text

from hubbub.answers import Answers
from hubbub.answers.scoring import Attention
from hubbub.cli import show, wants
from hubbub.cli.given import identifier_of, store_of
from hubbub.cli.show import called, out, plain, stamped, tabled
from hubbub.metrics import INDICATORS
from hubbub.metrics.score import Total
from hubbub.model import Identifier
from hubbub.reference.attention import NAMES, Formula
from hubbub.reference.places import place
from hubbub.standings import chosen, stand

LISTED = 12


def score(
    context: typer.Context,
    work: Annotated[str | None, typer.Argument(metavar="ID", help="A work in any usual form.")] = None,
    formula: Annotated[
        str | None,
        typer.Option(
            metavar="FILE", help=f"The file of a formula, or {' or '.join(NAMES)}. By default `HUBBUB_FORMULA`."
        ),
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Print it as JSON, every mention with its share.")] = False,
    print_formula: Annotated[
        bool, typer.Option("--print-formula", help="Print the file of the formula, to be edited.")
    ] = False,
) -> None:
    """Show the attention score of a work, and what each mention adds to it.

    The score is a sum of weights, and the weights are a choice: print the file, edit your copy, and give it. A score is
    a measure of attention, not of quality, and not made for comparing people.

        hubbub score 10.1371/journal.pone.0000308
        hubbub score --print-formula > mine.toml
        hubbub score 10.1371/journal.pone.0000308 --formula mine.toml
    """
    if print_formula:
        name = formula or NAMES[0]
        if name not in NAMES:
            show.fail(f"--print-formula prints {' or '.join(NAMES)}; {name} is a file of yours", status=2)
        sys.stdout.write(files("hubbub.reference").joinpath(f"{name}.toml").read_text("utf-8"))
        return
    if work is None:
        show.fail("give the work whose score you want, or --print-formula", status=2)
    by, identifier = formula_of(formula), identifier_of(work)
    with store_of(context) as store:
        found = Answers(store).score(identifier, by, None if json else LISTED)
    if json:
        show.as_json(found)
    else:
        _show(found)


def standing(
    context: typer.Context,
    work: Annotated[
        str | None, typer.Argument(metavar="[ID]", help="A work in any usual form; none: reckon where all works stand.")
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Print it as JSON.")] = False,
) -> None:
    """Reckon where works stand among others by their attention score, or show where one stands.

    A work is compared with all works of the store that are spoken of, with those of its journal, and with those that
    came out within six weeks of it. `hubbub serve` reckons anew every quarter of an hour.

        hubbub standing
        hubbub standing 10.1371/journal.pone.0000308
    """
    with store_of(context) as store:
        if work is None:
            reckoned = stand(store, formula_of(None), datetime.now(UTC))
            show.line(f"{show.counted('work', reckoned)} reckoned")
            return
        found = Answers(store).standings(identifier_of(work))
    if json:
        show.as_json(found)
        return
    table = tabled("among", "works", "score", "mean", "percentile")
    for one in found:
        place_ = f"{one.percentile:.0f} ({one.interval[0]:.0f} to {one.interval[1]:.0f})"
        table.add_row(plain(one.cohort), f"{one.works:,}", f"{one.score:g}", f"{one.mean:.3g}", place_)
    if not found:
        show.fail("nothing is known of where it stands; `hubbub standing` reckons it", status=1)
    out.print(table)
    out.print(Text(f"\nAs of {stamped(found[0].as_of)}, by {plain(found[0].formula)}.", style="dim"))


def formula_of(written: str | None) -> Formula:
    """Read the formula that somebody gives; stops at what is none."""
    try:
        return chosen(wants.checked(written) if written else None)
    except ValueError as error:
        show.fail(str(error), status=2)


def of(answers: Answers, identifier: Identifier) -> Text | None:
    """A work's score on one line, or why there is none; None where no mention is held."""
    try:
        found = answers.total(identifier, chosen())
    except ValueError as error:
        return Text(f"unknown: {plain(str(error))}", style="yellow")
    return _line(found) if found else None


def _line(one: Total) -> Text:
    return Text(f"{one.shown:g}", style="bold") + Text(f"  {plain(f'{one.label} ({one.name}, version {one.version})')}")


def _show(found: Attention) -> None:
    out.print(Text(plain(found.title or str(found.identifier)), style="bold"))
    if found.simulated:
        out.print(Text("Simulated: nothing here is real.", style="bold yellow"))
    if found.score is None:
        out.print("Its score is unknown: no mention of it is held. That is not the same as no attention.")
        return
    out.print(_line(found.score))
    table = tabled("where", "kind", "mentions", "that count", "adds")
    for part in found.parts:
        numbers = f"{part.mentions:,}", f"{part.counting:,}", f"{part.adds:g}"
        table.add_row(plain(place(part.source).title), plain(part.kind), *numbers)
    out.print()
    out.print(table)
    out.print(Text("\nWhat adds most", style="bold"))
    for one in found.contributions:
        who = called(one.words.speaker) if one.words and one.words.speaker else place(one.share.mention.source).title
        words = plain((one.words and (one.words.text or one.words.title)) or "")[:80]
        out.print(Text(f"  +{one.share.weight:g}  {stamped(one.posted_at)}  {plain(who)}") + Text(f"  {words}", "dim"))
    out.print(Text(f"\n{INDICATORS['Attention score']}", style="dim"))
