"""How every number is made: answers come in; one report goes out, as a page for people and as JSON for programs."""

import msgspec
from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response
from starlette.exceptions import HTTPException

from hubbub.answers import Answers
from hubbub.answers.methods import Methods
from hubbub.standings import chosen
from hubbub.web.guard import OPEN
from hubbub.web.pages import Reading, page_of

router = APIRouter(default_response_class=HTMLResponse)


@router.get("/methods")
def page(request: Request, answers: Reading) -> Response:
    """How every number is made."""
    return page_of(request, "methods.html", methods=_told(answers))


@router.get("/methods.json")
def told(answers: Reading) -> Response:
    """The same for programs."""
    return Response(msgspec.json.encode(_told(answers)), media_type="application/json", headers=OPEN)


def _told(answers: Answers) -> Methods:
    try:
        return answers.methods(chosen())
    except ValueError as error:
        raise HTTPException(500, f"{str(error)[:1].upper()}{str(error)[1:]}.") from error
