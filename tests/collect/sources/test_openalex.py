"""OpenAlex: what its answers say, beyond what every source owes."""

import msgspec

from hubbub.collect.sources.openalex import PAGES
from hubbub.model import Description, Fault, Tally
from tests.collect.asked import aliases, read_endless, told
from tests.collect.test_conformance_live import read

ELIFE, AUTHOR = "doi:10.7554/elife.01567", "orcid:0000-0002-1853-3038"


def test_a_work_is_described_with_its_count() -> None:
    (described,) = told("openalex", ELIFE, Description)
    assert (described.kind, described.issued, described.venue) == ("article", "2014-02-11", "eLife")
    assert described.fields[0] == "Agricultural and Biological Sciences"
    assert described.licence == "cc-by"
    assert described.creators[0] == "Martial Sankar"
    assert [(one.kind, one.value) for one in told("openalex", ELIFE, Tally)] == [("citations", 45)]


def test_an_empty_title_is_none() -> None:
    (described,) = told("openalex", "doi:10.7600/jspfsm.56.60", Description)
    assert described.title is None


def test_published_places_are_the_work_and_others_are_versions() -> None:
    said = {one for one in aliases("openalex", ELIFE) if "is_work_of" not in one}
    assert said == {
        f"pmid:24520159 is_same_as {ELIFE}",
        f"openalex:W2121398592 is_same_as {ELIFE}",
        f"url:https://iris.unil.ch/handle/iris/116210 is_version_of {ELIFE}",
        f"url:https://doaj.org/article/d1e4235dd6e047998ab33adde5ed4f1f is_version_of {ELIFE}",
        f"pmcid:PMC3917233 is_version_of {ELIFE}",
        f"url:https://serval.unil.ch/notice/serval:BIB_42194ECA0341 is_version_of {ELIFE}",
    }


def test_a_pubmed_number_asks_for_the_same_work_as_its_doi() -> None:
    doi = "doi:10.1890/0012-9658(2006)87[2832:tiopma]2.0.co;2"
    assert told("openalex", "pmid:17168027", Description) == told("openalex", doi, Description)
    assert f"pmid:17168027 is_same_as {doi}" in aliases("openalex", "pmid:17168027")


def test_a_work_without_a_doi_is_named_by_its_page() -> None:
    named = [str(one.identifier) for one in told("openalex", AUTHOR, Description)]
    assert named == ["doi:10.1145/3383583.3398584", "openalex:W2042435470"]


def test_an_authors_works_end_where_no_cursor_is_told() -> None:
    assert [bool(page.resume) for page in read("openalex", AUTHOR)] == [True, True, False]


def test_a_work_that_is_not_there_gives_no_page() -> None:
    assert read("openalex", "doi:10.5555/none") == []


def test_the_key_is_not_in_a_pages_address() -> None:
    for lane in (ELIFE, AUTHOR):
        assert all("?" not in page.address for page in read("openalex", lane))


def test_a_cursor_that_repeats_ends_the_lane() -> None:
    pages = read_endless("openalex", AUTHOR, msgspec.json.encode({"results": [], "meta": {"next_cursor": "again"}}))
    assert [page.resume for page in pages] == ["again", ""]
    assert len(pages) < PAGES


def test_ids_of_other_kinds_name_nothing() -> None:
    def spoil(body: bytes) -> bytes:
        return msgspec.json.encode({**msgspec.json.decode(body), "ids": {"doi": 7, "mag": "2121398592"}})

    assert [fault.reason for fault in told("openalex", ELIFE, Fault, spoil)] == ["a work without an identifier"]
