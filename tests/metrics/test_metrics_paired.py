"""The same work in two forms: what is said of the typical ratio holds, and few pairs are only counted."""

from math import nan
from random import Random

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy.stats import binomtest, ttest_1samp
from statsmodels.stats.meta_analysis import combine_effects

from hubbub.metrics.paired import paired
from tests.metrics import journals

COUNT = st.integers(0, 10**6)
MANY = st.lists(st.tuples(COUNT, COUNT), min_size=8, max_size=60)


@given(MANY)
def test_the_typical_ratio_is_students_and_works_are_drawn_as_far_as_statsmodels_says(
    pairs: list[tuple[int, int]],
) -> None:
    one, two = np.array(pairs).T
    d, within = np.log((one + 0.5) / (two + 0.5)), 1 / (one + 0.5) + 1 / (two + 0.5)
    assume(np.ptp(d) > 1e-6)
    found = paired(one, two)
    theirs = ttest_1samp(d, 0)
    interval = theirs.confidence_interval(0.9)
    assert found.chance == pytest.approx(theirs.pvalue, abs=1e-9)
    assert np.log([found.ratio or 0, found.low or 0, found.high or 0]) == pytest.approx(
        [d.mean(), interval.low, interval.high]
    )
    with np.errstate(all="ignore"):  # it lets the variance go below 0
        between = max(0, combine_effects(d, within, method_re="dl").tau2)
    drawn = (between * d + within * d.mean()) / (between + within)
    assert np.log(found.shrunken) == pytest.approx(drawn, abs=1e-9)


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), max_size=7))
def test_few_pairs_are_a_sign_test_and_give_no_ratio(pairs: list[tuple[int, int]]) -> None:
    found = paired([one for one, _ in pairs], [two for _, two in pairs])
    assert (found.ratio, found.low, found.high, found.shrunken) == (None, None, None, ())
    uneven = found.first + found.second
    assert found.chance == pytest.approx(binomtest(found.first, uneven).pvalue if uneven else 1)


@given(MANY, st.randoms(use_true_random=False))
def test_the_order_of_works_changes_nothing(pairs: list[tuple[int, int]], chance: Random) -> None:
    found, again = (paired(*zip(*order, strict=True)) for order in (pairs, chance.sample(pairs, len(pairs))))
    assert (found.first, found.second) == (again.first, again.second)
    assert (found.ratio, found.low, found.high, found.chance) == (again.ratio, again.low, again.high, again.chance)
    assert sorted(found.shrunken) == sorted(again.shrunken)


@given(MANY)
def test_the_forms_can_change_places(pairs: list[tuple[int, int]]) -> None:
    one, two = zip(*pairs, strict=True)
    found, turned = paired(one, two), paired(two, one)
    assert found.ratio
    assert turned.ratio
    assert found.ratio == pytest.approx(1 / turned.ratio)
    assert found.chance == pytest.approx(turned.chance, abs=1e-9)


@given(MANY)
def test_each_work_is_drawn_from_its_own_ratio_towards_the_typical_one(pairs: list[tuple[int, int]]) -> None:
    one, two = np.array(pairs).T
    found = paired(one, two)
    assert found.ratio is not None
    raw, shrunken = (one + 0.5) / (two + 0.5), np.array(found.shrunken)
    assert (shrunken >= np.minimum(raw, found.ratio) * (1 - 1e-9)).all()
    assert (shrunken <= np.maximum(raw, found.ratio) * (1 + 1e-9)).all()


@pytest.mark.parametrize("name", ["tweets", "readers"])
@pytest.mark.parametrize("works", [8, 15, 40])
def test_intervals_hold_the_typical_ratio_of_articles_to_their_preprints(name: str, works: int) -> None:
    article, preprint = journals.column(name), journals.column(f"preprint_{name}")
    known = np.flatnonzero(np.isfinite(preprint))
    truth = float(np.exp(np.mean(np.log((article[known] + 0.5) / (preprint[known] + 0.5)))))
    chance = np.random.default_rng(5)
    held = []
    for _ in range(600):
        some = chance.choice(known, works, replace=False)
        found = paired(article[some], preprint[some])
        assert found.low is not None
        assert found.high is not None
        held.append(found.low <= truth <= found.high)
    assert 0.85 <= np.mean(held) <= 0.95


def test_unknown_counts_are_left_out_and_alike_forms_show_no_difference() -> None:
    found = paired([3.0] * 9 + [nan, -1, 4], [3.0] * 9 + [2, 2, nan])
    assert (found.works, found.ratio, found.chance) == (9, 1, 1)
    assert paired([], []).chance == 1
    assert paired([1e300] * 9, [0] * 9).chance < 0.01
    with pytest.raises(ValueError, match="one number a work"):
        paired([1, 2], [1])
