"""No host is asked faster, or by more at once, than it takes."""

import asyncio
import os
from pathlib import Path

import pytest

from hubbub.fetch.errors import FetchError
from hubbub.fetch.memory import Memory
from hubbub.fetch.pace import Paces
from hubbub.model import Host

pytestmark = pytest.mark.anyio


class Leaping(asyncio.SelectorEventLoop):
    """A loop whose clock stands still while something runs, and leaps over every wait."""

    _now = 0.0

    def time(self) -> float:
        return self._now

    def _run_once(self) -> None:
        if not self._ready and self._scheduled:  # type: ignore[attr-defined]
            self._now = max(self._now, self._scheduled[0].when())  # type: ignore[attr-defined]
        super()._run_once()  # type: ignore[misc]


NOWHERE = Memory(Path(os.devnull) / "no file")


@pytest.fixture(autouse=True)
def rested() -> None:
    """No test rests for the one before."""
    NOWHERE.rest("a", 0)


@pytest.fixture
def anyio_backend() -> tuple[str, dict[str, object]]:
    return "asyncio", {"loop_factory": Leaping}


def paces(per_second: float = 10_000, at_once: int = 100) -> Paces:
    return Paces({"a": Host("a", per_second, at_once)}, NOWHERE)


async def starts(turns: Paces, count: int, host: str = "a") -> list[float]:
    """When so many turns that are wanted at the same time begin, in seconds from now."""
    begun: list[float] = []
    clock = asyncio.get_running_loop().time
    now = clock()

    async def take() -> None:
        async with turns.turn(host, 10):
            begun.append(round(clock() - now, 6))

    await asyncio.gather(*(take() for _ in range(count)))
    return begun


async def test_turns_are_an_interval_apart() -> None:
    assert await starts(paces(per_second=4), 5) == [0, 0.25, 0.5, 0.75, 1]


async def test_no_more_are_at_once_than_the_host_takes() -> None:
    turns, now, most = paces(at_once=3), 0, 0

    async def take() -> None:
        nonlocal now, most
        async with turns.turn("a", 10):
            now += 1
            most = max(most, now)
            await asyncio.sleep(0.01)
            now -= 1

    await asyncio.gather(*(take() for _ in range(12)))
    assert most == 3


async def test_a_rest_holds_for_everybody_and_is_said_when_it_is_long() -> None:
    turns = paces(per_second=1)
    turns.rest("a", 3)
    assert await starts(turns, 3) == [3, 4, 5]
    turns.rest("a", 3600)
    turns.rest("a", 1)  # a shorter wish does not undo a longer one
    with pytest.raises(FetchError, match="a wants to be left alone until"):
        async with turns.turn("a", 10):
            pytest.fail("too early")
    assert await starts(turns, 1, "b") == [0]


async def test_headers_make_it_slower_and_never_faster() -> None:
    turns = paces(per_second=2, at_once=2)
    turns.learn("a", 200, {"x-rate-limit-limit": "1", "x-rate-limit-interval": "2s", "x-concurrency-limit": "50"})
    assert await starts(turns, 3) == [0, 2, 4]
    turns.learn("a", 200, {"x-rate-limit-limit": "5000", "x-rate-limit-interval": "1s"})
    await asyncio.sleep(10)
    assert await starts(turns, 3) == [0, 0.5, 1]


async def test_thousands_of_hosts_are_not_remembered_for_ever() -> None:
    turns = Paces({}, NOWHERE)
    for number in range(10_000):
        async with turns.turn(f"host-{number}", 1):
            pass
        await asyncio.sleep(1)
    assert len(turns._hosts) <= 4_097
