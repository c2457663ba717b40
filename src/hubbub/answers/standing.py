"""Where a work stands among others: a store and a work come in; its standings, as they were last reckoned, go out."""

from datetime import datetime

from msgspec import Struct

from hubbub.answers.view import View
from hubbub.model import Identifier
from hubbub.named import Named, known
from hubbub.store import Store
from hubbub.store.standing import standings as reckoned
from hubbub.store.times import moment


class Standing(Struct, frozen=True):
    """How the attention score of a work stood in a `cohort` of `works` others: `below` had less, `alike` the same.

    `formula` is the name and version of that by which the score was reckoned, `as_of` when. `percentile` takes those
    alike half, `interval` are the ends of its 90 % interval; all three from 0 to 100. `mean` is the mean score of the
    cohort, the work included.
    """

    work: Identifier
    score: float
    formula: str
    cohort: str
    percentile: float
    interval: tuple[float, float]
    works: int
    below: int
    alike: int
    mean: float
    as_of: datetime


def standings(store: Store, identifier: Identifier) -> tuple[Standing, ...]:
    """Say where a work stands, a cohort each; nothing where it was not reckoned, or a cohort has no other work."""
    with View(store) as view:
        return of_work(view, known(view.connection, identifier))


def leading(named: Named) -> int | None:
    """The row of the leading name of a work; None where the store has none of its names."""
    return next((named.said.rows[one] for one in named.work.identifiers if one in named.said.rows), None)


def of_work(view: View, named: Named) -> tuple[Standing, ...]:
    row = leading(named)
    return tuple(
        Standing(
            work=named.work.identifiers[0],
            score=one.score,
            formula=one.formula,
            cohort=one.cohort,
            percentile=100 * (one.below + one.alike / 2) / one.works,
            interval=(one.low, one.high),
            works=one.works,
            below=one.below,
            alike=one.alike,
            mean=one.mean,
            as_of=moment(one.as_of),
        )
        for one in (reckoned(view.connection, row) if row is not None else ())
    )
