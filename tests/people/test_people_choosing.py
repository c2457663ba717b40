"""A few of those who are ranked are chosen: of more than one circle, not all famous, and reaching others each."""

from hypothesis import given
from hypothesis import strategies as st

from hubbub.people.choosing import FAMOUS, Candidate, choose, fit

TEN = 10
candidates = st.lists(
    st.builds(
        Candidate,
        st.floats(0, 100),
        st.none() | st.integers(0, 3),
        st.none() | st.integers(0, 2 * FAMOUS),
        st.booleans(),
        st.booleans(),
        st.floats(0, 2),
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


def test_what_was_answered_of_a_circle_tells_of_others_of_it() -> None:
    assert fit(0, 0) == 1
    best = [*of([9.0] * 2, fit=fit(0, 3)), *of([8.0] * 2), *of([7.0] * 2, fit=fit(3, 0))]
    assert choose(best, 6) == [4, 5, 2, 3, 0, 1]


@given(st.integers(0, 99), st.integers(0, 99))
def test_each_that_was_done_speaks_for_a_circle_and_each_misfit_against_it(done: int, unfit: int) -> None:
    assert 0 < fit(done, unfit + 1) < fit(done, unfit) < fit(done + 1, unfit) < 2


@given(candidates, st.integers(0, 12))
def test_each_is_chosen_once_and_no_place_stays_empty(given_: list[Candidate], count: int) -> None:
    found = choose(given_, count)
    assert len(found) == len(set(found)) == min(count, len(given_))
