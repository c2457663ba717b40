"""Data to try everything with: recordings of real mentions, and a simulated world that is the same for the same seed.

Nothing here reads a clock or a network. `recordings` are files of the sources they name; `world` and `world_events` are
the lines of such files; `profiles`, `follows` and `descriptions` are facts to keep after those. Fill the `shelves`
first: mentions of the simulated software are kept only if it is watched.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import cache
from importlib.resources import files
from math import exp
from pathlib import Path
from random import Random

import msgspec
from msgspec import Struct

from hubbub.demo import frames, pages
from hubbub.demo.cast import Person
from hubbub.demo.network import network
from hubbub.demo.story import tell
from hubbub.demo.words import Work, works
from hubbub.model import Account, Description, Follow, Identifier

SEED = 1
SIMULATED, QUIET = "simulated-soil", "simulated-newcomer"
READ_EVERY = timedelta(weeks=4)  # the profiles
GROWTH = 0.001, 0.003  # of followers in a week: mean and deviation
BUSY, BUSIEST = 0.0005, 10  # what each act adds to that, and how many do


class Recording(Struct, frozen=True):
    """A file that ships with the package, and the source that reads it."""

    source: str
    path: Path


class Shelf(Struct, frozen=True):
    """A list of works to begin with."""

    name: str
    title: str
    note: str
    simulated: bool
    works: tuple[Identifier, ...]


class _Quiet(Struct, frozen=True, forbid_unknown_fields=True):
    """An invented work of which nobody speaks, as `quiet.toml` has it."""

    id: str
    title: str
    kind: str
    creators: tuple[str, ...]
    issued: str
    venue: str

    @property
    def identifier(self) -> Identifier:
        return Identifier(*self.id.split(":", 1))


class Truth(Struct, frozen=True):
    """What the simulated world knows of itself: (source, post id) by work, and what was withdrawn."""

    posts: dict[Identifier, frozenset[tuple[str, str]]]
    amplifications: dict[Identifier, frozenset[tuple[str, str]]]
    withdrawn: frozenset[str]
    left: frozenset[str]


def recordings() -> tuple[Recording, ...]:
    """The shipped recordings; `recordings/ORIGIN.md` says where each is from."""
    folder = Path(str(files(__name__))) / "recordings"
    return tuple(Recording("crossref_event_data", path) for path in sorted(folder.glob("*.json")))


def world(seed: int = SEED) -> Iterator[bytes]:
    """Lines of Jetstream v1 frames, for the source `bluesky`."""
    return frames.frames(tell(seed))


def world_events(seed: int = SEED) -> Iterator[bytes]:
    """Lines of events of other places, for the source `crossref_event_data`."""
    return pages.events(seed)


def profiles(seed: int = SEED) -> Iterator[tuple[datetime, list[Account]]]:
    """Followers of those who spoke, as the network's profiles told every few weeks, at last when all was over.

    Some are unknown. Most have more and more, the busy above all.
    """
    story, chance = tell(seed), Random(f"hubbub followers {seed}")  # noqa: S311  as in `story`
    left = {gone.what for gone in story.gone if isinstance(gone.what, Person)}
    acts: dict[Person, list[datetime]] = {}
    for one in story.acts():
        acts.setdefault(one.who, []).append(one.at)
    first = {who: min(times) for who, times in acts.items() if who not in left and who.followers is not None}
    growth = {who: chance.gauss(*GROWTH) + BUSY * min(len(acts[who]), BUSIEST) for who in first}
    over = frames.last_at(story)
    for number in reversed(range((over - min(first.values())) // READ_EVERY + 1)):
        at, weeks = over - number * READ_EVERY, number * READ_EVERY / timedelta(weeks=1)
        yield at, [_profile(who, at, exp(-growth[who] * weeks)) for who in first if first[who] <= at]


def _profile(who: Person, at: datetime, share: float) -> Account:
    """What a profile tells when its account has so large a share of its last followers."""
    assert who.followers is not None
    return Account(
        source="bluesky",
        id=who.did,
        via="bluesky",
        version=frames.tid(at),
        followers=round(who.followers * share),
        following=who.following,
    )


def follows(seed: int = SEED) -> Iterator[Account | Follow]:
    """Who follows whom, and the profiles of those who only listen."""
    seen_at = frames.last_at(tell(seed))
    for one in network(seed).listeners:
        yield Account(
            source="bluesky",
            id=one.did,
            via="bluesky",
            version=frames.tid(seen_at),
            handle=one.handle,
            name=one.name,
            description=one.bio,
            followers=one.followers,
            following=one.following,
        )
    for who, of in network(seed).follows:
        yield Follow(source="bluesky", via="bluesky", seen_at=seen_at, follower=who.did, followed=of.did)


def descriptions() -> Iterator[Description]:
    """What the invented works are."""
    every: list[Work | _Quiet] = [*works().values(), *_quiet()]
    for work in every:
        yield Description(
            identifier=work.identifier,
            via="simulated",
            version="1",
            title=work.title,
            kind=work.kind,
            creators=work.creators,
            issued=work.issued,
            venue=work.venue,
        )


@cache
def _quiet() -> tuple[_Quiet, ...]:
    file = files(__name__).joinpath("quiet.toml").read_bytes()
    return msgspec.toml.decode(file, type=dict[str, tuple[_Quiet, ...]])["works"]


def shelves() -> tuple[Shelf, ...]:
    """The simulated works, those of which nobody speaks, and real works that the recordings mention."""
    return (
        Shelf(
            SIMULATED,
            "A soil and climate community",
            "Invented by a program: these people, works, pages and numbers do not exist. Only the shapes of the data "
            "and the rhythm of attention are those of real networks.",
            True,
            tuple(work.identifier for work in works().values()),
        ),
        Shelf(
            QUIET,
            "Three works of which nobody has spoken yet",
            "Invented too: the works of somebody who begins.",
            True,
            tuple(work.identifier for work in _quiet()),
        ),
        Shelf(
            "recorded",
            "Recorded: works mentioned in Crossref Event Data",
            "Real mentions as Crossref Event Data collected them between 2016 and 2023 (CC0; Stack Exchange: "
            "CC BY-SA 4.0), from the public repositories that demo/recordings/ORIGIN.md names. A small sample: the "
            "counts are the sample's, not the works'.",
            False,
            tuple(Identifier("doi", value) for value in RECORDED),
        ),
    )


# Real works, each with what makes its mentions worth a look.
RECORDED = (
    "10.3897/zookeys.635.10385",  # two pages of Wikispecies
    "10.1088/0067-0049/215/1/15",  # Wikipedia, Carina Nebula
    "10.1056/nejm199410203311603",  # Wikipedia, infant respiratory distress syndrome
    "10.1016/0896-6273(93)90281-u",  # brackets in a DOI, Spanish Wikipedia
    "10.1146/annurev.earth.32.082503.144359",  # an annotation of a news page
    "10.1063/1.1792071",  # an answer on Stack Exchange
    "10.1007/s12122-016-9232-5",  # a blog post
    "10.1073/pnas.222371199",  # a recommendation by F1000
)


def truth(seed: int = SEED) -> Truth:
    """What a store filled from the world must hold, if every work is watched."""
    story = tell(seed)
    gone = {one.what for one in story.gone}
    posts: dict[Identifier, set[tuple[str, str]]] = {work.identifier: set() for work in works().values()}
    amplifications: dict[Identifier, set[tuple[str, str]]] = {work.identifier: set() for work in works().values()}
    standing = {said for said in story.said if said not in gone and said.who not in gone}
    for said in standing:
        for key in said.works:
            posts[works()[key].identifier].add(("bluesky", frames.key_of(said)))
    for passed in story.passed:
        if not passed.like and passed.of in standing and passed not in gone and passed.who not in gone:
            for key in passed.of.works:
                amplifications[works()[key].identifier].add(("bluesky", frames.key_of(passed)))
    for page in pages.pages():
        if page.updated != "deleted":
            posts[works()[page.work].identifier].add((page.place, page.address))
    return Truth(
        {work: frozenset(keys) for work, keys in posts.items()},
        {work: frozenset(keys) for work, keys in amplifications.items()},
        frozenset(frames.key_of(one.what) for one in story.gone if not isinstance(one.what, Person)),
        frozenset(one.what.did for one in story.gone if isinstance(one.what, Person)),
    )


__all__ = [
    "SEED",
    "Recording",
    "Shelf",
    "Truth",
    "descriptions",
    "follows",
    "profiles",
    "recordings",
    "shelves",
    "truth",
    "world",
    "world_events",
]
