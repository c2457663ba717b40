"""Whatever the order and however often, the store holds what the rules say."""

from unittest import mock

from hypothesis import given
from hypothesis import strategies as st

from hubbub import pipeline
from hubbub.answers import Answers
from hubbub.model import Account, Identifier, Post
from tests.conftest import NewStore
from tests.store.asked import assert_answers, assert_rows, dump, told
from tests.store.fold_model import WORKS, Fold, link_to
from tests.store.histories import COLLECTOR, PLACE, POSTS, REPOSTS, arranged, histories
from tests.store.keeping import keep

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
    assert said.speaker == (AUTHOR, "since", None, None, None, None)


def test_of_two_statements_with_one_version_either_order_leaves_the_same(new_store: NewStore) -> None:
    two = [own("v1", WORKS[0], text="one"), own("v1", WORKS[1], text="two")]
    stores = [new_store() for _ in range(4)]
    keep(stores[0], [[two[0]], [two[1]]])
    keep(stores[1], [[two[1]], [two[0]]])
    keep(stores[2], [[two[1], two[0]]])
    keep(stores[3], [[two[0], two[1]]])
    assert dump(stores[0]) == dump(stores[1]) == dump(stores[2]) == dump(stores[3])


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
        writer._connection.exec_driver_sql("UPDATE mention SET own = 1 - own, counted = 0")
    pipeline.rebuild(store)
    assert dump(store) == before
