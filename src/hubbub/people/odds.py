"""How likely those of each ring engage next, beside an average account: what was measured, from `odds.toml`."""

from functools import cache
from importlib.resources import files

import msgspec
from msgspec import Struct


class Odds(Struct, frozen=True, forbid_unknown_fields=True):
    """So many times as likely as an average account, with the 95 % interval."""

    times: float
    low: float
    high: float


class Measured(Struct, frozen=True, forbid_unknown_fields=True):
    """The odds of rings 0 to 2, and of what they were measured."""

    measured: str
    rings: tuple[Odds, Odds, Odds]


@cache
def odds() -> Measured:
    """What was measured."""
    return msgspec.toml.decode(files(__package__).joinpath("odds.toml").read_bytes(), type=Measured)
