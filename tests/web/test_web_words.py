"""What comes from strangers is inert, whatever it is."""

from datetime import UTC, datetime, timedelta, timezone
from urllib.parse import urlsplit

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from selectolax.lexbor import LexborHTMLParser

from hubbub.answers.registered import RANKS
from hubbub.answers.shapes import Evidence, Said, Speaker, Words
from hubbub.model import Identifier
from hubbub.web import words
from hubbub.web.pages import templates

HOSTILE = st.one_of(
    st.text(),
    st.sampled_from(
        (
            "javascript:alert(1)", "JaVaScRiPt:alert(1)", "java\nscript:alert(1)", "\x01javascript:alert(1)",
            "data:text/html,<script>alert(1)</script>", "vbscript:x", "//evil.example", "https:evil", "http://",
            "https://good.example@evil.example/", "https://a.example/\\@evil", 'https://a.example/"onclick="x',
            "https://a.example/ b", "https://a.example/\u202egpj", "https://[bad", "http://a:99999/", " https://a.example",
            "<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "</textarea><script>", "{{ 7*7 }}",
        )
    ),
)  # fmt: skip


@given(HOSTILE)
@example("https://example.org/a?b=c#d")
def test_a_link_opens_a_web_page_or_is_none(address: str) -> None:
    link = words.link(address)
    if link is not None:
        parts = urlsplit(link)
        assert link == address
        assert parts.scheme in ("http", "https")
        assert link.lower().startswith(("http://", "https://"))
        assert parts.hostname
        assert "@" not in parts.netloc
        assert not any(c in link for c in ' "<>\\\n\t\r\x00')


@pytest.mark.parametrize(
    "address", ["https://example.org/a?b=c#d", "http://localhost:8000/", "https://ja.wikipedia.org/wiki/ハエ"]
)
def test_an_honest_link_stays(address: str) -> None:
    assert words.link(address) == address


@pytest.mark.parametrize(
    "address", ["javascript:alert(1)", "data:text/html,x", "//evil", "https://a@b/", "https://a b/", "", None]
)
def test_another_address_is_no_link(address: str | None) -> None:
    assert words.link(address) is None


@given(HOSTILE, HOSTILE, HOSTILE)
def test_a_mention_renders_inert(one: str, other: str, third: str) -> None:
    at = datetime(2025, 3, 3, tzinfo=UTC)
    proof = Evidence(Identifier("doi", one), "v", other, one, third, one, other, third, 0.5, one, at)
    speaker = Speaker("bluesky", one or "k", other, third, one, other, None)
    words = Words(one, other, third, one, speaker)
    said = Said("bluesky", one, other, third, one, other, speaker, at, True, False, third, words, (proof,))
    macros = templates().get_template("macros.html").module
    html = str(macros.mention(said, {}, None)) + str(macros.mention(said, {}, Identifier("doi", f"10.5555/{one}")))  # type: ignore[attr-defined]
    tree = LexborHTMLParser(html.encode("utf-8", "replace").decode())
    tags = {node.tag for node in tree.css("body *")}
    assert tags <= {
        "li",
        "p",
        "span",
        "a",
        "bdi",
        "time",
        "blockquote",
        "details",
        "summary",
        "dl",
        "div",
        "dt",
        "dd",
        "code",
    }
    for node in tree.css("a"):
        assert (node.attributes.get("href") or "").startswith(("http://", "https://", "/", "#"))
    assert not [
        name for node in tree.css("body *") for name in node.attributes if name.startswith("on") or name == "style"
    ]


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"]), min_size=1))
@example("10.5555/../../x")
@example("a/./b?c#d%2e")
def test_a_path_stays_below_its_page(value: str) -> None:
    path = words.work_path(Identifier("doi", value))
    assert path.startswith("/work/doi/")
    assert path.isascii()
    assert not any(segment in (".", "..") for segment in path.split("/"))
    assert not set(path) & set('?#<>" \\')


def test_a_time_is_said_in_utc() -> None:
    at = datetime(2025, 3, 3, 1, 30, tzinfo=timezone(timedelta(hours=2)))
    assert words.moment(at) == "2 Mar 2025, 23:30 UTC"
    assert words.machine(at) == "2025-03-02T23:30:00Z"


@pytest.mark.parametrize(
    ("first", "last", "said"),
    [
        ((2025, 3, 3), (2025, 3, 16), "3 – 16 Mar 2025"),
        ((2025, 3, 3), (2025, 4, 16), "3 Mar – 16 Apr 2025"),
        ((2024, 3, 3), (2025, 3, 3), "3 Mar 2024 – 3 Mar 2025"),
        ((2025, 3, 3), (2025, 3, 3), "3 Mar 2025"),
    ],
)
def test_a_span_says_each_part_once(first: tuple[int, int, int], last: tuple[int, int, int], said: str) -> None:
    assert words.span(datetime(*first, tzinfo=UTC), datetime(*last, tzinfo=UTC)) == said


def test_a_title_loses_its_markup_and_nothing_else() -> None:
    assert words.plain("A <i>b</i> &amp; H<sub>2</sub>O, x < y <mml:math>z</mml:math>") == "A b & H2O, x < y z"


def test_a_name_turns_nothing_around() -> None:
    assert words.name(Speaker("s", "k", name="\u202eevil")) == "evil"


@given(st.text(max_size=3000))
def test_no_word_of_a_long_text_is_lost(text: str) -> None:
    head, rest = words.parts(text)
    assert "".join((head + rest).split()) == "".join(text.split())


def test_certainty_is_never_rounded_up_to_certain() -> None:
    assert [words.percent(share) for share in (1.0, 0.999, 0.97, 0.5)] == ["100 %", "99 %", "97 %", "50 %"]


def test_every_relation_of_aliases_has_a_heading() -> None:
    assert words.RELATIONS.keys() == RANKS.keys()
