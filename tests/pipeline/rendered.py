"""The same kind of histories as lines of real archives: Jetstream frames and events, and the facts they state."""

import json
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from hypothesis import strategies as st

from hubbub.model import Account, Identifier, Post
from tests.store.fold_model import WORKS, link_to

PLACE, COLLECTOR, ELSEWHERE = "bluesky", "crossref_event_data", "reddit"
START = datetime(2026, 7, 1, 22, tzinfo=UTC)
AUTHORS = [f"did:plc:{letter * 24}" for letter in "xyz"]
POST, REPOST = "app.bsky.feed.post", "app.bsky.feed.repost"
DIGITS = "234567abcdefghijklmnopqrstuvwxyz"


class Line(NamedTuple):
    """One line of an archive, and what it states."""

    at: int
    text: bytes
    states: tuple[Post | Account, ...]


def time_of(at: int) -> datetime:
    return START + timedelta(minutes=at)


def revision(at: int) -> str:
    """A moment as a revision of the protocol: 13 digits, the last two a clock."""
    number = int(time_of(at).timestamp() * 1_000_000) << 10
    digits = ""
    while len(digits) < 13:
        number, digit = divmod(number, 32)
        digits = DIGITS[digit] + digits
    return digits


def stamp(at: int) -> str:
    return time_of(at).isoformat(timespec="microseconds")


def _line(at: int, frame: dict[str, Any], *states: Post | Account) -> Line:
    told = {"did": frame.pop("did"), "time_us": int(time_of(at).timestamp() * 1_000_000), **frame}
    return Line(at, json.dumps(told, separators=(",", ":")).encode(), states)


def commit(at: int, author: str, collection: str, rkey: str, operation: str, record: Any, state: Post) -> Line:
    told: dict[str, Any] = {"rev": revision(at), "operation": operation, "collection": collection, "rkey": rkey}
    if record is not None:
        told |= {"record": {"$type": collection, **record}, "cid": "bafyreib"}
    return _line(at, {"did": author, "kind": "commit", "commit": told}, state)


def key_of(author: str, collection: str, rkey: str) -> str:
    return f"at://{author}/{collection}/{rkey}"


def wrote(at: int, author: str, rkey: str, work: Identifier | None, operation: str, quotes: str | None = None) -> Line:
    """A post that links to a work in a card."""
    text = f"text-{rkey}-{at}-end"
    record: dict[str, Any] = {"text": text, "langs": ["en"], "createdAt": stamp(at - 1)}
    card = {"$type": "app.bsky.embed.external", "external": {"uri": f"https://doi.org/{work.value}"}} if work else None
    quoted = {"$type": "app.bsky.embed.record", "record": {"uri": quotes, "cid": "c"}} if quotes else None
    if card and quoted:
        record["embed"] = {"$type": "app.bsky.embed.recordWithMedia", "media": card, "record": quoted}
    elif card or quoted:
        record["embed"] = card or quoted
    state = Post(
        source=PLACE,
        id=key_of(author, POST, rkey),
        via=PLACE,
        version=revision(at),
        change="edited" if operation == "update" else "made",
        url=f"https://bsky.app/profile/{author}/post/{rkey}",
        text=text,
        links=(link_to(work, found_in="card"),) if work else (),
        author=author,
        posted_at=time_of(at - 1),
        quotes=quotes,
        language="en",
    )
    return commit(at, author, POST, rkey, operation, record, state)


def deleted(at: int, author: str, collection: str, rkey: str) -> Line:
    key = key_of(author, collection, rkey)
    state = Post(source=PLACE, id=key, via=PLACE, version=revision(at), change="withdrawn")
    return commit(at, author, collection, rkey, "delete", None, state)


def passed_on(at: int, author: str, rkey: str, original: str) -> Line:
    record = {"subject": {"uri": original, "cid": "bafyreib"}, "createdAt": stamp(at)}
    state = Post(
        source=PLACE,
        id=key_of(author, REPOST, rkey),
        via=PLACE,
        version=revision(at),
        author=author,
        posted_at=time_of(at),
        reposts=original,
    )
    return commit(at, author, REPOST, rkey, "create", record, state)


def account(at: int, author: str, active: bool) -> Line:
    told = Account(source=PLACE, id=author, via=PLACE, version=revision(at), change="withdrawn")
    return _line(
        at,
        {"did": author, "kind": "account", "account": {"active": active, "did": author, "seq": at}},
        *(() if active else (told,)),
    )


def identity(at: int, author: str) -> Line:
    handle = f"handle-{author[-1]}-{at}-end"
    told = Account(source=PLACE, id=author, via=PLACE, version=revision(at), handle=handle)
    frame = {"did": author, "kind": "identity", "identity": {"did": author, "handle": handle, "seq": at}}
    return _line(at, frame, told)


def event(at: int, number: int, source: str, subject: str, author: str, work: Identifier, change: str) -> Line:
    """An event; its `updated` says that it was edited or deleted."""
    told: dict[str, Any] = {
        "id": f"event{number}",
        "source_id": source,
        "subj_id": subject,
        "obj_id": f"https://doi.org/{work.value}",
        "relation_type_id": "discusses",
        "occurred_at": stamp(0),
        "timestamp": stamp(at),
        "subj": {"title": f"title-{number}-{at}-end", "author": {"url": author, "name": f"name-{author[-1]}-{at}-end"}},
    }
    name = {"source": source, "id": subject, "via": COLLECTOR, "assertion": told["id"], "version": stamp(at)}
    if change != "made":
        told |= {"updated": "deleted" if change == "withdrawn" else "edited", "updated-date": stamp(at)}
    if change == "withdrawn":
        return Line(at, json.dumps(told).encode(), (Post(**name, change="withdrawn"),))
    who = Account(source=source, id=author, via=COLLECTOR, version=stamp(at), name=told["subj"]["author"]["name"])
    post = Post(
        **name,
        change="edited" if change == "edited" else "made",
        url=subject if subject.startswith("https:") else None,
        title=told["subj"]["title"],
        links=(link_to(work, found_in="metadata"),),
        author=author,
        posted_at=time_of(0),
    )
    return Line(at, json.dumps(told).encode(), (who, post))


def body(lines: Iterable[Line]) -> bytes:
    return b"".join(line.text + b"\n" for line in lines)


def stated(*archives: Iterable[Line]) -> list[Post | Account]:
    return [fact for lines in archives for line in lines for fact in line.states]


@st.composite
def frames(draw: st.DrawFn) -> list[Line]:
    """What a place tells, in its own order; nothing is passed on before it was said.

    Posts 0 to 2 mention a work in every version, so that what the collector tells of them meets their own words.
    """
    told: list[Line] = []
    moments = iter(draw(st.permutations(range(1, 60))))
    for number in draw(st.lists(st.integers(0, 4), max_size=5, unique=True)):
        author, there = AUTHORS[number % 3], False
        for at in sorted(next(moments) for _ in range(draw(st.integers(1, 3)))):
            if there and draw(st.integers(0, 3)) == 0:
                told.append(deleted(at, author, POST, f"key{number}"))
                there = False
                continue
            always = number < 3 or not there
            work = draw(st.sampled_from(WORKS if always else [None, *WORKS]))
            quotes = draw(st.sampled_from([None, None, key_of(AUTHORS[0], POST, "key0")])) if number else None
            told.append(wrote(at, author, f"key{number}", work, "update" if there else "create", quotes))
            there = True
    for number in draw(st.lists(st.integers(0, 4), max_size=3, unique=True)):
        author, at = AUTHORS[(number + 1) % 3], 60 + next(moments)
        told.append(passed_on(at, author, f"key{number}", key_of(AUTHORS[number % 3], POST, f"key{number}")))
        if draw(st.integers(0, 2)) == 0:
            told.append(deleted(at + 60, author, REPOST, f"key{number}"))
    for author in draw(st.lists(st.sampled_from(AUTHORS), max_size=3)):
        at = draw(st.sampled_from([0, 60])) + next(moments)
        told.append(draw(st.sampled_from([identity(at, author), identity(at, author), account(at, author, False)])))
    return sorted(told, key=lambda line: line.at)


@st.composite
def events(draw: st.DrawFn) -> list[Line]:
    """What a collector tells of the same posts, and of one elsewhere."""
    told: list[Line] = []
    for number in draw(st.lists(st.integers(0, 4), max_size=4, unique=True)):
        on = number % 4
        subject, source = (
            (key_of(AUTHORS[on], POST, f"key{on}"), PLACE) if on < 3 else ("https://reddit.com/r/a/1", ELSEWHERE)
        )
        work = draw(st.sampled_from(WORKS))
        for at in draw(st.lists(st.integers(1, 99), min_size=1, max_size=2, unique=True)):
            change = draw(st.sampled_from(["made", "made", "edited", "withdrawn"]))
            told.append(event(at, number, source, subject, AUTHORS[on] if on < 3 else "u/ann", work, change))
    return told
