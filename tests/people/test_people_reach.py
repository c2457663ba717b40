"""Reach is that of sets, its bounds hold for whatever is not known, and gains sum to it."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hubbub.people.reach import Added, Reach, alone, greedy, reach, sector_reach

Voices = list[list[int]]
IDS = st.lists(st.integers(0, 12), max_size=9)
VOICES = st.lists(IDS, max_size=6)


def union(voices: Voices) -> set[int]:
    return set().union(*voices)


@given(VOICES)
def test_reach_of_whole_lists_is_the_size_of_the_union(voices: Voices) -> None:
    sizes = [len(set(one)) for one in voices]
    found = reach([np.array(one, np.int64) for one in voices])
    assert found == Reach(len(union(voices)), len(union(voices)), sum(sizes))
    assert max(sizes, default=0) <= found.least <= sum(sizes)
    assert found.overlap == (None if not any(sizes) else (sum(sizes) / found.least,) * 2)


@given(VOICES, st.data())
def test_the_truth_lies_within_the_bounds_whatever_of_lists_is_known(voices: Voices, draw: st.DataObject) -> None:
    known = [draw.draw(st.lists(st.sampled_from(one), max_size=9)) if one else [] for one in voices]
    found = reach(known, [len(set(one)) for one in voices])
    assert found.least <= len(union(voices)) <= found.most
    assert found.total == sum(len(set(one)) for one in voices)
    sectors = [number % 3 for number in range(13)]
    for sector, within in enumerate(sector_reach(known, sectors, [len(set(one)) for one in voices])):
        assert within.least <= len({one for one in union(voices) if one % 3 == sector}) <= within.most


@given(st.lists(st.integers(0, 10**12), min_size=1, max_size=5))
def test_reach_of_counts_alone_lies_between_the_largest_and_the_sum(counts: list[int]) -> None:
    assert reach([[]] * len(counts), counts) == Reach(max(counts), sum(counts), sum(counts))


@pytest.mark.parametrize(
    ("counts", "expected"),
    [([3, 2, 9], Reach(9, 13, 14)), ([3, 2, 0], Reach(4, 4, 5)), ([0, 0, 2], Reach(4, 6, 7)), ([5, 2, 0], (5, 6, 7))],
)
def test_some_lists_and_some_counts_give_an_interval(counts: list[int], expected: Reach) -> None:
    assert reach([[1, 2, 3, 3], [3, 4], []], counts) == expected


@given(VOICES)
def test_what_is_lost_without_a_voice_is_whom_no_other_reaches(voices: Voices) -> None:
    expected = [len(set(one) - union(voices[:i] + voices[i + 1 :])) for i, one in enumerate(voices)]
    assert alone([np.array(one, np.int32) for one in voices]).tolist() == expected


@given(VOICES, IDS)
def test_gains_are_what_each_adds_and_sum_to_the_union(voices: Voices, reached: list[int]) -> None:
    found, seen = greedy(voices, reached=reached), set(reached)
    for voice, gain in found:
        gains = [len(set(one) - seen) for one in voices]
        assert (gain, voice) == (max(gains), gains.index(max(gains)))
        assert gain > 0
        seen |= set(voices[voice])
    assert seen == union(voices) | set(reached)
    assert sum(gain for _, gain in found) == len(union(voices) - set(reached))
    assert greedy(voices, 2, reached) == found[:2]


@given(VOICES, IDS)
def test_the_more_voices_there_are_the_less_another_adds(voices: Voices, other: list[int]) -> None:
    gains = [reach([*voices[:i], other]).least - reach(voices[:i]).least for i in range(len(voices) + 1)]
    assert gains == sorted(gains, reverse=True)


@given(VOICES.filter(bool), st.integers(1, 3))
def test_no_choice_of_as_many_reaches_more_than_the_bound_allows(voices: Voices, count: int) -> None:
    best = max(len(union(list(some))) for some in combinations(voices, min(count, len(voices))))
    assert sum(gain for _, gain in greedy(voices, count)) >= (1 - 1 / np.e) * best


@given(VOICES, st.permutations(range(13)))
def test_other_numbers_change_nothing(voices: Voices, names: list[int]) -> None:
    renamed = [[names[number] for number in one] for one in voices]
    assert reach(renamed) == reach(voices)
    assert greedy(renamed) == greedy(voices)
    assert alone(renamed).tolist() == alone(voices).tolist()


@given(VOICES)
def test_sectors_sum_to_the_reach(voices: Voices) -> None:
    found = sector_reach(voices, [number % 4 for number in range(13)])
    assert len(found) == 4
    assert tuple(map(sum, zip(*found, strict=True))) == reach(voices)


def test_followers_without_a_sector_are_refused() -> None:
    with pytest.raises(ValueError, match="sector"):
        sector_reach([[0, 3]], [1, 1, 1])


def test_nobody_reaches_nobody() -> None:
    assert reach([]) == reach([[], []]) == Reach(0, 0, 0)
    assert greedy([]) == greedy([[]]) == []
    assert greedy([[1, 2], [2]], 0) == []
    assert greedy([[2, 1, 1], [7]]) == [Added(0, 2), Added(1, 1)]


@pytest.mark.parametrize("wrong", [[-1], [2**31 - 1], [0.5], [float("nan")], [[1]], ["1"]])
def test_lists_of_something_else_than_accounts_are_refused(wrong: list[int]) -> None:
    for do in (reach, alone, greedy):
        with pytest.raises(ValueError, match=r"account|whole|dimensions"):
            do([[1], wrong])


@pytest.mark.parametrize("counts", [[1], [1, -1], [1, 2, 3]])
def test_counts_that_are_not_one_a_list_are_refused(counts: list[int]) -> None:
    with pytest.raises(ValueError, match="count"):
        reach([[1], [2]], counts)
