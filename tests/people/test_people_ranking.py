"""Whom to engage next: laws of the ranking, and one counted by hand."""

from math import log, sqrt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hubbub.people.ranking import SMALL, WEIGHTS, Past, authority, past_of, rank

DAY = 1440
Row = tuple[int, int, int, int]  # account, work, minute, amplified account
ROWS = st.lists(
    st.tuples(st.integers(0, 8), st.integers(0, 5), st.integers(0, 300 * DAY), st.integers(-1, 9)), max_size=40
)
SEEDS = st.sets(st.integers(0, 10), max_size=4)


def seen(rows: list[Row]) -> Past:
    columns = np.array(rows, np.int64).reshape(-1, 4).T
    return past_of(*columns)


def scores(past: Past, works: object, seeds: object) -> dict[int, float]:
    ranking = rank(past, list(works), list(seeds), 1000)  # type: ignore[call-overload]
    return dict(zip(ranking.accounts.tolist(), ranking.scores.tolist(), strict=True))


def test_scores_are_those_counted_by_hand() -> None:
    # Work 70 is the researcher's. Account 1 wrote of it and of 71, 2 passed 1 on, 3 only wrote of 71, 4 of 72.
    past = seen([(1, 70, 0, -1), (2, 70, DAY, 1), (1, 71, 2 * DAY, -1), (3, 71, 4 * DAY, -1), (4, 72, 5 * DAY, -1)])
    ranking = rank(past, [70], [1, 2], 10)
    w = WEIGHTS
    one = log(2)
    seventy_one = 20 * sqrt(
        1 / (1 - 0.85 / 4) / 2 / 2
    )  # see the test of authority; one of the two voices of 71 is a seed
    lately = [0.5 ** (days / 45) for days in range(6)]
    terms = {
        # Account 2, a seed, amplified account 1, which nobody else amplified.
        1: [log(4), one, log(1 + seventy_one), one, 0, log(1 + 3 * (lately[5] + lately[3]))],
        2: [log(4), 0, 0, one, 0, log(1 + 3 * lately[4])],
        3: [0, 0, log(1 + seventy_one), 0, 0, log(1 + 3 * lately[1])],
        4: [0, 0, 0, 0, 0, log(4)],
    }
    assert ranking.accounts.tolist() == [1, 2, 3, 4]
    expected = [[x * weight for x, weight in zip(terms[a], w.values(), strict=True)] for a in ranking.accounts.tolist()]
    assert ranking.terms == pytest.approx(np.array(expected), abs=1e-5)
    assert ranking.scores == pytest.approx(ranking.terms.sum(1))


def test_authority_of_works_is_where_walks_between_seeds_and_their_works_settle() -> None:
    past = seen([(1, 70, 0, -1), (2, 70, 0, -1), (1, 71, 0, -1), (3, 71, 0, -1), (3, 72, 0, -1)])
    # x = .15 + .85 (x/2 + (x/2 + y) / 2) for account 1, and y = 2 - x for 2; so x = .15 + .85 (x/4 + 1).
    x = 1 / (1 - 0.85 / 4)
    found = authority(past, np.isin(past.accounts, [1, 2]))
    assert found == pytest.approx([2 - x / 2, x / 2, 0], abs=1e-6)
    assert found.sum() == pytest.approx(2)
    assert not authority(past, np.zeros(3, np.bool_)).any()


def test_likeness_counts_for_works_that_are_not_the_researchers() -> None:
    past = seen([(1, 70, 0, -1), (2, 71, 0, -1)])
    terms = rank(past, [70], [], 10, alike=np.array([5.0, 2.0])).terms[:, list(WEIGHTS).index("alike")]
    assert sorted(terms) == pytest.approx([0, WEIGHTS["alike"] * log(3)])


@given(ROWS, SEEDS, st.randoms(use_true_random=False))
def test_the_order_of_rows_and_repeated_rows_change_nothing(rows: list[Row], seeds: set[int], random: object) -> None:
    again = rows + rows[::2]
    random.shuffle(again)  # type: ignore[attr-defined]
    one, other = rank(seen(rows), [0, 1], list(seeds), 9), rank(seen(again), [0, 1], list(seeds), 9)
    assert one.accounts.tolist() == other.accounts.tolist()
    assert (one.terms == other.terms).all()


@given(ROWS.filter(bool), st.sets(st.integers(0, 7), min_size=1), st.integers(0, 8), st.integers(0, 5))
def test_one_more_work_shared_with_seeds_never_lowers_a_score(
    rows: list[Row], seeds: set[int], account: int, work: int
) -> None:
    before = scores(seen(rows), [0], seeds - {account}).get(account)
    after = scores(seen([*rows, (account, work, max(row[2] for row in rows), -1)]), [0], seeds - {account})[account]
    assert before is None or after >= before - 1e-12


@given(ROWS, SEEDS, st.sets(st.integers(0, 9)))
def test_who_is_left_out_is_not_ranked_and_changes_no_score(rows: list[Row], seeds: set[int], out: set[int]) -> None:
    past = seen(rows)
    ranking = rank(past, [0], list(seeds), 1000, left_out=list(out))
    everyone = scores(past, [0], seeds)
    assert set(ranking.accounts.tolist()) == everyone.keys() - out
    assert all(everyone[a] == s for a, s in zip(ranking.accounts.tolist(), ranking.scores.tolist(), strict=True))


@given(ROWS, SEEDS)
def test_every_score_is_the_sum_of_its_terms_and_none_counts_against_an_account(
    rows: list[Row], seeds: set[int]
) -> None:
    ranking = rank(seen(rows), [0, 1], list(seeds), 1000)
    assert ranking.terms.sum(1) == pytest.approx(ranking.scores)
    assert np.isfinite(ranking.scores).all()
    assert (ranking.terms >= 0).all()


def test_who_engaged_stands_before_who_only_shared_a_work_with_seeds_and_both_before_strangers() -> None:
    past = seen([(1, 70, 0, -1), (1, 71, 0, -1), (2, 71, 0, -1), (3, 72, 0, -1)])
    assert rank(past, [70], [1], 10).accounts.tolist() == [1, 2, 3]


def test_a_work_that_few_share_ties_more_than_one_that_everybody_shares() -> None:
    crowd = [(account, 72, 0, -1) for account in range(10, 40)]
    past = seen([(1, 71, 0, -1), (1, 72, 0, -1), (2, 71, 0, -1), *crowd])
    of = scores(past, [70], [1])
    assert of[2] > of[10]


def test_most_of_the_first_places_are_for_small_accounts_and_the_rest_is_by_score() -> None:
    famous = [(account, work, 0, -1) for account in range(100, 130) for work in range(1, SMALL + 2)]
    small = [(account, 1, 0, -1) for account in range(200, 230)]
    past = seen([(1, 1, 0, -1), (1, 0, 0, -1), *famous, *small])
    first = rank(past, [0], [1], 1000).accounts
    assert sum(account >= 200 or account == 1 for account in first[:20].tolist()) == 11
    of = scores(past, [0], [1])
    for places in (first[:20].tolist(), first[20:].tolist()):
        assert [of[a] for a in places] == sorted((of[a] for a in places), reverse=True)


def test_nothing_seen_ranks_nobody_and_unknown_ids_are_passed_over() -> None:
    assert rank(seen([]), [1], [2], 10).accounts.tolist() == []
    past = seen([(1, 70, 0, -1)])
    assert rank(past, [-5, 2**60], [2**62], 10, left_out=[99]).accounts.tolist() == [1]
    assert rank(past, [70], [1], 0).accounts.tolist() == []
    assert rank(past, [70], [1], -3).accounts.tolist() == []


def test_who_only_was_amplified_is_ranked_and_not_active() -> None:
    ranking = rank(seen([(1, 70, 0, 2)]), [], [1], 10)
    assert ranking.accounts.tolist() == [1, 2]
    assert ranking.terms[1, list(WEIGHTS).index("active")] == 0


def test_amplifying_oneself_ties_nobody() -> None:
    tied = list(WEIGHTS).index("tied")
    assert not rank(seen([(1, 70, 0, 1)]), [70], [1], 10).terms[:, tied].any()


def test_columns_of_other_lengths_and_likeness_of_another_shape_are_refused() -> None:
    with pytest.raises(ValueError, match="length"):
        past_of([1, 2], [1], [0], [-1])
    with pytest.raises(ValueError, match="likeness"):
        rank(seen([(1, 70, 0, -1)]), [], [], 1, alike=np.zeros(2))
