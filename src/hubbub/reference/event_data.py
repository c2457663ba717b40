"""The words of Crossref Event Data for what hubbub says, from `event_data.toml`."""

from functools import cache
from importlib.resources import files

import msgspec
from msgspec import Struct


class EventData(Struct, frozen=True, forbid_unknown_fields=True):
    """`token` names hubbub as the one who made an event; the rest are words by ours."""

    token: str
    methods: dict[str, tuple[str, str]]
    candidates: dict[str, str]
    observations: dict[str, str]
    licences: dict[str, str]
    links: dict[str, str]
    types: dict[str, str]


@cache
def event_data() -> EventData:
    """Every word."""
    return msgspec.toml.decode(files(__package__).joinpath("event_data.toml").read_bytes(), type=EventData)
