"""What somebody corrects on a page is kept, and shown with what it changes; other sites correct nothing."""

from collections.abc import Iterator

import httpx
import pytest
from selectolax.lexbor import LexborNode

from hubbub import pipeline
from hubbub.answers import Answers
from hubbub.model import Alias, Identifier, Link, Post, Reading
from hubbub.web.guard import LONGEST_FORM
from hubbub.web.words import match_path, work_path
from tests.web.conftest import DATA, PAPER, SCRIPT, START
from tests.web.test_web_pages import get, one, text, text_of

PMID = Identifier("pmid", "23193287")


@pytest.fixture
def own_client(own_server: str, own_answers: Answers) -> Iterator[httpx.Client]:
    links = (Link(f"https://doi.org/{PAPER.value}"),)
    post = Post(source="bluesky", id="at://linked", via="bluesky", version="1", links=links, text="Flies!")
    with own_answers._store.writing() as writer:
        alias = Alias(identifier=PAPER, relation="is_same_as", other=PMID, via="crossref", version="1")
        writer.keep([alias, Reading(post, pipeline.find(post, frozenset()))], START)
    with httpx.Client(base_url=own_server, trust_env=False) as client:
        yield client


def sent(form: LexborNode) -> dict[str, str]:
    """What a form would send as it stands."""
    return {str(field.attributes["name"]): field.attributes.get("value") or "" for field in form.css("input")}


def test_identifiers_are_told_apart_and_that_is_taken_back(own_client: httpx.Client) -> None:
    page = match_path(PAPER)
    form = one(get(own_client, page), "table.versions form")
    said = sent(form)
    assert said == {"say": "not", "other": str(PMID)}
    response = own_client.post(page, data=said)
    assert (response.status_code, response.headers["location"]) == (303, page)
    tree = get(own_client, page)
    assert not tree.css_first("table.versions form")
    assert "Not believed: somebody has said" in text(tree)
    said = sent(one(tree, "#corrected-h ~ ul form"))
    assert said == {"say": "forget", "other": str(PMID)}
    own_client.post(page, data=said)
    assert one(get(own_client, page), "table.versions form")


def test_a_name_is_added_with_the_reason_as_it_was_written(own_client: httpx.Client) -> None:
    own_client.post(match_path(PAPER), data={"say": "same", "other": "arXiv:2101.00001v2", "why": SCRIPT})
    tree = get(own_client, match_path(PAPER))
    assert tree.css_first('table.versions a[href="/match/arxiv/2101.00001"]')
    assert SCRIPT in text_of(one(tree, "#corrected-h ~ ul"))
    assert not tree.css("script:not([type='application/ld+json'])")


def test_a_mention_is_set_aside_and_put_back(own_client: httpx.Client, own_answers: Answers) -> None:
    before = own_answers.report(PAPER).posts
    form = one(get(own_client, work_path(PAPER)), ".mention form")
    assert form.attributes["action"] == match_path(PAPER)
    said = sent(form) | {"post": "at://linked", "why": "about other flies"}
    own_client.post(match_path(PAPER), data=said)
    assert own_answers.report(PAPER).posts == 1
    aside = one(get(own_client, match_path(PAPER)), "#corrected-h ~ ul")
    assert "about other flies" in text_of(aside)
    own_client.post(match_path(PAPER), data=sent(one(aside, "form")))
    assert own_answers.report(PAPER).posts == before == 2


def test_what_says_nothing_is_refused_in_words(own_client: httpx.Client) -> None:
    page = match_path(PAPER)
    for said, status in (
        ({}, 422),
        ({"say": "same", "other": str(PAPER)}, 422),
        ({"say": "same", "other": "nothing"}, 404),
        ({"say": "wrong", "source": "bluesky", "post": "nobody's"}, 404),
        ({"say": "same", "other": "x" * LONGEST_FORM}, 413),
    ):
        assert own_client.post(page, data=said).status_code == status
    assert own_client.post(page, content=b"\xff%ff&say=\x00").status_code == 422


def test_another_site_corrects_nothing(own_client: httpx.Client, own_answers: Answers) -> None:
    said = {"say": "not", "other": str(PMID)}
    response = own_client.post(match_path(PAPER), data=said, headers={"Origin": "https://evil.example"})
    assert response.status_code == 403
    assert own_answers.match(PAPER).corrections == ()


def test_nothing_is_corrected_of_what_is_invented(own_client: httpx.Client) -> None:
    assert not get(own_client, match_path(DATA)).css("main form")


def test_who_links_to_a_story_stands_apart_with_the_way_it_takes(
    own_client: httpx.Client, own_answers: Answers
) -> None:
    store, address = own_answers._store, "https://news.example.org/flies"
    links = (Link(f"https://doi.org/{PAPER.value}"),)
    story = Post(source="web", id=address, via="web", version="1", url=address, title=SCRIPT, links=links)
    post = Post(
        source="bluesky", id="at://second", via="bluesky", version="1", links=(Link(address),), text="Read this!"
    )
    for said in (story, post):
        with store.writing() as writer:
            writer.keep([Reading(said, pipeline.find(said, store.pages()))], START)
    tree = get(own_client, work_path(PAPER))
    section = one(tree, "#second-h ~ ol")
    assert "Read this!" in text_of(section)
    assert f"Links to {SCRIPT[:40]}" in text_of(section)
    assert section.css_first(f'a[href="{address}"]')
    assert text(tree, ".numbers dd") == "3"
    assert not tree.css("script:not([type='application/ld+json'])")
