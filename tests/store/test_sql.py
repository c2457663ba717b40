"""Statements for the driver give the same rows as Core does, and see the same moment."""

from collections.abc import Sequence
from typing import Any

import pytest
from sqlalchemy import bindparam, select, text

from hubbub.store import Store
from hubbub.store import schema as s
from hubbub.store.sql import MADE, Prepared, listed
from tests.conftest import NewStore
from tests.tell.recorded import fill

IN: Any = bindparam("ids", expanding=True)
STATEMENTS: dict[str, Any] = {
    "Core": select(s.assertion.c.id, s.assertion.c.key).where(s.assertion.c.id.in_(IN), s.assertion.c.change == "made"),
    "text": text("SELECT id, key FROM assertion WHERE id IN :ids AND change = 'made' AND key LIKE '%'").bindparams(IN),
}


@pytest.fixture
def store(new_store: NewStore) -> Store:
    store = new_store()
    fill(store)
    return store


def pairs(found: Sequence[Any]) -> list[tuple[int, str]]:
    return sorted((row.id, row.key) for row in found)


@pytest.mark.parametrize("kind", STATEMENTS)
def test_lists_of_any_length_find_what_core_finds(store: Store, kind: str) -> None:
    prepared = Prepared(STATEMENTS[kind])
    with store.connect() as connection:
        for length in (3, 0, 1, 40, 3, *range(MADE + 3)):
            ids = [*range(1, length + 1)]
            told = pairs(prepared.ask(connection, ids=ids))
            assert told == pairs(connection.execute(STATEMENTS[kind], {"ids": ids}).all())
    assert len(told) > 1


def test_a_list_as_json_is_one_value(store: Store) -> None:
    prepared = Prepared(select(s.source.c.name).where(listed(s.source.c.id)).order_by(s.source.c.id))
    with store.connect() as connection:
        assert [len(prepared.ask(connection, listed=told)) for told in ("[]", "[1]", "[2, 1]", "[1]")] == [0, 1, 2, 1]


def test_values_are_those_of_each_asking(store: Store) -> None:
    prepared = Prepared(select(s.source.c.id).where(s.source.c.name == bindparam("name")).limit(bindparam("most")))
    with store.connect() as connection:
        asked = select(s.source.c.id, s.source.c.name)
        for id_, name in connection.execute(asked):
            assert prepared.ask(connection, name=name, most=1) == [(id_,)]
            assert prepared.ask(connection, name=name, most=0) == []


def test_all_that_is_asked_in_a_transaction_is_of_one_moment(new_store: NewStore) -> None:
    store = new_store()
    prepared = Prepared(text("SELECT count(*) AS posts FROM assertion"))
    with store.connect() as connection:
        before = prepared.ask(connection)
        fill(store)
        assert prepared.ask(connection) == before == [(0,)]
    with store.connect() as connection:
        assert prepared.ask(connection)[0].posts > 0
