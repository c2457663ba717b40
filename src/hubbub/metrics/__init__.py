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

# The same of what stands beside them.
BESIDE = {
    "First and last": (
        "When the first and the last known post or repost was made, as its place says. All times are UTC. Posts whose "
        "time nobody tells are left out."
    ),
    "Last checked": "When the collector that told of the newest of these mentions last kept anything that it had read.",
    "At second hand": (
        "Posts that link to a story about the work without naming it. Each is listed with the way it takes. They are "
        "in no other number."
    ),
    "Counted elsewhere": (
        "Numbers that registries and repositories report without what is behind them: citations, views, downloads, "
        "stars. Each stands with who says so and as of when. They are added to nothing, and not to each other."
    ),
}

# The same of the indicators, whose functions are in the modules beside this one.
INDICATORS = {
    "Against expectation": (
        "How many times as much these works get at this place as reference works of the same field, kind and age. "
        "Few works are drawn towards 1, so that luck is not taken for success. The interval holds the truth in nine of "
        "ten cases, as was tried on groups of reference works."
    ),
    "Does well, does not": (
        "Said only if the chance is above 90 % that the ratio is above 1.25, or below 0.8 with three or more mentions "
        "to be expected. Otherwise it is too little to tell, or too early: less than half of what comes has come."
    ),
    "Silent": "Three or more mentions were to be expected at this place, there is none, and that is hardly chance.",
    "Chance of a mention": (
        "How many times as likely these works are to be mentioned at all as the world’s, over fields, kinds and ages "
        "(MHRR). Where there is no mention, only a bound on one side is given."
    ),
    "Mean among peers": (
        "The mean of ln(1 + count), each divided by what works of the same field, kind and age get on average (MNLCS)."
    ),
    "Place among peers": (
        "Of 100 works of the same field, kind and age, how many get less, those that get the same taken half. Works "
        "without a mention share one place, and are told so in words."
    ),
    "Two forms": (
        "How many times as much one form of the same works gets as the other, such as slides and paper. Below eight "
        "works, only in how many of them which form gets more."
    ),
    "Attention score": (
        "The sum of weights that a formula gives to mentions, once an account. The weights are somebody’s choice. It "
        "is a measure of attention, not of quality, and not made for comparing people."
    ),
}


def reach(followers: Iterable[int]) -> tuple[int, int] | None:
    """Return potential reach as (largest, sum) of known follower counts; None if none is known.

    Both ends are bounds of the size of the union of audiences: it is at least the largest and at most the sum.
    """
    known = list(followers)
    return (max(known), sum(known)) if known else None
