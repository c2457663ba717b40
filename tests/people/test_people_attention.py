import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hubbub.people.attention import Attention, attention, gini

Rows = list[tuple[int, int, int]]


def of(rows: Rows) -> Attention:
    columns = np.array(rows, np.int64).reshape(-1, 3)
    return attention(columns[:, 0], columns[:, 1], columns[:, 2])


def test_one_post_that_carries_most_is_named_with_its_share() -> None:
    rows = [(7, 1, -1), (7, 2, -1), *((7, 10 + i, 1) for i in range(6)), *((7, 20 + i, 2) for i in range(2))]
    found = of(rows)
    assert (found.work.tolist(), found.mentions.tolist(), found.amplifications.tolist()) == ([7], [10], [8])
    assert found.originality[0] == pytest.approx(0.2)
    assert found.concentration[0] == pytest.approx(0.75)
    assert (found.carrier[0], found.carried[0]) == (1, 6)


def test_of_few_mentions_no_share_is_told_but_the_post_is() -> None:
    found = of([(1, 1, -1), (1, 2, 1)])
    assert np.isnan(found.originality[0])
    assert np.isnan(found.concentration[0])
    assert found.carrier[0] == 1


def test_where_nothing_is_passed_on_there_is_no_concentration() -> None:
    found = of([(1, post, -1) for post in range(12)])
    assert found.originality[0] == 1
    assert np.isnan(found.concentration[0])
    assert (found.carrier[0], found.carried[0]) == (-1, 0)


rows = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 30), st.integers(-1, 4)), max_size=120)


@given(rows)
def test_order_and_repetition_of_rows_change_nothing(given_rows: Rows) -> None:
    expected, found = of(given_rows), of(sorted(given_rows * 2, key=hash))
    for column in Attention.__struct_fields__:
        np.testing.assert_array_equal(getattr(found, column), getattr(expected, column))


@given(rows)
def test_shares_lie_between_nothing_and_all(given_rows: Rows) -> None:
    found = of(given_rows)
    for share in (found.originality, found.concentration):
        known = share[~np.isnan(share)]
        assert ((known >= 0) & (known <= 1)).all()
    assert (found.carried <= found.amplifications).all()


@given(rows)
def test_the_carrier_is_the_post_that_counting_one_by_one_finds(given_rows: Rows) -> None:
    first: dict[tuple[int, int], int] = {}
    for work, post, amplified in sorted(given_rows):
        first.setdefault((work, post), amplified)
    found = of(given_rows)
    for work, carrier, carried in zip(found.work, found.carrier, found.carried, strict=True):
        passed = [amplified for (of_work, _), amplified in first.items() if of_work == work and amplified >= 0]
        best = min(set(passed), key=lambda post: (-passed.count(post), post), default=-1)
        assert (carrier, carried) == (best, passed.count(best))


@given(st.lists(st.integers(0, 10**9), max_size=30))
def test_inequality_lies_between_nothing_and_all_and_ignores_order(counts: list[int]) -> None:
    found = gini(np.array(counts, np.int64))
    assert np.isnan(found) if not sum(counts) else 0 <= found < 1
    assert gini(np.array(counts[::-1], np.int64)) == pytest.approx(found, nan_ok=True)


def test_equal_voices_are_equal_and_one_that_has_all_is_not() -> None:
    assert gini(np.array([3, 3, 3])) == 0
    assert gini(np.array([0, 0, 0, 4])) == pytest.approx(0.75)
