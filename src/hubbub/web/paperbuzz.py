"""Paperbuzz's API: a DOI comes in; who spoke of the work, by source and time, goes out."""

from html import escape
from typing import Any

import msgspec
from fastapi import APIRouter, Request
from fastapi.responses import Response
from starlette.exceptions import HTTPException

from hubbub import identify
from hubbub.model import Identifier
from hubbub.reference.paperbuzz import paperbuzz as words
from hubbub.reference.places import place
from hubbub.tell import paperbuzz
from hubbub.web.guard import OPEN
from hubbub.web.pages import Reading
from hubbub.web.preflight import Open

ICON = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16"><circle cx="8" cy="8" r="8" fill="{colour}"/>'
    '<text x="8" y="11.5" font-family="sans-serif" font-size="10" text-anchor="middle" fill="#fff">'
    "{letter}</text></svg>"
)

router = APIRouter(route_class=Open)


@router.get("/v0/doi/{value:path}", operation_id="paperbuzz_doi")
def work(request: Request, answers: Reading, value: str) -> Response:
    """Who spoke of a work, by source and time."""
    found = identify.parse(f"doi:{value}")
    if found is None or found.scheme != "doi":
        raise HTTPException(404, f"'{value[:200]}' is no DOI.")
    doi = Identifier("doi", found.value)
    said = answers.said(doi, words().events)
    return _json(paperbuzz.work(answers.report(doi, voices=0), said, str(request.base_url).rstrip("/")))


@router.get("/v0/icon/{source}.svg", operation_id="paperbuzz_icon")
def icon(source: str) -> Response:
    """A sign for a source, in its colour: none but this server is asked for it."""
    known = place(source)
    letter = known.title[:1] if known.title[:1].isprintable() else "?"  # no XML has what is not
    drawn = ICON.format(colour=known.colour, letter=escape(letter))
    return Response(drawn, headers=OPEN, media_type="image/svg+xml")


def refused(request: Request, error: Exception) -> Response:
    """Say why not, in the form that clients know."""
    status = error.status_code if isinstance(error, HTTPException) else 400
    told = error.detail if isinstance(error, HTTPException) else "The request cannot be understood."
    return _json({"HTTP_status_code": status, "error": True, "message": told}, status)


def _json(answer: dict[str, Any], status: int = 200) -> Response:
    return Response(msgspec.json.encode(answer), status, OPEN, "application/json")
