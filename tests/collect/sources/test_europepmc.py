"""Europe PMC: what its answers say, beyond what every source owes."""

import msgspec
import pytest

from hubbub.collect.sources.europepmc import PAGES, SIZE
from hubbub.identify import in_address
from hubbub.model import Description, Post, Tally
from tests.collect.asked import aliases, read_endless, told
from tests.collect.test_conformance_live import read

ARTICLE, PREPRINT, CITED = "doi:10.1098/rspb.2011.0943", "doi:10.5555/preprint.4", "pmid:15723116"
PPR = "url:https://europepmc.org/article/PPR"


def test_a_work_is_described_with_its_other_names() -> None:
    (described,) = told("europepmc", ARTICLE, Description)
    assert (described.kind, described.issued) == ("article", "2011-07-06")
    assert described.venue == "Proceedings. Biological sciences"
    assert described.creators == ("E Olempska", "D J Horne", "H Szaniawski")
    assert aliases("europepmc", ARTICLE) == {
        f"pmid:21733903 is_same_as {ARTICLE}",
        f"pmcid:PMC3234553 is_same_as {ARTICLE}",
        f"{ARTICLE} is_work_of orcid:0000-0003-0310-3876",
        f"{ARTICLE} is_work_of orcid:0000-0002-2148-437X",
    }


def test_a_preprint_leads_to_its_article_and_its_versions() -> None:
    (described,) = told("europepmc", PREPRINT, Description)
    assert (described.kind, described.venue, described.licence) == ("preprint", "medRxiv", "cc by")
    assert described.creators == ("Ann Doe", "The Invented Consortium")
    assert aliases("europepmc", PREPRINT) == {
        f"{PREPRINT} is_preprint_of pmid:38605817",
        f"{PPR}/PPR838108 is_same_as {PREPRINT}",
        f"{PPR}/PPR707121 is_version_of {PREPRINT}",
    }


def test_an_article_leads_to_its_preprint_but_not_to_comments_on_it() -> None:
    assert aliases("europepmc", CITED) == {f"{PPR}/PPR1 is_preprint_of {CITED}"}


def test_who_cites_a_work_is_a_post_that_links_to_it() -> None:
    posts = told("europepmc", CITED, Post)
    assert len(posts) == 16
    assert posts[0].id == "https://europepmc.org/article/MED/16271386"
    assert posts[0].title is not None
    assert posts[0].title.startswith("Passenger-strand cleavage facilitates assembly of siRNA")
    assert posts[0].assertion == "MED/16271386 cites pmid:15723116"
    for post in posts:
        (link,) = post.links
        assert (link.relation, link.found_in) == ("cites", "metadata")
        assert [str(one.identifier) for one in in_address(link.address)] == [CITED]
    assert [(one.kind, one.value) for one in told("europepmc", CITED, Tally)] == [("citations", 1810)]


def test_a_list_of_who_cites_resumes_within() -> None:
    pages = read("europepmc", CITED)
    assert [page.resume for page in pages] == ["MED/15723116/1", "MED/15723116/2", ""]


def test_nothing_is_listed_where_nobody_cites_or_nothing_is_found() -> None:
    assert [page.resume for page in read("europepmc", ARTICLE)] == [""]
    assert [page.resume for page in read("europepmc", "doi:10.5555/none")] == [""]


def test_an_endless_list_is_left() -> None:
    body = {"hitCount": 10**9, "resultList": {"result": [{"id": "1", "source": "MED", "citedByCount": 9}]}}
    pages = read_endless("europepmc", CITED, msgspec.json.encode(body))
    assert len(pages) == 1 + PAGES
    assert pages[-1].resume == ""
    assert PAGES * SIZE == 10_000  # as the card says


@pytest.mark.parametrize(("source", "number"), [("..", "1"), ("MED", "1?x=y"), ("MED", "1/2"), ("", "")])
def test_no_list_is_asked_for_by_a_name_that_is_none(source: str, number: str) -> None:
    body = {"hitCount": 1, "resultList": {"result": [{"id": number, "source": source, "citedByCount": 9}]}}
    assert [page.resume for page in read_endless("europepmc", CITED, msgspec.json.encode(body))] == [""]
