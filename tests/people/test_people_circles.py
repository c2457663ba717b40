"""Who is around voices: nearest those whom many of them follow, or who follow many of them, and not the famous."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hubbub.people.circles import POPULARITY, Circle, around, corrected
from tests.people.networks import follows

V, W, A, B, C = 10, 20, 3, 5, 7
EQUAL = (1.0, 1.0)


def columns(pairs: list[tuple[int, int]]) -> tuple[Any, Any]:
    follower, followed = np.array(pairs, np.int64).reshape(-1, 2).T
    return follower, followed


def near(pairs: list[tuple[int, int]], weights: tuple[float, float] = EQUAL, **options: Any) -> list[tuple[Any, ...]]:
    found = around(*columns(pairs), np.array([V, W]), np.array(weights), **options)
    return list(zip(*(column.tolist() for column in found), strict=True))


def test_who_is_followed_by_more_voices_is_nearer() -> None:
    assert near([(V, A), (W, A), (W, B)]) == [(A, pytest.approx(1.5), 0), (B, pytest.approx(0.5), 0)]


def test_who_follows_more_voices_is_nearer() -> None:
    assert near([(A, V), (A, W), (B, W)]) == [(A, 0, pytest.approx(1.5)), (B, 0, pytest.approx(0.5))]


def test_who_is_followed_by_a_voice_that_follows_few_is_nearer() -> None:
    pairs = [(V, A), *((W, other) for other in range(30, 40))]
    assert near(pairs)[0] == (A, pytest.approx(11 / 2), 0)


def test_the_circle_of_a_voice_that_counts_more_is_nearer() -> None:
    assert [one[0] for one in near([(V, A), (W, B)], (1.0, 3.0))] == [B, A]
    assert [one[0] for one in near([(V, A), (W, B)], (1.0, 0.0))] == [A]


def test_voices_and_who_is_left_out_are_not_around_them() -> None:
    assert [one[0] for one in near([(V, A), (V, W), (W, V), (W, B)], left_out=[B])] == [A]


@given(follows(least=2), st.data())
def test_the_order_of_ties_and_what_stands_twice_change_nothing(
    told: tuple[int, list[tuple[int, int]]], data: st.DataObject
) -> None:
    accounts, pairs = told
    voices = np.array(data.draw(st.lists(st.integers(0, accounts), unique=True)), np.int64)
    weights = np.ones(len(voices))
    once = around(*columns(pairs), voices, weights)
    again = around(*columns(data.draw(st.permutations(pairs + pairs))), voices, weights)
    assert {*once.accounts.tolist()}.isdisjoint(voices.tolist())
    assert once.accounts.tolist() == again.accounts.tolist()
    assert [*once.followed, *once.follows] == pytest.approx([*again.followed, *again.follows])
    for column in (once.followed, once.follows):
        assert column.sum() == pytest.approx(np.count_nonzero(column))  # the average is one
    assert ((once.followed > 0) | (once.follows > 0)).all()
    score = once.followed + once.follows
    assert (score[:-1] >= score[1:]).all()


def test_other_numbers_of_accounts_change_no_digit() -> None:
    chance = np.random.default_rng(1)
    follower, followed = chance.integers(0, 300, (2, 3_000))
    voices, weights, names = np.arange(20), chance.random(20), chance.permutation(300)
    once = around(follower, followed, voices, weights)
    again = around(names[follower], names[followed], names[voices], weights)
    found = zip(names[once.accounts].tolist(), once.followed.tolist(), once.follows.tolist(), strict=True)
    assert {*found} == {*zip(*(column.tolist() for column in again), strict=True)}


def test_who_is_followed_by_many_comes_later_and_unknown_numbers_count_as_typical() -> None:
    circle = Circle(np.array([A, B, C]), np.ones(3), np.ones(3))
    found = corrected(circle, np.array([100_000.0, np.nan, 10.0]))
    assert found.accounts.tolist() == [C, B, A]
    typical = (100_000 + 10) / 2
    assert found.follows == pytest.approx(np.array([(typical / 10) ** POPULARITY, 1, (typical / 1e5) ** POPULARITY]))
    assert corrected(circle, np.full(3, np.nan)).follows.tolist() == [1, 1, 1]
    assert corrected(circle, np.zeros(3)).follows.tolist() == [1, 1, 1]


def test_columns_that_do_not_fit_are_no_ties() -> None:
    with pytest.raises(ValueError, match="differ in length"):
        around(np.array([1]), np.array([1, 2]), np.array([1]), np.ones(1))
    with pytest.raises(ValueError, match="differ in length"):
        around(np.array([1]), np.array([2]), np.array([1]), np.ones(2))
    with pytest.raises(ValueError, match="not negative"):
        around(np.array([1]), np.array([2]), np.array([1]), np.array([-1.0]))
    with pytest.raises(ValueError, match="not those of 3 accounts"):
        corrected(Circle(np.arange(3), np.ones(3), np.ones(3)), np.ones(2))


def test_voices_without_ties_have_nobody_around_them() -> None:
    assert near([]) == []
    assert near([(A, B)]) == []
