"""The pages of a shelf, read without a browser."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import httpx
from selectolax.lexbor import LexborHTMLParser

from hubbub.answers import Answers
from hubbub.model import Identifier
from hubbub.store import open_store
from hubbub.web.words import TABS, shelf_path

PAPER = Identifier("doi", "10.5555/hubbub.2025.001")


def read(address: str, path: str, status: int = 200) -> LexborHTMLParser:
    response = httpx.get(address + path, trust_env=False)
    assert response.status_code == status, response.text[:500]
    return LexborHTMLParser(response.text)


def test_a_shelf_lists_its_works_under_its_title_and_tabs(client: httpx.Client) -> None:
    home = LexborHTMLParser(client.get("/").text)
    link = next(a for a in home.css(".shelf h2 a") if a.text() == "Works of the Small Hearing group")
    assert link.attributes["href"] == "/shelf/mine"
    tree = LexborHTMLParser(client.get("/shelf/mine").text)
    assert [h.text() for h in tree.css("h1")] == ["Works of the Small Hearing group"]
    assert "Shelf of 2 works" in tree.body.text()  # type: ignore[union-attr]
    assert len(tree.css(".works li")) == 2
    assert [a.text() for a in tree.css(".tabs a")] == list(TABS.values())
    assert [a.text() for a in tree.css(".tabs a[aria-current]")] == ["Works"]


def test_a_simulated_shelf_says_so(client: httpx.Client) -> None:
    assert "Simulated community" in client.get("/shelf/swarm").text


def test_a_shelf_that_is_not_there_is_not_found(client: httpx.Client) -> None:
    assert client.get("/shelf/none").status_code == 404


def test_a_shelf_of_any_name_has_its_page(
    own_answers: Answers, running: Callable[..., AbstractContextManager[str]]
) -> None:
    names = ["a/b", "50 % <b>", "../up", "ünï?#", "people"]
    with own_answers._store.writing() as writer:
        for name in names:
            writer.wanted.put(name, [PAPER])
    with running(own_answers) as address:
        for name in names:
            assert name in [h.text() for h in read(address, shelf_path(name)).css("h1")]


def test_an_empty_shelf_says_how_works_come_there(
    tmp_path: Path, running: Callable[..., AbstractContextManager[str]]
) -> None:
    with open_store(f"{tmp_path}/hubbub.db") as store:
        with store.writing() as writer:
            writer.wanted.put("me", [])
        with running(Answers(store)) as address:
            assert "hubbub track" in read(address, "/shelf/me").body.text()  # type: ignore[union-attr]
