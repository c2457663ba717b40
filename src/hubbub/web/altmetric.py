"""The Altmetric Details Page API, version 1: its addresses come in; what hubbub knows, told in its shape, goes out."""

import re
from datetime import UTC, datetime
from typing import Any

import msgspec
from fastapi import APIRouter, Request
from fastapi.responses import PlainTextResponse, Response
from starlette.exceptions import HTTPException

from hubbub import identify
from hubbub.answers.summing import Summary
from hubbub.model import Identifier
from hubbub.reference.altmetric import words
from hubbub.standings import chosen
from hubbub.tell import altmetric
from hubbub.tell.altmetric import Links
from hubbub.web.guard import OPEN
from hubbub.web.pages import Reading
from hubbub.web.words import badge_path, work_path

CALLBACK = re.compile(r"[A-Za-z0-9_.]{1,200}")
METHODS = ["GET", "HEAD"]

router = APIRouter()


def one(request: Request, answers: Reading, value: str) -> Response:
    """The counts object of a work that is named by one of its identifiers."""
    kind = request.url.path.split("/")[2]
    found = answers.summary(identifier_of(kind, value), chosen())
    return told(request, _counts(request, _heard_of(found)))


for kind in words().types:
    router.add_api_route(f"/v1/{kind}/{{value:path}}", one, methods=METHODS, operation_id=f"altmetric_{kind}")


@router.api_route("/v1/id/{numbers}", methods=METHODS, operation_id="altmetric_id")
def numbered(request: Request, answers: Reading, numbers: str) -> Response:
    """The counts object of the work of that number; of several, a list of those that are known."""
    written = numbers.split(",")
    found = [_of_number(answers, number) for number in written]
    if len(written) == 1:
        return told(request, _counts(request, _heard_of(found[0])))
    return told(request, {"results": [_counts(request, one) for one in found if one is not None and one.heard]})


def identifier_of(kind: str, value: str) -> Identifier:
    """Read an identifier of a type."""
    read = identify.parse(f"{words().types[kind]}:{value}")
    if read is None:
        raise HTTPException(404)
    return Identifier(read.scheme, read.value)


def told(request: Request, answer: Any) -> Response:
    """Answer in JSON, or, where a callback is named, in a script that calls it."""
    body, callback = msgspec.json.encode(answer), request.query_params.get("callback")
    if callback is None:
        return Response(body, headers=OPEN, media_type="application/json")
    if not CALLBACK.fullmatch(callback):
        raise HTTPException(400, "A callback is made of letters, digits, underscores and dots.")
    return Response(callback.encode() + b"(" + body + b")", headers=OPEN, media_type="text/javascript")


def refused(request: Request, error: Exception) -> Response:
    """Say why not, in plain text; of what is not known, exactly this."""
    if not isinstance(error, HTTPException):
        return PlainTextResponse("Bad Request", 400, headers=OPEN)
    return PlainTextResponse(error.detail, error.status_code, headers=OPEN)


def _of_number(answers: Reading, written: str) -> Summary | None:
    identifier = answers.numbered(int(written)) if re.fullmatch("[0-9]{1,19}", written) else None
    return answers.summary(identifier, chosen()) if identifier else None


def _heard_of(found: Summary | None) -> Summary:
    if found is None or not found.heard:
        raise HTTPException(404)
    return found


def _counts(request: Request, found: Summary) -> dict[str, Any]:
    base, leading = str(request.base_url).rstrip("/"), found.identifiers[0]
    links = Links(base + work_path(leading), base + badge_path(leading))
    return altmetric.counts(found, links, datetime.now(UTC))
