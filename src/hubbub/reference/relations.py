"""The words of registries for how two works belong together: name -> how it is kept, from `relations.toml`."""

from functools import cache
from importlib.resources import files

import msgspec
from msgspec import Struct


class Relations(Struct, frozen=True, forbid_unknown_fields=True):
    """`forward` is said of a work and the other, `backward` of the other and the work."""

    forward: dict[str, str]
    backward: dict[str, str]


@cache
def relations() -> Relations:
    """Every known word."""
    return msgspec.toml.decode(files(__package__).joinpath("relations.toml").read_bytes(), type=Relations)
