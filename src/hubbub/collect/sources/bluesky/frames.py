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
    BLOCK,
    FOLLOW,
    LIKE,
    NAME,
    POST,
    PROFILE,
    REPOST,
    UNSEEN,
    VISIBILITY,
    Label,
    Ref,
    VisibilityRecord,
    earlier,
    echo_of,
    moment,
    post_of,
    tid,
)
from hubbub.model import Account, Block, Change, Fact, Fault, Follow, Page, Post


class Commit(Struct, gc=False):
    rev: str
    operation: str
    collection: str
    rkey: str
    record: Raw = Raw(b"")


class Identity(Struct, gc=False):
    handle: str | None = None


class Standing(Struct, gc=False):
    active: bool = True


class Frame(Struct, gc=False):
    did: str
    time_us: int
    kind: str
    commit: Commit | None = None
    identity: Identity | None = None
    account: Standing | None = None


class SubjectRecord(Struct, gc=False):
    subject: Ref
    created_at: str | None = field(name="createdAt", default=None)


class TieRecord(Struct, gc=False):
    """Who is followed, or blocked."""

    subject: str


class Labels(Struct):
    values: list[Label] = []


class ProfileRecord(Struct):
    name: str | None = field(name="displayName", default=None)
    description: str | None = None
    labels: Labels | None = None


_CHANGES: dict[str, Change] = {"delete": "withdrawn", "update": "edited"}
_BROKEN = (msgspec.MsgspecError, ValueError, OverflowError, RecursionError)
_SAID = frozenset({POST, REPOST, LIKE})
_frame = msgspec.json.Decoder(Frame)
_subject = msgspec.json.Decoder(SubjectRecord)
_tie = msgspec.json.Decoder(TieRecord)
_visibility = msgspec.json.Decoder(VisibilityRecord)
_profile = msgspec.json.Decoder(ProfileRecord)


def parse(page: Page) -> Iterator[Fact | Fault]:
    """Yield what each frame says."""
    try:
        frames = _frame.decode_lines(page.body)
        at = page.received_at
        facts = [_of_commit(one, one.commit, at) if one.commit else _of_account(one) for one in frames]
    except _BROKEN:
        frames = []
    # Else a broken line was read together with the next one.
    if len(frames) == page.body.count(b"\n") + (not page.body.endswith(b"\n")):
        yield from filter(None, facts)
    else:
        yield from _each(page)


def _each(page: Page) -> Iterator[Fact | Fault]:
    """Read line by line: one of them is broken, or empty."""
    at = page.offset
    for line in page.body.split(b"\n"):
        if line and not line.isspace():
            try:
                frame = _frame.decode(line)
                fact = _of_commit(frame, frame.commit, page.received_at) if frame.commit else _of_account(frame)
            except _BROKEN as error:
                yield Fault(f"no frame: {_reason(error)}", at, sample(line))
            else:
                if fact is not None:
                    yield fact
        at += len(line) + 1


def is_frame(line: bytes) -> bool:
    """Say whether a line is a frame."""
    try:
        _frame.decode(line)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return False
    return True


def _reason(error: Exception) -> str:
    """The error without the place in the line, so that equal faults read equal."""
    return re.sub(r" \(byte \d+\)| - at `.*`", "", str(error)) or type(error).__name__


def _of_commit(frame: Frame, commit: Commit, received_at: datetime) -> Fact | None:
    did, collection = frame.did, commit.collection
    key = f"at://{did}/{collection}/{commit.rkey}"
    change = _CHANGES.get(commit.operation, "made")
    deletes = change == "withdrawn"
    if deletes and collection in _SAID:
        return Post(source=NAME, id=key, via=NAME, version=commit.rev, change=change)
    if collection == PROFILE and not deletes:
        return _of_profile(did, commit)
    if collection == VISIBILITY:
        declines = not deletes and _visibility.decode(commit.record).declines
        return Account(source=NAME, id=did, via=NAME, version=commit.rev, declines=declines)
    if collection in (FOLLOW, BLOCK):
        # Ties are ordered by time: of a tie and its end in one page the later has to win.
        at = min(moment(frame.time_us), received_at)
        other = None if deletes else _tie.decode(commit.record).subject
        if collection == BLOCK:
            return Block(source=NAME, via=NAME, seen_at=at, blocker=did, blocked=other, id=key, change=change)
        return Follow(source=NAME, via=NAME, seen_at=at, follower=did, followed=other, id=key, change=change)
    if collection not in _SAID:
        return None
    if collection == POST:
        return post_of(did, commit.rkey, commit.rev, commit.record, moment(frame.time_us), change)
    told = _subject.decode(commit.record)
    at = earlier(told.created_at, moment(frame.time_us))
    return echo_of(did, collection, commit.rkey, commit.rev, told.subject.uri, at, change)


def _of_profile(did: str, commit: Commit) -> Account:
    profile = _profile.decode(commit.record)
    if profile.labels and any(label.val == UNSEEN for label in profile.labels.values):
        return Account(source=NAME, id=did, via=NAME, version=commit.rev, change="withdrawn")
    name, about = profile.name or None, profile.description or None
    return Account(source=NAME, id=did, via=NAME, version=commit.rev, name=name, description=about)


def _of_account(frame: Frame) -> Account | None:
    version = tid(frame.time_us)
    if frame.account is not None and not frame.account.active:
        return Account(source=NAME, id=frame.did, via=NAME, version=version, change="withdrawn")
    if frame.identity is not None and frame.identity.handle:
        return Account(source=NAME, id=frame.did, via=NAME, version=version, handle=frame.identity.handle)
    return None
