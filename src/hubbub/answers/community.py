"""The shapes of a community report: who speaks of a shelf of works, and whether they become more.

Counts are of persons: accounts that are proven to be one person's count once. Unknown is None, never 0.
"""

from datetime import date, datetime
from typing import Literal

from msgspec import Struct

from hubbub.answers.mixed import Mix
from hubbub.answers.shapes import Speaker
from hubbub.model import Identifier
from hubbub.people.pace import Pace

# In the period that ends now: came for the first time; came before too; came more than once, but not in the period, and
# will probably come again, or probably not; came once before. Of the last nothing can be said.
State = Literal["new", "returning", "at risk", "lapsed", "came once", "time unknown"]


class Proportion(Struct, frozen=True):
    """So many of so many, and the 95 % bounds of the share (Wilson)."""

    hits: int
    of: int
    least: float
    most: float


class Followers(Struct, frozen=True):
    """How many followers an account had: `before` on the day `since`, `now` on the day `until`, by its place's word.

    Of the days on which that was told, `since` is the last one until the period began or, failing that, the first;
    `until` is the last. Where they are one day, `change` is None.
    """

    since: date
    before: int
    until: date
    now: int
    change: int | None


class OwnAccount(Struct, frozen=True):
    """An account of one's own, and its followers; None where nobody told them."""

    speaker: Speaker
    followers: Followers | None


class Listening(Struct, frozen=True):
    """Whether those who listen become more, between `since` and `until`.

    `own` are all accounts that are known to be one's own. Of the voices' `accounts`, `known` are those whose followers
    were told within five weeks before the period began, and again within five weeks before it ended: `before` and `now`
    are what these have together, `more` and `fewer` how many of them have more or fewer than before. Who follows
    several counts as often. All four are None below five such accounts. `first` is the earliest day of which a
    number is used for a voice.
    """

    since: datetime
    until: datetime
    own: tuple[OwnAccount, ...]
    accounts: int
    known: int
    before: int | None
    now: int | None
    more: int | None
    fewer: int | None
    first: date | None


class Member(Struct, frozen=True):
    """One voice: `days` counts those on which it spoke, `circle` points into `circles` of the report.

    `followers` are those of `speaker`; `same` are its other accounts that speak here too, by proof.
    """

    speaker: Speaker
    state: State
    days: int
    works: int
    first_at: datetime | None
    last_at: datetime | None
    circle: int | None
    followers: Followers | None
    same: tuple[Speaker, ...]


class Period(Struct, frozen=True):
    """Who came between `since` and `until`, and who of those before did not.

    `returned` is of the voices of the equally long time before; None below five mentions, or if there were none.
    """

    since: datetime
    until: datetime
    voices: int
    new: int
    returning: int
    at_risk: int
    lapsed: int
    came_once: int
    returned: Proportion | None


class Month(Struct, frozen=True):
    """One month: who came in it, and how many had come by its end (`total`).

    `at_risk` and `lapsed` are as of its end, and quiet for 13 weeks then, as in `Period`: those of the current month,
    which ends now, are the same.
    """

    month: date
    voices: int
    new: int
    returning: int
    at_risk: int
    lapsed: int
    total: int


class Unseen(Struct, frozen=True):
    """How many there may be, from `seen` to Chao1's estimate, to one digit: an order of magnitude and no count.

    `without_top_work` is the same without the most mentioned work: one that spread far inflates it. Either is None
    where nobody spoke of just two works.
    """

    seen: int
    estimate: int | None
    without_top_work: int | None


class Happening(Struct, frozen=True):
    """Something dated that may have moved attention: a post that was passed on, a work, a news story."""

    at: datetime
    kind: str
    title: str
    url: str | None


class Change(Struct, frozen=True):
    """From the week that begins at `at`, mentions a week went from `before` to `after`; `near` are hints, no causes."""

    at: datetime
    before: float
    after: float
    near: tuple[Happening, ...]


class Named(Struct, frozen=True):
    """A work and its title."""

    identifier: Identifier
    title: str | None


class Circle(Struct, frozen=True):
    """Voices that speak of the same works, and what sets them apart from the others; nothing below ten voices."""

    voices: int
    words: tuple[str, ...]
    works: tuple[Named, ...]
    place: str | None


class Carrier(Struct, frozen=True):
    """The most amplified post, and how many of how many amplifications are of it."""

    url: str | None
    speaker: Speaker | None
    text: str | None
    carried: int
    of: int


class Community(Struct, frozen=True):
    """Is it growing: all about the voices of a shelf, as of a moment.

    `voices` counts persons, `accounts` their accounts; feeds and one's own accounts are not among them. `hidden`
    accounts want to be named by nobody: they are counted and not listed. `unnamed` posts are by accounts that nobody
    tells; `undated` mentions have no time, and are in no period. `checked_at` is when anything was last collected.

    Below five mentions there are lists and no rates. `pace` is None there, and where nobody spoke in 26 weeks.
    `answered` is the first-day answer rate of the period; None where no account is known to be one's own (`own`), or
    there was nothing to answer.
    """

    shelf: str
    works: tuple[Identifier, ...]
    simulated: bool
    as_of: datetime
    checked_at: datetime | None
    mentions: int
    voices: int
    accounts: int
    feeds: int
    hidden: int
    unnamed: int
    undated: int
    own: tuple[Speaker, ...]
    members: tuple[Member, ...]
    period: Period
    months: tuple[Month, ...]
    totals: tuple[tuple[date, int], ...]
    listening: Listening
    pace: Pace | None
    unseen: Unseen | None
    changes: tuple[Change, ...]
    answered: Proportion | None
    circles: tuple[Circle, ...]
    steadiness: float | None
    originality: float | None
    concentration: float | None
    carrier: Carrier | None
    mix: Mix | None
