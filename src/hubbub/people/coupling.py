"""Which accounts speak of the same works: who mentioned which works comes in, the strongest ties go out.

Two accounts are coupled by the idf cosine of their works, idf(w) = ln((U - d + 0.5) / (d + 0.5)) of U accounts of whom
d mentioned w; what half of them mentioned ties nobody. One work in common may be chance, so it takes two. Memory grows
with the square of the accounts: it is meant for a few thousand.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from hubbub.people.columns import check

LEAST = 2  # works in common
EACH = 3  # accounts that each is coupled to, at least if there are as many

Ints = NDArray[np.int64]


class Coupled(NamedTuple):
    """A row a pair: its two accounts, the smaller first, and how many works both mentioned; shapes (pairs,)."""

    one: Ints
    other: Ints
    works: Ints


def coupled(account: Ints, work: Ints, accounts: int) -> Coupled:
    """Return each account's strongest couplings, every pair once, in ascending order.

    `account`, below `accounts`, and `work` have one row a mention; a pair counts once.

    Raises:
        ValueError: The columns differ in length, or an account is not below `accounts`.
    """
    check(account, work)
    if len(account) and not 0 <= account.min() <= account.max() < accounts:
        raise ValueError("there is an account that is not there")
    _, column = np.unique(work, return_inverse=True)
    size = int(column.max(initial=-1)) + 1
    shared = sparse.csr_matrix((np.ones(len(account), np.float32), (account, column)), shape=(accounts, size))
    shared.data[:] = 1.0
    mentions = np.asarray(shared.sum(axis=0)).ravel()
    idf = np.maximum(np.log((accounts - mentions + 0.5) / (mentions + 0.5)), 0)
    weighed = shared @ sparse.diags(np.sqrt(idf).astype(np.float32))
    norm = np.sqrt(np.asarray(weighed.multiply(weighed).sum(axis=1)).ravel())
    alike, common = (weighed @ weighed.T).toarray(), (shared @ shared.T).toarray()
    np.fill_diagonal(alike, 0)
    alike[common < LEAST] = 0
    alike /= np.maximum(norm * norm[:, None], 1e-9)
    one, other = _strongest(alike)
    return Coupled(one, other, common[one, other].astype(np.int64))


def _strongest(cosine: NDArray[np.float32]) -> tuple[Ints, Ints]:
    """The pairs in which one is among the most alike of the other; of those as alike the first."""
    every, pairs = np.arange(len(cosine)), [np.empty((2, 0), np.int64)]
    for _ in range(min(EACH, len(cosine))):
        best = cosine.argmax(axis=1)
        found = np.flatnonzero(cosine[every, best] > 0)
        pairs.append(np.sort(np.stack([found, best[found]]), axis=0))
        cosine[every, best] = 0
    one, other = np.unique(np.concatenate(pairs, axis=1), axis=1)
    return one, other
