from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hubbub.people.changes import SHORTEST, STRETCH, Happening, change_points

BEGINS = datetime(2026, 1, 5, tzinfo=UTC)


def test_a_step_is_found_where_it_is_with_what_happened_near() -> None:
    happenings = [
        Happening(BEGINS + timedelta(weeks=19, days=5), "news", "A story"),
        Happening(BEGINS + timedelta(weeks=18, days=2), "post", "A thread"),
        Happening(BEGINS + timedelta(weeks=30), "paper", "Far away"),
    ]
    (found,) = change_points([2, 3, 1, 2] * 5 + [9, 12, 10, 11] * 5, BEGINS, happenings)
    assert found.at == BEGINS + timedelta(weeks=20)
    assert (found.before, found.after) == (2, 10.5)
    assert [one.title for one in found.near] == ["A story", "A thread"]


def test_a_short_series_says_nothing() -> None:
    assert change_points([0] * 5 + [50] * (SHORTEST - 6), BEGINS) == ()


def test_one_loud_week_is_no_change() -> None:
    assert change_points([2, 3, 2, 1, 3, 2, 2, 40, 2, 3, 1, 2, 3, 2, 2, 1, 2, 3, 2, 2], BEGINS) == ()


def test_bursty_series_without_change_rarely_show_one() -> None:
    random = np.random.default_rng(5)
    alarms = sum(bool(change_points(random.negative_binomial(1, 0.1, 52).tolist(), BEGINS)) for _ in range(100))
    assert alarms <= 8


def test_only_the_last_twenty_years_are_looked_at() -> None:
    (found,) = change_points([9] * 2_000 + [1] * 1_020 + [30] * 20, BEGINS)
    assert found.at == BEGINS + timedelta(weeks=3_020)


def test_a_negative_count_is_refused() -> None:
    with pytest.raises(ValueError, match="negative"):
        change_points([1] * 20 + [-1], BEGINS)


@settings(max_examples=40)
@given(st.lists(st.integers(0, 10**9), max_size=60))
def test_parts_are_never_shorter_than_a_rate_must_last(weekly: list[int]) -> None:
    at = [0, *((one.at - BEGINS) // timedelta(weeks=1) for one in change_points(weekly, BEGINS)), len(weekly)]
    assert len(at) == 2 or min(np.diff(at)) >= STRETCH


@settings(max_examples=40)
@given(st.integers(0, 10**6), st.integers(SHORTEST, 60))
def test_a_steady_series_has_no_change(rate: int, weeks: int) -> None:
    assert change_points([rate] * weeks, BEGINS) == ()
