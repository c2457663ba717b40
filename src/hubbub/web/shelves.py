"""The first page of a shelf.

Every page of a shelf extends shelf.html with its block `tab`, and gives it `shelf`, which `card_of` finds, and `tab`,
its key in `words.TABS`. A name may hold slashes, so routes are `/shelf/{name:path}/people`.
"""

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response

from hubbub.web.pages import Reading, card_of, page_of

router = APIRouter(default_response_class=HTMLResponse)


@router.get("/shelf/{name:path}")
def works(request: Request, answers: Reading, name: str) -> Response:
    """What is on a shelf."""
    card, shelf = card_of(answers, name), answers.shelf(name)
    return page_of(request, "shelf_works.html", shelf=card, tab="", works=shelf.works if shelf else ())
