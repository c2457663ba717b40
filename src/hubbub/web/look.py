"""How sources look: a name comes in; its title, category and a colour that stands out on either ground go out."""

import re
from functools import cache

from msgspec import Struct

from hubbub.collect.source import sources
from hubbub.model import Category
from hubbub.reference.places import place, places

LIGHT, DARK = "#ffffff", "#14181c"
_COLOUR = re.compile(r"#[0-9a-fA-F]{6}")
_CONTRAST = 3.0  # WCAG 2.2, 1.4.11: parts of graphics


class Face(Struct, frozen=True):
    """What a source looks like. `css` is the class that carries its colour."""

    title: str
    category: Category
    colour: str
    home: str
    css: str


def face(name: str) -> Face:
    """The look of a source; one that nobody knows yet is called by its name, in grey."""
    return _faces().get(name) or _unknown(name)


def css_class(name: str) -> str:
    """The class of a source that has a colour."""
    return "s-" + re.sub(r"[^a-z0-9]+", "-", name.lower())


def _unknown(name: str) -> Face:
    stranger = place(name)
    return Face(stranger.title, stranger.category, stranger.colour, "", "s-unknown")


@cache
def _faces() -> dict[str, Face]:
    known = {name: Face(p.title, p.category, p.colour, p.home, css_class(name)) for name, p in places().items()}
    for name, source in sources().items():
        about = source.about
        known.setdefault(name, Face(about.title, about.category, about.colour, about.home, css_class(name)))
    return known


@cache
def stylesheet() -> str:
    """A class for each source, its colour adjusted to light and to dark ground."""
    colours = {f.css: f.colour for f in _faces().values() if _COLOUR.fullmatch(f.colour)}
    colours["s-unknown"] = _unknown("").colour
    light = "\n".join(f".{css} {{ --c: {legible(c, LIGHT)}; }}" for css, c in colours.items())
    dark = "\n".join(f"  .{css} {{ --c: {legible(c, DARK)}; }}" for css, c in colours.items())
    return f"{light}\n@media screen and (prefers-color-scheme: dark) {{\n{dark}\n}}\n"


def legible(colour: str, ground: str) -> str:
    """The colour, moved away from the ground until it stands out."""
    away = (0, 0, 0) if _luminance(_rgb(ground)) > 0.2 else (255, 255, 255)
    rgb = _rgb(colour)
    while contrast(rgb, _rgb(ground)) < _CONTRAST:
        rgb = tuple(round(c + (to - c) * 0.1 + (0.5 if to > c else -0.5)) for c, to in zip(rgb, away, strict=True))
        rgb = tuple(min(max(c, 0), 255) for c in rgb)
    return "#{:02x}{:02x}{:02x}".format(*rgb)


def contrast(one: tuple[int, ...], other: tuple[int, ...]) -> float:
    """WCAG's contrast ratio."""
    low, high = sorted((_luminance(one), _luminance(other)))
    return (high + 0.05) / (low + 0.05)


def _rgb(colour: str) -> tuple[int, ...]:
    return tuple(int(colour[i : i + 2], 16) for i in (1, 3, 5))


def _luminance(rgb: tuple[int, ...]) -> float:
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in (v / 255 for v in rgb)]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
