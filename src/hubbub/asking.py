"""Unknown pages are asked what they are: addresses that are due come in; verdicts, aliases and mentions are kept.

The cheapest question goes first (see `match.pages`), each through the door with its pace and guard, and none that a
site's robots.txt forbids. No lane waits for it.
"""

import asyncio
from collections.abc import Callable, Iterable
from datetime import UTC, datetime

from msgspec.structs import replace

from hubbub import identify, pipeline, rereading
from hubbub.collect.source import FRESH, Fetch
from hubbub.fetch.errors import FetchError, RefusedError
from hubbub.fetch.robots import Robots
from hubbub.identify import Found
from hubbub.identify.charset import text_of
from hubbub.match.pages import LARGEST, MOVED, Ask, Reply, Verdict, again_in, failed, next_step
from hubbub.model import Alias, Answer, Identifier, Link, Post, Reading
from hubbub.named import known
from hubbub.store import Store, questions
from hubbub.store.questions import Question

NAME = "hubbub"  # by which what is found out here is told
PLACE = "web"
AT_ONCE = 8
ANSWERED = frozenset(range(200, 500)) - {429}


class Asking:
    """Asks pages, through one door. Belongs to one event loop."""

    def __init__(self, store: Store, fetch: Fetch) -> None:
        self._store = store
        self._fetch = fetch
        self._robots = Robots(fetch.get)
        self._renewed = False
        self._places = asyncio.Semaphore(AT_ONCE)

    def is_due(self) -> bool:
        """Say whether there is any page to ask; those that other rules found to be no work are asked again."""
        if not self._renewed:
            with self._store.writing() as writer:
                writer.questions.renew(identify.METHOD_VERSION, datetime.now(UTC))
            self._renewed = True
        return bool(self._store.ask(questions.due, datetime.now(UTC), 1))

    async def ask(self, limit: int, told: Callable[[Verdict], None] = lambda verdict: None) -> None:
        """Ask at most `limit` pages that are due. Raises `StoreError`."""
        due = self._store.ask(questions.due, datetime.now(UTC), limit)
        await asyncio.gather(*(self._answer(question, told) for question in due))

    async def _answer(self, question: Question, told: Callable[[Verdict], None]) -> None:
        async with self._places:
            verdict, replies = await self._judge(question.address.value)
            pages = [reply.html for reply in replies if reply.html]
            if question.missing and not pages and verdict.outcome == "work":
                pages = [await self._page(question.address.value)]
        self._keep(question, verdict)
        if question.missing and verdict.outcome != "failed":
            self._look(question, pages[-1] if pages else "", verdict)
        told(verdict)

    async def _judge(self, address: str) -> tuple[Verdict, list[Reply]]:
        """Ask about an address until it is clear what it is."""
        replies: list[Reply] = []
        try:
            while isinstance(step := next_step(address, replies), Ask):
                if not await self._robots.allow(step.address):
                    return Verdict("robots", "robots.txt", step.address), replies
                replies.append(await self._reply(step))
        except RefusedError as error:
            return Verdict("closed", "network", str(error)), replies
        except (FetchError, ValueError, RecursionError) as error:  # what strangers write may break any parser
            return failed(str(error)), replies
        return step, replies

    async def _reply(self, step: Ask) -> Reply:
        if step.method == "HEAD":
            answer = await self._fetch.head(step.address, accept=ANSWERED | {501})
            return Reply("HEAD", answer.status, answer.headers)
        answer = await self._fetch.get(step.address, headers=FRESH, accept=ANSWERED)
        is_page = answer.status not in MOVED and "html" in answer.headers.get("content-type", "html").lower()
        return Reply("GET", answer.status, answer.headers, _text(answer) if is_page else "")

    async def _page(self, address: str) -> str:
        """Get a page of which its address tells enough, for what else it says; "" if it cannot be read."""
        try:
            if await self._robots.allow(address):
                return _text(await self._fetch.get(address, headers=FRESH))
        except FetchError:
            pass
        return ""

    def _keep(self, question: Question, verdict: Verdict) -> None:
        """Keep a verdict, and that the address is the same as the work, in place of what was found before."""
        now, address = datetime.now(UTC), question.address
        before = self._store.ask(questions.told_of, address, NAME)
        aliases = [
            Alias(
                identifier=work,
                relation="is_same_as",
                other=address,
                via=NAME,
                version=_stamp(now),
                change="made" if work == verdict.work else "withdrawn",
            )
            for work in {*before, *([verdict.work] if verdict.work else [])}
            if verdict.outcome != "failed" or work == verdict.work
        ]
        again = again_in(verdict, question.failures)
        with self._store.writing() as writer:
            writer.keep(aliases, now)
            writer.questions.answer(
                question,
                identify.METHOD_VERSION,
                now,
                again,
                outcome=verdict.outcome,
                method=verdict.method,
                evidence=verdict.evidence,
                certainty=verdict.certainty,
            )
        if verdict.work is not None:
            rereading.unfold(self._store, address)

    def _look(self, question: Question, html: str, verdict: Verdict) -> None:
        """Look in a page for the works that somebody misses there; keep a mention of each that it holds."""
        now, address, works = datetime.now(UTC), question.address, self._store.works()
        page = identify.read_page(html, address.value)
        found = [*page.identifiers, *(one.found for one in page.speaks_of)]
        for work in question.missing:
            with self._store.connect() as connection:
                names = {work, *known(connection, work).work.identifiers}
            held = [one for one in found if replace(one.identifier, version=None) in names]
            post = _post(address, work, page.title, held, now)
            reading = Reading(post, pipeline.find(post, works | names))
            outcome = "found" if reading.mentions else f"not on the page ({verdict.outcome}: {verdict.evidence})"[:500]
            with self._store.writing() as writer:
                if reading.mentions:
                    writer.keep([reading], now)
                writer.questions.find(address, work, outcome)


def _post(address: Identifier, work: Identifier, title: str | None, held: Iterable[Found], at: datetime) -> Post:
    """A page that mentions a work, as it was found there."""
    links = [
        Link(link, found_in="page", written=one.as_written, method=f"page-{one.method}")
        for one in held
        if (link := identify.address(one.identifier)) is not None
    ]
    return Post(
        source=PLACE,
        id=address.value,
        via=NAME,
        assertion=f"{address.value} {work}",
        version=_stamp(at),
        url=address.value,
        title=title,
        links=tuple(links),
    )


def _stamp(at: datetime) -> str:
    """A time as a version: versions compare as text."""
    return f"{at:%Y-%m-%dT%H:%M:%S.%fZ}"


def _text(answer: Answer) -> str:
    return text_of(answer.body[: 4 * LARGEST], answer.headers.get("content-type"))[:LARGEST]
