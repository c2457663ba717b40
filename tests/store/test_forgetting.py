"""What is withdrawn is nowhere: not in a row, and not in a byte of the file."""

import re
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from hubbub.model import Account, Fault, Post
from tests.conftest import NewStore
from tests.store.fold_model import WORKS, Fold, link_to, touches
from tests.store.histories import PLACE, arranged, histories
from tests.store.keeping import NOW, bytes_of, keep

_MARKED = re.compile(rb"(?:text|title|handle|name)-[\w.-]+?-end")


@given(data=st.data(), facts=histories())
def test_only_what_stands_leaves_bytes(new_store: NewStore, data: st.DataObject, facts: list[Post | Account]) -> None:
    store, fold = new_store(), Fold(facts)
    for _ in range(2):  # twice, so that all is known of accounts
        keep(store, data.draw(arranged(facts)))
    left = bytes_of(store)
    assert set(_MARKED.findall(left)) == set(_MARKED.findall(repr([fold.standing, fold.accounts]).encode()))
    named = {(p.source, key) for p in fold.standing for key in (p.id, *touches(p).values())}
    plain = {key for source, key in named if not fold.hidden(source, key)}
    for _, key in fold.gone_posts:
        assert key in plain or key.encode() not in left
    speak = {key for _, key in fold.accounts}  # one may have the name of another elsewhere
    for _, key in fold.gone_accounts:
        assert key in speak or any(key in name for name in plain) or key.encode() not in left


def test_no_bytes_are_left_where_pages_of_the_file_were_split(new_store: NewStore) -> None:
    chance, store = Random(7), new_store()
    posts = [
        Post(
            source=PLACE,
            id=f"at://did:plc:who{n}/app.bsky.feed.post/key{n:05}",
            via=PLACE,
            version="v1",
            text=f"text-{n:05}-end " + "word " * chance.randrange(200),
            links=(link_to(WORKS[n % 3]),),
            author=f"did:plc:who{n % 700}",
        )
        for n in range(3000)
    ]
    told: list[Post | Account] = [*posts]
    told += [
        Account(source=PLACE, id=f"did:plc:who{n}", via=PLACE, version="v1", handle=f"handle-{n}-end")
        for n in range(700)
    ]
    chance.shuffle(told)
    keep(store, [told[start : start + 100] for start in range(0, len(told), 100)])
    gone = chance.sample(posts, 1500)
    withdrawn: list[Post | Account] = [
        Post(source=PLACE, id=post.id, via=PLACE, version="v2", change="withdrawn") for post in gone
    ]
    left_by = [f"did:plc:who{n}" for n in chance.sample(range(700), 200)]
    withdrawn += [Account(source=PLACE, id=key, via=PLACE, version="v2", change="withdrawn") for key in left_by]
    keep(store, [withdrawn[start : start + 70] for start in range(0, len(withdrawn), 70)])
    store.compact()
    left = bytes_of(store)
    away = [post for post in posts if post in gone or post.author in left_by]
    assert [post.id for post in away if f"text-{post.id[-5:]}-end".encode() in left] == []
    assert [post.id for post in away if f"{post.id}".encode() in left] == []
    assert [key for key in left_by if f"handle-{key[11:]}-end".encode() in left] == []


def test_what_could_not_be_read_leaves_neither_its_words_nor_its_name(new_store: NewStore) -> None:
    store = new_store()
    with store.writing() as writer:
        writer.set_aside(PLACE, "post:name-1-end", [Fault("no frame", 7, "text-1-end")], NOW)
    left = bytes_of(store)
    assert b"no frame" in left
    assert _MARKED.findall(left) == []
