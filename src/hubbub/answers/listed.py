"""Who is meant: an account as it is listed, its profile's address or its handle comes in; the accounts go out."""

from collections.abc import Iterator

import msgspec
from sqlalchemy import or_, select

from hubbub.answers.shapes import Speaker
from hubbub.answers.view import View
from hubbub.store import schema as s

SHORTEST = 3  # letters, so that not everybody is meant
LOOKED_AT = 200


def listed(view: View, written: str) -> tuple[Speaker, ...]:
    """Find the accounts that are held and meant by `SOURCE:KEY`, the address of a profile, or a handle."""
    meant = _plain(written)
    if len(meant) < SHORTEST:
        return ()
    key = written.strip().partition(":")[2]
    profile = meant.rpartition("/profile/")[2]  # as in https://bsky.app/profile/HANDLE
    table = s.account.c
    told = (table.fields.icontains(_quoted(name), autoescape=True) for name in {meant, profile})
    asked = select(table.id).where(or_(table.key.in_({written.strip(), key, profile}), *told))
    rows = list(view.connection.execute(asked.order_by(table.id).limit(LOOKED_AT)).scalars())
    speakers = view.speakers(rows)
    return tuple(speakers[row] for row in rows if {meant, profile} & {*_names(speakers[row])})


def _names(speaker: Speaker) -> Iterator[str]:
    for name in (f"{speaker.source}:{speaker.key}", speaker.key, speaker.url, speaker.handle):
        if name:
            yield _plain(name)


def _plain(written: str) -> str:
    """A name as it is compared: without case, protocol, `@` before it and slash after it."""
    return written.strip().lower().removeprefix("https://").removeprefix("http://").removeprefix("@").rstrip("/")


def _quoted(name: str) -> str:
    """A name as it stands within JSON."""
    return msgspec.json.encode(name)[1:-1].decode()
