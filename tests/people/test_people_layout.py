"""A picture is the same every time, everybody has a place in it, and who is tied stands near."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hubbub.people.layout import layout

TIES = st.integers(0, 12).flatmap(
    lambda n: st.tuples(
        st.lists(st.integers(-1, 3), min_size=n, max_size=n),
        st.lists(st.tuples(st.integers(0, n - 1), st.integers(0, n - 1)), max_size=20) if n else st.just([]),
    )
)


def placed(ties: list[tuple[int, int]], group: list[int]) -> np.ndarray:
    one, other = (np.array([tie[end] for tie in ties], np.int64) for end in (0, 1))
    return layout(one, other, np.ones(len(ties)), np.array(group, np.int64))


@given(TIES)
@settings(deadline=None)
def test_everybody_has_a_place_within_the_frame_and_always_the_same(
    made: tuple[list[int], list[tuple[int, int]]],
) -> None:
    group, ties = made
    place = placed(ties, group)
    assert place.shape == (len(group), 2)
    assert np.isfinite(place).all()
    assert (np.abs(place) <= 1.0001).all()
    assert (place == placed(ties, group)).all()
    assert len({tuple(at) for at in place.tolist()}) == len(group)


def test_who_is_tied_stands_nearer_than_who_is_not() -> None:
    random = np.random.default_rng(3)
    half = [(int(a), int(b)) for a, b in random.integers(0, 20, (80, 2))]
    place = placed(half + [(a + 20, b + 20) for a, b in half], [0] * 40)
    apart = np.linalg.norm(place[:, None] - place[None], axis=2)
    assert apart[:20, :20].mean() < apart[:20, 20:].mean() / 1.5


@pytest.mark.parametrize(
    ("one", "other", "weight"),
    [([0], [2], [1.0]), ([-1], [0], [1.0]), ([0], [1], [np.nan]), ([0], [1], [-1.0]), ([0, 1], [1], [1.0])],
)
def test_ties_that_cannot_be_are_refused(one: list[int], other: list[int], weight: list[float]) -> None:
    with pytest.raises(ValueError, match=r"not there|no number|differ"):
        layout(np.array(one), np.array(other), np.array(weight), np.array([0, 0]))
