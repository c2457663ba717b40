"""Whatever the order and however often, the store holds what the rules say."""

import sqlite3
from datetime import UTC, datetime
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from hubbub import pipeline
from hubbub.model import Account, Post, Reading, Watch
from hubbub.store import Store
from tests.conftest import NewStore
from tests.store.asked import assert_answers, assert_rows, dump
from tests.store.fold_model import WORKS, Fold
from tests.store.histories import arranged, histories

NOW = datetime(2026, 8, 1, tzinfo=UTC)
NOBODY: Watch = frozenset()
Facts = list[Post | Account]


def keep(store: Store, pages: list[Facts]) -> None:
    for page in pages:
        with store.writing() as writer:
            writer.keep([Reading(f, pipeline.find(f, NOBODY)) if isinstance(f, Post) else f for f in page], NOW)


def bytes_of(store: Store) -> bytes:
    """What is on the disk once the store is closed."""
    path = Path(store._engine.url.database or "")
    store.close()
    return b"".join(file.read_bytes() for file in path.parent.glob(path.name + "*"))


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
    before = dump(store)
    pipeline.rebuild(store)
    assert dump(store) == before
