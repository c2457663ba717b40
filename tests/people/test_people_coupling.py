"""Accounts are coupled by at least two works that not everybody mentions, the most alike first."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hubbub.people.coupling import EACH, LEAST, coupled

MENTIONS = st.lists(st.tuples(st.integers(0, 9), st.integers(0, 6)), max_size=40)


def pairs(mentions: list[tuple[int, int]], accounts: int = 10) -> dict[tuple[int, int], int]:
    account, work = (np.array([one[end] for one in mentions], np.int64) for end in (0, 1))
    found = coupled(account, work, accounts)
    told = dict(zip(zip(found.one.tolist(), found.other.tolist(), strict=True), found.works.tolist(), strict=True))
    assert len(told) == len(found.one)
    return told


@given(MENTIONS)
def test_every_pair_shares_as_many_works_as_it_says(mentions: list[tuple[int, int]]) -> None:
    works = {account: {work for who, work in mentions if who == account} for account in range(10)}
    for (one, other), number in pairs(mentions).items():
        assert one < other
        assert number == len(works[one] & works[other]) >= LEAST


@given(MENTIONS, st.randoms())
def test_neither_order_nor_repetition_of_mentions_matters(
    mentions: list[tuple[int, int]], random: st.DataObject
) -> None:
    again = mentions + mentions[:3]
    random.shuffle(again)  # type: ignore[attr-defined]
    assert pairs(again) == pairs(mentions)


@given(MENTIONS)
def test_whoever_has_somebody_alike_is_coupled(mentions: list[tuple[int, int]]) -> None:
    works = {account: {work for who, work in mentions if who == account} for account in range(10)}
    rare = {work for work in range(7) if sum(work in of for of in works.values()) < 5}
    alike = {pair for pair in combinations(range(10), 2) if len(works[pair[0]] & works[pair[1]]) >= LEAST}
    alike = {(one, other) for one, other in alike if works[one] & works[other] & rare}
    found = pairs(mentions)
    assert {who for pair in alike for who in pair} == {who for pair in found for who in pair}


def test_each_is_coupled_to_the_few_who_are_most_alike() -> None:
    mentions = [(who, work) for who in range(10) for work in (100 + who // 5, 200 + who // 5)]
    found = pairs(mentions, 20)
    assert all(one // 5 == other // 5 for one, other in found)
    assert max(sum(one == who for one, _ in found) for who in range(10)) <= EACH + 1


def test_what_most_mention_ties_nobody() -> None:
    assert pairs([(who, work) for who in range(10) for work in range(3)]) == {}
    assert pairs([], 0) == {}


def test_accounts_that_are_not_there_are_refused() -> None:
    with pytest.raises(ValueError, match="not there"):
        coupled(np.array([3]), np.array([1]), 3)
