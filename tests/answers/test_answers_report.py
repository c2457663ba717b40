"""What is counted of a work, and what is not."""

from datetime import date

import pytest

from hubbub.answers import Answers, Report
from hubbub.answers.shapes import CategoryCount, DayCount, Reach, Wish
from hubbub.model import Description, Identifier
from hubbub.store import Store
from tests.answers.stated import NOW, OTHER, WORK, at, heard, keep, links, passed, said, who
from tests.conftest import NewStore


@pytest.fixture
def store(new_store: NewStore) -> Store:
    return new_store()


def report(store: Store, work: Identifier = WORK) -> Report:
    return Answers(store).report(work, voices=None)


def test_each_source_is_counted_by_itself(store: Store) -> None:
    keep(
        store,
        said("a", author="ann", posted_at=at(1)),
        said("b", author="ann", posted_at=at(2)),
        said("c", author="ben", posted_at=at(4)),
        passed("d", "a", author="cem", posted_at=at(5)),
        said("p", source="wikipedia", author=None, posted_at=at(3)),
        said("x", links=links(OTHER)),
    )
    network, pages = report(store).sources
    assert (network.source, network.posts, network.accounts) == ("bluesky", 3, 2)
    assert (network.amplifications, network.amplifiers) == (1, 1)
    assert (network.first_at, network.last_at) == (at(1), at(5))
    assert (pages.source, pages.posts, pages.amplifications, pages.amplifiers) == ("wikipedia", 1, 0, 0)
    assert (pages.first_at, pages.last_at) == (at(3), at(3))
    assert Answers(store).counts(WORK) == (network, pages)


def test_a_category_is_the_sum_of_its_sources(store: Store) -> None:
    keep(
        store,
        said("a"),
        passed("b", "a"),
        said("t", source="twitter"),
        said("p", source="wikipedia", author=None),
        said("q", source="a place that no list knows", author="ann"),
        said("c", source="crossref", author=None),
    )
    told = {one.category: one for one in report(store).categories}
    assert told == {
        "social media": CategoryCount("social media", posts=2, accounts=2, amplifications=1),
        "mentions": CategoryCount("mentions", posts=2, accounts=1, amplifications=0),
        "citations": CategoryCount("citations", posts=1, accounts=None, amplifications=0),
    }
    assert (report(store).posts, report(store).accounts, report(store).amplifications) == (5, 3, 1)


def test_days_are_those_of_utc(store: Store) -> None:
    keep(
        store,
        said("a", posted_at=at(1, 0)),
        said("b", posted_at=at(1, 23)),
        passed("c", "a", posted_at=at(2, 0)),
        said("p", source="wikipedia", posted_at=at(1)),
        said("before 1970", posted_at=at(1).replace(year=1969, month=12, day=31)),
        said("nobody knows when"),
    )
    assert report(store).days == (
        DayCount(date(1969, 12, 31), "bluesky", 1, 0),
        DayCount(date(2026, 7, 1), "bluesky", 2, 0),
        DayCount(date(2026, 7, 1), "wikipedia", 1, 0),
        DayCount(date(2026, 7, 2), "bluesky", 0, 1),
    )
    assert report(store).posts == 5


def test_amplifications_are_never_posts_and_their_accounts_no_authors(store: Store) -> None:
    keep(store, said("a", author="ann"), passed("b", "a", author="ben"), passed("c", "a", author="ben"))
    told = report(store)
    assert (told.posts, told.accounts, told.amplifications) == (1, 1, 2)
    assert told.sources[0].amplifiers == 1
    voices = [(voice.speaker.key, voice.posts, voice.amplifications) for voice in told.voices]
    assert voices == [("ann", 1, 0), ("ben", 0, 2)]


def test_answers_quotes_and_likes_without_a_link_are_not_counted(store: Store) -> None:
    keep(
        store,
        said("a", author="ann"),
        said("b", links=(), replies_to="a"),
        said("c", links=(), quotes="a"),
        said("d", links=(), likes="a"),
    )
    assert (report(store).posts, report(store).amplifications) == (1, 0)


def test_a_post_that_two_collectors_saw_counts_once(store: Store) -> None:
    keep(store, said("a", author="ann", posted_at=at(2)), heard("a", author="ann", posted_at=at(1)))
    told = report(store)
    assert (told.posts, told.accounts, told.amplifications) == (1, 1, 0)
    (one,) = Answers(store).said(WORK)
    assert [evidence.via for evidence in one.evidence] == ["bluesky", "crossref_event_data"]


def test_who_is_the_other_way_round_gives_no_attention(store: Store) -> None:
    keep(store, heard("a", source="crossref", author=None, links=links(WORK, relation="is_referenced_by")))
    told = report(store)
    assert (told.posts, told.accounts, told.sources, told.days) == (None, None, (), ())
    (one,) = Answers(store).said(WORK)
    assert (one.own, one.counted) == (True, False)
    assert one.evidence[0].relation == "is_referenced_by"
    keep(store, said("b"))
    assert report(store).posts == 1
    assert [one.counted for one in Answers(store).said(WORK)] == [False, True]


def test_one_direct_statement_makes_an_inverse_one_count(store: Store) -> None:
    inverse = heard("a", author="ann", links=links(WORK, relation="is_referenced_by"))
    keep(store, inverse, heard("a", author="ann", assertion="another event"))
    assert report(store).posts == 1


def test_reach_leaves_unknown_followers_out(store: Store) -> None:
    keep(
        store,
        said("a", author="ann"),
        said("b", author="ben"),
        passed("c", "a", author="cem"),
        said("d", author="dan"),
        said("e", author="eve"),
        who("ann", followers=10),
        who("ben", followers=300),
        who("cem", followers=0),
        who("dan", name="Dan"),
    )
    assert report(store).reach == Reach(low=300, high=310, known=3, accounts=5)


def test_reach_is_that_of_all_however_few_are_named(store: Store) -> None:
    keep(store, said("a", author="ann"), said("b", author="ben"), who("ann", followers=1), who("ben", followers=2))
    told = Answers(store).report(WORK, voices=1)
    assert len(told.voices) == 1
    assert told.reach == Reach(low=2, high=3, known=2, accounts=2)


def test_reach_is_unknown_where_no_followers_are_known(store: Store) -> None:
    keep(store, said("a", author="ann"))
    assert report(store).reach == Reach(low=None, high=None, known=0, accounts=1)


def test_who_is_unknown_stays_unknown(store: Store) -> None:
    keep(store, said("a", author=None, posted_at=None), passed("b", "a", author=None))
    told = report(store)
    assert (told.posts, told.accounts, told.amplifications) == (1, None, 1)
    assert (told.sources[0].accounts, told.sources[0].amplifiers) == (None, None)
    assert (told.first_at, told.last_at, told.days, told.voices) == (None, None, (), ())


@pytest.mark.parametrize("work", [Identifier("doi", "10.5555/nobody"), OTHER])
def test_what_nobody_speaks_of_is_unknown_and_not_zero(store: Store, work: Identifier) -> None:
    keep(store, said("a"))
    with store.writing() as writer:
        writer.wanted.shelve("mine", "Mine", "", False, [OTHER])
    told = report(store, work)
    assert (told.posts, told.accounts, told.amplifications) == (None, None, None)
    assert (told.first_at, told.last_at, told.checked_at) == (None, None, None)
    assert (told.sources, told.categories, told.days, told.voices) == ((), (), (), ())
    assert told.reach == Reach(None, None, 0, 0)
    assert Answers(store).said(work) == []
    assert Answers(store).counts(work) == ()


def test_first_and_last_are_over_all_sources_and_amplifications(store: Store) -> None:
    keep(
        store,
        said("a", posted_at=at(3)),
        passed("b", "a", posted_at=at(9)),
        said("p", source="wikipedia", posted_at=at(1)),
        said("x", links=links(OTHER), posted_at=at(20)),
    )
    assert (report(store).first_at, report(store).last_at) == (at(1), at(9))


def test_it_was_checked_when_the_collector_last_kept_anything(store: Store) -> None:
    keep(store, said("a"))
    assert report(store).checked_at == NOW
    with store.writing() as writer:
        writer.advance("bluesky", "day", "7", True, at(31))
    assert report(store).checked_at == at(31)


def test_what_is_withdrawn_is_no_longer_counted(store: Store) -> None:
    keep(store, said("a", author="ann"), said("b", author="ben"), passed("c", "a"))
    keep(store, said("a", links=(), version="2", change="withdrawn"))
    assert (report(store).posts, report(store).amplifications) == (1, 0)


def test_a_work_of_a_simulated_shelf_says_so(store: Store) -> None:
    keep(store, said("a", links=links(WORK, OTHER)))
    with store.writing() as writer:
        writer.wanted.shelve("mine", "Mine", "", False, [WORK, OTHER])
        writer.wanted.shelve("invented", "An invented world", "", True, [OTHER])
    assert report(store).simulated is None
    assert report(store, OTHER).simulated == "An invented world"


def test_a_description_comes_with_the_report(store: Store) -> None:
    described = Description(identifier=WORK, via="simulated", version="1", title="A title", creators=("Ann",))
    keep(store, said("a"), described)
    assert report(store).description == described
    assert report(store).method.startswith("find ")


def test_voices_are_the_busiest_first(store: Store) -> None:
    keep(
        store,
        said("a", author="ann", posted_at=at(1)),
        said("b", author="ben", posted_at=at(2)),
        said("c", author="ben", posted_at=at(3)),
        passed("d", "a", author="cem", posted_at=at(4)),
        passed("e", "b", author="ann", posted_at=at(5)),
        who("ben", handle="ben.example", name="Ben", followers=7),
    )
    first, *rest = report(store).voices
    assert (first.speaker.key, first.speaker.handle, first.speaker.name) == ("ben", "ben.example", "Ben")
    assert (first.speaker.followers, first.posts, first.amplifications, first.last_at) == (7, 2, 0, at(3))
    assert [(voice.speaker.key, voice.last_at) for voice in rest] == [("ann", at(5)), ("cem", at(4))]


def test_a_wish_is_told_with_when_it_was_met(store: Store) -> None:
    assert report(store).wish is None
    answers = Answers(store)
    answers.wish(WORK)
    waiting = report(store).wish
    assert waiting is not None
    assert waiting.met_at is None
    with store.writing() as writer:
        writer.wanted.meet([WORK], at(9))
    assert report(store).wish == Wish(waiting.wished_at, at(9))
    answers.wish(WORK)
    again = report(store).wish
    assert again is not None
    assert again.met_at is None
    assert report(store).posts is None
