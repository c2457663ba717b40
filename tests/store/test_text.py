"""NUL, which one of the databases cannot hold, is gone before either sees it."""

import asyncio
from io import BytesIO

import msgspec
from hypothesis import example, given
from hypothesis import strategies as st

from hubbub import pipeline
from hubbub.answers import Answers
from hubbub.collect import archive
from hubbub.collect.source import sources
from hubbub.model import Identifier, Link, Post
from hubbub.store.text import without_nul
from tests.conftest import NewStore

_WORK = Identifier("doi", "10.5555/work")
_TEXTS = st.text(st.sampled_from('\0\\u0"a\ufffd') | st.characters(exclude_categories=["Cs"]))


@given(text=_TEXTS)
@example(text="\\u0000 \\\\u0000 \\\0\0\\u0000\0")
def test_nothing_but_nul_is_changed(text: str) -> None:
    post = Post(source="a", id=text, via="a", version="1", text=text, links=(Link(text),))
    clean = text.replace("\0", "\ufffd")
    assert without_nul(post) == msgspec.structs.replace(post, id=clean, text=clean, links=(Link(clean),))


def test_what_holds_nul_is_kept_and_found(new_store: NewStore) -> None:
    line = (
        b'{"did": "did:plc:a", "time_us": 1, "kind": "commit", "commit": {"rev": "r\\u0000", "operation": "create",'
        b' "collection": "app.bsky.feed.post", "rkey": "k\\u0000", "record": {"text": "see \\u0000 doi:10.5555/work",'
        b' "langs": ["e\\u0000"], "createdAt": "2026-05-01T14:23:28Z"}}}\n'
    )
    named = b'"identity": {"did": "did:plc:a", "handle": "a\\u0000"}'
    handle = b'{"did": "did:plc:a", "time_us": 2, "kind": "identity", ' + named + b"}"
    broken = b'{"doi": "10.5555/work\x00'
    store, source = new_store(), sources()["bluesky"]
    body = line + handle + b"\n" + broken + b"\n"
    for lane in ("once", "twice"):
        outcome = asyncio.run(pipeline.collect(source, lane, archive.files(lambda _: BytesIO(body)), store))
        assert len(outcome.set_aside) == 1
    (said,) = Answers(store).said(_WORK)
    assert (said.post, said.text) == ("at://did:plc:a/app.bsky.feed.post/k\ufffd", "see \ufffd doi:10.5555/work")
    assert said.speaker
    assert said.speaker.handle == "a\ufffd"


def test_nobody_is_called_nul(new_store: NewStore) -> None:
    assert Answers(new_store()).account("blue\0sky", "did:plc:\0") is None
