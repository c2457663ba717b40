"""What was answered to suggestions, and who wants to be kept nowhere."""

from datetime import timedelta

import pytest

from hubbub.model import Account, Post
from hubbub.store.fold import hashed
from hubbub.store.people import WORDS, Word, refusal, responses
from tests.conftest import NewStore
from tests.store.fold_model import WORKS, link_to
from tests.store.keeping import NOW, bytes_of, keep

ANN = "did:plc:ann-was-here"
NAMED = hashed("account", "bluesky", ANN)


def test_the_last_answer_stands_and_can_be_taken_back(new_store: NewStore) -> None:
    store = new_store()
    with store.writing() as writer:
        writer.responses.say("mine", "bluesky", ANN, "later", NOW)
        writer.responses.say("mine", "bluesky", ANN, "done", NOW + timedelta(1))
    assert store.ask(responses, "mine") == {NAMED: ("done", NOW + timedelta(1))}
    with store.writing() as writer:
        writer.responses.say("mine", "bluesky", ANN, None, NOW)
    assert store.ask(responses, "mine") == {}


@pytest.mark.parametrize("word", WORDS)
def test_only_never_holds_for_every_shelf(new_store: NewStore, word: Word) -> None:
    store = new_store()
    with store.writing() as writer:
        writer.responses.say("mine", "bluesky", ANN, word, NOW)
    assert (NAMED in store.ask(responses, "other")) == (word == "never")
    with store.writing() as writer:
        writer.responses.say("other", "bluesky", ANN, "done", NOW)
    assert store.ask(responses, "other")[NAMED].word == "done"


def test_an_answer_leaves_no_name(new_store: NewStore) -> None:
    store = new_store()
    with store.writing() as writer:
        writer.responses.say("mine", "bluesky", ANN, "never", NOW)
    assert ANN.encode() not in bytes_of(store)


def test_who_refuses_is_forgotten_and_does_not_come_back(new_store: NewStore) -> None:
    store = new_store()
    said = Post(
        source="bluesky", id="at://post", via="bluesky", version="3z", text="Ann's words", author=ANN,
        links=(link_to(WORKS[0]),),
    )  # fmt: skip
    speaker = Account(source="bluesky", id=ANN, via="bluesky", version="3z", name="Ann of the hill", handle="ann.hill")
    keep(store, [[said, speaker], [refusal("bluesky", ANN)], [said, speaker]])
    left = bytes_of(store)
    assert [word for word in (b"Ann's words", b"Ann of the hill", b"ann.hill", ANN.encode()) if word in left] == []
