"""Works by kind and venue, alone or against reference works: columns of both come in, the cells of a grid go out.

A reference work has to be old enough that hardly more will come. A work is compared with those of its kind and year;
where they are fewer than fifty, with those of its kind, then with those of every kind, and the cell says which.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
from msgspec import Struct
from msgspec.structs import replace
from numpy.typing import NDArray
from scipy.special import betaincinv

from hubbub.metrics import mentioned, peers, venues
from hubbub.metrics.mentioned import WORLD, Mentioned, Stratum
from hubbub.metrics.peers import Mean, Place
from hubbub.metrics.reference import Works
from hubbub.metrics.venues import Cell, Norm, Prior, Row, Verdict
from hubbub.reference.venues import carries

ALL = "all kinds"
GROWN = 0.95  # of the mentions of a reference work have come
LEARNT = 200  # mentions, and
LEARNT_WORKS = 20  # works, from which on a curve of ages is learnt
FOLLOWED = 365  # days; of younger works the late mentions are missing

Floats = NDArray[np.float64]
Names = NDArray[np.str_]


class Ageing(Struct, frozen=True):
    """When mentions come at a venue, as `Prior.maturity`: learnt of `mentions` of `works`, or by rule if of none."""

    maturity: tuple[float, ...]
    mentions: int = 0
    works: int = 0


class Square(Struct, frozen=True):
    """A cell of the grid, `row` being its verdict, and what it is made of.

    `mentions` are those of all works whose number is known. Of these works `ripe` are old enough, and `heard` of them
    are mentioned: a share with its 90 % interval from `low` to `high` (Jeffreys), None without such works. `any` and
    `mean` are indicators against the reference, None without one; `mean` is for venues where most works are mentioned.
    """

    row: Row
    mentions: int
    ripe: int
    heard: int
    low: float | None = None
    high: float | None = None
    any: Mentioned | None = None
    mean: Mean | None = None


class Baseline(NamedTuple):
    """What reference works tell of a venue: counts, the strata of each work from narrow to wide, norms by stratum."""

    counts: Floats
    strata: tuple[Names, ...]
    norms: Mapping[str, Norm]
    heard: Mapping[str, Norm]
    prior: Prior | None


def ageing(days: Floats, published: Floats, works: NDArray[np.intp], today: float, rule: float) -> Ageing:
    """Learn when mentions come, from the days of mentions at a venue and the publication and number of each one's work.

    Works count that are a year old, and came out when mentions were being collected already: of older ones the early
    mentions may be missing. Where fewer than 200 mentions of 20 such works are known, all come by the days of the
    `rule`.
    """
    begun = np.min(days, where=np.isfinite(days), initial=np.inf)
    delays = days - published
    old = np.isfinite(delays) & (published >= np.floor(begun)) & (today - published >= FOLLOWED)
    known = len(np.unique(works[old]))
    if np.sum(old) < LEARNT or known < LEARNT_WORKS:
        return Ageing((rule,) * 100)
    return Ageing(venues.maturity(np.maximum(delays[old], 0)), int(np.sum(old)), known)


def baseline(reference: Works, venue: str, ageing: Ageing, today: float) -> Baseline | None:
    """Say what reference works tell of a venue; None where fewer than fifty of them are known and old enough."""
    counts = reference.mentions.get(venue)
    grown = venues.matured(ageing.maturity, today - reference.published) >= GROWN
    if counts is None or np.sum(grown & np.isfinite(counts)) < WORLD:
        return None
    used = np.flatnonzero(grown & np.isfinite(counts))
    # In an order of their own, so that sums do not depend on that of works, to the last digit.
    used = used[np.lexsort((counts[used], reference.groups[used], *(names[used] for names in _strata(reference))))]
    counts, strata = counts[used], tuple(names[used] for names in _strata(reference))
    measure = venues.measure_for(counts)
    norms = {name: norm for names in strata for name, norm in venues.norms(counts, names, measure).items()}
    heard = {name: norm for names in strata for name, norm in venues.norms(counts, names, "any").items()}
    expected = _means(_chosen(strata, norms), norms)
    # The same works are always dealt in the same way, so that an answer stays what it is.
    chance = np.random.default_rng(0)
    try:
        prior = venues.learn(counts, expected, reference.groups[used], measure, chance, ageing.maturity)
    except ValueError:  # no two works of one group: how groups differ cannot be told
        prior = None
    return Baseline(counts, strata, norms, heard, prior)


def _strata(works: Works) -> tuple[Names, ...]:
    """Names of the strata of each work, from the narrowest to the widest."""
    known = np.isfinite(works.published)
    years = (np.where(known, works.published, 0).astype("datetime64[D]").astype("datetime64[Y]")).astype(str)
    kinds = works.kinds.astype(object)
    narrow = kinds + " of " + np.where(known, years, "an unknown year").astype(object)
    return (
        narrow.astype(str),
        ("every " + kinds).astype(str),
        np.full(len(works), "works of every kind", dtype=object).astype(str),
    )


def _chosen(strata: Sequence[Names], norms: Mapping[str, Norm]) -> Names:
    """The narrowest stratum of each work that has enough reference works; empty if none has."""
    large = [name for name, norm in norms.items() if norm.works >= WORLD]
    chosen = np.full(len(strata[0]), "", dtype=object)
    for names in reversed(strata):
        chosen = np.where(np.isin(names, large), names, chosen)
    return chosen.astype(str)


def _means(chosen: Names, norms: Mapping[str, Norm]) -> Floats:
    return np.array([norms[name].mean if name else np.nan for name in chosen.tolist()])


def squares(
    own: Works, at: Sequence[str], ages: Mapping[str, Ageing], bases: Mapping[str, Baseline | None], today: float
) -> list[Square]:
    """Return the grid: the cells of each kind and, if there are several, of all, at each of the venues `at`."""
    kinds = np.unique(own.kinds).tolist()
    kinds += [ALL] if len(kinds) > 1 else []
    priors = {venue: base.prior for venue, base in bases.items() if base and base.prior}
    return [_square(own, kind, venue, ages[venue], bases.get(venue), priors, today) for kind in kinds for venue in at]


def _square(
    own: Works, kind: str, venue: str, ageing: Ageing, base: Baseline | None, priors: Mapping[str, Prior], today: float
) -> Square:
    which = np.ones(len(own), bool) if kind == ALL else own.kinds == kind
    counts, ages = own.mentions[venue][which], today - own.published[which]
    chosen = _chosen([names[which] for names in _strata(own)], base.norms) if base else np.full(len(counts), "")
    strata = sorted({name for name in chosen.tolist() if name})
    cell = Cell(
        kind,
        venue,
        counts.tolist(),
        ages.tolist(),
        _means(chosen, base.norms).tolist() if base else None,
        ", ".join(strata) or None,
        _size(base, strata) if base and strata else None,
        carries(venue, kind) if kind != ALL else True,
    )
    (row,) = venues.grid([cell], priors)
    known, share = np.isfinite(counts), venues.matured(ageing.maturity, ages)
    ripe = known & (share > venues.MATURE)
    if row.verdict == Verdict.LITTLE and not ripe.any() and np.any(known & (share <= venues.MATURE)):
        row = replace(row, verdict=Verdict.EARLY)
    heard, works = int(np.sum(counts[ripe] > 0)), int(np.sum(ripe))
    square = Square(row, int(np.nansum(counts)), works, heard)
    if works and row.verdict != Verdict.CANNOT:
        low, high = betaincinv(heard + 0.5, works - heard + 0.5, [0.05, 0.95])
        square = replace(square, low=float(low) if heard else 0.0, high=float(high) if heard < works else 1.0)
    if base is None or row.verdict == Verdict.CANNOT:
        return square
    return replace(
        square,
        any=mentioned.indicators(_tables(counts[ripe], chosen[ripe], base)),
        mean=_mean(counts[ripe], chosen[ripe], base),
    )


def _size(base: Baseline, strata: Sequence[str]) -> int:
    """How many reference works are in any of these strata, which may overlap."""
    return int(np.sum(np.any([np.isin(names, strata) for names in base.strata], axis=0)))


def _tables(counts: Floats, chosen: Names, base: Baseline) -> list[Stratum]:
    """How many works of each stratum are mentioned, in the group and in the world."""
    return [
        Stratum(
            name,
            int(np.sum(counts[chosen == name] > 0)),
            int(np.sum(chosen == name)),
            round(base.heard[name].mean * base.heard[name].works),
            base.heard[name].works,
        )
        for name in sorted(set(chosen.tolist()) - {""})
    ]


def _mean(counts: Floats, chosen: Names, base: Baseline) -> Mean | None:
    names = sorted(set(chosen.tolist()) - {""})
    return peers.mnlcs([(name, counts[chosen == name], _world(base, name)) for name in names])


def _world(base: Baseline, name: str) -> Floats:
    """The counts of the reference works of a stratum."""
    return next((base.counts[names == name] for names in base.strata if name in names), np.empty(0))


def places(own: Works, venue: str, ageing: Ageing, base: Baseline, today: float) -> list[Place | None]:
    """Return the place of each work among its peers at a venue; None where it is too young, or they are too few."""
    counts, strata = own.mentions[venue], _strata(own)
    ripe = venues.matured(ageing.maturity, today - own.published) > venues.MATURE
    known: dict[tuple[float, ...] | tuple[float, str, str, str], Place | None] = {}
    found: list[Place | None] = []
    for count, old, *names in zip(counts.tolist(), ripe.tolist(), *(s.tolist() for s in strata), strict=True):
        key = (count, *names)
        if old and key not in known:
            known[key] = peers.place(count, [(name, _world(base, name)) for name in names])
        found.append(known[key] if old else None)
    return found
