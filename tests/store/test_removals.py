"""Requests to be forgotten: whatever withdraws an account answers who waits for that, in either database."""

from datetime import timedelta

import pytest

from hubbub.model import Account
from hubbub.store import Store, removals
from hubbub.store.fold import hashed
from hubbub.store.people import FOREVER, refusal
from hubbub.store.removals import Request
from tests.conftest import NewStore
from tests.store.keeping import NOW

ANN, BOB = (hashed("account", "bluesky", name) for name in ("ann", "bob"))


def asked(store: Store) -> None:
    """Two ask for one account, and one for another."""
    with store.writing() as writer:
        for number, account in enumerate((ANN, ANN, BOB)):
            at = NOW + timedelta(minutes=number)
            writer.removals.ask(f"code {number}", Request("bluesky", account, f"why {number}", at))


def outcomes(store: Store) -> list[str | None]:
    found = [store.ask(removals.of_code, f"code {number}") for number in range(3)]
    return [one.outcome for one in found if one]


@pytest.mark.parametrize("held", [True, False])
def test_who_is_forgotten_for_good_waits_no_more(new_store: NewStore, held: bool) -> None:
    store = new_store()
    asked(store)
    with store.writing() as writer:
        if held:
            writer.keep([refusal("bluesky", "ann")], NOW)
        else:
            writer.withdraw({}, {("account", "bluesky", ANN): FOREVER})
    assert outcomes(store) == ["done", "done", None]
    assert [(one.account, one.why) for one in store.ask(removals.waiting)] == [(BOB, "why 2")]
    with store.writing() as writer:
        assert writer.removals.refuse(ANN, "late") == 0
        assert writer.removals.refuse(BOB, "no") == 1
    assert outcomes(store) == ["done", "done", "kept"]
    assert store.ask(removals.wait) == 0


def test_who_is_withdrawn_and_may_come_back_goes_on_waiting_without_words(new_store: NewStore) -> None:
    store = new_store()
    asked(store)
    with store.writing() as writer:
        writer.keep([Account(source="bluesky", id="ann", via="bluesky", version="1", change="withdrawn")], NOW)
    assert [one.why for one in store.ask(removals.waiting)] == ["", "", "why 2"]
    assert outcomes(store) == [None] * 3


def test_what_was_answered_is_forgotten_in_time_and_what_waits_never(new_store: NewStore) -> None:
    store = new_store()
    asked(store)
    with store.writing() as writer:
        writer.removals.refuse(ANN, "no")
        writer.removals.drop(NOW + timedelta(seconds=30))
    assert [store.ask(removals.of_code, f"code {number}") is None for number in range(3)] == [True, False, False]
