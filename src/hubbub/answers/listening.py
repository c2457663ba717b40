"""Do those who listen become more: accounts and a period come in; their followers at its beginning and its end go out.

Lanes are read every four weeks at least, so a number that is older than five says nothing of a day.
"""

from collections.abc import Collection, Iterable, Mapping
from datetime import date, datetime, timedelta

from sqlalchemy import Connection, and_, case, func, select

from hubbub.answers.community import Followers, Listening, OwnAccount
from hubbub.answers.heard import Heard
from hubbub.store import schema as s
from hubbub.store.sql import among, rows
from hubbub.store.times import EPOCH, days

FRESH = timedelta(weeks=5)
FEW = 5  # accounts below which nothing is added up


def followers_of(
    connection: Connection, accounts: Iterable[int], since: datetime, until: datetime
) -> dict[int, Followers]:
    """Return the followers of accounts, given by their rows, at both ends of a period, where any were told by then."""
    table, begin = s.audience.c, days(since)
    by_then = func.max(case((table.day <= begin, table.day)))
    ends = (
        select(
            table.account, func.coalesce(by_then, func.min(table.day)).label("first"), func.max(table.day).label("last")
        )
        .where(among(table.account, [*accounts]), table.day <= days(until))
        .group_by(table.account)
        .subquery()
        .c
    )
    one, other = s.audience.alias(), s.audience.alias()
    asked = (
        select(ends.account, ends.first, one.c.followers, ends.last, other.c.followers)
        .join(one, and_(one.c.account == ends.account, one.c.day == ends.first))
        .join(other, and_(other.c.account == ends.account, other.c.day == ends.last))
    )
    return {row: _followers(*told) for row, *told in rows(connection, asked)}


def listening(heard: Heard, voices: Collection[int], told: Mapping[int, Followers], since: datetime) -> Listening:
    """Sum up the followers that are `told` of voices, and of one's own accounts, given by their rows."""
    connection, until = heard.view.connection, heard.now
    ours = followers_of(connection, heard.ours, since, until)
    speakers = heard.view.speakers(heard.ours)
    own = [OwnAccount(speakers[row], ours.get(row)) for row in heard.ours]
    known = [told[row] for row in voices if row in told]
    fresh = [one for one in known if _is_fresh(one.since, since) and _is_fresh(one.until, until)]
    changes = [one.now - one.before for one in fresh]
    enough = len(fresh) >= FEW
    return Listening(
        since=since,
        until=until,
        own=tuple(sorted(own, key=lambda one: (one.speaker.source, one.speaker.key))),
        accounts=len(voices),
        known=len(fresh),
        before=sum(one.before for one in fresh) if enough else None,
        now=sum(one.now for one in fresh) if enough else None,
        more=sum(change > 0 for change in changes) if enough else None,
        fewer=sum(change < 0 for change in changes) if enough else None,
        first=min((one.since for one in known), default=None),
    )


def _followers(first: int, before: int, last: int, now: int) -> Followers:
    since, until = ((EPOCH + timedelta(days=day)).date() for day in (first, last))
    return Followers(since, before, until, now, None if first == last else now - before)


def _is_fresh(told: date, at: datetime) -> bool:
    return (at - FRESH).date() <= told <= at.date()
