"""Who spoke of works, as far as their places tell: voices, feeds, who is not named, and reach."""

import pytest

from hubbub.answers import Answers
from hubbub.answers.people import People
from hubbub.answers.reaching import Audiences, Within
from hubbub.store import Store
from tests.answers.stated import OTHER, WORK, at, follow, heard, keep, links, list_of, passed, said, who
from tests.conftest import NewStore


@pytest.fixture
def store(new_store: NewStore) -> Store:
    return new_store()


def people(store: Store, about: object = WORK) -> People:
    found = Answers(store).people(about)  # type: ignore[arg-type]
    assert found is not None
    return found


def named(found: People) -> list[tuple[str, int, int, int]]:
    return [(one.speaker.key, one.works, one.posts, one.amplifications) for one in found.voices]


def test_who_spoke_and_who_passed_it_on_is_a_voice(store: Store) -> None:
    keep(store, said("p1", author="ann", posted_at=at(1)), said("p2", author="ann", posted_at=at(3)))
    keep(store, passed("r1", "p1", author="bob"), passed("r2", "p2", author="bob"), said("p3", author=None))
    found = people(store)
    assert named(found) == [("ann", 1, 2, 0), ("bob", 1, 0, 2)]
    assert (found.voices[0].first_at, found.voices[0].last_at) == (at(1), at(3))
    assert found.unnamed == 1


def test_a_post_counts_once_however_many_tell_of_it(store: Store) -> None:
    keep(store, said("p1", author="ann"), heard("p1", author="ann"), passed("r1", "p1", author="bob"))
    keep(store, heard("r1", author="bob", reposts="p1"))
    assert named(people(store)) == [("ann", 1, 1, 0), ("bob", 1, 0, 1)]


def test_of_a_shelf_who_spoke_of_most_works_comes_first(store: Store) -> None:
    with store.writing() as writer:
        writer.wanted.put("mine", [WORK, OTHER])
    keep(store, *(said(f"p{n}", author="ann") for n in range(3)), said("q", author="bob", links=links(WORK, OTHER)))
    assert named(people(store, "mine")) == [("bob", 2, 1, 0), ("ann", 1, 3, 0)]
    assert Answers(store).people("no such shelf") is None


def test_feeds_stand_apart_and_are_in_no_share(store: Store) -> None:
    keep(store, *(said(f"p{name}", author=name) for name in "abcd"), said("f", author="feed"))
    keep(store, who("feed", bot=True, followers=1000))
    found = people(store)
    assert named(found) == [(name, 1, 1, 0) for name in "abcd"]
    assert [(one.speaker.key, bool(one.feed)) for one in found.feeds] == [("feed", True)]
    assert found.mix is None  # of four voices there are no shares
    keep(store, said("e", author="e"))
    mix = people(store).mix
    assert mix is not None
    assert (mix.sectors, mix.small.voices, mix.unknown.voices) == ((), 0, 5)
    assert found.reach is None


def test_who_wants_to_be_found_by_nobody_is_counted_and_not_named(store: Store) -> None:
    keep(store, said("p1", author="ann"), who("ann", hidden=True, name="Ann"), said("p2", author="bob"))
    keep(store, *(said(name, author=name) for name in "cde"))
    found = people(store)
    assert (named(found), found.hidden) == ([("bob", 1, 1, 0), *((name, 1, 1, 0) for name in "cde")], 1)
    assert found.mix is not None
    assert found.mix.unknown.voices == 5


def test_what_people_say_of_their_work_labels_them(store: Store) -> None:
    keep(store, said("p1", author="ann"), who("ann", description="Professor of botany at the University of Graz"))
    labels = people(store).voices[0].labels
    assert labels[0].name == "researcher"
    assert any("professor" in reason.sign for reason in labels[0].reasons)


def test_reach_counts_each_follower_once(store: Store) -> None:
    keep(store, said("p1", author="ann"), said("p2", author="bob"), list_of("ann", 3), list_of("bob", 3))
    keep(store, *(follow(one, voice) for one in ("x", "y") for voice in ("ann", "bob")), follow("z", "bob"))
    found = people(store).reach
    assert found is not None
    assert (found.least, found.most, found.total, found.listed, found.counted, found.partly) == (3, 3, 5, 2, 0, 0)
    assert found.overlap == (5 / 3, 5 / 3)


def test_a_voice_adds_those_whom_none_before_it_reaches(store: Store) -> None:
    keep(store, *(said(f"p{who}", author=who) for who in ("ann", "bob", "cat", "dan")))
    keep(store, *(follow(one, "ann") for one in "xyz"), *(follow(one, "bob") for one in "wz"), follow("x", "cat"))
    found = people(store).reach
    assert found is not None
    assert [(one.speaker.key, one.followers, one.gain, one.alone) for one in found.gains] == [
        ("ann", 3, 3, 1),
        ("bob", 2, 1, 1),
    ]


def test_who_wants_to_be_found_by_nobody_is_no_gain(store: Store) -> None:
    keep(store, said("p1", author="ann"), follow("x", "ann"), who("ann", hidden=True))
    found = people(store).reach
    assert found is not None
    assert (found.least, found.gains) == (1, ())


@pytest.mark.parametrize(("followers", "named"), [(9, ()), (10, (Within("researcher", 10, 11),))])
def test_what_followers_are_is_named_from_ten_on(store: Store, followers: int, named: tuple[Within, ...]) -> None:
    keep(store, said("p1", author="ann"), said("p2", author="bob"), follow("f0", "bob"), follow("silent", "ann"))
    keep(store, *(follow(f"f{n}", "ann") for n in range(followers)))
    keep(store, *(who(f"f{n}", description="Professor of botany") for n in range(followers)))
    found = people(store).reach
    assert found is not None
    assert (found.sectors, found.known, found.untold) == (named, followers, 1)


def test_where_only_numbers_are_known_reach_lies_between_bounds(store: Store) -> None:
    keep(store, said("p1", author="ann"), said("p2", author="bob"), said("p3", author="cat"))
    keep(store, who("ann", followers=10), who("bob", followers=4))
    assert people(store).reach == Audiences(
        least=10, most=14, total=14, listed=0, counted=2, partly=0, overlap=(1.0, 1.4)
    )


def test_some_followers_of_a_voice_are_no_upper_bound(store: Store) -> None:
    keep(store, said("p1", author="ann"), said("p2", author="bob"), who("bob", followers=4), follow("x", "ann"))
    found = people(store).reach
    assert found is not None
    assert (found.least, found.most, found.total, found.overlap) == (4, None, None, None)
    assert (found.listed, found.counted, found.partly) == (0, 1, 1)


def test_how_much_hangs_on_one_post_is_told_from_ten_mentions_on(store: Store) -> None:
    keep(store, said("p1"), said("p2"), *(passed(f"r{n}", "p1") for n in range(7)))
    assert (people(store).originality, people(store).concentration) == (None, None)
    keep(store, passed("r7", "p2"))
    assert (people(store).originality, people(store).concentration) == (0.2, 7 / 8)


def test_of_a_work_that_nobody_knows_nobody_spoke(store: Store) -> None:
    found = people(store)
    assert (found.voices, found.feeds, found.hidden, found.reach) == ((), (), 0, None)
