"""Feeds as programs subscribe to them: whatever strangers write, they stay well-formed."""

from datetime import UTC, datetime, timedelta
from xml.etree import ElementTree

import feedparser
import msgspec
from hypothesis import given
from hypothesis import strategies as st

from hubbub.answers.exported import for_xml
from hubbub.tell.feeds import About, Entry, Feed, atom, json_feed, lasting

ATOM = "{http://www.w3.org/2005/Atom}"
AT = datetime(2025, 3, 3, 8, 0, tzinfo=UTC)
HOSTILE = "</title><script>window.hit=1</script>\x00\ud800\ufffe\u202e&amp;]]><![CDATA["

anything = st.one_of(
    st.text(st.characters(codec=None), max_size=60), st.sampled_from([HOSTILE, "w" * 2_000, "\x0b", " \r\n\t "])
)
addresses = st.sampled_from(["https://one.example.org/a?b=1&c=2", "https://one.example.org/%3Cb%3E"])
entries = st.builds(
    Entry,
    named=st.tuples(anything, anything),
    title=anything,
    text=st.none() | anything,
    address=st.none() | addresses,
    author=anything,
    author_page=st.none() | addresses,
    source=anything,
    language=st.sampled_from([None, "en", "ar-EG"]),
    posted_at=st.none() | st.just(AT),
    updated_at=st.integers(0, 10**9).map(lambda minutes: AT + timedelta(minutes=minutes - 10**8)),
    about=st.lists(st.builds(About, anything, anything, addresses), min_size=1, max_size=3).map(tuple),
)
feeds = st.builds(
    Feed,
    id=st.just(lasting("feed", "one")),
    title=anything,
    says=anything,
    home=addresses,
    first=addresses,
    address=addresses,
    next=st.none() | addresses,
    entries=st.lists(entries, max_size=3).map(tuple),
)


def lines(text: str | None) -> str:
    """A text as XML keeps it: every end of a line is one sign."""
    return for_xml(text or "").replace("\r\n", "\n").replace("\r", "\n")


@given(feeds)
def test_whatever_is_said_goes_out_as_text_of_well_formed_atom(feed: Feed) -> None:
    root = ElementTree.fromstring(atom(feed))
    known = {"id", "title", "subtitle", "updated", "published", "author", "name", "uri", "generator", "link", "entry"}
    assert {one.tag.removeprefix(ATOM) for one in root.iter()} <= known | {"category", "content", "feed"}
    assert lines(root.findtext(f"{ATOM}title")) == lines(feed.title)
    for element, entry in zip(root.findall(f"{ATOM}entry"), feed.entries, strict=True):
        assert lines(element.findtext(f"{ATOM}content")) == lines(entry.text)
        assert lines(element.findtext(f"{ATOM}title")) == lines(entry.title)
        assert [link.get("href") for link in element.findall(f"{ATOM}link")][1:] == [one.page for one in entry.about]


@given(feeds)
def test_both_forms_say_the_same(feed: Feed) -> None:
    root, told = ElementTree.fromstring(atom(feed)), msgspec.json.decode(json_feed(feed))
    assert [one.findtext(f"{ATOM}id") for one in root.findall(f"{ATOM}entry")] == [one["id"] for one in told["items"]]
    assert [one.findtext(f"{ATOM}updated") for one in root.findall(f"{ATOM}entry")] == [
        one["date_modified"] for one in told["items"]
    ]
    assert ("next_url" in told) == (root.find(f"{ATOM}link[@rel='next']") is not None) == (feed.next is not None)
    assert [one["content_text"] for one in told["items"]] == [for_xml(one.text or "") for one in feed.entries]


@given(st.tuples(anything, anything))
def test_an_entry_has_one_id_for_ever(named: tuple[str, str]) -> None:
    assert lasting("post", *named) == lasting("post", *named)
    assert lasting("post", *named).startswith("urn:uuid:")
    assert lasting("post", *named) != lasting("feed", *named)


def test_readers_of_feeds_understand_an_entry() -> None:
    about = About("doi:10.5555/1", "A <b>title</b>", "https://one.example.org/work/doi/10.5555/1")
    entry = Entry(
        named=("bluesky", "at://1"), title="Good <i>work</i>", text="Good <i>work</i> & more", author="Ann",
        address="https://bsky.example/1", author_page=None, source="Bluesky", language="en", posted_at=AT,
        updated_at=AT.replace(day=4), about=(about,),
    )  # fmt: skip
    home = "https://one.example.org/"
    read = feedparser.parse(atom(Feed(lasting("feed", "x"), "Title", "Says", home, home, home, None, (entry,))))
    assert not read.bozo
    (one,) = read.entries
    assert (one.title, one.author, one.link) == ("Good <i>work</i>", "Ann", "https://bsky.example/1")
    assert one.title_detail.type == "text/plain"
    assert (one.published_parsed[:3], one.updated_parsed[:3]) == ((2025, 3, 3), (2025, 3, 4))
    assert one.content[0].type == "text/plain"
    assert one.content[0].value == "Good <i>work</i> & more"
    assert one.tags[0].term == "bluesky"
