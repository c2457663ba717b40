"""Indicators of any mention agree with others' code, and their intervals hold the truth."""

from itertools import product
from random import Random

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from statsmodels.stats.contingency_tables import StratifiedTable

from hubbub.metrics.mentioned import Mentioned, Stratum, indicators


@st.composite
def strata(draw: st.DrawFn) -> Stratum:
    works, world = draw(st.integers(1, 200)), draw(st.integers(50, 5000))
    return Stratum(draw(st.text(max_size=3)), draw(st.integers(0, works)), works, draw(st.integers(0, world)), world)


SOME = st.lists(strata(), min_size=1, max_size=8)


@given(SOME)
def test_the_pooled_ratio_is_that_of_statsmodels(some: list[Stratum]) -> None:
    assume(any(s.mentioned for s in some) and any(s.world_mentioned for s in some))
    tables = [
        np.array([[s.mentioned, s.works - s.mentioned], [s.world_mentioned, s.world_works - s.world_mentioned]])
        for s in some
    ]
    assert indicators(some).mhrr == pytest.approx(StratifiedTable(tables).riskratio_pooled, rel=1e-12)


@given(SOME, st.randoms(use_true_random=False))
def test_the_order_of_strata_changes_nothing(some: list[Stratum], chance: Random) -> None:
    assert indicators(some) == indicators(chance.sample(some, len(some)))


@given(strata())
def test_with_one_stratum_all_indicators_are_one_quotient(one: Stratum) -> None:
    assume(one.mentioned and one.world_mentioned)
    found = indicators([one])
    quotient = one.mentioned / one.works / (one.world_mentioned / one.world_works)
    assert (found.emnpc, found.mnpc, found.mhrr) == pytest.approx((quotient,) * 3)
    assert found.low is not None
    assert found.high is not None
    assert found.low <= quotient * (1 + 1e-12)
    assert found.high >= quotient * (1 - 1e-12)


def test_the_quotients_are_those_of_the_published_formulas() -> None:
    found = indicators([Stratum("a", 1, 4, 10, 100), Stratum("b", 2, 4, 50, 100)])
    assert found.emnpc == pytest.approx((0.25 + 0.5) / (0.1 + 0.5))
    assert found.mnpc == pytest.approx((2.5 + 1) / 2)


def test_the_variance_of_one_stratum_is_the_textbook_one() -> None:
    found = indicators([Stratum("a", 12, 40, 30, 300)])
    error = np.sqrt(1 / 12 - 1 / 40 + 1 / 30 - 1 / 300)
    assert found.high == pytest.approx(3 * np.exp(1.6448536269514722 * error))
    assert found.low == pytest.approx(3 / np.exp(1.6448536269514722 * error))


@pytest.mark.parametrize("ratio", [0.5, 1.0, 2.0])
def test_intervals_hold_the_true_ratio_as_often_as_they_say(ratio: float) -> None:
    chance = np.random.default_rng(11)
    held = []
    for _ in range(1500):
        some = [
            Stratum(str(p), int(chance.binomial(n, ratio * p)), n, int(chance.binomial(1000, p)), 1000)
            for n, p in ((60, 0.1), (25, 0.2), (30, 0.05))
        ]
        found = indicators(some)
        held.append((found.low or 0) <= ratio <= (found.high or np.inf))
    assert 0.85 <= np.mean(held) <= 0.95


def test_bounds_hold_where_there_is_no_mention_at_all() -> None:
    chance = np.random.default_rng(12)
    for ratio, p, n in product((0.2, 1.0, 3.0), (0.002, 0.03), (5, 40)):
        missed = 0
        for _ in range(400):
            some = Stratum("a", int(chance.binomial(n, ratio * p)), n, int(chance.binomial(400, p)), 400)
            found = indicators([some])
            bounded = not (some.mentioned and some.world_mentioned)
            missed += bounded and not (found.low or 0) <= ratio <= (found.high or np.inf)
        assert missed <= 0.05 * 400


def test_without_a_mention_the_bound_has_one_side_and_nothing_is_added() -> None:
    none = indicators([Stratum("a", 0, 40, 30, 300)])
    assert (none.emnpc, none.mnpc, none.mhrr, none.low) == (0, 0, 0, None)
    assert none.high is not None
    assert 0 < none.high < 1.2
    unheard = indicators([Stratum("a", 8, 40, 0, 300)])
    assert (unheard.emnpc, unheard.mnpc, unheard.mhrr, unheard.high) == (None,) * 4
    assert unheard.low is not None
    assert unheard.low > 5
    neither = indicators([Stratum("a", 0, 40, 0, 300)])
    assert neither == Mentioned(None, None, None, None, None, ())


def test_small_strata_are_dropped_and_named() -> None:
    kept = Stratum("kept", 4, 20, 30, 300)
    small, empty = Stratum("small", 4, 20, 30, 49), Stratum("empty", 0, 0, 30, 300)
    found = indicators([small, kept, empty])
    assert found.dropped == ("empty", "small")
    assert found.mhrr == indicators([kept]).mhrr
    assert indicators([small]) == Mentioned(None, None, None, None, None, ("small",))
    assert indicators([]) == Mentioned(None, None, None, None, None, ())


def test_counts_that_cannot_be_are_refused() -> None:
    for bad in (Stratum("a", 5, 4, 1, 100), Stratum("a", -1, 4, 1, 100), Stratum("a", 1, 4, 101, 100)):
        with pytest.raises(ValueError, match="none to all"):
            indicators([bad])
