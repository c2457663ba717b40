"""Unknown pages are asked what they are: over real requests to sites on this machine, into both kinds of store."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from hubbub import identify, pipeline
from hubbub.answers import Answers
from hubbub.asking import NAME, Asking
from hubbub.fetch.door import Door
from hubbub.fetch.limits import Limits
from hubbub.model import Host, Identifier, Link, Reading
from hubbub.runner import PAGES, Runner
from hubbub.store import Store, questions
from hubbub.store import schema as s
from tests.answers.stated import NOW, WORK, alias, keep, said
from tests.answers.test_answers_works import mentions
from tests.asking.sites import Page, Sites, sites
from tests.conftest import NewStore

pytestmark = pytest.mark.anyio

JOURNAL, SHORT = "royalsocietypublishing.org", "news.example.org"
ARTICLE = f"https://{JOURNAL}/story/1"
URL = Identifier("url", ARTICLE)
META = '<title>A &amp; B</title><meta name="citation_doi" content="10.5555/work"><p>See 10.5555/cited.'
LIMITS = Limits(stalled=0.5, connecting=2, patience=2, attempts=1, pause=0.01)


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def store(new_store: NewStore) -> Store:
    return new_store()


@pytest.fixture
def net(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Sites]:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setenv("HUBBUB_ALLOW_HOSTS", "127.0.0.1")
    monkeypatch.delenv("HUBBUB_CONTACT", raising=False)
    with sites() as known:
        monkeypatch.setenv(
            "HUBBUB_MIRRORS", f"{JOURNAL}={known.address} {SHORT}={known.address} bit.ly={known.address}"
        )
        yield known


def linked(key: str, address: str = ARTICLE) -> Reading:
    post = said(key, links=(Link(address),))
    return Reading(post, pipeline.find(post, frozenset({Identifier("url", address)})))


def held(store: Store, *readings: Reading) -> None:
    with store.writing() as writer:
        writer.keep(readings, NOW)


async def ask(store: Store) -> None:
    quick = [Host(name, per_second=10_000, at_once=9) for name in (JOURNAL, SHORT)]
    async with Door(quick, limits=LIMITS) as fetch:
        asking = Asking(store, fetch)
        if asking.is_due():
            await asking.ask(10)


def looked(store: Store, address: Identifier = URL) -> tuple[str | None, str | None, str | None]:
    (page,) = [one for one in Answers(store).match(address).pages if one.identifier == address]
    return page.outcome, page.method, page.evidence


async def test_an_unknown_page_is_asked_once_and_its_mentions_count_for_the_work(store: Store, net: Sites) -> None:
    net.pages = {f"{JOURNAL}/story/1": Page(META)}
    held(store, linked("a"), linked("b"))
    keep(store, said("c"))
    before = mentions(store)
    await ask(store)
    await ask(store)
    assert net.asked == [f"GET {JOURNAL}/robots.txt", f"HEAD {JOURNAL}/story/1", f"GET {JOURNAL}/story/1"]
    assert looked(store) == ("work", "highwire", "10.5555/work")
    assert Answers(store).report(WORK).posts == 3
    assert mentions(store) == before


async def test_a_redirect_that_tells_enough_asks_no_page(store: Store, net: Sites) -> None:
    net.pages = {f"{JOURNAL}/story/1": Page(status=302, headers={"Location": "https://doi.org/10.5555/work"})}
    held(store, linked("a"))
    await ask(store)
    assert looked(store) == ("work", "redirect", "https://doi.org/10.5555/work")
    assert net.asked[1:] == [f"HEAD {JOURNAL}/story/1"]


async def test_signposts_spare_the_page(store: Store, net: Sites) -> None:
    signpost = {"Link": '<https://doi.org/10.5555/work>; rel="cite-as"'}
    net.pages = {
        f"{JOURNAL}/story/1": Page(status=301, headers={"Location": "/landing"}),
        f"{JOURNAL}/landing": Page("<p>nothing", headers=signpost),
    }
    held(store, linked("a"))
    await ask(store)
    assert looked(store)[:2] == ("work", "signposting")
    assert net.asked[1:] == [f"HEAD {JOURNAL}/story/1", f"HEAD {JOURNAL}/landing"]


async def test_what_robots_txt_forbids_is_not_asked_for(store: Store, net: Sites) -> None:
    net.pages = {
        f"{JOURNAL}/robots.txt": Page("User-agent: *\nDisallow: /story/*1$\n", headers={"Content-Type": "text/plain"}),
        f"{JOURNAL}/story/1": Page(META),
    }
    held(store, linked("a"))
    await ask(store)
    assert looked(store) == ("robots", "robots.txt", ARTICLE)
    assert net.asked == [f"GET {JOURNAL}/robots.txt"]


async def test_an_address_that_leads_into_the_house_is_not_followed(store: Store, net: Sites) -> None:
    net.pages = {f"{JOURNAL}/story/1": Page(status=302, headers={"Location": "http://localhost.example.org:1/"})}
    held(store, linked("a"))
    await ask(store)
    assert looked(store)[0] in ("none", "failed", "closed")
    assert net.asked[1:] == [f"HEAD {JOURNAL}/story/1"]


async def test_what_fails_is_asked_again_soon_and_what_is_no_work_with_other_rules(
    store: Store, net: Sites, monkeypatch: pytest.MonkeyPatch
) -> None:
    net.pages = {f"{JOURNAL}/story/1": Page(status=500)}
    held(store, linked("a"))
    await ask(store)
    (page,) = Answers(store).match(URL).pages
    assert page.outcome == "failed"
    assert page.due_at is not None
    assert page.due_at - datetime.now(UTC) < timedelta(minutes=11)
    with store.writing() as writer:
        writer._connection.execute(s.question.update().values(due_at=0))
    net.pages = {f"{JOURNAL}/story/1": Page("<p>nothing")}
    await ask(store)
    assert looked(store)[0] == "none"
    assert not store.ask(questions.due, datetime.now(UTC), 9)
    monkeypatch.setattr(identify, "METHOD_VERSION", "another")
    net.pages = {f"{JOURNAL}/story/1": Page(META)}
    await ask(store)
    assert looked(store)[0] == "work"


async def test_another_verdict_takes_the_place_of_the_first(store: Store, net: Sites) -> None:
    net.pages = {f"{JOURNAL}/story/1": Page(META)}
    held(store, linked("a"))
    await ask(store)
    net.pages = {f"{JOURNAL}/story/1": Page(META.replace("10.5555/work", "10.5555/other"))}
    with store.writing() as writer:
        writer.questions.miss(URL, WORK, "me", NOW)
    await ask(store)
    assert Answers(store).report(WORK).posts is None
    assert Answers(store).report(Identifier("doi", "10.5555/other")).posts == 1


async def test_what_registries_have_told_is_not_asked(store: Store, net: Sites) -> None:
    held(store, linked("a"))
    keep(store, alias(URL, "is_same_as", WORK))
    await ask(store)
    assert net.asked == []


async def test_where_a_short_address_leads_is_asked_and_who_links_to_it_mentions_the_work(
    store: Store, net: Sites
) -> None:
    short = "https://bit.ly/3xFly"
    net.pages = {"bit.ly/3xFly": Page(status=301, headers={"Location": "https://doi.org/10.5555/work"})}
    other = Link("https://doi.org/10.5555/other")
    keep(store, said("a", links=(other, Link(short))))
    assert Answers(store).report(WORK).posts is None
    await ask(store)
    assert looked(store, Identifier("url", short))[:2] == ("work", "redirect")
    assert [one.post for one in Answers(store).said(WORK)] == ["a"]
    assert store.pages() == {Identifier("url", short)}
    before = mentions(store)
    pipeline.rebuild(store)
    assert mentions(store) == before
    keep(store, said("a", links=(other, Link(short)), version="2", change="withdrawn"))
    assert mentions(store) == []


async def test_a_mention_that_is_missed_is_kept_if_the_page_holds_the_work(store: Store, net: Sites) -> None:
    story = f"https://{SHORT}/flies"
    net.pages = {
        f"{SHORT}/flies": Page('<title>Flies!</title><p>In <a href="https://pubmed.ncbi.nlm.nih.gov/1/">it</a>')
    }
    keep(store, alias(Identifier("pmid", "1"), "is_same_as", WORK))
    Answers(store).miss(WORK, story)
    assert [one.outcome for one in Answers(store).match(WORK).missing] == [None]
    await ask(store)
    assert [one.outcome for one in Answers(store).match(WORK).missing] == ["found"]
    (mention,) = Answers(store).said(WORK)
    assert (mention.source, mention.url, mention.title) == ("web", story, "Flies!")
    assert [(one.via, one.found_in) for one in mention.evidence] == [("hubbub", "page")]


async def test_a_page_is_read_in_its_own_charset(store: Store, net: Sites) -> None:
    story, told = f"https://{SHORT}/sova", {"Content-Type": "text/html; charset=windows-1251"}
    net.pages = {f"{SHORT}/sova": Page("<title>Сова</title><p>10.5555/work".encode("cp1251"), headers=told)}
    Answers(store).miss(WORK, story)
    await ask(store)
    assert [(one.url, one.title) for one in Answers(store).said(WORK)] == [(story, "Сова")]


async def test_a_page_without_the_work_becomes_no_mention_and_the_report_stays(store: Store, net: Sites) -> None:
    net.pages = {f"{SHORT}/flies": Page("<p>10.5555/another")}
    Answers(store).miss(WORK, f"https://{SHORT}/flies")
    await ask(store)
    (report,) = Answers(store).match(WORK).missing
    assert report.outcome is not None
    assert report.outcome.startswith("not on the page")
    assert Answers(store).report(WORK).posts is None


def test_only_pages_are_looked_at_for_mentions(store: Store) -> None:
    for written in ("flies", "https://doi.org/10.5555/x", "javascript:alert(1)"):
        with pytest.raises(ValueError, match="address of the page"):
            Answers(store).miss(WORK, written)


async def test_a_runner_asks_pages_when_it_syncs_unless_another_process_does(store: Store, net: Sites) -> None:
    net.pages = {f"{JOURNAL}/story/1": Page(META)}
    held(store, linked("a"))
    quick = [Host(JOURNAL, per_second=10_000, at_once=9)]
    async with Door(quick, limits=LIMITS) as fetch:
        with store.writing() as writer:
            writer.lanes.hold(NAME, PAGES, "another machine 1", datetime.now(UTC), begins=True)
        assert await Runner(store, fetch, []).sync() == []
        assert net.asked == []
        with store.writing() as writer:
            writer.lanes.let_go("another machine 1")
        (turn,) = await Runner(store, fetch, []).sync()
        assert await Runner(store, fetch, []).sync() == []
    assert (turn.source, turn.lanes, turn.outcome.facts, turn.failures) == (NAME, 1, 1, {})
    assert Answers(store).status().pages == {"work": 1}


async def test_what_no_parser_can_read_stops_nothing(store: Store, net: Sites) -> None:
    deep = "<div>" * 200_000
    net.pages = {
        f"{JOURNAL}/story/1": Page(deep, headers={"Link": "<" * 50_000}),
        f"{JOURNAL}/story/2": Page('<script type="application/ld+json">' + "[" * 100_000 + "</script>"),
        f"{JOURNAL}/story/3": Page(status=302, headers={"Location": "http://[::1"}),
    }
    held(store, *(linked(str(n), f"https://{JOURNAL}/story/{n}") for n in (1, 2, 3)))
    await ask(store)
    assert set(Answers(store).status().pages) <= {"none", "failed"}
    assert sum(Answers(store).status().pages.values()) == 3
