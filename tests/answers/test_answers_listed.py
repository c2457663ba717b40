"""An account is found however it is named, and nobody by a part of a name."""

import pytest

from hubbub.answers import Answers
from hubbub.store import Store
from tests.answers.stated import keep, said, who
from tests.conftest import NewStore

KEY = "did:plc:ann"


@pytest.fixture
def store(new_store: NewStore) -> Store:
    store = new_store()
    keep(store, said("a", author=KEY), said("b", author="did:plc:annabel"), said("c", author="50%_\\"))
    keep(store, who(KEY, handle="ann.example", url="https://social.example/@Ann"))
    keep(store, who("did:plc:annabel", handle="ann.example.org", name='Ann "ann.example" of "did:plc:ann"'))
    return store


@pytest.mark.parametrize(
    "written",
    [
        KEY, f"bluesky:{KEY}", f" {KEY} ", "ann.example", "@Ann.Example", "https://social.example/@ann/",
        "http://social.example/@Ann", "https://bsky.app/profile/ann.example", f"https://bsky.app/profile/{KEY}/",
    ],
)  # fmt: skip
def test_an_account_is_found_however_it_is_named(store: Store, written: str) -> None:
    assert [one.key for one in Answers(store).listed(written)] == [KEY]


@pytest.mark.parametrize("written", ["ann", "example", "did:plc", "%", "___", "", "@", "mastodon:" + KEY, '"', "\\"])
def test_nobody_is_found_by_a_part_of_a_name(store: Store, written: str) -> None:
    assert Answers(store).listed(written) == ()


def test_signs_of_patterns_are_taken_as_they_are(store: Store) -> None:
    assert [one.key for one in Answers(store).listed("bluesky:50%_\\")] == ["50%_\\"]
