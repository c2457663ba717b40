"""What a person asks of a shelf: where does it thrive, and where not; tables, JSON and CSV go out."""

import csv
import sys
from datetime import UTC, datetime
from os.path import isfile
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.text import Text

from hubbub.answers import Answers, told
from hubbub.answers.exported import cell
from hubbub.cli import show, wants
from hubbub.cli.given import no_shelf, store_of
from hubbub.cli.show import counted, out, plain, tabled
from hubbub.reference.places import place

if TYPE_CHECKING:  # they load numpy
    from hubbub.answers.thriving import Thriving
    from hubbub.metrics.reference import Works

STYLES = {"does well": "green", "does not": "yellow"}
LISTED = 20  # contrasts


def thrive(
    context: typer.Context,
    shelf: Annotated[str, typer.Argument(metavar="SHELF", help="The shelf; your own is `me`.")] = wants.ME,
    against: Annotated[
        str | None,
        typer.Option(
            metavar="SHELF|FILE",
            help="What to compare with: another shelf, or a CSV or JSON file with the columns `identifier`, `type`, "
            "`published`, `group` (may be missing) and one a venue.",
        ),
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Print all of it as JSON.")] = False,
    csv: Annotated[bool, typer.Option("--csv", help="Print the grid as CSV, one row a kind and venue.")] = False,
) -> None:
    """Show where a shelf's works thrive and where they do not, by kind of output and venue.

    Within the shelf, kinds are compared with each other, and forms of the same work, such as preprint and article. Does
    it well or not? That is said against a reference only: works of others, of the same kind and year.

        hubbub thrive me
        hubbub thrive me --against department
        hubbub thrive me --against field.csv --csv > grid.csv
    """
    if json and csv:
        show.fail("--json and --csv exclude each other; choose one", status=2)
    given = _given(wants.checked(against)) if against else None
    with store_of(context) as store:
        answers = Answers(store)
        if isinstance(given, str) and answers.card(given) is None:
            no_shelf(context, given, nor="file")
        try:
            found = answers.thrive(wants.checked(shelf), datetime.now(UTC), given)
        except ValueError as error:
            show.fail(str(error), status=2)
    if found is None:
        no_shelf(context, shelf)
    if json:
        show.as_json(found)
    elif csv:
        _as_csv(found)
    else:
        _show(found)


def _given(written: str) -> "str | Works":
    """A reference set, if a file of this name exists; else the name of a shelf."""
    if not isfile(written):
        return written
    from hubbub.metrics.reference import read

    path = Path(written)
    if path.stat().st_size > wants.FILE_LIMIT:
        show.fail(f"{written} is larger than {wants.FILE_LIMIT >> 20} MB", status=2)
    try:
        return read(path.read_bytes(), path.name)
    except (OSError, ValueError) as error:
        show.fail(f"{written} cannot be read as a reference set: {error}", status=2)


def _as_csv(found: "Thriving") -> None:
    rows = [{name: cell(value) for name, value in row.items()} for row in told.rows(found)]
    writer = csv.DictWriter(sys.stdout, list(rows[0]) if rows else ["kind", "venue", "verdict"], lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)


def _show(found: "Thriving") -> None:
    mentions = sum(venue.mentions for venue in found.venues)
    head = f"{found.title}: {counted('output', found.outputs)} of {counted('work', found.works)}"
    out.print(Text(plain(f"{head}, {counted('mention', mentions)}"), style="bold"))
    out.print(f"({', '.join(f'{plain(kind.name)} {kind.outputs}' for kind in found.kinds)})")
    if found.simulated:
        out.print(Text("Simulated: nothing here is real.", style="bold yellow"))
    _against(found)
    if not found.grid:
        out.print("Nothing is known of it yet. Collect first: hubbub sync, or ingest an archive.")
        return
    if nothing := told.why_nothing(found):
        out.print(plain(nothing))
    _grid(found)
    _contrasts(found)
    undated = sum(kind.undated for kind in found.kinds)
    if undated:
        out.print(f"{counted('output', undated)} without any date: nobody knows how old, so not judged.")
    learnt = [place(venue.name).title for venue in found.venues if venue.learnt_mentions]
    ages = (
        f"Ages are learnt from this store for {', '.join(learnt)}; elsewhere by rule" if learnt else "Ages are by rule"
    )
    out.print(Text(plain(f"\n{ages}. None means: nothing in what this store collected."), style="dim"))


def _against(found: "Thriving") -> None:
    if found.against is None:
        return
    one = found.against
    what = "the shelf" if one.is_shelf else "the file"
    out.print(
        plain(f"Compared with {what} {one.name}: {counted('work', one.works)}, {one.shared} shared ones left out.")
    )
    if one.unread:
        out.print(plain(f"Nothing is collected here of {', '.join(one.unread)}, so these are unknown, not zero."))


def _grid(found: "Thriving") -> None:
    table = tabled("", "what", "where", "verdict", "mentioned", "mentions", "ratio", "reference")
    shown = told.telling(found.grid)
    for square in shown:
        row, style = square.row, STYLES.get(square.row.verdict, "")
        table.add_row(
            Text(told.SIGNS[row.verdict], style=style),
            plain(row.kind),
            plain(place(row.venue).title),
            Text("silent" if row.silent else row.verdict, style=style),
            told.share(square),
            f"{square.mentions:,}",
            told.ratio(square) or "",
            plain(told.reference(square) or ""),
        )
    out.print()
    out.print(table)
    if len(shown) < len(found.grid):
        left = counted("cell", len(found.grid) - len(shown))
        out.print(Text(f"and {left} without a mention or a verdict: --csv or --json", style="dim"))
    if found.silent:
        out.print(f"Silent, though mentions were to be expected: {', '.join(place(v).title for v in found.silent)}.")


def _contrasts(found: "Thriving") -> None:
    told_here = [(one, told.forms(one)) for one in found.forms]
    if told_here:
        out.print(Text("\nThe same works in two forms", style="bold"))
    for form, said in told_here[:LISTED]:
        out.print(plain(f"  {place(form.venue).title}: {said}{'' if form.sure else ' (too little to tell)'}"))
    sure = [one for one in found.within if one.sure]
    if found.within:
        out.print(Text("\nKinds of output within the shelf", style="bold"))
    for kind in sure[:LISTED]:
        out.print(plain(f"  {place(kind.venue).title}: {told.kinds(kind)}"))
    if found.within and not sure:
        out.print(f"  No difference can be told among {counted('comparison', len(found.within))}.")
    if found.contrasts:
        out.print(Text("\nKinds of output against expectation", style="bold"))
    for one in found.contrasts[:LISTED]:
        out.print(plain(f"  {place(one.venue).title}: {one.better} ahead of {one.worse} ({one.certainty:.0%} sure)"))
