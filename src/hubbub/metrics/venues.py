"""Where work thrives: mentions of works by kind and venue go in, shrunken ratios with verdicts come out.

A cell is one kind of output at one venue, and it is compared with what reference works of the same stratum get there.
The measure is the venue's: where most reference works get nothing, whether a work is mentioned at all (`any`);
elsewhere ln(1 + mentions) (`log`), since a mean of plain counts is the count of its most popular work.
"""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from itertools import permutations
from math import fsum
from typing import Literal

import numpy as np
from msgspec import Struct
from msgspec.structs import replace
from numpy.typing import ArrayLike, NDArray
from scipy.special import betainc, btdtrib, gammainc, gammaincinv, gammaln

from hubbub.metrics import calibrated

Floats = NDArray[np.float64]
Scores = tuple[float, ...]
Measure = Literal["any", "log"]

SPARSE = 0.75  # of reference works without a mention: from there on the mean of logarithms says little
SURE = 0.9
WELL, POOR, SILENT = 1.25, 0.8, 0.5  # ratios to what is expected
ENOUGH = 3.0  # expected, in the venue's measure, before silence says something
MATURE = 0.5  # of a work's mentions have come by its age, before it is compared
SPREADS = np.arange(0.02, 5, 0.02)  # standard deviations of ratios of groups that a prior may have
SPLITS = (2, 5, 10)  # works that predict the rest of their group


class Verdict(StrEnum):
    """What can be said of a cell."""

    WELL = "does well"
    POOR = "does not"
    LITTLE = "too little to tell"
    EARLY = "too early"
    CANNOT = "cannot"


CLAIMS = (Verdict.WELL, Verdict.POOR)  # the verdicts that can be wrong


class Norm(Struct, frozen=True):
    """What works of a stratum get at a venue: the mean in the venue's measure over `works` reference works."""

    mean: float
    works: int


class Prior(Struct, frozen=True):
    """What reference works tell about one venue; see `learn`.

    Ratios of groups, such as authors or journals, to what is expected of their works follow Gamma(`shape`, `shape`);
    works within a group vary by `dispersion` times their mean. `scores` are those of `calibrated.level`. `maturity`
    has the days by which 1 %, 2 % … 100 % of a work's mentions have come; empty if that is unknown, and then no work is
    too young.
    """

    measure: Measure
    shape: float
    dispersion: float
    scores: Scores
    maturity: tuple[float, ...] = ()


class Cell(Struct, frozen=True):
    """The works of one kind at one venue: `mentions`, `ages` in days and `expected` have one number a work.

    `expected` is the `Norm.mean` of each work's stratum, of whatever age; None where there is no reference, NaN where
    there is none for that work. `stratum` and `stratum_works` say what the reference is and how many works it has.
    `possible` is false where the venue cannot carry the kind, as where it has neither an identifier nor a page.
    """

    kind: str
    venue: str
    mentions: Sequence[float]
    ages: Sequence[float]
    expected: Sequence[float] | None = None
    stratum: str | None = None
    stratum_works: int | None = None
    possible: bool = True


class Row(Struct, frozen=True):
    """What is known of a cell: `ratio` to what is expected, shrunken, with its 90 % interval and the verdict.

    `works` were given; `compared` of them are old enough and have an expectation; `observed` and `expected` are sums
    over these in the venue's `measure`. `certainty` is the probability that the ratio is as the verdict says; `weight`
    is that of the evidence, prior included. `silent`: mentions were to be expected, and there is none. What is unknown
    is None; `high` is infinite where nothing bounds it.
    """

    kind: str
    venue: str
    verdict: Verdict
    works: int
    compared: int = 0
    measure: Measure | None = None
    observed: float | None = None
    expected: float | None = None
    ratio: float | None = None
    low: float | None = None
    high: float | None = None
    certainty: float | None = None
    weight: float | None = None
    silent: bool = False
    stratum: str | None = None
    stratum_works: int | None = None


class Contrast(Struct, frozen=True):
    """At `venue`, outputs of the kind `better` do better against expectation than those of `worse`."""

    venue: str
    better: str
    worse: str
    certainty: float


def measure_for(mentions: ArrayLike) -> Measure:
    """Return the measure that suits a venue, by the mentions of its reference works, shape (works,)."""
    heard = measured(mentions, "any")
    return "log" if np.nansum(heard) >= (1 - SPARSE) * max(np.sum(np.isfinite(heard)), 1) else "any"


def measured(mentions: ArrayLike, measure: Measure) -> Floats:
    """Return mentions, any shape, in a measure: 1 or 0 for `any`, ln(1 + mentions) for `log`. Unknown stays NaN."""
    counts = np.asarray(mentions, dtype=np.float64)
    counts = np.where((counts >= 0) & np.isfinite(counts), counts, np.nan)
    return np.minimum(counts, 1) if measure == "any" else np.log1p(counts)


def norms(mentions: ArrayLike, strata: ArrayLike, measure: Measure) -> dict[str, Norm]:
    """Return what is expected by the name of the stratum; `mentions` and `strata` have one entry a reference work.

    Reference works should be old enough that hardly more will come.
    """
    values, labels = measured(mentions, measure), np.asarray(strata, dtype=np.str_)
    known = np.isfinite(values)
    names, at = np.unique(labels[known], return_inverse=True)
    works = np.bincount(at, minlength=len(names))
    means = np.bincount(at, values[known], len(names)) / np.maximum(works, 1)
    return {str(name): Norm(float(m), int(n)) for name, m, n in zip(names, means, works, strict=True)}


def matured(maturity: Sequence[float], ages: ArrayLike) -> Floats:
    """Return the share of its mentions that a work of each age in days has had, shape of `ages`; NaN if unknown."""
    days = np.asarray(ages, dtype=np.float64)
    if not maturity:
        return np.where(np.isnan(days), np.nan, 1.0)
    shares = np.arange(1, len(maturity) + 1) / len(maturity)
    return np.interp(days, maturity, shares, left=0.0)


def maturity(delays: ArrayLike) -> tuple[float, ...]:
    """Return `Prior.maturity` of a venue by the days from a work's publication to each of its mentions.

    Only works that were followed for long enough may give delays: of a young one the late mentions are missing.
    """
    days = np.asarray(delays, dtype=np.float64)
    days = days[np.isfinite(days)]
    return tuple(np.quantile(days, np.arange(1, 101) / 100).tolist()) if len(days) else ()


def _due(expected: Floats, share: Floats, measure: Measure) -> Floats:
    """What is expected of a work by the time that a share of its mentions has come, each mention coming by itself."""
    if measure == "any":  # as a Poisson process is thinned: nothing with (1 - p)^share
        return np.asarray(-np.expm1(share * np.log1p(-np.minimum(expected, 1 - 1e-9))))
    return np.log1p(share * np.expm1(np.minimum(expected, 700)))


def _beta(prior: Prior, seen: Floats, seen_expected: Floats, unseen_expected: Floats) -> tuple[Floats, Floats]:
    """Shape and chance of the negative binomial that unseen works follow, in units of the dispersion."""
    weight = prior.shape + seen_expected / prior.dispersion
    return prior.shape + seen / prior.dispersion, weight / (weight + unseen_expected / prior.dispersion)


def surprise(prior: Prior, seen: Floats, seen_expected: Floats, unseen: Floats, unseen_expected: Floats) -> Floats:
    """Return the nominal level of the narrowest central interval that holds what unseen works got; 0 to 1.

    All are sums over the works of a group in the venue's measure, shape (groups,); see `foreseen`.
    """
    shape, chance = _beta(prior, seen, seen_expected, unseen_expected)
    return np.asarray(np.abs(2 * betainc(shape, unseen / prior.dispersion + 0.5, chance) - 1))


def foreseen(prior: Prior, seen: Floats, seen_expected: Floats, unseen_expected: Floats) -> tuple[Floats, Floats]:
    """Return the ends of the 90 % interval of what works get that have not been seen, by what others of the group got.

    All are sums over works in the venue's measure, shape (groups,); for `any` they are numbers of works mentioned. It
    is the negative binomial of the Gamma-Poisson model, its distribution taken half a step up so that it goes on
    between whole numbers, at the level that held for reference groups. It is wider than the interval of the ratio,
    which is that of ever so many works.
    """
    shape, chance = _beta(prior, seen, seen_expected, unseen_expected)
    half = calibrated.level(prior.scores, 0.9) / 2
    low = np.maximum(btdtrib(shape, 0.5 - half, chance) - 0.5, 0) if half < 0.5 else np.zeros_like(shape)
    high = btdtrib(shape, 0.5 + half, chance) - 0.5 if half < 0.5 else np.full_like(shape, np.inf)
    return low * prior.dispersion, high * prior.dispersion


def _shape(observed: Floats, expected: Floats) -> float:
    """The shape of the prior, for sums of groups in units of the dispersion.

    It is 1/s^2 for the mean s of the posterior of how far the ratios of groups spread, flat before. The likeliest shape
    (DuMouchel 1999) is without bound as soon as few groups happen to differ by no more than chance makes them, and then
    nothing that a shelf gets could be told.
    """
    a = 1 / SPREADS[:, None] ** 2
    known = gammaln(a + observed) - gammaln(a) + a * np.log(a / (a + expected)) - observed * np.log(a + expected)
    likely = np.sort(known, axis=1).sum(axis=1)
    return float(1 / np.average(SPREADS, weights=np.exp(likely - likely.max())) ** 2)


def learn(
    mentions: ArrayLike,
    expected: ArrayLike,
    groups: ArrayLike,
    measure: Measure,
    chance: np.random.Generator,
    maturity: tuple[float, ...] = (),
) -> Prior:
    """Learn from reference works how groups of works differ at a venue, and how well they are foretold.

    `mentions`, `expected` (the norm of the work's stratum) and `groups` (who or where it is from) have one entry a
    work. The order of works changes nothing; `chance` deals works of each group into seen and unseen. ValueError if no
    two known works share a group, since then nothing can be learnt.
    """
    values, norm = measured(mentions, measure), np.asarray(expected, dtype=np.float64)
    known = np.isfinite(values) & np.isfinite(norm) & (norm > 0)
    names, at = np.unique(np.asarray(groups)[known], return_inverse=True)
    order = np.lexsort((norm[known], values[known], at))
    values, norm, at = values[known][order], norm[known][order], at[order]
    if len(values) == len(names):
        raise ValueError("No two reference works with an expectation share a group.")
    sums, norms_of = np.bincount(at, values), np.bincount(at, norm)
    spread = np.sum((values - (sums / norms_of)[at] * norm) ** 2) / max(np.sum(values), 1e-9)
    # Ratios that were fitted to the same works took one degree of freedom a group.
    dispersion = max(float(spread) * len(values) / (len(values) - len(names)), 1e-3)
    prior = Prior(measure, _shape(sums / dispersion, norms_of / dispersion), dispersion, (), maturity)
    return replace(prior, scores=_scores(prior, values, norm, at, chance))


def _scores(prior: Prior, values: Floats, norm: Floats, at: NDArray[np.intp], chance: np.random.Generator) -> Scores:
    """How surprising the rest of each group `at` is, when 2, 5 or 10 of its works are seen; groups of twice as many."""

    def sums(part: Floats) -> Floats:
        return np.bincount(at, part).astype(np.float64)

    dealt = np.lexsort((chance.random(len(at)), at))
    values, norm = values[dealt], norm[dealt]
    size = np.bincount(at)
    place = np.arange(len(at)) - (np.cumsum(size) - size)[at]
    scores: list[float] = []
    for k in SPLITS:
        seen = place < k
        split = np.stack([sums(part * side) for side in (seen, ~seen) for part in (values, norm)])
        scores += surprise(prior, *split[:, size >= 2 * k]).tolist()
    return tuple(sorted(scores))


def _ripe(cell: Cell, prior: Prior) -> tuple[Floats, Floats, bool]:
    """What works that can be compared got and are due, and whether there are known works that are too young."""
    if cell.expected is None:
        return np.empty(0), np.empty(0), False
    if not len(cell.mentions) == len(cell.ages) == len(cell.expected):
        raise ValueError("Mentions, ages and expectations of a cell need one number a work.")
    values, norm = measured(cell.mentions, prior.measure), np.asarray(cell.expected, dtype=np.float64)
    share = matured(prior.maturity, cell.ages)
    known = np.isfinite(values) & np.isfinite(norm) & (norm > 0)
    ripe = known & (share > MATURE)
    return values[ripe], _due(norm[ripe], share[ripe], prior.measure), bool(np.any(known & (share <= MATURE)))


def _row(cell: Cell, prior: Prior | None) -> Row:
    row = Row(cell.kind, cell.venue, Verdict.LITTLE, len(cell.mentions))
    if not cell.possible:
        return replace(row, verdict=Verdict.CANNOT)
    if prior is None:
        return row
    values, due, young = _ripe(cell, prior)
    if not len(due):
        return replace(row, verdict=Verdict.EARLY if young else Verdict.LITTLE, measure=prior.measure)
    observed, expected = fsum(values), fsum(due)  # the same in any order, to the last digit
    shape, weight = prior.shape + observed / prior.dispersion, prior.shape + expected / prior.dispersion
    half = calibrated.level(prior.scores, 0.9) / 2
    low, high = gammaincinv(shape, [0.5 - half, 0.5 + half]) / weight
    below = gammainc(shape, np.array([WELL, POOR, SILENT]) * weight)
    well, poor, silent = calibrated.certainty(prior.scores, np.array([1 - below[0], below[1], below[2]])).tolist()
    claimed = Verdict.LITTLE
    if well > SURE:
        claimed = Verdict.WELL
    elif poor > SURE and expected >= ENOUGH:
        claimed = Verdict.POOR
    return replace(
        row,
        verdict=claimed,
        compared=len(due),
        measure=prior.measure,
        observed=observed,
        expected=expected,
        ratio=shape / weight,
        low=float(low),
        high=float(high),
        certainty={Verdict.WELL: well, Verdict.POOR: poor}.get(claimed),
        weight=weight,
        silent=observed == 0 and expected >= ENOUGH and silent > SURE,
        stratum=cell.stratum,
        stratum_works=cell.stratum_works,
    )


def grid(cells: Sequence[Cell], priors: Mapping[str, Prior]) -> list[Row]:
    """Return one row a cell, in their order, with what the reference of each venue allows to say.

    The ratio is the mean of the posterior Gamma(a + Y/phi, a + E/phi) for Y observed and E expected, with the prior's
    shape a and dispersion phi: the Gamma-Poisson shrinkage of DuMouchel (1999, Am. Stat. 53, 177), which lies between
    1 and Y/E. A venue that no prior is known of gives no ratio. A cell does well if the ratio is above 1.25, and does
    not if it is below 0.8 and 3 or more were expected, each with a calibrated probability above 0.9; so of the verdicts
    that are shown, fewer than one in ten is expected to be wrong. ValueError if a cell's columns differ in length.
    """
    return [_row(cell, priors.get(cell.venue)) for cell in cells]


def contrasts(rows: Sequence[Row], priors: Mapping[str, Prior]) -> list[Contrast]:
    """Return which kinds do better than which others at the same venue, surest first, with one in ten wrong at most.

    For independent posteriors the probability is exact: of X ~ Gamma(s, v) and Y ~ Gamma(t, w), X > Y with the
    probability that Beta(s, t) is above v/(v + w). It is calibrated, and the list is cut by its false discovery rate.
    """
    known = [(row, row.ratio * row.weight, row.weight) for row in rows if row.ratio and row.weight]
    found = []
    for (first, s, v), (second, t, w) in permutations(known, 2):
        if first.venue == second.venue and first.kind != second.kind:
            greater = np.asarray(1 - betainc(s, t, v / (v + w)))
            sure = float(calibrated.certainty(priors[first.venue].scores, greater))
            found.append(Contrast(first.venue, first.kind, second.kind, sure))
    found.sort(key=lambda contrast: (-contrast.certainty, contrast.venue, contrast.better, contrast.worse))
    shown = calibrated.kept(np.array([contrast.certainty for contrast in found]))
    return [contrast for contrast, keep in zip(found, shown, strict=True) if keep]
