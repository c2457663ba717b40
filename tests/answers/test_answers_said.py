"""What is listed: posts with their evidence, accounts with what they said, sources with what was set aside."""

import pytest

from hubbub.answers import Answers
from hubbub.model import Fault
from hubbub.store import Store
from tests.answers.stated import NOW, OTHER, WORK, at, heard, keep, links, passed, said, who
from tests.conftest import NewStore


@pytest.fixture
def store(new_store: NewStore) -> Store:
    return new_store()


def keys(store: Store, limit: int | None = None, offset: int = 0, newest: bool = False) -> list[str]:
    return [one.post for one in Answers(store).said(WORK, limit, offset, newest)]


@pytest.fixture
def week(store: Store) -> Store:
    """Five posts of five days, one of an unknown day."""
    days = {"c": 3, "a": 1, "d": 4, "b": 2}
    keep(store, *(said(key, posted_at=at(day)) for key, day in days.items()), passed("e", "a", posted_at=at(5)))
    keep(store, said("unknown"), said("x", links=links(OTHER), posted_at=at(1)))
    return store


def test_posts_are_listed_oldest_first_and_those_of_unknown_times_last(week: Store) -> None:
    assert keys(week) == ["a", "b", "c", "d", "e", "unknown"]


def test_or_newest_first(week: Store) -> None:
    assert keys(week, newest=True) == ["e", "d", "c", "b", "a", "unknown"]


@pytest.mark.parametrize("newest", [False, True])
@pytest.mark.parametrize("size", [1, 2, 4, 6, 100])
def test_pages_add_up_to_the_whole(week: Store, size: int, newest: bool) -> None:
    pages = [keys(week, size, offset, newest) for offset in range(0, 6, size)]
    assert [key for page in pages for key in page] == keys(week, newest=newest)
    assert all(len(page) <= size for page in pages)


def test_beyond_the_end_is_nothing(week: Store) -> None:
    assert keys(week, limit=5, offset=6) == []
    assert keys(week, limit=0) == []


def test_posts_of_one_moment_are_in_the_order_of_their_ids(store: Store) -> None:
    keep(store, *(said(key, posted_at=at(1)) for key in "cab"))
    assert keys(store) == ["a", "b", "c"]
    assert keys(store, newest=True) == ["c", "b", "a"]


def test_a_post_tells_all_that_is_known_of_it(store: Store) -> None:
    told = said("a", author="ann", text="My words", title="A card", url="https://x.example/a", language="en")
    keep(store, told, who("ann", handle="ann.example", name="Ann", followers=0))
    (one,) = Answers(store).said(WORK)
    assert (one.source, one.post, one.text, one.title) == ("bluesky", "a", "My words", "A card")
    assert (one.url, one.language, one.posted_at) == ("https://x.example/a", "en", None)
    assert (one.own, one.counted, one.amplifies) == (True, True, None)
    assert one.speaker
    assert (one.speaker.key, one.speaker.handle, one.speaker.name, one.speaker.followers) == (
        "ann",
        "ann.example",
        "Ann",
        0,
    )
    (evidence,) = one.evidence
    assert (evidence.via, evidence.relation, evidence.found_in) == ("bluesky", "discusses", "link")
    assert (evidence.as_written, evidence.collected_at) == ("https://doi.org/10.5555/work", NOW)
    assert 0 < evidence.certainty <= 1


def test_what_is_not_known_of_a_post_is_none(store: Store) -> None:
    keep(store, said("a", author=None))
    (one,) = Answers(store).said(WORK)
    assert (one.text, one.title, one.url, one.language, one.speaker, one.posted_at) == (None,) * 6


def test_the_places_own_word_goes_before_others_and_is_filled_up_by_them(store: Store) -> None:
    keep(store, heard("a", author=None, title="Theirs", text="Theirs"), said("a", author=None, text="Own"))
    (one,) = Answers(store).said(WORK)
    assert (one.text, one.title) == ("Own", "Theirs")
    assert [(e.via, e.assertion) for e in one.evidence] == [("bluesky", "a"), ("crossref_event_data", "event a")]


def test_a_repost_names_what_it_passes_on_and_why_it_is_here(store: Store) -> None:
    keep(store, said("a", posted_at=at(1)), passed("b", "a", posted_at=at(2)))
    _, one = Answers(store).said(WORK)
    assert (one.post, one.own, one.counted, one.amplifies, one.text) == ("b", False, True, "a", None)
    (evidence,) = one.evidence
    assert (evidence.found_in, evidence.as_written, evidence.method) == ("repost", "a", "carried-from-original")


def test_a_repost_that_names_the_work_itself_is_listed_once(store: Store) -> None:
    keep(store, said("a", posted_at=at(1)), passed("b", "a", links=links(WORK), posted_at=at(2)))
    assert keys(store) == ["a", "b"]
    assert [one.own for one in Answers(store).said(WORK)] == [True, False]


# Accounts


def test_an_account_is_told_with_its_works_and_posts_newest_first(store: Store) -> None:
    keep(
        store,
        said("a", author="ann", posted_at=at(1)),
        said("b", author="ann", links=links(WORK, OTHER), posted_at=at(3)),
        said("c", author="ben", links=links(OTHER), posted_at=at(1)),
        passed("d", "c", author="ann", posted_at=at(2)),
        said("e", author="ann", links=(), posted_at=at(4), replies_to="a"),
        who("ann", handle="ann.example", followers=3, following=5),
    )
    told = Answers(store).account("bluesky", "ann")
    assert told
    assert (told.speaker.handle, told.speaker.followers, told.following) == ("ann.example", 3, 5)
    assert (told.posts, told.amplifications, told.simulated) == (2, 1, None)
    assert [(work, one.post, one.own) for work, one in told.said] == [
        (WORK, "b", True),
        (OTHER, "b", True),
        (OTHER, "d", False),
        (WORK, "a", True),
    ]
    assert [line.identifier for line in told.works] == [WORK, OTHER]
    assert [(line.posts, line.amplifications) for line in told.works] == [(2, 0), (2, 1)]


def test_an_account_whose_profile_nobody_read_has_the_page_that_its_id_tells(store: Store) -> None:
    keep(store, said("a", author="did:plc:ann"), said("b", author="ann"))
    by = {one.post: one.speaker and one.speaker.url for one in Answers(store).said(WORK)}
    assert by == {"a": "https://bsky.app/profile/did:plc:ann", "b": None}
    keep(store, who("did:plc:ann", url="https://ann.example/"))
    told = Answers(store).account("bluesky", "did:plc:ann")
    assert told
    assert told.speaker.url == "https://ann.example/"


def test_of_a_busy_account_the_newest_are_listed_and_all_are_counted(store: Store) -> None:
    keep(store, *(said(f"{day}", author="ann", posted_at=at(day)) for day in range(1, 10)))
    told = Answers(store).account("bluesky", "ann", limit=2)
    assert told
    assert [one.post for _, one in told.said] == ["9", "8"]
    assert told.posts == 9


def test_a_post_that_two_collectors_saw_is_one_post_of_its_account(store: Store) -> None:
    keep(store, said("a", author="ann"), heard("a", author="ann"))
    told = Answers(store).account("bluesky", "ann")
    assert told
    assert told.posts == 1
    assert [one.post for _, one in told.said] == ["a"]


def test_an_account_of_a_simulated_world_says_so(store: Store) -> None:
    keep(store, said("a", author="ann"))
    with store.writing() as writer:
        writer.wanted.shelve("invented", "An invented world", "", True, [WORK])
    told = Answers(store).account("bluesky", "ann")
    assert told
    assert told.simulated == "An invented world"


def test_an_account_is_that_of_its_source(store: Store) -> None:
    keep(store, said("a", author="ann"))
    assert Answers(store).account("twitter", "ann") is None
    assert Answers(store).account("bluesky", "nobody") is None


# Sources


def test_sources_tell_what_is_held_and_what_was_set_aside(store: Store) -> None:
    keep(store, said("a"), said("b"), said("p", source="twitter"), said("n", source="a new place"))
    faults = [Fault("no frame", 1), Fault("no frame", 9), Fault("cut off", 20)]
    with store.writing() as writer:
        writer.set_aside("bluesky", "day", faults, NOW)
        writer.set_aside("bluesky", "day", faults, NOW)  # read again
        writer.set_aside("bluesky", "night", faults[:1], NOW)
        writer.advance("bluesky", "day", "30", True, at(30))
        writer.advance("bluesky", "night", "7", False, at(31))
    told = {one.name: one for one in Answers(store).sources()}
    network = told["bluesky"]
    assert (network.collector, network.posts, network.lanes, network.last_at) == (True, 2, 2, at(31))
    assert network.set_aside == (("no frame", 3), ("cut off", 1))
    assert (network.title, network.category) == ("Bluesky", "social media")
    assert (told["twitter"].collector, told["twitter"].posts, told["twitter"].last_at) == (False, 1, None)
    assert (told["a new place"].title, told["a new place"].category) == ("a new place", "mentions")
    assert (told["crossref_event_data"].posts, told["crossref_event_data"].set_aside) == (0, ())
    assert list(told) == sorted(told)


def test_shelves_come_with_their_works(store: Store) -> None:
    keep(store, said("a", posted_at=at(1)), passed("b", "a", posted_at=at(2)))
    with store.writing() as writer:
        writer.wanted.shelve("mine", "Mine", "From my list", False, [WORK, OTHER])
    (shelf,) = Answers(store).home().shelves
    assert (shelf.name, shelf.title, shelf.note, shelf.simulated) == ("mine", "Mine", "From my list", False)
    unknown, known = shelf.works
    assert (known.identifier, known.posts, known.amplifications, known.last_at) == (WORK, 1, 1, at(2))
    assert (unknown.identifier, unknown.posts, unknown.amplifications, unknown.last_at) == (OTHER, None, None, None)
