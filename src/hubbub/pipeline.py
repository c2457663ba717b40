"""From a page to the store: pages of one lane come in; posts, mentions and the cursor are kept, a page a transaction.

    read -> gate -> parse -> find -> keep

The gate lets a line through if it holds a hint, if it withdraws a post or an account, or if it touches a post or
account of which something is held. What is let through is kept if it mentions a work, withdraws, or touches what is
held.
"""

import asyncio
from collections import defaultdict, deque
from collections.abc import Callable, Collection, Iterable
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
    Fault,
    Follow,
    FollowList,
    Identifier,
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
from hubbub.store.read import Held
from hubbub.store.text import without_nul

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
            self.set_aside.setdefault(reason, Aside(0, aside.first_at, aside.sample)).times += aside.times


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
    pages, outcome = store.pages(), Outcome()
    gate = Gate(source, store.works() | pages)
    since = store.resume(source.about.name, lane, again)
    looked_at = told_at = monotonic()
    async for page in source.read(lane, since, fetch):
        if monotonic() - looked_at > WORKS_STAND:
            if monotonic() - told_at > PAGES_STAND:
                pages, told_at = store.pages(), monotonic()
            gate.watch(store.works() | pages)
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
    gate = Gate(source, store.works() | store.pages())
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
    outcome.facts += sum(not isinstance(change, Reading) for change in changes)
    for fault in faults:
        outcome.set_aside.setdefault(fault.reason, Aside(0, fault.at, fault.sample)).times += 1


class Sifted(Struct):
    """A page as far as it can be read without knowing what is held; `waiting` are spans to parse if a key is held."""

    page: Page
    changes: deque[Change]
    faults: list[Fault]
    waiting: dict[PostKey, list[Span]]


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

    def sift(self, page: Page) -> Sifted:
        """Parse what is to be parsed whatever is held."""
        sure, waiting = self._spans(page)
        sifted = Sifted(page, deque(), [without_nul(fault) for fault in page.faults], waiting)
        self._parse(sifted, sure)
        return sifted

    def _spans(self, page: Page) -> tuple[list[Span], dict[PostKey, list[Span]]]:
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

    def read(self, sifted: Sifted, writer: Writer) -> list[Change]:
        """Return what of a page is to be kept, parsing what waits for what is held."""
        place, waiting, coming = self.source.about.name, sifted.waiting, sifted.changes
        known = _Known(writer, place, waiting, coming)
        for key in [key for key in waiting if (place, key) in known.held]:
            self._parse(sifted, waiting.pop(key))
        changes: list[Change] = []
        parked: dict[Name, list[Change]] = defaultdict(list)
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
                    self._parse(sifted, waiting.pop(name[1], ()))
        return changes

    def _parse(self, sifted: Sifted, spans: Iterable[Span]) -> None:
        page = sifted.page
        for start, end in spans:
            for told in self.source.parse(replace(page, body=page.body[start:end], offset=page.offset + start)):
                fact = without_nul(told)
                if isinstance(fact, Fault):
                    sifted.faults.append(fact)
                else:
                    sifted.changes.append(Reading(fact, find(fact, self._works)) if isinstance(fact, Post) else fact)


class _Known:
    """Of what a page speaks of: the posts, accounts and ties that are held, and the accounts whose ties are kept."""

    def __init__(self, writer: Writer, place: str, waiting: Iterable[PostKey], changes: Iterable[Change]) -> None:
        asked: dict[str, set[PostKey]] = defaultdict(set)
        asked[place].update(waiting)
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
    for one in identify.in_text(post.text, bare=False) if post.text else ():
        mention = Mention(one.identifier, "discusses", "text", one.as_written, one.method, one.certainty)
        found.setdefault((one.identifier.scheme, one.identifier.value), mention)
    return tuple(
        m for m in found.values() if identify.always_kept(m.identifier) or replace(m.identifier, version=None) in works
    )


def rebuild(store: Store, told: Callable[[int], None] = lambda done: None) -> int:
    """Derive every mention anew from what the posts say, and leave no trace of what was withdrawn.

    `told` hears how many are done. Returns their number.
    """
    works = store.works() | store.pages(None)
    done, last = 0, 0
    while batch := store.assertions(after=last, limit=REBUILD_STEP):
        with store.writing() as writer:
            _derive(batch, works, writer)
        last = batch[-1][0]
        done += len(batch)
        told(done)
    store.compact()
    return done


def correct(
    store: Store, post: tuple[str, str], wrong: Collection[Identifier], by: str, why: str, takes_back: bool = False
) -> int:
    """Set aside that a post, given by source and id, mentions works, as far as it names them; or take that back.

    Returns how many of them it names: 0 also where the post is not held.
    """
    works, now = store.works() | store.pages(None), datetime.now(UTC)
    with store.writing() as writer:
        held = writer.statements(*post)
        named = {replace(m.identifier, version=None) for one in held for m in find(one[5], works)}.intersection(wrong)
        for work in named:
            if takes_back:
                writer.corrections.put_back(held[0][5], work)
            else:
                writer.corrections.set_aside(held[0][5], held[0][1], work, by, now, why)
        _derive(held, works, writer)
    return len(named)


def unfold(store: Store, address: Identifier) -> None:
    """Read the posts again that link to a short address, of which it is now known that it leads to a work."""
    works = store.works() | store.pages(None)
    with store.writing() as writer:
        _derive(writer.linking(address), works, writer)


def _derive(batch: Iterable[Held], works: Works, writer: Writer) -> None:
    writer.derive([((*held[:5], Reading(held[5], find(held[5], works))), held[6]) for held in batch])
