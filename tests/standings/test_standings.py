"""Standings against the same reckoned one by one: scores, which names are one work, and the counts in each cohort."""

from datetime import UTC, datetime, timedelta
from math import isclose

from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from hubbub.answers import Answers
from hubbub.model import Description, Fact, Identifier, Post
from hubbub.named import known
from hubbub.reference.altmetric import words
from hubbub.reference.attention import Formula, formulas
from hubbub.standings import stand
from hubbub.store import Store
from hubbub.store import schema as s
from hubbub.tell.altmetric import history
from tests.answers.stated import NOW, alias, keep, links, passed, said
from tests.conftest import NewStore

WORKS = [Identifier("doi", f"10.5555/{n}") for n in range(6)]
ZENODO = Identifier("zenodo", "1234"), Identifier("doi", "10.5281/zenodo.1234")
FORMULA = formulas()["attention_v1"]


def about(work: Identifier, issued: str | None, venue: str | None) -> Description:
    return Description(identifier=work, via="crossref", version="1", issued=issued, venue=venue)


@st.composite
def worlds(draw: st.DrawFn) -> list[Fact]:
    """Posts and reposts of some works, a few of which are said to belong together."""
    work, who = st.sampled_from(WORKS), st.sampled_from(["ann", "ben", None])
    when = st.none() | st.integers(0, 400 * 24).map(lambda hours: NOW - timedelta(hours=hours))
    facts: list[Fact] = []
    for n in range(draw(st.integers(1, 8))):
        source = draw(st.sampled_from(["bluesky", "wikipedia", "newsfeed", "crossref"]))
        named = draw(st.lists(work, min_size=1, max_size=3, unique=True))
        relation = draw(st.sampled_from(["discusses", "discusses", "is_referenced_by"]))
        told = {"source": source, "author": draw(who), "posted_at": draw(when)}
        facts.append(said(f"p{n}", links=links(*named, relation=relation), **told))
        for m in range(draw(st.integers(0, 2))):
            facts.append(passed(f"r{n}.{m}", f"p{n}", source=source, author=draw(who), posted_at=draw(when)))
    for _ in range(draw(st.integers(0, 5))):
        relation = draw(st.sampled_from(["is_same_as", "is_version_of", "is_preprint_of", "is_supplement_to"]))
        one, other = draw(work), draw(work)
        if one != other:
            facts.append(alias(one, relation, other, via=draw(st.sampled_from(["crossref", "datacite"]))))
    dates = st.sampled_from([None, "2024", "2024-03", "2024-03-02", "2024-04-10", "2024-09-01", "no date"])
    for one in draw(st.lists(work, unique=True)):
        facts.append(about(one, draw(dates), draw(st.sampled_from([None, "Journal of One", "Two"]))))
    return facts


def leading(store: Store, work: Identifier) -> Identifier:
    with store.connect() as connection:
        return known(connection, work).work.identifiers[0]


@given(worlds())
def test_every_work_has_the_score_that_its_page_shows(new_store: NewStore, facts: list[Fact]) -> None:
    store = new_store()
    keep(store, *facts)
    stand(store, FORMULA, NOW)
    answers = Answers(store)
    scores = {}
    for work in WORKS:
        found = answers.score(work, FORMULA, 0).score
        if found is not None:
            scores[leading(store, work)] = found.total
    for work, total in scores.items():
        told = {one.cohort: one for one in answers.standings(work)}
        if len(scores) == 1:
            assert not told
            continue
        every = told["all"]
        others = [score for other, score in scores.items() if other != work]
        assert (every.score, every.formula, every.as_of) == (total, "attention_v1 1", NOW)
        assert every.works == len(others)
        assert every.below == sum(score < total for score in others)
        assert every.alike == sum(score == total for score in others)
        assert isclose(every.mean, sum(scores.values()) / len(scores))
        assert every.interval[0] <= every.percentile <= every.interval[1]


@given(
    st.lists(
        st.tuples(st.sampled_from(["A", "B", None]), st.integers(0, 30), st.integers(1, 3)), min_size=1, max_size=6
    )
)
def test_cohorts_are_of_the_journal_and_within_six_weeks(
    new_store: NewStore, works: list[tuple[str | None, int, int]]
) -> None:
    store, start = new_store(), datetime(2024, 1, 4, tzinfo=UTC)  # a Thursday, where weeks begin
    for n, (venue, week, posts) in enumerate(works):
        facts = [said(f"p{n}.{m}", author=f"a{m}", links=links(WORKS[n])) for m in range(posts)]
        keep(store, *facts, about(WORKS[n], f"{start + timedelta(weeks=week):%Y-%m-%d}", venue))
    stand(store, FORMULA, NOW)
    for n, (venue, week, posts) in enumerate(works):
        told = {one.cohort: one for one in Answers(store).standings(WORKS[n])}
        others = [other for m, other in enumerate(works) if m != n]
        near = [other for other in others if abs(other[1] - week) <= 6]
        same = [other for other in others if other[0] == venue is not None]
        both = [other for other in near if other in same]
        for cohort, of in (("similar_age_3m", near), ("journal", same), ("similar_age_journal_3m", both)):
            assert (cohort in told) == bool(of)
            if of:
                assert told[cohort].works == len(of)
                assert told[cohort].below == sum(other[2] < posts for other in of)
                assert told[cohort].alike == sum(other[2] == posts for other in of)


def test_a_year_alone_does_not_say_who_is_of_an_age(new_store: NewStore) -> None:
    store = new_store()
    for n in range(2):
        keep(store, said(f"p{n}", links=links(WORKS[n])), about(WORKS[n], "2024", None))
    stand(store, FORMULA, NOW)
    assert [one.cohort for one in Answers(store).standings(WORKS[0])] == ["all"]


def test_a_record_and_its_doi_are_one_work(new_store: NewStore) -> None:
    store = new_store()
    post = Post(
        source="bluesky", id="z", via="bluesky", version="1", author="ann", text="https://zenodo.org/records/1234"
    )
    keep(store, post, said("d", links=links(ZENODO[1])), said("p", links=links(WORKS[0])))
    assert stand(store, FORMULA, NOW) == 2
    (told,) = Answers(store).standings(ZENODO[0])
    assert (told.work, told.score, told.below) == (ZENODO[1], 2.0, 1)


def test_what_was_told_apart_stays_apart(new_store: NewStore) -> None:
    store = new_store()
    keep(store, said("a", links=links(WORKS[0])), said("b", links=links(WORKS[1])))
    keep(store, alias(WORKS[0], "is_version_of", WORKS[1]))
    assert stand(store, FORMULA, NOW) == 1
    Answers(store).correct(WORKS[0], WORKS[1], same=False)
    assert stand(store, FORMULA, NOW) == 2
    Answers(store).correct(WORKS[0], WORKS[1], same=True)
    assert stand(store, FORMULA, NOW) == 1


@given(worlds())
def test_the_score_of_each_window_is_what_the_history_of_a_work_says(new_store: NewStore, facts: list[Fact]) -> None:
    store = new_store()
    keep(store, *facts)
    stand(store, FORMULA, NOW)
    answers = Answers(store)
    with store.connect() as connection:
        kept = {(days, row): score for days, row, score in connection.execute(select(s.standing_lately))}
    expected = dict[tuple[int, int], float]()
    for work in WORKS:
        found = answers.summary(work, FORMULA)
        if found is not None and found.heard:
            told = history(found.heard, NOW)
            expected |= {
                (days, found.number): told[name] for name, days in words().windows.items() if told[name] > 1e-9
            }
    assert kept.keys() == expected.keys()
    for window, score in kept.items():
        assert isclose(score, expected[window])


def test_a_new_reckoning_takes_the_place_of_the_old(new_store: NewStore) -> None:
    store = new_store()
    keep(store, *(said(f"p{n}", links=links(WORKS[n])) for n in range(2)))
    stand(store, FORMULA, NOW)
    mine = Formula("mine", "7", "my own", ())
    stand(store, mine, NOW + timedelta(days=1))
    (told,) = Answers(store).standings(WORKS[0])
    assert (told.formula, told.score, told.as_of) == ("mine 7", 0.0, NOW + timedelta(days=1))


def test_an_empty_store_has_no_standings(new_store: NewStore) -> None:
    store = new_store()
    assert stand(store, FORMULA, NOW) == 0
    assert Answers(store).standings(WORKS[0]) == ()
