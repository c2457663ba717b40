"""What few questions say of a work is what its report says, in either database; lists and numbers of works."""

from datetime import timedelta

import pytest
from hypothesis import given

from hubbub.answers import Answers
from hubbub.answers.lately import Order, Wanted
from hubbub.model import Description, Fact, Identifier, Link
from hubbub.reference.attention import formulas
from hubbub.standings import stand
from hubbub.store import Store
from tests.answers.stated import NOW, OTHER, WORK, alias, at, keep, links, passed, said, tally, who
from tests.conftest import NewStore
from tests.standings.test_standings import WORKS, worlds

FORMULA = formulas()["attention_v1"]
PMID, THIRD = Identifier("pmid", "12082125"), Identifier("doi", "10.7777/third")


def about(work: Identifier, **more: object) -> Description:
    return Description(identifier=work, via="crossref", version="1", **more)  # type: ignore[arg-type]


@pytest.fixture
def store(new_store: NewStore) -> Store:
    """Three works: the first is known by two names and spoken of last."""
    store = new_store()
    for name in ("first", "second"):
        keep(store, said(name, author="ann", text="It rains.", posted_at=at(3), url="https://bsky.app/1"))
    keep(store, passed("again", "first", author="ben", posted_at=at(4)), who("ann", description="Professor of ecology"))
    keep(store, alias(PMID, "is_same_as", WORK), tally("readers", 3, via="mendeley"))
    page = "https://www.bbc.co.uk/news/1"
    keep(store, said("page", source="newsfeed", author=None, url=page, title="Rain", posted_at=at(2)))
    keep(
        store, said("other", links=links(OTHER), posted_at=at(1)), tally("readers", 9, via="mendeley", identifier=OTHER)
    )
    keep(store, said("third", source="reddit", links=links(THIRD), posted_at=at(1)))
    keep(store, about(WORK, issued="2026-06-30", issns=("1562-6865",), fields=("Soil science",)))
    keep(store, about(THIRD, issued="2026-07-01", fields=('Soil "wet" 100%',)))
    stand(store, FORMULA, NOW)
    return store


def test_a_summary_says_who_spoke_where_and_when(store: Store) -> None:
    found = Answers(store).summary(PMID, FORMULA)
    assert found is not None
    assert found.identifiers == (WORK, PMID)
    assert [(one.source, one.own, one.posted_at, one.adds) for one in found.heard] == [
        ("newsfeed", True, at(2), 5.0), ("bluesky", True, at(3), 1.0), ("bluesky", True, at(3), 0.0),
        ("bluesky", False, at(4), 0.25),
    ]  # fmt: skip
    assert (found.total, found.shown, found.label) == (6.25, 7.0, FORMULA.label)
    assert found.kinds == {"bluesky": {"researcher": 1}}
    assert (found.headlines, [one.value for one in found.readers]) == (("Rain",), [3])
    assert found.first_at == found.last_at == NOW
    assert Answers(store).numbered(found.number) == WORK
    assert Answers(store).summary(Identifier("doi", "10.5555/never"), FORMULA) is None


@given(worlds())
def test_it_counts_as_the_report_does(new_store: NewStore, facts: list[Fact]) -> None:
    store = new_store()
    keep(store, *facts)
    answers = Answers(store)
    for work in WORKS:
        report, found = answers.report(work, voices=0), answers.summary(work, FORMULA)
        if found is None:
            assert report.posts is None
            continue
        own = [one for one in found.heard if one.own]
        accounts = {one.account for one in own} - {None}
        assert len(own) == (report.posts or 0)
        assert (len(accounts) or None) == (report.accounts or None)
        assert len(found.heard) - len(own) == (report.amplifications or 0)
        score = answers.score(work, FORMULA, 0).score
        assert (score and score.total) == (found.total if found.heard else None)
        total = answers.total(work, FORMULA)
        assert (total and (total.total, total.shown)) == (score and (score.total, score.shown))


@pytest.mark.parametrize(
    ("wanted", "works"),
    [
        (Wanted(), [WORK, OTHER, THIRD]),
        (Wanted(since=at(1) + timedelta(days=1)), [WORK]),
        (Wanted(since=at(4)), []),
        (Wanted(places=("reddit",)), [THIRD]),
        (Wanted(hosts=("bbc.co.uk",)), [WORK]),
        (Wanted(hosts=("co.u_",)), []),
        (Wanted(doi_prefix="10.5555"), [WORK, OTHER]),
        (Wanted(doi_prefix="10.555"), []),
        (Wanted(doi_prefix="10.____"), []),
        (Wanted(issns=("1562-6865", "0000-0000")), [WORK]),
        (Wanted(subjects=("Soil science",)), [WORK]),
        (Wanted(subjects=('Soil "wet" 100%',)), [THIRD]),
        (Wanted(subjects=("Soil %",)), []),
    ],
)
def test_works_are_listed_by_what_is_wanted(store: Store, wanted: Wanted, works: list[Identifier]) -> None:
    found = Answers(store).lately(wanted, "score")
    assert (found.total, set(found.works)) == (len(works), set(works))


@pytest.mark.parametrize(
    ("order", "works"),
    [
        ("score", [WORK, OTHER, THIRD]), ("at_score", [WORK, OTHER, THIRD]), ("readers", [OTHER, WORK, THIRD]),
        ("pubdate", [THIRD, WORK, OTHER]), ("first_seen", [THIRD, OTHER, WORK]),
    ],
)  # fmt: skip
def test_works_are_ordered(store: Store, order: Order, works: list[Identifier]) -> None:
    answers = Answers(store)
    assert list(answers.lately(Wanted(), order).works) == works
    assert [answers.lately(Wanted(), order, n, 1).works for n in range(4)] == [*((one,) for one in works), ()]


def test_works_are_ordered_by_the_score_of_the_window_and_found_by_any_of_their_names(new_store: NewStore) -> None:
    store = new_store()
    keep(store, alias(PMID, "is_same_as", WORK))
    for number in range(5):  # much in the past, one thing lately, and under the other name
        keep(store, said(f"past {number}", author=f"{number}", posted_at=NOW - timedelta(days=40)))
    pubmed = (Link(address=f"https://pubmed.ncbi.nlm.nih.gov/{PMID.value}/"),)
    keep(store, said("now", links=pubmed, source="reddit", author="ann", posted_at=NOW - timedelta(days=1)))
    for number in range(2):
        keep(store, said(f"{number}", links=links(OTHER), posted_at=NOW - timedelta(days=2)))
    stand(store, FORMULA, NOW)
    answers, week = Answers(store), Wanted(since=NOW - timedelta(days=7), days=7)
    assert answers.lately(Wanted(), "score").works == (WORK, OTHER)
    assert answers.lately(week, "at_score").works == (WORK, OTHER)
    assert answers.lately(week, "score").works == (OTHER, WORK)
    assert answers.lately(Wanted(places=("reddit",)), "score").works == (WORK,)
    assert answers.lately(Wanted(places=("wikipedia",)), "score").works == ()


def test_numbers_are_those_of_summaries_and_of_works_that_are_spoken_of(store: Store) -> None:
    answers = Answers(store)
    keep(store, about(Identifier("doi", "10.5555/silent")))
    asked = [WORK, PMID, OTHER, Identifier("doi", "10.5555/silent"), Identifier("doi", "10.5555/never")]
    found = answers.numbers(asked)
    assert found.keys() == {WORK, PMID, OTHER}
    for work, number in found.items():
        summary = answers.summary(work, FORMULA)
        assert summary is not None
        assert summary.number == number
    assert answers.numbers([]) == {}


def test_numbers_that_none_has_are_none_of_a_work(store: Store) -> None:
    assert [Answers(store).numbered(n) for n in (0, -1, 10**6, 2**63, 10**30)] == [None] * 5
