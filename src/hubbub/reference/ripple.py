"""How the ripple and the badges made of it look, from `ripple.toml`: categories, forms, outlines of letters."""

from functools import cache
from importlib.resources import files
from typing import Literal

import msgspec
from msgspec import Struct

from hubbub.model import Category

Texture = Literal["solid", "double", "ticks", "dots", "line"]


class Ink(Struct, frozen=True, forbid_unknown_fields=True):
    """How a category is drawn: a colour, and a texture by which it is known without colour."""

    colour: str
    texture: Texture


class Form(Struct, frozen=True, forbid_unknown_fields=True):
    """One form of badge, in pixels."""

    draws: Literal["ripple", "label", "bar"]
    width: int
    height: int


class Looks(Struct, frozen=True, forbid_unknown_fields=True):
    """All that is drawn with. `grounds` are colours by name, `names` types by attribute, `glyphs` advance and path."""

    categories: dict[Category, Ink]
    grounds: dict[Literal["light", "dark"], dict[str, str]]
    forms: dict[str, Form]
    names: dict[str, str]
    glyphs: dict[str, tuple[int, str]]


@cache
def looks() -> Looks:
    """What `ripple.toml` says."""
    return msgspec.toml.decode(files(__package__).joinpath("ripple.toml").read_bytes(), type=Looks)
