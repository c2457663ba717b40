"""What is odd about wikis: references come and go with revisions, pages are deleted and moved."""

import asyncio
from collections.abc import Collection, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

import httpx
import msgspec
import pytest

from hubbub.collect.source import Fetch, WrongAnswerError
from hubbub.collect.sources.wikipedia import CHANGES, Wikipedia
from hubbub.model import Account, Answer, Fact, Fault, Identifier, Page, Post, Reading, Watch
from hubbub.store.fold import fold
from tests import mediawiki
from tests.collect.replay import NOW, Replay
from tests.conftest import missing
from tests.mediawiki import MediaWiki

ANSWERS = Path(__file__).parents[2] / "recordings/wikipedia/answers"
DOI = "10.1007/s00253-011-3689-1"
WORK = Identifier("doi", DOI)
GLIOTOXIN = "https://en.wikipedia.org/wiki/Gliotoxin"
NUMBERED = "https://en.wikipedia.org/w/index.php?curid=101"


class Net:
    """Asks loopback."""

    async def get(
        self,
        address: str,
        *,
        params: Mapping[str, Any] = {},
        headers: Mapping[str, str] = {},
        accept: Collection[int] = (200,),
    ) -> Answer:
        """Ask for an address."""
        asked = {name: value for name, value in params.items() if value is not None}
        async with httpx.AsyncClient(timeout=60) as client:
            answer = await client.get(address, params=asked)
        assert answer.status_code in accept
        return Answer(answer.status_code, str(answer.url), dict(answer.headers), answer.content, datetime.now(UTC))


def read(lane: str, since: str, fetch: Fetch) -> tuple[list[Fact], str]:
    """Read a lane on; return its facts and where it goes on."""
    source, facts = Wikipedia(), list[Fact]()

    async def take() -> str:
        resume = since
        async for page in source.read(lane, since, fetch):
            for one in source.parse(page):
                assert not isinstance(one, Fault), one
                facts.append(one)
            resume = page.resume
        return resume

    return facts, asyncio.run(take())


def posts(facts: list[Fact]) -> list[Post]:
    return [fact for fact in facts if isinstance(fact, Post)]


def of_stream(**changed: Any) -> list[Fact | Fault]:
    """What a line of the stream says, of which some fields are changed."""
    line = msgspec.json.decode((ANSWERS / "page-links-change.ndjson").read_bytes().splitlines()[0]) | changed
    return list(Wikipedia().parse(Page("stream:page-links-change", CHANGES, msgspec.json.encode(line), NOW, "")))


# Recordings


def test_a_work_is_said_by_who_brought_it_not_by_who_edited_last() -> None:
    facts, _ = read(f"work:en doi:{DOI}", "", Replay(ANSWERS))
    first = posts(facts)[0]
    assert (first.id, first.title) == (GLIOTOXIN, "Gliotoxin")
    assert first.author == "https://meta.wikimedia.org/wiki/Special:CentralAuth/Grace"
    assert first.links[0].record == "https://en.wikipedia.org/w/index.php?diff=7"
    assert first.version == "000000000008.1"
    accounts = {fact.handle for fact in facts if isinstance(fact, Account)}
    assert accounts == {"Grace", "Ada"}


def test_pages_that_are_known_to_have_a_work_are_not_dated_again() -> None:
    fetch = Replay(ANSWERS)
    _, resume = read(f"work:en doi:{DOI}", "", fetch)
    asked = len(fetch.asked)
    assert read(f"work:en doi:{DOI}", resume, fetch) == ([], resume)
    assert len(fetch.asked) == asked + 1


def test_a_work_that_stands_in_a_comment_is_not_referred_to() -> None:
    facts, _ = read("changes:https://wiki.example.org/w/api.php", "", Replay(ANSWERS))
    assert not [post for post in posts(facts) if "10.5555" in post.assertion]


def test_a_missing_page_is_gone_for_everybody() -> None:
    facts, _ = read("pages:en Gliotoxin|Draft", "", Replay(ANSWERS))
    gone = Post(
        source="wikipedia",
        id="https://en.wikipedia.org/wiki/Draft",
        via="wikipedia",
        version="2026-11-01T00:00:00Z",
        change="withdrawn",
    )
    assert facts == [gone]


def test_a_wiki_that_refuses_says_why() -> None:
    error = b'{"error": {"code": "srsearch-text-disabled", "info": "text search is disabled"}}'
    with pytest.raises(WrongAnswerError, match=r"en\.wikipedia\.org says: text search is disabled"):
        read(f"work:en doi:{DOI}", "", Replay(ANSWERS, lambda _: error))


def test_pages_are_asked_for_in_batches_by_wiki() -> None:
    held = [f"https://{wiki}.wikipedia.org/wiki/K%C3%B6ln_{n}" for n in range(30) for wiki in ("de", "en")]
    lanes = list(Wikipedia().lanes(Watch(posts=(*held, "https://example.org/wiki/X", "https://en.wikipedia.org/"))))
    assert [lane.partition(" ")[0] for lane in lanes[1:]] == ["pages:de", "pages:de", "pages:en", "pages:en"]
    assert lanes[1].startswith("pages:de Köln_0|Köln_1|")


def test_lists_choose_the_wikis() -> None:
    lists = ("wikipedia:de", "wikipedia:fr", "mediawiki:https://wiki.example.org/api.php", "feed:https://example.org/")
    lanes = list(Wikipedia().lanes(Watch(works=(WORK,), lists=lists)))
    assert lanes[1:] == [
        "changes:https://wiki.example.org/api.php",
        f"work:de doi:{DOI}",
        f"work:fr doi:{DOI}",
        f"work:https://wiki.example.org/api.php doi:{DOI}",
    ]


# The stream


def test_the_stream_tells_who_added_a_link_and_when() -> None:
    made, other, grace = of_stream()
    assert isinstance(made, Post)
    assert isinstance(other, Post)
    assert isinstance(grace, Account)
    assert (made.id, made.assertion, made.version) == (GLIOTOXIN, f"{NUMBERED} doi:{DOI}", "000000001001.1")
    assert made.posted_at == datetime(2026, 10, 30, 10, tzinfo=UTC)
    assert made.author == grace.id == "https://meta.wikimedia.org/wiki/Special:CentralAuth/Grace"
    assert other.assertion == f"{NUMBERED} pmid:21918815"


def test_the_stream_takes_a_removed_link_away() -> None:
    (gone,) = of_stream(added_links=[], removed_links=[{"link": f"https://doi.org/{DOI}", "external": True}])
    assert isinstance(gone, Post)
    assert (gone.change, gone.assertion) == ("withdrawn", f"{NUMBERED} doi:{DOI}")


def test_who_is_not_logged_in_stays_unnamed() -> None:
    made, _ = of_stream(performer={"user_text": "192.0.2.7"})
    assert isinstance(made, Post)
    assert made.author is None


@pytest.mark.parametrize(
    "changed",
    [
        {"page_namespace": 1},
        {"meta": {"uri": "https://x/", "dt": "2026-10-30T10:00:00Z", "domain": "www.wikidata.org"}},
    ],
)
def test_talk_pages_and_other_sites_are_left_out(changed: dict[str, Any]) -> None:
    assert of_stream(**changed) == []


# A real wiki


@pytest.fixture
def wiki(tmp_path: Path) -> Iterator[MediaWiki]:
    """A MediaWiki of this test."""
    if not mediawiki.is_installed():
        missing("not installed: mediawiki, php")
    with mediawiki.running(tmp_path) as running:
        yield running


def standing(facts: list[Fact]) -> set[tuple[str, str, str | None]]:
    """The references that stand by the write rule: page, identifier, who brought it."""
    folded = fold(Reading(post) for post in posts(facts))
    stand = [reading.post for name, reading in folded.made.items() if folded.gone.get(name, "") < reading.post.version]
    gone = {name for kind, _, name in folded.gone if kind == "post"}
    return {
        (str(post.title), post.assertion.partition(" ")[2], post.author and post.author.rpartition(":")[2])
        for post in stand
        if post.id not in gone and " url:" not in post.assertion
    }


def test_what_is_found_is_what_a_real_wiki_holds(wiki: MediaWiki) -> None:
    """References are added, changed, taken out and put back; pages are moved and deleted: one wiki for all of it."""
    lanes = {f"changes:{wiki.api}": "", f"work:{wiki.api} doi:{DOI}": ""}
    facts: dict[str, list[Fact]] = {lane: [] for lane in lanes}
    cite = f"<ref>{{{{cite journal |title=T |doi={DOI} |pmid=21918815}}}}</ref>\n"
    doi, link = f"doi:{DOI}", f"[https://doi.org/{DOI} T]\n"

    def holds(*references: tuple[str, str, str | None]) -> None:
        for lane, since in lanes.items():
            more, lanes[lane] = read(lane, since, cast(Fetch, Net()))
            facts[lane] += more
        changes, work = (standing(told) for told in facts.values())
        assert changes == {*references}
        assert {one[:2] for one in work} == {one[:2] for one in references if one[1] == doi}
        assert all(standing(told) == standing(told[::-1]) for told in facts.values())

    wiki.edit("Template:Cite journal", "[https://doi.org/{{{doi}}} {{{title}}}]")
    wiki.edit("Toxin", "Made by a fungus.\n")
    holds()
    wiki.edit("Toxin", "Made by a fungus." + cite, "Grace")
    wiki.edit("Mould", "A fungus.\n" + link)
    wiki.edit("Talk:Toxin", link)
    holds(("Toxin", doi, "Grace"), ("Toxin", "pmid:21918815", "Grace"), ("Mould", doi, "Ada"))
    for number in range(12):
        wiki.edit("Toxin", f"Made by {number} fungi." + cite)
    holds(("Toxin", doi, "Grace"), ("Toxin", "pmid:21918815", "Grace"), ("Mould", doi, "Ada"))
    wiki.edit("Toxin", "Made by fungi." + link)
    holds(("Toxin", doi, "Grace"), ("Mould", doi, "Ada"))
    wiki.edit("Toxin", "Made by fungi.\n")
    holds(("Mould", doi, "Ada"))
    wiki.edit("Toxin", "Made by fungi." + link, "Grace")
    wiki.delete("Mould")
    holds(("Toxin", doi, "Grace"))
    wiki.move("Toxin", "Toxins")
    holds(("Toxins", doi, None))
    assert standing([fact for told in facts.values() for fact in told]) == {("Toxins", doi, "Grace")}
    wiki.delete("Toxins")
    holds()
