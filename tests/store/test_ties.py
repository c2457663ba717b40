"""Ties that stand: whatever the order in which they are told, and nothing of what has ended."""

from datetime import UTC, datetime, timedelta
from itertools import permutations

from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from hubbub.model import Account, Follow, FollowList
from hubbub.store import Store, schema
from tests.conftest import NewStore

PLACE = "bluesky"
NAMES = ("ann", "ben", "cem")
START = datetime(2026, 1, 1, tzinfo=UTC)
Told = Follow | FollowList | Account


def at(hour: int) -> datetime:
    return START + timedelta(hours=hour)


def follow(who: str, whom: str, hour: int, id_: str | None = None) -> Follow:
    return Follow(source=PLACE, via=PLACE, seen_at=at(hour), follower=who, followed=whom, id=id_)


def unfollow(hour: int, id_: str | None = None, who: str | None = None, whom: str | None = None) -> Follow:
    return Follow(source=PLACE, via=PLACE, seen_at=at(hour), follower=who, followed=whom, id=id_, change="withdrawn")


def list_of(whom: str, hour: int, complete: bool = True) -> FollowList:
    return FollowList(
        source=PLACE, account=whom, direction="followers", via=PLACE, began_at=at(hour), complete=complete
    )


def keep(store: Store, told: list[Told]) -> None:
    for one in told:
        with store.writing() as writer:
            writer.keep([one], START)


def standing(store: Store) -> set[tuple[str, str]]:
    one, two = schema.account.alias(), schema.account.alias()
    edges = (
        select(one.c.key, two.c.key)
        .select_from(schema.follow)
        .join(one, one.c.id == schema.follow.c.follower)
        .join(two, two.c.id == schema.follow.c.followed)
    )
    with store.connect() as connection:
        return {(who, whom) for who, whom in connection.execute(edges)}


def test_a_tie_ends_by_its_own_name_though_a_list_showed_it_without(new_store: NewStore) -> None:
    store = new_store()
    keep(store, [follow("ann", "ben", 1, "at://1"), follow("ann", "ben", 2), follow("cem", "ben", 2)])
    assert standing(store) == {("ann", "ben"), ("cem", "ben")}
    keep(store, [unfollow(3, "at://1")])
    assert standing(store) == {("cem", "ben")}
    keep(store, [follow("ann", "ben", 4, "at://2")])
    assert standing(store) == {("ann", "ben"), ("cem", "ben")}


def test_the_end_of_an_earlier_name_ends_what_was_seen_since_whichever_is_told_first(new_store: NewStore) -> None:
    named = [follow("ann", "ben", 4, "at://1"), unfollow(8, "at://1"), follow("ann", "ben", 7, "at://2")]
    told: list[Told] = [list_of("ben", 5), *named]
    for some in permutations(told):
        store = new_store()
        keep(store, [*some])
        assert standing(store) == set(), some


def test_only_a_complete_list_tells_who_follows_no_longer(new_store: NewStore) -> None:
    store = new_store()
    keep(store, [follow("ann", "ben", 1), follow("cem", "ben", 5), list_of("ben", 5, complete=False)])
    assert standing(store) == {("ann", "ben"), ("cem", "ben")}
    keep(store, [list_of("ben", 5)])
    assert standing(store) == {("cem", "ben")}
    keep(store, [follow("ann", "ben", 2)])  # an old page that comes late
    assert standing(store) == {("cem", "ben")}


def test_a_withdrawn_account_takes_its_ties_along_and_those_who_have_no_other(new_store: NewStore) -> None:
    store = new_store()
    keep(store, [follow("ann", "ben", 1), follow("cem", "ann", 1, "at://1")])
    keep(store, [Account(source=PLACE, id="ann", via=PLACE, version="v2", change="withdrawn")])
    assert standing(store) == set()
    with store.connect() as connection:
        assert {key for (key,) in connection.execute(select(schema.account.c.key))} == {None}
        assert connection.execute(select(schema.tie.c.follower).where(schema.tie.c.follower.is_not(None))).all() == []


def histories() -> st.SearchStrategy[list[Told]]:
    """Ties whose names stand for one edge each, and that began and ended at different times."""
    ends = st.sampled_from([(who, whom) for who in NAMES for whom in NAMES if who != whom])
    hours = st.integers(0, 12)
    made = st.builds(
        lambda edge, hour, n: follow(edge[0], edge[1], hour, f"{edge} {n}" if n else None),
        ends,
        hours,
        st.integers(0, 2),
    )
    gone = st.builds(lambda edge, hour, n: unfollow(hour, f"{edge} {n}"), ends, hours, st.integers(1, 2))
    ended = st.builds(lambda edge, hour: unfollow(hour, None, *edge), ends, hours)
    lists = st.builds(list_of, st.sampled_from(NAMES), hours, st.booleans())
    told: st.SearchStrategy[Told] = made | gone | ended | lists
    return st.lists(told, max_size=14).filter(_named_before)


def _named_before(told: list[Told]) -> bool:
    """A place ends by its name only what it has told by that name."""
    names = {one.id for one in told if isinstance(one, Follow) and one.change == "made"}
    return all(one.id is None or one.id in names for one in told if isinstance(one, Follow))


@given(told=histories(), seed=st.randoms(use_true_random=False))
def test_any_order_leaves_the_same_ties(new_store: NewStore, told: list[Told], seed: object) -> None:
    one, shuffled = new_store(), list(told)
    keep(one, told)
    wanted = standing(one)
    seed.shuffle(shuffled)  # type: ignore[attr-defined]
    other = new_store()
    keep(other, shuffled)
    assert standing(other) == wanted
    keep(other, told)
    assert standing(other) == wanted


@given(told=histories())
def test_one_transaction_or_many_leave_the_same_ties(new_store: NewStore, told: list[Told]) -> None:
    one, other = new_store(), new_store()
    with other.writing() as writer:
        writer.keep(told, START)
    wanted = standing(other)
    keep(one, told)
    assert standing(one) == wanted
