"""Shares of an audience and their intervals."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hubbub.people.mix import PRIOR, share


def test_the_interval_is_that_of_draws_from_the_dirichlet_posterior() -> None:
    counts = np.array([12, 5, 3, 0])
    drawn = np.random.default_rng(1).dirichlet(counts + PRIOR, 200_000)
    for place, count in enumerate(counts.tolist()):
        found = share(count, 20, 4)
        assert found.share == pytest.approx(drawn[:, place].mean(), abs=0.002)
        assert (found.least, found.most) == pytest.approx(np.quantile(drawn[:, place], [0.05, 0.95]), abs=0.004)


@given(st.lists(st.integers(0, 500), min_size=2, max_size=8))
def test_shares_lie_in_their_intervals_and_add_up_to_all(counts: list[int]) -> None:
    found = [share(one, sum(counts), len(counts)) for one in counts]
    assert all(0 <= one.least <= one.share <= one.most <= 1 for one in found)
    assert sum(one.share for one in found) == pytest.approx(1)


@given(st.integers(0, 500), st.integers(1, 500), st.integers(2, 8))
def test_a_share_is_that_of_the_accounts_up_to_half_an_account_for_each_class(
    one: int, other: int, classes: int
) -> None:
    assert share(one, one + other, classes).share == pytest.approx(one / (one + other), abs=classes / 2 / (one + other))


@pytest.mark.parametrize("given", [(-1, 3, 2), (4, 3, 2), (1, 3, 1)])
def test_what_is_no_share_is_refused(given: tuple[int, int, int]) -> None:
    with pytest.raises(ValueError, match="no share"):
        share(*given)
