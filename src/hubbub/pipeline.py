"""From a page to the store: pages of one lane come in; posts, mentions and the cursor are kept, a page a transaction.

    read -> gate -> parse -> find -> keep

The gate lets a line through if it holds a hint, if it withdraws a post or an account, or if it touches a post or
account of which something is held. What is let through is kept if it mentions a work, withdraws, or touches what is
held.
"""

import asyncio
from bisect import bisect_right
from collections import Counter, defaultdict, deque
from collections.abc import Callable, Iterable
from contextlib import suppress
from datetime import UTC, datetime
from itertools import accumulate
from time import monotonic
from typing import TYPE_CHECKING

from msgspec import Struct, field
from msgspec.structs import replace

from hubbub import identify
from hubbub.collect.source import Fetch, LineSource, Source, WrongSourceError, sources
from hubbub.identify.hints import Hints
from hubbub.model import (
    Account,
    Fault,
    Follow,
    FollowList,
    Mention,
    Page,
    Post,
    PostKey,
    Reading,
    Works,
)
from hubbub.store import Store, read
from hubbub.store.fold import Change, touches_of
from hubbub.store.keep import Writer
from hubbub.store.read import New, keys
from hubbub.store.text import may_hold_nul, without_nul

if TYPE_CHECKING:  # numpy is loaded where a page of lines is read
    from hubbub.collect.touching import Held, Prints, Touches

REBUILD_STEP = 5_000  # assertions a transaction
WORKS_STAND = 2.0  # seconds before a lane that goes on asks again which works are watched
PAGES_STAND = 60.0  # and which pages: feeds bring new ones all the time, and each time a gate is made anew
Name = tuple[str, PostKey]  # a source, and an id there


class Aside(Struct):
    """How often something was set aside for one reason, where first (the byte offset in the lane), and what it was."""

    times: int
    first_at: int
    sample: str


class Outcome(Struct):
    """What collecting a lane came to; `set_aside` and `passed_over` by reason."""

    pages: int = 0
    bytes: int = 0
    posts: int = 0
    mentions: int = 0
    withdrawn: int = 0
    facts: int = 0  # of accounts, ties and works, known before or not
    set_aside: dict[str, Aside] = field(default_factory=dict)
    passed_over: Counter[str] = field(default_factory=Counter)

    def add(self, other: "Outcome") -> None:
        """Add what another lane came to."""
        for name in ("pages", "bytes", "posts", "mentions", "withdrawn", "facts"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        for reason, aside in other.set_aside.items():
            self.set_aside.setdefault(reason, Aside(0, aside.first_at, aside.sample)).times += aside.times
        self.passed_over.update(other.passed_over)


async def collect(
    source: Source,
    lane: str,
    fetch: Fetch,
    store: Store,
    told: Callable[[Outcome], None] = lambda outcome: None,
    again: bool = False,
) -> Outcome:
    """Read a lane from its cursor to its end; after its end it is read anew or, `again`, goes on from there.

    `told` hears of the outcome so far after each page that is kept. Raises `StoreError`, and what `source` and `fetch`
    raise.
    """
    gate, outcome = Gate(source, store), Outcome()
    since = store.resume(source.about.name, lane, again)
    looked_at = monotonic()
    async for page in source.read(lane, since, fetch):
        if monotonic() - looked_at > WORKS_STAND:
            gate.watch()
            looked_at = monotonic()
        keep(page, gate, store, outcome)
        since = page.resume
        told(outcome)
        await asyncio.sleep(0)  # where Ctrl-C is heard
    with store.writing() as writer:
        writer.advance(source.about.name, lane, since, True, datetime.now(UTC))
    return outcome


async def glance(source: Source, lane: str, fetch: Fetch, store: Store, outcome: Outcome) -> None:
    """Read a lane from its start to its end without a cursor: it is asked once, or names what may be withdrawn."""
    gate = Gate(source, store)
    async for page in source.read(lane, "", fetch):
        keep(page, gate, store, outcome, moves=False)
        await asyncio.sleep(0)


def recognise(lane: str, fetch: Fetch, besides: str) -> str | None:
    """Name the archive that a lane could be read as, other than `besides`."""

    async def first(source: Source) -> None:
        async for _ in source.read(lane, "", fetch):
            return

    for name, source in sources().items():
        if name != besides and "archive" in source.about.modes:
            with suppress(WrongSourceError, OSError):
                asyncio.run(first(source))
                return name
    return None


def keep(page: Page, gate: "Gate", store: Store, outcome: Outcome, moves: bool = True, letter: int = 0) -> None:
    """Keep one page in one transaction, move the cursor behind it and take it out of the inbox, if it lay there."""
    name = gate.source.about.name
    sifted = gate.sift(page)  # before others have to wait for us: a page of many entries takes its time
    with store.writing() as writer:
        changes = gate.read(sifted, writer)
        faults = sifted.faults
        kept = writer.keep(changes, page.received_at)
        writer.set_aside(name, page.lane, faults, page.received_at)
        if moves:
            writer.advance(name, page.lane, page.resume, False, page.received_at)
        if letter:
            writer.wanted.discard(letter)
    outcome.pages += 1
    outcome.bytes += len(page.body)
    outcome.posts += kept.posts
    outcome.mentions += kept.mentions
    outcome.withdrawn += kept.withdrawn
    outcome.passed_over.update(page.passed_over)
    outcome.facts += sum(not isinstance(change, Reading) for change in changes)
    for fault in faults:
        outcome.set_aside.setdefault(fault.reason, Aside(0, fault.at, fault.sample)).times += 1


class Sifted(Struct):
    """A page as far as it can be read without asking the store: changes, and what other lines touch.

    `read` are the starts of the lines that were read.
    """

    page: Page
    changes: deque[Change]
    faults: list[Fault]
    touches: "Touches | None" = None
    read: set[int] = field(default_factory=set)


class Gate:
    """Decides what of a page is parsed, and what of that is kept."""

    def __init__(self, source: Source, store: Store) -> None:
        self.source = source
        self._lines = source if isinstance(source, LineSource) else None
        self._store = store
        self._works: Works = frozenset()
        self._pages: Works = frozenset()
        self._pages_at = float("-inf")
        self._hints: Hints | None = None
        self._held: Held | None = None
        self._rows = (0, 0)
        self.watch()

    def watch(self) -> None:
        """From now on let through what mentions works that are on shelves by now, beside what is always kept."""
        if monotonic() - self._pages_at > PAGES_STAND:
            self._pages, self._pages_at = self._store.pages(), monotonic()
        works = self._store.works() | self._pages
        if works != self._works:
            self._works, self._hints = works, None

    def sift(self, page: Page) -> Sifted:
        """Parse what names a work, and what touches a post or an account that was held when the gate last looked."""
        sifted = Sifted(page, deque(), [without_nul(fault) for fault in page.faults])
        if page.lines and self._lines:
            self._sift_lines(self._lines, sifted)
        else:
            self._parse(sifted, {0: len(page.body)})
        return sifted

    def _sift_lines(self, source: LineSource, sifted: Sifted) -> None:
        if self._hints is None:
            self._hints = Hints(self._works)
        if self._held is None:
            from hubbub.collect.touching import Held  # numpy is loaded where a page of lines is read

            self._held = Held()
            self._learn(self._store.ask(keys, source.about.name, self._rows))
        body = sifted.page.body
        sifted.touches = touches = source.touches(body)
        if touches.spoken is None:
            hinted = dict(self._hints.lines(body))
        else:
            hinted = touches.spoken.lines([start for start, _ in self._hints.lines(touches.spoken.body)])
        self._parse(sifted, hinted | touches.of_held(self._held))

    def _learn(self, new: New) -> "Prints":
        from hubbub.collect.touching import prints_of

        assert self._held is not None
        self._rows = new.rows
        prints = prints_of(new.keys, new.heeded)
        self._held.add(prints)
        return prints

    def read(self, sifted: Sifted, writer: Writer) -> list[Change]:
        """Return what of a page is to be kept, parsing what touches what has become held meanwhile, or is kept here."""
        place, coming = self.source.about.name, sifted.changes
        if sifted.touches is not None:
            self._parse_touching(sifted.touches, sifted, writer.keys(place, self._rows))
        known = _Known(writer, coming)
        changes: list[Change] = []
        parked: dict[Name, list[Change]] = defaultdict(list)
        while coming:
            learnt: list[str] = []
            while coming:
                change = coming.popleft()
                if not known.lets_in(change, asked_for=not sifted.page.lines):
                    for name in _about(change):
                        parked[name].append(change)
                    continue
                changes.append(change)
                for name in known.learn(change):
                    coming.extend(parked.pop(name, ()))
                    if name[0] == place:
                        learnt.append(name[1])
            if learnt and sifted.touches is not None:
                self._parse_touching(sifted.touches, sifted, New(learnt, learnt, self._rows))
        return changes

    def _parse_touching(self, touches: "Touches", sifted: Sifted, new: New) -> None:
        self._parse(sifted, touches.of(self._learn(new)))

    def _parse(self, sifted: Sifted, lines: dict[int, int]) -> None:
        """Parse lines, told by where each begins and ends, that were not yet, all at once."""
        page, read = sifted.page, sifted.read
        for start in lines.keys() & read:
            del lines[start]
        read.update(lines)
        whole = memoryview(page.body)
        body = b"\n".join([whole[start:end] for start, end in lines.items()])
        has_nul, begins, starts = may_hold_nul(body), [*lines], list[int]()
        for told in self.source.parse(replace(page, body=body, offset=0)) if lines else ():
            fact = without_nul(told) if has_nul else told
            if isinstance(fact, Post):
                sifted.changes.append(Reading(fact, find(fact, self._works) if fact.text or fact.links else ()))
            elif isinstance(fact, Fault):
                starts = starts or list(accumulate((end - start + 1 for start, end in lines.items()), initial=0))
                sifted.faults.append(replace(fact, at=page.offset + _place(starts, begins, fact.at)))
            else:
                sifted.changes.append(fact)


def _place(starts: list[int], lines: list[int], at: int) -> int:
    """Where in a page stands what stands here among lines that were taken out of it."""
    number = min(bisect_right(starts, at), len(lines)) - 1
    return lines[number] + at - starts[number]


class _Known:
    """Of what a page speaks of: the posts, accounts and ties that are held, and the accounts whose ties are kept."""

    def __init__(self, writer: Writer, changes: Iterable[Change]) -> None:
        asked: dict[str, set[PostKey]] = defaultdict(set)
        for change in changes:
            for source, key in _about(change):
                asked[source].add(key)
        self.held = {(source, key) for source, keys in asked.items() for key in writer.held(source, keys)}
        self._heeded = {(source, key) for source, keys in asked.items() for key in writer.heeded(source, keys)}

    def lets_in(self, change: Change, asked_for: bool) -> bool:
        """Say whether a change is kept: words about a work, what registries say, withdrawals, and what is held.

        Ties are kept if they were asked for, or one end speaks: else all of a network would come in.
        """
        match change:
            case Reading():
                is_kept = bool(change.mentions) or change.post.change == "withdrawn"
                return is_kept or not self.held.isdisjoint(_about(change))
            case Account():
                return change.change == "withdrawn" or not self.held.isdisjoint(_about(change))
            case Follow(change="withdrawn", id=str()) if (change.source, change.id) in self.held:
                return True
            case Follow() | FollowList():
                return asked_for or not self._heeded.isdisjoint(_about(change))
        return True

    def learn(self, change: Change) -> set[Name]:
        """Remember what is held once a change is kept, and return what was not before."""
        names: set[Name] = set()
        match change:
            case Reading(post) if post.change != "withdrawn":
                names = {(post.source, key) for key in (post.id, post.author) if key is not None}
                self._heeded |= names
            case Account() | Follow() if change.change != "withdrawn":
                names = set(_about(change))
            case FollowList():
                names = set(_about(change))
        new = names - self.held
        self.held |= new
        return new


def _about(change: Change) -> list[Name]:
    """The posts, accounts and ties that a change says something about."""
    match change:
        case Reading(post):
            return [(post.source, key) for key in (post.id, *(key for _, key in touches_of(post)))]
        case Account():
            keys = [change.id]
        case Follow():
            keys = [key for key in (change.follower, change.followed, change.id) if key is not None]
        case FollowList():
            keys = [change.account]
        case _:
            return []
    return [(change.source, key) for key in keys]


def find(post: Post, works: Works) -> tuple[Mention, ...]:
    """Find the works that a post mentions, each once: in its links first, then in its text.

    The watch rule: scholarly references always count; media, code and other addresses only if somebody watches them.
    """
    found: dict[tuple[str, str], Mention] = {}
    for link in post.links:
        for one in identify.in_address(link.address) or _named(link.address):
            mention = Mention(
                one.identifier,
                link.relation,
                link.found_in,
                link.written or one.as_written,
                link.method or one.method,
                one.certainty,
                link.record,
            )
            found.setdefault((one.identifier.scheme, one.identifier.value), mention)
    for one in identify.in_text(post.text, bare=False) if post.text else ():
        mention = Mention(one.identifier, "discusses", "text", one.as_written, one.method, one.certainty)
        found.setdefault((one.identifier.scheme, one.identifier.value), mention)
    if not found:
        return ()
    return tuple(
        [
            m
            for m in found.values()
            if identify.always_kept(m.identifier) or replace(m.identifier, version=None) in works
        ]
    )


def _named(written: str) -> list[identify.Found]:
    """The identifier that is written instead of an address: the works of some schemes have no pages."""
    found = None if "://" in written else identify.parse(written)
    return [identify.Found(found, written, "by-name", 1.0)] if found and str(found) == written else []


def rebuild(store: Store, told: Callable[[int], None] = lambda done: None) -> int:
    """Derive every mention anew from what the posts say, and leave no trace of what was withdrawn.

    `told` hears how many are done. Returns their number.
    """
    works = store.works() | store.pages(None)
    done, last = 0, 0
    while batch := store.assertions(after=last, limit=REBUILD_STEP):
        with store.writing() as writer:
            derive(batch, works, writer)
        last = batch[-1][0]
        done += len(batch)
        told(done)
    store.compact()
    return done


def derive(batch: Iterable[read.Held], works: Works, writer: Writer) -> None:
    """Derive the mentions of statements anew."""
    writer.derive([((*held[:5], Reading(held[5], find(held[5], works))), held[6]) for held in batch])
