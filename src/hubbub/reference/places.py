"""The places where research is talked about: name -> title, home, category and colour, from `places.toml`."""

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from urllib.parse import quote

import msgspec
from msgspec import Struct

from hubbub.model import Category


class Place(Struct, frozen=True, forbid_unknown_fields=True):
    """Where something is said. `colour` is the one charts use; `pages` says that its posts are pages of their own.

    `kind` is what a post there is to an attention score: a `post`, or a `blog`, `review`, `patent`. `accounts` tells by
    what the id of an account begins with where the page of such accounts is.
    """

    title: str
    home: str
    category: Category
    colour: str
    pages: bool = False
    kind: str = "post"
    accounts: Mapping[str, str] = {}


@cache
def places() -> dict[str, Place]:
    """Every known place by its name."""
    return msgspec.toml.decode(files(__package__).joinpath("places.toml").read_bytes(), type=dict[str, Place])


def place(name: str) -> Place:
    """The place of that name; one that no list knows yet is called by its name and counted as mentions."""
    return places().get(name) or Place(title=name, home="", category="mentions", colour="#6b7280")


def account_page(source: str, key: str) -> str | None:
    """The address of an account's page, where it follows from the account's id."""
    pages = place(source).accounts.items()
    return next(
        (page + quote(key, safe=":/", errors="replace") for begins, page in pages if key.startswith(begins)), None
    )
