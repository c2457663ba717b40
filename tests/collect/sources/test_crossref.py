"""Crossref: what its answers say, beyond what every source owes."""

import msgspec
import pytest

from hubbub.collect.sources.crossref import LAST, ROWS
from hubbub.model import Alias, Description, Fault, Tally
from tests.collect.asked import aliases, read_endless, told
from tests.collect.test_conformance_live import read

ELIFE, AUTHOR = "doi:10.7554/elife.01567", "orcid:0000-0002-7422-6059"


def test_a_work_is_described_with_its_count() -> None:
    (described,) = told("crossref", ELIFE, Description)
    assert described.title == (
        "Automated quantitative histology reveals vascular morphodynamics during Arabidopsis hypocotyl secondary growth"
    )
    assert (described.kind, described.issued, described.venue) == ("journal-article", "2014-02-11", "eLife")
    assert described.creators[:2] == ("Martial Sankar", "Kaisa Nieminen")
    assert described.licence == "http://creativecommons.org/licenses/by/3.0/"
    assert described.version == "2026-05-12T08:09:16Z"
    assert [(one.kind, one.value) for one in told("crossref", ELIFE, Tally)] == [("citations", 36)]


def test_reviews_are_no_other_names_of_a_work() -> None:
    of_works = {one for one in aliases("crossref", ELIFE) if "is_work_of" not in one}
    assert of_works == {"doi:10.5061/dryad.b835k is_supplement_to doi:10.7554/elife.01567"}


@pytest.mark.parametrize(
    ("lane", "said"),
    [
        ("doi:10.21203/rs.1.1/v2", "doi:10.21203/rs.1.1/v2 is_preprint_of doi:10.1186/s13063-019-3980-5"),
        ("doi:10.53731/ybhah-9jy85", "doi:10.53731/ybhah-9jy85 is_version_of doi:10.53731/q5ges-cp507"),
        ("doi:10.53731/ybhah-9jy85", "doi:10.53731/ybhah-9jy85 is_work_of orcid:0000-0003-1419-2405"),
        (
            "doi:10.12688/f1000research.161261.2",
            "doi:10.12688/f1000research.161261.2 is_version_of doi:10.12688/f1000research.161261.1",
        ),
    ],
)
def test_relations_have_a_direction(lane: str, said: str) -> None:
    assert said in aliases("crossref", lane)


def test_an_authors_works_come_page_by_page_and_anew_next_time() -> None:
    assert [page.resume for page in read("crossref", AUTHOR)] == [str(ROWS), ""]
    preprint = told("crossref", AUTHOR, Description)[-1]
    assert preprint.venue == "bioRxiv"
    assert preprint.creators == ("Gina M. Many", "Tyler J Sagendorf", "The MoTrPAC Study Group")


def test_who_edited_a_work_has_not_made_it() -> None:
    def edit(body: bytes) -> bytes:
        return body.replace(b'"author"', b'"editor"')

    assert any("is_work_of" in one for one in aliases("crossref", AUTHOR))
    made = [one for one in told("crossref", AUTHOR, Alias, edit) if one.relation == "is_work_of"]
    assert made == []


def test_a_doi_of_another_agency_gives_no_page() -> None:
    assert read("crossref", "doi:10.5061/dryad.8515") == []


def test_an_endless_list_is_left_where_crossref_counts_no_further() -> None:
    body = msgspec.json.encode({"message": {"total-results": 10**9, "items": [{}]}})
    pages = read_endless("crossref", AUTHOR, body)
    assert len(pages) == LAST // ROWS
    assert pages[-1].resume == ""


def test_a_broken_work_costs_itself() -> None:
    def spoil(body: bytes) -> bytes:
        listed = msgspec.json.decode(body)
        listed["message"]["items"].insert(0, {"DOI": 7})
        return msgspec.json.encode(listed)

    assert [fault.reason for fault in told("crossref", AUTHOR, Fault, spoil)] == [
        "JSON of another shape: Expected `str`, got `int` - at `$.DOI`"
    ] * 2
    assert len(told("crossref", AUTHOR, Description, spoil)) == 2


def test_where_an_article_stands_in_its_journal_is_told() -> None:
    (described,) = told("crossref", "doi:10.7554/elife.01567", Description)
    assert (described.issns, described.volume, described.online) == (("2050-084X",), "3", "2014-02-11")
    assert described.pdf == "https://cdn.elifesciences.org/articles/01567/elife-01567-v1.pdf"
