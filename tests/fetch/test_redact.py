"""No credential is left in what is shown or kept, and all else is."""

from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hubbub.fetch.redact import mask, private, redact, shown
from hubbub.fetch.rules import SECRET

# Letters that stand nowhere else in an address, and signs that are escaped in it.
VALUES = st.text("QXZ579/+= &?#%é", min_size=4).filter(lambda text: sum(letter in "QXZ" for letter in text) > 3)
LOUD = st.text("QXZ579", min_size=6)


@given(st.sampled_from(sorted(SECRET.parameters)), LOUD, st.sampled_from("?&;#"), st.booleans())
def test_parameters_with_names_of_credentials_are_hidden(name: str, value: str, mark: str, is_loud: bool) -> None:
    address = f"https://a.example/path?b=c{mark}{name.upper() if is_loud else name}={value}&d=e"
    hidden = redact(address)
    assert value not in hidden
    assert hidden.startswith("https://a.example/path?b=c")
    assert hidden.endswith("=***&d=e")


@pytest.mark.parametrize(
    "name", ["api_key", "api-key", "Api.Key", "access_token", "X-API-Key", "api%5Fkey", "client+secret"]
)
def test_names_are_known_however_they_are_written(name: str) -> None:
    assert redact(f"https://a.example/?{name}=QX") == f"https://a.example/?{name}=***"


@given(LOUD, LOUD, st.sampled_from(["https://", "http:", "//", "ws:///"]))
def test_what_stands_before_the_host_is_hidden(user: str, word: str, scheme: str) -> None:
    hidden = redact(f"{scheme}{user}:{word}@a.example/@b")
    assert user not in hidden
    assert word not in hidden
    assert hidden.endswith("@a.example/@b")


@given(VALUES, st.sampled_from(["https://a.example/{}/b", "https://a.example/?q={}", "https://a.example/?{}", "x#{}"]))
def test_known_credentials_are_hidden_wherever_they_stand(value: str, place: str) -> None:
    for written in (quote(value, safe=""), quote_plus(value)):
        assert written not in redact(place.format(written), [value])


@given(VALUES)
def test_known_credentials_are_hidden_in_any_text(value: str) -> None:
    assert value not in mask(f"it said {value} twice: {value}", ["QX", value])


@pytest.mark.parametrize(
    "address",
    [
        "https://a.example/path/?q=api_key&keys=1;b=%zz#part",
        "https://doi.org/10.1000/a@b",
        "mailto:",
        "",
        "https://a.example/?keyword=a&tokens=2&author=x",
    ],
)
def test_all_else_is_left_as_it_is(address: str) -> None:
    assert redact(address, ["SESAME"]) == address


@given(st.text())
def test_any_text_can_be_hidden_and_shown(text: str) -> None:
    hidden = redact(text, ["SESAME"])
    assert redact(hidden, ["SESAME"]) == hidden
    assert shown(text).isprintable()
    assert len(shown(text)) <= 301


@pytest.mark.parametrize(
    "name", ["Authorization", "cookie", "X-Api-Key", "X-ELS-APIKey", "Zotero-API-Key", "PRIVATE-TOKEN"]
)
def test_headers_for_credentials_are_known(name: str) -> None:
    assert private([name])
    assert not private(["Accept", "If-None-Match", "User-Agent"])
