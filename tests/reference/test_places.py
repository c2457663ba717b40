"""Places: the address of an account's page, where its id tells it, whatever strangers call themselves."""

from urllib.parse import parse_qs, unquote, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hubbub.reference.places import account_page, places
from hubbub.web.words import link


@pytest.mark.parametrize(
    ("source", "key", "page"),
    [
        ("bluesky", "did:plc:z72i7hdynmk6r22z27h6tvur", "https://bsky.app/profile/did:plc:z72i7hdynmk6r22z27h6tvur"),
        ("bluesky", "did:web:hazelr.people.example", None),  # an invented one
        ("twitter", "nature", "https://x.com/nature"),
        ("twitter", "i/user/783214", "https://x.com/i/user/783214"),
        ("hackernews", "pg", "https://news.ycombinator.com/user?id=pg"),
        ("youtube", "UCuAXFkgsw1L7xaCfnd5JJOw", "https://www.youtube.com/channel/UCuAXFkgsw1L7xaCfnd5JJOw"),
        ("github", "21031067", None),  # a number, which has no page
        ("a-place-nobody-knows", "ann", None),
    ],
)
def test_the_page_of_an_account_follows_from_its_id_or_is_not_told(source: str, key: str, page: str | None) -> None:
    assert account_page(source, key) == page


@given(
    st.sampled_from([name for name, one in places().items() if one.accounts]),
    st.text(st.characters(exclude_categories=())),
)
def test_whatever_an_account_is_called_its_page_is_one_of_its_place(source: str, rest: str) -> None:
    begins, before = next(iter(places()[source].accounts.items()))
    page = account_page(source, begins + rest)
    assert page is not None
    assert link(page) == page
    told = urlsplit(page)
    assert told.hostname == urlsplit(before).hostname
    assert not told.fragment
    assert parse_qs(told.query, keep_blank_values=True).keys() == parse_qs(urlsplit(before).query + "1").keys()
    assert unquote(page) == before + begins + rest.encode(errors="replace").decode()
