"""Which lane is read when, by whom, and what becomes of what goes wrong: over the recordings of a real source."""

import asyncio
import os
import shutil
import socket
import sqlite3
from collections.abc import AsyncIterator, Iterable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from msgspec.structs import replace

from hubbub.answers import Answers
from hubbub.collect.source import Fetch, LoginError, Source, sources
from hubbub.model import Fact, Fault, Identifier, Page, Post, Watch
from hubbub.runner import LETTERS, RECHECK, Runner, Turn
from hubbub.store import PRAGMAS, Store, open_store
from hubbub.store.lanes import LaneRow, lanes
from hubbub.store.standing import as_of
from tests.answers.stated import OTHER, keep, links, said
from tests.answers.stated import WORK as TOLD
from tests.collect.replay import NOW, Replay
from tests.conftest import NewStore

WORK = Identifier("doi", "10.1371/journal.pone.0000308")
SEARCH = f"search:{WORK.value}"
PLACE = "hackernews"
ANSWERS = Path(__file__).parent.parent / "recordings" / PLACE / "answers"
SOURCE = sources()[PLACE]


class Forgetful(Replay):
    """Recordings that count how often they were to be forgotten."""

    forgotten = 0

    def forget(self) -> None:
        """Count."""
        self.forgotten += 1


class Broken:
    """The same source, but each lane breaks off behind its first page."""

    about = SOURCE.about

    def lanes(self, watch: Watch) -> Iterable[str]:
        """As ever."""
        return SOURCE.lanes(watch)

    async def read(self, lane: str, since: str, fetch: Fetch) -> AsyncIterator[Page]:
        """Yield one page and fail."""
        async for page in SOURCE.read(lane, since, fetch):
            yield page
            raise RuntimeError("it fell over")

    def parse(self, page: Page) -> Iterable[Fact | Fault]:
        """As ever."""
        return SOURCE.parse(page)


def tracked(store: Store) -> Store:
    with store.writing() as writer:
        writer.wanted.put("tracked", [WORK])
    return store


def sync(store: Store, source: Source = SOURCE, fetch: Replay | None = None) -> Turn:
    (turn,) = asyncio.run(Runner(store, fetch or Replay(ANSWERS), [source]).sync())
    return turn


def states(store: Store) -> dict[str, LaneRow]:
    return {row.lane: row for row in store.ask(lanes, PLACE)}


def test_what_is_found_is_rechecked_the_next_time(new_store: NewStore) -> None:
    store = tracked(new_store())
    turn = sync(store)
    assert (turn.lanes, turn.outcome.posts, turn.outcome.withdrawn) == (1, 3, 0)
    assert states(store)[RECHECK].kept_at is None
    fetch = Forgetful(ANSWERS)
    turn = sync(store, fetch=fetch)
    assert (turn.lanes, turn.outcome.posts, turn.outcome.withdrawn) == (2, 0, 1)
    assert fetch.forgotten == 1
    assert states(store)[RECHECK].kept_at is not None


def test_a_lane_is_due_again_later_and_the_later_the_longer_it_is_quiet(new_store: NewStore) -> None:
    store = tracked(new_store())
    sync(store)
    hours = timedelta(hours=SOURCE.about.hours)
    assert timedelta() < states(store)[SEARCH].due_at - datetime.now(UTC) <= hours
    with store.writing() as writer:
        long_ago = datetime.now(UTC) - timedelta(days=80)
        writer.lanes.release(PLACE, SEARCH, datetime.now(UTC), long_ago)
    sync(store)
    assert timedelta(days=9) < states(store)[SEARCH].due_at - datetime.now(UTC) < timedelta(days=11)


def test_what_was_kept_before_a_failure_counts_and_the_failure_is_told(new_store: NewStore) -> None:
    store = tracked(new_store())
    turn = sync(store, Broken())
    assert (turn.lanes, turn.outcome.posts) == (0, 2)
    (sentence,) = turn.failures
    assert sentence == "hackernews failed (RuntimeError: it fell over); this is a fault of hubbub, report it"
    row = states(store)[SEARCH]
    assert (row.failures, row.failure, row.held_by) == (1, sentence, None)
    sync(store, Broken())
    assert states(store)[SEARCH].failures == 2
    sync(store)
    assert (states(store)[SEARCH].failures, states(store)[SEARCH].failure) == (0, None)


def test_a_lane_that_another_process_reads_is_left_to_it(new_store: NewStore) -> None:
    store = tracked(new_store())
    with store.writing() as writer:
        writer.lanes.plan(PLACE, [SEARCH], NOW)
        alive = f"{socket.gethostname()} {os.getppid()}"
        assert writer.lanes.hold(PLACE, SEARCH, alive, datetime.now(UTC))
        assert not writer.lanes.hold(PLACE, SEARCH, "elsewhere 1", datetime.now(UTC))
    assert sync(store).lanes == 0
    with store.writing() as writer:
        writer.lanes.let_go(alive)
        assert writer.lanes.hold(PLACE, SEARCH, f"{socket.gethostname()} {2**22 + 1}", datetime.now(UTC))  # no such one
    assert sync(store).lanes == 1


def test_what_another_machine_held_is_free_once_it_is_silent_for_long(new_store: NewStore) -> None:
    store = tracked(new_store())
    with store.writing() as writer:
        writer.lanes.plan(PLACE, [SEARCH], NOW)
        assert writer.lanes.hold(PLACE, SEARCH, "elsewhere 1", datetime.now(UTC) - timedelta(hours=1))
    assert sync(store).lanes == 1


def test_what_is_tracked_no_longer_is_asked_no_longer(new_store: NewStore) -> None:
    store = tracked(new_store())
    sync(store)
    with store.writing() as writer:
        writer.wanted.take_off("tracked", [WORK])
    fetch = Replay(ANSWERS)
    sync(store, fetch=fetch)
    assert [asked for asked in fetch.asked if "algolia" in asked] == []
    assert SEARCH not in states(store)


def test_a_stream_that_runs_spares_what_it_covers_once_that_was_read(new_store: NewStore) -> None:
    class Covered(Broken):
        about = replace(SOURCE.about, covers=("search",))

        def read(self, lane: str, since: str, fetch: Fetch) -> AsyncIterator[Page]:
            return SOURCE.read(lane, since, fetch)

    store = tracked(new_store())
    with store.writing() as writer:
        assert writer.lanes.hold(PLACE, "stream:all", "elsewhere 1", datetime.now(UTC), begins=True)
    assert sync(store, Covered()).lanes == 1
    fetch = Replay(ANSWERS)
    sync(store, Covered(), fetch)
    assert [asked for asked in fetch.asked if "algolia" in asked] == []


def test_a_page_that_was_sent_is_kept_once_and_taken_out(new_store: NewStore) -> None:
    store = new_store()
    body = (ANSWERS / "search_p1.json").read_bytes()
    with store.writing() as writer:
        writer.wanted.receive(PLACE, Page(SEARCH, "https://hn.example.org/", body, NOW, ""))
    assert Answers(store).status().inbox == 1
    assert sync(store).outcome.withdrawn == 1  # of two posts, one has been deleted since
    assert Answers(store).status().inbox == 0
    assert Answers(store).report(WORK).posts == 1


def test_a_wish_waits_until_every_source_can_be_asked(new_store: NewStore) -> None:
    store = new_store()
    Answers(store).wish(WORK)
    sync(store)
    assert Answers(store).status().wishes == 1
    asyncio.run(Runner(store, Replay(ANSWERS), everything(SOURCE)).sync())
    assert Answers(store).status().wishes == 0
    assert Answers(store).report(WORK).posts == 2  # of three posts, one has been deleted since
    assert WORK in store.works()


def everything(*instead: Source) -> list[Source]:
    """All sources, but only some that have anything to ask."""
    named = {one.about.name: one for one in instead}
    return [named.get(name) or Mute(one) for name, one in sources().items()]


def test_a_wish_is_asked_for_by_every_lane_that_needs_no_login(new_store: NewStore) -> None:
    class Locked(Broken):
        def lanes(self, watch: Watch) -> Iterable[str]:
            return "locked:x", *SOURCE.lanes(watch)

        async def read(self, lane: str, since: str, fetch: Fetch) -> AsyncIterator[Page]:
            if lane.startswith("locked:"):
                raise LoginError("it is locked")
            async for page in SOURCE.read(lane, since, fetch):
                yield page

    store = new_store()
    Answers(store).wish(WORK)
    turns = asyncio.run(Runner(store, Replay(ANSWERS), everything(Locked())).sync())
    assert [*next(turn for turn in turns if turn.source == PLACE).logins] == ["it is locked"]
    assert Answers(store).report(WORK).posts
    assert Answers(store).status().wishes == 0


def test_a_wish_that_nobody_could_be_asked_about_stays(new_store: NewStore) -> None:
    class Away(Broken):
        async def read(self, lane: str, since: str, fetch: Fetch) -> AsyncIterator[Page]:
            raise OSError("it is away")
            yield

    store = new_store()
    Answers(store).wish(WORK)
    turns = asyncio.run(Runner(store, Replay(ANSWERS), everything(Away())).sync())
    assert [*next(turn for turn in turns if turn.source == PLACE).failures] == ["it is away"]
    assert Answers(store).status().wishes == 1


def test_a_page_for_another_source_keeps_no_page_waiting(new_store: NewStore) -> None:
    store = new_store()
    body = (ANSWERS / "search_p1.json").read_bytes()
    with store.writing() as writer:
        for number in range(LETTERS):
            writer.wanted.receive("crossref", Page(f"doi:{number}", "https://example.org/", b"{}", NOW, ""))
        writer.wanted.receive(PLACE, Page(SEARCH, "https://hn.example.org/", body, NOW, ""))
    sync(store)
    assert Answers(store).status().inbox == LETTERS


def test_a_lane_stays_held_however_long_it_takes(new_store: NewStore, monkeypatch: pytest.MonkeyPatch) -> None:
    class Slow(Broken):
        async def read(self, lane: str, since: str, fetch: Fetch) -> AsyncIterator[Page]:
            await asyncio.sleep(1.5)
            async for page in SOURCE.read(lane, since, fetch):
                yield page

    for module in ("hubbub.runner", "hubbub.store.lanes"):
        monkeypatch.setattr(f"{module}.HELD", timedelta(seconds=0.8))
    store = tracked(new_store())

    async def run() -> None:
        task = asyncio.create_task(Runner(store, Replay(ANSWERS), [Slow()]).run([]))
        await asyncio.sleep(1.2)
        assert states(store)[SEARCH].held_by is not None
        task.cancel()
        await asyncio.wait({task})

    asyncio.run(run())
    assert states(store)[SEARCH].held_by is None


def test_a_store_that_others_are_busy_with_is_waited_for(
    blank_store: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hubbub.store.PRAGMAS", ("PRAGMA busy_timeout=20", *PRAGMAS[1:]))
    path = shutil.copy(blank_store, tmp_path)

    async def run(store: Store, other: sqlite3.Connection) -> None:
        task = asyncio.create_task(Runner(store, Replay(ANSWERS), everything(SOURCE)).run([]))
        await asyncio.sleep(0.5)
        other.rollback()
        for _ in range(200):
            if task.done() or not Answers(store).status().wishes:
                break
            await asyncio.sleep(0.05)
        assert not task.done()
        task.cancel()
        await asyncio.wait({task})

    with open_store(str(path)) as store, closing(sqlite3.connect(path, isolation_level=None)) as other:
        Answers(store).wish(WORK)
        other.execute("BEGIN IMMEDIATE")
        asyncio.run(run(store, other))
        assert Answers(store).report(WORK).posts


class Mute:
    """A source that has nothing to ask."""

    def __init__(self, source: Source) -> None:
        self.about = source.about

    def lanes(self, watch: Watch) -> Iterable[str]:
        """None."""
        return ()

    def read(self, lane: str, since: str, fetch: Fetch) -> AsyncIterator[Page]:
        """Never called."""
        raise AssertionError

    def parse(self, page: Page) -> Iterable[Post]:
        """Never called."""
        raise AssertionError


def test_where_works_stand_is_reckoned_and_old_failures_are_forgotten_while_it_runs(new_store: NewStore) -> None:
    store, now = new_store(), datetime.now(UTC)
    with store.writing() as writer:
        writer.users.fail("old", 1, now - timedelta(days=2), now)
        writer.users.fail("new", 1, now, now)
    keep(store, *(said(f"p{n}", links=links(work)) for n, work in enumerate((TOLD, OTHER))))

    async def run() -> None:
        task = asyncio.create_task(Runner(store, Replay(ANSWERS), []).run([]))
        async with asyncio.timeout(60):
            while store.ask(as_of) is None or held("old"):
                await asyncio.sleep(0.05)
        task.cancel()
        await asyncio.wait([task])

    def held(hash_: str) -> bool:
        with store.writing() as writer:
            return writer.users.attempts(hash_) is not None

    asyncio.run(run())
    assert held("new")
    assert [one.cohort for one in Answers(store).standings(TOLD)] == ["all"]
