"""Whom to engage next for a shelf: suggestions come in, a queue with a form each goes out; what is answered is kept."""

from datetime import UTC, datetime
from typing import get_args
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException

from hubbub.store.people import Word
from hubbub.web import words
from hubbub.web.pages import Reading, card_of, page_of, sent_by

# What can be answered, on its button, and as it is said back.
ANSWERS: dict[Word, tuple[str, str]] = {
    "done": ("Done", "is done"),
    "unfit": ("Not a fit", "does not fit this shelf"),
    "later": ("Later", "comes again in two weeks"),
    "never": ("Never", "is suggested for no shelf any more"),
}
RINGS = (
    ("Answer and thank", "They engaged with your works."),
    ("Meet", "They are tied to those who engaged, who can introduce you."),
    ("Find", "They speak of the same, and nothing ties them to you yet."),
)

router = APIRouter(default_response_class=HTMLResponse)


@router.get("/shelf/{name:path}/engage")
def engage(
    request: Request, answers: Reading, name: str, source: str = "", account: str = "", word: Word | None = None
) -> Response:
    """The few of today, and the three rings; of `account` it was just answered `word`."""
    card = card_of(answers, name)
    told = answers.account(source, account, 1) if word else None
    return page_of(
        request,
        "engage.html",
        shelf=card,
        tab="engage",
        found=answers.engage(name, datetime.now(UTC)),
        rings=RINGS,
        answers=ANSWERS,
        answered=word,
        of={"source": source, "account": account},
        who=told.speaker if told and not told.speaker.hidden else None,
    )


@router.post("/shelf/{name:path}/engage")
async def respond(request: Request, answers: Reading, name: str) -> Response:
    """Keep what is answered to a suggestion; no word takes it back."""
    sent = await sent_by(request)
    await run_in_threadpool(card_of, answers, name)
    of = {field: sent.get(field, "") for field in ("source", "account")}
    word = next((one for one in get_args(Word) if one == sent.get("word")), None)
    if not all(of.values()) or (word is None and sent.get("word") != ""):
        raise HTTPException(422, "Nothing was said.")
    await run_in_threadpool(answers.respond, name, of["source"], of["account"], word)
    said = f"?{urlencode(of | {'word': word})}" if word else ""
    # Who goes by the keyboard goes on at the queue, not at the top of the page.
    return RedirectResponse(f"{words.shelf_path(name, 'engage')}{said}#queue", 303)
