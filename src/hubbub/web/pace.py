"""How much one address may ask of the Altmetric API: answers say what is left; who has none left is told so."""

from dataclasses import dataclass, field
from time import time

from starlette.datastructures import MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from hubbub.reference.altmetric import words
from hubbub.web.guard import OPEN

HOUR, DAY = 3_600, 86_400


@dataclass
class Pace:
    """Counts requests of each address in this process, by whole hours and days."""

    hour: int = 0
    day: int = 0
    hourly: dict[str, int] = field(default_factory=dict)
    daily: dict[str, int] = field(default_factory=dict)

    def take(self, who: str) -> tuple[dict[str, str], bool]:
        """Count one request; returns the headers that say what is left, and whether an address had any."""
        now = int(time())
        if now // HOUR != self.hour:
            self.hour = now // HOUR
            self.hourly.clear()
        if now // DAY != self.day:
            self.day = now // DAY
            self.daily.clear()
        limits = words().hourly, words().daily
        taken = [counted.get(who, 0) + 1 for counted in (self.hourly, self.daily)]
        left = [max(limit - many, 0) for limit, many in zip(limits, taken, strict=True)]
        headers = {
            "X-HourlyRateLimit-Limit": str(limits[0]),
            "X-HourlyRateLimit-Remaining": str(left[0]),
            "X-DailyRateLimit-Limit": str(limits[1]),
            "X-DailyRateLimit-Remaining": str(left[1]),
        }
        had = all(many <= limit for limit, many in zip(limits, taken, strict=True))
        if had:
            self.hourly[who], self.daily[who] = taken
        return headers, had


class Paced:
    """ASGI middleware around the routes and what is remembered of their answers."""

    def __init__(self, app: ASGIApp) -> None:
        self._app, self._pace = app, Pace()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] == "OPTIONS" or not is_paced(scope["path"]):
            await self._app(scope, receive, send)
            return
        headers, had = self._pace.take(scope["client"][0] if scope.get("client") else "")

        async def told(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(headers)
            await send(message)

        answer = self._app if had else PlainTextResponse("Rate limit exceeded", 429, headers=OPEN)
        await answer(scope, receive, told)


def is_paced(path: str) -> bool:
    """Say whether it is an address of the Altmetric API: that of Crossref Event Data begins alike."""
    return path.startswith("/v1/") and not path.startswith("/v1/events")
