"""Counts of one work: its row comes in, numbers a source come out, all from one index and without a row in Python.

A post counts once however many collectors say so, and once however often it names the work; it is an amplification if
anyone says that it passes another post on. `spoken` and `passed` are the two halves, one row a post.
"""

from typing import NamedTuple

from sqlalchemy import Connection, text

POSTS = """
WITH mentioned AS (
    SELECT source, post, max(account) AS account, min(posted_at) AS posted_at,
           min(CASE WHEN own THEN 1 ELSE 0 END) AS own, max(CASE WHEN counted THEN 1 ELSE 0 END) AS counted
    FROM mention WHERE identifier = :identifier GROUP BY source, post
), spoken AS (
    SELECT source, post, account, posted_at FROM mentioned WHERE own = 1 AND counted = 1
), passed AS (
    SELECT source, post, max(account) AS account, min(posted_at) AS posted_at FROM (
        SELECT source, post, account, posted_at FROM mentioned WHERE own = 0 AND counted = 1
        UNION ALL
        SELECT spoken.source, a.post, a.account, a.posted_at
        FROM spoken JOIN touch t ON t.post = spoken.post AND t.verb = 'reposts' JOIN assertion a ON a.id = t.assertion
    ) AS every GROUP BY source, post
)
"""
DAY = 86_400_000_000

_BY_SOURCE = text(
    POSTS
    + """
SELECT source, sum(own), count(DISTINCT CASE WHEN own = 1 THEN account END), sum(1 - own),
       count(DISTINCT CASE WHEN own = 0 THEN account END), min(posted_at), max(posted_at)
FROM (SELECT source, account, posted_at, 1 AS own FROM spoken
      UNION ALL SELECT source, account, posted_at, 0 FROM passed) AS every
GROUP BY source
"""
)
_BY_DAY = text(
    POSTS
    + f"""
SELECT day, source, sum(own), sum(1 - own)
FROM (SELECT source, (posted_at - (posted_at % {DAY} + {DAY}) % {DAY}) / {DAY} AS day, 1 AS own FROM spoken
      UNION ALL
      SELECT source, (posted_at - (posted_at % {DAY} + {DAY}) % {DAY}) / {DAY}, 0 FROM passed) AS every
WHERE day IS NOT NULL GROUP BY day, source ORDER BY day, source
"""
)


class SourceRow(NamedTuple):
    """Counts at one source; times in microseconds."""

    source: int
    posts: int
    accounts: int
    amplifications: int
    amplifiers: int
    first_at: int | None
    last_at: int | None


class DayRow(NamedTuple):
    """Counts of one day (since 1970) at one source."""

    day: int
    source: int
    posts: int
    amplifications: int


def by_source(connection: Connection, identifier: int) -> list[SourceRow]:
    """Count a work's posts, accounts and amplifications at each source."""
    return [SourceRow(*row) for row in connection.execute(_BY_SOURCE, {"identifier": identifier})]


def by_day(connection: Connection, identifier: int) -> list[DayRow]:
    """Count a work's posts and amplifications by UTC day and source."""
    return [DayRow(*row) for row in connection.execute(_BY_DAY, {"identifier": identifier})]
