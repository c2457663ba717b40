"""Feeds of works, shelves and venues: what a page counts as posts, newly heard of first, and nothing else."""

from collections.abc import Iterator
from datetime import timedelta
from xml.etree import ElementTree

import feedparser
import httpx
import pytest
from selectolax.lexbor import LexborHTMLParser

from hubbub.answers import Answers, newest
from hubbub.model import Post, Reading
from tests.web.conftest import DATA, EVIL, PAPER, START, TEXTS, Running, mention, spoken

WORK = f"/feeds/work/doi/{PAPER.value}"
SHELF, VENUE = "/feeds/shelf/mine", "/feeds/venue/bluesky"


def pages(client: httpx.Client, path: str) -> Iterator[list[dict[str, str]]]:
    """The entries of each page of a JSON feed."""
    at: str | None = path
    while at:
        told = client.get(at).raise_for_status().json()
        yield told["items"]
        at = told.get("next_url")


def test_all_pages_together_hold_each_post_once(client: httpx.Client, answers: Answers) -> None:
    found = list(pages(client, f"{WORK}.json"))
    ids = [one["id"] for page in found for one in page]
    assert len(found) > 1
    assert all(len(page) <= 50 for page in found)
    assert len(set(ids)) == len(ids) == answers.report(PAPER).posts


@pytest.mark.parametrize("path", [WORK, SHELF, VENUE, f"/feeds/work/doi/{EVIL.value}"])
def test_each_feed_is_read_by_a_reader_of_feeds_and_by_a_parser_of_xml(client: httpx.Client, path: str) -> None:
    given = client.get(f"{path}.atom")
    assert given.headers["content-type"].startswith("application/atom+xml")
    root, read = ElementTree.fromstring(given.content), feedparser.parse(given.content)
    assert not read.bozo
    assert len(read.entries) == len(root.findall("{http://www.w3.org/2005/Atom}entry")) > 0
    assert [one.id for one in read.entries] == [one["id"] for one in next(pages(client, f"{path}.json"))]
    for one in read.entries:
        assert all(link.href.startswith(("https://", "http://")) for link in one.links)
        assert "@evil" not in one.link
        assert one.author


def test_what_was_heard_of_last_stands_first_whenever_it_was_said(own_answers: Answers, running: Running) -> None:
    late = spoken(3, PAPER, 1, timedelta(days=-900), "Said long ago, found today")
    with running(own_answers) as address, httpx.Client(base_url=address, trust_env=False) as client:
        before = client.get(f"{WORK}.json")
        with own_answers._store.writing() as writer:
            writer.keep([late], START)
        after = client.get(f"{WORK}.json", headers={"If-None-Match": before.headers["etag"]})
    assert [one["content_text"] for one in after.json()["items"]] == [late.post.text, TEXTS[0]]


def test_what_is_withdrawn_or_set_aside_vanishes_and_the_mark_changes(own_answers: Answers, running: Running) -> None:
    text = f"Number https://doi.org/{PAPER.value}"
    said = [spoken(number, PAPER, 1, timedelta(0), text) for number in (3, 4)]
    with own_answers._store.writing() as writer:
        writer.keep(said, START)
        writer.wanted.shelve("papers", "Papers", "", False, [PAPER])
    with running(own_answers) as address, httpx.Client(base_url=address, trust_env=False) as client:
        for path in (WORK, SHELF.replace("mine", "papers"), VENUE):
            assert len(client.get(f"{path}.json").json()["items"]) >= 3
        marks = {form: client.get(f"{WORK}.{form}").headers["etag"] for form in ("atom", "json")}
        gone = Post(source="bluesky", id=said[0].post.id, via="bluesky", version="9", change="withdrawn")
        with own_answers._store.writing() as writer:
            writer.keep([Reading(gone)], START)
        assert own_answers.set_aside(PAPER, "bluesky", said[1].post.id)
        for path in (WORK, SHELF.replace("mine", "papers"), VENUE):
            for form in ("atom", "json"):
                given = client.get(f"{path}.{form}", headers={"If-None-Match": marks[form]})
                assert given.status_code == 200
                assert "Number" not in given.text


def test_a_feed_that_has_not_changed_is_not_sent_again(client: httpx.Client) -> None:
    first = client.get(f"{WORK}.atom")
    mark = first.headers["etag"].removeprefix("W/")  # weak where the answer was compressed on its way
    for sent in (mark, f'"other", W/{mark}'):
        again = client.get(f"{WORK}.atom", headers={"If-None-Match": sent})
        assert (again.status_code, again.content, again.headers["etag"].removeprefix("W/")) == (304, b"", mark)
    assert client.get(f"{WORK}.json", headers={"If-None-Match": first.headers["etag"]}).status_code == 200


def test_reposts_are_in_no_feed(client: httpx.Client, answers: Answers) -> None:
    said = answers.said(PAPER)
    assert any(one.amplifies for one in said)
    told = sum(len(page) for page in pages(client, f"{WORK}.json"))
    assert told == sum(one.own and one.counted for one in said)


def test_what_is_invented_is_called_so_in_every_feed(client: httpx.Client) -> None:
    work = client.get(f"/feeds/work/doi/{DATA.value}.json").json()
    assert work["title"].startswith("Simulated: ")
    venue = [one for page in pages(client, f"{VENUE}.json") for one in page]
    about = {one["id"]: one for one in venue if one["_hubbub"]["about"][0]["identifier"] == str(DATA)}  # type: ignore[index]
    assert about
    assert all(one["title"].startswith("Simulated: ") for one in [*work["items"], *about.values()])
    real = [one for one in venue if one["id"] not in about]
    assert real
    assert not any(one["title"].startswith("Simulated: ") for one in real)


def test_a_work_that_nobody_spoke_of_yet_can_be_followed(client: httpx.Client) -> None:
    given = client.get("/feeds/work/doi/10.5555/not-yet.atom")
    assert given.status_code == 200
    read = feedparser.parse(given.content)
    assert (read.bozo, read.entries) == (False, [])


@pytest.mark.parametrize(
    "path", ["/work/doi/10.5555/hubbub.2025.001", "/work/doi/10.5555/not-yet", "/shelf/mine", f"/work/doi/{EVIL.value}"]
)
def test_pages_lead_readers_to_their_feeds(client: httpx.Client, path: str) -> None:
    tree = LexborHTMLParser(client.get(path).text)
    links = {one.attributes["type"]: one.attributes["href"] for one in tree.css("head link[rel=alternate]")}
    assert set(links) == {"application/atom+xml", "application/feed+json"}
    for media, href in links.items():
        given = client.get(str(href))
        assert given.status_code == 200
        assert given.headers["content-type"].startswith(str(media))


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/feeds/work/doi/nonsense.atom", 404), ("/feeds/shelf/none.atom", 404), ("/feeds/venue/none.json", 404),
        (f"{WORK}.rss", 422), (f"{WORK}.json?before=0", 422), (f"{WORK}.json?before=99999999999999999999", 422),
        (f"{WORK}.json?before=x", 422), (f"{WORK}.json?before=1&before=2", 200), (f"{WORK}.json?before=1", 200),
        ("/feeds/venue/%00.json", 404), ("/feeds/shelf/%ED%A0%80.atom", 404), ("/feeds/venue/%FF.atom", 404),
        (f"/feeds/venue/{'w' * 60_000}.atom", 404), ("/feeds/work/doi/10.5555/%E2%80%AE.atom", 200),
    ],
)  # fmt: skip
def test_whatever_is_asked_for_is_answered_or_refused(client: httpx.Client, path: str, status: int) -> None:
    assert client.get(path).status_code == status


def test_other_sites_read_feeds_of_works_and_venues_and_none_of_shelves(client: httpx.Client) -> None:
    opened = {
        path: client.get(f"{path}.json").headers.get("access-control-allow-origin") for path in (WORK, VENUE, SHELF)
    }
    assert opened == {WORK: "*", VENUE: "*", SHELF: None}


def test_a_long_text_is_cut_and_its_address_stays(own_answers: Answers, running: Running) -> None:
    one = spoken(5, PAPER, 1, timedelta(0), "w" * 90_000)
    with own_answers._store.writing() as writer:
        writer.keep([one], START)
    with running(own_answers) as address, httpx.Client(base_url=address, trust_env=False) as client:
        first = client.get(f"{WORK}.json").json()["items"][0]
    assert len(first["content_text"]) == 4_001
    assert first["url"] == one.post.url


def test_the_first_page_of_a_venue_that_others_have_long_outspoken_has_its_posts(
    own_answers: Answers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(newest, "WINDOW", 10)
    rare = Post(source="wikipedia", id="en:1", via="wikipedia", version="1")
    with own_answers._store.writing() as writer:
        writer.keep([Reading(rare, (mention(PAPER),))], START)
        writer.keep([spoken(100 + n, PAPER, n, timedelta(0), TEXTS[0]) for n in range(25)], START)
    found = own_answers.newest_at("wikipedia", None, 50)
    assert found
    assert [one.said.post for one in found.heard] == ["en:1"]
    assert found.next is None
    pages, before = 0, None
    heard = set[str]()
    while (page := own_answers.newest_at("bluesky", before, 4)) is not None:
        pages, heard = pages + 1, heard | {one.said.post for one in page.heard}
        before = page.next
        if before is None:
            break
    assert len(heard) == sum(one.posts for one in own_answers.sources() if one.name == "bluesky")
