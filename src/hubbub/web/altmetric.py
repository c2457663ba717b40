"""The Altmetric Details Page API, version 1: its addresses come in; what hubbub knows, told in its shape, goes out."""

import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, cast, get_args

import msgspec
from fastapi import APIRouter, Query, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import PlainTextResponse, RedirectResponse, Response
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException

from hubbub import identify
from hubbub.answers import Answers
from hubbub.answers.lately import Lately, Order, Wanted
from hubbub.answers.summing import Summary
from hubbub.model import Identifier
from hubbub.reference.altmetric import typed, words
from hubbub.reference.attention import Formula
from hubbub.standings import chosen
from hubbub.tell import altmetric
from hubbub.tell.altmetric import Links
from hubbub.tell.altmetric_fetch import SECTIONS, fetch, sources
from hubbub.web.guard import OPEN
from hubbub.web.pages import Reading, sent_by
from hubbub.web.preflight import Open
from hubbub.web.remembered import about
from hubbub.web.words import badge_path, work_path

CALLBACK = re.compile(r"[A-Za-z0-9_.]{1,200}")
TRANSLATED, LONGEST = 100_000, 1 << 24  # identifiers, and bytes of a form that lists them
LATELY, MOST = 25, 100  # works on a page, by default and at most
POSTS = 5_000  # that are told of a work, the newest

router = APIRouter(route_class=Open)


def one(request: Request, answers: Reading, value: str) -> Response:
    """The counts object of a work that is named by one of its identifiers."""
    identifier = identifier_of(answers, request.url.path.split("/")[2], value)
    found = _heard_of(answers, identifier)
    about(request, (identifier, *found.identifiers))
    return told(request, _counts(request, found))


def full(
    request: Request,
    answers: Reading,
    value: str,
    include_sources: str | None = None,
    exclude_sources: str | None = None,
    include_sections: str | None = None,
) -> Response:
    """The same in full, with its posts; `post_types` changes nothing, since only posts in own words are told."""
    identifier = identifier_of(answers, request.url.path.split("/")[3], value)
    found = _heard_of(answers, identifier)
    said = sources(include_sources, exclude_sources, answers.said(identifier, POSTS, newest=True))
    parts = answers.report(identifier, voices=0).aliases
    wanted = {one.strip() for one in include_sections.split(",")} if include_sections else SECTIONS
    return told(request, fetch(found, said, parts, _links(request, found), datetime.now(UTC), wanted))


@router.get("/v1/id/{numbers}", operation_id="altmetric_numbers")
def numbered(request: Request, answers: Reading, numbers: str) -> Response:
    """The counts object of the work of that number; of several, a list of those that are known."""
    written = numbers.split(",")
    if len(written) == 1:
        return told(request, _counts(request, _heard_of(answers, identifier_of(answers, "id", numbers))))
    every = (answers.numbered(_number(number)) for number in written[:MOST])
    return told(request, {"results": _every(request, answers, (one for one in every if one is not None))})


for kind in words().types:
    router.add_api_route(f"/v1/{kind}/{{value:path}}", one, operation_id=f"altmetric_{kind}")
for kind in (*words().types, "id"):
    path, name = f"/v1/fetch/{kind}/{{value:path}}", f"altmetric_fetch_{kind}"
    router.add_api_route(path, full, operation_id=name)


@router.get("/v1/citations/{window}", operation_id="altmetric_citations")
def citations(
    request: Request,
    answers: Reading,
    window: str,
    page: Annotated[int, Query(ge=1, le=100_000)] = 1,
    num_results: Annotated[int, Query(ge=1, le=MOST)] = LATELY,
    cited_in: str = "",
    doi_prefix: str = "",
    issn: str = "",
    nlmid: str = "",
    subjects: str = "",
    order_by: str = "score",
) -> Response:
    """Works that were spoken of in a window until now. No registry tells NLM numbers, so none finds anything."""
    if window not in (*words().windows, "at"):
        raise HTTPException(404)
    if order_by not in get_args(Order):
        raise HTTPException(400, f"order_by is one of {', '.join(get_args(Order))}.")
    groups = [group for group in words().groups if group.key in altmetric.keys(cited_in)]
    days = words().windows.get(window)
    wanted = Wanted(
        since=None if days is None else datetime.now(UTC) - timedelta(days=days),
        days=days,
        places=tuple(name for group in groups for name in group.places),
        hosts=tuple(host for group in groups for host in group.hosts),
        doi_prefix=doi_prefix.strip(),
        issns=_listed(issn),
        subjects=_listed(subjects),
    )
    none = bool(nlmid or (cited_in and not groups))
    asked = (page - 1) * num_results, num_results
    found = Lately(0, ()) if none else answers.lately(wanted, cast(Order, order_by), *asked)
    query = {"total": found.total, "page": page, "num_results": num_results}
    return told(request, {"query": query, "results": _every(request, answers, found.works)})


@router.post("/v1/translate", operation_id="altmetric_translate")
async def translate(request: Request, answers: Reading) -> Response:
    """The numbers of works: identifiers come in as `ids`, with bars between them."""
    sent = await sent_by(request, LONGEST)
    if "ids" not in sent:
        raise HTTPException(400, "Send a form, not in parts, with ids=A|B|C.")
    written = [one for one in sent["ids"].split("|") if one.strip()]
    if len(written) > TRANSLATED:
        raise HTTPException(400, f"Give {TRANSLATED:,} identifiers at most.")
    return told(request, await run_in_threadpool(_translated, answers, written))


@router.get("/v1/donut/{number}_{size}.png", operation_id="altmetric_donut")
def donut(answers: Reading, number: str, size: str) -> Response:
    """The badge of a work in a size, with its score."""
    identifier = identifier_of(answers, "id", number)
    if not re.fullmatch("[0-9]{1,4}", size):
        raise HTTPException(404)
    return RedirectResponse(f"{badge_path(identifier)}?size={int(size)}&number=score", 302, headers=OPEN)


def identifier_of(answers: Answers, kind: str, value: str) -> Identifier:
    """Read an identifier of a type, or the number of a work; an address names what its page is of."""
    read = answers.numbered(_number(value)) if kind == "id" else identify.parse(typed(kind, value))
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
    if isinstance(error, RequestValidationError):
        wrong = " ".join(f"{one['loc'][-1]}: {one['msg']}." for one in error.errors())
        return PlainTextResponse(wrong, 400, headers=OPEN)
    assert isinstance(error, HTTPException)
    headers = OPEN | dict(error.headers or {})
    return PlainTextResponse(error.detail, error.status_code, headers=headers)


def _number(written: str) -> int:
    return int(written) if re.fullmatch("[0-9]{1,18}", written) else 0


def _formula() -> Formula:
    try:
        return chosen()
    except ValueError as error:
        raise HTTPException(503, f"There is no score: {error}.") from error


def _listed(written: str) -> tuple[str, ...]:
    return tuple(one.strip() for one in written.split(",") if one.strip())


def _heard_of(answers: Answers, identifier: Identifier) -> Summary:
    found = answers.summary(identifier, _formula())
    if found is None or not found.heard:
        raise HTTPException(404)
    return found


def _every(request: Request, answers: Answers, works: Iterable[Identifier]) -> list[dict[str, Any]]:
    by = _formula()
    found = (answers.summary(work, by) for work in works)
    return [_counts(request, one) for one in found if one is not None and one.heard]


def _translated(answers: Answers, written: list[str]) -> dict[str, int]:
    read = {one: identify.parse(one.strip()) for one in dict.fromkeys(written)}
    named = {one: Identifier(name.scheme, name.value) for one, name in read.items() if name is not None}
    numbers = answers.numbers(named.values())
    return {one: numbers[name] for one, name in named.items() if name in numbers}


def _links(request: Request, found: Summary) -> Links:
    base, leading = str(request.base_url).rstrip("/"), found.identifiers[0]
    return Links(base + work_path(leading), base + badge_path(leading))


def _counts(request: Request, found: Summary) -> dict[str, Any]:
    return altmetric.counts(found, _links(request, found), datetime.now(UTC))
