"""What every route has: the answers it reads, what a form sent, and the one way to render a page."""

import re
from functools import cache
from typing import Annotated, Any
from urllib.parse import parse_qsl

from fastapi import Depends, Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.exceptions import HTTPException

from hubbub import identify
from hubbub.answers import Answers
from hubbub.answers.shapes import Card
from hubbub.metrics import DEFINITIONS
from hubbub.model import Identifier
from hubbub.web import words
from hubbub.web.guard import FORM_TOKEN, LONGEST_FORM, body_of
from hubbub.web.look import face
from hubbub.web.rights import Asked

FACES_SHOWN = 10
ALIASES_SHOWN = 6  # of a kind


def _answers(request: Request) -> Answers:
    answers: Answers = request.app.state.answers
    return answers


Reading = Annotated[Answers, Depends(_answers)]


def identifier_of(written: str) -> Identifier:
    """Read an identifier without a version."""
    found = identify.parse(written)
    if found is None:
        raise HTTPException(404, "hubbub cannot read that as an identifier.")
    return Identifier(found.scheme, found.value)


def card_of(answers: Answers, name: str) -> Card:
    """Find the shelf that a page is of, which shelf.html shows."""
    found = answers.card(name)
    if found is None:
        raise HTTPException(404, "hubbub has no such shelf.")
    return found


async def sent_by(request: Request, longest: int = LONGEST_FORM) -> dict[str, str]:
    """What a form of so many bytes says, each field once."""
    sent = await body_of(request.receive, longest)
    return dict(parse_qsl(sent.decode("utf-8", "replace"), keep_blank_values=True))


@cache
def templates() -> Environment:
    made = Environment(
        loader=PackageLoader("hubbub.web"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters.update(words.FILTERS)
    made.globals.update(
        face=face,
        anchor=words.anchor,
        voices_shown=FACES_SHOWN,
        aliases_shown=ALIASES_SHOWN,
        tabs=words.TABS,
        relations=words.RELATIONS,
        outcomes=words.OUTCOMES,
        definitions=DEFINITIONS,
    )
    return made


_FORM = re.compile(r'<form method="post"[^>]*>')


def page_of(request: Request, template: str, status: int = 200, **values: Any) -> HTMLResponse:
    """Render a page, every form of it with the token of the session; `asked` is None where the guard refused."""
    asked: Asked | None = request.scope.get("state", {}).get("asked")
    html = templates().get_template(template).render(path=request.url.path, status=status, asked=asked, **values)
    if asked and asked.form_token:
        field = f'<input type="hidden" name="{FORM_TOKEN}" value="{asked.form_token}">'
        html = _FORM.sub(lambda form: form[0] + field, html)
    return HTMLResponse(html.encode("utf-8", "replace"), status)
