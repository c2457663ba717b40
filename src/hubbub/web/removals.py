"""Who has no log-in asks to be forgotten: an account comes in, a code goes out; admins answer, and the code tells how.

Nobody is asked to prove who they are, so an admin decides. Where reading is private, nothing here says who is held.
"""

from urllib.parse import urlencode

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException

from hubbub import settings
from hubbub.access import By, WaitError, unnamed
from hubbub.answers import Answers
from hubbub.collect.source import sources
from hubbub.reference.places import places
from hubbub.web.forget import unheard
from hubbub.web.pages import Reading, page_of, sent_by
from hubbub.web.rights import asked_by

LONGEST = 2_000  # characters of an account's name
HASHES = 1 << 63  # those of accounts lie on both sides of 0

router = APIRouter(default_response_class=HTMLResponse)


@router.get("/removal")
def ask(request: Request, answers: Reading, account: str = "", code: str = "") -> Response:
    """Let somebody ask to be forgotten, or ask what became of it by a code; who may forget, does so elsewhere."""
    asked, written = asked_by(request), account.strip()
    if not code and (asked.who or not asked.lock.users):
        return RedirectResponse(f"/forget?{urlencode({'account': written})}", 303)
    sees = asked.may("read")
    held = answers.listed(written) if written and sees else ()
    answer = answers.removal(code) if code else None
    return page_of(
        request, "removal.html", 404 if code and answer is None else 200, account=written, code=code, answer=answer,
        found=(held or unheard(written)) if sees else (), held=bool(held), sees=sees, most=settings.WHY_MOST,
        sources=sorted(sources()),
    )  # fmt: skip


@router.post("/removal")
async def keep(request: Request, answers: Reading) -> Response:
    """Keep that somebody asks to be forgotten, and lead to the page that tells what becomes of it."""
    sent, asked = await sent_by(request), asked_by(request)
    source, account = sent.get("source", ""), sent.get("account", "").strip()
    if not asked.lock.users:
        raise HTTPException(404, "This store has no users. Who runs it forgets accounts at once.")
    if (source not in sources() and source not in places()) or not 0 < len(account) <= LONGEST:
        raise HTTPException(422, "Say which account is meant, and where.")
    address = request.client.host if request.client else ""
    try:
        await run_in_threadpool(asked.access.pace, "removal", address, settings.REMOVALS_FREE)
        by = By("anybody", "POST /removal")
        code = await run_in_threadpool(_kept, answers, source, account, sent.get("why", ""), by)
    except WaitError as error:
        raise HTTPException(429, f"{str(error).capitalize()}.", {"Retry-After": str(error.seconds)}) from error
    except ValueError as error:
        raise HTTPException(503, f"{str(error).capitalize()}.") from error
    return RedirectResponse(f"/removal?{urlencode({'code': code})}", 303)


def _kept(answers: Answers, source: str, written: str, why: str, by: By) -> str:
    """Keep a request for the account that is held under a name; for what is not held, for the name itself."""
    named = (*answers.listed(f"{source}:{written}"), *answers.listed(written))
    key = next((one.key for one in named if one.source == source), written)
    return answers.ask_removal(source, key, why, by)


@router.get("/removals")
def removals(request: Request, answers: Reading) -> Response:
    """Who asks to be forgotten, and forms to answer."""
    return page_of(request, "removals.html", removals=answers.removals(), most=settings.WHY_MOST)


@router.post("/removals")
async def decide(request: Request, answers: Reading) -> Response:
    """Forget an account, as was asked, or say why it is kept."""
    sent, asked = await sent_by(request), asked_by(request)
    try:
        account = int(sent.get("account", ""))
        if not -HASHES <= account < HASHES:
            raise LookupError
        match sent.get("do"):
            case "forget":
                await run_in_threadpool(answers.grant_removal, sent.get("source", ""), account)
            case "keep":
                await run_in_threadpool(answers.refuse_removal, account, sent.get("reason", ""))
            case _:
                raise ValueError("nothing was said")
    except LookupError as error:
        raise HTTPException(404, "Nobody asks for this any more.") from error
    except ValueError as error:
        raise HTTPException(422, f"{str(error)[:1].upper()}{str(error)[1:]}.") from error
    asked.about = f"{sent['do']} {unnamed(account)}"
    return RedirectResponse("/removals", 303)
