"""Who links to a story about a work speaks of it at second hand: told with the way it takes, and never counted."""

from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import asdict

from hubbub import pipeline
from hubbub.answers import Answers
from hubbub.model import Identifier, Link, Post, Reading
from hubbub.store import Store
from tests.answers.stated import NOW, OTHER, WORK, links, passed, said
from tests.conftest import NewStore, on_sqlite

STORY = "https://news.example.org/flies"
PAGE = Identifier("url", STORY)


@pytest.fixture
def store(new_store: NewStore) -> Store:
    return new_store()


def keep(store: Store, *posts: Post) -> None:
    """Keep posts as lanes do, one after the other."""
    for post in posts:
        with store.writing() as writer:
            writer.keep([Reading(post, pipeline.find(post, store.works() | store.pages()))], NOW)


def story(key: str = STORY, **fields: Any) -> Post:
    told = {"source": "newsfeed", "via": "feeds", "assertion": key, "url": f"{STORY}?utm_source=x", "title": "Flies!"}
    return said(key, **(told | fields))


def linking(key: str, *addresses: str) -> Post:
    return said(key, links=tuple(map(Link, addresses or ("http://www.news.example.org/flies/#top",))))


def second(store: Store, named: Identifier = WORK) -> list[tuple[str, str | None]]:
    return [(one.said.post, one.story.title) for one in Answers(store).second_hand(named)]


def test_a_link_to_a_story_is_told_with_its_way_and_is_in_no_count(store: Store) -> None:
    keep(store, said("first"), story())
    before = asdict(Answers(store).report(WORK))
    keep(store, linking("second"), passed("repost", "second"))
    assert second(store) == [("second", "Flies!")]
    (one,) = Answers(store).second_hand(WORK)
    assert (one.story.address, one.story.source, one.story.post) == (STORY, "newsfeed", STORY)
    assert [evidence.identifier for evidence in one.said.evidence] == [PAGE]
    after = asdict(Answers(store).report(WORK))
    assert (before.pop("second_hand"), after.pop("second_hand")) == (0, 1)
    assert after == before
    assert [one.post for one in Answers(store).said(WORK)] == ["first", STORY]


def test_who_names_the_work_too_speaks_at_first_hand(store: Store) -> None:
    keep(store, story(), linking("both", STORY, f"https://doi.org/{WORK.value}"))
    assert second(store) == []
    assert Answers(store).report(WORK).posts == 2


def test_it_goes_no_further_than_one_story(store: Store) -> None:
    blog = "https://blog.example.org/on-flies"
    keep(store, story(), story(blog, url=blog, links=(Link(STORY),), title="A blog"), linking("third", blog))
    assert second(store) == [(blog, "Flies!")]
    assert second(store, PAGE) == [("third", "A blog")]


def test_a_story_that_links_to_itself_is_no_second_hand(store: Store) -> None:
    keep(
        store,
        story(links=(*links(WORK), Link(STORY))),
        story(source="web", via="ced", assertion="e", links=links(OTHER)),
    )
    assert second(store) == []


def test_what_is_no_page_of_its_own_is_no_story(store: Store) -> None:
    keep(store, said("a", url="https://bsky.app/profile/a/post/1"), linking("b", "https://bsky.app/profile/a/post/1"))
    assert store.pages() == frozenset()
    assert second(store) == []


def test_a_story_that_is_withdrawn_or_no_longer_about_the_work_is_none(store: Store) -> None:
    keep(store, story(source="web", via="web", assertion=""), linking("second"))
    assert len(second(store)) == 1
    keep(store, story(source="web", via="web", assertion="", version="2", links=()))
    assert second(store) == []
    assert store.pages() == frozenset()
    keep(store, story(source="web", via="web", assertion="", version="3"))
    assert store.pages() == {PAGE}
    keep(store, story(source="web", via="web", assertion="", version="4", change="withdrawn"))
    assert second(store) == []
    assert store.pages() == frozenset()


def test_a_rebuild_finds_the_same(store: Store) -> None:
    keep(store, story(), linking("second"))
    before = second(store)
    pipeline.rebuild(store)
    assert second(store) == before != []


def test_no_story_is_asked_what_it_is(store: Store) -> None:
    from datetime import UTC, datetime

    from hubbub.store import questions

    keep(store, story(), linking("second"))
    assert store.ask(questions.due, datetime.now(UTC), 9) == []


@on_sqlite
def test_of_a_withdrawn_story_no_address_is_left(new_store: NewStore, tmp_path: Path) -> None:
    store = new_store()
    keep(store, story(source="web", via="web", assertion=""))
    keep(store, story(source="web", via="web", assertion="", version="4", change="withdrawn"))
    pipeline.rebuild(store)
    store.close()
    assert not any(b"news.example.org" in path.read_bytes() for path in tmp_path.rglob("*.db*"))
