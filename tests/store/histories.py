"""Random histories: what a few people post, edit, withdraw and pass on, as the place and a collector tell it."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import TypeVar

from hypothesis import strategies as st
from msgspec.structs import replace

from hubbub.model import Account, Change, Claim, Link, Post
from tests.store.fold_model import WORKS, link_to

PLACE, COLLECTOR, ELSEWHERE = "bluesky", "crossref_event_data", "reddit"
START = datetime(2026, 7, 1, 22, tzinfo=UTC)
AUTHORS = [f"did:plc:author{letter}" for letter in "xyz"]
POSTS = [(f"at://{AUTHORS[n % 3]}/app.bsky.feed.post/key{n}", AUTHORS[n % 3]) for n in range(5)]
REPOSTS = [(f"at://{AUTHORS[(n + 1) % 3]}/app.bsky.feed.repost/key{n}", AUTHORS[(n + 1) % 3], n) for n in range(3)]
CHANGES: list[Change] = ["made", "edited", "withdrawn"]
T = TypeVar("T")

_versions = st.integers(1, 12)
_links = st.lists(
    st.one_of(
        st.builds(link_to, st.sampled_from(WORKS), found_in=st.sampled_from(["link", "card"])),
        st.just(Link("https://example.com/unwatched")),
    ),
    max_size=2,
).map(tuple)


def at(version: int) -> str:
    return f"v{version:02d}"


def when(hour: int | None) -> datetime | None:
    return None if hour is None else START + timedelta(hours=hour)


@st.composite
def own_posts(draw: st.DrawFn) -> list[Post]:
    """The versions of one post, as its place tells them."""
    key, author = draw(st.sampled_from(POSTS))
    told: list[Post] = []
    for version in draw(st.lists(_versions, min_size=1, max_size=3, unique=True)):
        change = draw(st.sampled_from(CHANGES))
        if change == "withdrawn":
            told.append(Post(source=PLACE, id=key, via=PLACE, version=at(version), change="withdrawn"))
            continue
        work = draw(st.sampled_from([*WORKS, None, None]))
        spelt = f" https://doi.org/{work.value} is good" if work else ""
        told.append(
            Post(
                source=PLACE,
                id=key,
                via=PLACE,
                version=at(version),
                change=change,
                text=f"text-{key[-4:]}-{at(version)}-end{spelt}",
                links=draw(_links),
                author=author,
                posted_at=when(draw(st.integers(0, 5))),
                quotes=draw(st.sampled_from([None, None, *(other for other, _ in POSTS if other != key)])),
                replies_to=draw(st.sampled_from([None, None, POSTS[0][0]])),
                language=draw(st.sampled_from([None, "en"])),
            )
        )
    return told


@st.composite
def reposts(draw: st.DrawFn) -> list[Post]:
    """One repost or like, as made and as withdrawn."""
    key, author, original = draw(st.sampled_from(REPOSTS))
    versions = draw(st.lists(_versions, min_size=1, max_size=2, unique=True))
    liked = draw(st.integers(0, 4)) == 0
    target = POSTS[original][0]
    made = Post(
        source=PLACE,
        id=key.replace("repost", "like") if liked else key,
        via=PLACE,
        version=at(versions[0]),
        author=author,
        posted_at=when(draw(st.integers(0, 5))),
        likes=target if liked else None,
        reposts=None if liked else target,
    )
    if len(versions) == 1:
        return [made]
    return [made, Post(source=PLACE, id=made.id, via=PLACE, version=at(versions[1]), change="withdrawn")]


@st.composite
def collected(draw: st.DrawFn) -> list[Post]:
    """The versions of one statement of the collector; it may come to speak of another post, or of another author."""
    assertion = f"assertion{draw(st.sampled_from('abcde'))}"
    told: list[Post] = []
    for version in draw(st.lists(_versions, min_size=1, max_size=3, unique=True)):
        told.append(draw(_collected(assertion, at(version))))
    return told


@st.composite
def _collected(draw: st.DrawFn, assertion: str, version: str) -> Post:
    """What the collector says about a post of the place, or about one that is seen by it alone."""
    number, passes = draw(st.integers(0, 6)), None
    source, (key, author) = ELSEWHERE, ("https://reddit.com/r/a/1", "u/ann")
    if number < 5:
        source, (key, author) = PLACE, POSTS[number]
    elif number == 5:  # as tweets were told: a repost that names the work itself
        source, (key, author, original) = PLACE, REPOSTS[0]
        passes = POSTS[original][0]
    change = draw(st.sampled_from(CHANGES))
    name = Post(source=source, id=key, via=COLLECTOR, assertion=assertion, version=version, change=change)
    if change == "withdrawn":
        return name
    relation = "discusses" if passes else draw(st.sampled_from(["discusses", "references", "is_cited_by"]))
    return replace(
        name,
        url="https://example.org/seen",
        title=f"title-{assertion}-{version}-end",
        links=(link_to(draw(st.sampled_from(WORKS)), relation, "metadata"),),
        author=draw(st.sampled_from([author, author, None, AUTHORS[0]])),
        reposts=passes,
        posted_at=when(draw(st.sampled_from([None, 0, 3, 30]))),
    )


@st.composite
def accounts(draw: st.DrawFn) -> list[Account]:
    """What is told of one account, and that it is withdrawn."""
    author = draw(st.sampled_from(AUTHORS))
    told: list[Account] = []
    for version in draw(st.lists(_versions, min_size=1, max_size=3, unique=True)):
        via = draw(st.sampled_from([PLACE, PLACE, COLLECTOR]))
        if via == PLACE and draw(st.booleans()):
            told.append(Account(source=PLACE, id=author, via=PLACE, version=at(version), change="withdrawn"))
            continue
        told.append(
            Account(
                source=PLACE,
                id=author,
                via=via,
                version=at(version),
                handle=draw(st.sampled_from([None, f"handle-{author[-1]}-{via}-{at(version)}-end"])),
                name=draw(st.sampled_from([None, f"name-{author[-1]}-{via}-{at(version)}-end"])),
                followers=draw(st.sampled_from([None, 0, 7, 20])),
                claims=draw(
                    st.sampled_from([None, (), (Claim(f"https://name-{author[-1]}-{via}-{at(version)}-end.org/"),)])
                ),
            )
        )
    return told


@st.composite
def histories(draw: st.DrawFn) -> list[Post | Account]:
    """Facts about a few posts and people; no two versions of one thing are equal."""
    told: list[Post | Account] = []
    for posts in draw(st.tuples(*(st.lists(s, max_size=4) for s in (own_posts(), reposts(), collected())))):
        told.extend(post for some in posts for post in some)
    told.extend(one for some in draw(st.lists(accounts(), max_size=3)) for one in some)
    return list({_name(fact): fact for fact in told}.values())


def _name(fact: Post | Account) -> tuple[str, ...]:
    if isinstance(fact, Account):
        return "account", fact.source, fact.id, fact.version
    return ("statement", fact.via, fact.assertion or fact.id, fact.version)


@st.composite
def arranged(draw: st.DrawFn, facts: Sequence[T]) -> list[list[T]]:
    """All of the facts in any order, some more than once, in pages."""
    again = draw(st.lists(st.sampled_from(facts), max_size=4)) if facts else []
    return draw(paged(draw(st.permutations([*facts, *again]))))


@st.composite
def paged(draw: st.DrawFn, facts: Sequence[T]) -> list[list[T]]:
    """The facts as they stand, cut into pages."""
    pages: list[list[T]] = [[]]
    for fact in facts:
        if draw(st.integers(0, 3)) == 0:
            pages.append([])
        pages[-1].append(fact)
    return pages
