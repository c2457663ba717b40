"""Jetstream v1 frames, one a line, come in; posts, amplifications, accounts and ties come out.

The repository's revision is the version, and the same clock gives account frames theirs.
"""

import re
from collections.abc import Iterator
from datetime import datetime

import msgspec
from msgspec import Raw, Struct, field

from hubbub.collect.reading import sample
from hubbub.collect.sources.bluesky.records import (
    FOLLOW,
    LIKE,
    NAME,
    POST,
    PROFILE,
    REPOST,
    Ref,
    earlier,
    echo_of,
    moment,
    post_of,
    tid,
)
from hubbub.model import Account, Change, Fact, Fault, Follow, Page, Post, PostKey, Span

# Frames may have been written anew on their way here, with blanks or with escaped slashes.
_SLASH = rb"\\?/"
_AT_POST = re.compile(
    rb"at:" + _SLASH * 2 + rb"(did:[a-z]+:[\w.:%-]+)" + _SLASH + rb"app\.bsky\.feed\.post" + _SLASH + rb"([\w.~:-]+)"
)
_CHANGED = re.compile(rb'"operation"\s*:\s*"(?:update|delete)"|"kind"\s*:\s*"(?:account|identity)"')
_FOLLOWED = re.compile(rb'"collection"\s*:\s*"app\.bsky\.graph\.follow"')
_LEFT = re.compile(rb'"active"\s*:\s*false')
_DID = re.compile(rb'"did"\s*:\s*"(did:[^"\\]+)"')
_SUBJECT = re.compile(rb'"subject"\s*:\s*"(did:[^"\\]+)"')
_COLLECTION = re.compile(rb'"collection"\s*:\s*"(app\.bsky\.[a-z]+\.[a-z]+)"')
_RKEY = re.compile(rb'"rkey"\s*:\s*"([^"\\]+)"')


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


class SubjectRecord(Struct):
    subject: Ref
    created_at: str | None = field(name="createdAt", default=None)


class FollowRecord(Struct):
    subject: str


class ProfileRecord(Struct):
    name: str | None = field(name="displayName", default=None)
    description: str | None = None


_frame = msgspec.json.Decoder(Frame)
_subject = msgspec.json.Decoder(SubjectRecord)
_follow = msgspec.json.Decoder(FollowRecord)
_profile = msgspec.json.Decoder(ProfileRecord)


def touches(page: Page) -> Iterator[tuple[Span, PostKey | None]]:
    """Find the posts that a line answers, quotes, passes on or likes, whom it ties, and whom or what it changes."""
    body = page.body
    for match in _AT_POST.finditer(body):
        key = b"at://%b/app.bsky.feed.post/%b" % match.groups()
        yield _line(body, match.start()), key.decode()
    for match in _FOLLOWED.finditer(body):
        span = _line(body, match.start())
        for named in (_DID.search(body, *span), _SUBJECT.search(body, *span)):
            if named is not None:
                yield span, named[1].decode(errors="replace")
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


def parse(page: Page) -> Iterator[Fact | Fault]:
    """Yield what each frame says."""
    at = page.offset
    for line in page.body.split(b"\n"):
        if line.strip():
            yield from _parse(line, at, page.received_at)
        at += len(line) + 1


def is_frame(line: bytes) -> bool:
    """Say whether a line is a frame."""
    try:
        _frame.decode(line)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return False
    return True


def _line(body: bytes, at: int) -> Span:
    end = body.find(b"\n", at)
    return body.rfind(b"\n", 0, at) + 1, end if end >= 0 else len(body)


def _parse(line: bytes, at: int, received_at: datetime) -> Iterator[Fact | Fault]:
    try:
        frame = _frame.decode(line)
        seen_at = moment(frame.time_us)
        fact = _of_commit(frame.did, frame.commit, seen_at, received_at) if frame.commit else _of_account(frame)
    except (msgspec.MsgspecError, ValueError, OverflowError, RecursionError) as error:
        yield Fault(f"no frame: {_reason(error)}", at, sample(line))
        return
    if fact is not None:
        yield fact


def _reason(error: Exception) -> str:
    """The error without the place in the line, so that equal faults read equal."""
    return re.sub(r" \(byte \d+\)| - at `.*`", "", str(error)) or type(error).__name__


def _of_commit(did: str, commit: Commit, seen_at: datetime, received_at: datetime) -> Fact | None:
    key = f"at://{did}/{commit.collection}/{commit.rkey}"
    deletes = commit.operation == "delete"
    change: Change = "withdrawn" if deletes else "edited" if commit.operation == "update" else "made"
    if commit.collection == PROFILE and not deletes:
        profile = _profile.decode(commit.record)
        name, about = profile.name or None, profile.description or None
        return Account(source=NAME, id=did, via=NAME, version=commit.rev, name=name, description=about)
    if commit.collection == FOLLOW:
        # Ties are ordered by time: of a tie and its end in one page the later has to win.
        at, followed = min(seen_at, received_at), None if deletes else _follow.decode(commit.record).subject
        return Follow(source=NAME, via=NAME, seen_at=at, follower=did, followed=followed, id=key, change=change)
    if commit.collection not in (POST, REPOST, LIKE):
        return None
    if deletes:
        return Post(source=NAME, id=key, via=NAME, version=commit.rev, change=change)
    if commit.collection == POST:
        return post_of(did, commit.rkey, commit.rev, commit.record, seen_at, change)
    told = _subject.decode(commit.record)
    return echo_of(key, commit.rev, told.subject.uri, earlier(told.created_at, seen_at), change)


def _of_account(frame: Frame) -> Account | None:
    version = tid(frame.time_us)
    if frame.account is not None and not frame.account.active:
        return Account(source=NAME, id=frame.did, via=NAME, version=version, change="withdrawn")
    if frame.identity is not None and frame.identity.handle:
        return Account(source=NAME, id=frame.did, via=NAME, version=version, handle=frame.identity.handle)
    return None
