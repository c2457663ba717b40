"""The page of methods answers all that NISO RP-25 asks for, from the same cards, rules and store as the numbers."""

from datetime import timedelta

import httpx
import pytest
from selectolax.lexbor import LexborHTMLParser

from hubbub import metrics
from hubbub.answers import METHOD, Answers
from hubbub.collect.source import sources
from hubbub.model import Identifier
from hubbub.reference.attention import formulas
from hubbub.web import words
from hubbub.web.rights import table
from tests.web.conftest import CITING, EVIL, PAPER, START, Running, spoken


def test_all_thirteen_requirements_are_answered(client: httpx.Client) -> None:
    tree = LexborHTMLParser(client.get("/methods").text)
    told = client.get("/methods.json").json()["requirements"]
    assert [one["number"] for one in told] == list(range(1, 14))
    for one in told:
        (item,) = tree.css(f"#requirement-{one['number']}")
        assert one["asks"] in item.text()
        assert one["says"] in item.text()
        for at in one["see"]:
            assert client.get(at).status_code == 200


@pytest.mark.parametrize("identifier", [PAPER, EVIL, CITING])
def test_each_number_of_a_works_page_leads_to_its_definition(client: httpx.Client, identifier: Identifier) -> None:
    anchors = {one.attributes["id"] for one in LexborHTMLParser(client.get("/methods").text).css("dt[id]")}
    page = LexborHTMLParser(client.get(words.work_path(identifier)).text)
    links = [str(one.attributes["href"]) for one in page.css("a[href^='/methods#']")]
    assert {link.removeprefix("/methods#") for link in links} <= anchors
    heads = [*page.css(".numbers dt"), *page.css("section[aria-labelledby=where-h] thead th")]
    named = [one.text(strip=True) for one in heads if one.css_first("a[href^='/methods#']") is None]
    assert set(named) <= {"Source"}


def test_every_number_has_one_definition_and_one_place(client: httpx.Client) -> None:
    numbers = client.get("/methods.json").json()["numbers"]
    defined = [*metrics.DEFINITIONS, *metrics.BESIDE, *metrics.INDICATORS]
    assert [one["name"] for one in numbers] == defined
    assert len({one["anchor"] for one in numbers}) == len(defined)


def test_each_source_says_how_it_is_read_and_when_it_last_was(client: httpx.Client, answers: Answers) -> None:
    told = {one["name"]: one for one in client.get("/methods.json").json()["sources"]}
    assert set(told) == set(sources())
    held = {one.name: one for one in answers.sources() if one.collector}
    for name, one in told.items():
        assert one["how"] == sources()[name].about.how
        last_at = held[name].last_at
        assert one["checked_at"] == (last_at and last_at.isoformat().replace("+00:00", "Z"))
        assert one["set_aside"] == sum(times for _, times in held[name].set_aside)
    assert told["bluesky"]["checked_at"] is not None
    assert told["orcid"]["checked_at"] is None
    assert told["crossref"]["failing"] == 2


def test_the_versions_are_those_that_answers_name_and_the_changes_lead_up_to_them(client: httpx.Client) -> None:
    told = client.get("/methods.json").json()
    assert f"find {told['find']}, count {told['count']}" == METHOD
    latest = {one["method"]: one["version"] for one in told["changes"]}
    assert latest["count"] == metrics.METHOD
    own = formulas()["attention_v1"]
    assert latest["score"] == f"{own.name} {own.version}"


def test_the_formula_is_the_one_that_is_set(client: httpx.Client) -> None:
    told, own = client.get("/methods.json").json()["formula"], formulas()["attention_v1"]
    assert [(one["source"], one["kind"], one["weight"]) for one in told["weights"]] == [
        (one.source, one.kind, one.weight) for one in own.weights
    ]


def test_every_way_to_the_numbers_is_a_route(client: httpx.Client) -> None:
    for one in client.get("/methods.json").json()["ways"]:
        assert f"GET {one['path']}" in table()


def test_what_people_corrected_is_counted(own_answers: Answers, running: Running) -> None:
    said = spoken(3, PAPER, 0, timedelta(0), f"Read https://doi.org/{PAPER.value}")
    with own_answers._store.writing() as writer:
        writer.keep([said], START)
    assert own_answers.set_aside(PAPER, "bluesky", said.post.id)
    own_answers.correct(PAPER, CITING, same=False)
    with running(own_answers) as address:
        told = httpx.get(f"{address}/methods.json", trust_env=False).json()
    assert (told["set_aside"], told["corrected"]) == (1, 1)
