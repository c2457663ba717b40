"""Whether a community grows, and what to answer today: the pages of a shelf that say so."""

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, Response
from starlette.exceptions import HTTPException

from hubbub.answers import desking
from hubbub.web import pictures
from hubbub.web.pages import Reading, card_of, page_of

LISTED = 8  # voices of a list that are shown at once

router = APIRouter(default_response_class=HTMLResponse)


@router.get("/shelf/{name:path}/community")
def community(
    request: Request, answers: Reading, name: str, own: Annotated[list[str] | None, Query(alias="as")] = None
) -> Response:
    """Who came, who came back, who did not, and what moved it."""
    card, found = card_of(answers, name), answers.community(name, datetime.now(UTC), own_of(own))
    if found is None:
        raise HTTPException(404, "hubbub has no such shelf.")
    shown = tuple(one for one in found.circles if one.works or one.words)
    return page_of(
        request,
        "shelf_community.html",
        shelf=card,
        tab="community",
        found=found,
        ledger=pictures.ledger(found.months),
        growth=pictures.growth(found.totals),
        circles=shown,
        bubbles=pictures.communities(shown),
        listed=LISTED,
    )


@router.get("/shelf/{name:path}/desk")
def desk(
    request: Request, answers: Reading, name: str, own: Annotated[list[str] | None, Query(alias="as")] = None
) -> Response:
    """What to answer now, questions first; where people pile on, that they do, and what helps."""
    card, found = card_of(answers, name), answers.desk(name, datetime.now(UTC), own_of(own))
    return page_of(request, "shelf_desk.html", shelf=card, tab="desk", found=found)


@router.get("/shelf/{name:path}/desk/evidence.csv")
def evidence(answers: Reading, name: str) -> Response:
    """The posts of a pile-on that lasts, without their texts."""
    found = answers.desk(name, datetime.now(UTC))
    if found is None or found.pile_on is None:
        raise HTTPException(404, "There is no pile-on on these works.")
    return Response(
        desking.evidence(found.pile_on).encode("utf-8", "replace"),
        media_type="text/csv",
        headers={"Content-Disposition": 'attachment; filename="hubbub-evidence.csv"'},
    )


def own_of(written: list[str] | None) -> list[tuple[str, str]]:
    """Accounts of one's own, as they are listed: `SOURCE:KEY`."""
    read = [one.partition(":") for one in written or ()]
    return [(source, key) for source, _, key in read if key]
