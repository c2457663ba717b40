"""Who spoke, of a work or of a shelf of works: answers come in, pages with pictures and their tables go out."""

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from hubbub.answers.people import People
from hubbub.answers.reaching import Audiences
from hubbub.model import Identifier
from hubbub.people.labels import UNKNOWN, likely
from hubbub.web import words
from hubbub.web.pages import Reading, card_of, identifier_of, page_of

SHOWN = 25  # voices before the rest is folded
MOST = 1_000  # voices on a page
STEPS = 15  # voices in the picture of reach

router = APIRouter(default_response_class=HTMLResponse)


@router.get("/people/work/{scheme}/{value:path}")
def of_work(request: Request, answers: Reading, scheme: str, value: str) -> Response:
    """Who spoke of a work."""
    identifier = identifier_of(f"{scheme}:{value}")
    if identifier != Identifier(scheme, value):
        return RedirectResponse(words.people_path(identifier), 308)
    report = answers.report(identifier, voices=0)
    return page_of(request, "people_work.html", report=report, **_shown(answers.people(identifier)))


@router.get("/shelf/{name:path}/people")
def of_shelf(request: Request, answers: Reading, name: str) -> Response:
    """Who spoke of the works on a shelf."""
    card = card_of(answers, name)
    return page_of(request, "people_shelf.html", shelf=card, tab="people", **_shown(answers.people(name)))


def _shown(people: People | None) -> dict[str, Any]:
    assert people is not None
    reach = people.reach
    return {
        "people": people,
        "steps": _steps(reach) if reach else (),
        "shown": SHOWN,
        "most": MOST,
        "likely": likely,
        "unknown": UNKNOWN,
    }


def _steps(reach: Audiences) -> list[tuple[float, float]]:
    """Where each voice's gain begins and how wide it is, in percent of what all that are drawn reach together."""
    drawn = [one.gain for one in reach.gains[:STEPS]]
    whole, before, steps = sum(drawn), 0, []
    for gain in drawn:
        steps.append((round(100 * before / whole, 2), round(100 * gain / whole, 2)))
        before += gain
    return steps
