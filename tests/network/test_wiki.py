"""hubbub reads a real wiki: what its pages refer to after each thing that people do there, and what is held of it."""

import bz2
import json
import re
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any

import httpx
import pytest

from hubbub.store import open_store
from tests import mediawiki
from tests.conftest import missing
from tests.mediawiki import MediaWiki
from tests.network.reading import wait
from tests.replay.served import Served, served

WORKS = [f"10.5555/wiki.{number}" for number in range(3)]
ARTICLES = {"generator": "allpages", "gapfilterredir": "nonredirects", "gaplimit": "max", "prop": "info|revisions"}
TEXTS = {"action": "query", "format": "json", "formatversion": "2"}
TEXTS |= {"inprop": "url", "rvprop": "content", "rvslots": "main"}
Held = dict[str, set[str]]  # the addresses of the pages that refer to each work


class Hubbub:
    """One store, and the commands that fill it from the wiki."""

    def __init__(self, server: Served, wiki: MediaWiki) -> None:
        self.server, self._wiki = server, wiki
        server.do("subscribe", f"mediawiki:{wiki.api}")

    def sync_until_killed(self) -> None:
        """Kill `sync` as soon as something is held."""
        with open_store(self.server.environment["HUBBUB_STORE"]) as store, self.server.killed("sync", "wikipedia"):
            wait(lambda: store.assertions(after=0, limit=1), "something is read")

    def assert_held_after_sync(self) -> None:
        """What is held after a sync is what the pages hold."""
        self.server.do("sync", "wikipedia")
        assert self.held() == truth(self._wiki)

    def told(self) -> dict[str, list[Any]]:
        """All that is said of each work but when that was collected."""
        told = {work: json.loads(self.server.do("mentions", work, "--json")) for work in WORKS}
        for evidence in (one for mentions in told.values() for said in mentions for one in said["evidence"]):
            del evidence["collected_at"]
        return told

    def held(self) -> Held:
        """Which pages mention each work."""
        told = {work: json.loads(self.server.do("mentions", work, "--json")) for work in WORKS}
        return {work: {one["post"] for one in mentions} for work, mentions in told.items()}


@pytest.fixture
def wiki(tmp_path: Path) -> Iterator[MediaWiki]:
    """A wiki without any page that refers to a work."""
    if not mediawiki.is_installed():
        missing("not installed: mediawiki, php")
    (folder := tmp_path / "wiki").mkdir()
    with mediawiki.running(folder) as running:
        yield running


@pytest.fixture
def hubbub(wiki: MediaWiki, tmp_path: Path) -> Iterator[Hubbub]:
    """A new store that reads the wiki; Wikipedia, which is asked too, finds nothing."""
    (answers := tmp_path / "recordings/wikipedia/answers").mkdir(parents=True)
    (answers / "nothing.json").write_text("{}")
    asked = {"url": "https://en.wikipedia.org/w/api.php", "file": "nothing.json"}
    (answers / "requests.ndjson").write_text(json.dumps(asked))
    with served(tmp_path, tmp_path / "recordings") as server:
        yield Hubbub(server, wiki)


def truth(wiki: MediaWiki) -> Held:
    """Which pages refer to each work now, by the text that the wiki gives out."""
    pages = httpx.get(wiki.api, params=TEXTS | ARTICLES, timeout=60).json()["query"]["pages"]
    texts = {page["canonicalurl"]: page["revisions"][0]["slots"]["main"]["content"] for page in pages}
    shown = {at: re.sub("(?s)<!--.*?-->", "", text) for at, text in texts.items()}
    return {work: {at for at, text in shown.items() if work in text} for work in WORKS}


def cite(work: str) -> str:
    return f"Said.<ref>{{{{cite journal |title=T |doi={work}}}}}</ref>\n"


def link(work: str) -> str:
    return f"[https://doi.org/{work} T]\n"


def test_what_is_held_after_each_sync_is_what_the_pages_hold_then(wiki: MediaWiki, hubbub: Hubbub) -> None:
    one, other, third = WORKS
    hubbub.server.do("track", one)

    def holds(**pages: list[str]) -> None:
        hubbub.assert_held_after_sync()
        expected = {work: {f"{wiki.home}/wiki/{at}" for at, works in pages.items() if work in works} for work in WORKS}
        assert hubbub.held() == expected

    wiki.edit("Toxin", cite(one))
    wiki.edit("Mould", link(one) + cite(other))
    holds(Toxin=[one], Mould=[one, other])
    wiki.edit("Toxin", cite(other), "Grace")
    wiki.edit("Mould", f"<!-- {link(one)} -->{cite(other)}")
    holds(Toxin=[other], Mould=[other])
    wiki.edit("Toxin", cite(third), "Grace")
    wiki.edit("Toxin", cite(other))
    wiki.edit("Mould", cite(third), "Grace")
    holds(Toxin=[other], Mould=[third])
    wiki.move("Toxin", "Toxins")
    wiki.delete("Mould")
    holds(Toxins=[other])
    wiki.delete("Toxins")
    holds()


def test_a_page_that_was_moved_and_edited_between_two_syncs_holds_what_it_holds_now(
    wiki: MediaWiki, hubbub: Hubbub
) -> None:
    one, other, third = WORKS
    wiki.edit("Before", cite(one))
    wiki.edit("After", cite(other))
    wiki.edit("Left", cite(third))
    wiki.edit("Right", cite(other))
    hubbub.assert_held_after_sync()
    wiki.edit("Before", "Nothing.")
    wiki.move("Before", "Before now")
    wiki.move("After", "After now")
    wiki.edit("After now", "Nothing.")
    for move in (("Left", "Elsewhere"), ("Right", "Left"), ("Elsewhere", "Right")):
        wiki.move(*move, leaving=False)
    hubbub.assert_held_after_sync()


def test_a_page_counts_as_long_as_it_is_an_article(wiki: MediaWiki, hubbub: Hubbub) -> None:
    one, other, third = WORKS
    wiki.edit("User:Ada/Draft", cite(one))
    wiki.edit("Article", cite(other))
    wiki.edit("Unsure", cite(third))
    hubbub.assert_held_after_sync()
    wiki.move("User:Ada/Draft", "Draft")
    wiki.move("Article", "User:Ada/Article")
    wiki.edit("User:Ada/Article", "Nothing.")
    wiki.edit("Unsure", cite(one) + cite(third))
    wiki.move("Unsure", "User:Ada/Unsure", leaving=False)
    hubbub.assert_held_after_sync()


class Crowd:
    """People who do all that people do to pages, by chance."""

    def __init__(self, wiki: MediaWiki, seed: int) -> None:
        self._wiki, self._chance = wiki, Random(seed)
        self._pages: dict[str, list[str]] = {}  # what each has said so far
        self._left: list[str] = []  # titles that lead elsewhere
        self._made = 0
        for _ in range(12):
            self._edit(self._new_title(), self._text())

    def act(self, times: int) -> None:
        """Somebody does something, and somebody else, and so on."""
        for _ in range(times):
            self._act(self._chance.random())

    def _act(self, roll: float) -> None:
        title = self._chance.choice([*self._pages])
        if roll < 0.1:
            self._edit(self._new_title(), self._text())
        elif roll < 0.6:
            self._edit(title, self._text())
        elif roll < 0.75:
            self._edit(title, self._chance.choice(self._pages[title]))
        elif roll < 0.9:
            self._move(title, self._new_title())
        elif roll < 0.95 and self._left:
            self._edit(self._left.pop(), self._text())
        else:
            self._wiki.delete(title)
            del self._pages[title]

    def _new_title(self) -> str:
        self._made += 1  # never that of a page that was deleted: one that comes back stays withdrawn
        return f"Page {self._made}"

    def _text(self) -> str:
        ways = [cite, link, "Said in doi:{}, too.\n".format, "<!-- not said in doi:{} -->\n".format]
        works = self._chance.sample(WORKS, self._chance.randrange(len(WORKS)))
        return "Some words.\n" + "".join(self._chance.choice(ways)(work) for work in works)

    def _edit(self, title: str, text: str) -> None:
        self._pages.setdefault(title, []).append(text)
        self._wiki.edit(title, text, self._chance.choice(["Ada", "Grace"]))

    def _move(self, title: str, to: str) -> None:
        self._wiki.move(title, to)
        self._pages[to] = self._pages.pop(title)
        self._left.append(title)


@pytest.mark.parametrize("seed", [1, 2])
def test_after_a_kill_hubbub_holds_what_the_wiki_holds(wiki: MediaWiki, hubbub: Hubbub, seed: int) -> None:
    hubbub.server.do("track", WORKS[0])
    crowd = Crowd(wiki, seed)
    crowd.act(times=15)
    hubbub.sync_until_killed()
    hubbub.assert_held_after_sync()
    crowd.act(times=25)
    hubbub.assert_held_after_sync()


def test_a_dump_of_its_history_holds_what_syncing_holds(wiki: MediaWiki, hubbub: Hubbub, tmp_path: Path) -> None:
    one, other, third = WORKS
    crowd = Crowd(wiki, 3)
    wiki.edit('C\'est & "vrai"? Ünï+x (a)/b: 50%', cite(one))
    wiki.edit("User:Ada/Draft", cite(other))
    wiki.edit("Given up", cite(third))
    crowd.act(times=15)
    wiki.edit("Given up", "Nothing.", "Grace")
    (dump := tmp_path / "history.xml.bz2").write_bytes(bz2.compress(wiki.dump()))
    hubbub.server.do("ingest", "wikipedia", str(dump))
    from_dump = hubbub.told()
    assert hubbub.held() == truth(wiki)
    hubbub.server.do("sync", "wikipedia")
    assert hubbub.told() == from_dump


def test_a_dump_of_current_pages_holds_what_the_pages_hold(wiki: MediaWiki, hubbub: Hubbub, tmp_path: Path) -> None:
    crowd = Crowd(wiki, 4)
    crowd.act(times=15)
    (dump := tmp_path / "current.xml").write_bytes(wiki.dump("--current"))
    hubbub.server.do("ingest", "wikipedia", str(dump))
    assert hubbub.held() == truth(wiki)
    hubbub.server.do("sync", "wikipedia")
    assert hubbub.held() == truth(wiki)
