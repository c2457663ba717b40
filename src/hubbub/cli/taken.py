"""What is taken along: a shelf, a work or the whole store comes in; a file for another program goes out."""

import sys
from datetime import UTC, datetime
from typing import Annotated, Any, get_args

import typer

from hubbub import identify
from hubbub.answers import Answers
from hubbub.answers.exported import FORMATS
from hubbub.cli import show, wants
from hubbub.cli.given import no_shelf, store_of
from hubbub.tell.bulk import Format, MentionFormat
from hubbub.tell.calls import Calls

BULK = ("mentions", "works")
KINDS = (*FORMATS, *BULK)


def export(
    context: typer.Context,
    kind: Annotated[str, typer.Argument(metavar="KIND", help=f"One of {', '.join(KINDS)}.")],
    about: Annotated[
        str, typer.Argument(metavar="SHELF", help="The shelf; your own is `me`. Of mentions also a work.")
    ] = wants.ME,
    ring: Annotated[int | None, typer.Option(help="Only this ring of suggestions.", min=0, max=2)] = None,
    form: Annotated[
        str,
        typer.Option(
            "--format",
            metavar="FORMAT",
            help=f"Of mentions, and of works but the last: {', '.join(get_args(MentionFormat))}.",
        ),
    ] = "csv",
    every: Annotated[bool, typer.Option("--all", help="All mentions or works of the store.")] = False,
    since: Annotated[
        datetime | None, typer.Option(metavar="DAY", formats=["%Y-%m-%d"], help="Mentions from this UTC day on.")
    ] = None,
) -> None:
    """Print the people, the outlets, the works or the mentions of a shelf as a file for other programs.

    `mastodon` is a following list that Mastodon imports, `bluesky` the records of a list, `opml` the blogs and news
    pages that speak of the works, for a reader of feeds; `csv` and `json` hold all suggestions with their reasons, and
    `dossier` one row a work. hubbub follows nobody and sends nothing: look through a file before you import it.

        hubbub export mastodon me --ring 2 > following.csv
        hubbub export dossier me > dossier.csv

    `mentions` are all posts that mention works of the shelf, a work or any work, and `works` those works, however many
    they are.

        hubbub export mentions me --format jsonl > mentions.jsonl
        hubbub export mentions --all --format parquet > mentions.parquet
        hubbub export mentions me --format events > events.jsonl
    """
    if kind in BULK:
        _bulk(context, kind, None if every else wants.checked(about), form, since)
        return
    known = next((one for one in FORMATS if one == kind), None)
    if known is None:
        show.fail(f"{kind!r} is nothing that is exported; choose one of {', '.join(KINDS)}", status=2)
    with store_of(context) as store:
        written = Answers(store).export(known, wants.checked(about), datetime.now(UTC), ring)
    if written is None:
        no_shelf(context, about)
    sys.stdout.write(written)


def _bulk(context: typer.Context, kind: str, about: str | None, form: str, since: datetime | None) -> None:
    """Write mentions or works to where standard output goes, as they are read."""
    forms: tuple[Any, ...] = get_args(MentionFormat if kind == "mentions" else Format)
    known = next((one for one in forms if one == form), None)
    if known is None:
        show.fail(f"{form!r} is no format of {kind}; choose one of {', '.join(forms)}", status=2)
    with store_of(context) as store:
        answers = Answers(store)
        of = {} if about is None else {"shelf" if answers.card(about) else "work": about}
        if "work" in of and (kind == "works" or identify.parse(of["work"]) is None):
            no_shelf(context, of["work"], nor="identifier" if kind == "mentions" else None)
        calls, day = Calls(answers), since.date() if since else None
        parts = calls.bulk_mentions(known, since=day, **of) if kind == "mentions" else calls.bulk_works(known, **of)
        for part in parts:
            sys.stdout.buffer.write(part)
