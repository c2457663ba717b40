"""What is taken along: files that other programs read, whatever strangers call themselves."""

import csv
import io
from xml.etree import ElementTree

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hubbub.answers import Answers
from hubbub.answers.exported import FORMATS, Outlet, as_csv, cleared, mastodon, opml
from hubbub.answers.shapes import Speaker
from hubbub.model import Account, Description
from hubbub.store import Store
from tests.answers.stated import NOW, OTHER, WORK, keep, links, said, tally, who
from tests.conftest import NewStore

SERVER = "https://social.example"
BLOG = {"source": "newsfeed", "via": "feeds", "assertion": "https://blog.example/feed.xml 7", "author": "blog"}


@pytest.fixture
def store(new_store: NewStore) -> Store:
    """Ann of Bluesky and Bob of Mastodon speak of the work; Eve speaks of another as they do; a blog has a feed."""
    store = new_store()
    with store.writing() as writer:
        writer.wanted.put("mine", [WORK])
    bob = {"source": "mastodon", "author": f"{SERVER}/@bob"}
    keep(store, said("a", author="ann"), said("b", **bob), said("a other", author="ann", links=links(OTHER)))
    keep(store, said("e", author="eve", links=links(OTHER)), who("ann", name="=1+1"))
    keep(store, said("https://blog.example/7", url="https://blog.example/7", **BLOG))
    keep(store, said("https://news.example/1", source="newsfeed", author=None, url="https://news.example/1"))
    keep(
        store,
        Account(source="newsfeed", id="blog", via="feeds", version="1", name="A blog", url="https://blog.example/"),
    )
    keep(store, tally("citations", 5), Description(identifier=WORK, via="crossref", version="1", title="@SUM(1)"))
    return store


def exported(store: Store, kind: str, ring: int | None = None) -> str:
    found = Answers(store).export(kind, "mine", NOW, ring)  # type: ignore[arg-type]
    assert found is not None
    return found


def rows(written: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(written)))


def test_mastodon_imports_the_following_list(store: Store) -> None:
    (row,) = rows(exported(store, "mastodon"))
    assert row == {
        "Account address": "bob@social.example",
        "Show boosts": "true",
        "Notify on new posts": "false",
        "Languages": "",
    }


@pytest.mark.parametrize(
    ("key", "handle", "address"),
    [
        (f"{SERVER}/@bob", None, "bob@social.example"),
        (f"{SERVER}/users/bob", None, "bob@social.example"),
        (f"{SERVER}/@bob", "bob@other.example", "bob@other.example"),
        (f"{SERVER}/@bob", "=cmd@other.example", "bob@social.example"),
        (f"{SERVER}/notes/1", None, None),
        ("https://a b/@bob", None, None),
    ],
)
def test_an_account_of_the_fediverse_is_named_by_its_address(key: str, handle: str | None, address: str | None) -> None:
    found = rows(mastodon([Speaker("mastodon", key, handle), Speaker("bluesky", "did:plc:a", "a@b.example")]))
    assert [row["Account address"] for row in found] == ([address] if address else [])


def test_a_list_of_bluesky_holds_records_of_its_lexicon(store: Store) -> None:
    made = msgspec.json.decode(exported(store, "bluesky"))
    assert made["list"]["$type"] == "app.bsky.graph.list"
    assert made["list"]["name"] == "mine"
    assert {item["subject"] for item in made["items"]} == {"ann", "eve"}
    assert {item["$type"] for item in made["items"]} == {"app.bsky.graph.listitem"}


def test_one_ring_can_be_taken_alone(store: Store) -> None:
    assert {row["account"] for row in rows(exported(store, "csv", 0))} == {"ann", "blog", f"{SERVER}/@bob"}
    assert [row["account"] for row in rows(exported(store, "csv", 2))] == ["eve"]
    assert [one["ring"] for one in msgspec.json.decode(exported(store, "json"))] == [0, 0, 0, 2]


def test_blogs_are_read_by_their_feeds_where_these_are_known(store: Store) -> None:
    outlines = ElementTree.fromstring(exported(store, "opml")).findall("body/outline")
    found = {one.get("text"): (one.get("type"), one.get("xmlUrl"), one.get("htmlUrl")) for one in outlines}
    assert found == {
        "A blog": ("rss", "https://blog.example/feed.xml", "https://blog.example/"),
        "news.example": ("link", None, "https://news.example/"),
    }


def test_a_dossier_has_slow_citations_beside_mentions_and_no_zero_for_unknown(store: Store) -> None:
    (row,) = rows(exported(store, "dossier"))
    assert (row["identifier"], row["posts: mentions"], row["posts: social media"]) == (str(WORK), "2", "2")
    assert (row["citations (crossref)"], row["reach_high"]) == ("5", "")


def test_strangers_texts_are_no_formulas(store: Store) -> None:
    assert {row["name"] for row in rows(exported(store, "csv")) if row["account"] == "ann"} == {"'=1+1"}
    assert rows(exported(store, "dossier"))[0]["title"] == "'@SUM(1)"


@pytest.mark.parametrize("kind", FORMATS)
def test_without_a_shelf_there_is_nothing_to_take(store: Store, kind: str) -> None:
    assert Answers(store).export(kind, "none", NOW) is None  # type: ignore[arg-type]


@given(st.lists(st.text(), min_size=1))
def test_a_table_holds_what_it_was_given_and_no_formula(cells: list[str]) -> None:
    (read,) = list(csv.reader(io.StringIO(as_csv(["column"] * len(cells), [cells]), newline="")))[1:]
    for one, told in zip(read, cells, strict=True):
        assert not one.startswith(("=", "+", "-", "@", "\t"))
        assert one.removeprefix("'") == cleared(told).removeprefix("'")


@given(st.text(), st.text())
def test_any_name_can_stand_in_an_outline(title: str, name: str) -> None:
    found = ElementTree.fromstring(opml(title, [Outlet(name, "https://x.example/feed", "https://x.example/", 1)]))
    assert len(found.findall("body/outline")) == 1
