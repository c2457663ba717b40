"""What was answered to suggestions, and who wants to be kept nowhere."""

from datetime import timedelta

import pytest

from hubbub.model import Account, Block, FollowList, Identifier, Post
from hubbub.store import Store
from hubbub.store.fold import hashed
from hubbub.store.people import WORDS, Word, acquaintances, refusal, responses
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


def of(*accounts: str) -> set[int]:
    return {hashed("account", "bluesky", account) for account in accounts}


OWNER = "did:plc:the-owner"


def known(store: Store, word: str, shelf: str = "mine") -> set[int]:
    return {account for account, words in store.ask(acquaintances, shelf).items() if word in words}


def block(blocker: str, blocked: str, day: int = 0, **more: object) -> Block:
    told = {"source": "bluesky", "via": "bluesky", "seen_at": NOW + timedelta(day), "id": f"{blocker} {blocked}"}
    return Block(**(told | {"blocker": blocker, "blocked": blocked} | more))  # type: ignore[arg-type]


@pytest.fixture
def owned(new_store: NewStore) -> Store:
    """A store with two shelves, one of which is of Ann."""
    store = new_store()
    with store.writing() as writer:
        writer.wanted.put("other", [WORKS[0]])
        writer.wanted.put("mine", [WORKS[0]])
        writer.wanted.own("mine", [Identifier("bluesky", OWNER)])
    return store


def test_a_list_takes_the_place_of_the_same_list_before(new_store: NewStore) -> None:
    store = new_store()
    with store.writing() as writer:
        writer.acquaintances.say("mine", "bluesky", "knows", ["ben", "cid"], NOW)
        writer.acquaintances.say("mine", "bluesky", "mutes", ["ben"], NOW)
        writer.acquaintances.say("mine", "mastodon", "knows", ["dan"], NOW)
        writer.acquaintances.say("other", "bluesky", "knows", ["ben"], NOW)
        writer.acquaintances.say("mine", "bluesky", "knows", ["eve", "cid", "cid"], NOW)
    assert known(store, "knows") == of("cid", "eve") | {hashed("account", "mastodon", "dan")}
    assert known(store, "mutes") == of("ben")
    assert known(store, "knows", "other") == of("ben")


def test_whom_the_people_of_a_shelf_block_is_known_of_it_until_they_do_no_longer(owned: Store) -> None:
    keep(owned, [[block(OWNER, "ben"), block(OWNER, "cid"), block("dan", "ben")]])
    assert known(owned, "blocks") == of("ben", "cid")
    assert known(owned, "blocks", "other") == set()
    keep(owned, [[Block(source="bluesky", via="bluesky", seen_at=NOW, id=f"{OWNER} ben", change="withdrawn")]])
    assert known(owned, "blocks") == of("cid")


def test_a_complete_list_of_blocks_ends_those_that_it_does_not_name(owned: Store) -> None:
    with owned.writing() as writer:
        writer.acquaintances.say("mine", "bluesky", "blocks", ["given"], NOW)
    keep(owned, [[block(OWNER, "ben"), block(OWNER, "cid")]])
    read = {"source": "bluesky", "via": "bluesky", "account": OWNER, "direction": "blocks"}
    for complete, left in ((False, of("given", "ben", "cid")), (True, of("given", "cid"))):
        ended = FollowList(**read, began_at=NOW + timedelta(1), complete=complete)  # type: ignore[arg-type]
        keep(owned, [[block(OWNER, "cid", day=2), ended]])
        assert known(owned, "blocks") == left


def test_who_blocks_the_people_of_a_shelf_is_forgotten_for_good(owned: Store) -> None:
    said = Post(
        source="bluesky", id="at://ben/post", via="bluesky", version="3z", text="Ben's words", author="did:plc:ben",
        links=(link_to(WORKS[0]),),
    )  # fmt: skip
    ben = Account(source="bluesky", id="did:plc:ben", via="bluesky", version="3z", name="Ben of the dale")
    keep(owned, [[said, ben], [block("did:plc:ben", OWNER)], [said, ben]])
    left = bytes_of(owned)
    assert [word for word in (b"Ben's words", b"Ben of the dale", b"did:plc:ben", b"at://ben") if word in left] == []


def test_own_accounts_that_block_each_other_stay(owned: Store) -> None:
    with owned.writing() as writer:
        writer.wanted.own("other", [Identifier("bluesky", "did:plc:eli")])
    ben = Post(source="bluesky", id="b", via="bluesky", version="3z", author="did:plc:eli", links=(link_to(WORKS[0]),))
    keep(owned, [[ben], [block("did:plc:eli", OWNER)]])
    assert b"did:plc:eli" in bytes_of(owned)
    assert known(owned, "blocks", "other") == of(OWNER)


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
