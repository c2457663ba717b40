"""How alike works are: cosines by hand, and laws."""

from math import log, sqrt
from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hubbub.people.likeness import likeness, words

NAMES = ("Ada", "Bo", "Cy", "Dee", "Eve")
TOLD = st.lists(
    st.tuples(
        st.text("ab ", max_size=6), st.lists(st.sampled_from(["", "Ada", "Bo"])), st.sampled_from(["", "x", "y"])
    ),
    max_size=6,
)


def alike(told: list[tuple[str, list[str], str]], own: list[int]) -> list[float]:
    works = np.arange(len(told))
    titles, authors, fields = [row[0] for row in told], [row[1] for row in told], [row[2] for row in told]
    found: list[float] = likeness(words(works, titles, authors, fields), np.array(own, np.int64), works).tolist()
    return found


def test_titles_and_authors_count_five_times_a_field_each_by_the_cosine_of_rare_words() -> None:
    told = [
        ("Cell walls", ["Ada"], "Botany"),
        ("cell WALLS!", [], ""),
        ("cell", ["Ada", "Bo"], ""),
        ("", [], "Botany"),
        ("Roots", ["Bo"], "Zoology"),
    ]
    cell, walls = log(5 / 3), log(5 / 2)  # of four titles
    ada, bo = log(4 / 2), log(4 / 2)
    title = cell / sqrt(cell**2 + walls**2)
    assert alike(told, [0])[1:] == pytest.approx([5, 5 * title + 5 * ada / sqrt(ada**2 + bo**2), 1, 0])


@given(TOLD, st.lists(st.integers(0, 7), max_size=3))
def test_likeness_is_never_below_zero_nor_above_all_cosines_together(
    told: list[tuple[str, list[str], str]], own: list[int]
) -> None:
    found = alike(told, own)
    assert all(0 <= value <= 11 * len(set(own)) + 1e-9 for value in found)


def test_the_order_of_works_changes_no_digit() -> None:
    chance = Random(1)
    told = [(" ".join(chance.choices("abcdefgh", k=5)), chance.choices(NAMES, k=3), "x") for _ in range(40)]
    order = chance.sample(range(40), 40)
    first = alike(told, order[:20])
    assert alike([told[work] for work in order], [*range(20)]) == [first[work] for work in order]


@given(TOLD.filter(lambda told: len(told) > 1))
def test_two_works_are_as_alike_either_way(told: list[tuple[str, list[str], str]]) -> None:
    assert alike(told, [0])[1] == pytest.approx(alike(told, [1])[0])


def test_works_that_nothing_is_told_of_are_like_none() -> None:
    told = words(np.array([3, 5]), ["a", "a"], [[], []], ["", ""])
    assert likeness(told, np.array([9]), np.array([3, 4])).tolist() == [0, 0]
    assert likeness(words(np.array([], np.int64), [], [], []), np.array([1]), np.array([1])).tolist() == [0]


def test_columns_of_other_lengths_are_refused() -> None:
    with pytest.raises(ValueError, match="title"):
        words(np.array([1]), [], [[]], [""])
