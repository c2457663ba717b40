import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hubbub.people.communities import FEWEST, Communities, find_communities

Rows = list[tuple[int, int]]


def of(rows: Rows, bios: list[str] | None = None, places: list[str] | None = None) -> Communities:
    columns = np.array(rows, np.int64).reshape(-1, 2)
    accounts = int(columns[:, 0].max(initial=-1)) + 1
    return find_communities(
        columns[:, 0],
        columns[:, 1],
        bios or [""] * accounts,
        places or ["bluesky"] * accounts,
        np.random.default_rng(1),
    )


def circle(first: int, accounts: int, works: int) -> Rows:
    """Accounts that each mention six of eight works, which nobody else mentions."""
    return [(first + i, works + (i + step) % 8) for i in range(accounts) for step in range(6)]


TWO = circle(0, 20, 0) + circle(20, 15, 100) + [(0, 100)]
BIOS = ["Coral reefs, she/her, conservative"] * 20 + ["Glaciers and ice, Christian"] * 15
PLACES = ["mastodon"] * 20 + ["bluesky"] * 15


def test_accounts_with_the_same_works_are_a_community_named_by_what_sets_it_apart() -> None:
    found = of(TWO, BIOS, PLACES)
    first, second = found.communities
    assert first.accounts.tolist() == list(range(20))
    assert second.accounts.tolist() == list(range(20, 35))
    assert (set(first.words), first.place) == ({"coral", "reefs"}, "mastodon")
    assert (set(second.words), second.place) == ({"glaciers", "ice"}, "bluesky")
    assert len(first.works) == 3
    assert all(work < 8 for work in first.works)
    assert found.stability == 1


def test_what_somebody_believes_votes_for_or_is_never_names_a_community() -> None:
    named = {word for one in of(TWO, BIOS, PLACES).communities for word in one.words}
    assert named.isdisjoint({"she", "her", "conservative", "christian"})


def test_a_community_of_fewer_than_ten_has_no_name() -> None:
    found = of(circle(0, 20, 0) + circle(20, FEWEST - 1, 100), ["coral"] * 20 + ["ice"] * 9, ["a"] * 20 + ["b"] * 9)
    assert [len(one.accounts) for one in found.communities] == [20, FEWEST - 1]
    assert (found.communities[1].words, found.communities[1].works, found.communities[1].place) == ((), (), None)
    assert found.communities[0].words == ("coral",)


def test_a_word_of_one_or_two_people_names_nobody() -> None:
    bios = ["coral"] * 18 + ["nobelist"] * 2 + ["ice"] * 15
    assert of(TWO, bios, PLACES).communities[0].words == ("coral",)


def test_who_shares_no_work_is_in_no_community() -> None:
    assert of([(i, i) for i in range(30)]).communities == ()
    assert of([]).communities == ()


def test_a_work_that_everybody_mentioned_parts_nobody() -> None:
    rows = TWO + [(account, 999) for account in range(35)]
    assert [len(one.accounts) for one in of(rows).communities] == [20, 15]


rows = st.lists(st.tuples(st.integers(0, 25), st.integers(0, 12)), max_size=120)


@settings(max_examples=40, deadline=None)
@given(rows)
def test_order_and_repetition_of_rows_change_nothing(given_rows: Rows) -> None:
    bios = [f"word{i % 3} coral" for i in range(26)]
    places = ["ab"[i % 2] for i in range(26)]
    expected, found = of(given_rows, bios, places), of(sorted(given_rows * 2, key=hash), bios, places)
    assert (found.stability, found.resolution) == (expected.stability, expected.resolution)
    for one, other in zip(found.communities, expected.communities, strict=True):
        np.testing.assert_array_equal(one.accounts, other.accounts)
        assert (one.words, one.works, one.place) == (other.words, other.works, other.place)


@settings(max_examples=40, deadline=None)
@given(rows)
def test_nobody_is_in_two_communities_and_no_community_is_one_account(given_rows: Rows) -> None:
    found = of(given_rows)
    listed = [account for one in found.communities for account in one.accounts.tolist()]
    assert len(listed) == len(set(listed))
    assert set(listed) <= {account for account, _ in given_rows}
    assert all(len(one.accounts) > 1 for one in found.communities)
    assert found.stability <= 1


def test_an_account_without_a_bio_or_place_is_refused() -> None:
    random = np.random.default_rng(1)
    with pytest.raises(ValueError, match="no bio or place"):
        find_communities(np.array([3]), np.array([0]), [""], ["a"], random)
    with pytest.raises(ValueError, match="length"):
        find_communities(np.array([0]), np.array([0]), [""], [], random)
