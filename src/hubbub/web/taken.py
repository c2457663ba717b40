"""What is taken along from a shelf: a dossier to print, and files for other programs."""

from datetime import UTC, datetime
from typing import Literal

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response
from starlette.exceptions import HTTPException

from hubbub.answers import Answers
from hubbub.answers.exported import FORMATS, Format
from hubbub.web.pages import Reading, card_of, page_of

router = APIRouter(default_response_class=HTMLResponse)


@router.get("/shelf/{name:path}/export/{kind}")
def export(answers: Reading, name: str, kind: Literal["mastodon", "bluesky", "opml", "csv", "json"]) -> Response:
    """A file for another program, of whom to engage."""
    return _file(answers, name, kind)


@router.get("/shelf/{name:path}/dossier.csv")
def table(answers: Reading, name: str) -> Response:
    """The works of a shelf with their counts, as a file."""
    return _file(answers, name, "dossier")


def _file(answers: Answers, name: str, kind: Format) -> Response:
    written = answers.export(kind, name, datetime.now(UTC))
    if written is None:
        raise HTTPException(404, "There is no such shelf.")
    ending, media = FORMATS[kind]
    return Response(
        written.encode("utf-8", "replace"),
        media_type=media,
        headers={"Content-Disposition": f'attachment; filename="hubbub-{kind}.{ending}"'},
    )


@router.get("/shelf/{name:path}/dossier")
def dossier(request: Request, answers: Reading, name: str) -> Response:
    """The works of a shelf with their counts, to be printed and handed in."""
    card, now = card_of(answers, name), datetime.now(UTC)
    found, listening = answers.dossier(name, now), answers.listening(name, now)
    return page_of(request, "dossier.html", shelf=card, tab="dossier", dossier=found, listening=listening)
