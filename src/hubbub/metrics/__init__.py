"""What the numbers mean, and those that need no database: values come in, values go out."""

from collections.abc import Iterable

METHOD = "2"  # of counting; changes whenever the same posts could give other numbers

# What each number says, in the words that people see beside it.
DEFINITIONS = {
    "Posts": (
        "Public posts and pages that mention this work, in any of its versions, in their own words. A post counts once "
        "however many collectors report it and however many versions it names. A quote with words of its own is a "
        "post. Posts that this work itself refers to are listed but not counted."
    ),
    "Accounts": "The different accounts that wrote those posts. One person with two accounts counts as two.",
    "Passed on": (
        "Reposts and boosts of those posts: somebody found them worth showing, without adding words. They are never "
        "counted as posts."
    ),
    "Potential reach": (
        "How many followers could have seen it. At least the largest single audience, if everybody else’s followers "
        "are among it; at most the sum of all audiences, if nobody follows two of the accounts. Accounts whose "
        "followers are unknown are left out, so the truth may lie higher. Being shown a post is not the same as "
        "reading it."
    ),
}


def reach(followers: Iterable[int]) -> tuple[int, int] | None:
    """Return potential reach as (largest, sum) of known follower counts; None if none is known.

    Both ends are bounds of the size of the union of audiences: it is at least the largest and at most the sum.
    """
    known = list(followers)
    return (max(known), sum(known)) if known else None
