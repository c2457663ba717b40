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
        found = share(count, 20, 1, 4)
        assert found.share == pytest.approx(drawn[:, place].mean(), abs=0.002)
        assert (found.least, found.most) == pytest.approx(np.quantile(drawn[:, place], [0.05, 0.95]), abs=0.004)
    together = share(8, 20, 2, 4)
    both = np.quantile(drawn[:, 1] + drawn[:, 2], [0.05, 0.95])
    assert (together.least, together.most) == pytest.approx(both, abs=0.004)


@given(st.integers(0, 500), st.integers(0, 500), st.integers(1, 5), st.integers(1, 5))
def test_a_share_lies_in_its_interval_and_the_rest_is_the_rest(one: int, other: int, few: int, more: int) -> None:
    here, there = share(one, one + other, few, few + more), share(other, one + other, more, few + more)
    assert 0 <= here.least <= here.share <= here.most <= 1
    assert here.share + there.share == pytest.approx(1)
    assert here.least == pytest.approx(1 - there.most, abs=1e-9)


@pytest.mark.parametrize("given", [(-1, 3, 1, 2), (4, 3, 1, 2), (1, 3, 0, 2), (1, 3, 2, 2)])
def test_what_is_no_share_is_refused(given: tuple[int, int, int, int]) -> None:
    with pytest.raises(ValueError, match="no share"):
        share(*given)
