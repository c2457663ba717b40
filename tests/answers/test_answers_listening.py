"""Whether those who listen become more: followers at both ends of a period, of oneself and of all voices together."""

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from hubbub.answers import Answers
from hubbub.answers.community import Followers, Listening
from hubbub.answers.growing import PERIOD
from hubbub.answers.listening import followers_of
from hubbub.model import Account, Identifier
from hubbub.store import Store
from hubbub.store import schema as s
from hubbub.store.fold import hashed
from tests.answers.stated import OTHER, WORK, follow, keep, list_of, said, who
from tests.conftest import NewStore

NOW = datetime.fromisoformat("2026-08-01T10:00:00Z")
ANN = ("bluesky", "ann")


def ago(days: float) -> datetime:
    return NOW - timedelta(days=days)


def day(days: float) -> date:
    return ago(days).date()


@pytest.fixture
def store(new_store: NewStore) -> Store:
    store = new_store()
    with store.writing() as writer:
        writer.wanted.put("mine", [WORK, OTHER])
    return store


def spoke(store: Store, *names: str) -> None:
    keep(store, *(said(f"post of {name}", author=name, posted_at=ago(9)) for name in names))


def told(store: Store, name: str, followers: dict[float, int | None]) -> None:
    """An account has so many followers, so many days ago."""
    for days, number in followers.items():
        with store.writing() as writer:
            version = ago(days).isoformat()
            writer.keep(
                [Account(source="bluesky", id=name, via="bluesky", version=version, followers=number)], ago(days)
            )


def listening(store: Store, *own: tuple[str, str]) -> Listening:
    found = Answers(store).community("mine", NOW, own)
    assert found is not None
    return found.listening


def own(found: Listening) -> dict[str, Followers | None]:
    return {one.speaker.key: one.followers for one in found.own}


def test_ones_own_followers_are_told_with_the_days_of_both_numbers(store: Store) -> None:
    spoke(store, "ann", "bob")
    told(store, "ann", {300: 10, 100: 100, 50: 120, 3: 130})
    found = listening(store, ANN)
    assert own(found) == {"ann": Followers(day(100), 100, day(3), 130, 30)}
    assert (found.since, found.until) == (NOW - PERIOD, NOW)


def test_who_was_first_seen_within_the_period_is_compared_with_that_day(store: Store) -> None:
    spoke(store, "ann")
    told(store, "ann", {20: 7, 3: 5})
    assert own(listening(store, ANN)) == {"ann": Followers(day(20), 7, day(3), 5, -2)}


def test_one_number_is_no_change_and_none_is_unknown(store: Store) -> None:
    spoke(store, "ann", "bob")
    told(store, "ann", {200: 7})
    found = listening(store, ANN, ("bluesky", "bob"))
    assert own(found) == {"ann": Followers(day(200), 7, day(200), 7, None), "bob": None}


def test_numbers_that_are_told_after_the_moment_are_left_out(store: Store) -> None:
    spoke(store, "ann")
    told(store, "ann", {100: 7, 3: 8, -5: 99})
    assert own(listening(store, ANN)) == {"ann": Followers(day(100), 7, day(3), 8, 1)}


def test_the_owners_of_a_shelf_are_told_of_though_they_never_spoke_and_nobody_did(store: Store) -> None:
    keep(store, follow("ann", "bob"), list_of("ann", 1, direction="following"))
    told(store, "ann", {100: 7, 3: 8})
    with store.writing() as writer:
        writer.wanted.own("mine", [Identifier("bluesky", "ann"), Identifier("bluesky", "never held")])
    found = listening(store)
    assert own(found) == {"ann": Followers(day(100), 7, day(3), 8, 1)}
    assert (found.accounts, found.known, found.before, found.now) == (0, 0, None, None)
    assert Answers(store).listening("mine", NOW) == found
    assert Answers(store).listening("nothing", NOW) is None


def test_who_left_is_not_told_of(store: Store) -> None:
    spoke(store, "ann", "bob")
    told(store, "ann", {100: 7, 3: 8})
    keep(store, who("ann", version="~", change="withdrawn"))
    with store.writing() as writer:
        writer.wanted.own("mine", [Identifier("bluesky", "ann")])
    assert own(listening(store, ANN)) == {}


def test_voices_are_added_up_where_both_numbers_are_of_the_time(store: Store) -> None:
    names = ["a", "b", "c", "d", "e", "old", "late", "unheard", "ann"]
    spoke(store, *names)
    for number, name in enumerate(names[:5]):
        told(store, name, {100: 100, 3: (90, 100, 110, 120, 130)[number]})
    told(store, "old", {200: 1, 3: 1_000})
    told(store, "late", {60: 1, 3: 1_000})
    told(store, "ann", {100: 1, 3: 1_000})
    found = listening(store, ANN)
    assert (found.accounts, found.known) == (8, 5)
    assert (found.before, found.now, found.more, found.fewer) == (500, 550, 3, 1)
    assert found.first == day(200)


def test_few_voices_are_not_added_up(store: Store) -> None:
    spoke(store, "a", "b", "c", "d")
    for name in "abcd":
        told(store, name, {100: 100, 3: 110})
    found = listening(store)
    assert (found.accounts, found.known, found.first) == (4, 4, day(100))
    assert {found.before, found.now, found.more, found.fewer} == {None}


def test_feeds_are_no_voices(store: Store) -> None:
    spoke(store, "a", "bot")
    keep(store, who("bot", bot=True))
    assert listening(store).accounts == 1


def test_each_voice_is_listed_with_its_followers(store: Store) -> None:
    spoke(store, "a", "b")
    told(store, "a", {100: 100, 3: 110})
    found = Answers(store).community("mine", NOW)
    assert found
    assert {one.speaker.key: one.followers for one in found.members} == {
        "a": Followers(day(100), 100, day(3), 110, 10),
        "b": None,
    }


@given(numbers=st.dictionaries(st.integers(-20, 200), st.integers(0, 9), max_size=9))
def test_both_ends_are_the_days_that_lie_nearest(new_store: NewStore, numbers: dict[float, int | None]) -> None:
    store = new_store()
    spoke(store, "ann")
    told(store, "ann", numbers)
    with store.connect() as connection:
        row = connection.execute(select(s.account.c.id).where(s.account.c.hash == hashed("account", *ANN))).scalar_one()
        found = followers_of(connection, [row], NOW - PERIOD, NOW).get(row)
    by_then = {day(days): number for days, number in numbers.items() if days >= 0}
    if not by_then:
        assert found is None
        return
    before = [at for at in by_then if at <= (NOW - PERIOD).date()]
    first, last = max(before, default=min(by_then)), max(by_then)
    change = None if first == last else (by_then[last] or 0) - (by_then[first] or 0)
    assert found == Followers(first, by_then[first] or 0, last, by_then[last] or 0, change)
