"""Of what an audience is made: how many accounts of each class come in, shares with their intervals go out.

Each account is of one class, so that shares add up to 1: the posterior of a Dirichlet-multinomial with Jeffreys' prior,
half an account for each class that is told apart (Jeffreys 1946; Gelman et al., Bayesian Data Analysis, 3.4). The
interval of one share is that of its marginal, a beta distribution.
"""

from msgspec import Struct
from scipy.special import betaincinv

PRIOR = 0.5  # of a class
COVERED = 0.9


class Share(Struct, frozen=True):
    """The share to be expected, and the bounds between which it lies with 90 % probability."""

    share: float
    least: float
    most: float


def share(accounts: int, of: int, classes: int) -> Share:
    """Return the share of one of so many `classes`, which `accounts` of all (`of`) belong to.

    Raises ValueError unless 0 <= accounts <= of and 2 <= classes.
    """
    if not (0 <= accounts <= of and classes >= 2):
        raise ValueError(f"{accounts} of {of} accounts in one of {classes} classes are no share")
    inside = accounts + PRIOR
    rest = of - accounts + PRIOR * (classes - 1)
    least, most = betaincinv(inside, rest, ((1 - COVERED) / 2, (1 + COVERED) / 2))
    return Share(inside / (inside + rest), float(least), float(most))
