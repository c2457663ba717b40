"""Prints of keys, and a set of them."""

from unittest import mock

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from hubbub.collect import touching
from hubbub.collect.touching import Held, prints_of, touches_of

NUMBERS = st.lists(st.integers(0, 2**64 - 1), max_size=50).map(lambda some: np.array(some, np.uint64))


@given(st.lists(NUMBERS, max_size=5))
def test_all_that_was_added_is_held(parts: list[touching.Prints]) -> None:
    held = Held()
    for part in parts:
        held.add(part)
    for part in parts:
        assert held.has(part).tolist() == list(range(len(part)))


def test_a_million_keys_take_some_megabytes_and_few_others_look_held() -> None:
    held, random = Held(), np.random.default_rng(1)
    added = random.integers(0, 2**64, 1_000_000, np.uint64)
    for part in np.split(added, 10):
        held.add(part)
    assert len(held.has(added)) == len(added)
    assert len(held.has(random.integers(0, 2**64, 100_000, np.uint64))) < 500
    assert held._table.nbytes <= 8 << 20


def test_of_more_keys_than_are_remembered_all_look_held() -> None:
    held = Held()
    with mock.patch.object(touching, "MOST", 2):
        held.add(prints_of(["a", "b", "c"]))
        held.add(prints_of(["d"]))
    assert held.has(prints_of(["e", "f"])).tolist() == [0, 1]


def test_an_account_and_its_ties_have_two_prints() -> None:
    assert len(set(prints_of(["ann", "bob"], ["ann", "bob"]))) == 4


def test_touches_are_found_by_their_keys() -> None:
    body = b"one ann\ntwo bob\nann three\nfour"
    touches = touches_of(body, [(4, "ann"), (12, "bob"), (16, "ann"), (26, "\udcff")], [9])
    assert touches.of(prints_of(["ann"])) == {0: 7, 16: 25}
    assert touches.of(prints_of(["\udcff", "bob"])) == {8: 15, 26: 30}
    assert touches_of(body, ()).of(prints_of(["ann"])) == {}
    held = Held()
    assert touches.of_held(held) == {8: 15}
    held.add(prints_of(["ann"]))
    assert touches.of_held(held) == {8: 15, 0: 7, 16: 25}
