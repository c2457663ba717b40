"""Does it grow faster than others: what is heard of a shelf comes in; its growth against comparable works goes out.

Comparable are works that are in the store beside those of the shelf, since a reference has no times.
"""

import random
from datetime import timedelta

from sqlalchemy import func, select

from hubbub.answers.heard import Heard
from hubbub.people.pace import Pace
from hubbub.store import schema as s
from hubbub.store.sql import among, rows
from hubbub.store.times import micros
from hubbub.store.wanted import on_shelves

MOST = 20_000  # names of other works that are looked at, drawn by chance


def paced(heard: Heard, period: timedelta) -> Pace | None:
    """Say how the shelf grew in the last period, after the one before; None if nobody spoke of it in either."""
    import numpy as np

    from hubbub.people.feeds import tireless
    from hubbub.people.growth import Counted, counted, pace

    m, until = s.mention.c, micros(heard.now)
    asked = select(m.identifier, m.source, m.account, m.posted_at).where(
        among(m.identifier, [*heard.rows, *_others(heard)]),
        m.counted,
        m.own,
        m.account.is_not(None),
        m.posted_at.between(micros(heard.now - 2 * period), until),
    )
    # A shelf's works have numbers below those of all names.
    said = [
        (heard.rows.get(row, row + len(heard.works)), source, account, at // 1_000_000)
        for row, source, account, at in rows(heard.view.connection, asked)
        if account not in heard.own
    ]
    work, place, account, at = np.array(said, np.int64).reshape(-1, 4).T
    feeds = [row for row, one in heard.people.items() if one.person.feed]
    feeds += tireless(account, at, np.ones(len(at), bool), until // 1_000_000 + 1).tolist()
    kept = np.isin(account, feeds, invert=True)
    middle = int((heard.now - period).timestamp())
    works, every = counted(work[kept], place[kept], account[kept], at[kept], middle)
    ours = works < len(heard.works)
    own, peers = (Counted(every.place[of], every.before[of], every.now[of]) for of in (ours, ~ours))
    if not ours.any():
        return None
    found = pace(own, peers, np.random.default_rng(0))
    return found or Pace(0, int(ours.sum()), 0, None, None, None, None, None, None, "too little to tell")


def _others(heard: Heard) -> list[int]:
    """The rows of names of other works; what is simulated and what is not are never compared."""
    connection, shelved = heard.view.connection, on_shelves().subquery().c
    invented = select(shelved.identifier).join(s.shelf, s.shelf.c.name == shelved.shelf).where(s.shelf.c.simulated)
    simulated = set(connection.execute(invented).scalars())
    if heard.shelf.simulated:
        return sorted(simulated - heard.rows.keys())
    last = connection.execute(select(func.max(s.identifier.c.id))).scalar_one() or 0
    drawn = random.Random(0).sample(range(1, last + 1), min(MOST, last))  # noqa: S311  answers must repeat themselves
    return sorted({*drawn} - simulated - heard.rows.keys())
