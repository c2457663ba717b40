"""Whom to engage next: who mentioned which work and when comes in; accounts, ranked, with the terms of scores go out.

The score of an account is a sum of six terms, each a weight times the logarithm of one plus something that is counted:

    engaged   3 x the researcher's works that it mentioned
    heard     how often its mentions of the researcher's works were amplified
    shared    20 x, for each other work it mentioned, the root of (the work's authority among seeds / its voices)
    tied      for each seed that it amplified or that amplified it, 1 / root of how many amplified the amplified one
    alike     for each other work it mentioned, how alike that is to the researcher's (see `likeness`)
    active    3 x the works that it mentioned, each counting half after 45 days, a quarter after 90

Seeds are the accounts that engaged with the researcher before. A work has authority among them if many mentioned it,
who did not mention everything else as well (see `authority`). How the weights were chosen is told in
docs/explanation/how-suggestions-are-ranked.md.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

WEIGHTS = {"engaged": 2.0, "heard": 0.5, "shared": 0.6, "tied": 2.2, "alike": 1.2, "active": 0.5}
HALF_LIFE = 45 * 1440  # minutes
ROUNDS = 10  # of authority; each brings the rest at least 15 % nearer
# Who is famous in a field is known to everyone in it, so most of the first places are for others, as long as there are.
FIRST_PLACES, FOR_SMALL, SMALL = 20, 11, 8  # small: at most so many mentions

_Places = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Past:
    """What was seen, sorted, each fact once. All but the first two hold places in `accounts` and `works`, or counts.

    A mention, one row a different (account, work): `voice`, `work`. A tie, one row a different (amplifier, amplified):
    `amplifier`, `amplified`. What was heard, one row a different (account, work) that was amplified `heard_times`:
    `heard`, `heard_work`. For each account: how many mentions it made, and how `active` it is, that is its works, where
    one mentioned last 45 days before the end counts half.
    """

    accounts: NDArray[np.int64]
    works: NDArray[np.int64]
    voice: _Places
    work: _Places
    amplifier: _Places
    amplified: _Places
    heard: _Places
    heard_work: _Places
    heard_times: NDArray[np.int64]
    mentions: NDArray[np.int64]
    active: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Ranking:
    """Accounts, best first; their scores; and `terms`, one row an account and one column a key of WEIGHTS.

    A score is the sum of its row.
    """

    accounts: NDArray[np.int64]
    scores: NDArray[np.float64]
    terms: NDArray[np.float64]


def past_of(accounts: ArrayLike, works: ArrayLike, minutes: ArrayLike, amplified: ArrayLike) -> Past:
    """Return what a ranking needs of mentions: columns of integers, one row a mention, in any order.

    `amplified` is the account whose mention was passed on, and below zero where the words are the account's own.
    Age counts to the latest minute. A row that stands twice counts once. Raises ValueError if the columns
    differ in length.
    """
    columns = [np.asarray(column, np.int64) for column in (amplified, minutes, works, accounts)]
    if len({column.shape for column in columns}) > 1:
        raise ValueError("the columns of mentions differ in length")
    rows = np.stack([column[np.lexsort(columns)] for column in columns])
    rows = rows[:, np.r_[True, (rows[:, 1:] != rows[:, :-1]).any(0)][: rows.shape[1]]]
    passed_on, minute, named, spoke = rows
    told = passed_on >= 0
    known = np.unique(np.concatenate([spoke, passed_on[told]]))
    of, work = np.unique(named, return_inverse=True)
    voice, source = np.searchsorted(known, spoke), np.searchsorted(known, passed_on[told])
    first, second, _ = _pairs(voice, work, len(of))
    last = np.r_[(voice[1:] != voice[:-1]) | (work[1:] != work[:-1]), True][: len(voice)]  # of the rows of a pair
    fresh = 0.5 ** ((minute.max(initial=minute.min(initial=0)) - minute[last]) / HALF_LIFE)
    ties = _pairs(voice[told], source, len(known))
    other = ties[0] != ties[1]
    return Past(
        known,
        of,
        first,
        second,
        ties[0][other],
        ties[1][other],
        *_pairs(source, work[told], len(of)),
        np.bincount(voice, minlength=len(known)),
        np.bincount(first, fresh, len(known)).astype(np.float64),
    )


def _pairs(left: _Places, right: _Places, size: int) -> tuple[_Places, _Places, NDArray[np.int64]]:
    """Return the different pairs, sorted, and how often each stands; every `right` is below `size`."""
    pairs, times = np.unique(left * size + right, return_counts=True)
    return *np.divmod(pairs, max(size, 1)), times


def rank(
    past: Past,
    works: ArrayLike,
    seeds: ArrayLike,
    limit: int,
    *,
    alike: NDArray[np.float64] | None = None,
    left_out: ArrayLike = (),
) -> Ranking:
    """Return at most `limit` of the accounts of `past`, best first, for the researcher who made `works`.

    `alike` says for each of `past.works` how alike it is to the researcher's, at least 0; without it no work is.
    Accounts in `left_out` (feeds, who opted out, who is known already) are not ranked; their mentions count all the
    same. Ids that `past` does not know are passed over. Among equals the smaller id goes first. Scores fall from place
    to place, but for the first 20: at least 11 of them hold accounts of at most 8 mentions, if there are as many.
    Raises ValueError if `alike` has another shape than `past.works`.
    """
    if alike is not None and alike.shape != past.works.shape:
        raise ValueError("likeness has to be told for each work of the past")
    counted = _counted(past, _among(past.works, works), _among(past.accounts, seeds), alike)
    terms = np.log1p(counted) * np.array(list(WEIGHTS.values()))
    scores = terms.sum(1)
    order = np.argsort(-scores, kind="stable")
    order = order[~_among(past.accounts, left_out)[order]]
    order = _first_places(order, past.mentions[order] <= SMALL)[: max(limit, 0)]
    return Ranking(past.accounts[order], scores[order], terms[order])


def _among(known: NDArray[np.int64], asked: ArrayLike) -> NDArray[np.bool_]:
    return np.isin(known, np.asarray(asked, np.int64))


def _counted(
    past: Past, own: NDArray[np.bool_], seed: NDArray[np.bool_], alike: NDArray[np.float64] | None
) -> NDArray[np.float64]:
    """Return what the terms are made of, one row an account, one column a key of WEIGHTS, each at least 0."""
    accounts, works = len(past.accounts), len(past.works)
    voices = np.bincount(past.work, minlength=works)
    share = np.sqrt(authority(past, seed) / voices)
    share[own] = 0
    like = np.zeros(works) if alike is None else np.where(own, 0, alike)
    weak = 1 / np.sqrt(np.bincount(past.amplified, minlength=accounts)[past.amplified])
    counted = {
        "engaged": 3 * np.bincount(past.voice, own[past.work], accounts),
        "heard": np.bincount(past.heard, past.heard_times * own[past.heard_work], accounts),
        "shared": 20 * np.bincount(past.voice, share[past.work], accounts),
        "tied": np.bincount(past.amplifier, weak * seed[past.amplified], accounts)
        + np.bincount(past.amplified, weak * seed[past.amplifier], accounts),
        "alike": np.bincount(past.voice, like[past.work], accounts),
        "active": 3 * past.active,
    }
    return np.stack([counted[term] for term in WEIGHTS], axis=1)


def authority(past: Past, seed: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Return the authority of each work among seeds, `seed` telling for each account whether it is one.

    By SALSA on a circle of trust (Goel et al. 2015, "The who-to-follow system at Twitter"): seeds are hubs, the works
    they mentioned authorities; a hub shares its weight among its works, a work among its seeds, and 15 % of all weight
    starts again at the seeds. Authorities add up to the number of seeds that mentioned a work.
    """
    circle = seed[past.voice]
    _, voice, named = np.unique(past.voice[circle], return_inverse=True, return_counts=True)
    at, work, named_by = np.unique(past.work[circle], return_inverse=True, return_counts=True)
    hub: NDArray[np.float64] = np.ones(len(named))
    for _ in range(ROUNDS):
        weight = np.bincount(work, (hub / named)[voice], len(at))
        back = np.bincount(voice, (weight / named_by)[work], len(named))
        hub = (0.15 + 0.85 * back).astype(np.float64)
    found = np.zeros(len(past.works))
    found[at] = weight
    return found


def _first_places(order: _Places, small: NDArray[np.bool_]) -> _Places:
    """Return `order`, its first places given to the best small ones and to whoever is best otherwise, best first."""
    first = np.zeros(len(order), np.bool_)
    first[np.flatnonzero(small)[:FOR_SMALL]] = True
    first[np.flatnonzero(~first)[: FIRST_PLACES - first.sum()]] = True
    return np.concatenate([order[first], order[~first]])
