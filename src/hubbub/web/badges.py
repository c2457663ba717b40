"""Badges: a work's identifier comes in; its ripple as a picture goes out, and all that other sites need to show it."""

from functools import cache
from hashlib import blake2b
from importlib.resources import files
from typing import Annotated, Literal

import msgspec
from fastapi import APIRouter, Query, Request
from fastapi.responses import RedirectResponse, Response
from starlette.exceptions import HTTPException

from hubbub import identify
from hubbub.answers import Answers
from hubbub.answers.shapes import Reach, Ripple
from hubbub.metrics.score import Total
from hubbub.model import Identifier
from hubbub.reference import altmetric
from hubbub.reference.ripple import Form as Drawn
from hubbub.reference.ripple import looks
from hubbub.web import ripple, words
from hubbub.web.guard import LOOPBACK, OPEN
from hubbub.web.pages import Reading, identifier_of, page_of
from hubbub.web.remembered import about
from hubbub.web.scoring import score_of

FRESH = "public, max-age=300"  # seconds for which a browser need not ask again
UNHEARD = Ripple(None, (), Reach(None, None, 0, 0))

Form = Annotated[str, Query(alias="type")]
Number = Literal["posts", "score", "none"]
Size = Annotated[int, Query(ge=16, le=1024)]

router = APIRouter()


@router.get("/badge/{scheme}/{value:path}.svg")
@router.get("/badge/{scheme}/{value:path}.png")
def badge(
    request: Request,
    answers: Reading,
    scheme: str,
    value: str,
    size: Size | None = None,
    theme: ripple.Theme = "light",
    form: Form = "donut",
    number: Number = "posts",
) -> Response:
    """The badge of a work, `size` pixels wide; of a work that nobody mentions, one that says so.

    PNG cannot follow its reader: `auto` is light there.
    """
    shade: ripple.Theme = "light" if _is_png(request) and theme == "auto" else theme
    drawn = _drawn(request, answers, f"{scheme}:{value}", form, shade, number, size)
    return opened(request, *_picture(drawn, _is_png(request)))


def private(request: Request) -> Response:
    """The picture in place of any badge for who may not read, with status 401, as wide as its type says.

    It stands before all routes, so what is asked wrongly is passed over.
    """
    asked, is_png = request.query_params, _is_png(request)
    form = asked["type"] if asked.get("type") in looks().forms else "donut"
    shades: dict[str | None, ripple.Theme] = {"dark": "dark", "auto": "light" if is_png else "auto"}
    body, kind = _private(form, shades.get(asked.get("theme"), "light"), is_png)
    return Response(body, 401, OPEN, kind)


@cache
def _private(form: str, theme: ripple.Theme, is_png: bool) -> tuple[bytes, str]:
    return _picture(ripple.private(looks().forms[form], theme), is_png)


def _is_png(request: Request) -> bool:
    return request.url.path.endswith(".png")


def _picture(drawn: str, is_png: bool) -> tuple[bytes, str]:
    """The picture and its kind."""
    if not is_png:
        return drawn.encode(), "image/svg+xml"
    import resvg_py  # 3 MB that only pictures need

    return resvg_py.svg_to_bytes(svg_string=drawn, skip_system_fonts=True), "image/png"


def form_of(name: str) -> Drawn:
    """Find a form of badge."""
    if name not in looks().forms:
        raise HTTPException(422, f"hubbub has no badge of that type. It has {', '.join(looks().forms)}.")
    return looks().forms[name]


def _drawn(
    request: Request, answers: Answers, work: str, form: str, theme: ripple.Theme, number: Number, size: int | None
) -> str:
    drawn = form_of(form)
    identifier = identify.parse(work)
    heard = answers.ripple(identifier) if identifier else UNHEARD
    if identifier:
        about(request, (identifier, *heard.identifiers))
    shown = None
    if number == "posts" and heard.posts is not None:
        shown = ripple.Number(heard.posts, "posts")
    elif number == "score" and identifier and isinstance(score := score_of(answers, identifier), Total):
        shown = ripple.Number(score.shown, "score")
    return ripple.draw(heard, drawn, theme, shown, size or 0)


@router.get("/assets/embed.js")
def embed(request: Request) -> Response:
    """The script that draws badges on pages of other sites."""
    return opened(request, _script(), "text/javascript")


@cache
def _script() -> bytes:
    sizes = {name: (form.width, form.height) for name, form in looks().forms.items()}
    names = {name: (kind, altmetric.words().types.get(kind)) for name, kind in looks().names.items()}
    lines = (line.strip() for line in files(__package__).joinpath("embed.js").read_bytes().splitlines())
    written = b"\n".join(line for line in lines if not line.startswith(b"//"))
    for name, told in ("SIZES", sizes), ("NAMES", names):
        written = written.replace(f"{name} = {{}}".encode(), f"{name} = ".encode() + msgspec.json.encode(told), 1)
    return written


def opened(request: Request, body: bytes, kind: str) -> Response:
    """An answer for pages of any site, or word that what they hold is still right."""
    tag = f'"{blake2b(body, digest_size=12).hexdigest()}"'
    told = {"ETag": tag, "Cache-Control": FRESH, **OPEN}
    held = [one.strip().removeprefix("W/") for one in request.headers.get("if-none-match", "").split(",")]
    return Response(status_code=304, headers=told) if tag in held else Response(body, media_type=kind, headers=told)


@router.get("/embed/{scheme}/{value:path}")
def builder(request: Request, scheme: str, value: str, form: Form = "donut") -> Response:
    """What to copy in order to show a work's badge elsewhere."""
    identifier = identifier_of(f"{scheme}:{value}")
    if identifier != Identifier(scheme, value):
        return RedirectResponse(words.embed_path(identifier), 308)
    attributes = (f"data-{name}" for name, kind in looks().names.items() if altmetric.words().types.get(kind) == scheme)
    return page_of(
        request,
        "embed.html",
        identifier=identifier,
        form=form_of(form),
        chosen=form,
        forms=looks().forms,
        server=str(request.base_url).rstrip("/"),
        attribute=next(attributes, None),
        own=request.base_url.hostname in LOOPBACK,
    )
