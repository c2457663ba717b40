"""The write rule, as far as it needs no database: changes come in, what stands and what is gone comes out.

An assertion is named by its collector and the collector's id for it, or by the post where the place itself speaks.
"""

from collections.abc import Iterable, Mapping
from functools import lru_cache
from hashlib import blake2b
from typing import Literal, NamedTuple
from zlib import crc32

import msgspec
from msgspec import Struct

from hubbub.model import Account, Alias, Block, Description, Follow, FollowList, Link, Post, Reading, Tally

Registered = Tally | Description | Alias
Change = Reading | Account | Follow | FollowList | Block | Registered
Kind = Literal["post", "assertion", "account", "tie", "lane"]
VERBS = ("replies_to", "quotes", "reposts", "likes")
NOTHING = (None,) * len(VERBS)
to_json = msgspec.json.Encoder().encode
_to_bytes = msgspec.msgpack.Encoder().encode
Named = tuple[Kind, str, str]  # with the source and the id of a post or account, or a collector and its own id
Hashed = tuple[Kind, str, int]  # the same by hash


class Content(Struct, omit_defaults=True, frozen=True):
    """What an assertion says, as its row keeps it."""

    url: str | None = None
    title: str | None = None
    text: str | None = None
    links: tuple[Link, ...] = ()
    language: str | None = None


class Folded(NamedTuple):
    """One batch of changes, each assertion once."""

    made: dict[Named, Reading]
    gone: dict[Named, str]  # up to which version
    accounts: list[Account]
    ties: list[Follow | FollowList]
    blocks: list[Block | FollowList]
    registered: list[Registered]


@lru_cache(maxsize=16_384)
def hashed(kind: Kind, source: str, name: str) -> int:
    """Name a post, an assertion, an account, a tie or a lane without saying it, in 64 bits."""
    named = f"{kind}\0{source}\0{name}".encode(errors="surrogatepass")
    return int.from_bytes(blake2b(named, digest_size=8).digest(), signed=True)


def content_of(post: Post) -> str:
    """Encode what the post says: JSON of `Content`."""
    return to_json(Content(post.url, post.title, post.text, post.links, post.language)).decode()


def digest_of(post: Post) -> int:
    """Number a statement, so that of two with one version either order leaves the same."""
    return crc32(_to_bytes(post))


def assertion_of(post: Post) -> Named:
    """Name the assertion that a post is. Raises ValueError where only the place could speak without an id."""
    if post.assertion:
        return "assertion", post.via, post.assertion
    if post.via != post.source:
        raise ValueError(f"{post.via} says something about {post.source} without an id of its own")
    return "post", post.source, post.id


def fold(changes: Iterable[Change]) -> Folded:
    """Keep the latest of each assertion and of each withdrawal."""
    folded = Folded({}, {}, [], [], [], [])
    for change in changes:
        match change:
            case Reading():
                _fold_reading(change, folded)
            case Account(change="withdrawn"):
                withdraw(folded.gone, ("account", change.source, change.id), change.version)
            case Account():
                folded.accounts.append(change)
            case Block() | FollowList(direction="blocks"):
                folded.blocks.append(change)
            case Follow() | FollowList():
                folded.ties.append(change)
            case Tally() | Description() | Alias():
                folded.registered.append(change)
    return folded


def _fold_reading(reading: Reading, folded: Folded) -> None:
    post, name = reading.post, assertion_of(reading.post)
    if post.change == "withdrawn":
        withdraw(folded.gone, name, post.version)
    elif (before := folded.made.get(name)) is None or _newer(post, before.post):
        folded.made[name] = reading


def _newer(post: Post, before: Post) -> bool:
    if post.version != before.version:
        return post.version > before.version
    return digest_of(post) > digest_of(before)


def withdraw(gone: dict[Named, str], name: Named, version: str) -> bool:
    """Add a withdrawal, unless a later one of the same is known; say whether it was added."""
    if gone.get(name, "") >= version:
        return False
    gone[name] = version
    return True


def touches_of(post: Post) -> list[tuple[str, str]]:
    """The posts that a post answers, quotes, passes on or likes, as (verb, id)."""
    told = (post.replies_to, post.quotes, post.reposts, post.likes)
    return [] if told == NOTHING else [(verb, key) for verb, key in zip(VERBS, told, strict=True) if key is not None]


def ends_of(tie: Follow | FollowList) -> list[Named]:
    """Name the accounts that a tie or a list speaks of."""
    keys = (tie.account,) if isinstance(tie, FollowList) else (tie.follower, tie.followed)
    return [("account", tie.source, key) for key in keys if key is not None]


def barred(post: Post, gone: Mapping[Named, str]) -> bool:
    """Say whether nobody but the place may speak of a post, because it or its author is gone."""
    if ("post", post.source, post.id) in gone:
        return True
    return post.author is not None and ("account", post.source, post.author) in gone
