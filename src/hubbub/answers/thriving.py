"""Where work thrives and where it does not: a shelf and, if wanted, a reference come in; verdicts with their n go out.

Heavy: it loads numpy and scipy, so it is imported when it is asked for.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import combinations

import numpy as np
from msgspec import Struct
from msgspec.structs import replace
from numpy.typing import NDArray
from sqlalchemy import exists, select

from hubbub import identify
from hubbub.answers.outputs import DAY, Output, Spoken, outputs, spoken
from hubbub.answers.shapes import Card
from hubbub.answers.view import View
from hubbub.metrics import calibrated, kinds
from hubbub.metrics.against import Ageing, Baseline, Square, ageing, baseline, places, squares
from hubbub.metrics.kinds import Ahead
from hubbub.metrics.paired import Paired, paired
from hubbub.metrics.peers import Place
from hubbub.metrics.reference import Works
from hubbub.metrics.venues import MATURE, Contrast, contrasts, matured
from hubbub.model import Identifier
from hubbub.reference.venues import ripens, venues
from hubbub.store import Store
from hubbub.store import schema as s
from hubbub.store.sql import rows
from hubbub.store.times import micros

Floats = NDArray[np.float64]


class Kind(Struct, frozen=True):
    """How many outputs of a kind there are, and of how many no day of publication is known."""

    name: str
    outputs: int
    undated: int


class Venue(Struct, frozen=True):
    """A venue: how many `mentions` the shelf has there, and how the age is told from which on a work is judged.

    `days` is that age. It was learnt of so many `learnt_mentions` of works of the store, or is a rule of thumb if of 0.
    `reference_works` are known there and old enough; None without a reference.
    """

    name: str
    mentions: int
    days: float
    learnt_mentions: int
    learnt_works: int
    reference_works: int | None


class Forms(Struct, frozen=True):
    """The same works in two forms at one venue. `sure`: a difference is told; of these, one in ten is none."""

    venue: str
    first: str
    second: str
    paired: Paired
    sure: bool


class Kinds(Struct, frozen=True):
    """Two kinds of output within the shelf at one venue, without any reference; `sure` as for forms."""

    venue: str
    ahead: Ahead
    sure: bool


class Standing(Struct, frozen=True):
    """One output and its place among reference works at each venue where that can be told."""

    identifier: Identifier
    title: str | None
    kind: str
    places: dict[str, Place]


class Against(Struct, frozen=True):
    """What works are compared with: another shelf (`is_shelf`) or a file, by its name, and how many works it has.

    `shared` of its works were left out, as they are on the shelf itself. At the `unread` venues nothing is collected
    here, so nothing is compared.
    """

    name: str
    is_shelf: bool
    works: int
    shared: int
    unread: tuple[str, ...]


class Thriving(Struct, frozen=True):
    """Where the works of a shelf thrive: the grid of kinds and venues, and contrasts, each with its numbers.

    `simulated` says that the shelf is invented. `works` are on the shelf, as `outputs` of several `kinds`. `silent`
    venues are those where reference works let expect three mentions and more, and there is none. `rule` says where the
    ages come from that are not learnt.
    """

    shelf: str
    title: str
    simulated: bool
    as_of: datetime
    works: int
    outputs: int
    kinds: tuple[Kind, ...]
    venues: tuple[Venue, ...]
    grid: tuple[Square, ...]
    forms: tuple[Forms, ...]
    within: tuple[Kinds, ...]
    against: Against | None
    contrasts: tuple[Contrast, ...]
    silent: tuple[str, ...]
    standings: tuple[Standing, ...]
    rule: str


def thrive(store: Store, shelf: str, against: str | Works | None, now: datetime) -> Thriving | None:
    """Say where a shelf's works thrive, `against` another shelf, by its name, or works that somebody gives.

    None if there is no such shelf. ValueError if there is no such other shelf, or it is the same.
    """
    with View(store) as view:
        card, works = view.card(shelf), view.works_on(shelf)
        if card is None or works is None:
            return None
        if against == shelf:
            raise ValueError("a shelf is no reference for itself; name another shelf, or a file")
        own = outputs(view, works)
        said, names = spoken(view, own), _names(view)
        peers, reference = _peers(view, own, against) if isinstance(against, str) else ([], None)
        theirs = spoken(view, peers)
        at = {names[row] for row in np.unique(np.concatenate([said.venue, theirs.venue])).tolist()}
        told = _columns(peers, theirs, names, at)
        if isinstance(against, Works):
            reference, told = _given(view, own, against, at)
            at |= told.mentions.keys() - set(reference.unread)
    ages = _ages([(own, said), (peers, theirs)], names, at, now)
    return _thriving(card, own, _columns(own, said, names, at), reference, told, ages, now)


def _names(view: View) -> dict[int, str]:
    return dict(map(tuple, rows(view.connection, select(s.source.c.id, s.source.c.name))))


def _peers(view: View, own: Sequence[Output], shelf: str) -> tuple[list[Output], Against]:
    """The outputs of another shelf, without those of one's own."""
    works = view.works_on(shelf)
    if works is None:
        raise ValueError(f"there is no shelf {shelf!r} to compare with")
    taken = {name for one in own for name in one.names}
    every = outputs(view, works)
    peers = [one for one in every if taken.isdisjoint(one.names)]
    return peers, Against(shelf, True, len(peers), len(every) - len(peers), ())


def _given(view: View, own: Sequence[Output], works: Works, at: set[str]) -> tuple[Against, Works]:
    """The works of a file, without one's own, and at which of its venues nothing is collected here."""
    taken = {str(name) for one in own for name in one.names}
    told = works.less([one for one in works.identifiers if _normal(one) in taken])
    unread = sorted(venue for venue in told.mentions if venue not in at and not _collects(view, venue))
    return Against(works.name, False, len(told), len(works) - len(told), tuple(unread)), told


def _normal(written: str) -> str:
    """An identifier in its normal form, if it is one."""
    found = identify.parse(written)
    return str(Identifier(found.scheme, found.value)) if found else written


def _collects(view: View, venue: str) -> bool:
    """Whether anything of a place was ever collected here; if not, nobody knows that there is nothing."""
    place = select(s.source.c.id).where(s.source.c.name == venue)
    read = exists().where(s.cursor.c.source.in_(place)) | exists().where(s.assertion.c.source.in_(place))
    return bool(view.connection.execute(select(read)).scalar_one())


def _columns(ones: Sequence[Output], said: Spoken, names: Mapping[int, str], at: set[str]) -> Works:
    """Outputs as columns, with their mentions at venues where something is collected: there none is zero."""
    ids = {name: row for row, name in names.items()}
    published, first = np.array([one.published for one in ones], np.float64), np.full(len(ones), np.nan)
    np.fmin.at(first, said.output, said.day)
    return Works(
        "",
        tuple(str(one.names[0]) for one in ones),
        np.array([one.kind for one in ones], np.str_),
        # What nobody dates was out when it was first spoken of, at the latest.
        np.where(np.isnan(published), first, published),
        np.array([one.group for one in ones], np.str_),
        {
            venue: np.bincount(said.output[said.venue == ids[venue]], minlength=len(ones)).astype(np.float64)
            for venue in at
            if venue in ids
        },
    )


def _ages(
    groups: Sequence[tuple[Sequence[Output], Spoken]], names: Mapping[int, str], at: set[str], now: datetime
) -> dict[str, Ageing]:
    """When mentions come at each venue, learnt from works of the store or by rule."""
    today, ids = micros(now) / DAY, {name: row for row, name in names.items()}
    published = np.array([one.published for ones, _ in groups for one in ones], np.float64)
    shift = np.cumsum([0, *(len(ones) for ones, _ in groups)])
    output = np.concatenate([said.output + start for (_, said), start in zip(groups, shift, strict=False)])
    venue = np.concatenate([said.venue for _, said in groups])
    days = np.concatenate([said.day for _, said in groups])
    found = {}
    for name in at:
        here = venue == ids.get(name, -1)
        found[name] = ageing(days[here], published[output[here]], output[here], today, ripens(name))
    return found


def _thriving(
    shelf: Card, own: Sequence[Output], mine: Works, reference: Against | None, told: Works,
    ages: Mapping[str, Ageing], now: datetime,
) -> Thriving:  # fmt: skip
    today = micros(now) / DAY
    bases = {venue: baseline(told, venue, ages[venue], today) if reference else None for venue in ages}
    order = sorted(ages, key=lambda venue: (-float(np.nansum(mine.mentions[venue])), venue))
    grid = squares(mine, order, ages, bases, today) if own else []
    priors = {venue: base.prior for venue, base in bases.items() if base and base.prior}
    counts = {kind: mine.kinds == kind for kind in np.unique(mine.kinds).tolist()}
    forms, within = _within(own, mine, ages, today)
    heard = {(one.row.venue, one.row.kind) for one in grid if one.heard}
    compared = [one.row for one in grid if one.row.kind in counts and one.row.compared >= kinds.FEW]
    silent = {square.row.venue for square in grid if square.row.silent} & {
        venue for venue in order if not np.nansum(mine.mentions[venue])
    }
    return Thriving(
        shelf=shelf.name,
        title=shelf.title,
        simulated=shelf.simulated,
        as_of=now,
        works=shelf.works,
        outputs=len(own),
        kinds=tuple(
            Kind(kind, int(which.sum()), int(np.isnan(mine.published[which]).sum())) for kind, which in counts.items()
        ),
        venues=tuple(_venue(venue, mine, ages[venue], bases[venue], reference) for venue in order),
        grid=tuple(grid),
        forms=forms,
        within=within,
        against=reference,
        # Of two kinds without a mention, that of which less is known comes nearer to what is usual.
        contrasts=tuple(one for one in contrasts(compared, priors) if (one.venue, one.better) in heard),
        silent=tuple(sorted(silent)),
        standings=_standings(own, mine, ages, bases, today),
        rule=venues().source,
    )


def _venue(name: str, mine: Works, age: Ageing, base: Baseline | None, reference: Against | None) -> Venue:
    half = next(day for day, share in zip(age.maturity, np.arange(1, 101) / 100, strict=True) if share >= MATURE)
    works = (len(base.counts) if base else 0) if reference else None
    return Venue(name, int(np.nansum(mine.mentions[name])), half, age.mentions, age.works, works)


def _within(
    own: Sequence[Output], mine: Works, ages: Mapping[str, Ageing], today: float
) -> tuple[tuple[Forms, ...], tuple[Kinds, ...]]:
    """Contrasts within the shelf: forms of the same works, and kinds of any; only of works that are old enough."""
    forms, within = [], []
    numbers = np.array([one.work for one in own], np.intp)
    for venue, age in sorted(ages.items()):
        ripe = matured(age.maturity, today - mine.published) > MATURE
        counts = np.where(ripe, mine.mentions[venue], np.nan)
        table = _by_work(counts, numbers, mine.kinds)
        for first, second in combinations(sorted(table), 2):
            pair = paired(table[first], table[second])
            if pair.first or pair.second:
                forms.append(Forms(venue, first, second, pair, sure=False))
        known = {kind: counts[mine.kinds == kind] for kind in table}
        within += [Kinds(venue, one, sure=False) for one in kinds.ranked(known) if np.nansum(counts)]
    chances = np.array([*(one.paired.chance for one in forms), *(one.ahead.chance for one in within)])
    sure = calibrated.discovered(chances).tolist()
    forms = [replace(one, sure=is_) for one, is_ in zip(forms, sure, strict=False)]
    within = [replace(one, sure=is_) for one, is_ in zip(within, sure[len(forms) :], strict=True)]
    return (
        tuple(sorted(forms, key=lambda one: (one.paired.chance, one.venue, one.first))),
        tuple(sorted(within, key=lambda one: (one.ahead.chance, one.venue, one.ahead.first))),
    )


def _by_work(counts: Floats, numbers: NDArray[np.intp], forms: NDArray[np.str_]) -> dict[str, Floats]:
    """The mentions of each work in each form, NaN where it has none; several outputs of one kind are added."""
    table = {}
    for kind in np.unique(forms).tolist():
        which = forms == kind
        column = np.full(int(numbers.max(initial=-1)) + 1, np.nan)
        column[numbers[which]] = 0
        np.add.at(column, numbers[which], counts[which])
        table[kind] = column
    return table


def _standings(
    own: Sequence[Output], mine: Works, ages: Mapping[str, Ageing], bases: Mapping[str, Baseline | None], today: float
) -> tuple[Standing, ...]:
    """The place of each output at each venue where there are enough reference works."""
    found: list[dict[str, Place]] = [{} for _ in own]
    for venue, base in sorted(bases.items()):
        for number, place in enumerate(places(mine, venue, ages[venue], base, today) if base else ()):
            if place:
                found[number][venue] = place
    return tuple(
        Standing(one.names[0], one.title, one.kind, where) for one, where in zip(own, found, strict=True) if where
    )
