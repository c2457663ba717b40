"""What the protocol's records say: a record, who keeps it and when it was seen come in; a post comes out.

A post's id is its at-address. Its version is a revision of the repository it lies in: 13 sortable digits that tell a
time, as the keys of posts do.
"""

import re
from datetime import UTC, datetime, timedelta

import msgspec
from msgspec import Raw, Struct, field

from hubbub.model import Change, Link, Post

NAME = "bluesky"
POST, REPOST, LIKE = "app.bsky.feed.post", "app.bsky.feed.repost", "app.bsky.feed.like"
PROFILE, FOLLOW, BLOCK = "app.bsky.actor.profile", "app.bsky.graph.follow", "app.bsky.graph.block"
VISIBILITY = "app.bsky.actor.contentVisibilityDeclaration"  # one record, whose key is `self`
COLLECTIONS = (POST, REPOST, LIKE, PROFILE, FOLLOW, BLOCK, VISIBILITY)
# An account that wants to be shown to nobody who is not logged in. We are not, whoever reads what we keep.
UNSEEN = "!no-unauthenticated"

_DIGITS = "234567abcdefghijklmnopqrstuvwxyz"
_TID = re.compile(f"[{_DIGITS[:16]}][{_DIGITS}]{{12}}")
_AT = re.compile(r"at://(did:[a-z]+:[\w.:%-]+)/([\w.-]+)/([\w.~:-]+)", re.ASCII)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


class Ref(Struct):
    uri: str = ""


class Feature(Struct):
    uri: str | None = None


class Facet(Struct):
    features: list[Feature] = []


class External(Struct):
    uri: str = ""
    title: str = ""


class Media(Struct):
    external: External | None = None


class Quoted(Struct):
    uri: str | None = None
    record: Ref | None = None


class Embed(Struct):
    external: External | None = None
    media: Media | None = None
    record: Quoted | None = None


class Reply(Struct):
    parent: Ref | None = None


class Label(Struct):
    val: str = ""


class VisibilityRecord(Struct):
    declines: bool = field(name="hideFromAlgorithmicRecommendations", default=False)


class PostRecord(Struct):
    text: str = ""
    created_at: str | None = field(name="createdAt", default=None)
    langs: list[str] = []
    facets: list[Facet] | None = None
    embed: Embed | None = None
    reply: Reply | None = None


_post = msgspec.json.Decoder(PostRecord)


def split(key: str) -> tuple[str, str, str]:
    """Take an at-address apart: repository, collection and key. Raises ValueError if it is none."""
    found = _AT.fullmatch(key)
    if found is None:
        raise ValueError("an address that is none of the protocol's")
    return found[1], found[2], found[3]


def post_of(did: str, rkey: str, version: str, record: Raw, seen_at: datetime, change: Change = "made") -> Post:
    """Make a post of its record. Raises `msgspec.MsgspecError` and ValueError."""
    said = _post.decode(record)
    embed = said.embed or Embed()
    card = embed.external or (embed.media and embed.media.external)
    links = [Link(f.uri) for facet in said.facets or () for f in facet.features if f.uri]
    if card and card.uri:
        links.append(Link(card.uri, found_in="card"))
    quoted = embed.record and (embed.record.uri or (embed.record.record and embed.record.record.uri))
    parent = said.reply.parent.uri if said.reply and said.reply.parent else None
    return Post(
        source=NAME,
        id=f"at://{did}/{POST}/{rkey}",
        via=NAME,
        version=version,
        change=change,
        url=f"https://bsky.app/profile/{did}/post/{rkey}",
        title=card.title if card and card.title else None,
        text=said.text,
        links=tuple(dict.fromkeys(links)),
        author=did,
        posted_at=earlier(said.created_at, seen_at),
        replies_to=parent or None,
        quotes=quoted if quoted and f"/{POST}/" in quoted else None,
        language=said.langs[0] if said.langs else None,
    )


def echo_of(
    did: str, collection: str, rkey: str, version: str, subject: str, at: datetime, change: Change = "made"
) -> Post | None:
    """Make a repost or like of its at-address' parts and what it is about; None where that is no post."""
    if f"/{POST}/" not in subject:
        return None
    return Post(
        source=NAME,
        id=f"at://{did}/{collection}/{rkey}",
        via=NAME,
        version=version,
        change=change,
        author=did,
        posted_at=at,
        reposts=subject if collection == REPOST else None,
        likes=subject if collection == LIKE else None,
    )


# Times


def micros(at: datetime) -> int:
    """Microseconds since 1970."""
    return (at - _EPOCH) // _MICROSECOND


def moment(time_us: int) -> datetime:
    """The time of microseconds since 1970. Raises OverflowError."""
    return _EPOCH + time_us * _MICROSECOND


def tid(time_us: int) -> str:
    """The time as a revision of the protocol, so that both compare: 13 digits of 5 bits, the last 10 bits a clock."""
    number = (time_us & (1 << 53) - 1) << 10
    return "".join(_DIGITS[number >> shift & 31] for shift in range(60, -1, -5))


def made_at(rkey: str, seen_at: datetime) -> datetime:
    """When a record was made, as its key tells, but never later than it was seen."""
    if not _TID.fullmatch(rkey):
        return seen_at
    number = 0
    for digit in rkey:
        number = number << 5 | _DIGITS.index(digit)
    return min(moment(number >> 10), seen_at)


def version_of(rkey: str, seen_at: datetime) -> str:
    """A version for a record of which only the key is known: no later than the revision that made it.

    So what a stream tells of it, withdrawals above all, goes before what a view showed, however late it showed it.
    """
    latest = tid(micros(seen_at))
    return min(rkey, latest) if _TID.fullmatch(rkey) else latest


def earlier(claimed: str | None, seen_at: datetime) -> datetime:
    """When it was said: what the author's client claims, but never later than it was seen (as Bluesky itself sorts)."""
    return min(read_time(claimed) or seen_at, seen_at)


def read_time(written: str | None) -> datetime | None:
    """A time as the protocol writes it, None if it is none."""
    try:
        at = datetime.fromisoformat(written) if written else None
        return at if at is None or at.tzinfo is UTC else at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None
