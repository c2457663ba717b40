"""Percentiles rise with counts, zeros are told in words, and intervals hold the truth."""

from math import inf, nan
from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hubbub.metrics import peers

COUNTS = st.lists(st.integers(0, 50), min_size=1, max_size=60)


@given(COUNTS, COUNTS)
def test_percentiles_and_their_ends_rise_with_counts(counts: list[int], reference: list[int]) -> None:
    at, low, high = peers.percentiles(sorted(counts), reference)
    for ends in (at, low, high):
        assert (np.diff(ends) >= 0).all()
    assert ((low >= 0) & (low <= at) & (at <= high) & (high <= 100)).all()


@given(COUNTS)
def test_reference_works_are_at_fifty_on_average(reference: list[int]) -> None:
    assert np.mean(peers.percentiles(reference, reference)[0]) == pytest.approx(50)


@given(COUNTS, COUNTS, st.randoms(use_true_random=False))
def test_the_order_of_reference_works_changes_nothing(counts: list[int], reference: list[int], chance: Random) -> None:
    shuffled = chance.sample(reference, len(reference))
    for one, other in zip(peers.percentiles(counts, reference), peers.percentiles(counts, shuffled), strict=True):
        assert (one == other).all()


def test_equal_counts_share_the_middle_of_their_ranks() -> None:
    assert peers.percentiles([0, 1, 5, 9], [0, 0, 1, 5])[0].tolist() == [25, 62.5, 87.5, 100]


def test_intervals_of_percentiles_hold_the_true_share_as_often_as_they_say() -> None:
    chance = np.random.default_rng(2)
    held = []
    for _ in range(2000):
        _, low, high = peers.percentiles(0.8, chance.random(120))
        held.append(low <= 80 <= high)
    assert 0.85 <= np.mean(held) <= 0.95


def test_unknown_counts_have_no_place() -> None:
    for ends in peers.percentiles([nan, -1, inf, 3], [1, 2, nan, -5]):
        assert np.isnan(ends[:3]).all()
        assert np.isfinite(ends[3])
    with pytest.raises(ValueError, match="no reference work"):
        peers.percentiles([1], [nan])
    assert peers.place(nan, [("all", [0] * 200)]) is None


def test_a_zero_is_told_in_words_and_others_by_percentile_and_interval() -> None:
    reference = [0] * 180 + [1] * 20
    assert str(peers.place(0, [("all", reference)])) == "one of the 90 % without a mention"
    assert str(peers.place(0, [("all", [0] * 99_999 + [1])])) == "one of the 99.9 % without a mention"
    assert str(peers.place(0, [("all", [0] * 100)])) == "one of the 100 % without a mention"
    assert str(peers.place(0, [("all", [1] * 100)])).startswith("percentile 0 (0 to 2)")
    place = peers.place(2, [("all", reference)])
    assert place is not None
    assert str(place) == f"percentile 100 ({place.low:.0f} to 100) of 200 works"


def test_a_stratum_that_is_too_small_is_widened_and_this_is_said() -> None:
    strata = [("slides in botany", range(99)), ("slides", range(200)), ("all", range(10_000))]
    place = peers.place(50, strata)
    assert place is not None
    assert (place.stratum, place.works, place.widened) == ("slides", 200, True)
    narrow = peers.place(50, strata[1:])
    assert narrow is not None
    assert not narrow.widened
    assert peers.place(50, strata[:1]) is None


def test_a_group_like_the_world_has_a_mean_of_one_as_often_as_intervals_say() -> None:
    chance = np.random.default_rng(8)
    held = []
    for _ in range(800):
        some = [
            (str(mean), chance.geometric(1 / mean, n) - 1, chance.geometric(1 / mean, 100))
            for n, mean in ((20, 8), (10, 30))
        ]
        found = peers.mnlcs([(name, own, world - 1) for name, own, world in some])
        assert found is not None
        assert found.low is not None
        assert found.high is not None
        held.append(found.low <= 1 <= found.high)
    assert 0.85 <= np.mean(held) <= 0.95


def test_the_mean_is_that_of_the_published_formula() -> None:
    world = np.arange(200)
    found = peers.mnlcs([("a", [3, 8], world)])
    assert found is not None
    assert found.mnlcs == pytest.approx((np.log(4) + np.log(9)) / 2 / np.mean(np.log1p(world)))
    one = peers.mnlcs([("a", [3], world)])
    assert one is not None
    assert (one.low, one.high, one.works) == (None, None, 1)


def test_small_and_sparse_strata_are_dropped_and_named() -> None:
    sparse, small = [0] * 160 + [1] * 40, list(range(99))
    found = peers.mnlcs([("sparse", [1, 2], sparse), ("good", [3, 8], range(200)), ("few", [1], small)])
    assert found is not None
    assert (found.works, found.dropped) == (2, ("few", "sparse"))
    assert peers.mnlcs([("sparse", [1], sparse)]) is None
    assert peers.mnlcs([]) is None
    assert peers.mnlcs([("good", [nan, -2], range(200))]) is None
