"""Archives through the real sources, gate and cursor: crashed, rewound, in any order, twice."""

import asyncio
import gzip
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from io import BytesIO
from typing import BinaryIO, cast
from unittest import mock

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hubbub import pipeline
from hubbub.collect import archive
from hubbub.collect.source import sources
from hubbub.store import Store, Writer
from tests.conftest import NewStore
from tests.pipeline.rendered import COLLECTOR, PLACE, Line, body, events, frames, stated
from tests.store.asked import assert_answers, dump
from tests.store.fold_model import Fold
from tests.store.keeping import NOW, keep

pytestmark = pytest.mark.usefixtures("one_scan")
Crashes = list[tuple[int, bool]]  # after how many transactions, and whether the last of them was kept


class CrashError(Exception):
    """The process dies."""


def collect(store: Store, source: str, data: bytes, page: int) -> None:
    """Read an archive from the cursor to its end, in small pages."""

    def fetch(lane: str) -> BinaryIO:
        return BytesIO(data)

    with mock.patch.object(archive, "PAGE", page):
        asyncio.run(pipeline.collect(sources()[source], f"{source}.ndjson", archive.files(fetch), store))


@contextmanager
def crashing(after: int, kept: bool) -> Iterator[None]:
    """Die in or right after the n-th write transaction from here."""
    writing, left = Store.writing, after

    @contextmanager
    def dying(store: Store) -> Iterator[Writer]:
        nonlocal left
        left -= 1
        with writing(store) as writer:
            yield writer
            if left == 0 and not kept:
                raise CrashError
        if left == 0:
            raise CrashError

    with mock.patch.object(Store, "writing", dying):
        yield


def collect_with_crashes(
    store: Store, archives: Sequence[tuple[str, bytes]], page: int, crashes: Crashes, rewind: bool
) -> None:
    """Read archives by turns, each until it dies, and start again where the cursor is, or before it."""
    for turn, (after, kept) in enumerate(crashes if archives else []):
        source, data = archives[turn % len(archives)]
        try:
            with crashing(after, kept):
                collect(store, source, data, page)
        except CrashError:
            if rewind:
                back(store, source)
    for source, data in archives:
        collect(store, source, data, page)


def back(store: Store, source: str) -> None:
    """Set a cursor back to the start."""
    with store.writing() as writer:
        writer.advance(source, f"{source}.ndjson", "", False, NOW)


_crashes = st.lists(st.tuples(st.integers(1, 4), st.booleans()), max_size=5)


@given(told=frames(), seen=events(), page=st.integers(1200, 3000), crashes=_crashes, rewind=st.booleans())
def test_crashes_lose_and_double_nothing(
    new_store: NewStore, told: list[Line], seen: list[Line], page: int, crashes: Crashes, rewind: bool
) -> None:
    store = new_store()
    archives = [(name, body(lines)) for name, lines in ((PLACE, told), (COLLECTOR, seen)) if lines]
    collect_with_crashes(store, archives, page, crashes, rewind)
    fold = Fold(stated(told, seen))
    if not seen:  # in the place's own order nothing comes too early
        assert_answers(store, fold, details=False)
    # A lane that was read to its end is read again; then all that is told of accounts is known.
    for _ in range(2):
        collect_with_crashes(store, archives, page, [], False)
    assert_answers(store, fold)


@given(told=frames(), page=st.integers(1200, 3000), crashes=_crashes)
def test_a_crash_leaves_no_trace(new_store: NewStore, told: list[Line], page: int, crashes: Crashes) -> None:
    crashed, whole = new_store(), new_store()
    archives = [(PLACE, body(told))] if told else []
    collect_with_crashes(crashed, archives, page, crashes if told else [], False)
    collect_with_crashes(whole, archives, page, [], False)
    # A crash behind the last page reads the lane once more.
    assert_answers(crashed, Fold(stated(told)), details=False)
    assert dump(crashed)["mentions"] == dump(whole)["mentions"]


@given(data=st.data(), told=frames(), seen=events(), page=st.integers(1200, 3000))
def test_lines_in_any_order_tell_the_same_once_they_were_read_three_times(
    new_store: NewStore, data: st.DataObject, told: list[Line], seen: list[Line], page: int
) -> None:
    store = new_store()
    told, seen = data.draw(st.permutations(told)), data.draw(st.permutations(seen))
    # Once for what was said, once for what passes it on, once for who passes it on.
    for _ in range(3):
        for source, lines in ((COLLECTOR, seen), (PLACE, told)):
            if lines:
                collect(store, source, body(lines), page)
    assert_answers(store, Fold(stated(told, seen)))


@given(told=frames(), seen=events())
def test_the_sources_state_what_was_rendered(new_store: NewStore, told: list[Line], seen: list[Line]) -> None:
    store = new_store()
    facts = stated(told, seen)
    keep(store, [facts])
    assert_answers(store, Fold(facts))


def test_a_page_that_fails_leaves_the_cursor_before_it(new_store: NewStore) -> None:
    store = new_store()
    told = [Line(0, b'{"did": "did:plc:a", "time_us": 1, "kind": "identity"}', ())] * 50
    with pytest.raises(CrashError), crashing(3, kept=False):
        collect(store, PLACE, body(told), 500)
    reached = int(store.resume(PLACE, f"{PLACE}.ndjson"))
    assert 0 < reached < 1500


def test_a_packed_archive_goes_on_in_the_middle(new_store: NewStore) -> None:
    store, lines = new_store(), [Line(0, b'{"did": "did:plc:a", "time_us": 1, "kind": "identity"}', ())] * 50
    packed = gzip.compress(body(lines))

    def fetch(lane: str) -> BinaryIO:
        return cast(BinaryIO, gzip.GzipFile(fileobj=BytesIO(packed)))

    with mock.patch.object(archive, "PAGE", 500):
        with pytest.raises(CrashError), crashing(3, kept=True):
            asyncio.run(pipeline.collect(sources()[PLACE], "x", archive.files(fetch), store))
        outcome = asyncio.run(pipeline.collect(sources()[PLACE], "x", archive.files(fetch), store))
    assert outcome.bytes == len(body(lines)) - 3 * 500 // 55 * 55
