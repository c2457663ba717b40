"""How loud a work is comes in; hubbub's mark, the ripple, goes out as SVG: the badge of a work in any of its forms.

The inner ring is who spoke: the posts, by category, each with its colour and its texture. The circles around it are who
listens: one for each hundredfold of the potential reach, drawn through for the share of accounts whose followers are
known and dotted for the rest. The number in the middle is what is counted; what nobody knows has no number.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from functools import cache, partial
from html import escape
from math import ceil, cos, floor, pi, radians, sin
from typing import Literal

from msgspec import Struct

from hubbub.answers.shapes import Ripple
from hubbub.model import Category
from hubbub.reference.ripple import Form, looks
from hubbub.web.look import DARK, LIGHT, legible
from hubbub.web.words import counted

Theme = Literal["light", "dark", "auto"]

SMALL = 40  # pixels, below which the ripple is drawn without its number
NAMED = 100  # pixels, from which on there is room to say what is counted
HUNDREDS = 4  # circles at most
NONE = "no mentions"
SIMULATED = "simulated"
PRIVATE = "private"
GAP, LEAST = 6.0, 10.0  # degrees between categories, and at least for each
OUTER = ((38.0, 1.7), (41.7, 1.5), (45.2, 1.3), (48.6, 1.1))  # radius and width of circles
LETTERS = 0.729  # height of capitals and digits in the outlines

_PAINT = re.compile('(fill|stroke)="{([^}]+)}"')


class Number(Struct, frozen=True):
    """What stands in the middle, and what it counts."""

    value: float
    unit: Literal["posts", "score"]


def draw(heard: Ripple, form: Form, theme: Theme = "light", number: Number | None = None, width: int = 0) -> str:
    """Draw the badge of a work, `width` pixels wide or as wide as its form; with `auto`, by the reader's own choice."""
    width = width or form.width
    if form.draws == "ripple":
        parts = _ripple(heard, number, width)
    else:
        parts = _label(heard, number, form) if form.draws == "label" else _bar(heard, number, form)
    return _framed(parts, form, theme, width, *words(heard, number))


def private(form: Form, theme: Theme) -> str:
    """Draw what stands in place of a badge for who may not read: the same of every work."""
    parts = _closed() if form.draws == "ripple" else _boxed(form, PRIVATE)
    return _framed(parts, form, theme, form.width, "hubbub: private", "Only who is logged in may read here.")


def _framed(parts: Iterable[str], form: Form, theme: Theme, width: int, told: str, more: str) -> str:
    height = ceil(form.height * width / form.width)
    box = "0 0 100 100" if form.draws == "ripple" else f"0 0 {form.width} {form.height}"
    size = f'width="{width}" height="{height}" viewBox="{box}"'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} fill="none" role="img">'
        f"<title>{escape(told)}</title><desc>{escape(more)}</desc>{_painted(''.join(parts), theme)}</svg>"
    )


def words(heard: Ripple, number: Number | None = None) -> tuple[str, str]:
    """The same in words: a title, and what is behind it."""
    name, invented = (
        ("hubbub, simulated", "Nothing here is real: this work is invented. ") if heard.simulated else ("hubbub", "")
    )
    if heard.posts is None:
        return f"{name}: no mentions yet", f"{invented}Nothing that mentions this work has been collected."
    score = f", score {number.value:g}" if number and number.unit == "score" else ""
    by = ", ".join(f"{one.category} {one.posts:,}" for one in heard.categories if one.posts)
    ends = [f"{end:,}" for end in (heard.reach.low, heard.reach.high) if end is not None]
    far = f"{' to '.join(dict.fromkeys(ends))} followers" if ends else "unknown"
    known = f"followers are known for {heard.reach.known:,} of {counted(heard.reach.accounts, 'account')}"
    return (
        f"{name}: {counted(heard.posts, 'post')} about this work{score}",
        f"{invented}Posts by category: {by or 'none'}. Potential reach: {far}; {known}.",
    )


def short(value: float) -> str:
    """A number in at most four signs. Thousands are rounded down; a fraction is rounded up, as scores are."""
    for size, sign in ((10**6, "M"), (10**3, "k")):
        if value >= size:
            tenths = floor(value * 10 / size)
            return f"{tenths // 10}{sign}" if tenths >= 100 else f"{tenths / 10:g}{sign}"
    return str(ceil(value))


# Forms


def _ripple(heard: Ripple, number: Number | None, width: int) -> Iterator[str]:
    yield '<circle cx="50" cy="50" r="50" fill="{paper}"/>'
    if width < SMALL:
        yield from _mark(heard)
        if heard.simulated:
            yield from _banner(SIMULATED[:3], 56, 44)
        return
    yield from _spoke(heard, 29.5, 9.5)
    yield from _listens(heard, OUTER)
    if number is None or heard.posts is None:
        yield '<circle cx="50" cy="50" r="7" fill="{ink}"/>' if heard.posts else _line(_arc(7, 0, 360), "soft", 2)
    elif width < NAMED:
        yield _written(short(number.value), 50, 50, 19, 39, "ink")
    else:
        yield _written(short(number.value), 50, 46.5, 16, 38, "ink")
        unit = "post" if (number.value, number.unit) == (1, "posts") else number.unit
        yield _written(unit, 50, 61, 7, 30, "soft")
    if heard.simulated:
        yield from _banner(SIMULATED, 74, 22)


def _closed() -> Iterator[str]:
    """The word in a dotted ring."""
    yield '<circle cx="50" cy="50" r="50" fill="{paper}"/>'
    yield _line(_arc(46, 0, 360), "soft", 3, 2 * pi * 46 / 36)
    yield _written(PRIVATE, 50, 50, 16, 78, "ink")


def _banner(text: str, top: float, high: float) -> Iterator[str]:
    """A word across the ripple."""
    yield f'<rect y="{top}" width="100" height="{high}" rx="4" fill="{{strong}}"/>'
    yield _written(text, 50, top + high / 2, high * 0.62, 92, "bright")


def _mark(heard: Ripple) -> Iterator[str]:
    """The ripple where it is small."""
    yield '<circle cx="50" cy="50" r="9" fill="{ink}"/>'
    yield from _spoke(heard, 28, 15)
    yield from _listens(heard, ((45, 6),))


def _label(heard: Ripple, number: Number | None, form: Form) -> Iterator[str]:
    w, h = form.width, form.height
    mark = (h - 3) / 100
    yield _box(form)
    yield f'<g transform="translate(2 1.5) scale({mark})">{"".join(_mark(heard))}</g>'
    told = short(number.value) if number and heard.posts is not None else ""
    cell = h * 1.75 if told else 0
    name = SIMULATED if heard.simulated else NONE if heard.posts is None else "hubbub"
    yield _written(name, (h + w - cell) / 2, h / 2, h * 0.42, w - cell - h - 4, "ink")
    if told:
        left = w - cell
        yield f'<path d="M{left} 0H{w - 3}a3 3 0 0 1 3 3V{h - 3}a3 3 0 0 1 -3 3H{left}Z" fill="{{strong}}"/>'
        yield _written(told, left + cell / 2, h / 2, h * 0.5, cell - 6, "bright")


def _box(form: Form) -> str:
    w, h = form.width - 1, form.height - 1
    return f'<rect x=".5" y=".5" width="{w}" height="{h}" rx="3" fill="{{paper}}" stroke="{{line}}"/>'


def _boxed(form: Form, text: str) -> Iterator[str]:
    """A word in a box."""
    w, h = form.width, form.height
    yield _box(form)
    yield _written(text, w / 2, h / 2, h * 0.4, w - h, "soft")


def _bar(heard: Ripple, number: Number | None, form: Form) -> Iterator[str]:
    w, h = form.width, form.height
    if heard.posts is None:
        yield from _boxed(form, SIMULATED if heard.simulated else NONE)
        return
    yield _box(form)
    left, right = (h * 1.9 if number else h * 0.3), w - h * 0.3
    length = right - left
    if number:
        yield _written(short(number.value), h * 1.05, h / 2, h * 0.5, h * 1.5, "ink")
    for category, start, long in _shares(heard, length, h * 0.1, h * 0.2):
        ends = left + start, left + start + long
        yield from _textured(category, long, h * 0.3, partial(_straight, h * 0.38, *ends))
    if heard.simulated:  # in place of who listens
        yield _written(SIMULATED, (left + right) / 2, h * 0.76, h * 0.3, length, "ink")
        return
    known = length * _known(heard)
    for turn in range(_circles(heard)):
        y = h * (0.68 + 0.08 * turn)
        yield _line(f"M{left:.2f} {y:.2f}h{known:.2f}", "strong", h * 0.035)
        yield _line(f"M{left + known:.2f} {y:.2f}H{right:.2f}", "soft", h * 0.035, h * 0.1)


# Who spoke, and who listens


def _spoke(heard: Ripple, radius: float, width: float) -> Iterator[str]:
    whole = 2 * pi * radius
    if not heard.posts:
        yield _line(_arc(radius, 0, 360), "soft", width * 0.3, whole / round(whole / width * 1.3))
    for category, start, sweep in _shares(heard, 360, GAP, LEAST):
        track = partial(_arc, radius, start, sweep)
        yield from _textured(category, whole * sweep / 360, width, track, closed=sweep == 360)


def _listens(heard: Ripple, circles: Iterable[tuple[float, float]]) -> Iterator[str]:
    sweep = 360 * _known(heard)
    for turn, (radius, width) in zip(range(_circles(heard)), circles, strict=False):
        faint, whole = 1 - 0.2 * turn, 2 * pi * radius
        if sweep:
            yield _line(_arc(radius, 0, sweep), "strong", width, opacity=faint)
        if sweep < 360:
            yield _line(_arc(radius, sweep, 360 - sweep), "soft", width, whole / round(whole / width / 2.6), faint)


def _shares(heard: Ripple, whole: float, gap: float, least: float) -> Iterator[tuple[Category, float, float]]:
    """Divide a length by posts: category, start and length. None is too short to be seen."""
    posts = {one.category: one.posts for one in heard.categories if one.posts}
    total, gap = sum(posts.values()), gap if len(posts) > 1 else 0
    least = least if len(posts) > 1 else 0
    start = gap / 2
    for category in looks().categories:
        if category in posts:
            long = least + (whole - len(posts) * (gap + least)) * posts[category] / total
            yield category, start, long
            start += long + gap


def _circles(heard: Ripple) -> int:
    """One for some listeners, one more for each hundredfold; one, dotted, where nothing is known."""
    low = heard.reach.low or 0
    return min(sum(low >= 100**turn for turn in range(HUNDREDS)) or 1, HUNDREDS)


def _known(heard: Ripple) -> float:
    return heard.reach.known / heard.reach.accounts if heard.reach.accounts else 0


# Lines


def _textured(
    category: Category, length: float, width: float, track: Callable[[float], str], closed: bool = False
) -> Iterator[str]:
    """Draw a part of a ring or of a bar; `track` is its path, moved aside."""
    texture = looks().categories[category].texture
    if texture == "double":
        yield from (_line(track(side * width * 0.33), category, width * 0.34) for side in (-1, 1))
    elif texture == "ticks":
        each = length / (2 * max(2, round(length / width)) - (not closed))
        yield _line(track(0), category, width, dashes=f' stroke-dasharray="{each:.3f}"')
    elif texture == "dots":
        yield _line(track(0), category, width * 0.6, length / max(1, round(length / width)))
    else:
        yield _line(track(0), category, width if texture == "solid" else width * 0.36)


def _line(path: str, paint: str, width: float, dot: float = 0, opacity: float = 1, dashes: str = "") -> str:
    """Draw a path; dotted with a dot every so often, or with dashes."""
    if dot:
        dashes = f' stroke-dasharray="0 {dot:.3f}" stroke-dashoffset="{-dot / 2:.3f}" stroke-linecap="round"'
    faint = f' opacity="{opacity:.2g}"' if opacity < 1 else ""
    return f'<path d="{path}" stroke="{{{paint}}}" stroke-width="{width:.2f}"{dashes}{faint}/>'


def _straight(middle: float, start: float, end: float, off: float) -> str:
    return f"M{start:.2f} {middle + off:.2f}H{end:.2f}"


def _arc(radius: float, start: float, sweep: float, off: float = 0) -> str:
    """An arc around the middle, in degrees from the top, clockwise; a whole circle in two halves."""
    radius += off
    turns = [start, start + sweep / 2, start + sweep]
    (x, y), *rest = ((50 + radius * sin(radians(t)), 50 - radius * cos(radians(t))) for t in turns)
    arcs = "".join(f"A{radius:.2f} {radius:.2f} 0 0 1 {to_x:.2f} {to_y:.2f}" for to_x, to_y in rest)
    return f"M{x:.2f} {y:.2f}{arcs}"


def _written(text: str, x: float, y: float, size: float, fit: float, paint: str) -> str:
    """Text as outlines around a middle, `size` high or as high as fits into a width."""
    glyphs = [looks().glyphs[sign] for sign in text]
    long = sum(advance for advance, _ in glyphs)
    scale = min(size / (LETTERS * 1000), fit / long)
    at, paths = 0, []
    for advance, path in glyphs:
        paths.append(f'<path transform="translate({at})" d="{path}"/>' if path else "")
        at += advance
    left, base = x - long * scale / 2, y + LETTERS * 500 * scale
    return f'<g transform="translate({left:.2f} {base:.2f}) scale({scale:.5f})" fill="{{{paint}}}">{"".join(paths)}</g>'


# Colours


def _painted(drawn: str, theme: Theme) -> str:
    """Put colours for their names. What changes them by night is not known to every viewer; the others draw by day."""
    day, night = _palette(DARK if theme == "dark" else LIGHT), _palette(DARK)
    rules = {f'[{of}="{day[name]}"]{{{of}:{night[name]}}}' for of, name in _PAINT.findall(drawn)}
    style = f"<style>@media(prefers-color-scheme:dark){{{''.join(sorted(rules))}}}</style>" if theme == "auto" else ""
    return style + _PAINT.sub(lambda named: f'{named[1]}="{day[named[2]]}"', drawn)


@cache
def _palette(ground: str) -> dict[str, str]:
    """Colours by name. No two of one ground are the same, since each stands for its name."""
    own = {category: legible(ink.colour, ground) for category, ink in looks().categories.items()}
    return own | looks().grounds["dark" if ground == DARK else "light"]
