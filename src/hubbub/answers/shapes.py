"""The shapes of answers: frozen, and the same for pages, commands and programs.

Every number comes with the mentions behind it, every mention with its post and its evidence. Unknown is None, never 0.
It is longer than other modules: pages, commands and programs find every shape in one place.
"""

from datetime import date, datetime

from msgspec import Struct

from hubbub.match.works import Kind
from hubbub.model import Category, Description, Identifier, Tally
from hubbub.store.match import Corrected


class Evidence(Struct, frozen=True):
    """One collector's statement that supports a mention; `identifier` is the name of the work that it gives."""

    identifier: Identifier
    via: str
    assertion: str
    version: str
    relation: str
    found_in: str
    as_written: str
    method: str
    certainty: float
    record: str | None
    collected_at: datetime


class Speaker(Struct, frozen=True):
    """Who speaks. `key` is the account's id within its source.

    `bot`, `hidden` and `declines` are as the account itself tells.
    """

    source: str
    key: str
    handle: str | None = None
    name: str | None = None
    description: str | None = None
    url: str | None = None
    followers: int | None = None
    bot: bool | None = None
    hidden: bool | None = None
    declines: bool | None = None


class Words(Struct, frozen=True):
    """What a post says, and who says it."""

    url: str | None
    title: str | None
    text: str | None
    language: str | None
    speaker: Speaker | None


class Said(Struct, frozen=True):
    """One post that mentions the work (`own`), or that passes such a post on.

    Then `amplifies` is that post's id and `original` what it says, as far as it is held.
    """

    source: str
    post: str
    url: str | None
    title: str | None
    text: str | None
    language: str | None
    speaker: Speaker | None
    posted_at: datetime | None
    own: bool
    counted: bool
    amplifies: str | None
    original: Words | None
    evidence: tuple[Evidence, ...]


class Story(Struct, frozen=True):
    """A post that mentions the work and is a page of its own, at `address`."""

    address: str
    source: str
    post: str
    title: str | None


class SecondHand(Struct, frozen=True):
    """A post that links to a story about the work, and does not name the work itself; it is in no count."""

    said: Said
    story: Story


class SourceCount(Struct, frozen=True):
    """Counts of one work at one source. `posts` and `accounts` are own words, amplifications stand apart.

    `accounts` and `amplifiers` are None where there are posts but nobody knows whose.
    """

    source: str
    category: Category
    posts: int
    accounts: int | None
    amplifications: int
    amplifiers: int | None
    first_at: datetime | None
    last_at: datetime | None
    checked_at: datetime


class CategoryCount(Struct, frozen=True):
    """The same, summed over the sources of a category."""

    category: Category
    posts: int
    accounts: int | None
    amplifications: int


class DayCount(Struct, frozen=True):
    """Posts and amplifications of one UTC day at one source."""

    day: date
    source: str
    posts: int
    amplifications: int


class Voice(Struct, frozen=True):
    """One account and how often it spoke of the work or passed it on."""

    speaker: Speaker
    posts: int
    amplifications: int
    last_at: datetime | None


class Reach(Struct, frozen=True):
    """Potential reach: between the largest audience (`low`, all overlap) and the sum (`high`, none do), in followers.

    None where no follower count is known. `known` of `accounts` have a known count.
    """

    low: int | None
    high: int | None
    known: int
    accounts: int


class Latest(Struct, frozen=True):
    """How new what is known is: the number of the last change of a work, and when standings were last reckoned."""

    change: int
    standings_at: datetime | None


class Ripple(Struct, frozen=True):
    """What the mark of a work draws: how loud it is and how far it reaches. `posts` is None where nothing is held.

    `identifiers` are all names of the work; `simulated` says that it is invented.
    """

    posts: int | None
    categories: tuple[CategoryCount, ...]
    reach: Reach
    identifiers: tuple[Identifier, ...] = ()
    simulated: bool = False


class VersionCount(Struct, frozen=True):
    """One version of a work, or a supplement to it (`kind`), under all its names, and its own counts.

    A post that names two versions counts for each, and once for the work. Counts are None where nothing is collected.
    """

    kind: Kind
    identifiers: tuple[Identifier, ...]
    posts: int | None
    accounts: int | None
    amplifications: int | None


class AliasLine(Struct, frozen=True):
    """Another identifier, what it is to the work, and who says so: `identifier` `relation` the work."""

    relation: str
    identifier: Identifier
    via: tuple[str, ...]


class Statement(Struct, frozen=True):
    """What is said of two identifiers of a work, and by whom: `other` `relation` `identifier`.

    `doubt` says why it is not believed, if it is not.
    """

    identifier: Identifier
    relation: str
    other: Identifier
    via: tuple[str, ...]
    doubt: str | None


class SetAside(Struct, frozen=True):
    """A post that somebody says does not mention `identifier`; what it says is None where it is not held any more."""

    identifier: Identifier
    said_by: str
    said_at: datetime
    why: str
    source: str | None
    post: str | None
    words: Words | None


class PageLine(Struct, frozen=True):
    """What an unknown address was found to be, how and when; `outcome` is None while nobody has looked."""

    identifier: Identifier
    outcome: str | None
    method: str | None
    evidence: str | None
    certainty: float | None
    looked_at: datetime | None
    due_at: datetime | None


class MissingLine(Struct, frozen=True):
    """A page at `address` that somebody says mentions `identifier`; `outcome` is None while nobody has looked."""

    address: Identifier
    identifier: Identifier
    said_by: str
    said_at: datetime
    outcome: str | None


class Match(Struct, frozen=True):
    """Why identifiers are one work: who says what of them, what is doubted, and what people have corrected.

    `pages` are addresses among them that were looked at, `missing` mentions that somebody misses.
    """

    identifier: Identifier
    versions: tuple[VersionCount, ...]
    apart: str | None
    statements: tuple[Statement, ...]
    corrections: tuple[Corrected, ...]
    set_aside: tuple[SetAside, ...]
    pages: tuple[PageLine, ...]
    missing: tuple[MissingLine, ...]


class Wish(Struct, frozen=True):
    """When somebody last wished to know about a work, and when it was looked up; None while it waits for that."""

    wished_at: datetime
    met_at: datetime | None


class Report(Struct, frozen=True):
    """All about one work, by whichever of its names it was asked for: counts are of all `versions` together.

    `apart` says why the identifier stands alone, if what is said of it cannot be believed. `simulated` names the shelf
    if the work belongs to a simulated community.

    `method` is the version of the rules of finding and of counting. Counts are None where nothing was ever collected.
    `tallies` are what others count; they are in none of the counts, since nobody shows what is behind them. What is
    said of `aliases` is not in the counts either; `more_aliases` says whether there are more than these.
    """

    identifier: Identifier
    description: Description | None
    simulated: str | None
    method: str
    posts: int | None
    accounts: int | None
    amplifications: int | None
    first_at: datetime | None
    last_at: datetime | None
    checked_at: datetime | None
    categories: tuple[CategoryCount, ...]
    sources: tuple[SourceCount, ...]
    days: tuple[DayCount, ...]
    reach: Reach
    voices: tuple[Voice, ...]
    aliases: tuple[AliasLine, ...]
    more_aliases: bool
    versions: tuple[VersionCount, ...]
    apart: str | None
    second_hand: int
    tallies: tuple[Tally, ...]
    wish: Wish | None


class WorkLine(Struct, frozen=True):
    """One work in a list."""

    identifier: Identifier
    title: str | None
    posts: int | None
    amplifications: int | None
    last_at: datetime | None


class Shelf(Struct, frozen=True):
    """A named list of works. `note` says where it comes from, `owners` whose works it holds beside those put there."""

    name: str
    title: str
    note: str
    simulated: bool
    owners: tuple[Identifier, ...]
    works: tuple[WorkLine, ...]


class Card(Struct, frozen=True):
    """What a shelf is; `works` is how many it holds."""

    name: str
    title: str
    note: str
    simulated: bool
    works: int


class Home(Struct, frozen=True):
    """What the first page shows. `identifiers` is how many are known, of works and of people."""

    identifiers: int
    shelves: tuple[Shelf, ...]
    recent: tuple[WorkLine, ...]


class Ties(Struct, frozen=True):
    """Who follows an account, or whom it follows. `held` of them are known; None if nobody has looked.

    The place's own list was last read at `began_at`, `complete` or cut off; the place said that it has `total`. It was
    last read to its end at `whole_at`. `named` are the most followed of `among` of those who are held.
    """

    held: int | None
    began_at: datetime | None
    complete: bool | None
    total: int | None
    whole_at: datetime | None
    among: int
    named: tuple[Speaker, ...]


class Proven(Struct, frozen=True):
    """Another account of the same person, or a page of theirs at `page`: the proof, and what it rests on.

    `speaker` is None for a page, and for an ORCID record.
    """

    speaker: Speaker | None
    page: str | None
    proof: str
    evidence: tuple[str, ...]


class Asked(Struct, frozen=True):
    """An account that may be the same person's, which is never taken for granted: `doubt` says why not."""

    speaker: Speaker
    doubt: str
    evidence: tuple[str, ...]


class Same(Struct, frozen=True):
    """What is proven of an account's owner, by what accounts publish themselves, and what may only be asked."""

    proven: tuple[Proven, ...]
    asked: tuple[Asked, ...]


class AccountReport(Struct, frozen=True):
    """All that one account said, newest first, and of which works.

    `following` is how many it follows, as its place tells; `followed` is whom, as far as lists were read.
    """

    speaker: Speaker
    following: int | None
    followers: Ties
    followed: Ties
    simulated: str | None
    posts: int
    amplifications: int
    works: tuple[WorkLine, ...]
    said: tuple[tuple[Identifier, Said], ...]


class SourceReport(Struct, frozen=True):
    """A source (a place, or a collector of others' posts): its card, what the store holds of it, what was set aside."""

    name: str
    title: str
    category: Category
    collector: bool
    posts: int
    last_at: datetime | None
    lanes: int
    set_aside: tuple[tuple[str, int], ...]
