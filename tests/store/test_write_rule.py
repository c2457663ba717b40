"""Whatever the order and however often, the store holds what the rules say."""

from collections.abc import Callable
from datetime import UTC, datetime
from itertools import permutations
from typing import Any
from unittest import mock

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from hubbub import pipeline
from hubbub.answers import Answers
from hubbub.model import Account, Claim, Fault, Identifier, Post
from hubbub.store import Store
from tests.conftest import NewStore
from tests.store.asked import assert_answers, assert_rows, dump, told
from tests.store.fold_model import WORKS, Fold, link_to
from tests.store.histories import COLLECTOR, PLACE, POSTS, REPOSTS, arranged, histories
from tests.store.keeping import NOW, keep

Facts = list[Post | Account]
KEY, AUTHOR = POSTS[0]


def own(version: str, *works: Identifier, text: str | None = None) -> Post:
    links = tuple(link_to(work) for work in works)
    return Post(source=PLACE, id=KEY, via=PLACE, version=version, links=links, author=AUTHOR, text=text)


def others(version: str, *works: Identifier, assertion: str = "e1") -> Post:
    links = tuple(link_to(work, "discusses", "metadata") for work in works)
    return Post(source=PLACE, id=KEY, via=COLLECTOR, assertion=assertion, version=version, links=links, author=AUTHOR)


def withdrawn(version: str) -> Post:
    return Post(source=PLACE, id=KEY, via=PLACE, version=version, change="withdrawn")


def test_a_post_seen_by_two_is_one_mention_with_two_statements(new_store: NewStore) -> None:
    store = new_store()
    keep(store, [[own("v1", WORKS[0])], [others("v1", WORKS[0])]])
    (said,) = told(store, WORKS[0])
    assert [one[0] for one in said.evidence] == [PLACE, COLLECTOR]


def test_a_mention_stands_while_one_statement_supports_it(new_store: NewStore) -> None:
    store = new_store()
    keep(store, [[own("v1", WORKS[0]), others("v1", WORKS[0])], [own("v2")]])
    (said,) = told(store, WORKS[0])
    assert [one[0] for one in said.evidence] == [COLLECTOR]


def test_the_places_later_word_may_stand_again_and_others_may_not(new_store: NewStore) -> None:
    store = new_store()
    keep(store, [[own("v1", WORKS[0]), others("v5", WORKS[0])], [withdrawn("v2")]])
    assert told(store, WORKS[0]) == []
    keep(store, [[own("v1", WORKS[0]), others("v9", WORKS[0]), own("v2", WORKS[0])]])
    assert told(store, WORKS[0]) == []
    keep(store, [[own("v3", WORKS[0]), others("v9", WORKS[0])]])
    (said,) = told(store, WORKS[0])
    assert [one[:3:2] for one in said.evidence] == [(PLACE, "v3")]


def test_a_post_that_the_work_cites_is_shown_and_not_counted(new_store: NewStore) -> None:
    store = new_store()
    cited = Post(
        source=PLACE,
        id=KEY,
        via=COLLECTOR,
        assertion="e1",
        version="v1",
        links=(link_to(WORKS[0], "is_cited_by", "metadata"),),
        author=AUTHOR,
    )
    keep(store, [[cited]])
    (said,) = told(store, WORKS[0])
    assert (said.own, said.counted) == (True, False)
    assert Answers(store).counts(WORKS[0]) == ()


def test_a_repost_passes_the_mention_on_and_a_like_does_not(new_store: NewStore) -> None:
    store = new_store()
    key, author, _ = REPOSTS[0]
    repost = Post(source=PLACE, id=key, via=PLACE, version="v2", author=author, reposts=KEY)
    like = Post(source=PLACE, id=key.replace("repost", "like"), via=PLACE, version="v2", author=author, likes=KEY)
    keep(store, [[own("v1", WORKS[0]), like]])
    (count,) = Answers(store).counts(WORKS[0])
    assert (count.posts, count.amplifications) == (1, 0)
    keep(store, [[repost]])
    (count,) = Answers(store).counts(WORKS[0])
    assert (count.posts, count.amplifications, count.accounts, count.amplifiers) == (1, 1, 1, 1)


def test_an_account_that_was_withdrawn_and_speaks_again_is_only_what_it_says_since(new_store: NewStore) -> None:
    store = new_store()
    gone = Account(source=PLACE, id=AUTHOR, via=PLACE, version="v3", change="withdrawn")
    before = Account(source=PLACE, id=AUTHOR, via=PLACE, version="v2", handle="before", name="Before")
    seen = Account(source=PLACE, id=AUTHOR, via=COLLECTOR, version="v9", description="seen by others")
    since = Account(source=PLACE, id=AUTHOR, via=PLACE, version="v5", handle="since")
    keep(store, [[own("v4", WORKS[0]), before, seen, since], [gone], [before, seen]])
    (said,) = told(store, WORKS[0])
    assert said.speaker == (AUTHOR, "since", None, None, f"https://bsky.app/profile/{AUTHOR}", None)


def test_what_an_account_published_before_it_was_withdrawn_goes_though_it_speaks_again(new_store: NewStore) -> None:
    store = new_store()
    gone = Account(source=PLACE, id=AUTHOR, via=PLACE, version="v3", change="withdrawn")
    before, since = (
        Account(source=PLACE, id=AUTHOR, via=PLACE, version=version, claims=(Claim(f"https://{name}.example"),))
        for version, name in (("v2", "before"), ("v5", "since"))
    )
    keep(store, [[own("v4", WORKS[0]), before]])
    assert dump(store)["claims"] == [(PLACE, AUTHOR, "before.example")]
    keep(store, [[gone]])
    assert dump(store)["claims"] == []
    keep(store, [[since, before]])
    assert dump(store)["claims"] == [(PLACE, AUTHOR, "since.example")]


OTHERWISE = [
    {"text": "two", "links": (link_to(WORKS[1]),)},
    {"author": POSTS[1][1]},
    {"posted_at": datetime(2026, 7, 4, tzinfo=UTC)},
    {"quotes": POSTS[1][0]},
    {"change": "edited"},
]


@pytest.mark.parametrize("otherwise", OTHERWISE, ids=lambda changed: "-".join(changed))
@pytest.mark.parametrize("say", [own, others])
def test_of_two_statements_with_one_version_either_order_leaves_the_same(
    new_store: NewStore, say: Callable[..., Post], otherwise: dict[str, Any]
) -> None:
    one = say("v1", WORKS[0])
    two = replace(one, **otherwise)
    stores = [new_store() for _ in range(4)]
    keep(stores[0], [[one], [two]])
    keep(stores[1], [[two], [one]])
    keep(stores[2], [[two, one]])
    keep(stores[3], [[one, two]])
    assert dump(stores[0]) == dump(stores[1]) == dump(stores[2]) == dump(stores[3])


def test_a_collectors_statement_that_moves_to_a_withdrawn_post_is_gone(new_store: NewStore) -> None:
    moved = replace(others("v2", WORKS[0]), id=POSTS[1][0])
    gone = Post(source=PLACE, id=POSTS[1][0], via=PLACE, version="v1", change="withdrawn")
    dumps = []
    for pages in permutations([[others("v1", WORKS[0])], [moved], [gone]]):
        store = new_store()
        keep(store, pages)
        assert told(store, WORKS[0]) == []
        dumps.append(dump(store))
    assert all(one == dumps[0] for one in dumps)


def test_who_speaks_does_not_depend_on_which_collector_came_first(new_store: NewStore) -> None:
    ann, bob = "did:plc:ann", "did:plc:bob"
    said = [replace(others(f"v{n}", WORKS[0], assertion=f"e{n}"), author=who) for n, who in enumerate([ann, bob, None])]
    for pages in permutations([[one] for one in said]):
        store = new_store()
        keep(store, pages)
        (one,) = Answers(store).said(WORKS[0])
        (count,) = Answers(store).counts(WORKS[0])
        assert (one.speaker and one.speaker.key, count.accounts) == (bob, 1)
        keep(store, [[own("v1", WORKS[0])]])
        (one,) = Answers(store).said(WORKS[0])
        assert (one.speaker and one.speaker.key) == AUTHOR


def test_a_repost_that_names_the_work_is_no_own_word_even_when_its_original_is_gone(new_store: NewStore) -> None:
    store = new_store()
    repost = Post(
        source=PLACE,
        id=REPOSTS[0][0],
        via=COLLECTOR,
        assertion="e1",
        version="v1",
        links=(link_to(WORKS[0], found_in="metadata"),),
        reposts=KEY,
    )
    keep(store, [[own("v1", WORKS[0])], [repost], [withdrawn("v2")]])
    for _ in range(2):
        (said,) = told(store, WORKS[0])
        assert (said.post, said.own, said.amplifies) == (repost.id, False, None)
        pipeline.rebuild(store)


# The same for whatever may happen; last, since these take longest.


@given(data=st.data(), facts=histories())
def test_any_order_and_any_repetition_leave_what_the_rules_say(
    new_store: NewStore, data: st.DataObject, facts: Facts
) -> None:
    store, fold = new_store(), Fold(facts)
    keep(store, data.draw(arranged(facts)))
    assert_answers(store, fold, details=False)
    assert_rows(store, fold)
    # Of an account only what is told after it spoke is kept; hearing all once more tells it.
    keep(store, data.draw(arranged(facts)))
    assert_answers(store, fold)
    assert_rows(store, fold)


@given(data=st.data(), facts=histories())
def test_names_that_share_a_number_are_told_apart(new_store: NewStore, data: st.DataObject, facts: Facts) -> None:
    store, fold = new_store(), Fold(facts)
    with mock.patch("hubbub.store.names.near", return_value=7):
        keep(store, data.draw(arranged(facts)))
    assert_rows(store, fold)
    assert_answers(store, fold, details=False)


@given(data=st.data(), facts=histories())
def test_a_recount_changes_nothing(new_store: NewStore, data: st.DataObject, facts: Facts) -> None:
    store = new_store()
    keep(store, data.draw(arranged(facts)))
    before = dump(store)
    with store.writing() as writer:
        writer._connection.exec_driver_sql("UPDATE mention SET own = NOT own, counted = FALSE")
    pipeline.rebuild(store)
    assert dump(store) == before


def aside(store: Store) -> dict[str, int]:
    """How often what could not be read, by reason."""
    return {reason: times for one in Answers(store).sources() for reason, times in one.set_aside}


def read_page(store: Store, lane: str, *reasons: str, done: bool | None = None) -> None:
    """Keep a page with what could not be read in it, and move the lane's cursor if it has one."""
    with store.writing() as writer:
        writer.set_aside(PLACE, lane, [Fault(reason) for reason in reasons], NOW)
        if done is not None:
            writer.advance(PLACE, lane, "", done, NOW)


def test_what_could_not_be_read_is_counted_each_time_wherever_it_stood_in_its_page(new_store: NewStore) -> None:
    store = new_store()
    for _ in range(3):
        read_page(store, "stream", "no frame", "no frame", "cut off", done=False)
    read_page(store, "day", "no frame", done=False)
    assert aside(store) == {"no frame": 7, "cut off": 3}


def test_what_could_not_be_read_is_forgotten_once_the_lane_is_read_without_it(new_store: NewStore) -> None:
    store = new_store()
    read_page(store, "day", "no frame", done=False)
    read_page(store, "day", "cut off", done=True)
    read_page(store, "other", "no JSON", done=True)
    assert aside(store) == {"no frame": 1, "cut off": 1, "no JSON": 1}
    read_page(store, "day", "cut off", done=False)
    read_page(store, "day", done=True)
    assert aside(store) == {"cut off": 1, "no JSON": 1}
    read_page(store, "day", done=True)
    assert aside(store) == {"no JSON": 1}


def test_of_a_lane_without_a_cursor_the_latest_page_counts(new_store: NewStore) -> None:
    store = new_store()
    read_page(store, "post:1", "no JSON", "no JSON")
    assert aside(store) == {"no JSON": 2}
    read_page(store, "post:1", "no JSON")
    assert aside(store) == {"no JSON": 1}
    read_page(store, "post:1")
    assert aside(store) == {}
