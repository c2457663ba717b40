"""What a person asks of people: a work or a shelf comes in; who spoke, who they are and how far they reach goes out."""

import csv
import sys
from typing import Annotated, Any

import typer
from rich.text import Text

from hubbub import identify
from hubbub.answers import Answers
from hubbub.answers.people import Audiences, People, Person
from hubbub.cli import show, wants
from hubbub.cli.answered import cell
from hubbub.cli.given import store_of
from hubbub.cli.show import called, counted, numbered, out, plain, stamped, tabled, worded
from hubbub.people.labels import UNKNOWN

NAMED = 25  # voices in a table
LIKELY = 0.5


def people(
    context: typer.Context,
    about: Annotated[str, typer.Argument(metavar="ID|SHELF", help="A work in any usual form, or the name of a shelf.")],
    json: Annotated[bool, typer.Option("--json", help="Print all of it as JSON.")] = False,
    csv: Annotated[bool, typer.Option("--csv", help="Print CSV with a header, one row an account.")] = False,
) -> None:
    """Show who spoke of a work or of a shelf of works: who they are, with reasons, and how far they reach.

    Feeds stand apart: they are venues and no people. What an account is, is read from what it publishes of its work;
    most say too little, and stay unknown.

        hubbub people 10.1371/journal.pone.0000308
        hubbub people me --csv > people.csv
    """
    if json and csv:
        show.fail("--json and --csv exclude each other; choose one", status=2)
    with store_of(context) as store:
        answers = Answers(store)
        found = answers.people(wants.checked(about))
        work = identify.parse(about) if found is None else None
        found = answers.people(work) if work else found
    if found is None:
        show.fail(f"{about!r} is no shelf and no identifier that hubbub knows; hubbub people me is for your own", status=2)
    if json:
        show.as_json(found)
    elif csv:
        _as_csv(found)
    else:
        _people(found)


def _as_csv(found: People) -> None:
    rows = _writer()
    columns = ("source", "account", "handle", "name", "followers", "labels", "feed", "works", "posts", "amplifications")
    rows.writerow([*columns, "first_at", "last_at"])
    for one in (*found.voices, *found.feeds):
        who = one.speaker
        told = [who.source, who.key, who.handle, who.name, who.followers, ", ".join(_labels(one)), "; ".join(one.feed)]
        times = [at.isoformat() if at else None for at in (one.first_at, one.last_at)]
        rows.writerow([cell(value) for value in [*told, one.works, one.posts, one.amplifications, *times]])


def _writer() -> Any:
    return csv.writer(sys.stdout, lineterminator="\n")


def _people(found: People) -> None:
    voices = len(found.voices) + found.hidden
    out.print(Text(f"{counted('voice', voices)} of {counted('work', len(found.works))}", style="bold"))
    if not voices and not found.feeds:
        out.print("Nobody is known to have spoken of it. Collect first: hubbub sync, or ingest an archive.")
        return
    if found.hidden:
        out.print(Text(f"{found.hidden:,} of them want to be named by nobody, and are not.", style="dim"))
    _table(found.voices[:NAMED])
    if len(found.voices) > NAMED:
        out.print(Text(f"and {len(found.voices) - NAMED:,} more: --csv or --json", style="dim"))
    if found.feeds:
        out.print(Text("\nFeeds, which are venues and no people", style="bold"))
        _table(found.feeds[:NAMED])
    _audience(found)
    _reach(found.reach)
    if found.originality is not None:
        told = f"{found.originality:.0%} of the mentions are in own words"
        if found.concentration is not None:
            told += f"; {found.concentration:.0%} of the amplifications are of one post"
        out.print(f"{told}.")


def _table(ones: tuple[Person, ...]) -> None:
    table = tabled("account", "source", "is", "followers", "works", "posts", "amplifications", "last")
    for one in ones:
        numbers = (numbered(one.works), numbered(one.posts), numbered(one.amplifications))
        followers = numbered(one.speaker.followers)
        last = stamped(one.last_at) if one.last_at else ""
        is_ = plain("; ".join(one.feed) or ", ".join(_labels(one)))
        table.add_row(plain(called(one.speaker)), one.speaker.source, is_, followers, *numbers, last)
    out.print(table)


def _labels(one: Person) -> list[str]:
    """What an account is, more probably than not."""
    return [label.name for label in one.labels if label.name != UNKNOWN and label.probability >= LIKELY] or [UNKNOWN]


def _audience(found: People) -> None:
    if not found.audience.accounts:
        return
    told = [f"{sector.name} {sector.share:.0%}" for sector in found.audience.sectors]
    out.print(f"\nWho they are: {', '.join([*told, f'{UNKNOWN} {found.audience.unknown:.0%}'])}.")


def _reach(reach: Audiences | None) -> None:
    if reach is None:
        out.print("Potential reach unknown: no follower of theirs is known.")
        return
    span = f"at least {reach.least:,}"
    if reach.most is not None:
        span = f"{reach.least:,}" if reach.least == reach.most else f"{reach.least:,} to {reach.most:,}"
        span += f" ({reach.total:,} with repeats)"
    known = [
        f"{number:,} {worded('voice', number)} {what}"
        for number, what in (
            (reach.listed, "whose followers are all known"),
            (reach.counted, "of whom only their number is known"),
            (reach.partly, "of whom some followers are known"),
        )
        if number
    ]
    out.print(f"Potential reach, each follower counted once: {span}, from {', '.join(known)}.")
