"""What AppViews answer: a page of one XRPC method comes in; posts, accounts and ties come out.

A view shows a record without the revision that made it, so versions are made of its key: see `version_of`.
"""

from collections.abc import Callable, Iterable, Iterator
from datetime import timedelta
from typing import Literal
from urllib.parse import parse_qs, urlsplit

import msgspec
from msgspec import Raw, Struct, field

from hubbub.collect.reading import sample
from hubbub.collect.sources.bluesky.lanes import apart, asked_of, list_of
from hubbub.collect.sources.bluesky.records import (
    BLOCK,
    LIKE,
    NAME,
    POST,
    REPOST,
    UNSEEN,
    Label,
    VisibilityRecord,
    echo_of,
    made_at,
    micros,
    post_of,
    read_time,
    split,
    tid,
    version_of,
)
from hubbub.model import Account, Alias, Block, Claim, Fact, Fault, Follow, FollowList, Identifier, Page, Post

# An AppView may lag behind the network: what it says of an account is dated back, so that it never outdoes what a
# stream has told since, a withdrawal above all.
LAG = timedelta(minutes=10)
HOSTED = ".bsky.social"  # the network's own domain, whose names prove nothing
_AWAY = ("AccountDeactivated", "AccountTakedown")
_BAD = (msgspec.MsgspecError, ValueError, OverflowError, RecursionError)


class Actor(Struct):
    did: str
    handle: str | None = None
    name: str | None = field(name="displayName", default=None)
    description: str | None = None
    followers: int | None = field(name="followersCount", default=None)
    following: int | None = field(name="followsCount", default=None)
    labels: list[Label] | None = None


class View(Struct):
    uri: str
    author: Actor
    record: Raw
    indexed_at: str | None = field(name="indexedAt", default=None)
    replies: int = field(name="replyCount", default=0)
    quotes: int = field(name="quoteCount", default=0)
    reposts: int = field(name="repostCount", default=0)
    likes: int = field(name="likeCount", default=0)


class Posts(Struct):
    """An answer of `getPosts`, `getQuotes` or `searchPosts`; each post for itself."""

    posts: list[Raw]
    cursor: str | None = None


class _Reason(Struct):
    by: Actor | None = None
    uri: str | None = None
    indexed_at: str | None = field(name="indexedAt", default=None)


class _Entry(Struct):
    post: Raw
    reason: _Reason | None = None


class Feed(Struct):
    feed: list[Raw]
    cursor: str | None = None


class _Thread(Struct):
    post: Raw = Raw(b"")
    replies: list[Raw] = []


class _Threads(Struct):
    thread: Raw


class Profiles(Struct):
    profiles: list[Raw]


class Ties(Struct):
    subject: Actor
    followers: list[Raw] = []
    follows: list[Raw] = []
    cursor: str | None = None

    @property
    def listed(self) -> list[Raw]:
        return self.followers + self.follows


class _Blocked(Struct):
    subject: str


class Blocking(Struct):
    """A record by which an account blocks another."""

    uri: str
    value: _Blocked


class Blocks(Struct):
    """Records of that kind, as `listRecords` gives them."""

    records: list[Raw]
    cursor: str | None = None

    @property
    def listed(self) -> list[Raw]:
        return self.records


class _Visibility(Struct):
    value: VisibilityRecord


class Record(Struct):
    did: str
    collection: str
    rkey: str


class Backlinks(Struct):
    records: list[Record]
    cursor: str | None = None


class _Refused(Struct):
    error: str
    message: str = ""


class _Named(Struct):
    uri: str | None = None
    did: str | None = None

    @property
    def key(self) -> str | None:
        return self.uri or self.did


def parse(page: Page) -> Iterator[Fact | Fault]:
    """Yield what an answer says, and what of it could not be read."""
    method = urlsplit(page.address).path.rpartition("/")[2]
    try:
        yield from _refused(page, method) or _METHODS[method](page)
    except (*_BAD, KeyError):
        yield Fault(f"no answer of {method[:80]}", sample=sample(page.body))


def _refused(page: Page, method: str) -> list[Fact | Fault]:
    """An answer that says why there is none; whoever was asked about and is not there has left."""
    try:
        refused = msgspec.json.decode(page.body, type=_Refused)
    except _BAD:
        return []
    asked = apart(page.lane)
    has_left = refused.error in _AWAY or refused.message.startswith("Actor not found")
    if asked.kind in ("followers", "follows") and has_left:
        return [_left(page, asked.argument)]
    return [Fault(f"{method} is answered with {refused.error[:80]}", sample=sample(page.body))]


# Posts


def _posts(page: Page) -> Iterator[Fact | Fault]:
    yield from _views(page, msgspec.json.decode(page.body, type=Posts).posts)


def _held_posts(page: Page) -> Iterator[Fact | Fault]:
    """Posts by their addresses: those that were asked for, are held and no longer shown, are gone."""
    shown = msgspec.json.decode(page.body, type=Posts).posts
    yield from _views(page, shown)
    for key in _missing(page, "posts", shown):
        yield Post(source=NAME, id=key, via=NAME, version=tid(micros(page.received_at)), change="withdrawn")


def _views(page: Page, views: Iterable[Raw]) -> Iterator[Fact | Fault]:
    for raw in views:
        try:
            yield from _of_view(page, msgspec.json.decode(raw, type=View))
        except _BAD:
            yield Fault("no view of a post", sample=sample(raw))


def _of_view(page: Page, view: View) -> Iterable[Fact]:
    did, collection, rkey = split(view.uri)
    if collection != POST or did != view.author.did:
        raise ValueError("no post of its author")
    seen_at = min(read_time(view.indexed_at) or page.received_at, page.received_at)
    return (post_of(did, rkey, version_of(rkey, seen_at), view.record, seen_at), _account(page, view.author))


def _feed(page: Page) -> Iterator[Fact | Fault]:
    """What an account has posted and passed on."""
    for raw in msgspec.json.decode(page.body, type=Feed).feed:
        try:
            entry = msgspec.json.decode(raw, type=_Entry)
            facts = list(_of_view(page, msgspec.json.decode(entry.post, type=View)))
            reason, post = entry.reason, facts[0]
            if reason and reason.uri and reason.by and isinstance(post, Post):
                did, collection, rkey = split(reason.uri)
                seen_at = min(read_time(reason.indexed_at) or page.received_at, page.received_at)
                made = made_at(rkey, seen_at)
                echo = echo_of(did, collection, rkey, version_of(rkey, seen_at), post.id, made)
                facts += [one for one in (echo, _account(page, reason.by)) if one is not None]
            yield from facts
        except _BAD:
            yield Fault("no entry of a feed", sample=sample(raw))


def _thread(page: Page) -> Iterator[Fact | Fault]:
    """A post and what answers it, and what answers that."""
    left = [msgspec.json.decode(page.body, type=_Threads).thread]
    while left:
        raw = left.pop()
        try:
            thread = msgspec.json.decode(raw, type=_Thread)
        except _BAD:
            yield Fault("no part of a thread", sample=sample(raw))
            continue
        left += thread.replies
        if bytes(thread.post):  # else it is gone, or its author has blocked the other
            yield from _views(page, [thread.post])


def _backlinks(page: Page) -> Iterator[Fact | Fault]:
    """Reposts and likes of a post, and who blocks an account, by the records' addresses."""
    subject = parse_qs(urlsplit(page.address).query)["subject"][0]
    for one in msgspec.json.decode(page.body, type=Backlinks).records:
        if one.collection == BLOCK:
            yield _block(page, f"at://{one.did}/{BLOCK}/{one.rkey}", one.did, subject)
        elif one.collection in (REPOST, LIKE):
            key, version = f"at://{one.did}/{one.collection}/{one.rkey}", version_of(one.rkey, page.received_at)
            try:
                echo = echo_of(*split(key), version, subject, made_at(one.rkey, page.received_at))
            except ValueError:
                yield Fault("no address of a record", sample=key[:200])
                continue
            if echo is not None:
                yield echo


# Accounts and ties


def _profiles(page: Page) -> Iterator[Fact | Fault]:
    """Profiles: accounts that were asked for and are no longer shown have left."""
    shown = msgspec.json.decode(page.body, type=Profiles).profiles
    yield from (fact for _, fact in _actors(page, shown))
    for did in _missing(page, "profiles", shown):
        yield _left(page, did)


def _visibility(page: Page) -> Iterator[Fact]:
    """Whether an account wants to be recommended. An AppView may know of no such record, so none says nothing."""
    declines = msgspec.json.decode(page.body, type=_Visibility).value.declines
    version = tid(micros(page.received_at - LAG))
    yield Account(source=NAME, id=apart(page.lane).argument, via=NAME, version=version, declines=declines)


def _blocks(page: Page) -> Iterator[Fact | Fault]:
    """One page of those whom an account blocks; with the last one, how far the list was read."""
    whose = apart(page.lane).argument
    for raw in msgspec.json.decode(page.body, type=Blocks).records:
        try:
            one = msgspec.json.decode(raw, type=Blocking)
            yield _block(page, one.uri, whose, one.value.subject)
        except _BAD:
            yield Fault("no record of a block", sample=sample(raw))
    yield from _end_of(page, whose, "blocks")


def _block(page: Page, key: str, blocker: str, blocked: str) -> Block:
    return Block(source=NAME, via=NAME, seen_at=page.received_at, blocker=blocker, blocked=blocked, id=key)


def _end_of(page: Page, whose: str, direction: Literal["followers", "following", "blocks"]) -> Iterator[FollowList]:
    began_at, complete = list_of(page.resume)
    if began_at is not None and complete is not None:
        yield FollowList(
            source=NAME, account=whose, direction=direction, via=NAME, began_at=began_at, complete=complete
        )


def _ties(page: Page) -> Iterator[Fact | Fault]:
    """One page of the followers of an account, or of whom it follows; with the last one, how far the list was read."""
    ties = msgspec.json.decode(page.body, type=Ties)
    whose, asked = ties.subject.did, apart(page.lane).argument
    if asked != whose:  # whoever was asked for by their handle is known by both from now on
        named = (Identifier(NAME, asked), Identifier(NAME, whose))
        version = tid(micros(page.received_at))
        yield Alias(identifier=named[0], relation="is_same_as", other=named[1], via=NAME, version=version)
    direction: Literal["followers", "following"] = "followers" if page.lane.startswith("followers:") else "following"
    for actor, fact in _actors(page, ties.followers if direction == "followers" else ties.follows):
        yield fact
        if actor is not None:
            ends = (actor.did, whose) if direction == "followers" else (whose, actor.did)
            yield Follow(source=NAME, via=NAME, seen_at=page.received_at, follower=ends[0], followed=ends[1])
    yield from _end_of(page, whose, direction)


def _actors(page: Page, raws: Iterable[Raw]) -> Iterator[tuple[Actor | None, Fact | Fault]]:
    for raw in raws:
        try:
            actor = msgspec.json.decode(raw, type=Actor)
            yield actor, _account(page, actor)
        except _BAD:
            yield None, Fault("no profile", sample=sample(raw))


def _account(page: Page, actor: Actor) -> Account:
    handle = None if actor.handle == "handle.invalid" else actor.handle
    said = None if actor.labels is None else {label.val for label in actor.labels}
    if said and UNSEEN in said:
        return _left(page, actor.did)
    return Account(
        source=NAME,
        id=actor.did,
        via=NAME,
        version=tid(micros(page.received_at - LAG)),
        handle=handle or None,
        name=actor.name or None,
        description=actor.description or None,
        url=f"https://bsky.app/profile/{actor.did}",
        followers=actor.followers,
        following=actor.following,
        bot=None if said is None else "bot" in said,
        claims=tuple(_claims(handle)),
    )


def _claims(handle: str | None) -> Iterator[Claim]:
    """A domain of its own: a view gives a handle only where that names the account back."""
    if handle and not handle.endswith(HOSTED):
        yield Claim(f"https://{handle}", "handle")


def _left(page: Page, did: str) -> Account:
    return Account(source=NAME, id=did, via=NAME, version=tid(micros(page.received_at)), change="withdrawn")


def _missing(page: Page, kind: str, shown: Iterable[Raw]) -> list[str]:
    """What was asked for and is not shown; nothing where it cannot be told what is shown."""
    try:
        named = {msgspec.json.decode(raw, type=_Named).key for raw in shown}
    except _BAD:
        return []
    return [key for key in asked_of(page.lane, kind) if key not in named]


_METHODS: dict[str, Callable[[Page], Iterable[Fact | Fault]]] = {
    "app.bsky.feed.searchPosts": _posts,
    "app.bsky.feed.getQuotes": _posts,
    "app.bsky.feed.getPosts": _held_posts,
    "app.bsky.feed.getAuthorFeed": _feed,
    "app.bsky.feed.getPostThread": _thread,
    "blue.microcosm.links.getBacklinks": _backlinks,
    "app.bsky.actor.getProfiles": _profiles,
    "com.atproto.repo.getRecord": _visibility,
    "com.atproto.repo.listRecords": _blocks,
    "app.bsky.graph.getFollowers": _ties,
    "app.bsky.graph.getFollows": _ties,
}
