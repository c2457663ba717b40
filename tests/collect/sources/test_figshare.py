"""What is odd about Figshare: versions in DOIs, portals, counters of their own."""

from pathlib import Path

from hubbub.collect.sources import figshare
from hubbub.model import Alias, Description, Fault, Identifier, Page, Tally, Watch
from tests.collect.replay import NOW
from tests.collect.test_conformance_live import parse, read

FOLDER = Path(__file__).parents[2] / "recordings" / "figshare" / "answers"
SOURCE = figshare.Figshare()


def aliases(lane: str) -> set[tuple[str, str, str]]:
    """Other names as (other, relation, identifier), in the order in which one says it."""
    facts = parse(SOURCE, read("figshare", lane))
    return {(str(one.other), one.relation, str(one.identifier)) for one in facts if isinstance(one, Alias)}


def test_a_doi_of_figshare_is_asked_for_by_its_number() -> None:
    works = (Identifier("doi", "10.6084/m9.figshare.8263730.v2"), Identifier("doi", "10.1000/xyz123"))
    assert [*SOURCE.lanes(Watch(works=works))] == [
        "article:8263730",
        "doi:10.1000/xyz123",
        "supplements:10.1000/xyz123",
    ]


def test_an_item_has_one_doi_for_all_versions_and_one_each() -> None:
    found = aliases("doi:10.17028/rd.lboro.1434614")
    work = "figshare:1434614"
    assert ("doi:10.6084/m9.figshare.1434614", "is_same_as", work) in found
    assert {other for other, relation, _ in found if relation == "is_version_of"} == {
        f"doi:10.6084/m9.figshare.1434614.v{number}" for number in (1, 2, 3)
    }


def test_what_an_item_belongs_to_is_told_and_what_it_cites_is_no_other_name() -> None:
    found = aliases("doi:10.17028/rd.lboro.1434614")
    work = "figshare:1434614"
    assert {one for one in found if one[0] == work} == {
        (work, "is_supplement_to", "doi:10.1000/xyz123"),
        (work, "is_part_of", "doi:10.5281/zenodo.1"),
        (work, "is_work_of", "orcid:0000-0002-1825-0097"),
    }


def test_supplements_of_a_paper_and_works_of_a_person_are_found() -> None:
    work = "figshare:1434614"
    assert (work, "is_supplement_to", "doi:10.1000/xyz123") in aliases("supplements:10.1000/xyz123")
    assert (work, "is_work_of", "orcid:0000-0002-1825-0097") in aliases("orcid:0000-0002-1825-0097")


def test_a_portal_keeps_its_own_counts() -> None:
    pages = read("figshare", "doi:10.17028/rd.lboro.1434614")
    assert pages[-1].address == "https://stats.figshare.com/lboro/total/downloads/article/1434614"
    counts = {one.kind: one.value for one in parse(SOURCE, pages) if isinstance(one, Tally)}
    assert counts == {"views": 231, "downloads": 5}


def test_an_item_is_described() -> None:
    (told,) = [one for one in parse(SOURCE, read("figshare", "article:8263730")) if isinstance(one, Description)]
    assert (told.title, told.kind, told.issued, told.licence) == ("Figure", "figure", "2019-06-12", "CC BY 4.0")
    assert (told.creators, told.fields) == (("Longze Chen",), ("Software Engineering",))


def test_an_item_that_is_not_there_is_named_and_not_counted() -> None:
    (page,) = read("figshare", "article:404")
    (fault,) = SOURCE.parse(page)
    assert isinstance(fault, Fault)
    assert fault.reason == "Figshare says: Entity not found: article"


def test_a_broken_item_costs_itself_only() -> None:
    body = b'[{"id": "x"}, {"id": 12345, "title": "Whole"}]'
    fault, told = SOURCE.parse(Page("supplements:10.1/x", "https://api.figshare.com/v2/articles", body, NOW, ""))
    assert isinstance(fault, Fault)
    assert isinstance(told, Description)
