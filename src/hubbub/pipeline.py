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


class Outcome(Struct):
    """What collecting a lane came to. `faults` are all that was set aside."""

    pages: int = 0
    bytes: int = 0
    posts: int = 0
    mentions: int = 0
    withdrawn: int = 0
    faults: list[Fault] = field(default_factory=list)


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
    name = source.about.name
    gate = Gate(source, store.works())
    outcome = Outcome()
    since = store.resume(name, lane, again)
    async for page in source.read(lane, since, fetch):
        _keep(page, gate, store, outcome)
        since = page.resume
        told(outcome)
        await asyncio.sleep(0)  # where Ctrl-C is heard
    with store.writing() as writer:
        writer.advance(name, lane, since, True, datetime.now(UTC))
    return outcome


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


def _keep(page: Page, gate: "Gate", store: Store, outcome: Outcome) -> None:
    """Keep one page and move the cursor behind it, in one transaction."""
    name = gate.source.about.name
    sure, waiting = gate.spans(page)
    with store.writing() as writer:
        changes, faults = gate.read(page, sure, waiting, writer)
        kept = writer.keep(changes, page.received_at)
        writer.set_aside(name, page.lane, faults, page.received_at)
        writer.advance(name, page.lane, page.resume, False, page.received_at)
    outcome.pages += 1
    outcome.bytes += len(page.body)
    outcome.posts += kept.posts
    outcome.mentions += kept.mentions
    outcome.withdrawn += kept.withdrawn
    outcome.faults += faults


class Gate:
    """Decides what of a page is parsed, and what of that is kept."""

    def __init__(self, source: Source, works: Works) -> None:
        self.source = source
        self._works = works
        self._hints = Hints(works) if isinstance(source, LineSource) else None

    def spans(self, page: Page) -> tuple[list[Span], dict[PostKey, list[Span]]]:
        """Return the spans to parse whatever is held, and by key those to parse if the key is held."""
        if self._hints is None or not isinstance(self.source, LineSource):
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
        held = _held(writer, facts, place, waiting)
        for key in [key for key in waiting if (place, key) in held]:
            facts.extend(self._parse(page, waiting.pop(key), faults))
        changes: list[Change] = []
        parked: dict[tuple[str, PostKey], list[Fact]] = defaultdict(list)
        while facts:
            fact = facts.popleft()
            change = Reading(fact, find(fact, self._works)) if isinstance(fact, Post) else fact
            about = _about(fact)
            if not _kept_anyway(change) and held.isdisjoint(about):
                for name in about:
                    parked[name].append(fact)
                continue
            changes.append(change)
            for name in _made_known(fact) - held:
                held.add(name)
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


def _held(writer: Writer, facts: Iterable[Fact], place: str, waiting: Iterable[PostKey]) -> set[tuple[str, PostKey]]:
    """Ask once a page which of the posts and accounts it speaks of are held."""
    asked: dict[str, set[PostKey]] = defaultdict(set)
    asked[place].update(waiting)
    for fact in facts:
        for source, key in _about(fact):
            asked[source].add(key)
    return {(source, key) for source, keys in asked.items() for key in writer.held(source, keys)}


def _about(fact: Fact) -> list[tuple[str, PostKey]]:
    """The posts and accounts that a fact says something about."""
    match fact:
        case Post():
            keys = [fact.id, *(key for _, key in touches_of(fact))]
        case Account():
            keys = [fact.id]
        case Follow():
            keys = [key for key in (fact.follower, fact.followed) if key is not None]
        case FollowList():
            keys = [fact.account]
        case _:
            return []
    return [(fact.source, key) for key in keys]


def _made_known(fact: Fact) -> set[tuple[str, PostKey]]:
    """The post and account of which something is held once the fact is kept."""
    if not isinstance(fact, Post | Account) or fact.change == "withdrawn":
        return set()
    author = fact.author if isinstance(fact, Post) else None
    return {(fact.source, key) for key in (fact.id, author) if key is not None}


def _kept_anyway(change: Change) -> bool:
    """Say whether a change is kept whatever is held: words about a work, what registries say, and withdrawals."""
    match change:
        case Reading():
            return bool(change.mentions) or change.post.change == "withdrawn"
        case Account() | Follow():
            return change.change == "withdrawn"
        case FollowList():
            return False
    return True


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
