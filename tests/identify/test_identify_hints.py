"""The gate lets every line through that holds a kept or watched identifier, and few others."""

import json
from collections.abc import Callable

import pytest

from hubbub.identify import always_kept, in_text, parse
from hubbub.identify.hints import Hints
from hubbub.identify.tables import schemes

KEPT = [
    "10.1000/x",
    "doi:10.1000%2Fx",
    "arXiv:2101.00001",
    "arXiv\u00a0: math.GT/0309136",
    "arxiv\n2101.00001",
    "PMID:\u00a0123",
    "PMC1234567",
    "ISBN-13: 978-0-306-40615-7",
    "hdl:10261/1",
    "https://arxiv.org/abs/2101.00001",
    "https://arxiv.org:443/abs/2101.00001",
    "arxiv.org/list/x",
    "https://huggingface.co/papers/2101.00001",
    "https://dspace.example.org/handle/10261/1",
    "https://www.sciencedirect.com/science/article/pii/S1",
    "www.sciencedirect.com/science/article/pii/S1",
    "\u201fwww.jamanetwork.com/a",
    "\u202fwww.jamanetwork.com/a",
    "https://www.jamanetwork.com/a",
    "S-0140-6736(20)30183-5",
    "S0140673620301835",
    "https://google.com/url?q=https%3A%2F%2Fosf.io%2Fv87fn",
    "https://google.com/url?q=https%3A%2F%2Fjamanetwork.com%2Fa",
]
LOOK_ALIKES = [
    "10.30 or 10.5 percent more or v10.15.7 with 10.0.0.0/24",
    "the doctor said pmc is not a word and arxiv might be one",
    "https://www.example.com/a pmc 2024 isbn hdl handle/x",
    "at://did:plc:abc/app.bsky.feed.post/3mb",
    "https://github.com/owner/repo youtu.be/dQw4w9WgXcQ",
]
ENCODINGS: dict[str, Callable[[str], str]] = {
    "plain": lambda s: json.dumps(s, ensure_ascii=False),
    "ascii": json.dumps,
    "slash": lambda s: json.dumps(s).replace("/", r"\/"),
    "code": lambda s: json.dumps(s).replace("/", r"\u002f"),
    "CODE": lambda s: json.dumps(s).replace("/", r"\u002F"),
}


def flagged(hints: Hints, *lines: str) -> list[str]:
    body = "\n".join(lines).encode()
    return [body[start:end].decode() for start, end in hints.lines(body)]


@pytest.fixture(scope="module")
def hints() -> Hints:
    return Hints()


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("text", KEPT)
def test_kept(hints: Hints, text: str, encoding: str) -> None:
    line = ENCODINGS[encoding](f"a\n{text} b")
    assert flagged(hints, '"nothing"', line, '"nothing"') == [line]


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_what_rows_give_as_examples_is_kept(hints: Hints, encoding: str) -> None:
    written = [text for row in schemes().values() for text in row.examples]
    kept = [text for text in written if any(always_kept(one.identifier) for one in in_text(text, bare=False))]
    lines = [ENCODINGS[encoding](text) for text in kept]
    assert len(lines) > 50
    assert flagged(hints, *lines) == lines


@pytest.mark.parametrize("text", LOOK_ALIKES)
def test_look_alikes(hints: Hints, text: str) -> None:
    assert flagged(hints, *(encode(text) for encode in ENCODINGS.values())) == []


def test_spans(hints: Hints) -> None:
    body = b"10.1000/a\n\nnothing\n10.1000/b 10.1000/c\r\nPMC1234567"
    assert [body[start:end] for start, end in hints.lines(body)] == [
        b"10.1000/a",
        b"10.1000/b 10.1000/c\r",
        b"PMC1234567",
    ]
    assert hints.lines(b"") == hints.lines(b"\n\n") == []


WATCHED = [
    ("github:owner/repo", "https://github.com/Owner/Repo/issues", "https://github.com/owner/other"),
    ("youtube:dQw4w9WgXcQ", "https://youtu.be/dQw4w9WgXcQ", "https://youtu.be/aaaaaaaaaaa"),
    ("sourceforge:name", "http://name.sourceforge.net/x", "a name"),
    ("orcid:0000-0002-1825-0097", "me: 0000-0002-1825-0097", "0000-0002-1694-233X"),
    ("url:https://blog.example.com/a/story?p=7", "http://www.blog.example.com/a/story/?utm_source=x&p=7", "https://blog.example.com/"),
    ("url:https://blog.example.com/", "https://blog.example.com", "https://example.com/"),
    ("url:https://blog.example.com/%C3%A9t%C3%A9", "https://blog.example.com/été", "https://other.example.com/été"),
]  # fmt: skip


@pytest.mark.parametrize(("identifier", "seen", "unseen"), WATCHED)
def test_watched(identifier: str, seen: str, unseen: str) -> None:
    watched = parse(identifier)
    assert watched is not None
    hints = Hints([watched])
    assert flagged(Hints(), json.dumps(seen)) == []
    for encode in ENCODINGS.values():
        assert flagged(hints, encode(seen), encode(unseen)) == [encode(seen)]
