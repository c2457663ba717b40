"""What an answer's headers say about pace and clocks: a status and headers come in; seconds to rest and a pace go out.

Services say it in their own ways: `Retry-After` in seconds or as a date, the time of reset in seconds from now, as an
epoch or in ISO 8601, the same under three prefixes, or in the newer `RateLimit`. What makes no sense is not said.
"""

import re
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from hubbub.fetch.errors import FetchError

DAY = 86_400.0  # nobody is left alone for longer, whatever is asked
SKEW = timedelta(minutes=10)  # between our clock and a host's
SLOWEST = 60.0  # seconds between two requests, whatever is asked

_PREFIXES = ("x-ratelimit-", "x-rate-limit-", "ratelimit-")
_NUMBER = re.compile(r"\d{1,15}(\.\d{1,9})?")
_SECONDS = re.compile(r"(\d{1,6})s")
_STRUCTURED = re.compile(r"\b(?:r|remaining)=(\d{1,15})\s*[;,]\s*(?:t|reset)=(\d{1,15})")
_EPOCH = 1e9  # larger numbers are points in time, not seconds from now
_EPOCH_MS = 1e12


def rest_asked(status: int, headers: Mapping[str, str], now: datetime) -> float:
    """Seconds to leave the host alone, at most a day; 0 if it does not ask for that. Header names are lower-case.

    `Retry-After` counts only on refusals: Zenodo sends it with every answer, as the length of its window.
    """
    now = date_of(headers.get("date", "")) or now
    waits = [_until(headers.get("retry-after", ""), now)] if status >= 400 else []
    for prefix in _PREFIXES:
        if (remaining := _number(headers.get(prefix + "remaining", ""))) is not None and remaining < 1:
            waits.append(_until(headers.get(prefix + "reset", ""), now))
    for left, reset in _STRUCTURED.findall(headers.get("ratelimit", "")):
        if int(left) == 0:
            waits.append(float(reset))
    return min(max(waits, default=0.0), DAY)


def pace_asked(headers: Mapping[str, str]) -> tuple[float, int | None]:
    """Seconds between two requests (0 if it does not say), and how many at once, as Crossref tells them."""
    interval = 0.0
    for prefix in _PREFIXES:
        limit = _number(headers.get(prefix + "limit", ""))
        span = _SECONDS.fullmatch(headers.get(prefix + "interval", ""))
        if limit and span:
            interval = max(interval, int(span[1]) / limit)
    at_once = _number(headers.get("x-concurrency-limit", ""))
    return min(interval, SLOWEST), max(1, int(at_once)) if at_once is not None else None


def check_clock(host: str, headers: Mapping[str, str]) -> None:
    """Raise `FetchError` if this machine's clock is wrong: times of what is kept would be, and logins fail."""
    told = date_of(headers.get("date", ""))
    if told is not None and "age" not in headers and abs(ahead := datetime.now(UTC) - told) > SKEW:
        minutes = round(abs(ahead).total_seconds() / 60)
        which = "ahead of" if ahead > timedelta() else "behind"
        raise FetchError(f"this machine's clock is {minutes:,} minutes {which} that of {host}; set it right", host=host)


def _number(text: str) -> float | None:
    return float(text) if _NUMBER.fullmatch(text) else None


def _until(text: str, now: datetime) -> float:
    """Seconds from now until what is written: seconds, an epoch, or a date; 0 if it is past or none of them."""
    number = _number(text)
    if number is None:
        date = date_of(text)
        number = (date - now).total_seconds() if date else 0.0
    elif number > _EPOCH:
        number = (number / 1000 if number > _EPOCH_MS else number) - now.timestamp()
    return max(number, 0.0)


def date_of(text: str) -> datetime | None:
    """Read a date as headers write it, or in ISO 8601; None if it is none."""
    for read in (datetime.fromisoformat, parsedate_to_datetime):
        with suppress(ValueError, TypeError, IndexError, OverflowError):
            date = read(text)
            return date if date.tzinfo else date.replace(tzinfo=UTC)
    return None
