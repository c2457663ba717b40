"""Where the works of a store stand among each other: a store and a formula come in, its table of standings is filled.

All in columns. What counts, and which names are one work, is as in answers: `store.counts` and `match.works` say how.
"""

from collections.abc import Iterator
from contextlib import closing
from datetime import datetime
from functools import partial
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
from msgspec import Struct
from sqlalchemy import Connection, select

from hubbub import settings
from hubbub.metrics.score import Scored, rule_of
from hubbub.reference.altmetric import words
from hubbub.reference.attention import NAMES, Formula, formula, formulas
from hubbub.reference.places import place
from hubbub.standings.together import Names, together
from hubbub.store import Store
from hubbub.store import schema as s
from hubbub.store.sql import rows
from hubbub.store.standing import Lately, Row
from hubbub.store.times import micros

if TYPE_CHECKING:  # numpy is loaded where it is reckoned
    import numpy as np
    from numpy.typing import NDArray

    Ints = NDArray[np.int64]

DAY = 86_400_000_000  # microseconds
LEAST = 1e-9  # of a score that is one: differences of fractions are not exact
NEVER = -(2**62)  # in place of a time that nobody knows
AT_ONCE = 100_000  # rows that are read
LARGEST_FILE = 1 << 20  # bytes of a formula

_MENTIONS = (
    "SELECT identifier, source, post, coalesce(account, -1), CASE WHEN own THEN 1 ELSE 0 END,"
    f" CASE WHEN counted THEN 1 ELSE 0 END, coalesce(posted_at, {NEVER}) FROM mention"
)
_REPOSTS = (
    f"SELECT t.post, p.id, coalesce(p.account, -1), coalesce(p.posted_at, {NEVER}) FROM touch t"
    " JOIN assertion a ON a.id = t.assertion JOIN assertion p ON p.id = a.post WHERE t.verb = 'reposts'"
)


class _Told(Struct, frozen=True):
    """What a cohort is made by."""

    issued: str | None = None
    venue: str | None = None


def chosen(name: str | None = None) -> Formula:
    """Read the formula of a file, or one of ours by its name; None is what the settings say, else our own.

    ValueError says what is wrong with it, and in which line.
    """
    name = name or settings.formula() or NAMES[0]
    if name in formulas():
        return formulas()[name]
    try:
        with Path(name).open("rb") as file:
            content = file.read(LARGEST_FILE + 1)
    except OSError as error:
        why = f"{error.strerror or error}; hubbub itself brings {' and '.join(NAMES)}"
        raise ValueError(f"the formula {name} cannot be read: {why}") from error
    try:
        if len(content) > LARGEST_FILE:
            raise ValueError(f"it is larger than {LARGEST_FILE >> 20} MB")
        return formula(content)
    except ValueError as error:
        raise ValueError(f"the formula {name} cannot be used: {error}") from error


def stand(store: Store, by: Formula, now: datetime) -> int:
    """Reckon where every work stands that is spoken of, and keep that; return how many works there are."""
    import numpy as np

    from hubbub.metrics.standing import standings

    with store.connect() as connection, connection.begin():  # one moment, also for what asks the driver itself
        mentions = _columns(connection, _MENTIONS, 7)
        names = together(connection, np.unique(mentions[0]))
        every = _every(connection, mentions, names)
        works, scores, last = _weighed(connection, every, by)
        lately = _lately(connection, every, works[last > NEVER], last[last > NEVER], by, micros(now))
        journal, published = _cohorts(connection, works, names)
    stated = f"{by.name} {by.version}"
    found = [
        Row(identifier, cohort, stated, micros(now), score, *numbers)
        for cohort, placed in standings(scores, journal, published).items()
        for identifier, score, *numbers in zip(
            works[placed.work].tolist(),
            scores[placed.work].tolist(),
            *(column.tolist() for column in placed[1:]),
            _or_none(last[placed.work], last[placed.work] != NEVER),
            _or_none(published[placed.work], np.isfinite(published[placed.work])),
            strict=True,
        )
    ]
    with store.writing() as writer:
        writer.standings.keep(sorted(found), lately, sorted(_others(names)))
    return len(works)


def _or_none(column: "NDArray[Any]", known: "NDArray[np.bool_]") -> list[Any]:
    """The same in a list, None where it is unknown."""
    return [value if is_known else None for value, is_known in zip(column.tolist(), known.tolist(), strict=True)]


def _columns(connection: Connection, statement: str, width: int) -> "Ints":
    """All rows as columns (width, rows), straight from the driver, whose tuples cost a fifth of SQLAlchemy's rows."""
    import numpy as np

    cursor = connection.connection.cursor()
    with closing(cursor):
        cursor.execute(statement)
        parts = iter(partial(cursor.fetchmany, AT_ONCE), [])
        found = np.fromiter(chain.from_iterable(chain.from_iterable(parts)), np.int64)
    return np.ascontiguousarray(found.reshape(-1, width).T)


def _others(names: Names) -> Iterator[tuple[int, int]]:
    """Each name of a work beside its leading one."""
    return ((work, row) for work, every in names.of.items() for row in every if row != work)


def _every(connection: Connection, mentions: "Ints", names: Names) -> "Ints":
    """What speaks of works, each once, in columns: the work by its leading row, source, post, account, own, when."""
    import numpy as np

    row, source, post, account, own, counted, posted = mentions
    at, work = _of_works(row, names)
    order, starts = _sorted(post[at], work)
    at, work = at[order], work[order]
    if not len(starts):
        return np.empty((6, 0), np.int64)
    spoke, stays = np.minimum.reduceat(own[at], starts), np.maximum.reduceat(counted[at], starts) == 1
    who, first = np.maximum.reduceat(account[at], starts), at[starts]
    times = np.maximum.reduceat(posted[at], starts)
    every = np.stack([work[starts], source[first], post[first], who, spoke, times])[:, stays]
    every = np.concatenate([every, _reposts(connection, every[:, every[4] == 1])], axis=1)
    order, starts = _sorted(every[2], every[0], every[4] != 0)  # a post may be passed on under several names
    every = every[:, order]
    every[3] = np.repeat(np.maximum.reduceat(every[3], starts), np.diff(np.append(starts, every.shape[1])))
    return every[:, starts]


def _lately(connection: Connection, every: "Ints", works: "Ints", last: "Ints", by: Formula, now: int) -> list[Lately]:
    """What mentions of each window until now add to those before them, as `metrics.score.gained` has it in time."""
    import numpy as np

    found = []
    for days in sorted(set(words().windows.values())):
        end = now - days * DAY
        spoken = every[:, np.isin(every[0], works[last > end]) & (every[5] != NEVER)]
        late, scores, _ = _weighed(connection, spoken, by)
        early, before, _ = _weighed(connection, spoken[:, spoken[5] <= end], by)
        scores[np.searchsorted(late, early)] -= before
        found += [Lately(days, *one) for one in zip(late.tolist(), scores.tolist(), strict=True) if one[1] > LEAST]
    return found


def _of_works(row: "Ints", names: Names) -> "tuple[Ints, Ints]":
    """Which mentions are of which works: a name may belong to several, as slides do to their paper."""
    import numpy as np

    low, high = np.searchsorted(names.row, row), np.searchsorted(names.row, row, "right")
    times = np.maximum(high - low, 1)
    at = np.repeat(np.arange(len(row)), times)
    step = np.arange(len(at)) - np.repeat(np.cumsum(times) - times, times)
    lone, work = (high == low)[at], row[at]
    work[~lone] = names.work[(low[at] + step)[~lone]]
    return at, work


def _reposts(connection: Connection, spoken: "Ints") -> "Ints":
    """What passes on what was spoken, in the same columns."""
    import numpy as np

    original, post, account, posted = _columns(connection, _REPOSTS, 4)
    order = np.argsort(original, kind="stable")
    low, high = (np.searchsorted(original[order], spoken[2], side) for side in ("left", "right"))
    of = np.repeat(np.arange(spoken.shape[1]), high - low)
    at = order[np.arange(len(of)) + np.repeat(low - (np.cumsum(high - low) - (high - low)), high - low)]
    return np.stack([spoken[0][of], spoken[1][of], post[at], account[at], np.zeros_like(of), posted[at]])


def _weighed(connection: Connection, every: "Ints", by: Formula) -> "tuple[Ints, NDArray[np.float64], Ints]":
    """Works by their leading rows, their scores as of `metrics.score`, and when they were spoken of at last.

    Of what counts once together, the greatest weight counts. Whole numbers, so that all add up.
    """
    import numpy as np

    if not every.shape[1]:
        return np.empty(0, np.int64), np.empty(0), np.empty(0, np.int64)
    names: dict[int, str] = dict(map(tuple, rows(connection, select(s.source.c.id, s.source.c.name))))
    rules = {
        (id_, own): rule_of(Scored(name, "", place(name).kind if own else "repost"), by)
        for id_, name in names.items()
        for own in (0, 1)
    }
    digits = max((len(f"{rule.weight:.12f}".rstrip("0").partition(".")[2]) for rule in by.weights), default=0)
    work, source, post, account, own, posted = every
    pair = 2 * source + own
    width = 2 * max(names, default=0) + 2
    weight, kind, once = (np.zeros(width, np.int64) for _ in range(3))
    for (id_, own_), rule in rules.items():
        if rule is not None:
            weight[2 * id_ + own_] = round(rule.weight * 10**digits)
            once[2 * id_ + own_] = {"mention": 0, "account": 1, "source": 2}[rule.once]
            kind[2 * id_ + own_] = list(by.weights).index(rule)
    how = np.where((once[pair] == 1) & (account < 0), 0, once[pair])
    who = np.choose(how, [post, account, kind[pair]])
    order, starts = _sorted(who, source * 3 + how, work)
    works, at = np.unique(work[order][starts], return_index=True)
    most = np.maximum.reduceat(weight[pair][order], starts)
    last = np.maximum.reduceat(posted[order], starts)
    return works, np.add.reduceat(most, at) / 10**digits, np.maximum.reduceat(last, at)


def _sorted(*keys: "NDArray[np.generic]") -> "tuple[Ints, Ints]":
    """The order by keys, the last one first, and where in it each combination of them begins."""
    import numpy as np

    order = np.lexsort(keys)
    new = np.zeros(len(order), bool)
    new[:1] = True
    for key in keys:
        new[1:] |= key[order][1:] != key[order][:-1]
    return order, np.flatnonzero(new)


def _cohorts(connection: Connection, works: "Ints", names: Names) -> "tuple[Ints, NDArray[np.float64]]":
    """The journal of each work as a number, -1 if unknown, and the day it came out, NaN if no month is known."""
    import numpy as np

    from hubbub.metrics.reference import day_of

    table = s.description.c
    newest = select(table.identifier, table.content).order_by(table.version, table.content.desc())
    told = dict(map(tuple, rows(connection, newest)))
    journals: dict[str, int] = {}
    journal, published = np.full(len(works), -1, np.int64), np.full(len(works), np.nan)
    for number, work in enumerate(works.tolist()):
        content = next((told[row] for row in names.of.get(work, (work,)) if row in told), None)
        if content is not None:
            about = msgspec.json.decode(content, type=_Told)
            if about.venue:
                journal[number] = journals.setdefault(about.venue, len(journals))
            if len(about.issued or "") >= len("2024-05"):
                published[number] = day_of(about.issued)
    return journal, published
