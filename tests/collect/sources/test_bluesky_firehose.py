"""Messages of the repository firehose, written by another encoder than the one that reads them."""

import base64
import json
from pathlib import Path
from typing import Any

import pytest
from cbrrr import CID, encode_dag_cbor
from hypothesis import given
from hypothesis import strategies as st

from hubbub.collect.sources.bluesky import frames
from hubbub.collect.sources.bluesky.car import Told, lines_of
from hubbub.collect.sources.bluesky.records import FOLLOW, LIKE, POST, PROFILE, REPOST, moment, tid
from hubbub.model import Account, Fact, Fault, Follow, Page, Post
from tests.collect.replay import NOW

RECORDED = Path(__file__).parents[2] / "recordings" / "bluesky" / "answers" / "firehose_commit.json"
DID, OTHER, REV, AT = (
    "did:plc:ewvi7nxzyoun6zhxrhs64oiz",
    "did:plc:z72i7hdynmk6r22z27h6tvur",
    "3mptbyoeyc22k",
    "2026-07-04T10:00:00Z",
)
PARENT = f"at://{OTHER}/{POST}/3mptbyoeyc22k"
LINK = {"$type": "app.bsky.richtext.facet#link", "uri": "https://doi.org/10.1371/journal.pone.0000308"}
SAID = {
    "$type": POST,
    "text": "worth a read: doi.org/10.1371/jour...",
    "createdAt": "2026-07-04T09:59:59.123Z",
    "facets": [{"index": {"byteStart": 14, "byteEnd": 37}, "features": [LINK]}],
    "embed": {
        "$type": "app.bsky.embed.images",
        "images": [{"alt": "", "image": {"ref": CID.cidv1_raw_sha256_32_from(b"x")}}],
    },
    "reply": {"parent": {"uri": PARENT, "cid": "bafyreib"}, "root": {"uri": PARENT, "cid": "bafyreib"}},
    "bytes": b"\xff\x00",
}


def varint(number: int) -> bytes:
    return bytes([number]) if number < 128 else bytes([number & 127 | 128]) + varint(number >> 7)


def car(*records: Any) -> tuple[bytes, list[CID]]:
    """A CAR file of records, and what they are called in it."""
    blocks = [encode_dag_cbor(record) for record in records]
    names = [CID.cidv1_dag_cbor_sha256_32_from(block) for block in blocks]
    header = encode_dag_cbor({"version": 1, "roots": [*names[:1]]})
    parts = [header, *(name.cid_bytes + block for name, block in zip(names, blocks, strict=True))]
    return b"".join(varint(len(part)) + part for part in parts), names


def message(kind: str, body: Any, op: int = 1) -> bytes:
    return encode_dag_cbor({"op": op, "t": kind} if kind else {"op": op}) + encode_dag_cbor(body)


def commit(*operations: tuple[str, str, Any], **other: Any) -> bytes:
    """A commit of (action, path, record or None)."""
    records = [record for _, _, record in operations if record is not None]
    blocks, names = car(*records) if records else (b"", [])
    left = iter(names)
    ops = [
        {"action": action, "path": path, "cid": next(left) if record is not None else None}
        for action, path, record in operations
    ]
    body = {"seq": 7, "repo": DID, "rev": REV, "since": None, "time": AT, "ops": ops, "blocks": blocks, "blobs": []}
    return message("#commit", body | {"tooBig": False, "rebase": False} | other)


def facts_of(told: Told) -> list[Fact | Fault]:
    page = Page("stream:firehose", "", told.lines, NOW, "", lines=True)
    return list(frames.parse(page))


def test_a_commit_says_what_jetstream_would_say() -> None:
    told = lines_of(
        commit(
            ("create", f"{POST}/3mpss7kfgs22a", SAID),
            ("create", f"{REPOST}/3mpss7kfgs22b", {"subject": {"uri": PARENT}, "createdAt": AT}),
            ("delete", f"{LIKE}/3mpss7kfgs22c", None),
            ("create", f"{FOLLOW}/3mpss7kfgs22d", {"subject": OTHER, "createdAt": AT}),
            ("delete", f"{FOLLOW}/3mpss7kfgs22e", None),
            ("update", f"{PROFILE}/self", {"displayName": "Ada"}),
            ("create", "com.whtwnd.blog.entry/3mpss7kfgs22f", {"content": "not ours"}),
        )
    )
    assert (told.seq, told.faults, told.ends) == (7, (), None)
    post, repost, unliked, follow, unfollow, profile = facts_of(told)
    assert isinstance(post, Post)
    assert (post.id, post.version, post.author) == (f"at://{DID}/{POST}/3mpss7kfgs22a", REV, DID)
    assert [link.address for link in post.links] == [LINK["uri"]]
    assert post.replies_to == PARENT
    assert isinstance(repost, Post)
    assert repost.reposts == PARENT
    assert isinstance(unliked, Post)
    assert unliked.change == "withdrawn"
    assert isinstance(follow, Follow)
    assert (follow.follower, follow.followed, follow.id) == (DID, OTHER, f"at://{DID}/{FOLLOW}/3mpss7kfgs22d")
    assert isinstance(unfollow, Follow)
    assert (unfollow.follower, unfollow.followed, unfollow.change) == (DID, None, "withdrawn")
    assert isinstance(profile, Account)
    assert profile.name == "Ada"


def test_a_recorded_commit_is_read() -> None:
    recorded = json.loads(RECORDED.read_bytes())
    blocks = base64.b64decode(recorded["blocks"]["$bytes"] + "==")
    ops = [one | {"cid": CID.decode(one["cid"]["$link"])} for one in recorded["ops"]]
    told = lines_of(message("#commit", recorded | {"blocks": blocks, "ops": ops, "commit": None}))
    assert told.seq == recorded["seq"]
    (repost,) = facts_of(told)
    assert isinstance(repost, Post)
    assert repost.id == "at://did:plc:6hy5p6rm3zlcdephqssc2p76/app.bsky.feed.repost/3lhhvdkcby3e2"
    assert repost.reposts == "at://did:plc:5f2sochvzpkc6poetem54n6t/app.bsky.feed.post/3lhhv5laqtur2"


def test_accounts_change_their_name_and_leave() -> None:
    named = lines_of(message("#identity", {"seq": 8, "did": DID, "time": AT, "handle": "ada.example"}))
    left = lines_of(message("#account", {"seq": 9, "did": DID, "time": AT, "active": False, "status": "deleted"}))
    assert (named.seq, left.seq) == (8, 9)
    (account,), (gone,) = facts_of(named), facts_of(left)
    assert isinstance(account, Account)
    assert isinstance(gone, Account)
    assert (account.handle, gone.change) == ("ada.example", "withdrawn")


def test_what_says_nothing_of_posts_moves_the_stream_on() -> None:
    body = {"seq": 10, "did": DID, "time": AT, "blocks": b"", "rev": REV}
    assert lines_of(message("#sync", body)) == Told(seq=10)
    assert lines_of(commit(("create", "com.whtwnd.blog.entry/3mpss7kfgs22f", {"content": ""}))) == Told(seq=7)


def test_an_error_ends_the_stream_and_a_gap_is_told() -> None:
    assert lines_of(message("", {"error": "ConsumerTooSlow", "message": "…"}, op=-1)).ends == "ConsumerTooSlow"
    (gap,) = lines_of(message("#info", {"name": "OutdatedCursor", "message": "…"})).faults
    assert "OutdatedCursor" in gap.reason


def test_a_record_that_is_not_in_the_commit_costs_only_itself() -> None:
    blocks, _ = car({"subject": {"uri": PARENT}, "createdAt": AT})
    lost = {"action": "create", "path": f"{POST}/3mpss7kfgs22a", "cid": CID.cidv1_dag_cbor_sha256_32_from(b"lost")}
    gone = {"action": "delete", "path": f"{POST}/3mpss7kfgs22b", "cid": None}
    told = lines_of(commit(blocks=blocks, ops=[lost, gone]))
    assert [fault.reason for fault in told.faults] == ["a commit without the record it tells of"]
    assert [fact.change for fact in facts_of(told) if isinstance(fact, Post)] == ["withdrawn"]


@pytest.mark.parametrize(
    "bad",
    [
        b"",
        b"\xa0",
        b"\xa0\xa0\xa0",
        b"\x81" * 100_000,
        b"\x9b\xff\xff\xff\xff\xff\xff\xff\xff" * 2,
        message("#commit", {"seq": "seven"}),
        message("#commit", [1, 2]),
        message("#identity", {"did": DID, "seq": 1, "time": "yesterday"}),
        commit(("create", f"{POST}/3mpss7kfgs22a", SAID), blocks=b"no car"),
        commit(("create", f"{POST}/3mpss7kfgs22a", SAID), time="0001-01-01T00:00:00+23:00"),
        b'{"did": "json"}',
    ],
)
def test_a_broken_message_is_a_fault(bad: bytes) -> None:
    told = lines_of(bad)
    assert told.lines == b""
    assert [fault.reason.startswith("no message of the firehose") for fault in told.faults] == [True]


@given(at=st.integers(0, 10**6), value=st.integers(0, 255), cut=st.booleans())
def test_a_spoiled_message_is_read_or_named(at: int, value: int, cut: bool) -> None:
    whole = commit(("create", f"{POST}/3mpss7kfgs22a", SAID), ("delete", f"{LIKE}/3mpss7kfgs22c", None))
    at %= len(whole)
    told = lines_of(whole[:at] if cut else whole[:at] + bytes([value]) + whole[at + 1 :])
    for fault in told.faults:
        assert fault.reason
        fault.sample.encode()
    assert told.lines.count(b"\n") == len(told.lines.splitlines())
    facts_of(told)


@given(st.integers(0, 2**53 - 1))
def test_revisions_are_sorted_by_time(time_us: int) -> None:
    later = min(time_us + 1, 2**53 - 1)
    assert tid(time_us) <= tid(later)
    assert len(tid(time_us)) == 13
    assert moment(time_us) <= moment(later)
