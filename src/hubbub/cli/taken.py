"""What a person takes along: a shelf comes in; a file for another program goes out."""

import sys
from datetime import UTC, datetime
from typing import Annotated

import typer

from hubbub.answers import Answers
from hubbub.answers.exported import FORMATS
from hubbub.cli import show, wants
from hubbub.cli.given import no_shelf, store_of


def export(
    context: typer.Context,
    kind: Annotated[str, typer.Argument(metavar="FORMAT", help=f"One of {', '.join(FORMATS)}.")],
    shelf: Annotated[str, typer.Argument(metavar="SHELF", help="The shelf; your own is `me`.")] = wants.ME,
    ring: Annotated[int | None, typer.Option(help="Only this ring of suggestions.", min=0, max=2)] = None,
) -> None:
    """Print the people, the outlets or the works of a shelf as a file for other programs.

    `mastodon` is a following list that Mastodon imports, `bluesky` the records of a list, `opml` the blogs and news
    pages that speak of the works, for a reader of feeds; `csv` and `json` hold all suggestions with their reasons, and
    `dossier` one row a work. hubbub follows nobody and sends nothing: look through a file before you import it.

        hubbub export mastodon me --ring 2 > following.csv
        hubbub export dossier me > dossier.csv
    """
    known = next((one for one in FORMATS if one == kind), None)
    if known is None:
        show.fail(f"{kind!r} is no format; choose one of {', '.join(FORMATS)}", status=2)
    with store_of(context) as store:
        written = Answers(store).export(known, wants.checked(shelf), datetime.now(UTC), ring)
    if written is None:
        no_shelf(shelf)
    sys.stdout.write(written)
