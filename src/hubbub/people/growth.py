"""Is the community growing: dated mentions as columns come in, voices, losses and the unseen go out.

Columns have one row a mention: `account` an integer, `at` seconds since 1970. The caller leaves feeds out, gives
accounts that are proven to be one person's one number, and sees to it that periods were fetched whole: an outage looks
like a loss.
"""

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import betaln, expit, gammaln

from hubbub.people.columns import check, firsts
from hubbub.people.pace import Pace, Verdict
from hubbub.people.wilson import wilson

DAY = 86_400
WEEK = 7 * DAY
LAPSED = 0.5  # who is alive less probably than this has lapsed, else is at risk
WINDOW = 30 * DAY  # in which a work's half-life is measured
ALIKE = 2  # times as many voices, or as few, make works comparable
FEWEST = 30  # comparable works without which a work is compared with none
DRAWS = 4_000
NEAR = 1.25  # times faster or slower, within which growth is alike

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


class Habits(Struct, frozen=True):
    """The parameters of BG/NBD, times in weeks: how often a field's accounts come (r, alpha) and go (a, b)."""

    r: float
    alpha: float
    a: float
    b: float


# Of 170,864 accounts that mentioned preprints in 17 weeks of 2021, feeds left out; where a field has few accounts that
# came again, these are nearer than a fit.
USUAL = Habits(r=0.25, alpha=3.4, a=0.10, b=0.60)


class Repeats(Struct, frozen=True):
    """Columns of equal length, one row an account, sorted by account; times in weeks.

    `times` counts the days on which it came after the first one; `last` is when it last came and `age` how long it has
    been watched, both since its first.
    """

    account: Ints
    times: Ints
    last: Floats
    age: Floats


class Ledger(Struct, frozen=True):
    """Accounts, each column sorted. `voices` spoke in the period: `new` never before, `returning` before too.

    `at_risk` and `lapsed` came more than once, but are quiet; `passed_by` came once, is quiet too, and is neither.
    `returned` is the share of the previous period's voices that came back, with its 95 % interval.
    """

    voices: Ints
    new: Ints
    returning: Ints
    at_risk: Ints
    lapsed: Ints
    passed_by: Ints
    returned: "Rate"


class Rate(Struct, frozen=True):
    """So many of so many, and the 95 % bounds of the share (Wilson)."""

    hits: int
    of: int
    least: float
    most: float


class Unseen(Struct, frozen=True):
    """How many accounts there are, seen or not: from `seen` to Chao1's `estimate`, an order of magnitude, no count.

    `without_top_work` is the estimate when the most mentioned work is left out: one that spread far inflates it.
    Either is None where nobody is seen at exactly two works: then Chao1 squares those seen once, and says nothing.
    """

    seen: int
    estimate: int | None
    without_top_work: int | None


class Counted(Struct, frozen=True):
    """Columns of equal length, one row a work: its main place as a number, and its voices in both periods."""

    place: Ints
    before: Ints
    now: Ints


def repeats(account: Ints, at: Ints, until: int) -> Repeats:
    """Return when each account came before `until`, each day counted once. Raises ValueError if columns differ."""
    check(account, at)
    before = at < until
    account, at = account[before], at[before]
    order = np.lexsort((at, account))
    account, at = account[order], at[order]
    begins = firsts(account)
    first, last = at[begins], at[np.roll(begins, -1)]  # the row before a beginning is an end
    days = np.bincount(np.cumsum(begins)[firsts(account, at // DAY)] - 1, minlength=len(first))
    last = np.where(days > 1, last - first, 0)  # within one day it did not come again
    return Repeats(account[begins], days - 1, last / WEEK, (until - first) / WEEK)


def alive(of: Repeats, habits: Habits) -> Floats:
    """Return how probably each account will come again; 1 where it came once, of which the model says nothing.

    P = 1 / (1 + a/(b+x-1) ((alpha+T)/(alpha+t))^(r+x)): Fader, Hardie & Lee (2005), Marketing Science 24(2), 275.
    """
    x = np.maximum(of.times, 1)
    odds = np.log(habits.a / (habits.b + x - 1)) + (habits.r + x) * np.log(
        (habits.alpha + of.age) / (habits.alpha + of.last)
    )
    return np.where(of.times > 0, expit(-odds), 1.0)


def fit(of: Repeats) -> Habits:
    """Return the habits under which these repeats are most likely (the model's own likelihood, by L-BFGS).

    Raises ValueError if fewer than ten accounts ever came again.
    """
    if (of.times > 0).sum() < 10:
        raise ValueError("too few accounts came again to fit habits to")
    # Rounded to days, many accounts are alike and are weighed once.
    rows = np.stack([of.times, np.rint(of.last * 7), np.rint(of.age * 7)], axis=1)
    rows, weight = np.unique(rows, axis=0, return_counts=True)
    x, last, age = rows[:, 0], rows[:, 1] / 7, rows[:, 2] / 7

    def loss(logs: Floats) -> float:
        r, alpha, a, b = np.exp(logs)
        came = gammaln(r + x) - gammaln(r) + r * np.log(alpha)
        stayed = -(r + x) * np.log(alpha + age)
        went = np.where(x > 0, np.log(a) - np.log(b + np.maximum(x, 1) - 1) - (r + x) * np.log(alpha + last), -np.inf)
        likelihood = came + betaln(a, b + x) - betaln(a, b) + np.logaddexp(stayed, went)
        return float(-(weight @ likelihood) / weight.sum())

    found = minimize(loss, np.zeros(4), method="L-BFGS-B", bounds=[(-15, 15)] * 4)
    return Habits(*(float(value) for value in np.exp(found.x)))


def ledger(account: Ints, at: Ints, since: int, until: int, quiet_since: int, habits: Habits) -> Ledger:
    """Return who came in the period from `since` to `until`, who came back, and who did not.

    Quiet is who did not come from `quiet_since` on. The previous period is the equally long one before. Raises
    ValueError if columns differ in length or the period is empty.
    """
    if since >= until:
        raise ValueError("the period is empty")
    all_of = repeats(account, at, until)
    voices = np.unique(account[(at >= since) & (at < until)])
    earlier = np.unique(account[at < since])
    previous = np.unique(account[(at >= 2 * since - until) & (at < since)])
    quiet = np.isin(all_of.account, account[(at >= quiet_since) & (at < until)], invert=True)
    again, gone = all_of.times > 0, alive(all_of, habits) < LAPSED
    return Ledger(
        voices=voices,
        new=np.setdiff1d(voices, earlier),
        returning=np.intersect1d(voices, earlier),
        at_risk=all_of.account[quiet & again & ~gone],
        lapsed=all_of.account[quiet & again & gone],
        passed_by=all_of.account[quiet & ~again],
        returned=rate(int(np.isin(previous, voices).sum()), len(previous)),
    )


def rate(hits: int, of: int) -> Rate:
    """Return a share with its bounds. Raises ValueError unless 0 <= hits <= of."""
    return Rate(hits, of, *wilson(hits, of))


def counted(work: Ints, place: Ints, account: Ints, at: Ints, middle: int) -> tuple[Ints, Counted]:
    """Return the works, sorted, and their voices in the periods before and from `middle`, in seconds since 1970.

    One row a mention. A work's place is the one where most of its mentions are. Raises ValueError if columns differ.
    """
    check(work, place, account, at)
    works, row = np.unique(work, return_inverse=True)
    pairs, mentions = np.unique(np.stack([row, place]), axis=1, return_counts=True)
    order = np.lexsort((mentions, pairs[0]))
    voices = np.unique(np.stack([row, account, at >= middle]), axis=1)
    before, now = (np.bincount(voices[0][voices[2] == later], minlength=len(works)) for later in (0, 1))
    main = pairs[1][order][np.roll(firsts(pairs[0][order]), -1)] if len(works) else pairs[1]
    return works, Counted(main, before, now)


def pace(own: Counted, peers: Counted, random: np.random.Generator) -> Pace | None:
    """Return how works grew against comparable ones in the same time; None if none of them has any.

    Comparable are works of the same main place with half to twice as many voices in both periods together; a work
    needs 30. Growth is g = (now + ½) / (before + ½) of all works together. The same of 4,000 draws, each with one
    comparable work for each, is what works like these did at their places in that time, bursts and all: were the own
    ones among them, g would lie outside the middle 95 % of the draws once in twenty (a Monte Carlo test: Barnard 1963,
    J. R. Stat. Soc. B 25, 294). The bounds are g over the ends of that middle.
    """
    order, low, high = _comparable(own, peers)
    told, spoken = high - low >= FEWEST, own.before + own.now > 0
    if not (told & spoken).any():
        return None
    alone, told = int((spoken & ~told).sum()), told & spoken
    low, high = low[told], high[told]
    drawn = order[(low + random.random((DRAWS, len(low))) * (high - low)).astype(np.int64)]
    grew = (peers.now[drawn].sum(1) + 0.5) / (peers.before[drawn].sum(1) + 0.5)
    before, now = int(own.before[told].sum()), int(own.now[told].sum())
    g, usual = (now + 0.5) / (before + 0.5), float(np.median(grew))
    least, most = g / np.quantile(grew, 0.975, method="higher"), g / np.quantile(grew, 0.025, method="lower")
    ends = len(order) + 1
    inside = np.cumsum(np.bincount(low, minlength=ends) - np.bincount(high, minlength=ends)) > 0
    numbers = (before, now, usual, g / usual, float(least), float(most))
    return Pace(len(low), alone, int(inside.sum()), *numbers, _verdict(least, most))


def _verdict(least: float, most: float) -> Verdict:
    if least > 1:
        return "faster"
    if most < 1:
        return "slower"
    return "alike" if least >= 1 / NEAR and most <= NEAR else "too little to tell"


def _comparable(own: Counted, peers: Counted) -> tuple[Ints, Ints, Ints]:
    """Peers in an order in which those comparable to a work are a stretch; where it begins and ends, for each work."""
    of, size = own.before + own.now, peers.before + peers.now
    scale = max(size.max(initial=0), ALIKE * of.max(initial=0)) + 1
    by = peers.place * scale + size
    order = np.lexsort((peers.before, by))  # those drawn by chance are the same ones, however works are numbered
    low = np.searchsorted(by[order], own.place * scale + -(-of // ALIKE), "left")
    return order, low, np.searchsorted(by[order], own.place * scale + ALIKE * of, "right")


def chao1(counts: Ints) -> float:
    """Return the least number of accounts there are, from how often each one seen was seen.

    S + f1 (f1 - 1) / (2 (f2 + 1)), with f1 seen once and f2 twice: Chao (1984, 1987), bias-corrected.
    """
    once, twice = int((counts == 1).sum()), int((counts == 2).sum())
    return int((counts > 0).sum()) + once * (once - 1) / (2 * (twice + 1))


def unseen(account: Ints, work: Ints) -> Unseen:
    """Return how large the audience may be: one row a mention. A pair of account and work counts once.

    Raises ValueError if columns differ in length.
    """
    check(account, work)
    order = np.lexsort((work, account))
    account, work = account[order], work[order]
    first = firsts(account, work)
    account, work = account[first], work[first]
    accounts, counts = np.unique(account, return_counts=True)
    works, mentions = np.unique(work, return_counts=True)
    rest = account[work != works[np.argmax(mentions)]] if len(works) else account
    return Unseen(len(accounts), _magnitude(counts), _magnitude(np.unique(rest, return_counts=True)[1]))


def _magnitude(counts: Ints) -> int | None:
    """Return the estimate to one digit, which is all that it can carry, but never fewer than were seen."""
    return max(int(float(f"{chao1(counts):.0e}")), len(counts)) if (counts == 2).any() else None


def first_day(asked: Ints, answered: Floats, now: int) -> Rate:
    """Return how many mentions that deserved an answer got one of ours within 24 hours.

    `asked` and `answered` are seconds since 1970, one row a mention; `answered` is NaN where there is no answer. What
    is younger than a day and unanswered is still open and does not count. Raises ValueError if columns differ.
    """
    check(asked, answered)
    in_time = (answered - asked <= DAY) & (answered >= asked)  # false for NaN
    decided = in_time | (now - asked >= DAY)
    return rate(int(in_time.sum()), int(decided.sum()))


def half_life(at: Ints) -> float:
    """Return the hours in which half of a work's mentions came, of those within 30 days of its first; NaN for none.

    `at` are seconds since 1970 of one work's mentions.
    """
    if not len(at):
        return float("nan")
    age = at - at.min()
    return float(np.median(age[age < WINDOW]) / 3_600)


def remaining(hours: float, half_life: float) -> float:
    """Return the share of attention still to come, in [0, 1], so many hours after the first mention.

    Raises ValueError unless the half-life is positive.
    """
    if not half_life > 0:
        raise ValueError("a half-life is positive")
    return float(min(1.0, 0.5 ** (max(hours, 0.0) / half_life)))
