"""What registries say of a work stands beside the counts, and never in them."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hubbub.answers import Answers
from hubbub.answers.registered import INVERSES, STATEMENTS
from hubbub.model import TALLIES, Alias, Identifier, Tally
from hubbub.reference.relations import relations
from hubbub.store import Store
from tests.answers.stated import NOW, OTHER, WORK, alias, keep, said, tally
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


def belonging(store: Store, work: Identifier) -> set[tuple[str, Identifier, str]]:
    """What belongs with a work by which relation, and who says so."""
    told = Answers(store).report(work).aliases
    assert len({(one.relation, one.identifier) for one in told}) == len(told)
    return {(one.relation, one.identifier, via) for one in told for via in one.via}


def test_an_alias_is_told_on_either_side_in_the_words_of_that_side(store: Store) -> None:
    preprint, data = Identifier("arxiv", "2101.00001"), Identifier("doi", "10.5555/data")
    keep(
        store,
        alias(OTHER, "is_version_of", WORK),
        alias(preprint, "is_preprint_of", WORK),
        alias(WORK, "is_part_of", data, via="datacite"),
    )
    assert belonging(store, WORK) == {
        ("is_version_of", OTHER, "crossref"),
        ("is_preprint_of", preprint, "crossref"),
        ("has_part", data, "datacite"),
    }
    assert belonging(store, OTHER) == {("has_version", WORK, "crossref")}
    assert belonging(store, preprint) == {("has_preprint", WORK, "crossref")}
    assert belonging(store, data) == {("is_part_of", WORK, "datacite")}


def told_of_three() -> st.SearchStrategy[list[Alias]]:
    works = st.sampled_from([WORK, OTHER, Identifier("pmid", "1")])
    pairs = st.tuples(works, works).filter(lambda pair: pair[0] != pair[1])
    return st.lists(
        st.builds(
            lambda pair, relation, via, version, gone: alias(
                pair[0], relation, pair[1], via=via, version=version, change="withdrawn" if gone else "made"
            ),
            pairs, st.sampled_from([*INVERSES]), st.sampled_from(("crossref", "openalex")),
            st.sampled_from("123"), st.booleans(),
        ),
        max_size=12,
    )  # fmt: skip


@given(told_of_three())
def test_what_one_work_tells_of_another_the_other_tells_of_it(new_store: NewStore, aliases: list[Alias]) -> None:
    store = new_store()
    keep(store, *aliases)
    back = INVERSES | {inverse: relation for relation, inverse in INVERSES.items()}
    works = [WORK, OTHER, Identifier("pmid", "1")]
    told = {(work, *line) for work in works for line in belonging(store, work)}
    assert told == {(other, back[relation], work, via) for work, relation, other, via in told}
    newest = {
        (one.other, one.relation, one.identifier, one.via): one
        for one in sorted(aliases, key=lambda one: (one.version, one.change == "made"))
    }
    stand = {key for key, one in newest.items() if one.change == "made"}
    assert {(other, relation, work, via) for work, relation, other, via in told if relation in INVERSES} == stand | {
        (work, relation, other, via) for other, relation, work, via in stand if relation == "is_same_as"
    }


def test_counts_are_of_one_identifier_alone(store: Store) -> None:
    keep(store, said("a"), alias(OTHER, "is_same_as", WORK), tally("citations", 3, identifier=OTHER))
    assert (Answers(store).report(WORK).posts, Answers(store).report(WORK).tallies) == (1, ())
    assert (Answers(store).report(OTHER).posts, len(Answers(store).report(OTHER).tallies)) == (None, 1)


def test_whose_work_it_is_is_no_alias_of_it(store: Store) -> None:
    person = Identifier("orcid", "0000-0002-1825-0097")
    keep(store, alias(WORK, "is_work_of", person), alias(OTHER, "is_same_as", person))
    assert belonging(store, WORK) == set()
    assert belonging(store, person) == {("is_same_as", OTHER, "crossref")}


def test_versions_stand_in_the_order_of_their_numbers(store: Store) -> None:
    versions = [Identifier("doi", f"10.5555/work.v{n}") for n in range(1, 12)]
    keep(store, *(alias(version, "is_version_of", WORK) for version in reversed(versions)))
    assert [one.identifier for one in Answers(store).report(WORK).aliases] == versions


def test_of_a_series_not_every_part_is_read_and_that_is_said(store: Store) -> None:
    parts = [alias(Identifier("doi", f"10.5555/part.{n:04}"), "is_part_of", WORK) for n in range(STATEMENTS + 1)]
    keep(store, *parts[:-2], alias(OTHER, "is_version_of", WORK))
    assert not Answers(store).report(WORK).more_aliases
    keep(store, *parts)
    report = Answers(store).report(WORK)
    assert report.more_aliases
    assert (report.aliases[0].identifier, len(report.aliases)) == (OTHER, STATEMENTS)


def test_every_word_by_which_registries_tie_works_has_an_inverse() -> None:
    assert {*relations().forward.values(), *relations().backward.values()} == INVERSES.keys()
