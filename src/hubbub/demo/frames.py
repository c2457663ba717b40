"""The simulated world as Bluesky's firehose shows it: a story comes in, Jetstream v1 frames come out in their order."""

from base64 import b32encode
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

import msgspec

from hubbub.demo.cast import Person
from hubbub.demo.story import Gone, Passed, Said, Story
from hubbub.demo.words import Facet, Words

POST, REPOST, LIKE = "app.bsky.feed.post", "app.bsky.feed.repost", "app.bsky.feed.like"
PROFILE = "app.bsky.actor.profile"
SEEN = timedelta(milliseconds=900)  # from the author's clock to the relay's
CORRECTED = timedelta(minutes=20)
_SORTABLE = "234567abcdefghijklmnopqrstuvwxyz"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

Frame = dict[str, Any]


def frames(story: Story) -> Iterator[bytes]:
    """Yield all that happens in a story, a line a frame."""
    ordered = sorted(_all(story), key=lambda frame: (frame["time_us"], frame["did"], frame["kind"]))
    for frame in ordered:
        yield msgspec.json.encode(frame) + b"\n"


def key_of(what: Said | Passed) -> str:
    """The at-address of a post, a repost or a like."""
    return f"at://{what.who.did}/{_collection(what)}/{tid(what.at)}"


def tid(at: datetime) -> str:
    """A time as a key and a revision of the protocol: 13 digits of 5 bits, sorting as the time does."""
    number = _micros(at) << 10
    return "".join(_SORTABLE[number >> shift & 31] for shift in range(60, -1, -5))


def last_at(story: Story) -> datetime:
    """When the last thing happens."""
    return max(one.at for one in [*story.acts(), *story.gone])


def _all(story: Story) -> Iterator[Frame]:
    first: dict[Person, datetime] = {}
    for act in story.acts():
        first[act.who] = min(first.get(act.who, act.at), act.at)
        if isinstance(act, Said):
            yield from _said(act)
        else:
            yield _commit(act.who, act.at, "create", _collection(act), tid(act.at), _subject(act))
    for who, at in first.items():
        yield from _hello(who, at + timedelta(seconds=5))
    for gone in story.gone:
        yield _gone(gone)


def _said(said: Said) -> Iterator[Frame]:
    yield _commit(said.who, said.at, "create", POST, tid(said.at), _post(said, said.before or said.words))
    if said.before:
        yield _commit(said.who, said.at + CORRECTED, "update", POST, tid(said.at), _post(said, said.words))


def _hello(who: Person, at: datetime) -> Iterator[Frame]:
    identity: Frame = {"did": who.did, "handle": who.handle, "seq": _micros(at) // 1000, "time": _written(at)}
    yield {"did": who.did, "time_us": _micros(at + SEEN), "kind": "identity", "identity": identity}
    profile = {"$type": PROFILE, "displayName": who.name, "description": who.bio}
    yield _commit(who, at, "update", PROFILE, "self", profile)


def _gone(gone: Gone) -> Frame:
    what = gone.what
    if not isinstance(what, Person):
        return _commit(what.who, gone.at, "delete", _collection(what), tid(what.at))
    account: Frame = {"active": False, "did": what.did, "seq": _micros(gone.at) // 1000, "status": "deleted"}
    account["time"] = _written(gone.at)
    return {"did": what.did, "time_us": _micros(gone.at + SEEN), "kind": "account", "account": account}


def _commit(who: Person, at: datetime, operation: str, collection: str, key: str, record: Frame | None = None) -> Frame:
    commit: Frame = {"rev": tid(at + SEEN / 2), "operation": operation, "collection": collection, "rkey": key}
    if record is not None:
        commit |= {"record": record, "cid": _cid(record)}
    return {"did": who.did, "time_us": _micros(at + SEEN), "kind": "commit", "commit": commit}


def _post(said: Said, words: Words) -> Frame:
    record: Frame = {"$type": POST, "createdAt": _written(said.at), "langs": [words.language]}
    embed = _embed(said, words)
    if embed:
        record["embed"] = embed
    if words.facets:
        record["facets"] = [_facet(facet) for facet in words.facets]
    if said.answers:
        record["reply"] = {"parent": _ref(said.answers), "root": _ref(said.root)}
    return {**record, "text": words.text}


def _embed(said: Said, words: Words) -> Frame | None:
    external: Frame | None = None
    if card := words.card:
        page = {"description": card.description, "title": card.title, "uri": card.address}
        external = {"$type": "app.bsky.embed.external", "external": page}
    if said.quotes is None:
        return external
    record = {"$type": "app.bsky.embed.record", "record": _ref(said.quotes)}
    return {"$type": "app.bsky.embed.recordWithMedia", "media": external, "record": record} if external else record


def _facet(facet: Facet) -> Frame:
    if facet.address is not None:
        feature = {"$type": "app.bsky.richtext.facet#link", "uri": facet.address}
    else:
        feature = {"$type": "app.bsky.richtext.facet#tag", "tag": facet.tag or ""}
    return {"features": [feature], "index": {"byteEnd": facet.end, "byteStart": facet.start}}


def _subject(passed: Passed) -> Frame:
    return {"$type": _collection(passed), "createdAt": _written(passed.at), "subject": _ref(passed.of)}


def _ref(said: Said) -> Frame:
    key = key_of(said)
    return {"cid": _cid(key), "uri": key}


def _collection(what: Said | Passed) -> str:
    if isinstance(what, Said):
        return POST
    return LIKE if what.like else REPOST


def _cid(content: Any) -> str:
    """A content id of the right form; it is not the hash that the protocol would take."""
    digest = sha256(msgspec.json.encode(content)).digest()
    return "b" + b32encode(b"\x01\x71\x12\x20" + digest).decode().lower().rstrip("=")


def _written(at: datetime) -> str:
    return at.isoformat(timespec="microseconds").replace("+00:00", "Z")


def _micros(at: datetime) -> int:
    return (at - _EPOCH) // timedelta(microseconds=1)
