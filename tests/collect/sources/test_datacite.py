"""DataCite: what its answers say, beyond what every source owes."""

import msgspec
import pytest

from hubbub.collect.sources.datacite import PAGES
from hubbub.model import Description, Tally
from tests.collect.asked import aliases, read_endless, told
from tests.collect.test_conformance_live import read

DRYAD, AUTHOR = "doi:10.5061/dryad.8515", "orcid:0000-0002-0514-4658"


def counts(lane: str) -> dict[str, int]:
    return {one.kind: one.value for one in told("datacite", lane, Tally)}


def test_a_dataset_is_described() -> None:
    (described,) = told("datacite", DRYAD, Description)
    assert described.title == "Data from: A new malaria agent in African hominids."
    assert (described.kind, described.issued, described.venue) == ("dataset", "2011-02-01", "Dryad")
    assert described.licence == "cc0-1.0"
    assert described.creators[0] == "Benjamin Ollomo"


def test_counts_that_nobody_reports_are_unknown() -> None:
    assert counts(DRYAD) == {"citations": 1, "views": 447, "downloads": 38}
    assert counts("doi:10.5281/zenodo.48440") == {"citations": 0}
    assert [one.identifier.value for one in told("datacite", AUTHOR, Tally)] == ["10.5281/zenodo.18951275"]


@pytest.mark.parametrize(
    ("lane", "kind", "venue"),
    [
        ("doi:10.4230/lipics.tqc.2013.93", "conference-paper", "LIPIcs, Volume 22, TQC 2013"),
        ("doi:10.6084/m9.figshare.21640889.v1", "preprint", "figshare"),
        ("arxiv:2201.06719", "article", "arXiv"),
    ],
)
def test_the_depositors_word_is_taken_where_the_type_is_vague(lane: str, kind: str, venue: str) -> None:
    (described,) = told("datacite", lane, Description)
    assert (described.kind, described.venue) == (kind, venue)


@pytest.mark.parametrize(
    ("lane", "said"),
    [
        ("arxiv:2201.06719", {"arxiv:2201.06719 is_version_of doi:10.1103/physreva.106.012821"}),
        (
            "doi:10.5281/zenodo.48440",
            {
                "doi:10.5281/zenodo.48440 is_supplement_to github:kjgarza/frame_experiment_analysis",
                "zenodo:48440 is_same_as doi:10.5281/zenodo.48440",
            },
        ),
        (
            "doi:10.4230/lipics.tqc.2013.93",
            {
                "doi:10.4230/lipics.tqc.2013.93 is_part_of doi:10.4230/lipics.tqc.2013",
                "doi:10.4230/lipics.tqc.2013.93 is_part_of isbn:9783939897552",
                "doi:10.4230/lipics.tqc.2013.93 is_part_of issn:1868-8969",
            },
        ),
        # Who cites a dataset is another work.
        (DRYAD, set()),
    ],
)
def test_related_identifiers_are_aliases_where_they_name_the_work(lane: str, said: set[str]) -> None:
    found = {one for one in aliases("datacite", lane) if "is_work_of" not in one}
    assert said <= found
    assert {one for one in found if "url:" not in one} == said


def test_versions_are_told_from_both_sides() -> None:
    found = aliases("datacite", AUTHOR)
    assert "doi:10.5281/zenodo.18951275 is_version_of doi:10.5281/zenodo.18951274" in found
    assert "doi:10.5281/zenodo.3520063 is_version_of doi:10.5281/zenodo.3520062" in found


def test_an_authors_works_end_where_no_cursor_is_told() -> None:
    assert [bool(page.resume) for page in read("datacite", AUTHOR)] == [True, False]
    assert {one.split()[0] for one in aliases("datacite", AUTHOR) if f"is_work_of {AUTHOR}" in one} == {
        "doi:10.5281/zenodo.18951275",
        "doi:10.5281/zenodo.3520062",
    }


def test_a_doi_of_another_agency_gives_no_page() -> None:
    assert read("datacite", "doi:10.7554/elife.01567") == []


def test_a_cursor_that_repeats_ends_the_lane() -> None:
    said = {"data": [], "links": {"next": "https://elsewhere.example/?page[cursor]=again"}}
    pages = read_endless("datacite", AUTHOR, msgspec.json.encode(said))
    assert [page.resume for page in pages] == ["again", ""]
    assert all(page.address.startswith("https://api.datacite.org/") for page in pages)
    assert len(pages) < PAGES
