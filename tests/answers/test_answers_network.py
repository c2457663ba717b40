"""How those who spoke hang together: who is in it, what ties them, and which groups they make."""

import pytest

from hubbub.answers import Answers, network
from hubbub.answers.network import Network, Tie
from hubbub.model import Account, Identifier
from hubbub.store import Store
from tests.answers.stated import OTHER, WORK, follow, keep, links, passed, said, who
from tests.conftest import NewStore

THIRD, FOURTH = Identifier("doi", "10.5555/third"), Identifier("doi", "10.5555/fourth")


@pytest.fixture
def store(new_store: NewStore) -> Store:
    return new_store()


def of(store: Store, about: Identifier | str = WORK) -> Network:
    found = Answers(store).network(about)
    assert found is not None
    return found


def tied(found: Network) -> dict[tuple[str, str], tuple[int, int, int]]:
    names = [one.person.speaker.key for one in found.voices]
    ends = [sorted((names[tie.one], names[tie.other])) for tie in found.ties]
    told = {(a, b): (tie.follows, tie.passed, tie.works) for (a, b), tie in zip(ends, found.ties, strict=True)}
    assert all(tie.one < tie.other for tie in found.ties)
    assert len(told) == len(found.ties)
    ties = [sum(name in pair for pair in told) for name in names]
    assert [one.ties for one in found.voices] == ties
    return told


def test_voices_are_tied_by_follows_and_by_what_they_passed_on(store: Store) -> None:
    keep(store, said("a", author="ann"), said("b", author="bob"), said("c", author="cat"))
    keep(store, passed("r1", "a", author="bob"), passed("r2", "a", author="bob"), passed("r3", "a", author="ann"))
    keep(store, follow("ann", "bob"), follow("bob", "ann"), follow("cat", "ann"), follow("cat", "somebody else"))
    assert tied(of(store)) == {("ann", "bob"): (2, 2, 0), ("ann", "cat"): (1, 0, 0)}


def test_two_works_in_common_tie_also_if_the_other_is_on_no_shelf(store: Store) -> None:
    with store.writing() as writer:
        writer.wanted.put("mine", [WORK, OTHER])
    for one in ("ann", "bob"):
        keep(store, said(f"{one} 1", author=one, links=links(WORK)), said(f"{one} 2", author=one, links=links(THIRD)))
    keep(store, *(said(f"p{n}", author=f"by {n}", links=links(OTHER)) for n in range(6)))
    assert tied(of(store, "mine")) == {("ann", "bob"): (0, 0, 2)}
    assert tied(of(store, WORK)) == {}  # of two voices both mention all, which says nothing


def test_who_hides_is_no_node_and_no_end_of_a_tie(store: Store) -> None:
    keep(store, said("a", author="ann"), said("b", author="bob"), follow("ann", "bob"), who("ann", hidden=True))
    found = of(store)
    assert ([one.person.speaker.key for one in found.voices], found.ties, found.hidden) == (["bob"], (), 1)
    keep(store, Account(source="bluesky", id="bob", via="bluesky", version="9", change="withdrawn"))
    assert of(store).voices == ()


def test_feeds_are_no_people(store: Store) -> None:
    keep(store, said("a", author="ann"), said("b", author="feed"), who("feed", bot=True), follow("ann", "feed"))
    found = of(store)
    assert ([one.person.speaker.key for one in found.voices], found.ties) == (["ann"], ())


def test_who_mentions_the_same_works_is_one_group_named_by_what_sets_it_apart(store: Store) -> None:
    with store.writing() as writer:
        writer.wanted.put("mine", [WORK, OTHER, THIRD, FOURTH])
    for team, pair in (("moss", (WORK, OTHER)), ("bone", (THIRD, FOURTH))):
        for n in range(12):
            name = f"{team}{n}"
            keep(store, *(said(f"{name} {i}", author=name, links=links(one)) for i, one in enumerate(pair)))
            keep(store, who(name, description=f"I like {team}"))
    found = of(store, "mine")
    assert sorted((group.voices, group.words) for group in found.groups) == [(12, ("bone",)), (12, ("moss",))]
    for one in found.voices:
        assert one.group is not None
        assert found.groups[one.group].words == (one.person.speaker.key.rstrip("0123456789"),)
    assert {work for group in found.groups for work, _ in group.works} == {WORK, OTHER, THIRD, FOURTH}


def test_only_the_most_engaged_are_drawn_and_the_rest_is_counted(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(network, "MOST", 2)
    keep(store, *(said(f"p{n}", author="ann") for n in range(3)), said("b", author="bob"), said("c", author="cat"))
    keep(store, follow("ann", "cat"), follow("ann", "bob"))
    found = of(store)
    assert [one.person.speaker.key for one in found.voices] == ["ann", "bob"]
    assert (found.ties, found.left_out) == ((Tie(0, 1, 1, 0, 0),), 1)


def test_of_what_nobody_spoke_there_is_no_network(store: Store) -> None:
    found = of(store)
    assert (found.voices, found.ties, found.groups) == ((), (), ())
    assert Answers(store).network("no such shelf") is None
