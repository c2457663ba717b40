"""The write rule, as far as it needs no database: changes come in, what stands and what is gone comes out.

An assertion is named by its collector and the collector's id for it, or by the post where the place itself speaks.
"""

from collections.abc import Collection, Iterable, Mapping
from functools import lru_cache
from hashlib import blake2b
from typing import Literal, NamedTuple

import msgspec
from msgspec import Struct

from hubbub.model import Account, Description, Identifier, Link, Post, Reading

Change = Reading | Account | Description
Kind = Literal["post", "assertion", "account"]
VERBS = ("replies_to", "quotes", "reposts", "likes")
NONE = (None,) * len(VERBS)
Assertion = tuple[str, str, str]  # (via, id, "") or, the place's own word, ("", source, post)


class Content(Struct, omit_defaults=True, frozen=True):
    """What an assertion says, as its row keeps it."""

    url: str | None = None
    title: str | None = None
    text: str | None = None
    links: tuple[Link, ...] = ()
    language: str | None = None


class Gone(NamedTuple):
    """A withdrawal: `name` is (source, id) of a post or account, or (via, assertion)."""

    kind: Kind
    name: tuple[str, str]
    version: str


class Folded(NamedTuple):
    """One batch of changes, each assertion once."""

    made: dict[Assertion, Reading]
    gone: dict[int, Gone]  # by hash
    accounts: list[Account]
    descriptions: dict[tuple[Identifier, str], Description]


@lru_cache(maxsize=16_384)
def hashed(kind: Kind, source: str, name: str) -> int:
    """Name a post, an assertion or an account without saying it, in 64 bits."""
    named = f"{kind}\0{source}\0{name}".encode(errors="surrogatepass")
    return int.from_bytes(blake2b(named, digest_size=8).digest(), signed=True)


def content_of(post: Post) -> bytes:
    """Encode what the post says: JSON of `Content`."""
    return msgspec.json.encode(Content(post.url, post.title, post.text, post.links, post.language))


def assertion_of(post: Post) -> Assertion:
    """Name the assertion that a post is. Raises ValueError where only the place could speak without an id."""
    if post.assertion:
        return post.via, post.assertion, ""
    if post.via != post.source:
        raise ValueError(f"{post.via} says something about {post.source} without an id of its own")
    return "", post.source, post.id


def fold(changes: Iterable[Change]) -> Folded:
    """Keep the latest of each assertion and of each withdrawal."""
    folded = Folded({}, {}, [], {})
    for change in changes:
        if isinstance(change, Reading):
            _fold_reading(change, folded)
        elif isinstance(change, Account):
            if change.change == "withdrawn":
                withdraw(folded.gone, Gone("account", (change.source, change.id), change.version))
            else:
                folded.accounts.append(change)
        else:
            name = (change.identifier, change.via)
            folded.descriptions[name] = max(change, folded.descriptions.get(name, change), key=_described)
    return folded


def _described(description: Description) -> tuple[str, bytes]:
    return description.version, msgspec.json.encode(description)


def _fold_reading(reading: Reading, folded: Folded) -> None:
    post, name = reading.post, assertion_of(reading.post)
    if post.change == "withdrawn":
        kind: Kind = "assertion" if post.assertion else "post"
        withdraw(folded.gone, Gone(kind, name[:2] if post.assertion else name[1:], post.version))
        return
    before = folded.made.get(name)
    if before is None or newer(post, before.post):
        folded.made[name] = reading


def newer(post: Post, before: Post) -> bool:
    """Say whether a statement replaces an earlier one; of two with one version, either order leaves the same."""
    if post.version != before.version:
        return post.version > before.version
    return content_of(post) > content_of(before)


def withdraw(gone: dict[int, Gone], told: Gone) -> None:
    """Add a withdrawal, unless a later one of the same is known."""
    name = hashed(told.kind, *told.name)
    if name not in gone or gone[name].version < told.version:
        gone[name] = told


def hashes_of(posts: Collection[Post]) -> set[int]:
    """The hashes of all that statements name: their posts, themselves, the authors, and the posts they touch."""
    names = {hashed("post", post.source, post.id) for post in posts}
    names.update([hashed("account", post.source, post.author) for post in posts if post.author is not None])
    names.update([hashed("assertion", post.via, post.assertion) for post in posts if post.assertion])
    names.update([hashed("post", post.source, key) for post in posts for _, key in touches_of(post)])
    return names


def touches_of(post: Post) -> list[tuple[str, str]]:
    """The posts that a post answers, quotes, passes on or likes, as (verb, id)."""
    told = (post.replies_to, post.quotes, post.reposts, post.likes)
    return [] if told == NONE else [(verb, key) for verb, key in zip(VERBS, told, strict=True) if key is not None]


def stands(post: Post, gone: Mapping[int, str]) -> bool:
    """Say whether a statement stands against the withdrawals (hash -> version).

    The place's own later word stands; what others say of a withdrawn post or of a withdrawn account's post never does.
    """
    of_post = gone.get(hashed("post", post.source, post.id))
    of_author = None if post.author is None else gone.get(hashed("account", post.source, post.author))
    if post.assertion:
        of_itself = gone.get(hashed("assertion", post.via, post.assertion), "")
        return of_post is None and of_author is None and of_itself < post.version
    return (of_post or "") < post.version and (of_author or "") < post.version
