"""The way in and out, and what is one's own: a name and a password come in, a session goes out as a cookie."""

from collections.abc import Callable
from datetime import timedelta
from functools import cache, partial
from typing import Any, TypeVar
from urllib.parse import urlsplit

from anyio import CapacityLimiter, to_thread
from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException

from hubbub import settings
from hubbub.access import SCOPES, By, WaitError, Who
from hubbub.web.browsers import browser_of
from hubbub.web.guard import cookie_name
from hubbub.web.pages import page_of, sent_by
from hubbub.web.rights import asked_by

HASHED_AT_ONCE = 2  # each takes 64 MiB and a core

router = APIRouter(default_response_class=HTMLResponse)


Told = TypeVar("Told")


@cache
def _limit() -> CapacityLimiter:
    return CapacityLimiter(HASHED_AT_ONCE)


async def _hashing(work: Callable[..., Told], *about: Any) -> Told:
    """Do what hashes a password, a few at once, so that all others are answered meanwhile."""
    return await to_thread.run_sync(partial(work, *about), limiter=_limit())


@router.get("/login")
def ask(request: Request, next: str = "/") -> Response:  # noqa: A002
    """Ask who it is."""
    if asked_by(request).who:
        return RedirectResponse(within(next), 303)
    return page_of(request, "login.html", next=within(next), name="", told=None)


@router.post("/login")
async def log_in(request: Request) -> Response:
    """Begin a session, always with a new secret: one that somebody else had laid there before is worth nothing."""
    sent, asked = await sent_by(request), asked_by(request)
    name, address = sent.get("name", "").strip(), request.client.host if request.client else ""
    values: dict[str, Any] = {"next": within(sent.get("next", "/")), "name": name}
    try:
        browser = browser_of(request.headers.get("user-agent", ""))
        secret = await _hashing(asked.access.log_in, name, sent.get("password", ""), address, browser)
    except WaitError as error:
        told = f"Too many log-ins failed by this name or from this address. Try again in {error.seconds} seconds."
        response = page_of(request, "login.html", 429, told=told, **values)
        response.headers["Retry-After"] = str(error.seconds)
        return response
    if secret is None:
        return page_of(request, "login.html", 403, told="Name or password are wrong.", **values)
    if asked.who and asked.who.session:
        await run_in_threadpool(asked.access.log_out, asked.who, asked.who.session)
    asked.route = None  # logged as theirs who log in
    await run_in_threadpool(asked.access.log, By(name, "POST /login"), "")
    return _with_cookie(request, RedirectResponse(values["next"], 303), secret, settings.SESSION_LONGEST)


@router.post("/logout")
async def log_out(request: Request) -> Response:
    """End the session."""
    asked = asked_by(request)
    if asked.who and asked.who.session:
        await run_in_threadpool(asked.access.log_out, asked.who, asked.who.session)
    return _with_cookie(request, RedirectResponse("/", 303), "", timedelta(0))


@router.get("/me")
def me(request: Request) -> Response:
    """The sessions and tokens of whoever is logged in."""
    return _me(request)


@router.post("/me")
async def change(request: Request) -> Response:
    """End a session, make or revoke a token, change the password."""
    sent, asked = await sent_by(request), asked_by(request)
    who = _of(request)
    match sent.get("do"):
        case "end":
            await run_in_threadpool(asked.access.log_out, who, sent.get("hash", ""))
        case "grant":
            scope = next((one for one in SCOPES if one == sent.get("scope")), None)
            if scope is None or (scope == "admin" and not who.admin):
                raise HTTPException(422, "A token reads, writes, or is an admin’s.")
            made = await run_in_threadpool(asked.access.grant, who, sent.get("title", ""), scope)
            asked.about = f"token {scope}"
            return await run_in_threadpool(_me, request, made)
        case "password":
            return await _change_password(request, sent, who)
        case _:
            raise HTTPException(422, "Nothing was said.")
    asked.about = f"{sent['do']} {sent.get('hash', '')[:8]}"
    return RedirectResponse("/me", 303)


async def _change_password(request: Request, sent: dict[str, str], who: Who) -> Response:
    """Change one's own password: the old one is asked for, and all sessions end."""
    asked, old, address = asked_by(request), sent.get("old", ""), request.client.host if request.client else ""
    try:
        known = await _hashing(asked.access.log_in, who.name, old, address)
        if known is None:
            raise HTTPException(403, "The old password is wrong.")
        await _hashing(asked.access.change_password, who.name, sent.get("password", ""), asked.by("POST /me"))
    except WaitError as error:
        raise HTTPException(429, f"{str(error).capitalize()}.", {"Retry-After": str(error.seconds)}) from error
    except ValueError as error:
        raise HTTPException(422, f"{str(error).capitalize()}.") from error
    return RedirectResponse("/login?next=/me", 303)


def _me(request: Request, made: str | None = None) -> Response:
    access, who = asked_by(request).access, _of(request)
    user = next(one for one in access.users() if one.id == who.id)
    return page_of(
        request, "me.html", user=user, sessions=access.sessions(who), tokens=access.tokens(who), made=made,
        scopes=SCOPES if who.admin else SCOPES[:-1], least=settings.PASSWORD_LEAST,
    )  # fmt: skip


def _of(request: Request) -> Who:
    who = asked_by(request).who
    if who is None:  # in a store without users nobody is anybody
        raise HTTPException(404, "This store has no users. It belongs to the person at the machine.")
    return who


def within(address: str) -> str:
    """The path of a page of ours; whatever leads elsewhere leads to the first page."""
    parts = urlsplit(address) if address.isprintable() and "\\" not in address else None
    ours = parts is not None and not parts.scheme and not parts.netloc and address[:1] == "/" and address[:2] != "//"
    return address if ours else "/"


def _with_cookie(request: Request, response: Response, secret: str, lasts: timedelta) -> Response:
    secure, seconds = request.url.scheme == "https", round(lasts.total_seconds())
    response.set_cookie(
        cookie_name(request.url.scheme), secret, max_age=seconds, secure=secure, httponly=True, samesite="lax"
    )
    return response
