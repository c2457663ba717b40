"""The Fediverse's statuses in the shape of Mastodon's API: decoded JSON comes in, posts and accounts come out. Pure.

A post's id is its `uri`, the same on every server; an account's is its `url`. Lists of those who passed a post on name
no boost of theirs, so a boost is known by the two: who passed on what.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from urllib.parse import urlsplit

from msgspec import Struct

from hubbub.collect.html import links_and_text
from hubbub.collect.reading import utc
from hubbub.model import Account, Claim, Fact, Link, Post

FIELDS, LONGEST = 16, 500  # fields of a profile that are read, and characters of an address
PLACE, PUBLIC = "mastodon", ("public", "unlisted")
# Whom a status names and its hashtags are links in its HTML, but no words of its author's.
_ME = re.compile(r'rel="(?:[^"<>]* )?me[ "]')
_NO_LINK = re.compile(r'<a [^<>]*class="[^"<>]*\b(?:mention|hashtag)\b[^<>]*>')


class Field(Struct):
    value: str = ""
    verified_at: str | None = None


class Profile(Struct):
    id: str
    url: str
    username: str
    display_name: str = ""
    note: str = ""
    followers_count: int | None = None
    following_count: int | None = None
    hide_collections: bool | None = None
    bot: bool | None = None
    locked: bool | None = None
    discoverable: bool | None = None
    noindex: bool | None = None
    suspended: bool = False
    limited: bool = False
    fields: list[Field] = []


class Card(Struct):
    url: str | None = None
    title: str | None = None


class Status(Struct):
    id: str
    uri: str
    created_at: datetime
    account: Profile
    content: str = ""
    spoiler_text: str = ""
    visibility: str = "public"
    url: str | None = None
    edited_at: datetime | None = None
    language: str | None = None
    in_reply_to_id: str | None = None
    reblogs_count: int = 0
    replies_count: int = 0
    card: Card | None = None
    reblog: "Status | None" = None
    quote: "Quote | None" = None


class Quote(Struct):
    quoted_status: Status | None = None


def said(status: Status, uris: Mapping[str, str], seen_at: datetime) -> Iterator[Fact]:
    """What a status says, with what it passes on or quotes; nothing of what is not public."""
    quoted = status.quote.quoted_status if status.quote else None
    for one in (status, status.reblog, quoted):
        if one is not None and one.visibility in PUBLIC:
            yield speaker(one.account, seen_at)
            if one.reblog is None:
                yield _post(one, uris, seen_at)
    if status.reblog and status.visibility in PUBLIC:
        boosted_at = told_at(status.created_at, seen_at)
        yield boost(status.reblog.uri, status.account.url, stamp(boosted_at), boosted_at)


def _post(status: Status, uris: Mapping[str, str], seen_at: datetime) -> Post:
    links, text = content(status.content)
    card = status.card or Card()
    if card.url:
        links += (Link(card.url, found_in="card"),)
    quoted = status.quote.quoted_status if status.quote else None
    posted_at = told_at(status.created_at, seen_at)
    return Post(
        source=PLACE,
        id=status.uri,
        via=PLACE,
        version=stamp(told_at(status.edited_at, seen_at) if status.edited_at else posted_at),
        change="edited" if status.edited_at else "made",
        url=status.url or status.uri,
        title=card.title or None,
        text="\n\n".join(filter(None, (status.spoiler_text, text))),
        links=tuple({link.address: link for link in reversed(links)}.values())[::-1],
        author=status.account.url,
        posted_at=posted_at,
        replies_to=uris.get(status.in_reply_to_id) if status.in_reply_to_id else None,
        quotes=quoted.uri if quoted else None,
        language=status.language,
    )


def content(html: str) -> tuple[tuple[Link, ...], str]:
    """The links and the words of a post's HTML."""
    return links_and_text(_NO_LINK.sub("<a>", html))


def boost(uri: str, account: str, version: str, at: datetime | None = None) -> Post:
    """Who passed on what; a list of boosters tells no time, so that any that is told is newer."""
    id_ = f"{uri}#boosted-by={account}"
    return Post(source=PLACE, id=id_, via=PLACE, version=version, author=account, posted_at=at, reposts=uri)


def speaker(one: Profile, seen_at: datetime) -> Account:
    """Who speaks, as a server knew it when it was asked; who is suspended there is there no more."""
    if one.suspended:
        return Account(source=PLACE, id=one.url, via=PLACE, version=stamp(seen_at), change="withdrawn")
    _, note = links_and_text(one.note)
    return Account(
        source=PLACE,
        id=one.url,
        via=PLACE,
        version=stamp(seen_at),
        handle=f"{one.username}@{urlsplit(one.url).netloc}",
        name=one.display_name or None,
        description=note or None,
        url=one.url,
        followers=count(one.followers_count),
        following=count(one.following_count),
        bot=one.bot,
        hidden=_hidden(one),
        claims=tuple(_claims(one)),
    )


def _claims(one: Profile) -> Iterator[Claim]:
    """The addresses in a profile's fields, and whether the server found them to name the account back."""
    for field in one.fields[:FIELDS]:
        for link in links_and_text(field.value)[0]:
            if len(link.address) <= LONGEST:
                me = _ME.search(field.value) is not None
                yield Claim(link.address, "verified_field" if field.verified_at else "rel_me" if me else "link")


def _hidden(one: Profile) -> bool | None:
    """Whether the owner lets nobody in unasked, or is to be in no directory or search; None if nothing is told.

    Whom moderators have limited is shown by their server to those alone who follow them already.
    """
    if one.locked or one.noindex or one.limited or one.discoverable is False:
        return True
    return None if one.locked is None and one.discoverable is None else False


def count(number: int | None) -> int | None:
    """A number that is told; some servers write -1 for one that is not."""
    return number if number is not None and number >= 0 else None


def told_at(told: datetime, seen_at: datetime) -> datetime:
    """When it was, as its author's server claims, but never later than it was seen."""
    return min(utc(told) or seen_at, seen_at)


def stamp(at: datetime) -> str:
    """A time as versions tell it."""
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
