"""hubbub reads a real network of accounts: what people do there, and what is held of it in the end."""

import json
from collections.abc import Callable, Iterable
from itertools import count
from random import Random
from typing import NamedTuple

import httpx
import pytest

from tests.network.network import LIKE, POST, REPOST, Network, Person, Record, Ref
from tests.network.reading import Hubbub, wait

pytestmark = pytest.mark.xdist_group("network")

_numbers = count(1)


@pytest.fixture
def works() -> list[str]:
    """Works that nobody has spoken of before."""
    return [f"10.5555/network.{next(_numbers)}" for _ in range(3)]


@pytest.fixture
def herald(bluesky: Network) -> Person:
    """Somebody who speaks until they are heard."""
    return bluesky.join(f"herald{next(_numbers)}")


def until_heard(hubbub: Hubbub, herald: Person) -> None:
    """A stream that is opened tells only of what comes: speak until it is heard."""

    def heard() -> bool:
        herald.post("hear, hear: doi:10.5555/herald")
        return hubbub.place() > 0

    wait(heard, "the stream is open")


def address(work: str) -> str:
    return f"https://doi.org/{work}"


class Said(NamedTuple):
    """A post, or whatever else somebody made, and the word by which it is known."""

    who: Person
    what: Ref
    word: str
    has_work: bool = False


class Crowd:
    """People who do all that people do, by chance."""

    def __init__(self, network: Network, works: list[str], seed: int) -> None:
        self._network, self._works, self._chance = network, works, Random(seed)
        self._people = [self._join() for _ in range(8)]
        self._posts: list[Said] = []
        self._ties: list[Said] = []
        self._names: dict[str, str] = {}
        self.gone: set[str] = set()  # what must leave no trace: words, addresses, ids

    def act(self, times: int) -> None:
        """Somebody does something, and somebody else, and so on."""
        for _ in range(times):
            self._act(self._chance.choice(self._people), f"word{next(_numbers)}x", self._chance.random())

    def _act(self, who: Person, word: str, roll: float) -> None:
        if roll < 0.3 or not self._posts:
            self._posts.append(Said(who, self._speak(who, word), word, has_work=True))
        elif roll < 0.35:
            self._posts.append(Said(who, who.post(f"{word}, which is about nothing"), word))
        elif roll < 0.45:
            react = self._chance.choice([who.repost, who.like])
            self._ties.append(Said(who, react(self._chance.choice(self._posts).what), word))
        elif roll < 0.55:
            answer = self._chance.choice([who.reply, who.quote])
            self._posts.append(Said(who, answer(word, self._chance.choice(self._posts).what), word))
        elif roll < 0.7:
            whom = self._chance.choice([one for one in self._people if one is not who])
            self._ties.append(Said(who, who.follow(whom), word))
        elif roll < 0.75:
            self._name(who, word)
        elif roll < 0.78:
            self.gone.add(who.handle)
            who.rename(f"{word}.test")
        elif roll < 0.82:
            self._edit(word)
        elif roll < 0.89:
            self._delete(self._posts)
        elif roll < 0.96:
            self._delete(self._ties)
        else:
            self._leave(who)

    def _join(self) -> Person:
        return self._network.join(f"person{next(_numbers)}x")

    def _speak(self, who: Person, word: str) -> Ref:
        work = self._chance.choice(self._works)
        ways = [
            lambda: who.link(f"{word}: this is what I meant", address(work)),
            lambda: who.card(word, address(work)),
            lambda: who.post(f"{word} doi:{work}, look"),
        ]
        return self._chance.choice(ways)()

    def _name(self, who: Person, word: str) -> None:
        self.gone |= {self._names[who.did]} if who.did in self._names else set()
        self._names[who.did] = word
        who.call(f"Name {word}", f"about {word}")

    def _edit(self, word: str) -> None:
        # Not one that named no work before: what touched it then was not kept, see docs/decisions/0003.
        if known := [number for number, one in enumerate(self._posts) if one.has_work]:
            before = self._posts[number := self._chance.choice(known)]
            self.gone.add(before.word)
            edited = before.who.edit(before.what, f"{word} doi:{self._chance.choice(self._works)}")
            self._posts[number] = before._replace(what=edited, word=word)

    def _delete(self, made: list[Said]) -> None:
        if made:
            one = made.pop(self._chance.randrange(len(made)))
            self.gone |= {one.what.uri, one.word}
            one.who.delete(one.what)

    def _leave(self, who: Person) -> None:
        self.gone |= {who.did, who.handle, *(one.word for one in self._posts if one.who is who)}
        self._posts, self._ties = ([one for one in made if one.who is not who] for made in (self._posts, self._ties))
        self._chance.choice([who.leave, who.deactivate])()
        self._people[self._people.index(who)] = self._join()


def speaks_of(record: Record, works: Iterable[str]) -> bool:
    return any(work in json.dumps(record) for work in works)


def assert_held(hubbub: Hubbub, bluesky: Network, works: list[str]) -> None:
    """What is held is what the network holds: not less, and nothing that it does not hold."""
    truth = bluesky.truth()
    posts, held = truth.of(POST), hubbub.posts()
    spoken = {uri for uri, one in posts.items() if speaks_of(one, works)}
    assert spoken
    for work in works:
        found = {one["post"] for one in hubbub.mentions(work) if one["own"]}
        assert found == {uri for uri in spoken if speaks_of(posts[uri], [work])}
    passed = {uri for uri, one in truth.of(REPOST, LIKE).items() if one["subject"]["uri"] in spoken}
    assert held >= spoken | passed
    assert held <= truth.records.keys()
    speakers = {uri.split("/")[2] for uri in spoken}
    known = hubbub.accounts()
    assert known.keys() <= truth.handles.keys()
    for did in speakers:
        assert known[did]["handle"] == truth.handles[did]
        assert known[did].get("name") == truth.names()[did]
        assert known[did]["followers"] == bluesky.followers(did)
    tied = {ends for ends in truth.follows() if speakers & {*ends}}
    assert {ends for ends in hubbub.follows() if speakers & {*ends}} == tied


def read_all(hubbub: Hubbub, bluesky: Network) -> None:
    """Listen until everything is read, and ask for what a stream does not tell."""
    last = bluesky.settle()
    with hubbub.server.killed("listen", "bluesky"):
        wait(lambda: hubbub.place() >= last, "all is read")
    hubbub.server.do("sync", "bluesky")


@pytest.mark.parametrize("seed", [1, 2])
def test_after_kills_and_restarts_hubbub_holds_what_the_network_holds(
    hubbub: Hubbub, bluesky: Network, works: list[str], herald: Person, seed: int
) -> None:
    hubbub.server.do("track", *works)
    crowd = Crowd(bluesky, works, seed)
    with hubbub.server.killed("listen", "bluesky"):
        until_heard(hubbub, herald)
        crowd.act(times=50)
    for _ in range(3):
        crowd.act(times=20)
        with hubbub.server.killed("listen", "bluesky"):
            before = hubbub.place()
            crowd.act(times=40)
            wait(lambda: hubbub.place() > before, "something is read")  # noqa: B023  # waited for at once
    read_all(hubbub, bluesky)
    assert_held(hubbub, bluesky, works)
    hubbub.server.do("rebuild")
    assert hubbub.traces(crowd.gone) == {}


def test_what_is_removed_leaves_no_trace_after_the_next_sync(
    hubbub: Hubbub, bluesky: Network, works: list[str], herald: Person
) -> None:
    hubbub.server.do("track", *works)
    stays, goes, rests = (bluesky.join(f"{name}{next(_numbers)}x") for name in ("stays", "goes", "rests"))
    with hubbub.server.killed("listen", "bluesky"):
        until_heard(hubbub, herald)
        goes.call("Gone Girlandaio")
        rests.call("Resting Reinhardt")
        kept, deleted = stays.post(f"keepsake doi:{works[0]}"), stays.post(f"regrettable doi:{works[0]}")
        for who, word in ((goes, "farewellword"), (rests, "restingword")):
            who.post(f"{word} doi:{works[0]}")
            who.repost(kept)
            who.follow(stays)
            stays.follow(who)
        last = bluesky.settle()
        wait(lambda: hubbub.place() >= last, "all is read")
    hubbub.server.do("sync", "bluesky")
    words = ["Girlandaio", "Reinhardt", "farewellword", "restingword", "regrettable"]
    gone = {*words, goes.did, goes.handle, rests.did, rests.handle, deleted.uri}
    assert hubbub.traces(gone).keys() == gone
    assert hubbub.follows() == {
        (goes.did, stays.did),
        (rests.did, stays.did),
        (stays.did, goes.did),
        (stays.did, rests.did),
    }
    stays.delete(deleted)
    goes.leave()
    rests.deactivate()
    bluesky.settle()
    hubbub.server.do("sync", "bluesky")  # without the stream, by asking for what is held
    assert [one["post"] for one in hubbub.mentions(works[0])] == [kept.uri]
    assert hubbub.follows() == set()
    with hubbub.server.serving("--offline") as at:
        page = httpx.get(f"{at}/work/doi/{works[0]}").text
        assert "keepsake" in page
        assert [one for one in gone if one in page] == []
    hubbub.server.do("rebuild")
    assert hubbub.traces(gone) == {}


def test_a_post_is_counted_on_the_page_of_its_work_within_seconds(
    hubbub: Hubbub, bluesky: Network, works: list[str], herald: Person, record_property: Callable[[str, object], None]
) -> None:
    with hubbub.server.serving("--listen", "bluesky") as at, httpx.Client(base_url=at) as browser:
        until_heard(hubbub, herald)
        seconds = []
        for number in range(1, 6):
            herald.link(f"post {number}: this", address(works[0]))
            shown = f'Posts</a></dt><dd class="n">{number}</dd>'
            seconds.append(wait(lambda: shown in browser.get(f"/work/doi/{works[0]}").text, "it is shown"))  # noqa: B023
    record_property("seconds from a post to the number on the page", ", ".join(f"{one:.2f}" for one in seconds))


def test_a_list_of_followers_goes_on_where_it_was_cut_off_and_ends_ties_once_it_is_whole(
    hubbub: Hubbub, bluesky: Network, works: list[str], herald: Person
) -> None:
    hubbub.server.do("track", *works)
    with hubbub.server.killed("listen", "bluesky"):
        until_heard(hubbub, herald)
        herald.post(f"mine: doi:{works[0]}")
        wait(lambda: hubbub.mentions(works[0]), "it is heard")
    fans = [bluesky.join(f"fan{next(_numbers)}") for _ in range(120)]  # more than there are on a page
    follows = {fan.did: fan.follow(herald) for fan in fans}
    bluesky.settle()
    with hubbub.server.killed("sync", "bluesky"):
        wait(hubbub.follows, "some of them are read")
    if len(hubbub.follows()) < len(fans):
        assert hubbub.followers(herald.did).complete is None
    hubbub.server.do("sync", "bluesky")
    read = hubbub.followers(herald.did)
    assert (read.held, read.complete, read.whole_at) == (len(fans), True, read.began_at)
    for fan in fans[:7]:
        fan.delete(follows[fan.did])
    bluesky.settle()
    hubbub.server.do("sync", "bluesky")
    assert hubbub.follows() == {(fan.did, herald.did) for fan in fans[7:]}
