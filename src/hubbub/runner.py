"""Which source when: what is wanted comes in from the store, lanes are read when they are due, the store fills.

A lane is due at once when it is new, then as often as its source allows, and the more seldom the longer it has brought
nothing new. What a running stream covers is not polled. A lane that fails is tried again later, later each time; a
source that keeps failing has its turn another time, and all others go on. Several processes may run on one store.
The module is long since turns, streams, wishes and the inbox keep one clock.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from msgspec import Struct, field

from hubbub import asking, pipeline, settings
from hubbub.asking import Asking
from hubbub.collect.source import STREAM, Fetch, LoginError, Source, WrongLoginError, sources
from hubbub.fetch.errors import FetchError
from hubbub.match.pages import Verdict
from hubbub.model import Identifier, Watch
from hubbub.pipeline import Gate, Outcome
from hubbub.standings import chosen, stand
from hubbub.store import BusyError, Store, StoreError, lanes, wanted
from hubbub.store.lanes import HELD, LaneRow, this_process
from hubbub.store.standing import as_of
from hubbub.store.times import EPOCH, moment

RECHECK = "recheck:"  # the lane that walks through the posts of a place which are held
RECHECKED = 1_000  # posts a turn
COOLS = 8  # a lane is read that many times in as long as it has brought nothing new
SELDOM = timedelta(days=28)
AGAIN = timedelta(minutes=2)  # after a failure, doubled with each one more
FAILURES = 3  # in a row, and a source has its turn another time
ROUNDS = 5  # of asking what has become wanted by what was found
IDLE = 30.0  # seconds between looks at what is due
PAGES = "pages"  # the lane of what unknown pages are asked
ASKED = 200  # of them a turn
TICK = 1.0  # seconds between looks at wishes and the inbox
LETTERS = 100  # pages that are taken out of the inbox at once
STANDS = timedelta(minutes=15)  # between reckonings of where works stand
RECONNECT = 1.0, 60.0  # seconds before a stream is opened again, at first and at most


class Turn(Struct):
    """What a source's turn came to: how many lanes went well, what they brought, and what went wrong how often."""

    source: str
    lanes: int = 0
    outcome: Outcome = field(default_factory=Outcome)
    failures: dict[str, int] = field(default_factory=dict)
    logins: dict[str, int] = field(default_factory=dict)
    given_up: bool = False

    def fail(self, error: Exception) -> str:
        """Count what went wrong, and return it as a sentence."""
        sentence = str(error)
        if not isinstance(error, FetchError | ValueError | OSError):
            sentence = f"{self.source} failed ({type(error).__name__}: {error}); this is a fault of hubbub, report it"
        is_missing = isinstance(error, LoginError) and not isinstance(error, WrongLoginError)
        told = self.logins if is_missing else self.failures
        told[sentence] = told.get(sentence, 0) + 1
        return sentence


class Runner:
    """Reads what is wanted into one store. Belongs to one event loop."""

    def __init__(
        self, store: Store, fetch: Fetch, chosen: Iterable[Source], told: Callable[[Turn], None] = lambda turn: None
    ) -> None:
        self._store = store
        self._fetch = fetch
        self._chosen = list(chosen)
        self._told = told
        self._asking = Asking(store, fetch)
        self._me = this_process()
        self._holding: set[tuple[str, str]] = set()
        self._look_from = datetime.now(UTC)  # when wishes are asked about again

    async def sync(self) -> list[Turn]:
        """Read every lane once, due or not, and then those that became wanted by what was found. Streams are left out.

        Raises `StoreError`; what goes wrong at a source is in its turn.
        """
        turns = {source.about.name: Turn(source.about.name) for source in self._chosen}
        done: set[tuple[str, str]] = set()

        def due(row: LaneRow) -> bool:
            return (row.source, row.lane) not in done

        async with self._holding_on():
            await self._fulfil(turns)
            for _ in range(ROUNDS):
                before = len(done)
                await asyncio.gather(*(self._turn(one, turns[one.about.name], due, done) for one in self._chosen))
                if len(done) == before:
                    break
                done |= {(name, RECHECK) for name in turns}  # what was found just now still stands
            await self._ask(asked := Turn(asking.NAME))
        return [*turns.values(), *([asked] if asked.lanes else [])]

    async def listen(self, listened: Iterable[Source]) -> None:
        """Read the streams of sources until cancelled, or until none of them can be read without a login."""
        async with self._holding_on(), asyncio.TaskGroup() as tasks:
            self._open(listened, tasks)

    async def run(self, listened: Iterable[Source]) -> None:
        """Read what is due and the streams of sources, fulfil wishes and take in the inbox, until cancelled."""
        async with self._holding_on(), asyncio.TaskGroup() as tasks:
            self._open(listened, tasks)
            for source in self._chosen:
                tasks.create_task(self._again(IDLE, partial(self._poll, source)))
            tasks.create_task(self._again(TICK, self._fulfil))
            tasks.create_task(self._again(IDLE, partial(self._ask, Turn(asking.NAME))))
            tasks.create_task(self._again(IDLE, self._stand))

    def _open(self, listened: Iterable[Source], tasks: asyncio.TaskGroup) -> None:
        lists = self._store.ask(wanted.subscriptions)
        for source in listened:
            for lane in source.lanes(Watch(lists=lists)):
                if lane.startswith(STREAM):
                    tasks.create_task(self._stream(source, lane))

    async def _again(self, pause: float, task: Callable[[], Awaitable[None]]) -> None:
        """Do something again and again; while others are busy with the store it waits."""
        while True:
            with suppress(BusyError):
                await task()
            await asyncio.sleep(pause)

    # Lanes

    async def _poll(self, source: Source) -> None:
        await self._turn(source, Turn(source.about.name), _is_due, set())

    async def _turn(
        self, source: Source, turn: Turn, due: Callable[[LaneRow], bool], done: set[tuple[str, str]]
    ) -> None:
        """Read the lanes of a source that are due, one after the other."""
        try:
            planned, states = self._plan(source)
        except StoreError:
            raise
        except Exception as error:  # a source of somebody else's may fail in any way
            turn.fail(error)
            return
        failed, closed = 0, set[str]()
        for lane in planned:
            kind = lane.partition(":")[0]
            if turn.given_up or kind in closed or not due(states[lane]) or _is_covered(source, states, lane):
                continue
            done.add((source.about.name, lane))
            async with self._held(turn.source, lane, states[lane].due_at) as held:
                if not held:
                    continue
                failure = await self._read(source, lane, states[lane], turn)
            if isinstance(failure, LoginError):
                closed.add(kind)
            else:
                failed = 0 if failure is None else failed + 1
                turn.given_up = turn.given_up or failed == FAILURES
            self._told(turn)

    def _plan(self, source: Source) -> tuple[list[str], dict[str, LaneRow]]:
        """The lanes of a source in the order in which it wants them read, and how they stand."""
        name = source.about.name
        named = list(dict.fromkeys(source.lanes(self._store.ask(wanted.watch, name))))
        planned = [lane for lane in named if not lane.startswith(STREAM)]
        if source.about.deletions != "never" and self._store.ask(wanted.posts, name, 0, 1):
            planned.insert(0, RECHECK)
        states = {row.lane: row for row in self._store.ask(lanes.lanes, name)}
        kept = {*planned, *(lane for lane in states if lane.startswith(STREAM))}
        if kept != states.keys():
            with self._store.writing() as writer:
                writer.lanes.plan(name, kept, datetime.now(UTC))
            states = {row.lane: row for row in self._store.ask(lanes.lanes, name)}
        return planned, states

    async def _read(self, source: Source, lane: str, state: LaneRow, turn: Turn) -> Exception | None:
        """Read a lane to its end and say when it is due next; return what went wrong."""
        name, failure, outcome = source.about.name, None, Outcome()

        def told(so_far: Outcome) -> None:
            nonlocal outcome
            outcome = so_far

        try:
            if lane == RECHECK:
                await self._recheck(source, outcome)
            else:
                await pipeline.collect(source, lane, self._fetch, self._store, told, again=True)
        except StoreError:
            raise
        except Exception as error:  # as above
            failure = error
        now = datetime.now(UTC)
        changed_at = now if outcome.posts or outcome.withdrawn else None
        if failure is None:
            turn.lanes += 1
            due_at = now + _pause(source, now - (changed_at or state.changed_at))
        else:
            due_at = max(getattr(failure, "retry_at", None) or now, now + AGAIN * 2 ** min(state.failures, 8))
        if outcome.withdrawn:  # also where the lane broke off afterwards
            self._fetch.forget()
        turn.outcome.add(outcome)
        sentence = None if failure is None else turn.fail(failure)
        with self._store.writing() as writer:
            writer.lanes.release(name, lane, due_at, changed_at, sentence)
        return failure

    async def _recheck(self, source: Source, outcome: Outcome) -> None:
        """Ask whether some of the posts that are held still stand; the next turn goes on behind them."""
        name = source.about.name
        after = int(self._store.resume(name, RECHECK) or 0)
        held = self._store.ask(wanted.posts, name, after, RECHECKED)
        failures: list[Exception] = []
        for lane in self._asked(source, posts=tuple(key for _, key in held)):
            try:
                await pipeline.glance(source, lane, self._fetch, self._store, outcome)
            except (FetchError, ValueError) as error:
                failures.append(error)
                if len(failures) == FAILURES:
                    raise
        ended = len(held) < RECHECKED
        with self._store.writing() as writer:
            writer.advance(name, RECHECK, "" if ended else str(held[-1][0]), ended, datetime.now(UTC))
        if failures:
            raise failures[0]

    def _asked(self, source: Source, **asked: Any) -> list[str]:
        """The lanes that posts or works need, without those that are read anyway; lists may name other servers."""
        lists = self._store.ask(wanted.subscriptions)
        anyway = {*source.lanes(Watch(lists=lists))}
        return [lane for lane in source.lanes(Watch(lists=lists, **asked)) if lane not in anyway]

    # Wishes and the inbox

    async def _fulfil(self, turns: Mapping[str, Turn] | None = None) -> None:
        """Keep the pages that were sent to us, and look for the works that somebody wants to know about now.

        A wish that nobody could be asked about waits a while.
        """
        by_name = {source.about.name: source for source in self._chosen}
        for letter in self._store.ask(wanted.inbox, by_name, LETTERS):
            gate = Gate(by_name[letter.source], self._store)
            pipeline.keep(letter.page, gate, self._store, Outcome(), moves=False, letter=letter.row)
        works = self._store.ask(wanted.wishes)
        if works and self._look_from <= datetime.now(UTC) and by_name.keys() >= {one.about.name for one in pollable()}:
            turns = turns or {name: Turn(name) for name in by_name}
            found = await asyncio.gather(*(self._look(one, works, turns[one.about.name]) for one in self._chosen))
            now = datetime.now(UTC)
            if any(found):
                with self._store.writing() as writer:
                    writer.wanted.meet(works, now)
            else:
                self._look_from = now + AGAIN

    async def _look(self, source: Source, works: Sequence[Identifier], turn: Turn) -> bool:
        """Ask a source about works, and say whether it has answered."""
        answered, failed = False, 0
        for lane in self._asked(source, works=tuple(works)):
            try:
                await pipeline.glance(source, lane, self._fetch, self._store, turn.outcome)
                answered, failed = True, 0
            except StoreError:
                raise
            except Exception as error:  # as above
                turn.fail(error)
                failed += not isinstance(error, LoginError)
                if failed == FAILURES:
                    break
        if turn.outcome.withdrawn:
            self._fetch.forget()
        self._told(turn)
        return answered

    # Unknown pages

    async def _ask(self, turn: Turn) -> None:
        """Ask pages that nobody knows what they are, unless another process does."""

        def told(verdict: Verdict) -> None:
            turn.lanes += 1
            turn.outcome.facts += verdict.work is not None
            self._told(turn)

        if not self._asking.is_due():
            return
        async with self._held(turn.source, PAGES, begins=True) as held:
            if held:
                await self._asking.ask(ASKED, told)
                with self._store.writing() as writer:
                    writer.lanes.release(turn.source, PAGES, datetime.now(UTC) + timedelta(seconds=IDLE))

    async def _stand(self) -> None:
        """Reckon where works stand and forget who failed long ago, unless that was done of late; all else goes on."""
        if (moment(self._store.ask(as_of)) or EPOCH) + STANDS <= (now := datetime.now(UTC)):
            with suppress(ValueError):  # a formula that cannot be used is told where a score is asked for
                await asyncio.to_thread(stand, self._store, chosen(), now)
            with self._store.writing() as writer:
                writer.users.forgive(before=now - settings.FAILURES_KEPT)

    # Streams

    async def _stream(self, source: Source, lane: str) -> None:
        """Read a stream as long as it goes, and again when it has ended; not where a login is missing."""
        name, pause, turn = source.about.name, RECONNECT[0], Turn(source.about.name)
        while True:
            began_at, failure = datetime.now(UTC), None
            with suppress(BusyError):
                async with self._held(name, lane, begins=True) as held:
                    if held:
                        failure = await self._follow(source, lane, turn)
                        sentence = None if failure is None else turn.fail(failure)
                        self._told(turn)
                        with self._store.writing() as writer:
                            writer.lanes.release(name, lane, datetime.now(UTC), None, sentence)
            if isinstance(failure, LoginError):
                return
            lasted = datetime.now(UTC) - began_at > timedelta(seconds=RECONNECT[1])
            pause = RECONNECT[0] if lasted else min(pause * 2, RECONNECT[1])
            await asyncio.sleep(pause)

    async def _follow(self, source: Source, lane: str, turn: Turn) -> Exception | None:
        """Read a stream until it ends; return what went wrong."""
        withdrawn = 0

        def told(outcome: Outcome) -> None:
            nonlocal withdrawn
            if outcome.withdrawn != withdrawn:
                withdrawn = outcome.withdrawn
                self._fetch.forget()
            turn.outcome = outcome
            self._told(turn)

        try:
            await pipeline.collect(source, lane, self._fetch, self._store, told, again=True)
        except StoreError:
            raise
        except Exception as error:  # as above
            return error
        return None

    # Who reads a lane

    @asynccontextmanager
    async def _held(
        self, name: str, lane: str, due_at: datetime | None = None, begins: bool = False
    ) -> AsyncIterator[bool]:
        """Hold a lane, unless somebody else does, or has read it since it was due; `begins` makes it, from now on."""
        now = datetime.now(UTC)
        with self._store.writing() as writer:
            held = writer.lanes.hold(name, lane, self._me, now, due_at, begins)
        if held:
            self._holding.add((name, lane))
        try:
            yield held
        finally:
            self._holding.discard((name, lane))

    @asynccontextmanager
    async def _holding_on(self) -> AsyncIterator[None]:
        """Say again and again which lanes are held; let go of all in the end."""
        task = asyncio.create_task(self._hold_on())
        try:
            yield
        finally:
            task.cancel()
            with suppress(BusyError), self._store.writing() as writer:
                writer.lanes.let_go(self._me)

    async def _hold_on(self) -> None:
        while True:
            await asyncio.sleep(HELD.total_seconds() / 4)
            with suppress(BusyError), self._store.writing() as writer:
                for name, lane in self._holding:
                    writer.lanes.hold(name, lane, self._me, datetime.now(UTC))


def pollable() -> list[Source]:
    """The installed sources that can be asked."""
    return [source for source in sources().values() if "poll" in source.about.modes]


def _is_due(row: LaneRow) -> bool:
    return row.due_at <= datetime.now(UTC)


def _pause(source: Source, quiet: timedelta) -> timedelta:
    """How long a lane rests that has brought nothing new for so long."""
    return max(timedelta(hours=source.about.hours), min(quiet / COOLS, SELDOM))


def _is_covered(source: Source, states: dict[str, LaneRow], lane: str) -> bool:
    """Say whether a stream that runs brings what the lane would, which was read since the stream began."""
    streams = [row.changed_at for name, row in states.items() if name.startswith(STREAM) and row.held_by is not None]
    kept_at = states[lane].kept_at
    covered = lane.partition(":")[0] in source.about.covers
    return covered and kept_at is not None and any(began_at <= kept_at for began_at in streams)
