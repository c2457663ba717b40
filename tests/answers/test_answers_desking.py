"""The first-day desk: what deserves an answer, and what becomes of a pile-on."""

from datetime import timedelta

import pytest

from hubbub.answers import Answers
from hubbub.answers.desking import Desk, evidence
from hubbub.model import Identifier, Post
from hubbub.store import Store
from tests.answers.stated import NOW, OTHER, WORK, keep, links, said, who
from tests.conftest import NewStore

ANN = ("bluesky", "ann")


def before(hours: float) -> object:
    return NOW - timedelta(hours=hours)


@pytest.fixture
def store(new_store: NewStore) -> Store:
    store = new_store()
    with store.writing() as writer:
        writer.wanted.put("mine", [WORK])
    return store


def asked(key: str, hours: float = 2, text: str = "Why?", **fields: object) -> Post:
    return said(key, **{"author": key, "text": text, "posted_at": before(hours)} | fields)


def reply(key: str, to: str, hours: float = 1, **fields: object) -> Post:
    return asked(key, hours, "Well.", **{"links": (), "replies_to": to} | fields)


def desk(store: Store, *own: tuple[str, str], hours: float = 0) -> Desk:
    found = Answers(store).desk("mine", NOW + timedelta(hours=hours), own)
    assert found is not None
    return found


def waiting(found: Desk) -> list[str]:
    return [one.post for one in found.tasks]


def test_questions_come_first_and_leave_with_their_half_life(store: Store) -> None:
    keep(
        store, asked("praise", 9, "Nice work."), asked("question", 1), asked("old", 17), asked("bare", 1, "https://a.b")
    )
    found = desk(store)
    assert waiting(found) == ["question", "praise"]
    assert found.tasks[0].until == before(1 - 16.5)
    assert "asks a question" in found.tasks[0].reasons
    assert found.tasks[0].words.text == "Why?"
    assert waiting(desk(store, hours=15.4)) == ["question"]
    assert waiting(desk(store, hours=15.6)) == []


def test_what_one_answered_and_wrote_does_not_wait(store: Store) -> None:
    keep(store, asked("answered"), asked("quoted"), asked("open"), asked("own", author="ann"))
    keep(
        store,
        reply("r", "answered", author="ann"),
        reply("q", "quoted", author="ann", replies_to=None, quotes="quoted"),
    )
    assert set(waiting(desk(store))) == {"answered", "quoted", "open", "own", "r", "q"}
    assert waiting(desk(store, ANN)) == ["open"]


def test_answers_to_ones_own_posts_are_threads_that_are_addressed(store: Store) -> None:
    keep(store, asked("own", 9, author="ann", text="Our paper is out"), reply("bob", "own"), reply("cat", "bob"))
    keep(store, asked("dan", text="What does @ann.example say", posted_at=before(3)))
    keep(store, who("ann", handle="ann.example"))
    found = {one.post: one.reasons for one in desk(store, ANN).tasks}
    assert {post for post, reasons in found.items() if "is addressed to you" in reasons} == {"bob", "dan"}
    assert "1 answered it" in found["bob"]
    assert "a new voice" in found["cat"]


def test_feeds_the_hidden_and_the_refused_are_not_on_the_desk(store: Store) -> None:
    keep(store, *(asked(one) for one in ("bot", "shy", "never", "done")), reply("shy reply", "done", author="shy"))
    keep(store, who("bot", bot=True), who("shy", hidden=True))
    Answers(store).respond("mine", "bluesky", "never", "never")
    Answers(store).respond("mine", "bluesky", "done", "done")
    keep(store, asked("blocked"), asked("muted", author="did:plc:muted"), who("did:plc:muted", handle="muted.example"))
    with store.writing() as writer:
        writer.acquaintances.say("mine", "bluesky", "blocks", ["blocked"], NOW)
        writer.acquaintances.say("mine", "bluesky", "mutes", ["muted.example"], NOW)
    assert waiting(desk(store)) == ["done"]


def test_a_place_has_a_half_life_of_its_own_where_enough_is_known(store: Store) -> None:
    keep(store, *(asked(f"s{one}", 40 + one) for one in range(11)), asked("new", 3))
    found = desk(store)
    assert found.half_lives == {"bluesky": 5.5}
    assert waiting(found) == ["new"]


def storm(store: Store, hours: float = 1) -> None:
    """Strangers answer the one post of ann."""
    keep(store, asked("own", 30, author="ann", text="Our paper is out"), asked("bob", 3), asked("eve", 300))
    keep(store, *(reply(f"stranger {one}", "own", hours) for one in range(30)))


def test_in_a_pile_on_nothing_is_suggested_and_the_evidence_has_no_texts(store: Store) -> None:
    storm(store)
    found = desk(store, ANN)
    assert (found.tasks, found.pile_on is not None) == ((), True)
    assert found.pile_on is not None
    assert (found.pile_on.post, found.pile_on.accounts, found.pile_on.first_time) == ("own", 30, 1.0)
    assert {one.account for one in found.pile_on.parts} == {f"stranger {one}" for one in range(30)}
    written = evidence(found.pile_on)
    assert written.startswith("at,source,account,post,url,answers,first_time\n")
    assert written.count("\n") == 31
    assert "Well." not in written
    suggestions = Answers(store).engage("mine", NOW)
    assert suggestions is not None
    assert (suggestions.piled_on, suggestions.today, suggestions.rings) == (True, (), ((), (), ()))


def test_who_was_part_of_a_pile_on_is_not_suggested_later_either(store: Store) -> None:
    storm(store, hours=100)
    keep(store, asked("stranger 1 again", 2, author="stranger 1"), asked("fay", 2))
    keep(store, *(asked(f"{one} other", author=one, links=links(OTHER)) for one in ("stranger 2", "fay", "gus")))
    suggestions = Answers(store).engage("mine", NOW)
    assert suggestions is not None
    assert not suggestions.piled_on
    named = {one.speaker.key for ring in suggestions.rings for one in ring}
    assert {"fay", "gus"} <= named
    assert not {one for one in named if one.startswith("stranger")}


def test_without_a_shelf_there_is_no_desk(store: Store) -> None:
    assert Answers(store).desk("nothing", NOW) is None
    with store.writing() as writer:
        writer.wanted.put("empty", [Identifier("doi", "10.5555/none")])
    found = Answers(store).desk("empty", NOW)
    assert found is not None
    assert (found.tasks, found.pile_on, found.half_lives) == ((), None, {})
