"""The words of Paperbuzz's answers, from `paperbuzz.toml`."""

from functools import cache
from importlib.resources import files

import msgspec
from msgspec import Struct


class Paperbuzz(Struct, frozen=True, forbid_unknown_fields=True):
    """`events` is how many posts are listed; the addresses have a `{doi}`; `types` are CSL's by ours."""

    events: int
    crossref_url: str
    oadoi_url: str
    types: dict[str, str]


@cache
def paperbuzz() -> Paperbuzz:
    """Every word."""
    return msgspec.toml.decode(files(__package__).joinpath("paperbuzz.toml").read_bytes(), type=Paperbuzz)
