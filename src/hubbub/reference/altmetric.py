"""The words of the Altmetric Details Page API, from `altmetric.toml`: what is told under which name."""

import re
from functools import cache
from importlib.resources import files
from typing import Literal
from urllib.parse import urlsplit

import msgspec
from msgspec import Struct


class Group(Struct, frozen=True, forbid_unknown_fields=True):
    """What some places are called there; `counts` says which of those who speak, or of their posts, are counted."""

    key: str
    field: str | None = None
    counts: Literal["accounts", "outlets", "posts"] = "accounts"
    places: tuple[str, ...] = ()
    hosts: tuple[str, ...] = ()


class Words(Struct, frozen=True, forbid_unknown_fields=True):
    """All words; `windows` are in days, `cohorts` lists labels of people.

    `counts` and `full` say of each field of the two objects where it comes from, `unknowable` why one is never told.
    """

    schema: str
    attribution: str
    simulated: str
    windows: dict[str, int]
    contexts: dict[str, str]
    contexts_for_score: dict[str, str]
    open: tuple[str, ...]
    hourly: int
    daily: int
    poster_types: dict[str, str]
    cohort_names: dict[str, str]
    also: dict[str, str]
    countries: dict[str, dict[str, str]]
    unknowable: dict[str, str]
    counts: dict[str, str]
    full: dict[str, str]
    types: dict[str, str]
    identifiers: dict[str, str]
    lists: dict[str, str]
    outputs: dict[str, str]
    cohorts: dict[str, tuple[str, ...]]
    groups: tuple[Group, ...]


@cache
def words() -> Words:
    """Read the file."""
    return msgspec.toml.decode(files(__package__).joinpath("altmetric.toml").read_bytes(), type=Words)


def group_of(place: str, address: str | None) -> Group:
    """What a post at a place is: a page, given by its address, counts by its host where that is listed."""
    by_place, by_host = _groups()
    host = host_of(address)
    while host:
        if found := by_host.get(host):
            return found
        host = host.partition(".")[2]
    return by_place.get(place) or by_place["web"]


def typed(kind: str, value: str) -> str:
    """An identifier of a type as it is read everywhere: an address stands alone, since its page may be of any work."""
    scheme = words().types[kind]
    return value if scheme == "url" else f"{scheme}:{value}"


def host_of(address: str | None) -> str:
    """The host of an address without `www.`; nothing where there is none."""
    try:
        return (urlsplit(address or "").hostname or "").removeprefix("www.")
    except ValueError:
        return ""


def country_of(host: str) -> str | None:
    """The country that a host's ending names by two letters; None where anybody may take that ending."""
    ending = host.rpartition(".")[2].lower()
    if not re.fullmatch("[a-z]{2}", ending):
        return None
    return words().countries["others"].get(ending, ending.upper()) or None


@cache
def _groups() -> tuple[dict[str, Group], dict[str, Group]]:
    every = words().groups
    return {name: one for one in every for name in one.places}, {name: one for one in every for name in one.hosts}
