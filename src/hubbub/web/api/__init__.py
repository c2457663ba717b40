"""hubbub's own API at /api/v1: calls come in as requests; their answers go out as JSON, refusals as problems.

A path is matched as it is written, so that `%2F` within an identifier is told from the slash before `mentions`.
"""

from collections.abc import Awaitable, Callable, Iterator, Mapping
from hashlib import blake2b
from typing import Any
from urllib.parse import parse_qsl, unquote

import msgspec
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route as At
from starlette.types import ASGIApp, Receive, Scope, Send

from hubbub.answers import Answers
from hubbub.store import BusyError
from hubbub.tell.bulk import MEDIA
from hubbub.tell.calls import Calls
from hubbub.tell.routes import Problem, RefusedError, Route, routes
from hubbub.web.api.described import described
from hubbub.web.guard import OPEN
from hubbub.web.pages import page_of
from hubbub.web.preflight import preflight
from hubbub.web.rights import asked_by, check_route

LONGEST = 1 << 16  # bytes that are sent to us
ROUTES = routes(Calls)
_ONCE = "may be given once."


def create_api(answers: Answers) -> ASGIApp:
    """Make the app that is mounted at /api/v1."""
    app = Starlette(
        routes=[
            At("/", _page, methods=["GET"]),
            At("/openapi.json", _openapi, methods=["GET"]),
            *(_at(answers, path, [one for one in ROUTES if one.path == path]) for path in _paths()),
        ],
        exception_handlers={HTTPException: refused, Exception: _failed},
    )
    app.router.redirect_slashes = False

    async def as_written(scope: Scope, receive: Receive, send: Send) -> None:
        written = scope.get("raw_path", b"").partition(b"?")[0].decode("ascii", "replace")
        await app({**scope, "path": written or scope["path"]}, receive, send)

    return as_written


def _paths() -> list[str]:
    """Paths, the more particular first: what no other path is, names a work or a shelf."""
    return sorted({one.path for one in ROUTES}, key=lambda path: (path.endswith("}"), path))


def _at(answers: Answers, path: str, ways: list[Route]) -> At:
    """Where a path's calls are answered. A name may hold slashes, except where another one follows."""
    of = {one.verb: one for one in ways}
    public = any(one.public for one in ways)

    async def answer(request: Request) -> Response:
        if request.method == "OPTIONS":
            return preflight(of, public)
        route = of["POST" if request.method == "POST" else "GET"]
        told = {name: unquote(value, errors="replace") for name, value in request.path_params.items()}
        await check_route(request, f"{route.verb} /api/v1{path}", told.get("shelf"))
        given = await (_sent(request) if route.verb == "POST" else _queried(request, route))
        if given.keys() & told.keys():
            raise RefusedError(422, f"`{min(given.keys() & told.keys())}` {_ONCE}")
        if route.name == "work" and not asked_by(request).sees("/api/v1/works/{work}/people"):
            given["voices"] = 0  # they are ranked
        calls = Calls(answers, asked_by(request).name)
        answered = await run_in_threadpool(calls.ask, route, given | told)
        if route.streams:
            return _file(route, answered, told["form"])
        return Response(status_code=204) if route.verb == "POST" else _answered(request, route, answered)

    allowed = {"OPTIONS", *of, *(["HEAD"] if "GET" in of else [])}
    matched = path.replace("{work}", "{work:path}").replace("{shelf}", "{shelf:path}")
    return At(matched.replace("{account}", "{account:path}"), _telling(answer), methods=sorted(allowed))


def _telling(answer: Callable[[Request], Awaitable[Response]]) -> Callable[[Request], Awaitable[Response]]:
    async def told(request: Request) -> Response:
        try:
            return await answer(request)
        except RefusedError as error:
            return problem(error.status, error.detail)
        except BusyError as error:
            return problem(503, f"{error}.", {"Retry-After": "30"})

    return told


async def _queried(request: Request, route: Route) -> dict[str, Any]:
    """What a query says; only what is a list may be said more than once."""
    lists, told = route.lists(), dict[str, Any]()
    for name, value in parse_qsl(request.scope["query_string"].decode("latin-1"), keep_blank_values=True):
        if name in lists:
            told.setdefault(name, []).append(value)
        elif name in told:
            raise RefusedError(422, f"`{name}` {_ONCE}")
        else:
            told[name] = value
    return told


async def _sent(request: Request) -> dict[str, Any]:
    """What a request's body says."""
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
        raise RefusedError(415, "Send JSON, as `application/json`.")
    if request.url.query:
        raise RefusedError(422, "What is written is told in the body alone.")
    sent = b""
    async for part in request.stream():
        sent += part
        if len(sent) > LONGEST:
            raise RefusedError(413, "That is more than any call takes.")
    try:
        return msgspec.json.decode(sent, type=dict[str, Any])
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise RefusedError(422, f"{error}.") from error


def _answered(request: Request, route: Route, answered: Any) -> Response:
    """An answer with its mark, or word that nothing has changed since."""
    body = msgspec.json.encode(answered)
    mark = f'"{blake2b(body, digest_size=16).hexdigest()}"'
    told = {"ETag": mark, "Vary": "Authorization, Cookie"} | (OPEN if route.public else {})
    known = {one.strip().removeprefix("W/") for one in request.headers.get("if-none-match", "").split(",")}
    if known & {mark, "*"}:
        return Response(status_code=304, headers=told)
    return Response(body, media_type="application/json", headers=told)


def _file(route: Route, parts: Iterator[bytes], form: Any) -> Response:
    """A file that is sent while it is made."""
    media, ending = MEDIA[form]
    name = route.path.rpartition("/")[2].format(form=ending)
    told = {"Content-Disposition": f'attachment; filename="hubbub-{name}"'} | (OPEN if route.public else {})
    return StreamingResponse(parts, media_type=media, headers=told)


def problem(status: int, detail: str, headers: Mapping[str, str] = {}) -> Response:
    """An error as `application/problem+json`. A page of another site may read it, since it tells nothing of anyone."""
    title = HTTPException(status).detail
    body = msgspec.json.encode(Problem(title, status, detail))
    return Response(body, status, {**headers, **OPEN}, "application/problem+json")


def refused(request: Request, error: Exception) -> Response:
    """Say why not."""
    assert isinstance(error, HTTPException)
    detail = {404: "There is nothing at this address.", 405: "This address answers to other methods."}
    return problem(error.status_code, detail.get(error.status_code, error.detail), error.headers or {})


def _failed(request: Request, error: Exception) -> Response:
    return problem(500, "Something went wrong in hubbub itself.")


def _openapi(request: Request) -> Response:
    return Response(msgspec.json.encode(described()), media_type="application/json", headers=OPEN)


def _page(request: Request) -> Response:
    return page_of(request, "api.html", described=described())
