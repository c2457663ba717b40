"""How much one address may ask: requests come in, the headers that say what is left go out, or a refusal."""

from dataclasses import dataclass, field
from time import time

from starlette.exceptions import HTTPException

from hubbub.reference.altmetric import words

HOUR, DAY = 3_600, 86_400


@dataclass
class Pace:
    """Counts requests of each address in this process, by whole hours and days."""

    hour: int = 0
    day: int = 0
    hourly: dict[str, int] = field(default_factory=dict)
    daily: dict[str, int] = field(default_factory=dict)

    def take(self, who: str) -> dict[str, str]:
        """Count one request; raises HTTPException (429) where an address has none left."""
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
        if any(many > limit for limit, many in zip(limits, taken, strict=True)):
            raise HTTPException(429, "Rate limit exceeded", headers)
        self.hourly[who], self.daily[who] = taken
        return headers
