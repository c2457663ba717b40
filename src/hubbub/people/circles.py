"""Who is around voices: ties and weighted voices come in; whom they follow and who follows them go out, nearest first.

Two walks begin at the voices (see `push`), one along follows and one against them. How near an account is in each, is
told by how often the walk stops there, as a multiple of how often it stops at an average account around the voices. So
who is followed by many voices, and by such as follow few, is near. Both numbers add up to the score, which is divided
by a power of the account's followers: who is followed by everyone is around everybody.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hubbub.people.graph import FollowGraph
from hubbub.people.push import push

POPULARITY = 0.3  # the power of followers

Rows = NDArray[np.int64]
Times = NDArray[np.float64]


class Circle(NamedTuple):
    """Accounts around voices, each once, and how near each is."""

    accounts: Rows
    """(found,): nearest first."""
    followed: Times
    """(found,): how many times the average, on the walk to those whom voices follow."""
    follows: Times
    """(found,): the same on the walk to those who follow voices."""


def around(
    follower: Rows, followed: Rows, voices: Rows, weights: Times, left_out: ArrayLike = (), limit: int = 1_000
) -> Circle:
    """Return at most `limit` accounts around voices, those with the highest sum of both numbers first.

    `follower` and `followed` are columns of ids, one row a tie, in any order; a tie that stands twice counts once.
    `weights`, shape (voices,), say how much each voice counts. Neither voices nor those in `left_out` are returned;
    voices without ties are passed over. Among equals the smaller id goes first.

    Raises:
        ValueError: Columns differ in length, or weights are negative, infinite or not one a voice.
    """
    if follower.shape != followed.shape or voices.shape != weights.shape:
        raise ValueError("the columns of ties, or voices and their weights, differ in length")
    accounts, places = np.unique(np.concatenate([follower, followed]), return_inverse=True)
    tied = np.isin(voices, accounts)
    seeds = np.searchsorted(accounts, voices[tied])
    out = np.isin(accounts, np.concatenate([voices, np.asarray(left_out, np.int64)]))
    ends = places[: len(follower)], places[len(follower) :]
    near = np.zeros((2, len(accounts)))
    for row, batch in zip(near, (ends, ends[::-1]), strict=True):
        pushed = push(FollowGraph.of([batch], len(accounts)), seeds, weights[tied])
        row[pushed.accounts] = pushed.shares
        row[out] = 0
        # Sorted, so that the sum does not depend on how accounts are numbered.
        row /= np.sort(row).sum() / max(int(np.count_nonzero(row)), 1) or 1
    score = near.sum(0)
    found = np.argsort(-score, kind="stable")[: max(limit, 0)]
    found = found[score[found] > 0]
    return Circle(accounts[found], near[0][found], near[1][found])


def corrected(circle: Circle, followers: Times) -> Circle:
    """Return the same with both numbers divided by (followers / their median) to the power `POPULARITY`.

    `followers`, shape (found,), is NaN where it is unknown, which counts as the median of the others.

    Raises:
        ValueError: There is not one number an account.
    """
    if followers.shape != circle.accounts.shape:
        raise ValueError(f"{len(followers)} numbers of followers are not those of {len(circle.accounts)} accounts")
    known = np.isfinite(followers)
    typical = max(float(np.median(followers[known])), 1.0) if known.any() else 1.0
    power = (np.where(known, np.maximum(followers, 1.0), typical) / typical) ** POPULARITY
    near = np.stack([circle.followed, circle.follows]) / power
    order = np.argsort(-near.sum(0), kind="stable")
    return Circle(circle.accounts[order], near[0][order], near[1][order])
