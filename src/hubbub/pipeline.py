"""From a page to the store: pages of one lane come in; posts, mentions and the cursor are kept, a page a transaction.

    read -> gate -> parse -> find -> keep

The gate lets a line through if it holds a hint, if it withdraws a post or an account, or if it touches a post or
account of which something is held. What is let through is kept if it mentions a work, withdraws, or touches what is
held.
"""

import asyncio
from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from datetime import UTC, datetime
from time import monotonic

from msgspec import Struct, field
from msgspec.structs import replace

from hubbub import identify
from hubbub.collect.source import Fetch, LineSource, Source, WrongSourceError, sources
from hubbub.identify.hints import Hints
from hubbub.model import (
    Account,
    Fact,
    Fault,
    Follow,
    FollowList,
    Mention,
    Page,
    Post,
    PostKey,
    Reading,
    Span,
    Works,
)
from hubbub.store import Store
from hubbub.store.fold import Change, touches_of
from hubbub.store.keep import Writer
from hubbub.store.text import without_nul

REBUILD_STEP = 5_000  # assertions a transaction
WORKS_STAND = 2.0  # seconds before a lane that goes on asks again which works are watched
Name = tuple[str, PostKey]  # a source, and an id there


class Aside(Struct):
    """How often something was set aside for one reason, and where first: the byte offset in the lane."""

    times: int
    first_at: int


class Outcome(Struct):
    """What collecting a lane came to; `set_aside` by reason."""

    pages: int = 0
    bytes: int = 0
    posts: int = 0
    mentions: int = 0
    withdrawn: int = 0
    facts: int = 0  # of accounts, ties and works, known before or not
    set_aside: dict[str, Aside] = field(default_factory=dict)

    def add(self, other: "Outcome") -> None:
        """Add what another lane came to."""
        for name in ("pages", "bytes", "posts", "mentions", "withdrawn", "facts"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        for reason, aside in other.set_aside.items():
            self.set_aside.setdefault(reason, Aside(0, aside.first_at)).times += aside.times


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
    gate, outcome = Gate(source, store.works()), Outcome()
    since = store.resume(source.about.name, lane, again)
    looked_at = monotonic()
    async for page in source.read(lane, since, fetch):
        if monotonic() - looked_at > WORKS_STAND:
            gate.watch(store.works())
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
    gate = Gate(source, store.works())
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
    sure, waiting = gate.spans(page)
    with store.writing() as writer:
        changes, faults = gate.read(page, sure, waiting, writer)
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
    outcome.facts += sum(not isinstance(change, Reading) for change in changes)
    for fault in faults:
        outcome.set_aside.setdefault(fault.reason, Aside(0, fault.at)).times += 1


class Gate:
    """Decides what of a page is parsed, and what of that is kept."""

    def __init__(self, source: Source, works: Works) -> None:
        self.source = source
        self._works = works
        self._hints = self._scan(works)

    def watch(self, works: Works) -> None:
        """From now on let through what mentions these works, beside what is always kept."""
        if works != self._works:
            self._works, self._hints = works, self._scan(works)

    def _scan(self, works: Works) -> Hints | None:
        return Hints(works) if isinstance(self.source, LineSource) else None

    def spans(self, page: Page) -> tuple[list[Span], dict[PostKey, list[Span]]]:
        """Return the spans to parse whatever is held, and by key those to parse if the key is held."""
        if not page.lines or self._hints is None or not isinstance(self.source, LineSource):
            return [(0, len(page.body))], {}
        sure = dict.fromkeys(self._hints.lines(page.body))
        waiting: dict[PostKey, list[Span]] = defaultdict(list)
        for span, key in self.source.touches(page):
            if key is None:
                sure[span] = None
            else:
                waiting[key].append(span)
        return list(sure), waiting

    def read(
        self, page: Page, sure: Iterable[Span], waiting: dict[PostKey, list[Span]], writer: Writer
    ) -> tuple[list[Change], list[Fault]]:
        """Parse a page as far as the gate lets it through; return what is to be kept, and what could not be read."""
        faults = [without_nul(fault) for fault in page.faults]
        place = self.source.about.name
        facts = deque(self._parse(page, sure, faults))
        known = _Known(writer, place, waiting, facts)
        for key in [key for key in waiting if (place, key) in known.held]:
            facts.extend(self._parse(page, waiting.pop(key), faults))
        changes: list[Change] = []
        parked: dict[Name, list[Fact]] = defaultdict(list)
        while facts:
            fact = facts.popleft()
            change = Reading(fact, find(fact, self._works)) if isinstance(fact, Post) else fact
            if not known.lets_in(change, asked_for=not page.lines):
                for name in _about(fact):
                    parked[name].append(fact)
                continue
            changes.append(change)
            for name in known.learn(fact):
                facts.extend(parked.pop(name, ()))
                if name[0] == place:
                    facts.extend(self._parse(page, waiting.pop(name[1], ()), faults))
        return changes, faults

    def _parse(self, page: Page, spans: Iterable[Span], faults: list[Fault]) -> Iterator[Fact]:
        for start, end in spans:
            for fact in self.source.parse(replace(page, body=page.body[start:end], offset=page.offset + start)):
                if isinstance(fact, Fault):
                    faults.append(without_nul(fact))
                else:
                    yield without_nul(fact)


class _Known:
    """Of what a page speaks of: the posts, accounts and ties that are held, and the accounts whose ties are kept."""

    def __init__(self, writer: Writer, place: str, waiting: Iterable[PostKey], facts: Iterable[Fact]) -> None:
        asked: dict[str, set[PostKey]] = defaultdict(set)
        asked[place].update(waiting)
        for fact in facts:
            for source, key in _about(fact):
                asked[source].add(key)
        self.held = {(source, key) for source, keys in asked.items() for key in writer.held(source, keys)}
        self._heeded = {(source, key) for source, keys in asked.items() for key in writer.heeded(source, keys)}

    def lets_in(self, change: Change, asked_for: bool) -> bool:
        """Say whether a change is kept: words about a work, what registries say, withdrawals, and what is held.

        Ties are kept if they were asked for, or one end speaks: else all of a network would come in.
        """
        match change:
            case Reading():
                about = _about(change.post)
                return bool(change.mentions) or change.post.change == "withdrawn" or not self.held.isdisjoint(about)
            case Account():
                return change.change == "withdrawn" or not self.held.isdisjoint(_about(change))
            case Follow(change="withdrawn", id=str()) if (change.source, change.id) in self.held:
                return True
            case Follow() | FollowList():
                return asked_for or not self._heeded.isdisjoint(_about(change))
        return True

    def learn(self, fact: Fact) -> set[Name]:
        """Remember what is held once a fact is kept, and return what was not before."""
        names: set[Name] = set()
        match fact:
            case Post() if fact.change != "withdrawn":
                names = {(fact.source, key) for key in (fact.id, fact.author) if key is not None}
                self._heeded |= names
            case Account() | Follow() if fact.change != "withdrawn":
                names = set(_about(fact))
            case FollowList():
                names = set(_about(fact))
        new = names - self.held
        self.held |= new
        return new


def _about(fact: Fact) -> list[Name]:
    """The posts, accounts and ties that a fact says something about."""
    match fact:
        case Post():
            keys = [fact.id, *(key for _, key in touches_of(fact))]
        case Account():
            keys = [fact.id]
        case Follow():
            keys = [key for key in (fact.follower, fact.followed, fact.id) if key is not None]
        case FollowList():
            keys = [fact.account]
        case _:
            return []
    return [(fact.source, key) for key in keys]


def find(post: Post, works: Works) -> tuple[Mention, ...]:
    """Find the works that a post mentions, each once: in its links first, then in its text.

    The watch rule: scholarly references always count; media, code and other addresses only if somebody watches them.
    """
    found: dict[tuple[str, str], Mention] = {}
    for link in post.links:
        for one in identify.in_address(link.address):
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
    for one in identify.in_text(post.text) if post.text else ():
        mention = Mention(one.identifier, "discusses", "text", one.as_written, one.method, one.certainty)
        found.setdefault((one.identifier.scheme, one.identifier.value), mention)
    return tuple(
        m for m in found.values() if identify.always_kept(m.identifier) or replace(m.identifier, version=None) in works
    )


def rebuild(store: Store, told: Callable[[int], None] = lambda done: None) -> int:
    """Derive every mention anew from what the posts say, and leave no trace of what was withdrawn.

    `told` hears how many are done. Returns their number.
    """
    works = store.works()
    done, last = 0, 0
    while batch := store.assertions(after=last, limit=REBUILD_STEP):
        with store.writing() as writer:
            writer.derive([((*held[:5], Reading(held[5], find(held[5], works))), held[6]) for held in batch])
        last = batch[-1][0]
        done += len(batch)
        told(done)
    store.compact()
    return done
