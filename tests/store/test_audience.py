"""How many followers accounts had is kept by the day, whatever the order in which that is told."""

from collections.abc import Sequence
from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from hubbub.model import Account, Fact, Follow, FollowList, Post
from hubbub.store import Store
from tests.conftest import NewStore
from tests.store.asked import dump
from tests.store.fold_model import WORKS, link_to
from tests.store.histories import AUTHORS, COLLECTOR, PLACE, START, arranged, at
from tests.store.keeping import read

ANN, BOB = AUTHORS[:2]
FIRST = (START.date() - date(1970, 1, 1)).days
TOLD_A_DAY = 4  # versions
Row = tuple[str, str, int, str, int]


def said(author: str, change: str = "made", version: str = "v00") -> Post:
    links = (link_to(WORKS[0]),) if change == "made" else ()
    key = f"at://{author}/app.bsky.feed.post/1"
    told = {"author": author, "links": links} if change == "made" else {"change": change}
    return Post(source=PLACE, id=key, via=PLACE, version=version, **told)


def who(author: str, version: int, followers: int | None, via: str = PLACE) -> Account:
    return Account(source=PLACE, id=author, via=via, version=at(version), followers=followers)


def left(author: str, version: int) -> Account:
    return Account(source=PLACE, id=author, via=PLACE, version=at(version), change="withdrawn")


def day_of(fact: Fact) -> int:
    """The day on which a version is told, in days since the first."""
    version = fact.version if isinstance(fact, Post | Account) else "v00"
    return int(version[1:]) // TOLD_A_DAY


def keep(store: Store, facts: Sequence[Fact]) -> None:
    """Write each fact as a page that was received on the day of its version."""
    for fact in facts:
        with store.writing() as writer:
            writer.keep(read([fact]), START + timedelta(days=day_of(fact)))


def kept(store: Store) -> list[tuple[str, int, int]]:
    """Author, day after the first, followers."""
    rows: list[Row] = dump(store)["audiences"]
    return [(key, day - FIRST, followers) for _, key, day, _, followers in rows]


def test_the_last_number_of_each_day_is_kept(new_store: NewStore) -> None:
    store = new_store()
    keep(store, [said(ANN), who(ANN, 1, 10), who(ANN, 2, 12), who(ANN, 5, 12), who(ANN, 9, 3)])
    assert kept(store) == [(ANN, 0, 12), (ANN, 1, 12), (ANN, 2, 3)]


def test_what_is_heard_late_changes_no_later_word(new_store: NewStore) -> None:
    store = new_store()
    keep(store, [said(ANN), who(ANN, 9, 3), who(ANN, 2, 12), who(ANN, 1, 10)])
    assert kept(store) == [(ANN, 0, 12), (ANN, 2, 3)]


def test_only_the_places_own_number_is_kept_and_none_where_none_is_told(new_store: NewStore) -> None:
    store = new_store()
    keep(store, [said(ANN), who(ANN, 1, 10, via=COLLECTOR), who(ANN, 5, None)])
    assert kept(store) == []


def test_of_those_who_only_follow_no_numbers_are_kept_unless_their_lists_were_asked_for(new_store: NewStore) -> None:
    store = new_store()
    follow = Follow(source=PLACE, via=PLACE, seen_at=START, follower=BOB, followed=ANN)
    keep(store, [said(ANN), follow, who(BOB, 1, 10)])
    assert kept(store) == []
    keep(
        store, [FollowList(source=PLACE, via=PLACE, account=BOB, direction="following", began_at=START, complete=True)]
    )
    keep(store, [who(BOB, 1, 10)])
    assert kept(store) == [(BOB, 0, 10)]


def test_who_leaves_takes_along_all_that_was_told_until_then(new_store: NewStore) -> None:
    store = new_store()
    keep(store, [said(ANN), who(ANN, 1, 10), who(ANN, 5, 20), said(ANN, version="v06"), left(ANN, 3), who(ANN, 2, 9)])
    assert kept(store) == [(ANN, 1, 20)]
    keep(store, [left(ANN, 99)])
    assert kept(store) == []
    keep(store, [who(ANN, 7, 30)])
    assert kept(store) == []


def test_who_speaks_no_more_leaves_no_numbers_though_others_follow_them(new_store: NewStore) -> None:
    store = new_store()
    follow = Follow(source=PLACE, via=PLACE, seen_at=START, follower=BOB, followed=ANN)
    keep(store, [said(ANN), said(BOB), follow, who(ANN, 1, 10), said(ANN, "withdrawn", "v09")])
    assert kept(store) == []
    assert ANN in [key for _, key in dump(store)["accounts"]]


@st.composite
def histories(draw: st.DrawFn) -> list[Post | Account]:
    """Numbers that are told of two who speak, and that they leave; no two words of one version."""
    told: list[Post | Account] = [said(author, version="v50") for author in (ANN, BOB)]
    for author in (ANN, BOB):
        for version in draw(st.lists(st.integers(1, 30), max_size=8, unique=True)):
            number = draw(st.sampled_from([None, 0, 7, 20, 20, 300]))
            via = draw(st.sampled_from([PLACE, PLACE, PLACE, COLLECTOR]))
            gone = draw(st.integers(0, 6)) == 0
            told.append(left(author, version) if gone else who(author, version, number, via))
    return told


def expected(facts: Sequence[Post | Account]) -> list[Row]:
    """What the rules say: of each day the word with the greatest version, but for what was withdrawn."""
    accounts = [fact for fact in facts if isinstance(fact, Account)]
    best: dict[tuple[str, int], tuple[str, int]] = {}
    for one in accounts:
        gone = max((it.version for it in accounts if it.id == one.id and it.change == "withdrawn"), default="")
        if one.change == "made" and one.via == PLACE and one.followers is not None and one.version > gone:
            name, word = (one.id, day_of(one)), (one.version, one.followers)
            best[name] = max(best.get(name, word), word)
    return sorted(((PLACE, key, FIRST + day, *word) for (key, day), word in best.items()), key=repr)


@given(data=st.data(), facts=histories())
def test_any_order_and_any_repetition_keep_the_same_numbers(
    new_store: NewStore, data: st.DataObject, facts: list[Post | Account]
) -> None:
    store = new_store()
    keep(store, facts[:2])  # of an account only what is told after it spoke is kept
    keep(store, [fact for page in data.draw(arranged(facts)) for fact in page])
    assert dump(store)["audiences"] == expected(facts)
