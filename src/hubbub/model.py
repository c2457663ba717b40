"""The nouns that every stage speaks: frozen values, no behaviour beyond their own form.

Times are aware UTC. Absent means unknown: a missing number is never zero. It is longer than other modules, since every
stage finds every noun here.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Literal

from msgspec import Struct

Change = Literal["made", "edited", "withdrawn"]
Category = Literal["citations", "usage", "captures", "mentions", "social media"]

# The numbers that places report of a work without the posts behind them.
TALLIES: dict[str, Category] = {
    "citations": "citations",
    "views": "usage",
    "downloads": "usage",
    "plays": "usage",
    "readers": "captures",
    "saves": "captures",
    "stars": "captures",
    "watchers": "captures",
    "forks": "captures",
    "comments": "mentions",
    "likes": "social media",
    "shares": "social media",
}

# The subject of these relations is referred to by the object, so a post that states one gives the object no attention.
INVERSE_RELATIONS = frozenset({"is_cited_by", "is_referenced_by", "is_discussed_by", "is_reviewed_by", "is_reply_to"})


class Identifier(Struct, gc=False, frozen=True, order=True):
    """The name of a work (or of a person, for `orcid`) in its normal form; `version` stands apart (arXiv `v2`)."""

    scheme: str
    value: str
    version: str | None = None

    def __str__(self) -> str:
        named = f"{self.scheme}:"  # some values have their scheme's name in them: urn:nbn:…
        return self.value if self.value.startswith(named) else named + self.value


class Link(Struct, gc=False, frozen=True, omit_defaults=True):
    """An address that a post carries, and where in the post it stands.

    `written`, `method` and `record` are set where a collector found the link and says how: the address as it was found,
    the collector's method, and the address of the collector's own evidence record.
    """

    address: str
    relation: str = "discusses"
    found_in: str = "link"
    written: str | None = None
    method: str | None = None
    record: str | None = None


class Post(Struct, gc=False, frozen=True, omit_defaults=True, kw_only=True):
    """One thing that someone put in public, as one collector says it stood at one version.

    `source` is where it was said, `via` who collected it. `assertion` is the collector's own id for its statement; it
    is empty where the place itself speaks (`via == source`). Versions of one assertion compare as strings.
    `author`, `replies_to`, `quotes`, `reposts` and `likes` are ids within `source`. `statement` is a collector's
    statement itself as JSON, where it is to be passed on as it was given, and `stated_at` when it made that.
    """

    source: str
    id: str
    via: str
    version: str
    assertion: str = ""
    change: Change = "made"
    url: str | None = None
    title: str | None = None
    text: str | None = None
    links: tuple[Link, ...] = ()
    author: str | None = None
    posted_at: datetime | None = None
    replies_to: str | None = None
    quotes: str | None = None
    reposts: str | None = None
    likes: str | None = None
    language: str | None = None
    statement: str | None = None
    stated_at: datetime | None = None


# What the people of a shelf say of an account: they know it, or do not want to see it.
Acquaintance = Literal["knows", "blocks", "mutes"]

# How an account names an address: a plain link, `rel=me`, a field that the platform checked, an ORCID record's
# researcher-urls, GitHub's social accounts; `handle` is a domain that the platform found to name the account back. A
# field counts as checked if a server that is trusted checked it: anyone may run a server of the Fediverse that says so
# of its own accounts, and then it is a link.
How = Literal["link", "rel_me", "verified_field", "researcher_url", "social_account", "handle"]


class Claim(Struct, gc=False, frozen=True, order=True):
    """An address that an account publishes of itself, and how."""

    address: str
    how: How = "link"


class Account(Struct, gc=False, frozen=True, omit_defaults=True, kw_only=True):
    """Who speaks, as far as one page tells; what several pages tell adds up.

    A withdrawn account takes its posts along. `bot` says that it calls itself one, `hidden` that its owner wants to be
    found or recommended by nobody, so that nobody is pointed to it; `declines` that it is not to be recommended, though
    it may be found. `claims` are all addresses that it publishes.
    """

    source: str
    id: str
    via: str
    version: str
    change: Change = "made"
    handle: str | None = None
    name: str | None = None
    description: str | None = None
    url: str | None = None
    followers: int | None = None
    following: int | None = None
    bot: bool | None = None
    hidden: bool | None = None
    declines: bool | None = None
    claims: tuple[Claim, ...] | None = None


class Description(Struct, gc=False, frozen=True, omit_defaults=True, kw_only=True):
    """What a registry, a repository or a publisher's page says a work is.

    `online` is when it was published online, where that is told apart; `pdf` is an address of the whole text.
    """

    identifier: Identifier
    via: str
    version: str
    title: str | None = None
    kind: str | None = None
    creators: tuple[str, ...] = ()
    issued: str | None = None
    venue: str | None = None
    licence: str | None = None
    abstract: str | None = None
    issns: tuple[str, ...] = ()
    volume: str | None = None
    issue: str | None = None
    page: str | None = None
    online: str | None = None
    pdf: str | None = None
    fields: tuple[str, ...] = ()


class Follow(Struct, gc=False, frozen=True, omit_defaults=True, kw_only=True):
    """One account follows another, or does so no longer.

    `id` is the place's own name for the tie, where it has one: a place may withdraw it by that name alone.
    """

    source: str
    via: str
    seen_at: datetime
    follower: str | None = None
    followed: str | None = None
    id: str | None = None
    change: Change = "made"


class Block(Struct, gc=False, frozen=True, omit_defaults=True, kw_only=True):
    """One account wants nothing to do with another, or does so no longer.

    A store heeds only what concerns the people whom it serves: whom they block is not suggested to them, and who blocks
    them is forgotten. `id` is as of `Follow`.
    """

    source: str
    via: str
    seen_at: datetime
    blocker: str | None = None
    blocked: str | None = None
    id: str | None = None
    change: Change = "made"


class FollowList(Struct, gc=False, frozen=True, kw_only=True):
    """How far a list of ties was read: from `began_at` on, to its end or not; `total` is what the place says it has.

    Only a complete list tells who follows no longer: whose tie was not seen since `began_at`. So it is with the list of
    those whom an account blocks.
    """

    source: str
    account: str
    direction: Literal["followers", "following", "blocks"]
    via: str
    began_at: datetime
    complete: bool
    total: int | None = None


class Tally(Struct, gc=False, frozen=True, kw_only=True):
    """A number that a place reports of a work without the posts behind it; the latest stands.

    `kind` is one of `TALLIES`.
    """

    identifier: Identifier
    via: str
    kind: str
    value: int
    as_of: datetime


class Alias(Struct, gc=False, frozen=True, kw_only=True):
    """What a registry says of two identifiers: `other` is_same_as, is_version_of, is_part_of … `identifier`.

    With a person or a place as `identifier`, `other` is a work (`is_work_of`) or another name of theirs (`is_same_as`).
    """

    identifier: Identifier
    relation: str
    other: Identifier
    via: str
    version: str
    change: Change = "made"


class Fault(Struct, gc=False, frozen=True):
    """A part of a page that could not be read: counted and set aside. `at` is its byte offset in the page.

    `sample` is told to whoever reads the page, to see what is wrong; no store keeps it.
    """

    reason: str
    at: int = 0
    sample: str = ""


Fact = Post | Account | Follow | FollowList | Block | Tally | Description | Alias


class Mention(Struct, gc=False, frozen=True):
    """One identifier in one post, with the evidence for it."""

    identifier: Identifier
    relation: str
    found_in: str
    as_written: str
    method: str
    certainty: float
    record: str | None = None


class Reading(Struct, gc=False, frozen=True):
    """A post and the mentions that were found in it."""

    post: Post
    mentions: tuple[Mention, ...] = ()


class Page(Struct, gc=False, frozen=True):
    """Bytes as received; once they are kept, the lane goes on at `resume`.

    `offset` is where the bytes stand in the whole. `lines` says that the page is a batch of whole lines that can be
    read one by one. `faults` are parts of the lane that never became bytes of a page: a line over the limit, the cut
    tail of an archive. `passed_over` counts, by reason, parts of the lane that are whole but nothing that is read.
    """

    lane: str
    address: str
    body: bytes
    received_at: datetime
    resume: str
    lines: bool = False
    offset: int = 0
    faults: tuple[Fault, ...] = ()
    passed_over: Mapping[str, int] = {}


PostKey = str  # a post's or an account's id within the source

Works = frozenset[Identifier]  # what somebody follows, beyond the scholarly schemes that are always kept


class Watch(Struct, frozen=True):
    """What is asked of one source.

    `works` are those on shelves. `owners` are people and places whose works are collected. `speakers` are accounts at
    the source whose profiles and ties are wanted, small audiences first, and `profiles` those of which only the profile
    is; `posts` are posts of the source that are held
    and may have changed since; `lists` are addresses that somebody has given: feeds, servers, repositories.
    """

    works: tuple[Identifier, ...] = ()
    owners: tuple[Identifier, ...] = ()
    speakers: tuple[str, ...] = ()
    profiles: tuple[str, ...] = ()
    posts: tuple[str, ...] = ()
    lists: tuple[str, ...] = ()


class Answer(Struct, frozen=True):
    """What a service answered, whole and decompressed."""

    status: int
    address: str  # after redirects
    headers: Mapping[str, str]  # lower-case names
    body: bytes
    received_at: datetime


class Host(Struct, gc=False, frozen=True):
    """How a host wants to be asked: requests a second, how many at once, how many a day."""

    name: str
    per_second: float
    at_once: int = 1
    per_day: int | None = None

    def __str__(self) -> str:
        a_day = f", {self.per_day:,} a day" if self.per_day else ""
        return f"{self.name}: {self.per_second:g} requests a second, {self.at_once} at once{a_day}"


class Credential(Struct, gc=False, frozen=True):
    """A secret by its name, what it opens, and where one gets it."""

    name: str
    opens: str
    get_at: str

    def __str__(self) -> str:
        return f"{self.name} opens {self.opens}; get it at {self.get_at}"


class Accounts(Struct, gc=False, frozen=True):
    """One way in which accounts of a place are called: a pattern, in any case, whose group `name` is the account.

    `page` makes the address of its page of the pattern's groups, where that stands for the account.
    """

    pattern: str
    page: str | None = None


class About(Struct, gc=False, frozen=True, kw_only=True):
    """A source's card: facts from which docs, schedule, limits, colours and tests are made.

    `modes` say how its lanes end: a stream does not, a poll is asked again after `hours` at the earliest (later as it
    cools), an archive is given from outside. `covers` are the kinds of lanes that its streams make needless while they
    run.
    """

    name: str
    title: str
    home: str
    category: Category
    modes: tuple[Literal["stream", "poll", "archive"], ...]
    hours: float = 1
    covers: tuple[str, ...] = ()
    hosts: tuple[Host, ...] = ()
    credentials: tuple[Credential, ...] = ()
    accounts: tuple[Accounts, ...] = ()
    terms: str
    licence: str
    keeps_pages: str
    yields: tuple[str, ...]
    deletions: Literal["told", "recheck", "never"]
    shapes: Literal["recorded", "documented"]
    colour: str
    note: str
    examples: tuple["Example", ...]

    @property
    def how(self) -> str:
        """How it is read, in words."""
        said = {
            "stream": "a stream",
            "poll": f"asked every {self.hours:g} h at most",
            "archive": "files that are given",
        }
        return ", ".join(said[mode] for mode in self.modes)


class Example(Struct, gc=False, frozen=True):
    """A recording, and what must be found in it: pairs of a fact's own name and an identifier.

    The name is a post's id, or of other facts the kind (`tally views`, `alias is_version_of`, `description`). A page is
    known by the lane and address it came from, where the source has more than one kind.
    """

    recording: str
    finds: tuple[tuple[str, str], ...]
    lane: str = ""
    address: str = ""
