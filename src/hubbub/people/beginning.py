"""From nobody to a community: what is told of works like one's own comes in; a plan of four weeks goes out."""

from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from shlex import quote

import msgspec
from msgspec import Struct

NAMED = 3  # venues
NOWHERE = "not known yet"


class Week(Struct, frozen=True, forbid_unknown_fields=True):
    """What to do in a week, and why: what is known, and who found it."""

    title: str
    steps: tuple[str, ...]
    why: str


@cache
def _weeks() -> tuple[Week, ...]:
    file = msgspec.toml.decode(
        files(__package__).joinpath("beginning.toml").read_bytes(), type=dict[str, tuple[Week, ...]]
    )
    return file["weeks"]


def weeks(shelf: str, venues: Sequence[str]) -> tuple[Week, ...]:
    """Return the plan for a shelf, the venues being those of works like its own, most mentions first."""
    told = {
        "shelf": quote(shelf),
        "venue": venues[0] if venues else NOWHERE,
        "venues": ", ".join(venues[:NAMED]) or NOWHERE,
    }
    return tuple(Week(one.title, tuple(step.format(**told) for step in one.steps), one.why) for one in _weeks())
