"""Whatever a frame speaks of is touched by its line, or the line is read anyway."""

import json
import os
import subprocess
import sys
from datetime import UTC, datetime
from typing import Any
from unittest.mock import patch

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hubbub.collect.sources.bluesky import frames, touching
from hubbub.collect.sources.bluesky.records import UNSEEN
from hubbub.collect.sources.bluesky.touching import touches
from hubbub.collect.touching import prints_of
from hubbub.identify.hints import lines_at
from hubbub.model import Account, Block, Fact, Fault, Follow, Page, Post

NOW = datetime(2026, 7, 4, tzinfo=UTC)
PLC = st.text("abc234", min_size=24, max_size=24).map("did:plc:{}".format)
DIDS = PLC | st.text("abc.%:-", min_size=1, max_size=40).map("did:web:{}".format)
TIDS = st.text("abc234", min_size=13, max_size=13)
RKEYS = TIDS | st.text("ab3.~:_-", min_size=1, max_size=16) | st.just("abcde") | st.text(max_size=15)
POSTS = st.builds("at://{}/app.bsky.feed.post/{}".format, DIDS, RKEYS) | st.text(max_size=20)
KINDS = st.sampled_from(["post", "like", "repost", "follow", "block", "profile", "contentVisibilityDeclaration"])


@st.composite
def frame(draw: st.DrawFn) -> dict[str, Any]:
    told: dict[str, Any] = {"did": draw(DIDS), "time_us": 1_783_159_000_000_000}
    kind = draw(st.sampled_from(["commit"] * 5 + ["account", "identity"]))
    told["kind"] = kind
    if kind == "account":
        return told | {"account": {"active": draw(st.booleans())}}
    if kind == "identity":
        return told | {"identity": {"handle": draw(st.text(max_size=5))}}
    of, operation = draw(KINDS), draw(st.sampled_from(["create", "create", "update", "delete"]))
    part = "graph" if of in ("follow", "block") else "actor" if of[:2] in ("pr", "co") else "feed"
    commit: dict[str, Any] = {
        "rev": draw(TIDS),
        "operation": operation,
        "collection": f"app.bsky.{part}.{of}",
        "rkey": draw(RKEYS),
    }
    subject = {"cid": "c", "uri": draw(POSTS)}
    if draw(st.booleans()):
        subject = {"uri": subject["uri"], "cid": draw(st.text(max_size=9))}
    if operation != "delete":
        commit["record"] = {
            "post": {"text": draw(st.text(max_size=9)), "reply": {"parent": subject}, "embed": {"record": subject}},
            "follow": {"subject": draw(DIDS)},
            "block": {"subject": draw(DIDS)},
            "profile": {"displayName": "x", "labels": {"values": [{"val": draw(st.just("x") | st.just(UNSEEN))}]}},
            "contentVisibilityDeclaration": {"hideFromAlgorithmicRecommendations": draw(st.booleans())},
        }.get(of, {"subject": subject})
    return told | {"commit": dict(draw(st.permutations(list(commit.items()))))}


def told_of(fact: Fact | Fault, kind: str) -> tuple[list[str], list[str]] | None:
    """The keys that a fact touches, and those whose ties it tells of; None if it has to be read whatever is held."""
    match fact:
        case Post(change="withdrawn", id=key):
            return None if "/app.bsky.feed.post/" in key else ([key], [])
        case Post():
            edited = [fact.id] if fact.change == "edited" else []
            touched = (fact.replies_to, fact.quotes, fact.reposts, fact.likes)
            return [*edited, *(key for key in touched if key and "/app.bsky.feed.post/" in key)], []
        case Account():
            return None if fact.change == "withdrawn" and kind == "account" else ([fact.id], [])
        case Follow(change="withdrawn", id=str(key), follower=str(follower)):
            return [key, follower], []
        case Follow(follower=str(follower), followed=str(followed)):
            return [], [follower, followed]
        case Block(change="withdrawn", id=str(key), blocker=str(blocker)):
            return [key, blocker], []
        case Block(blocker=str(blocker), blocked=str(blocked)):
            return [], [blocker, blocked]
    return [], []


@given(
    st.lists(frame(), min_size=1, max_size=4),
    st.sampled_from([(",", ":"), (", ", ": ")]),
    st.booleans(),
    st.booleans(),
    st.booleans(),
)
def test_what_a_line_speaks_of_is_touched(
    told: list[dict[str, Any]], separators: tuple[str, str], escaped: bool, ascii_: bool, cut: bool
) -> None:
    lines = [json.dumps(one, separators=separators, ensure_ascii=ascii_) for one in told]
    body = "\n".join(line.replace("/", "\\/") if escaped else line for line in lines)
    page = Page("a", "a", (body if cut else body + "\n").encode("utf-8", "surrogatepass"), NOW, "", True)
    found = touches(page.body)
    anyway = set(found.sure[0].tolist())
    spans = [*map(tuple, found.lines.T.tolist()), *map(tuple, found.sure.T.tolist())]
    assert spans == lines_at(page.body, [start for start, _ in spans])
    assert found.spoken is not None
    spoken = set(found.spoken.lines(range(len(found.spoken.body))))
    start = 0
    for line in page.body.split(b"\n"):
        here = {key for at, key in zip(found.lines[0].tolist(), found.prints, strict=True) if at == start}
        for fact in frames.parse(Page("a", "a", line, NOW, "")):
            of = told_of(fact, json.loads(line)["kind"])
            assert start in anyway or (of is not None and set(prints_of(*of)) <= here)
            assert start in anyway or not isinstance(fact, Post) or not fact.text or start in spoken
        start += len(line) + 1


@st.composite
def hostile(draw: st.DrawFn) -> bytes:
    """Lines of frames, cut and put together anywhere, among newlines and the words that are looked for."""
    whole = b"\n".join(json.dumps(one, separators=(",", ":")).encode() for one in draw(st.lists(frame(), max_size=2)))
    cuts = st.integers(0, len(whole))
    words = st.sampled_from([b"\n", b'{"did":"', b"ed.post/", b"ed.post\\", b'"', b'"record"', b'"kind":"commit"'])
    parts = st.lists(words | st.tuples(cuts, cuts).map(lambda cut: whole[min(cut) : max(cut)]), max_size=30)
    return b"".join(draw(parts))


def test_no_byte_outside_of_a_page_is_looked_at() -> None:
    """The compiled code does not check places; what it is compiled from does."""
    body = "from tests.collect.sources.test_bluesky_touching import check_places; check_places()"
    subprocess.run([sys.executable, "-c", body], check=True, env=os.environ | {"NUMBA_DISABLE_JIT": "1"})


@given(hostile())
@settings(max_examples=300)
def check_places(body: bytes) -> None:
    assert not hasattr(touching._page, "py_func")
    begins = np.frombuffer(body, np.uint8).ctypes.data

    def memchr(at: int, byte: int, size: int) -> np.uintp:
        assert begins <= at <= at + size <= begins + len(body)
        start = int(at) - begins
        found = body.find(byte, start, start + int(size))
        return np.uintp(begins + found if found >= 0 else 0)

    with np.errstate(over="ignore"), patch.object(touching, "_memchr", memchr):
        touches(body)


@pytest.mark.parametrize(("active", "sure"), [(False, True), (True, False)])
def test_an_account_that_is_gone_is_read_whatever_is_held(active: bool, sure: bool) -> None:
    told = {"did": f"did:plc:{'a' * 24}", "time_us": 1_783_159_000_000_000, "kind": "account"}
    line = json.dumps(told | {"account": {"active": active, "seq": 1}}, separators=(",", ":")).encode()
    assert touches(line).sure.T.tolist() == [[0, len(line)]] * sure
