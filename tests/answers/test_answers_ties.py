"""Who follows an account, as far as it is known, and how far that is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hubbub.answers import Answers, ties
from hubbub.answers.shapes import Ties
from hubbub.store import Store
from tests.answers.stated import at, follow, keep, list_of, said, who
from tests.conftest import NewStore

UNREAD = Ties(held=None, began_at=None, complete=None, total=None, whole_at=None, among=0, named=())


@pytest.fixture
def store(new_store: NewStore) -> Store:
    return new_store()


def of(store: Store, key: str = "ann") -> tuple[Ties, Ties]:
    told = Answers(store).account("bluesky", key)
    assert told is not None
    return told.followers, told.followed


def keys(told: Ties) -> list[str]:
    return [speaker.key for speaker in told.named]


def test_what_was_not_read_is_unknown_and_not_zero(store: Store) -> None:
    keep(store, said("a", author="ann"))
    assert of(store) == (UNREAD, UNREAD)
    keep(store, list_of("ann", 3))
    followers, followed = of(store)
    assert (followers.held, followers.complete, followers.whole_at, followed) == (0, True, at(3), UNREAD)


def test_a_list_that_was_cut_off_says_so_and_when_it_was_last_whole(store: Store) -> None:
    keep(store, follow("ben", "ann", 2), list_of("ann", 2), list_of("ann", 5, complete=False, total=12_400))
    followers, _ = of(store)
    assert (followers.held, followers.complete, followers.total) == (1, False, 12_400)
    assert (followers.began_at, followers.whole_at) == (at(5), at(2))


def test_each_side_of_a_tie_knows_of_it_though_its_own_list_was_not_read(store: Store) -> None:
    keep(store, follow("ann", "ben"), list_of("ann", 2, direction="following"), who("ann", name="Ann"))
    assert of(store)[1].held == 1
    followers, followed = of(store, "ben")
    assert (followers.held, followers.began_at, keys(followers)) == (1, None, ["ann"])
    assert followed == UNREAD


@given(st.lists(st.none() | st.integers(0, 3), max_size=8))
def test_the_most_followed_are_named_first_and_the_unknown_last(
    new_store: NewStore, audiences: list[int | None]
) -> None:
    store, names = new_store(), [f"f{n}" for n in range(len(audiences))]
    keep(store, list_of("ann", 1), follow("stranger", "ann"), *(follow(name, "ann") for name in names))
    told = zip(names, audiences, strict=True)
    keep(store, *(who(name, name=name, followers=audience) for name, audience in told))
    followers, _ = of(store)
    assert (followers.held, followers.among) == (len(names) + 1,) * 2
    sizes = [-1 if speaker.followers is None else speaker.followers for speaker in followers.named]
    assert sizes == sorted((-1 if audience is None else audience for audience in audiences), reverse=True)
    assert sorted(keys(followers)) == names  # of the stranger nothing is told but an id


def test_of_very_many_only_some_are_looked_at_and_few_are_named(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ties, "AMONG", 5)
    monkeypatch.setattr(ties, "NAMED", 2)
    names = [f"f{n}" for n in range(9)]
    keep(store, *(follow(name, "ann") for name in names), *(who(name, followers=1) for name in names))
    followers, _ = of(store)
    assert (followers.held, followers.among, len(followers.named)) == (9, 5, 2)


def test_who_has_withdrawn_or_unfollowed_is_not_named(store: Store) -> None:
    keep(store, *(follow(key, "ann") for key in ("ben", "cem", "dan")), *map(who, ("ben", "cem", "dan")))
    keep(store, *(who(key, name=key) for key in ("ben", "cem", "dan")))
    keep(store, who("ben", version="2", change="withdrawn"))
    keep(store, follow("cem", "ann", 9), list_of("ann", 8))
    assert keys(of(store)[0]) == ["cem"]
