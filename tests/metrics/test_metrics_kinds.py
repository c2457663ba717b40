"""Kinds of output compared by ranks, and which of many differences are shown."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import mannwhitneyu

from hubbub.metrics.calibrated import discovered
from hubbub.metrics.kinds import ranked

COUNTS = st.lists(st.integers(0, 9), min_size=5, max_size=30)


@given(COUNTS, COUNTS)
def test_the_chance_is_that_of_the_rank_sum_test(one: list[int], other: list[int]) -> None:
    (found,) = ranked({"a": one, "b": other})
    if len({*one, *other}) == 1:
        assert (found.chance, found.more) == (1, 0.5)
        return
    expected = mannwhitneyu(one, other, method="asymptotic")
    assert found.chance == pytest.approx(min(expected.pvalue, 1))
    share = expected.statistic / len(one) / len(other)
    assert found.more == pytest.approx(max(share, 1 - share))
    assert found.first == ("a" if share >= 0.5 else "b")


def test_few_works_and_unknown_counts_are_not_compared() -> None:
    assert ranked({"a": [1, 2, 3, 4], "b": range(9)}) == []
    assert ranked({"a": [1, 2, 3, 4, np.nan], "b": range(9)}) == []
    assert ranked({}) == []


def test_where_kinds_make_no_difference_hardly_any_is_shown() -> None:
    chance, shown = np.random.default_rng(3), 0
    for _ in range(300):
        counts = {kind: chance.negative_binomial(0.4, 0.1, 12) for kind in "abcd"}
        shown += bool(discovered(np.array([one.chance for one in ranked(counts)])).any())
    assert shown / 300 < 0.1


@given(st.lists(st.floats(0, 1), max_size=30))
def test_more_is_shown_the_more_may_be_wrong_and_the_least_likely_first(chances: list[float]) -> None:
    some, more = (discovered(np.array(chances), rate) for rate in (0.1, 0.3))
    assert not np.any(some & ~more)
    assert all(chances[i] > chances[j] for i in np.flatnonzero(~more) for j in np.flatnonzero(more))


def test_the_textbook_example_shows_four_of_fifteen() -> None:
    """Benjamini & Hochberg 1995, section 4."""
    chances = [
        0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.324, 0.4262, 0.5719, 0.6528, 0.759, 1,
    ]  # fmt: skip
    assert discovered(np.array(chances), 0.05).sum() == 4
