"""Whose lists are asked for, in which order, and of whom only the profile."""

from itertools import pairwise

import pytest

from hubbub import settings
from hubbub.model import Account, Follow, Identifier, Post
from hubbub.store import Store, wanted
from tests.conftest import NewStore
from tests.store.fold_model import WORKS, link_to
from tests.store.keeping import NOW, keep


def said(account: str, work: int = 0) -> Post:
    links = (link_to(WORKS[work]),)
    return Post(source="bluesky", id=f"by {account}", via="bluesky", version="1", author=account, links=links)


def who(account: str, followers: int | None) -> Account:
    return Account(source="bluesky", id=account, via="bluesky", version="1", followers=followers)


def follow(one: str, other: str) -> Follow:
    return Follow(source="bluesky", via="bluesky", seen_at=NOW, follower=one, followed=other)


@pytest.fixture
def store(new_store: NewStore) -> Store:
    """A shelf with one work: three spoke of it, who have 70, 7 and an unknown number of followers."""
    store = new_store()
    with store.writing() as writer:
        writer.wanted.put("mine", [WORKS[0]])
    followers = {"large": 70, "small": 7, "unknown": None, "other": 3}
    keep(store, [[said(one, work=one == "other") for one in followers], [who(*one) for one in followers.items()]])
    return store


def test_lists_of_those_who_spoke_are_asked_for_the_smallest_first(store: Store) -> None:
    assert store.ask(wanted.watch, "bluesky").speakers == ("unknown", "small", "large")
    assert store.ask(wanted.watch, "mastodon").speakers == ()


def test_of_the_famous_only_the_profile_is_asked_for(store: Store) -> None:
    keep(store, [[said("star"), said("nearly")], [who("star", settings.FAMOUS + 1), who("nearly", settings.FAMOUS)]])
    asked = store.ask(wanted.watch, "bluesky")
    assert asked.speakers == ("unknown", "small", "large", "nearly")
    assert asked.profiles == ("star",)


def test_profiles_are_asked_for_of_those_with_most_ties_to_who_spoke(store: Store) -> None:
    ties = [("small", "near"), ("near", "large"), ("far", "large"), ("large", "small"), ("stranger", "near")]
    keep(store, [[follow(*ends) for ends in ties]])
    assert store.ask(wanted.watch, "bluesky").profiles == ("near", "far")


def test_profiles_are_asked_for_of_own_accounts_that_did_not_speak(store: Store) -> None:
    keep(store, [[follow("me", "stranger"), follow("small", "stranger")]])
    with store.writing() as writer:
        writer.wanted.own("mine", [Identifier("bluesky", key) for key in ("me", "small", "nobody heard of")])
    asked = store.ask(wanted.watch, "bluesky")
    assert "small" in asked.speakers
    assert asked.profiles == ("stranger", "me")
    assert store.ask(wanted.watch, "mastodon").profiles == ()


def test_never_more_is_asked_for_than_the_ceilings_allow(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    keep(store, [[follow(f"fan {n}", "small") for n in range(9)]])
    monkeypatch.setattr(settings, "SPEAKERS_CEILING", 2)
    monkeypatch.setattr(settings, "NEAR_CEILING", 4)
    asked = store.ask(wanted.watch, "bluesky")
    assert asked.speakers == ("unknown", "small")
    assert len(asked.profiles) == 4
    assert all(one < other for one, other in pairwise(asked.profiles))
