"""“I am listed here: remove me”: an account comes in; what will happen is told, and done when it is confirmed."""

from urllib.parse import urlencode

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException

from hubbub.access import unnamed
from hubbub.answers import Answers
from hubbub.answers.shapes import Speaker
from hubbub.collect.source import sources
from hubbub.store.fold import hashed
from hubbub.web.pages import Reading, page_of, sent_by
from hubbub.web.rights import asked_by

router = APIRouter(default_response_class=HTMLResponse)


@router.get("/forget")
def ask(request: Request, answers: Reading, account: str = "", done: bool = False) -> Response:
    """Say what forgetting means, and which account is meant; who has not logged in may ask for it."""
    asked = asked_by(request)
    if asked.lock.users and not asked.who:
        return RedirectResponse(f"/removal?{urlencode({'account': account})}", 303)
    found = answers.listed(account) if account.strip() else ()
    return page_of(
        request, "forget.html", account=account.strip(), found=found or unheard(account), held=bool(found), done=done
    )


@router.post("/forget")
async def forget(request: Request, answers: Reading) -> Response:
    """Forget an account for good."""
    sent = await sent_by(request)
    source, key = sent.get("source", ""), sent.get("account", "")
    if not await run_in_threadpool(_known, answers, f"{source}:{key}"):
        raise HTTPException(404, "hubbub knows no such account.")
    if sent.get("sure") != "yes":
        raise HTTPException(422, "Nothing was forgotten: please tick that you are sure.")
    await run_in_threadpool(answers.forget, source, key)
    asked_by(request).about = unnamed(hashed("account", source, key))
    return RedirectResponse("/forget?done=true", 303)


def _known(answers: Answers, written: str) -> bool:
    return bool(answers.listed(written) or unheard(written))


def unheard(written: str) -> tuple[Speaker, ...]:
    """An account of a known source of which nothing is held: it can be refused before it comes."""
    source, _, key = written.strip().partition(":")
    return (Speaker(source, key),) if key and source in sources() else ()
