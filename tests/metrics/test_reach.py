"""Potential reach lies between the largest audience and the sum of all."""

from random import Random

from hypothesis import given
from hypothesis import strategies as st

from hubbub import metrics

AUDIENCES = st.lists(st.frozensets(st.integers(0, 30)), min_size=1, max_size=8)


@given(st.lists(st.integers(0, 2**40), min_size=1))
def test_reach_is_from_the_largest_to_the_sum(followers: list[int]) -> None:
    low, high = metrics.reach(followers) or (-1, -1)
    assert (low, high) == (max(followers), sum(followers))
    assert low <= high


@given(AUDIENCES)
def test_everybody_who_was_reached_lies_between(audiences: list[frozenset[int]]) -> None:
    low, high = metrics.reach(map(len, audiences)) or (-1, -1)
    assert low <= len(frozenset().union(*audiences)) <= high


@given(AUDIENCES)
def test_both_ends_can_be_true(audiences: list[frozenset[int]]) -> None:
    sizes = [len(audience) for audience in audiences]
    nested, apart = (
        [frozenset(range(size)) for size in sizes],
        [{(i, n) for n in range(s)} for i, s in enumerate(sizes)],
    )
    assert metrics.reach(sizes) == (len(frozenset().union(*nested)), len(set().union(*apart)))


@given(st.lists(st.integers(0, 1000), min_size=1), st.randoms())
def test_the_order_does_not_matter(followers: list[int], chance: Random) -> None:
    shuffled = chance.sample(followers, len(followers))
    assert metrics.reach(shuffled) == metrics.reach(followers)


@given(st.lists(st.integers(0, 1000), min_size=1), st.integers(0, 1000))
def test_one_more_account_never_lessens_it(followers: list[int], more: int) -> None:
    before, after = metrics.reach(followers) or (-1, -1), metrics.reach([*followers, more]) or (-1, -1)
    assert all(old <= new for old, new in zip(before, after, strict=True))


def test_the_reach_of_nobody_is_unknown_and_not_zero() -> None:
    assert metrics.reach([]) is None
    assert metrics.reach(iter(())) is None


def test_an_account_without_followers_is_known() -> None:
    assert metrics.reach([0]) == (0, 0)


def test_every_number_is_defined_in_words() -> None:
    assert metrics.DEFINITIONS.keys() == {"Posts", "Accounts", "Passed on", "Potential reach"}
    defined = metrics.DEFINITIONS | metrics.INDICATORS
    assert all(words.endswith((".", ".)")) for words in defined.values())
    assert len(defined) == len(metrics.DEFINITIONS) + len(metrics.INDICATORS)
