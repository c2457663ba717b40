"""Whom to engage next: three rings, with reasons, without those who do not want it or were answered."""

from datetime import timedelta
from typing import Literal

import pytest

from hubbub.answers import Answers, engaging
from hubbub.answers.engaging import Suggestions
from hubbub.model import Description, Identifier
from hubbub.people.odds import odds
from hubbub.store import Store
from hubbub.store.people import Word
from tests.answers.stated import NOW, OTHER, WORK, alias, at, follow, keep, links, passed, said, who
from tests.conftest import NewStore

THIRD = Identifier("doi", "10.5555/third")


@pytest.fixture
def store(new_store: NewStore) -> Store:
    """Ann and Bob speak of the work and of another; Cat passes Ann on, Dan and Eve speak of the other."""
    store = new_store()
    with store.writing() as writer:
        writer.wanted.put("mine", [WORK])
    keep(store, said("a", author="ann", posted_at=at(1), url="https://x.example/a"), said("b", author="bob"))
    keep(store, *(said(f"{one} other", author=one, links=links(OTHER)) for one in ("ann", "bob", "dan", "eve")))
    keep(store, passed("c", "ann other", author="cat"), follow("dan", "bob"))
    return store


def engage(store: Store, days: int = 0) -> Suggestions:
    found = Answers(store).engage("mine", NOW + timedelta(days))
    assert found is not None
    return found


def rings(found: Suggestions) -> list[set[str]]:
    return [{one.speaker.key for one in ring} for ring in found.rings]


def test_who_engaged_who_is_tied_and_who_has_the_same_interest_are_apart(store: Store) -> None:
    found = engage(store)
    assert rings(found) == [{"ann", "bob"}, {"cat", "dan"}, {"eve"}]
    assert (found.voices, len(found.today)) == (2, 5)
    through = {one.speaker.key: [voice.key for voice in one.through] for ring in found.rings for one in ring}
    assert (through["cat"], through["dan"], through["eve"]) == (["ann"], ["bob"], [])


def test_each_suggestion_says_why_by_the_terms_of_its_score(store: Store) -> None:
    found = engage(store)
    every = [one for ring in found.rings for one in ring]
    says = {one.speaker.key: {reason.term: reason.says for reason in one.reasons} for one in every}
    assert says["bob"]["engaged"] == "engaged with 1 of your works"
    assert says["eve"]["shared"] == "speaks of 1 other work that your voices speak of"
    assert all(sum(reason.share for reason in one.reasons) <= 1.0001 for one in every)
    (ann,) = (one for one in found.rings[0] if one.speaker.key == "ann")
    assert ann.last is not None


def reasons(found: Suggestions, key: str) -> set[str]:
    return {reason.term for ring in found.rings for one in ring if one.speaker.key == key for reason in one.reasons}


def test_a_post_that_says_it_is_from_a_time_to_come_makes_nobody_look_old(store: Store) -> None:
    keep(store, said("lately", author="eve", links=links(OTHER), posted_at=at(30)))
    keep(store, said("ahead", author="zed", links=links(OTHER), posted_at=NOW + timedelta(days=36500)))
    assert "active" in reasons(engage(store), "eve")
    assert "active" not in reasons(engage(store), "zed")


def test_who_passes_on_their_own_post_is_not_heard_by_that(store: Store) -> None:
    keep(store, *(passed(f"again {n}", "a", author="ann") for n in range(3)))
    assert "heard" not in reasons(engage(store), "ann")
    keep(store, passed("others", "a", author="cat"), passed("more", "a", author="dan"))
    assert "heard" in reasons(engage(store), "ann")


@pytest.mark.parametrize("account", [who("eve", hidden=True), who("eve", declines=True), who("eve", bot=True)])
def test_who_wants_to_be_found_by_nobody_and_feeds_are_not_suggested(store: Store, account: object) -> None:
    keep(store, account)  # type: ignore[arg-type]
    assert rings(engage(store))[2] == set()


@pytest.mark.parametrize(("word", "comes_back"), [("done", False), ("unfit", False), ("never", False), ("later", True)])
def test_what_was_answered_is_remembered(store: Store, word: Word, comes_back: bool) -> None:
    Answers(store).respond("mine", "bluesky", "eve", word)
    assert rings(engage(store))[2] == set()
    assert rings(engage(store, days=36500))[2] == ({"eve"} if comes_back else set())
    Answers(store).respond("mine", "bluesky", "eve", None)
    assert rings(engage(store))[2] == {"eve"}


def test_who_never_spoke_is_suggested_by_who_follows_whom(store: Store) -> None:
    """Flo is followed by Ann and Bob, Gus follows Bob and a stranger; Hal is a feed, Ida hides."""
    keep(store, follow("ann", "flo"), follow("bob", "flo"), follow("gus", "bob"), follow("gus", "zoe"))
    keep(store, follow("ann", "hal"), follow("ann", "ida"), who("hal", bot=True), who("ida", hidden=True))
    keep(store, who("flo", name="Flo", description="Soil scientist"))
    found = engage(store)
    assert rings(found) == [{"ann", "bob"}, {"cat", "dan", "flo", "gus"}, {"eve"}]
    heard = [one.speaker.key in ("cat", "dan") for one in found.rings[1]]
    assert heard == [True, False, True, False]
    flo, gus = (next(one for one in found.rings[1] if one.speaker.key == key) for key in ("flo", "gus"))
    assert (flo.speaker.description, flo.last, flo.last_at) == ("Soil scientist", None, None)
    assert [(one.term, one.share, one.says) for one in flo.reasons] == [("followed", 1, "followed by 2 of your voices")]
    assert [one.says for one in gus.reasons] == ["follows 1 of your voices"]
    assert [one.key for one in flo.through] == ["ann", "bob"]
    Answers(store).respond("mine", "bluesky", "flo", "unfit")
    assert rings(engage(store))[1] == {"cat", "dan", "gus"}


def test_who_follows_everyone_else_too_is_suggested_after_who_does_not(store: Store) -> None:
    keep(store, follow("ann", "flo"), follow("ann", "gus"), who("flo", followers=900_000), who("gus", followers=300))
    assert [one.speaker.key for one in engage(store).rings[1] if one.last is None] == ["gus", "flo"]


def own(store: Store, *accounts: str) -> None:
    with store.writing() as writer:
        writer.wanted.own("mine", [Identifier("bluesky", account) for account in accounts])


def test_who_is_known_is_not_suggested_as_new_but_still_thanked(store: Store) -> None:
    keep(store, follow("ann", "flo"), follow("ann", "gus"), who("gus", handle="Gus.example.org"))
    Answers(store).know("mine", {("bluesky", "knows"): ["ann", "dan", "eve", "flo", "gus.example.org"]})
    assert rings(engage(store)) == [{"ann", "bob"}, {"cat"}, set()]


@pytest.mark.parametrize("word", ["blocks", "mutes"])
def test_who_is_blocked_or_muted_is_never_suggested(store: Store, word: Literal["blocks", "mutes"]) -> None:
    keep(store, follow("ann", "flo"))
    Answers(store).know("mine", {("bluesky", word): ["ann", "cat", "eve", "flo"]})
    assert rings(engage(store)) == [{"bob"}, {"dan"}, set()]
    Answers(store).know("mine", {("bluesky", word): []})
    assert rings(engage(store)) == [{"ann", "bob"}, {"cat", "dan", "flo"}, {"eve"}]


def test_nobody_is_suggested_to_themselves_and_whom_they_follow_is_known(store: Store) -> None:
    """Bob asks, whose handle is known of an alias; he follows Dan and Flo, Ann follows Flo and Gus."""
    own(store, "bob.example.org")
    one, other = (Identifier("bluesky", name) for name in ("bob.example.org", "bob"))
    keep(store, alias(other, "is_same_as", one, via="bluesky"))
    keep(store, follow("bob", "dan"), follow("bob", "flo"), follow("ann", "flo"), follow("ann", "gus"))
    found = engage(store)
    assert rings(found) == [{"ann"}, {"cat", "gus"}, {"eve"}]
    assert found.voices == 1


def test_who_wants_to_be_named_by_nobody_is_not_named_as_who_connects(store: Store) -> None:
    keep(store, who("bob", hidden=True))
    assert [one.through for one in engage(store).rings[1] if one.speaker.key == "dan"] == [()]


def test_without_voices_nobody_is_suggested(new_store: NewStore) -> None:
    store = new_store()
    assert Answers(store).engage("mine", NOW) is None
    with store.writing() as writer:
        writer.wanted.put("mine", [THIRD])
    found = engage(store)
    assert (found.voices, found.rings, found.today, found.odds) == (0, ((), (), ()), (), odds())
    assert found.plan is not None
    assert (found.plan.like, found.plan.venues, found.plan.weeks) == ((), (), ())


def described(work: Identifier, title: str) -> Description:
    return Description(identifier=work, via="crossref", version="1", title=title)


def test_who_has_nothing_yet_begins_with_the_voices_of_works_like_theirs(store: Store) -> None:
    keep(store, described(THIRD, "Winter carbon of peatlands"), described(OTHER, "Peatlands in winter"))
    keep(store, described(WORK, "Fruit flies"), said("x", author="zoe", source="newsfeed", links=links(OTHER)))
    with store.writing() as writer:
        writer.wanted.take_off("mine", [WORK])
        writer.wanted.put("mine", [THIRD])
    found = engage(store)
    assert rings(found) == [set(), set(), {"ann", "bob", "dan", "eve", "cat", "zoe"}]
    assert found.plan is not None
    assert [one.identifier for one in found.plan.like] == [OTHER]
    assert [one.source for one in found.plan.venues] == ["bluesky", "newsfeed"]
    assert "Bluesky" in found.plan.weeks[1].steps[0]
    (says,) = {reason.says for reason in found.rings[2][0].reasons if reason.term == "alike"}
    assert says == "speaks of “Peatlands in winter”, which is like yours"


def test_works_that_too_many_speak_of_are_left_out_and_others_are_not(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep(store, *(said(f"{one} third", author=one, links=links(THIRD)) for one in ("ann", "zoe")))
    assert {"zoe", "eve"} <= set().union(*rings(engage(store)))
    monkeypatch.setattr(engaging, "READ", 3)  # four speak of the other work, two of the third
    assert "zoe" in set().union(*rings(engage(store)))
    assert "eve" not in set().union(*rings(engage(store)))


def test_of_those_who_are_as_near_the_one_with_new_listeners_comes_first(store: Store) -> None:
    keep(store, *(said(f"{one} other", author=one, links=links(OTHER)) for one in ("fay", "gus")), follow("gus", "eve"))
    ring = engage(store).rings[2]
    assert {one.speaker.key: one.adds for one in ring} == {"eve": 1, "fay": 0, "gus": 0}
    assert ring[0].speaker.key == "eve"


def test_each_is_answered_where_they_spoke(store: Store) -> None:
    by_key = {one.speaker.key: one.composer for ring in engage(store).rings for one in ring}
    assert by_key["ann"] == "https://x.example/a"
