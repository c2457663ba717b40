"""When the next request may go to a host: paces and what the host asked for come in; turns go out."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

from anyio import CapacityLimiter

from hubbub.fetch.errors import FetchError
from hubbub.fetch.memory import Memory
from hubbub.fetch.told import DAY, pace_asked, rest_asked
from hubbub.model import Host

_HOSTS = 4096  # as many are remembered; those that are idle go first
_LONG = 10.0  # seconds of rest of which other processes should know

POLITE = Host("", per_second=1, at_once=2)  # where nothing is known


class _Place:
    def __init__(self, pace: Host) -> None:
        self.pace = pace
        self.interval = 1 / pace.per_second
        self.limiter = CapacityLimiter(pace.at_once)
        self.next_at = 0.0  # by the clock of the event loop, as the next
        self.rest_until = 0.0

    def idle(self, now: float) -> bool:
        waiting = self.limiter.borrowed_tokens or self.limiter.statistics().tasks_waiting
        return not waiting and max(self.next_at, self.rest_until) <= now


class Paces:
    """The turns at every host. Belongs to one event loop."""

    def __init__(self, paces: Mapping[str, Host], memory: Memory) -> None:
        self._paces = paces
        self._memory = memory
        self._hosts: dict[str, _Place] = {}

    def pace(self, host: str) -> Host:
        """What was said that a host takes."""
        return self._paces.get(host, POLITE)

    @asynccontextmanager
    async def turn(self, host: str, patience: float) -> AsyncIterator[None]:
        """Wait for a turn at a host, and hold it.

        Raises `FetchError` if the host wants to be left alone for longer than `patience` seconds.
        """
        place, turn = self._host(host), object()
        await place.limiter.acquire_on_behalf_of(turn)
        try:
            now = asyncio.get_running_loop().time
            while (free_at := max(place.next_at, place.rest_until)) > now():
                if (left := self.left(host)) > patience:
                    raise resting(host, left)
                await asyncio.sleep(free_at - now())
            place.next_at = now() + place.interval
            yield
        finally:
            place.limiter.release_on_behalf_of(turn)

    def rest(self, host: str, seconds: float) -> None:
        """Leave a host alone for some seconds, at most a day."""
        place, seconds = self._host(host), min(seconds, DAY)
        place.rest_until = max(place.rest_until, asyncio.get_running_loop().time() + seconds)
        if seconds > _LONG:
            self._memory.rest(host, seconds)

    def left(self, host: str) -> float:
        """Seconds for which a host still wants to be left alone."""
        return max(self._host(host).rest_until - asyncio.get_running_loop().time(), 0.0)

    def learn(self, host: str, status: int, headers: Mapping[str, str]) -> None:
        """Take in what an answer says about pace. It can only make ours slower."""
        if seconds := rest_asked(status, headers, datetime.now(UTC)):
            self.rest(host, seconds)
        place = self._host(host)
        interval, at_once = pace_asked(headers)
        place.interval = max(1 / place.pace.per_second, interval)
        if at_once is not None:
            place.limiter.total_tokens = min(place.pace.at_once, at_once)

    def _host(self, host: str) -> _Place:
        if host not in self._hosts:
            if len(self._hosts) >= _HOSTS:
                now = asyncio.get_running_loop().time()
                self._hosts = {name: place for name, place in self._hosts.items() if not place.idle(now)}
            place = self._hosts[host] = _Place(self.pace(host))
            place.rest_until = asyncio.get_running_loop().time() + self._memory.resting(host)
        return self._hosts[host]


def resting(host: str, left: float, status: int | None = None) -> FetchError:
    """The error for a host that wants to be left alone for some more seconds."""
    retry_at = datetime.now(UTC) + timedelta(seconds=left)
    return FetchError(
        f"{host} wants to be left alone until {retry_at:%Y-%m-%d %H:%M:%S} UTC; try again then",
        host=host,
        status=status,
        retry_at=retry_at,
    )
