"""Paces and pauses are read as services really write them."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hubbub.fetch.told import DAY, SLOWEST, date_of, pace_asked, rest_asked

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
EPOCH = int(NOW.timestamp())


@pytest.mark.parametrize(
    ("status", "headers", "seconds"),
    [
        (429, {"retry-after": "60"}, 60),
        (503, {"retry-after": "Wed, 25 Nov 2026 12:02:00 GMT"}, 120),
        (503, {"retry-after": "Wed, 25 Nov 2026 11:00:00 GMT"}, 0),
        (200, {"retry-after": "60"}, 0),  # Zenodo
        (200, {"x-ratelimit-remaining": "57", "x-ratelimit-reset": str(EPOCH + 900)}, 0),  # GitHub
        (403, {"x-ratelimit-remaining": "0", "x-ratelimit-reset": str(EPOCH + 900)}, 900),
        (200, {"x-ratelimit-remaining": "0", "x-ratelimit-reset": "2026-11-25T12:05:00.123456Z"}, 300),  # Mastodon
        (429, {"x-ratelimit-remaining": "0", "x-ratelimit-reset": "64144"}, 64144),  # OpenAlex
        (429, {"x-ratelimit-remaining": "0.0", "x-ratelimit-reset": "43"}, 43),  # Reddit
        (429, {"x-ratelimit-remaining": "0", "x-ratelimit-reset": str((EPOCH + 9) * 1000)}, 9),
        (200, {"ratelimit-remaining": "0", "ratelimit-reset": "5"}, 5),
        (200, {"ratelimit-remaining": "0", "ratelimit-reset": str(EPOCH + 30)}, 30),  # Bluesky
        (200, {"ratelimit": '"default";r=0;t=45'}, 45),
        (200, {"ratelimit": "limit=100, remaining=0, reset=50"}, 50),
        (200, {"ratelimit": '"default";r=10;t=45'}, 0),
        (429, {"retry-after": "99999999"}, DAY),
        (429, {"retry-after": "soon"}, 0),
        (429, {"retry-after": "-5"}, 0),
        # A server whose clock goes wrong counts by its own.
        (429, {"date": "Wed, 25 Nov 2026 11:00:00 GMT", "retry-after": "Wed, 25 Nov 2026 11:00:10 GMT"}, 10),
    ],
)
def test_rests_are_read(status: int, headers: dict[str, str], seconds: float) -> None:
    assert rest_asked(status, headers, NOW) == pytest.approx(seconds, abs=1)


@pytest.mark.parametrize(
    ("headers", "pace"),
    [
        (
            {"x-rate-limit-limit": "50", "x-rate-limit-interval": "1s", "x-concurrency-limit": "3"},
            (0.02, 3),
        ),  # Crossref
        ({"x-ratelimit-limit": "1", "x-ratelimit-interval": "3600s"}, (SLOWEST, None)),
        ({"x-rate-limit-limit": "0", "x-rate-limit-interval": "1s", "x-concurrency-limit": "0"}, (0.0, 1)),
        ({"x-ratelimit-limit": "300"}, (0.0, None)),
        ({}, (0.0, None)),
    ],
)
def test_paces_are_read(headers: dict[str, str], pace: tuple[float, int | None]) -> None:
    assert pace_asked(headers) == pace


NAMES = ["retry-after", "date", "ratelimit", "x-ratelimit-remaining", "x-ratelimit-reset", "x-rate-limit-limit"]
WORDS = (
    st.sampled_from(["0", "1e999", "9" * 15, "²", "0s", "9999-12-31T23:59:59+14:00", "1-1-1", "r=0;t=9"]) | st.text()
)


@given(st.integers(100, 599), st.dictionaries(st.sampled_from([*NAMES, "x-concurrency-limit"]), WORDS))
def test_nonsense_is_survived(status: int, headers: dict[str, str]) -> None:
    assert 0 <= rest_asked(status, headers, NOW) <= DAY
    interval, at_once = pace_asked(headers)
    assert 0 <= interval <= SLOWEST
    assert at_once is None or at_once >= 1


def test_dates_are_aware() -> None:
    assert date_of("Wed, 25 Nov 2026 12:00:00 -0000") == date_of("2026-11-25T12:00:00") == NOW
    assert date_of("2026-11-25T14:00:00+02:00") == NOW
    assert date_of("never") is None
    assert timedelta(0) == (date_of("Wed, 25 Nov 2026 12:00:00 GMT") or NOW) - NOW
