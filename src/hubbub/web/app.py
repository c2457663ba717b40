"""Answers come in; a web app goes out. Every route reads answers, and renders one template."""

from collections.abc import Collection
from itertools import islice
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, FastAPI, Query, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response
from fastapi.staticfiles import StaticFiles
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException

from hubbub import identify
from hubbub.answers import Answers
from hubbub.model import Identifier
from hubbub.web import (
    altmetric,
    badges,
    chart,
    community,
    engage,
    event_data,
    feeds,
    forget,
    linked,
    login,
    methods,
    network,
    paperbuzz,
    people,
    removals,
    scoring,
    shelves,
    taken,
    thriving,
    users,
    words,
)
from hubbub.web.api import create_api, refused
from hubbub.web.bookmarklet import bookmarklet, tag_rows
from hubbub.web.compressed import Compressed
from hubbub.web.guard import HEADERS, Guard
from hubbub.web.look import stylesheet
from hubbub.web.pace import Paced
from hubbub.web.pages import Reading, identifier_of, page_of, sent_by
from hubbub.web.remembered import Remembered
from hubbub.web.rights import asked_by, check

PER_PAGE = 25
LOOKED_AT = 6  # of the identifiers that a page names
SECOND_SHOWN = 20

# Where programs ask, they are refused in the form they know: what an address begins with, and who answers.
REFUSALS = (
    ("/api/v1", refused),
    *((prefix, event_data.refused) for prefix in ("/v1/events", "/heartbeat/", "/evidence/")),
    ("/v1/", altmetric.refused),
    ("/v0/", paperbuzz.refused),
)

UNTOLD = ("Not Found", "Internal Server Error")  # the page says it better

router = APIRouter(default_response_class=HTMLResponse)


def create_app(answers: Answers, names: Collection[str] = (), exposed: bool = False) -> FastAPI:
    """Make the app over these answers; `names` and `exposed` are as for the guard."""
    # The framework's own pages load scripts from elsewhere.
    app = FastAPI(title="hubbub", openapi_url=None, dependencies=[Depends(check)])
    app.state.answers = answers
    app.mount("/api/v1", create_api(answers))
    for routes in (
        router,
        event_data.router,
        paperbuzz.router,
        login.router,
        users.router,
        altmetric.router,
        feeds.router,
        methods.router,
        people.router,
        network.router,
        engage.router,
        forget.router,
        removals.router,
        taken.router,
        community.router,
        thriving.router,
        scoring.router,
        badges.router,
        shelves.router,
    ):  # those of shelves last: what no other page of a shelf is, is its name
        app.include_router(routes)
    app.mount("/static", StaticFiles(directory=Path(__file__).parent / "static"))
    app.add_middleware(Remembered, answers=answers)
    app.add_middleware(Compressed)
    app.add_middleware(Paced)
    app.add_middleware(Guard, access=answers.access, refuse=_refused, names=names, exposed=exposed)
    app.add_exception_handler(HTTPException, _refused)
    app.add_exception_handler(RequestValidationError, _refused)
    app.add_exception_handler(Exception, _failed)
    return app


@router.get("/")
def home(request: Request, answers: Reading) -> Response:
    """The search box, the bookmarklet, the shelves."""
    link = bookmarklet(str(request.base_url).rstrip("/"))
    shown = answers.home()
    simulated = {line.identifier for shelf in shown.shelves if shelf.simulated for line in shelf.works}
    return page_of(request, "home.html", home=shown, simulated=simulated, bookmarklet=link)


@router.get("/find")
def find(
    request: Request,
    answers: Reading,
    q: str = "",
    ids: Annotated[list[str] | None, Query(alias="id")] = None,
    at: Annotated[list[str] | None, Query()] = None,
) -> Response:
    """Go to the work that is meant: by what somebody typed, or by what the bookmarklet read from a page."""
    if q.strip():
        identifier = identify.parse(q)
        if identifier:
            return RedirectResponse(words.work_path(identifier), 303)
        return page_of(request, "unread.html", 422, q=q.strip())
    if not (ids or at):
        return RedirectResponse("/", 303)
    named, pages = _candidates(ids or [], at or [])
    heard = next((one for one in [*named, *pages] if _heard_of(answers, one)), None)
    if chosen := heard or next(iter(named), None):
        others = urlencode([("also", one) for one in named if one != chosen])
        return RedirectResponse(words.work_path(chosen) + (f"?{others}" if others else ""), 303)
    tags = [name for _, names in tag_rows() for name in names]
    return page_of(request, "unnamed.html", 404, pages=pages, at=(at or [""])[-1], tags=tags)


def _candidates(ids: list[str], at: list[str]) -> tuple[list[Identifier], list[Identifier]]:
    """The works that a page names, most telling first, and the addresses of the page as works of their own."""
    found = [identify.parse(written) for written in ids]
    found = [
        one for one in found if one and one.scheme != "url"
    ]  # an address as a name says no more than the page's own
    found += [one.identifier for address in at for one in identify.in_address(address)]
    unique = dict.fromkeys(Identifier(one.scheme, one.value) for one in found if one)
    named = (one for one in unique if one.scheme not in ("url", "orcid"))
    return list(islice(named, LOOKED_AT)), [one for one in unique if one.scheme == "url"][:LOOKED_AT]


def _heard_of(answers: Answers, identifier: Identifier) -> bool:
    return answers.report(identifier, voices=0).posts is not None


@router.get("/work/{scheme}/{value:path}")
def work(
    request: Request,
    answers: Reading,
    scheme: str,
    value: str,
    page: Annotated[int, Query(ge=1, le=100_000)] = 1,
    voices: str = "",
    order: Literal["newest", "oldest"] = "newest",
    also: Annotated[list[str] | None, Query()] = None,
) -> Response:
    """All about one work."""
    identifier = identify.parse(f"{scheme}:{value}")
    if identifier is None:
        return page_of(request, "unread.html", 404, q=f"{scheme}:{value}")
    if (scheme, value) != (identifier.scheme, identifier.value):
        return RedirectResponse(words.work_path(identifier), 308)
    identifier = Identifier(scheme, value)
    report = answers.report(identifier, voices=None if voices == "all" else 50)
    said = answers.said(identifier, PER_PAGE + 1, (page - 1) * PER_PAGE, newest=order == "newest")
    others = [one for one in map(identify.parse, (also or [])[:LOOKED_AT]) if one]
    if report.posts is None and not said and page == 1:
        read = [one for one in answers.sources() if one.posts or one.lanes]
        return page_of(request, "unheard.html", report=report, sources=read, others=others)
    shown = page_of(
        request,
        "work.html",
        report=report,
        said=said[:PER_PAGE],
        more=len(said) > PER_PAGE,
        page=page,
        order=order,
        first=(page - 1) * PER_PAGE + 1,
        all_voices=voices == "all",
        others=others,
        second_hand=answers.second_hand(identifier, SECOND_SHOWN) if report.second_hand else (),
        chart=chart.draw(report.days),
        score=scoring.score_of(answers, identifier),
        by_post=words.by_post(said),
        linked=linked.shown(request, report),
    )
    return linked.signposted(request, report, shown)


@router.post("/work/{scheme}/{value:path}")
def wish(answers: Reading, scheme: str, value: str) -> Response:
    """Leave word that somebody wants to know about a work now."""
    identifier = identify.parse(f"{scheme}:{value}")
    if identifier is None:
        raise HTTPException(404, "hubbub cannot read that as an identifier.")
    if answers.report(identifier, voices=0).simulated:
        raise HTTPException(403, "This work is invented, so nobody can be asked about it.")
    answers.wish(identifier)
    return RedirectResponse(words.work_path(identifier), 303)


@router.get("/match/{scheme}/{value:path}")
def match(request: Request, answers: Reading, scheme: str, value: str) -> Response:
    """Why identifiers are one work, and forms to correct it."""
    identifier = identifier_of(f"{scheme}:{value}")
    return page_of(request, "match.html", match=answers.match(identifier), report=answers.report(identifier, voices=0))


@router.post("/match/{scheme}/{value:path}")
async def correct(request: Request, answers: Reading, scheme: str, value: str) -> Response:
    """Keep what somebody corrects: of two identifiers, or of a post that mentions the work or does not."""
    identifier, sent, by = identifier_of(f"{scheme}:{value}"), await sent_by(request), asked_by(request).name
    match sent.get("say"):
        case "same" | "not" | "forget" as word:
            try:
                verdict = {"same": True, "not": False, "forget": None}[word]
                other, why = identifier_of(sent.get("other", "")), sent.get("why", "")
                await run_in_threadpool(answers.correct, identifier, other, verdict, why, by)
            except ValueError as error:
                raise HTTPException(422, str(error)) from error
        case "missing":
            try:
                await run_in_threadpool(answers.miss, identifier, sent.get("address", ""), by)
            except ValueError as error:
                raise HTTPException(422, str(error)) from error
        case "wrong" | "right" as word:
            source, post, why = (sent.get(name, "") for name in ("source", "post", "why"))
            if not await run_in_threadpool(answers.set_aside, identifier, source, post, why, word == "right", by):
                raise HTTPException(404, "hubbub holds no such mention. It may only pass another post on.")
        case _:
            raise HTTPException(422, "Nothing was said.")
    return RedirectResponse(words.match_path(identifier), 303)


@router.get("/account/{source}/{key:path}")
def account(request: Request, answers: Reading, source: str, key: str) -> Response:
    """All that one account said."""
    report = answers.account(source, key)
    if report is None:
        raise HTTPException(404, "hubbub knows no such account. It may have been withdrawn by its owner.")
    said = [one for _, one in report.said]
    return page_of(request, "account.html", report=report, by_post=words.by_post(said), same=answers.same(source, key))


@router.get("/sources")
def sources(request: Request, answers: Reading) -> Response:
    """Where it all comes from."""
    from hubbub.collect.source import sources as installed

    cards = {name: source.about for name, source in installed().items()}
    return page_of(request, "sources.html", sources=answers.sources(), cards=cards)


@router.get("/status")
def status(request: Request, answers: Reading) -> Response:
    """How collecting goes."""
    return page_of(request, "status.html", collecting=answers.status())


@router.get("/sources.css", response_class=PlainTextResponse, include_in_schema=False)
def colours() -> Response:
    """The sources' colours."""
    return Response(stylesheet(), media_type="text/css")


@router.get("/favicon.ico", include_in_schema=False)
def icon() -> Response:
    """Browsers ask for it on pages that are not HTML."""
    return RedirectResponse("/static/icon.svg", 301)


def _refused(request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 422
    answer = next((answer for prefix, answer in REFUSALS if request.url.path.startswith(prefix)), None)
    is_closed = status == 401 and request.url.path.startswith("/badge/")  # a page would show a broken picture
    if answer or is_closed:
        response = answer(request, error) if answer else badges.private(request)
        response.headers.update(error.headers or {} if isinstance(error, HTTPException) else {})
        return response
    told = error.detail if isinstance(error, HTTPException) and error.detail not in UNTOLD else None
    reads_pages = "text/html" in request.headers.get("accept", "")  # a program would take the way in for its answer
    if status == 401 and request.method == "GET" and reads_pages and "authorization" not in request.headers:
        asked = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        return RedirectResponse(f"/login?{urlencode({'next': asked})}", 303)
    response = page_of(request, "refused.html", status, told=told)
    response.headers.update(error.headers or {} if isinstance(error, HTTPException) else {})
    return response


def _failed(request: Request, error: Exception) -> Response:
    response = _refused(request, HTTPException(500))
    response.headers.update(HEADERS)  # this answer is given outside of the guard
    return response
