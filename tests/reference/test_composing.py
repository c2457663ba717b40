"""Where a person answers: an address of a web page, whatever strangers call themselves and their posts."""

from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hubbub.reference.composing import to_account, to_post

POST = "https://social.example/@bob/1?a=b&c=d"


@pytest.mark.parametrize(
    ("source", "address"),
    [
        ("bluesky", POST),
        ("newsfeed", POST),
        ("twitter", "https://x.com/intent/post?in_reply_to=17"),
        ("hackernews", "https://news.ycombinator.com/reply?id=17"),
        ("github", POST + "#new_comment_field"),
        ("mastodon", POST),
    ],
)
def test_a_post_is_answered_where_its_place_has_the_composer(source: str, address: str) -> None:
    assert to_post(source, POST, "17", None) == address


def test_a_post_of_the_fediverse_is_answered_at_ones_own_server() -> None:
    address = to_post("mastodon", POST, "17", "own.example")
    assert address is not None
    assert (urlsplit(address).netloc, urlsplit(address).path) == ("own.example", "/authorize_interaction")
    assert parse_qs(urlsplit(address).query) == {"uri": [POST]}


def test_who_was_never_heard_is_addressed_by_name() -> None:
    assert to_account("bluesky", None, "@ann.example", None) == "https://bsky.app/intent/compose?text=%40ann.example%20"
    assert to_account("bluesky", "https://bsky.app/profile/a", None, None) == "https://bsky.app/profile/a"
    assert to_account("newsfeed", None, "ann", None) is None


@given(st.text(st.characters(exclude_categories=["Cs"])), st.text(st.characters(exclude_categories=["Cs"])))
def test_no_name_leaves_its_place_in_the_address(handle: str, key: str) -> None:
    for address in (to_account("bluesky", None, handle or "a", None), to_post("twitter", None, key, None)):
        assert address is not None
        parts = urlsplit(address)
        assert parts.netloc in ("bsky.app", "x.com")
        assert len(parse_qs(parts.query, keep_blank_values=True)) == 1
        assert not parts.fragment
