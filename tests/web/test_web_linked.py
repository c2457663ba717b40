"""What the page of a work says to machines is what it says to people, and it is read back to the same work."""

import json

import httpx
import pytest
from playwright.sync_api import Browser
from selectolax.lexbor import LexborHTMLParser

from hubbub.answers import Answers
from hubbub.identify.page import read_page
from hubbub.model import Identifier
from hubbub.web import words
from tests.web.conftest import CITING, DATA, EVIL, PAPER, RELATED


def read(
    client: httpx.Client, identifier: Identifier
) -> tuple[httpx.Response, list[tuple[str, str]], dict[str, object]]:
    page = client.get(words.work_path(identifier))
    tree = LexborHTMLParser(page.text)
    tags = [(str(one.attributes["name"]), str(one.attributes["content"])) for one in tree.css("meta[name^=citation_]")]
    return page, tags, json.loads(tree.css('script[type="application/ld+json"]')[0].text())


@pytest.mark.parametrize("identifier", [PAPER, EVIL, RELATED])
def test_our_own_reader_of_pages_finds_the_work_that_the_page_is_of(
    client: httpx.Client, identifier: Identifier
) -> None:
    page, _, _ = read(client, identifier)
    found = read_page(page.content, str(page.url), dict(page.headers))
    assert identifier in [one.identifier for one in found.identifiers]
    assert read_page(page.content).identifiers[0].identifier.scheme in ("doi", "pmid")


def test_title_makers_date_and_journal_are_read_back(client: httpx.Client, answers: Answers) -> None:
    page, tags, _ = read(client, PAPER)
    about, found = answers.report(PAPER).description, read_page(page.content)
    assert about is not None
    assert (found.title, found.creators, found.issued, found.venue) == (
        about.title, about.creators, about.issued, about.venue
    )  # fmt: skip
    assert [one for name, one in tags if name == "citation_author"] == list(about.creators)
    assert ("citation_publication_date", "2025/03/03") in tags


@pytest.mark.parametrize("identifier", [PAPER, EVIL])
def test_the_counters_are_the_numbers_of_the_report(
    client: httpx.Client, answers: Answers, identifier: Identifier
) -> None:
    _, _, told = read(client, identifier)
    report = answers.report(identifier)
    counters = {one["name"]: one["userInteractionCount"] for one in told["interactionStatistic"]}  # type: ignore[attr-defined]
    assert counters == {f"Posts: {one.category}": one.posts for one in report.categories if one.posts} | (
        {"Passed on": report.amplifications} if report.amplifications else {}
    )
    assert all(one["@type"] == "InteractionCounter" for one in told["interactionStatistic"])  # type: ignore[attr-defined]


def test_a_number_that_nobody_knows_is_no_counter(client: httpx.Client) -> None:
    _, _, told = read(client, CITING)  # a work that others' posts refer to, but of which none counts
    assert "interactionStatistic" not in told


def test_of_what_is_invented_machines_are_told_nothing(client: httpx.Client) -> None:
    page = client.get(words.work_path(DATA))
    assert page.status_code == 200
    assert "ld+json" not in page.text
    assert "citation_" not in page.text
    assert "link" not in page.headers


def test_signposts_lead_to_the_work_and_to_the_answer_for_programs(client: httpx.Client, answers: Answers) -> None:
    links = client.get(words.work_path(PAPER)).links
    assert links["cite-as"]["url"] == f"https://doi.org/{PAPER.value}"
    described = client.get(links["describedby"]["url"])
    assert described.headers["content-type"].startswith(links["describedby"]["type"])
    assert described.json()["posts"] == answers.report(PAPER).posts


def test_hostile_titles_end_no_script_and_run_nothing(server: str, client: httpx.Client, chromium: Browser) -> None:
    raw = client.get(words.work_path(EVIL)).text
    script = raw.split('<script type="application/ld+json">')[1]
    assert "<" not in script.split("</script>")[0]
    page = chromium.new_page()
    wrong: list[str] = []
    page.on("console", lambda said: wrong.append(said.text))
    page.on("pageerror", lambda error: wrong.append(str(error)))
    for work in (EVIL, PAPER):
        page.goto(f"{server}{words.work_path(work)}")
        assert page.evaluate("window.hit") is None
        told = page.evaluate("JSON.parse(document.querySelector('script[type=\"application/ld+json\"]').textContent)")
        assert told["@context"] == "https://schema.org"
    assert wrong == []
    page.close()
