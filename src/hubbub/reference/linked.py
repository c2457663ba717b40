"""How machines that read pages are told what a work is: kinds, categories and schemes -> their words."""

from functools import cache
from importlib.resources import files

import msgspec
from msgspec import Struct


class Linked(Struct, frozen=True, forbid_unknown_fields=True):
    """Kinds of output and what people did, in schema.org's words; schemes, in those of `citation_*` tags."""

    types: dict[str, str]
    actions: dict[str, str]
    tags: dict[str, str]


@cache
def linked() -> Linked:
    """The words."""
    return msgspec.toml.decode(files(__package__).joinpath("linked.toml").read_bytes(), type=Linked)
