"""Feeds of what is newly said of a work, of a shelf's works or at a venue: answers come in, Atom or JSON Feed goes out.

Only what a work's page counts as posts stands in them; what was withdrawn or set aside is in none from then on.
"""

from hashlib import blake2b
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response
from starlette.exceptions import HTTPException

from hubbub.answers.newest import Heard, Newest
from hubbub.model import Identifier
from hubbub.tell.feeds import MEDIA, About, Entry, Feed, Form, lasting, told
from hubbub.web import words
from hubbub.web.guard import OPEN
from hubbub.web.look import face
from hubbub.web.pages import Reading, identifier_of

ENTRIES = 50  # of a page
LONGEST_TEXT = 4_000  # characters of a post; the rest stands where it was said
LONGEST_WORDS = 120  # of a title or a name
SIMULATED = "Simulated: "

Before = Annotated[int | None, Query(ge=1, lt=10**18)]

router = APIRouter()


@router.get("/feeds/work/{scheme}/{value:path}.{form}")
def of_work(request: Request, answers: Reading, scheme: str, value: str, form: Form, before: Before = None) -> Response:
    """What is newly said of a work."""
    identifier = identifier_of(f"{scheme}:{value}")
    found = answers.newest(identifier, before, ENTRIES)
    title = words.plain(found.title) if found and found.title else str(identifier)
    at = words.feed_path(identifier, form)
    return _given(request, found, title, words.work_path(identifier), at, form, before, OPEN)


@router.get("/feeds/shelf/{name:path}.{form}")
def of_shelf(request: Request, answers: Reading, name: str, form: Form, before: Before = None) -> Response:
    """What is newly said of the works on a shelf."""
    found = answers.newest(name, before, ENTRIES)
    title, at = (found and found.title) or name, words.feed_path(name, form)
    return _given(request, found, title, words.shelf_path(name), at, form, before, {})


@router.get("/feeds/venue/{name}.{form}")
def at_venue(request: Request, answers: Reading, name: str, form: Form, before: Before = None) -> Response:
    """What is newly said of any work at a venue."""
    found, at = answers.newest_at(name, before, ENTRIES), words.venue_feed_path(name, form)
    return _given(request, found, face(name).title, "/sources", at, form, before, OPEN)


def _given(
    request: Request,
    found: Newest | None,
    title: str,
    home: str,
    at: str,
    form: Form,
    before: int | None,
    opens: dict[str, str],
) -> Response:
    """A page of a feed with its mark, or word that nothing has changed since.

    No time of its last change is told: what is withdrawn would be as new as what is left, and stay with who asks by it.
    """
    if found is None:
        raise HTTPException(404, "hubbub has nothing of that name.")
    base = str(request.base_url).rstrip("/")
    called = SIMULATED * found.simulated + words.excerpt(words.straight(title), LONGEST_WORDS)
    body = told(
        Feed(
            id=lasting("feed", at),
            title=f"{called} – hubbub",
            says="Public posts in their own words that mention research, in the order in which hubbub heard of them.",
            home=base + home,
            first=base + at,
            address=base + at + (f"?before={before}" if before else ""),
            next=f"{base}{at}?before={found.next}" if found.next else None,
            entries=tuple(_entry(one, base) for one in found.heard),
        ),
        form,
    )
    mark = f'"{blake2b(body, digest_size=16).hexdigest()}"'
    headers = {"ETag": mark, **opens}
    known = {one.strip().removeprefix("W/") for one in request.headers.get("if-none-match", "").split(",")}
    if known & {mark, "*"}:
        return Response(status_code=304, headers=headers)
    return Response(body, media_type=MEDIA[form], headers=headers)


def _entry(one: Heard, base: str) -> Entry:
    said, place = one.said, face(one.said.source).title
    speaker = words.excerpt(words.name(said.speaker), LONGEST_WORDS) if said.speaker else place
    shown = words.plain(said.title or "") or (said.text or "") or f"A post by {speaker}"
    return Entry(
        named=(said.source, said.post),
        title=SIMULATED * one.simulated + words.excerpt(words.straight(shown), LONGEST_WORDS),
        text=said.text and _cut(said.text),
        address=words.link(said.url),
        author=speaker,
        author_page=base + words.account_path(said.speaker) if said.speaker else None,
        source=place,
        language=words.language(said.language),
        posted_at=said.posted_at,
        updated_at=max(how.collected_at for how in said.evidence),
        about=tuple(_about(work, title, base) for work, title in one.works),
    )


def _about(work: Identifier, title: str | None, base: str) -> About:
    shown = words.excerpt(words.straight(words.plain(title or "")), LONGEST_WORDS)
    return About(str(work), shown or str(work), base + words.work_path(work))


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST_TEXT else text[:LONGEST_TEXT] + "…"
