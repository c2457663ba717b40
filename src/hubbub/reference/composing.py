"""Where a person answers a post or an account: the address that opens the composer, from `composing.toml`."""

from functools import cache
from importlib.resources import files
from urllib.parse import quote

import msgspec
from msgspec import Struct


class Composer(Struct, frozen=True, forbid_unknown_fields=True):
    """Addresses with places for what is told of a post or an account, or None where a page has the composer."""

    post: str | None = None
    account: str | None = None


@cache
def _composers() -> dict[str, Composer]:
    return msgspec.toml.decode(files(__package__).joinpath("composing.toml").read_bytes(), type=dict[str, Composer])


def to_post(source: str, url: str | None, key: str, server: str | None) -> str | None:
    """The address at which a post is answered; None where it has none.

    `server` is the reader's own, where the source has many; without it the post's own page is opened.
    """
    composer = _composers().get(source)
    written = composer.post if composer else None
    if written is None or ("{server}" in written and server is None):
        return url
    return _filled(written, url=url, id=key, server=server)


def to_account(source: str, url: str | None, handle: str | None, server: str | None) -> str | None:
    """The address at which an account is addressed; None where it has none."""
    composer = _composers().get(source)
    written = composer.account if composer else None
    if written is None or ("{server}" in written and server is None) or ("{handle}" in written and not handle):
        return url
    return _filled(written, url=url, handle=handle and handle.lstrip("@"), server=server)


def _filled(written: str, url: str | None, server: str | None, **told: str | None) -> str | None:
    """Put what is told into its places; what stands within a query is encoded."""
    if "{url}" in written and url is None:
        return None
    within = "?" in written.partition("{url}")[0]
    return written.format(
        url=quote(url or "", safe="") if within else url,
        server=quote(server or "", safe=".:-"),
        **{name: quote(value or "", safe="") for name, value in told.items()},
    )
