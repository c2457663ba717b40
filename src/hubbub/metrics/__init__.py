"""What the numbers mean, and those that need no database: values come in, values go out."""

from collections.abc import Iterable

METHOD = "1"  # of counting; changes whenever the same posts could give other numbers

# What each number says, in the words that people see beside it.
DEFINITIONS = {
    "posts": "Posts that mention the work in their own words. A post counts once however many collectors report it.",
    "accounts": "Distinct accounts that made those posts. Accounts on two services count twice: nobody knows better.",
    "amplifications": "Reposts of posts that mention the work. They add no words and are never counted as posts.",
    "reach": (
        "Potential reach: between the largest audience (if all audiences overlap) and the sum of all (if none do), "
        "in followers, over the accounts whose number of followers is known."
    ),
    "first": "When the first known post or amplification was made.",
    "last": "When the last known post or amplification was made.",
    "checked": "When the collector last kept anything.",
}


def reach(followers: Iterable[int]) -> tuple[int, int] | None:
    """Return potential reach as (largest, sum) of known follower counts; None if none is known.

    Both ends are bounds of the size of the union of audiences: it is at least the largest and at most the sum.
    """
    known = list(followers)
    return (max(known), sum(known)) if known else None
