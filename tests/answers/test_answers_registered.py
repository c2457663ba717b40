"""What registries say of a work stands beside the counts, and never in them."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hubbub.answers import Answers
from hubbub.model import TALLIES, Tally
from hubbub.store import Store
from tests.answers.stated import NOW, OTHER, WORK, keep, said, tally
from tests.conftest import NewStore


@pytest.fixture
def store(new_store: NewStore) -> Store:
    return new_store()


def told() -> st.SearchStrategy[list[Tally]]:
    """Tallies of a work as they come in."""
    days = st.integers(0, 9).map(lambda day: NOW - timedelta(days=day))
    vias = st.sampled_from(("crossref", "openalex"))
    one = st.builds(
        lambda kind, value, via, as_of: tally(kind, value, via=via, as_of=as_of),
        st.sampled_from([*TALLIES]), st.integers(0, 2**40), vias, days,
    )  # fmt: skip
    return st.lists(one, max_size=12)


@given(told())
def test_of_each_who_counts_the_latest_number_is_told_and_none_is_counted(
    new_store: NewStore, tallies: list[Tally]
) -> None:
    store = new_store()
    keep(store, said("a"))
    before = Answers(store).report(WORK)
    keep(store, *tallies)
    report = Answers(store).report(WORK)
    latest = {(one.kind, one.via): one for one in sorted(tallies, key=lambda one: (one.as_of, one.value))}
    assert report.tallies == tuple(latest[key] for key in sorted(latest))
    assert (report.posts, report.categories, report.sources) == (before.posts, before.categories, before.sources)


def test_a_tally_makes_no_work_heard_of(store: Store) -> None:
    keep(store, tally("citations", 36), tally("views", 0, identifier=OTHER))
    report = Answers(store).report(WORK)
    assert (report.posts, report.sources, report.categories) == (None, (), ())
    assert report.tallies == (tally("citations", 36),)
    assert Answers(store).report(OTHER).tallies == (tally("views", 0, identifier=OTHER),)
