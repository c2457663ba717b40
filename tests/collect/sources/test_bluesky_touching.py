"""Whatever a frame speaks of is touched by its line, or the line is read anyway."""

import json
from datetime import UTC, datetime
from typing import Any

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from hubbub.collect.sources.bluesky import frames
from hubbub.collect.sources.bluesky.touching import touches
from hubbub.collect.touching import prints_of
from hubbub.identify.hints import line_at
from hubbub.model import Account, Fact, Fault, Follow, Page, Post

NOW = datetime(2026, 7, 4, tzinfo=UTC)
PLC = st.text("abc234", min_size=24, max_size=24).map("did:plc:{}".format)
DIDS = PLC | st.text("abc.%:-", min_size=1, max_size=40).map("did:web:{}".format)
TIDS = st.text("abc234", min_size=13, max_size=13)
RKEYS = TIDS | st.text("ab3.~:_-", min_size=1, max_size=16) | st.just("abcde") | st.text(max_size=15)
POSTS = st.builds("at://{}/app.bsky.feed.post/{}".format, DIDS, RKEYS) | st.text(max_size=20)
KINDS = st.sampled_from(["post", "like", "repost", "follow", "profile"])


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
    part = "graph" if of == "follow" else "actor" if of == "profile" else "feed"
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
            "profile": {"displayName": "x"},
        }.get(of, {"subject": subject})
    return told | {"commit": dict(draw(st.permutations(list(commit.items()))))}


def told_of(fact: Fact | Fault) -> tuple[list[str], list[str]] | None:
    """The keys that a fact touches, and those whose ties it tells of; None if it has to be read whatever is held."""
    match fact:
        case Post(change="withdrawn", id=key):
            return None if "/app.bsky.feed.post/" in key else ([key], [])
        case Post():
            edited = [fact.id] if fact.change == "edited" else []
            touched = (fact.replies_to, fact.quotes, fact.reposts, fact.likes)
            return [*edited, *(key for key in touched if key and "/app.bsky.feed.post/" in key)], []
        case Account():
            return None if fact.change == "withdrawn" else ([fact.id], [])
        case Follow(change="withdrawn", id=str(key), follower=str(follower)):
            return [key, follower], []
        case Follow(follower=str(follower), followed=str(followed)):
            return [], [follower, followed]
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
    anyway = {line_at(page.body, at)[0] for at in found.sure}
    assert found.spoken is not None
    spoken = set(found.spoken.starts(np.arange(len(found.spoken.body))).tolist())
    start = 0
    for line in page.body.split(b"\n"):
        here = {key for at, key in zip(found.at, found.prints, strict=True) if line_at(page.body, at)[0] == start}
        for fact in frames.parse(Page("a", "a", line, NOW, "")):
            of = told_of(fact)
            assert start in anyway or (of is not None and set(prints_of(*of)) <= here)
            assert start in anyway or not isinstance(fact, Post) or not fact.text or start in spoken
        start += len(line) + 1
