"""A work's attention score: answers come in; a page with what each mention adds goes out."""

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from starlette.exceptions import HTTPException

from hubbub.answers import Answers
from hubbub.metrics import INDICATORS
from hubbub.metrics.score import Total
from hubbub.model import Identifier
from hubbub.reference.attention import formulas
from hubbub.standings import chosen
from hubbub.web.pages import Reading, identifier_of, page_of
from hubbub.web.words import score_path

LISTED = 100  # mentions
COHORTS = {
    "all": "All works here that are mentioned",
    "similar_age_3m": "Those that came out within six weeks",
    "journal": "Those of the same journal or repository",
    "similar_age_journal_3m": "Those of both",
}

router = APIRouter(default_response_class=HTMLResponse)


def score_of(answers: Answers, identifier: Identifier) -> Total | str | None:
    """The score of a work by the formula that is set, why there is none, or None where no mention is held."""
    try:
        by = chosen()
    except ValueError as error:
        return str(error)
    return answers.total(identifier, by)


@router.get("/score/{scheme}/{value:path}")
def score(request: Request, answers: Reading, scheme: str, value: str, formula: str = "") -> Response:
    """What each mention adds to the score of a work, by the formula that is set or by one of ours."""
    identifier = identifier_of(f"{scheme}:{value}")
    if identifier != Identifier(scheme, value):
        return RedirectResponse(score_path(identifier), 308)
    if formula and formula not in formulas():  # a page reads no file that its address names
        raise HTTPException(404, "hubbub comes with no formula of that name.")
    try:
        by = chosen(formula or None)
    except ValueError as error:
        raise HTTPException(422, f"{str(error)[:1].upper()}{str(error)[1:]}.") from error
    found = answers.score(identifier, by, LISTED)
    stands = [one for one in answers.standings(identifier) if one.formula == f"{by.name} {by.version}"]
    return page_of(
        request,
        "score.html",
        found=found,
        by=by,
        stands=stands,
        cohorts=COHORTS,
        formulas=formulas().values(),
        means=INDICATORS["Attention score"],
    )
