"""Who may log in, and what was changed by whom: pages for admins."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException

from hubbub.web.pages import Reading, page_of, sent_by
from hubbub.web.rights import Asked, asked_by

PER_PAGE = 100
ROUTE = "POST /users"

router = APIRouter(default_response_class=HTMLResponse)


@router.get("/users")
def users(request: Request, answers: Reading) -> Response:
    """Who may log in, whose shelves are whose, and who may read."""
    asked = asked_by(request)
    return page_of(
        request, "users.html", users=asked.access.users(), private=asked.lock.private, shelves=answers.cards(),
        waiting=answers.status().removals,
    )  # fmt: skip


@router.post("/users")
async def change(request: Request, answers: Reading) -> Response:
    """Put a shelf into somebody's hands or out of them, remove a user, or say who may read."""
    sent, asked = await sent_by(request), asked_by(request)
    try:
        await run_in_threadpool(_change, asked, sent, {card.name for card in answers.cards()})
    except LookupError as error:
        raise HTTPException(404, "hubbub has no such user or shelf.") from error
    except ValueError as error:
        raise HTTPException(422, f"{str(error)[:1].upper()}{str(error)[1:]}.") from error
    asked.route = None  # it is logged with what was changed
    return RedirectResponse("/users", 303)


def _change(asked: Asked, sent: dict[str, str], shelves: set[str]) -> None:
    name, access, by = sent.get("name", ""), asked.access, asked.by(ROUTE)
    match sent.get("do"):
        case "keep" | "leave" as word:
            if sent.get("shelf") not in shelves:
                raise LookupError
            access.keep(name, sent["shelf"], word == "keep", by)
        case "remove":
            access.remove(name, by)
        case "public" | "private" as reading:
            access.read_by(reading, by)
        case _:
            raise ValueError("nothing was said")


@router.get("/audit")
def audit(request: Request, before: Annotated[int | None, Query(ge=1, le=2**62)] = None) -> Response:
    """What was changed, the latest first."""
    changes = asked_by(request).access.changes(PER_PAGE + 1, before)
    return page_of(request, "audit.html", changes=changes[:PER_PAGE], more=len(changes) > PER_PAGE)
