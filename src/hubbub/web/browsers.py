"""Which browser somebody uses: a User-Agent comes in; so much of it goes out as tells one's own browsers apart."""

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

LONGEST = 1_000  # characters that are looked at
SHORT = 40  # characters of a name that nobody knows


@cache
def _names() -> Mapping[str, Mapping[str, str]]:
    return tomllib.loads(files(__package__).joinpath("browsers.toml").read_text("utf-8"))


def browser_of(agent: str) -> str | None:
    """Name the browser and the system, or else the program as it calls itself; None where nothing is told."""
    told = agent[:LONGEST]
    browser, system = (
        next((name for sign, name in _names()[of].items() if sign in told), None) for of in ("browsers", "systems")
    )
    own = "".join(sign for sign in told.partition("/")[0] if sign.isprintable()).strip()[:SHORT]
    return " on ".join(filter(None, (browser or own, system))) or None
