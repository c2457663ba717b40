"""Files of the Fediverse: lines of statuses, frames or activities come in; posts and accounts come out. Pure.

ActivityPub names an account by its actor, Mastodon's API by its page; where the one tells the other, it is the page.
"""

import re
from collections.abc import Iterator
from datetime import datetime

from msgspec import Raw, Struct, field
from msgspec.structs import replace

from hubbub.collect.fediverse import PLACE, Status, boost, content, said, stamp, told_at
from hubbub.collect.reading import decode, each
from hubbub.collect.source import STREAM
from hubbub.model import Account, Fact, Fault, Page, Post

_PUBLIC = {"https://www.w3.org/ns/activitystreams#Public", "as:Public", "Public"}
_ACTOR = re.compile(r"https://(?P<server>[^/@\s]+)/(?:users/|@)(?P<name>[\w.-]{1,100})")
# In the payload of a frame quotes are escaped.
_KEY = re.compile(rb'\\?"(?:uri|id|object|inReplyTo|quote|quoteUrl)\\?"\s*:\s*\\?"(https?:[^"\\]+)\\?"')
_DELETE = re.compile(rb'"type"\s*:\s*"Delete"')
Many = str | list[str]


class Object(Struct, rename="camel"):
    """A note, or an activity about one."""

    type: str = ""
    id: str = ""
    actor: str = ""
    object: Raw = Raw(b"")
    to: Many = []
    cc: Many = []
    published: datetime | None = None
    updated: datetime | None = None
    deleted: datetime | None = None
    attributed_to: str | list[Raw] | dict[str, Raw] = ""
    content: str | None = None
    content_map: dict[str, str] = {}
    summary: str | None = None
    url: str | list[Raw] | dict[str, Raw] | None = None
    in_reply_to: str | None = None
    quote: str | None = None
    quote_url: str | None = None


class Line(Struct, rename="camel"):
    """As much of a line as tells what it is."""

    event: str | None = None
    payload: Raw = Raw(b"")
    uri: str | None = None
    created_at: str | None = field(default=None, name="created_at")
    type: str | None = None
    ordered_items: list[Raw] = []


def is_line(line: bytes) -> bool:
    """Say whether a line is a status, a frame or an activity."""
    one = decode(line, Line)
    return isinstance(one, Line) and bool(_is_status(one) or (one.event and one.payload) or _is_activity(one))


def keys(body: bytes) -> Iterator[tuple[int, str]]:
    """Find where lines speak of posts, and the posts."""
    return ((match.start(), match[1].decode(errors="replace")) for match in _KEY.finditer(body))


def deletions(body: bytes) -> Iterator[int]:
    """Find where lines delete something."""
    return (match.start() for match in _DELETE.finditer(body))


def parse(page: Page) -> Iterator[Fact | Fault]:
    """Yield what each line says.

    A stream shows profiles as they are; a file shows them as they were, at the latest when its status was written.
    """
    at, is_live = page.offset, page.lane.startswith(STREAM)
    for line in page.body.split(b"\n"):
        if line.strip():
            for one in _parse(line, page.received_at, is_live):
                yield replace(one, at=at) if isinstance(one, Fault) else one
        at += len(line) + 1


def _parse(line: bytes, seen_at: datetime, is_live: bool) -> Iterator[Fact | Fault]:
    one = decode(line, Line)
    if isinstance(one, Fault):
        yield one
    elif _is_status(one):
        yield from _status(line, seen_at, is_live)
    elif one.event and one.payload:
        if one.event in ("update", "status.update"):  # a deletion names a post by a number of the server's own
            payload = decode(one.payload, str)
            yield from _status(one.payload if isinstance(payload, Fault) else payload.encode(), seen_at, is_live)
    elif _is_activity(one):
        for each_one in each(one.ordered_items or [Raw(line)], Object):
            yield from [each_one] if isinstance(each_one, Fault) else _activity(each_one, seen_at)
    else:
        yield Fault("neither a status nor a frame nor an activity", sample=line[:200].decode(errors="replace"))


def _is_status(one: Line) -> bool:
    """Servers and the records of other networks have a `uri` too, but not that of a page and a time beside it."""
    return one.uri is not None and one.uri.startswith(("https://", "http://")) and one.created_at is not None


def _is_activity(one: Line) -> bool:
    return one.type in ("Note", "Create", "Update", "Announce", "Delete") or bool(one.ordered_items)


def _status(body: bytes | Raw, seen_at: datetime, is_live: bool) -> Iterator[Fact | Fault]:
    status = decode(body, Status)
    if isinstance(status, Fault):
        yield status
    else:
        yield from said(status, {}, seen_at if is_live else told_at(status.edited_at or status.created_at, seen_at))


def _activity(one: Object, seen_at: datetime) -> Iterator[Fact | Fault]:
    about = one if one.type == "Note" else _object(one.object)
    if isinstance(about, Fault):
        yield about
    elif one.type == "Delete":
        version = stamp(told_at(about.deleted or seen_at, seen_at))
        if about.id == one.actor:
            yield Account(source=PLACE, id=_account(one.actor), via=PLACE, version=version, change="withdrawn")
        else:
            yield Post(source=PLACE, id=about.id, via=PLACE, version=version, change="withdrawn")
    elif one.type == "Announce" and about.id and _is_public(one) and one.published:
        announced_at = told_at(one.published, seen_at)
        yield boost(about.id, _account(one.actor), stamp(announced_at), announced_at)
    elif about.type == "Note" and _is_public(about):
        yield from _note(about, seen_at)


def _object(raw: Raw) -> Object | Fault:
    """What an activity is about: itself, or only its name."""
    name = decode(raw, str)
    return decode(raw, Object) if isinstance(name, Fault) else Object(id=name)


def _note(note: Object, seen_at: datetime) -> Iterator[Fact | Fault]:
    if not note.id or note.published is None or not isinstance(note.attributed_to, str) or note.content is None:
        yield Fault("a note without an id, time, author or content", sample=note.id[:200])
        return
    links, text = content(note.content)
    author, posted_at = _account(note.attributed_to), told_at(note.published, seen_at)
    version = stamp(told_at(note.updated, seen_at) if note.updated else posted_at)
    if known := _ACTOR.fullmatch(author):
        handle = f"{known['name']}@{known['server']}"
        yield Account(source=PLACE, id=author, via=PLACE, version=stamp(posted_at), handle=handle, url=author)
    yield Post(
        source=PLACE,
        id=note.id,
        via=PLACE,
        version=version,
        change="edited" if note.updated else "made",
        url=note.url if isinstance(note.url, str) else note.id,
        text="\n\n".join(filter(None, (note.summary, text))),
        links=links,
        author=author,
        posted_at=posted_at,
        replies_to=note.in_reply_to,
        quotes=note.quote or note.quote_url,
        language=next(iter(note.content_map)) if len(note.content_map) == 1 else None,
    )


def _is_public(one: Object) -> bool:
    told = [*([one.to] if isinstance(one.to, str) else one.to), *([one.cc] if isinstance(one.cc, str) else one.cc)]
    return not _PUBLIC.isdisjoint(told)


def _account(actor: str) -> str:
    known = _ACTOR.fullmatch(actor)
    return f"https://{known['server']}/@{known['name']}" if known else actor
