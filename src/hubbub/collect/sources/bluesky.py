"""Bluesky, its archive half: Jetstream v1 frames, one a line, come in; posts, amplifications and accounts come out.

A post's id is its at-address; the repository's revision is the version, and the same clock gives account frames theirs.
"""

import re
from collections.abc import AsyncIterator, Iterable, Iterator
from datetime import UTC, datetime

import msgspec
from msgspec import Raw, Struct, field

from hubbub.collect import archive
from hubbub.collect.source import Fetch, WrongSourceError
from hubbub.model import About, Account, Change, Example, Fact, Fault, Link, Page, Post, PostKey, Span, Watch

NAME = "bluesky"
POST, REPOST, LIKE = "app.bsky.feed.post", "app.bsky.feed.repost", "app.bsky.feed.like"
PROFILE = "app.bsky.actor.profile"

# Frames may have been written anew on their way here, with blanks or with escaped slashes.
_SLASH = rb"\\?/"
_AT_POST = re.compile(
    rb"at:" + _SLASH * 2 + rb"(did:[a-z]+:[\w.:%-]+)" + _SLASH + rb"app\.bsky\.feed\.post" + _SLASH + rb"([\w.~:-]+)"
)
_CHANGED = re.compile(rb'"operation"\s*:\s*"(?:update|delete)"|"kind"\s*:\s*"(?:account|identity)"')
_LEFT = re.compile(rb'"active"\s*:\s*false')
_DID = re.compile(rb'"did"\s*:\s*"(did:[^"\\]+)"')
_COLLECTION = re.compile(rb'"collection"\s*:\s*"(app\.bsky\.[a-z]+\.[a-z]+)"')
_RKEY = re.compile(rb'"rkey"\s*:\s*"([^"\\]+)"')
_SORTABLE = "234567abcdefghijklmnopqrstuvwxyz"


class Commit(Struct):
    rev: str
    operation: str
    collection: str
    rkey: str
    record: Raw = Raw(b"")


class Identity(Struct):
    handle: str | None = None


class Standing(Struct):
    active: bool = True


class Frame(Struct):
    did: str
    time_us: int
    kind: str
    commit: Commit | None = None
    identity: Identity | None = None
    account: Standing | None = None


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


class PostRecord(Struct):
    text: str = ""
    created_at: str | None = field(name="createdAt", default=None)
    langs: list[str] = []
    facets: list[Facet] | None = None
    embed: Embed | None = None
    reply: Reply | None = None


class SubjectRecord(Struct):
    subject: Ref
    created_at: str | None = field(name="createdAt", default=None)


class ProfileRecord(Struct):
    name: str | None = field(name="displayName", default=None)
    description: str | None = None


_frame = msgspec.json.Decoder(Frame)
_post = msgspec.json.Decoder(PostRecord)
_subject = msgspec.json.Decoder(SubjectRecord)
_profile = msgspec.json.Decoder(ProfileRecord)


class Bluesky:
    """Posts, reposts, likes, quotes and replies of the AT Protocol's public network."""

    about = About(
        name=NAME,
        title="Bluesky",
        home="https://bsky.app/",
        category="social media",
        modes=("archive",),
        terms="https://bsky.social/about/support/tos",
        licence="posts belong to their authors; deletions must be honoured",
        keeps_pages="never",
        yields=("Post", "Account"),
        deletions="told",
        shapes="recorded",
        colour="#2f7de1",
        note="Jetstream v1 frames as ndjson, plain, gz or zst. A repost or like is kept if its post is held.",
        examples=(
            Example("jetstream_v1_golden_mixed.ndjson", ()),
            Example(
                "jetstream_v1_2026-07-04_lines1-100.ndjson",
                (
                    (
                        "at://did:plc:dclwtltrt2ggsryagfzk7dp4/app.bsky.feed.post/3mptbyoeyc22k",
                        "youtube:V5lDo-jw8mA",
                    ),
                    (
                        "at://did:plc:ybqkf2mtfbwx3qhga63mttja/app.bsky.feed.post/3mptbyoigog2b",
                        "url:https://ufofeed.com/266486/has-anyone-properly-debunked-tic-tac-video",
                    ),
                ),
            ),
        ),
    )

    def lanes(self, watch: Watch) -> Iterable[str]:
        """Files are given from outside."""
        return ()

    async def read(self, lane: str, since: str, fetch: Fetch) -> AsyncIterator[Page]:
        """Yield pages of frames."""
        if not since:
            _check(archive.head(lane, fetch))
        for page in archive.pages(lane, since, fetch):
            yield page

    def touches(self, page: Page) -> Iterator[tuple[Span, PostKey | None]]:
        """Find the posts that a line answers, quotes, passes on or likes, and whom or what it changes."""
        body = page.body
        for match in _AT_POST.finditer(body):
            key = b"at://%b/app.bsky.feed.post/%b" % match.groups()
            yield _line(body, match.start()), key.decode()
        for match in _CHANGED.finditer(body):
            span = _line(body, match.start())
            line = body[slice(*span)]
            did, collection, rkey = _DID.search(line), _COLLECTION.search(line), _RKEY.search(line)
            if did is None:
                continue
            if collection is None or rkey is None or collection[1].decode() == PROFILE:
                yield span, None if collection is None and _LEFT.search(line) else did[1].decode()
            elif collection[1].decode() == POST and b'"delete"' in line:
                yield span, None
            else:
                yield span, f"at://{did[1].decode()}/{collection[1].decode()}/{rkey[1].decode()}"

    def parse(self, page: Page) -> Iterator[Fact | Fault]:
        """Yield what each frame says."""
        at = page.offset
        for line in page.body.split(b"\n"):
            if line.strip():
                yield from _parse(line, at)
            at += len(line) + 1


def _line(body: bytes, at: int) -> Span:
    end = body.find(b"\n", at)
    return body.rfind(b"\n", 0, at) + 1, end if end >= 0 else len(body)


def _check(head: bytes) -> None:
    """Raise `WrongSourceError` unless one of the first lines is a frame."""
    lines = [line for line in head.split(b"\n")[:20] if line.strip()]
    if not lines:
        raise WrongSourceError("there is nothing in it")
    for line in lines:
        try:
            _frame.decode(line)
        except (msgspec.MsgspecError, ValueError, RecursionError):
            continue
        return
    raise WrongSourceError("its lines are no Jetstream frames (JSON with did, time_us and kind)")


def _parse(line: bytes, at: int) -> Iterator[Fact | Fault]:
    try:
        frame = _frame.decode(line)
        fact = _of_commit(frame, frame.commit) if frame.commit else _of_account(frame)
    except (msgspec.MsgspecError, ValueError, OverflowError, RecursionError) as error:
        yield Fault(f"no frame: {_reason(error)}", at, line[:200].decode(errors="replace"))
        return
    if fact is not None:
        yield fact


def _reason(error: Exception) -> str:
    """The error without the place in the line, so that equal faults read equal."""
    return re.sub(r" \(byte \d+\)| - at `.*`", "", str(error)) or type(error).__name__


def _of_commit(frame: Frame, commit: Commit) -> Fact | None:
    if commit.collection == PROFILE and commit.operation != "delete":
        profile = _profile.decode(commit.record)
        name, about = profile.name or None, profile.description or None
        return Account(source=NAME, id=frame.did, via=NAME, version=commit.rev, name=name, description=about)
    if commit.collection not in (POST, REPOST, LIKE):
        return None
    key = f"at://{frame.did}/{commit.collection}/{commit.rkey}"
    if commit.operation == "delete":
        return Post(source=NAME, id=key, via=NAME, version=commit.rev, change="withdrawn")
    change: Change = "edited" if commit.operation == "update" else "made"
    if commit.collection == POST:
        return _of_post(frame, commit, key, change)
    told = _subject.decode(commit.record)
    if f"/{POST}/" not in told.subject.uri:
        return None
    return Post(
        source=NAME,
        id=key,
        via=NAME,
        version=commit.rev,
        change=change,
        author=frame.did,
        posted_at=_when(told.created_at, frame.time_us),
        reposts=told.subject.uri if commit.collection == REPOST else None,
        likes=told.subject.uri if commit.collection == LIKE else None,
    )


def _of_post(frame: Frame, commit: Commit, key: str, change: Change) -> Post:
    record = _post.decode(commit.record)
    embed = record.embed or Embed()
    card = embed.external or (embed.media and embed.media.external)
    links = [Link(f.uri) for facet in record.facets or () for f in facet.features if f.uri]
    if card and card.uri:
        links.append(Link(card.uri, found_in="card"))
    quoted = embed.record and (embed.record.uri or (embed.record.record and embed.record.record.uri))
    parent = record.reply.parent.uri if record.reply and record.reply.parent else None
    return Post(
        source=NAME,
        id=key,
        via=NAME,
        version=commit.rev,
        change=change,
        url=f"https://bsky.app/profile/{frame.did}/post/{commit.rkey}",
        title=card.title if card and card.title else None,
        text=record.text,
        links=tuple(dict.fromkeys(links)),
        author=frame.did,
        posted_at=_when(record.created_at, frame.time_us),
        replies_to=parent or None,
        quotes=quoted if quoted and f"/{POST}/" in quoted else None,
        language=record.langs[0] if record.langs else None,
    )


def _of_account(frame: Frame) -> Account | None:
    version = _tid(frame.time_us)
    if frame.account is not None and not frame.account.active:
        return Account(source=NAME, id=frame.did, via=NAME, version=version, change="withdrawn")
    if frame.identity is not None and frame.identity.handle:
        return Account(source=NAME, id=frame.did, via=NAME, version=version, handle=frame.identity.handle)
    return None


def _tid(time_us: int) -> str:
    """The time as a revision of the protocol, so that both compare: 13 digits of 5 bits, the last 10 bits a clock."""
    number = (time_us & (1 << 53) - 1) << 10
    return "".join(_SORTABLE[number >> shift & 31] for shift in range(60, -1, -5))


def _when(created_at: str | None, time_us: int) -> datetime:
    """When it was said: what the author's client claims, but never later than it was seen (as Bluesky itself sorts)."""
    seen = datetime.fromtimestamp(time_us / 1_000_000, UTC)
    try:
        claimed = datetime.fromisoformat(created_at) if created_at else seen
    except ValueError:
        return seen
    return min(claimed.astimezone(UTC) if claimed.tzinfo else claimed.replace(tzinfo=UTC), seen)
