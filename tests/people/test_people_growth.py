from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hubbub.people.growth import (
    DAY,
    USUAL,
    WEEK,
    Counted,
    Habits,
    Ledger,
    Repeats,
    Unseen,
    alive,
    chao1,
    counted,
    first_day,
    fit,
    half_life,
    ledger,
    pace,
    rate,
    remaining,
    repeats,
    unseen,
)
from tests.people.shelves import changed, picked, simulated

Rows = list[tuple[int, int]]
NOW = 100 * WEEK
rows = st.lists(st.tuples(st.integers(0, 8), st.integers(NOW - 40 * WEEK, NOW + WEEK)), max_size=60)


def columns(given_rows: Rows) -> tuple[np.ndarray, np.ndarray]:
    pair = np.array(given_rows, np.int64).reshape(-1, 2)
    return pair[:, 0], pair[:, 1]


def of(given_rows: Rows) -> Ledger:
    return ledger(*columns(given_rows), NOW - 4 * WEEK, NOW, NOW - 4 * WEEK, USUAL)


def test_voices_are_new_or_returning_and_who_is_quiet_is_at_risk_lapsed_or_passed_by() -> None:
    weeks = {1: [-1], 2: [-6, -2], 3: [-50], 4: [-50, -49, -48, -47, -46, -45], 5: [-12, -6, -5]}
    found = of([(account, NOW + week * WEEK) for account, of_it in weeks.items() for week in of_it])
    assert found.voices.tolist() == [1, 2]
    assert found.new.tolist() == [1]
    assert found.returning.tolist() == [2]
    assert found.at_risk.tolist() == [5]
    assert found.lapsed.tolist() == [4]
    assert found.passed_by.tolist() == [3]
    assert (found.returned.hits, found.returned.of) == (1, 2)


@given(rows)
def test_each_account_stands_in_one_list_of_the_ledger_and_order_changes_nothing(given_rows: Rows) -> None:
    found = of(given_rows)
    lists = [found.new, found.returning, found.at_risk, found.lapsed, found.passed_by]
    listed = [account for one in lists for account in one.tolist()]
    assert sorted(listed) == sorted({account for account, at in given_rows if at < NOW})
    again = of(sorted(given_rows * 2))
    for name in Ledger.__struct_fields__[:-1]:
        np.testing.assert_array_equal(getattr(again, name), getattr(found, name))


def test_a_period_without_time_is_refused() -> None:
    with pytest.raises(ValueError, match="empty"):
        ledger(*columns([]), NOW, NOW, NOW, USUAL)


def test_several_mentions_on_one_day_are_one() -> None:
    found = repeats(*columns([(1, 10 * DAY), (1, 10 * DAY + 60), (1, 17 * DAY), (2, 10 * DAY)]), 24 * DAY)
    assert found.times.tolist() == [1, 0]
    assert found.last.tolist() == [1, 0]
    assert found.age.tolist() == [2, 2]


@given(rows)
def test_who_is_alive_is_a_probability(given_rows: Rows) -> None:
    found = alive(repeats(*columns(given_rows), NOW), USUAL)
    assert ((found >= 0) & (found <= 1)).all()


@given(st.integers(1, 20), st.floats(0, 50), st.floats(0.1, 50), st.floats(0.1, 20))
def test_longer_silence_never_makes_it_likelier(times: int, last: float, silence: float, more: float) -> None:
    age = np.array([last + silence, last + silence + more])
    shorter, longer = alive(Repeats(np.arange(2), np.full(2, times), np.full(2, last), age), USUAL)
    assert longer <= shorter


def test_alive_is_what_the_published_formula_gives() -> None:
    habits = Habits(r=0.243, alpha=4.414, a=0.793, b=2.426)  # of the paper's own example
    found = alive(Repeats(np.array([1]), np.array([2]), np.array([30.43]), np.array([38.86])), habits)[0]
    odds = 0.793 / (2.426 + 2 - 1) * ((4.414 + 38.86) / (4.414 + 30.43)) ** (0.243 + 2)
    assert found == pytest.approx(1 / (1 + odds))
    assert found == pytest.approx(0.7266, abs=2e-4)


def test_a_fit_finds_the_habits_that_made_the_visits() -> None:
    random, true = np.random.default_rng(3), Habits(r=0.6, alpha=3.0, a=0.8, b=2.5)
    times, last, weeks = [], [], 40.0
    for often, leaves in zip(
        random.gamma(true.r, 1 / true.alpha, 6_000), random.beta(true.a, true.b, 6_000), strict=True
    ):
        came, at = 0, 0.0
        while (following := at + random.exponential(1 / often)) < weeks:
            came, at = came + 1, following
            if random.random() < leaves:
                break
        times.append(came)
        last.append(at)
    made = Repeats(np.arange(6_000), np.array(times), np.array(last), np.full(6_000, weeks))
    found = fit(made)
    assert found.r == pytest.approx(true.r, rel=0.15)
    assert found.alpha == pytest.approx(true.alpha, rel=0.2)
    assert found.a / (found.a + found.b) == pytest.approx(true.a / (true.a + true.b), rel=0.2)
    assert alive(made, found) == pytest.approx(alive(made, true), abs=0.1)


def test_habits_are_not_fitted_to_nearly_nothing() -> None:
    with pytest.raises(ValueError, match="too few"):
        fit(repeats(*columns([(1, 0), (1, WEEK), (2, 0)]), 2 * WEEK))


counts = st.lists(st.integers(0, 6), max_size=60)


@given(counts)
def test_there_are_never_fewer_than_were_seen(seen: list[int]) -> None:
    assert chao1(np.array(seen, np.int64)) >= sum(count > 0 for count in seen)


@given(counts, st.integers(1, 5))
def test_more_accounts_seen_once_never_lower_the_estimate(seen: list[int], more: int) -> None:
    assert chao1(np.array(seen + [1] * more, np.int64)) >= chao1(np.array(seen, np.int64)) + more


def test_the_unseen_are_counted_as_published() -> None:
    assert chao1(np.array([1] * 10 + [2] * 4 + [7])) == 15 + 10 * 9 / (2 * 5)


def test_the_audience_is_also_told_without_the_work_that_spread_most() -> None:
    account = np.r_[np.arange(100), [0, 0, 1]]
    work = np.r_[np.zeros(100, np.int64), [1, 2, 1]]
    found = unseen(account, work)
    assert found.seen == 100
    assert 100 + 98 * 97 / 4 == 2_476.5
    assert found.estimate == 2_000
    assert found.without_top_work == 2


def test_of_voices_of_one_work_nothing_tells_how_many_there_are() -> None:
    assert unseen(np.arange(1_268), np.zeros(1_268, np.int64)) == Unseen(1_268, None, None)


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 4)), max_size=60))
def test_the_unseen_do_not_depend_on_order_or_repetition(pairs: Rows) -> None:
    found = unseen(*columns(pairs))
    assert unseen(*columns(sorted(pairs * 2))) == found
    assert found.estimate is None or found.estimate >= found.seen
    assert found.estimate is None or float(f"{found.estimate:.0e}") == found.estimate or found.estimate == found.seen


def test_an_answer_counts_on_the_first_day_and_an_open_day_does_not_count_yet() -> None:
    asked = np.array([0, 0, 0, 3 * DAY, 3 * DAY])
    answered = np.array([100, 2 * DAY, np.nan, np.nan, 3 * DAY + 60])
    found = first_day(asked, answered, 3 * DAY + 600)
    assert (found.hits, found.of) == (2, 4)
    assert 0 <= found.least <= 0.5 <= found.most <= 1


@given(st.integers(0, 10**9), st.integers(0, 10**9))
def test_an_interval_holds_its_share_within_nothing_and_all(one: int, other: int) -> None:
    hits, number = sorted((one, other))
    found = rate(hits, number)
    assert 0 <= found.least <= found.most <= 1
    if number:
        assert found.least <= hits / number <= found.most


def test_an_interval_is_wilsons() -> None:
    assert rate(5, 10).least == pytest.approx(0.2366, abs=1e-4)
    assert rate(5, 10).most == pytest.approx(0.7634, abs=1e-4)
    with pytest.raises(ValueError, match="no share"):
        rate(3, 2)


def test_a_half_life_is_the_median_age_within_a_month() -> None:
    assert half_life(np.array([0, 3_600, 7_200, 400 * DAY])) == 1
    assert np.isnan(half_life(np.zeros(0, np.int64)))


@given(st.floats(-10, 1e6), st.floats(0, 1e6), st.floats(0.01, 1e4))
def test_what_is_left_is_a_share_that_never_grows(hours: float, more: float, half: float) -> None:
    assert 0 <= remaining(hours + more, half) <= remaining(hours, half) <= 1
    assert remaining(half, half) == 0.5


def of_works(place: Sequence[int], before: Sequence[int], now: Sequence[int]) -> Counted:
    return Counted(*(np.array(column, np.int64) for column in (place, before, now)))


def test_works_are_counted_by_voices_in_two_periods_and_belong_to_their_main_place() -> None:
    rows = [(7, 1, 5, -1), (7, 1, 5, -2), (7, 2, 6, 1), (7, 1, 6, 0), (9, 2, 5, 3), (9, 2, 5, 4)]
    work, place, account, at = np.array(rows, np.int64).T
    works, found = counted(work, place, account, at, 0)
    assert works.tolist() == [7, 9]
    assert (found.place.tolist(), found.before.tolist(), found.now.tolist()) == ([1, 2], [1, 0], [1, 1])


def test_what_the_place_did_is_taken_out_of_growth() -> None:
    fading = of_works([1] * 200, [30] * 200, [10] * 200)
    found = pace(of_works([1] * 9, [30] * 9, [10] * 9), fading, np.random.default_rng(0))
    assert found is not None
    assert (found.works, found.alone, found.peers, found.before, found.now) == (9, 0, 200, 270, 90)
    assert (found.ratio, found.least, found.most, found.verdict) == (1, 1, 1, "alike")
    assert found.usual == pytest.approx(1 / 3, abs=0.01)
    steady = pace(of_works([1] * 9, [20] * 9, [20] * 9), fading, np.random.default_rng(0))
    assert steady is not None
    assert steady.verdict == "faster"
    assert steady.ratio == pytest.approx(3, abs=0.02)


def test_other_numbers_of_works_change_no_digit() -> None:
    chance = np.random.default_rng(2)
    peers = of_works(*chance.integers([[1], [5], [0]], [[3], [40], [40]], (3, 500)).tolist())
    own = of_works([1, 2, 2], [9, 20, 14], [12, 30, 3])
    order = chance.permutation(500)
    mixed = Counted(peers.place[order], peers.before[order], peers.now[order])
    found = pace(own, peers, np.random.default_rng(0))
    assert found is not None
    assert pace(own, mixed, np.random.default_rng(0)) == found


def test_works_are_compared_only_with_those_of_their_place_and_size() -> None:
    peers = of_works([1] * 40 + [2] * 40, [5] * 40 + [50] * 40, [5] * 40 + [50] * 40)
    own = of_works([1, 1, 2, 2, 3, 1], [10, 11, 25, 11, 5, 0], [10, 10, 25, 11, 5, 0])
    found = pace(own, peers, np.random.default_rng(0))
    assert found is not None
    assert (found.works, found.alone, found.peers) == (2, 3, 80)
    assert pace(own, of_works([], [], []), np.random.default_rng(0)) is None
    assert pace(own, of_works([1] * 29, [9] * 29, [9] * 29), np.random.default_rng(0)) is None


def test_shelves_that_grow_as_all_others_do_get_no_verdict_in_19_of_20_and_would_without_peers() -> None:
    random = np.random.default_rng(3)
    every, verdicts, plain = simulated(5_000, random), [], []
    for _ in range(150):
        own, rest = picked(every, random.choice(5_000, 20, replace=False))
        found = pace(own, rest, random)
        assert found is not None
        verdicts.append(found.verdict in {"faster", "slower"})
        plain.append(changed(own))
    assert np.mean(verdicts) < 0.09  # binomial: 0.05, and two standard errors
    assert np.mean(plain) > 0.3


def test_a_shelf_whose_voices_became_ten_times_as_many_as_others_is_found() -> None:
    random = np.random.default_rng(4)
    every = simulated(5_000, random)
    own, rest = picked(every, np.arange(60))
    told = pace(Counted(own.place, own.before // 10, own.now), rest, random)
    assert told is not None
    assert told.verdict == "faster"
    assert told.least is not None
    assert told.ratio is not None
    assert told.most is not None
    assert told.least < told.ratio < told.most
