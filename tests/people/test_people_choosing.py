"""A few of those who are ranked are chosen: of more than one circle, not all famous, and reaching others each."""

from hypothesis import given
from hypothesis import strategies as st

from hubbub.people.choosing import FAMOUS, Candidate, choose

TEN = 10
candidates = st.lists(
    st.builds(
        Candidate,
        st.floats(0, 100),
        st.none() | st.integers(0, 3),
        st.none() | st.integers(0, 2 * FAMOUS),
        st.booleans(),
        st.booleans(),
        st.frozensets(st.integers(0, 9), max_size=4),
    ),
    max_size=30,
)


def of(scores: list[float], **told: object) -> list[Candidate]:
    return [Candidate(score, **told) for score in scores]  # type: ignore[arg-type]


def test_where_nothing_else_is_known_the_best_are_chosen_in_their_order() -> None:
    assert choose(of([3.0, 5.0, 4.0, 5.0]), 3) == [1, 3, 2]


def test_no_circle_and_no_fame_fills_the_list_while_there_are_others() -> None:
    best = [*of([9.0] * 20, community="same"), *of([8.0] * 20, followers=FAMOUS + 1), *of([1.0] * 20)]
    chosen = choose(best, TEN)
    assert [sum(part <= place < part + 20 for place in chosen) for part in (0, 20, 40)] == [3, 2, 5]
    assert choose(of([9.0] * 20, community="same"), TEN) == list(range(TEN))


def test_the_last_places_are_kept_for_the_young_and_a_bridge() -> None:
    best = [*of([9.0] * 20), *of([1.0] * 3, early=True), *of([0.5] * 2, bridge=True)]
    chosen = choose(best, TEN)
    assert sum(20 <= place < 23 for place in chosen) == 2
    assert sum(place >= 23 for place in chosen) == 1


def test_of_two_who_are_as_good_the_one_that_reaches_others_comes_first() -> None:
    same = frozenset(range(5))
    found = choose(
        [Candidate(1.0, listeners=same), Candidate(1.0, listeners=same), Candidate(1.0, listeners=frozenset({9}))], 3
    )
    assert found == [0, 2, 1]


@given(candidates, st.integers(0, 12))
def test_each_is_chosen_once_and_no_place_stays_empty(given_: list[Candidate], count: int) -> None:
    found = choose(given_, count)
    assert len(found) == len(set(found)) == min(count, len(given_))
