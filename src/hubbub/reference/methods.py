"""How hubbub answers the requirements of NISO RP-25, what changed in its methods, and where its numbers are had."""

from datetime import date
from functools import cache
from importlib.resources import files
from typing import Literal

import msgspec
from msgspec import Struct


class Requirement(Struct, frozen=True, forbid_unknown_fields=True):
    """What is asked, how it is met, and at which addresses of a server one sees it."""

    number: int
    asks: str
    says: str
    see: tuple[str, ...]


class Change(Struct, frozen=True, forbid_unknown_fields=True):
    """A version of a method, since when it is used, and whether it holds `backwards`, for what was collected before."""

    method: Literal["count", "score"]
    version: str
    since: date
    backwards: bool
    says: str


class Way(Struct, frozen=True, forbid_unknown_fields=True):
    """A way to the numbers: its address, with the names of what is put in, and what is had there."""

    path: str
    says: str


class Told(Struct, frozen=True, forbid_unknown_fields=True):
    """All that is told of the methods."""

    requirement: tuple[Requirement, ...]
    change: tuple[Change, ...]
    route: tuple[Way, ...]


@cache
def told() -> Told:
    """Read the file."""
    return msgspec.toml.decode(files(__package__).joinpath("methods.toml").read_bytes(), type=Told)
