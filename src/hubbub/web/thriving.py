"""Where a shelf's works thrive: answers come in, a page with a picture and its tables goes out."""

from datetime import UTC, datetime

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response
from starlette.exceptions import HTTPException

from hubbub.answers import told
from hubbub.web import grid
from hubbub.web.pages import Reading, card_of, page_of

LISTED = 50  # works and comparisons before the rest is left to the command
CLAIMS = told.CLAIMS

router = APIRouter(default_response_class=HTMLResponse)


@router.get("/shelf/{name:path}/thrive")
def thrive(request: Request, answers: Reading, name: str, against: str = "") -> Response:
    """Where the works on a shelf do well, alone or against another shelf."""
    card = card_of(answers, name)
    try:
        found = answers.thrive(name, datetime.now(UTC), against or None)
    except ValueError as error:
        raise HTTPException(404, f"{str(error)[:1].upper()}{str(error)[1:]}.") from error
    assert found is not None
    others = [one for one in answers.cards() if one.name != name]
    return page_of(
        request, "thrive.html", shelf=card, tab="thrive", found=found, grid=grid.draw(found), others=others,
        told=told, listed=LISTED, claimed=[one for one in found.grid if one.row.verdict in CLAIMS],
    )  # fmt: skip
