"""On a real network: who is suggested, who is reached, and that who does not want to be there leaves no trace."""

import csv
import io
import json
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any

import httpx
import pytest

from hubbub.answers.exported import FORMATS
from hubbub.people.reach import alone
from tests.network.network import PASSWORD, POST, Network, Person
from tests.network.reading import Hubbub, wait
from tests.replay.served import served

pytestmark = pytest.mark.xdist_group("network")

_numbers = count(1)
# Who will not want to be there any more: speakers, and such as only follow one.
GOING, QUIET = ("hides", "rests", "leaves", "hater"), ("veils", "parts", "mocker")


class World:
    """People around two works of an owner, and one of somebody else."""

    def __init__(self, network: Network) -> None:
        number = next(_numbers)
        self.network = network
        self.works = [f"10.5555/people.{number}.{one}" for one in range(2)]
        self._people: dict[str, Person] = {}
        self._number = number

    def __getattr__(self, name: str) -> Person:
        if name not in self._people:
            self._people[name] = self.network.join(f"{name}{self._number}x")
            self._people[name].call(f"{name.title()} Namedfor{name}", f"{name} is known for aboutword{name}")
        return self._people[name]

    def speak(self, name: str, work: int = 0) -> None:
        getattr(self, name).post(f"saidword{name}{work} doi:{self.works[work]}")

    def tie(self, *pairs: str) -> None:
        for pair in pairs:
            one, other = pair.split(" > ")
            getattr(self, one).follow(getattr(self, other))

    def names(self, dids: Any) -> set[str]:
        known = {person.did: name for name, person in self._people.items()}
        return {known[did] for did in dids}

    def words_of(self, name: str) -> set[str]:
        who = self._people[name]
        words = {who.did, who.handle, f"Namedfor{name}", f"aboutword{name}"}
        return words | {f"saidword{name}0"} if name in GOING else words

    def build(self) -> None:
        """Speakers and ties."""
        for name in ("ann", "ben", "cid", "shy", *GOING):
            self.speak(name)
        self.speak("ann", 1)
        self.speak("dan", 1)
        self.tie("fan > ann", "fan > ben", "fan > cid", "gus > ann", "ann > hub", "ben > hub", "ann > ben")
        self.tie("friend > ann", "troll > ann", "troll > ben", "owner > friend", "decliner > ann", "star > decliner")
        for name in GOING:
            self.tie(f"{name} > ann", f"ann > {name}", f"gus > {name}")
        self.tie(*(f"{name} > ann" for name in QUIET))
        self.owner.block(self.troll)
        self.shy.decline()
        self.decliner.decline()

    def go(self) -> None:
        """Some want not to be seen, some leave, and some want nothing to do with the owner."""
        for name in ("hides", "veils"):
            words = (f"{name.title()} Namedfor{name}", f"{name} is known for aboutword{name}")
            getattr(self, name).call(*words, label="!no-unauthenticated")
        self.rests.deactivate()
        self.leaves.leave()
        self.parts.leave()
        self.hater.block(self.owner)
        self.mocker.block(self.owner)

    def followers(self, voices: set[str]) -> set[str]:
        """Who follows at least one of some people, as the network holds it."""
        followed = {self._people[name].did for name in voices}
        return {follower for follower, other in self.network.truth().follows() if other in followed}


@pytest.fixture
def world(bluesky: Network) -> World:
    return World(bluesky)


@pytest.fixture
def hubbub(bluesky: Network, world: World, tmp_path: Path) -> Iterator[Hubbub]:
    with served(tmp_path) as server:
        yield Hubbub(server, bluesky, tmp_path, login=(world.owner.handle, PASSWORD))


def until_read(hubbub: Hubbub, world: World) -> None:
    """Wait until the stream is read as far as it goes."""
    last = world.network.settle()
    wait(lambda: hubbub.place() >= last, "all is read")


def asked(hubbub: Hubbub, *order: str) -> Any:
    return json.loads(hubbub.server.do(*order, "--json"))


def rings(hubbub: Hubbub, world: World) -> list[set[str]]:
    return [world.names(one["speaker"]["key"] for one in ring) for ring in asked(hubbub, "engage", "me")["rings"]]


def reached(hubbub: Hubbub) -> tuple[int, int]:
    reach = asked(hubbub, "people", "me")["reach"]
    return reach["least"], reach["most"]


def added(world: World, voices: set[str], held: set[tuple[str, str]]) -> dict[str, int]:
    """How many each voice reaches whom no other does, by what is held."""
    numbers = {did: number for number, did in enumerate(sorted({did for ends in held for did in ends}))}
    lists = [[numbers[a] for a, b in held if b == getattr(world, name).did] for name in sorted(voices)]
    return dict(zip(sorted(voices), alone(lists).tolist(), strict=True))


def lost_without(world: World, voices: set[str]) -> dict[str, int]:
    """How many fewer the network says would be reached without each voice."""
    every = len(world.followers(voices))
    return {name: every - len(world.followers(voices - {name})) for name in voices}


def assert_nowhere(hubbub: Hubbub, world: World, words: set[str]) -> None:
    """In no table, in no export, on no page, and once tables are written anew in no file."""
    assert hubbub.told(words) == {}
    exports: dict[str, str] = {kind: hubbub.server.do("export", kind, "me") for kind in FORMATS}
    exports["people"] = hubbub.server.do("people", "me", "--csv")
    exports["mentions"] = hubbub.server.do("mentions", world.works[0], "--csv")
    assert {(kind, word) for kind, text in exports.items() for word in words if word in text} == set()
    with hubbub.server.serving("--offline") as at:
        paths = [
            "",
            *(f"shelf/me{part}" for part in ("", "/engage", "/people", "/community", "/dossier")),
            f"work/doi/{world.works[0]}",
            f"account/bluesky/{world.ann.did}",
            "status",
        ]
        pages = {path: httpx.get(f"{at}/{path}", follow_redirects=True, timeout=60).text for path in paths}
    assert {(path, word) for path, text in pages.items() for word in words if word in text} == set()
    hubbub.server.do("rebuild")
    assert hubbub.traces(words) == {}


def test_suggestions_and_reach_are_those_of_the_network_and_who_goes_leaves_no_trace(
    hubbub: Hubbub, world: World
) -> None:
    hubbub.server.do("me", f"bluesky:{world.owner.handle}", world.works[0])
    with hubbub.server.killed("listen", "bluesky"):

        def heard() -> bool:
            world.herald.post("hear, hear: doi:10.5555/herald")
            return hubbub.place() > 0

        wait(heard, "the stream is open")
        world.build()
        until_read(hubbub, world)
    hubbub.server.do("sync", "bluesky")
    voices = {"ann", "ben", "cid", "shy", *GOING}
    assert rings(hubbub, world) == [voices - {"shy"}, {"fan", "gus", "hub", *QUIET}, {"dan"}]
    found = {one["speaker"]["key"]: one for one in asked(hubbub, "engage", "me")["rings"][1]}
    fan, hub = found[world.fan.did], found[world.hub.did]
    assert [one["says"] for one in fan["reasons"]] == ["follows 3 of your voices"]
    assert [one["says"] for one in hub["reasons"]] == ["followed by 2 of your voices"]
    assert world.names(one["key"] for one in hub["through"]) == {"ann", "ben"}
    assert reached(hubbub) == (len(world.followers(voices)),) * 2
    held, true = hubbub.follows(), world.network.truth().follows()
    # Other tests have people on the same network, so ties are told by ours.
    ours = {getattr(world, name).did for name in (*voices, "owner")}
    assert held == {ends for ends in true if ours & {*ends}}
    assert added(world, voices, held) == lost_without(world, voices)

    words = {word for name in GOING + QUIET for word in world.words_of(name)}
    assert hubbub.told(words).keys() == words
    with hubbub.server.killed("listen", "bluesky"):
        world.go()
        until_read(hubbub, world)
    hubbub.server.do("sync", "bluesky")
    left = voices - {*GOING}
    assert rings(hubbub, world) == [left - {"shy"}, {"fan", "gus", "hub"}, {"dan"}]
    said = [one for one in world.network.truth().of(POST) if one.split("/")[2] in {getattr(world, n).did for n in left}]
    spoken = list(csv.DictReader(io.StringIO(hubbub.server.do("mentions", world.works[0], "--csv"))))
    assert {one["post"] for one in spoken} <= {*said}
    assert len(spoken) == len(left)
    unseen = {one.did for one in (world.hides, world.hater, world.veils, world.mocker)}
    assert reached(hubbub) == (len(world.followers(left) - unseen),) * 2
    assert_nowhere(hubbub, world, words)
