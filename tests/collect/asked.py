"""What tests of single sources ask: a lane goes in, its facts by kind come out; and a service that never ends."""

import asyncio
from collections.abc import Callable, Collection
from io import BytesIO
from typing import TypeVar

from hubbub.collect import archive
from hubbub.collect.source import Fetch, sources
from hubbub.model import Alias, Answer, Page
from tests.collect.replay import NOW, Replay
from tests.collect.test_conformance_live import RECORDINGS, parse, read

Wanted = TypeVar("Wanted")


def told(
    name: str, lane: str, kind: type[Wanted], change: Callable[[bytes], bytes] = lambda body: body
) -> list[Wanted]:
    """The facts of one kind, or the faults, of a lane's recordings."""
    return [one for one in parse(sources()[name], read(name, lane, change=change)) if isinstance(one, kind)]


def aliases(name: str, lane: str) -> set[str]:
    """What a lane's recordings say of identifiers, in words; each is said once."""
    found = [f"{one.other} {one.relation} {one.identifier}" for one in told(name, lane, Alias)]
    assert len({*found}) == len(found)
    return {*found}


def archived(body: bytes) -> Fetch:
    """A `Fetch` whose every lane is this archive."""
    return archive.files(lambda lane: BytesIO(body))


class Endless(Replay):
    """Answers whatever is asked with the same."""

    def __init__(self, name: str, body: bytes) -> None:
        super().__init__(RECORDINGS / name / "answers")
        self._same = body

    def _answer(self, method: str, address: str, accept: Collection[int]) -> Answer:
        self.asked.append(address)
        return Answer(200, address, {}, self._same, NOW)


def read_endless(name: str, lane: str, body: bytes) -> list[Page]:
    """Read a lane of a service that gives the same answer for ever."""
    fetch = Endless(name, body)

    async def take() -> list[Page]:
        return [page async for page in sources()[name].read(lane, "", fetch)]

    return asyncio.run(take())
