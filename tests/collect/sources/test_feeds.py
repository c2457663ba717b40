"""What feeds say that is odd, and how far a feed is read."""

import asyncio
from datetime import UTC, datetime
from importlib.resources import files
from io import BytesIO
from pathlib import Path

import feedparser
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hubbub import reference
from hubbub.collect.entries import addresses_in_opml, read
from hubbub.collect.source import WrongAnswerError, sources
from hubbub.model import Account, Fault, Page, Post
from tests.collect.replay import NOW, Replay

ANSWERS = Path(__file__).parents[2] / "recordings" / "feeds" / "answers"
JSON = "feed:https://lukedorny.com/feed"


def facts(body: bytes, address: str = "https://blog.example.org/feed") -> list[object]:
    return list(sources()["feeds"].parse(Page(f"feed:{address}", address, body, NOW, "")))


def posts(body: bytes) -> list[Post]:
    return [one for one in facts(body) if isinstance(one, Post)]


def recorded(name: str) -> list[Post]:
    return posts((ANSWERS / name).read_bytes())


def pages(lane: str, since: str = "") -> tuple[list[str], list[str]]:
    """What was asked for, and where each page goes on."""
    replay = Replay(ANSWERS)

    async def read() -> list[str]:
        return [page.resume async for page in sources()["feeds"].read(lane, since, replay)]

    return replay.asked, asyncio.run(read())


def rss(entries: str, channel: str = "") -> bytes:
    return f"<rss version='2.0'><channel><title>A blog</title>{channel}{entries}</channel></rss>".encode()


def test_a_post_is_named_by_its_page_whatever_feed_and_tracking_led_to_it() -> None:
    entry = "<item><guid>{}</guid><link>{}</link></item>"
    one, other = posts(
        rss(
            entry.format("a", "http://www.blog.example.org/a/?utm_source=rss")
            + entry.format("b", "https://blog.example.org/a")
        )
    )
    assert one.id == other.id == "https://blog.example.org/a"
    assert one.assertion != other.assertion


def test_alerts_name_the_page_behind_the_address_that_sends_on() -> None:
    assert [one.id for one in recorded("alerts.xml")] == [
        "https://aglobalmarketresearch.com/report-offers-prediction-of-automotive-slack-market-by-top-key-players-like"
        "-haldex-meritor-bendix-mei-wabco-accuride-stemco-tbk-febi-aydinsan",
        "https://investorplace.com/2019/07/slack-stock-truly-compelling",
    ]
    assert recorded("alerts.xml")[1].title == "Slack Stock Has a Compelling Story and the Numbers to Back It Up"


def test_references_in_coins_are_links() -> None:
    link = recorded("scienceseeker.xml")[0].links[-1]
    assert (link.address, link.relation, link.found_in) == (
        "https://doi.org/10.1371/journal.pone.0035869",
        "references",
        "metadata",
    )


def test_text_in_another_encoding_is_read() -> None:
    first = recorded("latin1.xml")[0]
    assert first.title == "Mãe de utente é a nova presidente da Raríssimas"
    assert first.id.startswith("https://jn.pt/")
    assert first.language == "pt-pt"


def test_an_entry_without_a_link_is_known_by_its_permanent_id_or_set_aside() -> None:
    found = facts((ANSWERS / "permalinks.xml").read_bytes())
    assert [one.id for one in found if isinstance(one, Post)] == [f"https://example.com/{n}" for n in (2, 3, 4)]
    assert [one.reason for one in found if isinstance(one, Fault)] == ["an entry without an address"]


def test_an_entry_without_times_has_the_version_of_when_it_was_seen() -> None:
    (entry,) = posts(rss("<item><link>https://blog.example.org/a</link></item>"))
    assert (entry.version, entry.posted_at) == ("2026-11-01T00:00:00Z", None)


def test_an_entry_is_not_posted_in_the_future() -> None:
    (entry,) = posts(
        rss("<item><link>https://blog.example.org/a</link><pubDate>Fri, 01 Jan 2100 00:00:00 GMT</pubDate></item>")
    )
    assert entry.posted_at == NOW


def test_what_an_aggregator_carries_is_said_by_the_outlet_it_names() -> None:
    source = "<source url='https://news.example.com'>The News</source>"
    found = facts(rss(f"<item><link>https://news.example.com/a</link>{source}</item>"))
    assert [(one.id, one.name) for one in found if isinstance(one, Account)] == [
        ("https://news.example.com/", "The News")
    ]


def test_a_feed_without_a_home_is_its_own_outlet() -> None:
    (outlet,) = [one for one in facts(rss("<item><link>/a</link></item>")) if isinstance(one, Account)]
    assert (outlet.id, outlet.name) == ("https://blog.example.org/feed", "A blog")


def test_older_pages_are_read_once() -> None:
    asked, resumes = pages(JSON)
    assert asked == ["https://lukedorny.com/feed", "https://lukedorny.com/feed?page=2"]
    assert resumes == [" 2025-01-07T01:02:25Z https://lukedorny.com/feed?page=2", "2025-01-07T01:02:25Z"]
    assert pages(JSON, resumes[-1]) == (["https://lukedorny.com/feed"], ["2025-01-07T01:02:25Z"])
    assert pages(JSON, "2025-01-01T00:00:00Z")[0] == asked


def test_no_feed_leads_to_another_host_or_round_in_circles() -> None:
    link = "<atom:link xmlns:atom='http://www.w3.org/2005/Atom' rel='next' href='{}'/>"
    for address, following in (
        ("https://elsewhere.example.com/feed", None),
        ("http://127.0.0.1/feed", None),
        ("?page=2", "https://blog.example.org/feed?page=2"),
    ):
        feed = read(rss("", link.format(address)), "https://blog.example.org/feed")
        assert not isinstance(feed, Fault)
        assert feed.following == following


def test_a_web_page_is_refused_with_the_address_of_its_feed() -> None:
    page = b"<!doctype html><title>Blog</title><link rel=alternate type='application/rss+xml' href='/feed.xml'>"

    async def ask() -> None:
        async for _ in sources()["feeds"].read(JSON, "", Replay(ANSWERS, lambda _: page)):
            pass

    with pytest.raises(WrongAnswerError, match=r"no feed; its feed is at https://lukedorny.com/feed.xml"):
        asyncio.run(ask())


def test_entities_are_neither_expanded_nor_opened(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("a secret")
    doctype = f"<!DOCTYPE rss [<!ENTITY x SYSTEM 'file://{tmp_path}/secret'><!ENTITY y '{'y' * 99}'>]>"
    body = rss("<item><link>https://blog.example.org/a</link><title>&x;&y;</title></item>")
    (entry,) = posts(doctype.encode() + body)
    assert "secret" not in str(entry)
    assert "yyy" not in str(entry)


@given(st.datetimes().map(lambda time: time.replace(tzinfo=UTC)))
def test_any_time_is_read_or_left_out(time: datetime) -> None:
    (entry,) = posts(rss(f"<item><link>https://blog.example.org/a</link><pubDate>{time.isoformat()}</pubDate></item>"))
    assert entry.version


@pytest.fixture
def parsed(monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """What feedparser is given."""
    given: list[bytes] = []
    parse = feedparser.parse

    def spy(file: BytesIO, **options: object) -> object:
        given.append(file.getvalue())
        return parse(file, **options)

    monkeypatch.setattr(feedparser, "parse", spy)
    return given


@pytest.mark.parametrize(
    ("begin", "entry", "end"),
    [
        ("<feed xmlns='http://www.w3.org/2005/Atom'>", "<entry><id>https://a.example.org/{}</id></entry>", "</feed>"),
        ("<rss version='2.0'><channel>", "<item><link>https://a.example.org/{}</link></item>", "</channel></rss>"),
        (
            "<a:feed xmlns:a='http://www.w3.org/2005/Atom'>",
            "<a:entry\n><a:id>https://a.example.org/{}</a:id></a:entry>",
            "</a:feed>",
        ),
    ],
)
def test_of_a_feed_without_an_end_the_first_entries_are_parsed_once(
    parsed: list[bytes], begin: str, entry: str, end: str
) -> None:
    home = "<link rel='next' href='?page=2'/>"
    body = begin + "".join(map(entry.format, range(50_000))) + home + end

    async def ask() -> list[Page]:
        return [page async for page in sources()["feeds"].read(JSON, "", Replay(ANSWERS, lambda _: body.encode()))]

    (page,) = asyncio.run(ask())
    found = [one for one in sources()["feeds"].parse(page) if isinstance(one, Post)]
    (given,) = parsed
    assert given.decode() == begin + "".join(map(entry.format, range(2_000))) + home + end
    assert [one.id for one in found] == [f"https://a.example.org/{n}" for n in range(2_000)]


@pytest.mark.parametrize("entry", ["<entry><id>u</id>", "<entry/>", "<ENTRY", "<entry a='"])
def test_broken_entries_without_an_end_are_not_parsed_either(parsed: list[bytes], entry: str) -> None:
    read(("<feed>" + entry * 50_000).encode(), "https://a.example.org/feed")
    (given,) = parsed
    assert len("<feed>" + entry * 2_000) <= len(given) <= len("<feed>" + entry * 2_001)


@pytest.mark.parametrize(
    "body", [rss("<item>" + "<a>" * (2 << 20) + "</item>"), b'{"version": "1", "items": [' + b"0," * (3 << 20) + b"0]}"]
)
def test_a_feed_that_is_too_large_is_set_aside_unparsed(parsed: list[bytes], body: bytes) -> None:
    async def ask() -> list[Page]:
        return [page async for page in sources()["feeds"].read(JSON, "2026", Replay(ANSWERS, lambda _: body))]

    (page,) = asyncio.run(ask())
    assert page.resume == "2026"
    assert [*sources()["feeds"].parse(page)] == [Fault("a feed of more than 4 MiB")]
    assert parsed == []


def test_feeds_are_found_in_opml() -> None:
    shipped = addresses_in_opml(files(reference).joinpath("feeds.opml").read_bytes())
    assert len(shipped) == 59
    assert len({*shipped}) == 59
    assert "https://retractionwatch.com/feed/" in shipped
    nested = b"<opml>" + b"<outline text='x'>" * 5_000 + b"<outline xmlUrl='https://a.example.org/?a=1&amp;b=2'/>"
    assert addresses_in_opml(nested) == ["https://a.example.org/?a=1&b=2"]
    assert addresses_in_opml(b"<opml><outline xmlUrl='javascript:alert(1)'/><outline/></opml>") == []
    assert addresses_in_opml(b"\xff\x00nothing") == []
