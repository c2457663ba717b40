"""Counts of one work: the rows of its names come in, numbers a source come out, from one index, without rows in Python.

A post counts once however many collectors say so, and once however often and by however many names it calls the work;
it is an amplification if anyone says that it passes another post on. `spoken` and `passed` are the two halves, one row
a post.
"""

from collections.abc import Iterable
from typing import NamedTuple

from sqlalchemy import Connection, TextClause, bindparam, text

from hubbub.store.sql import Prepared

# The plus signs keep SQLite from walking all touches of the store instead of those of the work's posts.
POSTS = """
WITH mentioned AS (
    SELECT source, post, max(account) AS account, max(posted_at) AS posted_at, max(assertion) AS assertion,
           min(CASE WHEN own THEN 1 ELSE 0 END) AS own, max(CASE WHEN counted THEN 1 ELSE 0 END) AS counted
    FROM mention WHERE identifier IN :works GROUP BY source, post
), spoken AS (
    SELECT source, post, account, posted_at, assertion FROM mentioned WHERE own = 1 AND counted = 1
), passed AS (
    SELECT source, post, max(account) AS account, max(posted_at) AS posted_at, max(assertion) AS assertion FROM (
        SELECT source, post, account, posted_at, assertion FROM mentioned WHERE own = 0 AND counted = 1
        UNION ALL
        SELECT spoken.source, p.id, p.account, p.posted_at, a.id
        FROM spoken JOIN touch t ON t.post = +spoken.post AND t.verb = 'reposts'
        JOIN assertion a ON a.id = +t.assertion JOIN assertion p ON p.id = a.post
    ) AS every GROUP BY source, post
)
"""
DAY = 86_400_000_000

BY_SOURCE = (
    POSTS
    + """
SELECT s.name AS source, posts, accounts, amplifications, amplifiers, first_at, last_at,
       coalesce((SELECT max(kept_at) FROM cursor WHERE cursor.source = a.via), a.collected_at) AS checked_at
FROM (
    SELECT source, sum(own) AS posts, count(DISTINCT CASE WHEN own = 1 THEN account END) AS accounts,
           sum(1 - own) AS amplifications, count(DISTINCT CASE WHEN own = 0 THEN account END) AS amplifiers,
           min(posted_at) AS first_at, max(posted_at) AS last_at, max(assertion) AS newest
    FROM (SELECT source, account, posted_at, assertion, 1 AS own FROM spoken
          UNION ALL SELECT source, account, posted_at, assertion, 0 FROM passed) AS every
    GROUP BY source
) AS counted JOIN source s ON s.id = counted.source JOIN assertion a ON a.id = counted.newest
"""
)


def of_works(statement: str) -> TextClause:
    """Make a statement of one that begins with `POSTS`; it takes the rows of a work's names as `works`."""
    return text(statement).bindparams(bindparam("works", expanding=True))


_COUNTED = Prepared(of_works(BY_SOURCE))
_BY_DAY = of_works(
    POSTS
    + f"""
SELECT day, s.name, sum(own), sum(1 - own)
FROM (SELECT source, (posted_at - (posted_at % {DAY} + {DAY}) % {DAY}) / {DAY} AS day, 1 AS own FROM spoken
      UNION ALL
      SELECT source, (posted_at - (posted_at % {DAY} + {DAY}) % {DAY}) / {DAY}, 0 FROM passed) AS every
JOIN source s ON s.id = every.source WHERE day IS NOT NULL GROUP BY day, s.name ORDER BY day, s.name
"""
)


class SourceRow(NamedTuple):
    """Counts at one source; times in microseconds. It was last checked when the collector last kept anything."""

    source: str
    posts: int
    accounts: int
    amplifications: int
    amplifiers: int
    first_at: int | None
    last_at: int | None
    checked_at: int


class DayRow(NamedTuple):
    """Counts of one day (since 1970) at one source."""

    day: int
    source: str
    posts: int
    amplifications: int


def by_source(connection: Connection, works: Iterable[int]) -> list[SourceRow]:
    """Count a work's posts, accounts and amplifications at each source."""
    return [SourceRow(*row) for row in _COUNTED.ask(connection, works=[*works])]


def by_day(connection: Connection, works: Iterable[int]) -> list[DayRow]:
    """Count a work's posts and amplifications by UTC day and source."""
    return [DayRow(*row) for row in connection.execute(_BY_DAY, {"works": [*works]})]
