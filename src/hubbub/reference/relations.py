"""The words of registries for how two works belong together: name -> how it is kept, from `relations.toml`."""

from functools import cache
from importlib.resources import files
from typing import Literal

import msgspec
from msgspec import Struct


class Once(Struct, frozen=True, forbid_unknown_fields=True):
    """Schemes in which a version of a work has no more than one name."""

    schemes: frozenset[str]


class Relations(Struct, frozen=True, forbid_unknown_fields=True):
    """`forward` is said of a work and the other, `backward` of the other and the work.

    `makes` says what a word that is kept makes of two identifiers, `once` of which schemes a version has one name.
    """

    forward: dict[str, str]
    backward: dict[str, str]
    makes: dict[str, Literal["same", "version", "supplement"]]
    once: Once


@cache
def relations() -> Relations:
    """Every known word."""
    return msgspec.toml.decode(files(__package__).joinpath("relations.toml").read_bytes(), type=Relations)
