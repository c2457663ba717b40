"""What is odd about Zenodo: two numbers and two DOIs a record, counts of all versions, and claims."""

from pathlib import Path

from hubbub.collect.sources import zenodo
from hubbub.model import Alias, Description, Fault, Identifier, Tally, Watch
from tests.collect.test_conformance_live import parse, read

FOLDER = Path(__file__).parents[2] / "recordings" / "zenodo" / "answers"
SOURCE = zenodo.Zenodo()


def aliases(lane: str) -> set[tuple[str, str, str]]:
    """Other names as (other, relation, identifier), in the order in which one says it."""
    facts = parse(SOURCE, read("zenodo", lane))
    return {(str(one.other), one.relation, str(one.identifier)) for one in facts if isinstance(one, Alias)}


def test_a_doi_of_zenodo_is_asked_for_by_its_number() -> None:
    works = (Identifier("doi", "10.5281/zenodo.4927605"), Identifier("doi", "10.5555/12345678"))
    assert [*SOURCE.lanes(Watch(works=works))] == ["record:4927605", "related:10.5555/12345678"]


def test_only_the_page_of_a_community_is_one() -> None:
    pages = ("https://zenodo.org/communities/covid-19", "https://zenodo.org/communities/covid-19/records?q=")
    owners = tuple(Identifier("url", page) for page in pages)
    assert [*SOURCE.lanes(Watch(owners=owners))] == ["community:covid-19"]


def test_a_record_is_a_version_of_the_whole_and_each_has_a_doi() -> None:
    assert {
        ("zenodo:7834392", "is_version_of", "zenodo:3723939"),
        ("doi:10.5281/zenodo.7834392", "is_same_as", "zenodo:7834392"),
        ("doi:10.5281/zenodo.3723939", "is_same_as", "zenodo:3723939"),
    } <= aliases("record:7834392")


def test_numbers_are_of_all_versions_and_whole_even_in_the_former_shape() -> None:
    tallies = [one for one in parse(SOURCE, read("zenodo", "record:7078768")) if isinstance(one, Tally)]
    assert [(str(one.identifier), one.kind, one.value) for one in tallies] == [
        ("zenodo:7078767", "views", 14),
        ("zenodo:7078767", "downloads", 201),
    ]
    assert all(type(one.value) is int for one in tallies)


def test_a_claim_ties_works_together_but_makes_no_two_works_one() -> None:
    found = aliases("related:10.5555/12345678")
    assert {one for one in found if "10.5555" in one[0] + one[2]} == {
        ("zenodo:7834392", "is_supplement_to", "doi:10.5555/12345678"),
        ("doi:10.5555/87654321", "is_supplement_to", "zenodo:7834392"),
    }


def test_alternate_identifiers_of_an_uploader_are_not_taken_for_the_record() -> None:
    assert not any("epidemiologia" in other for other, _, _ in aliases("record:7834392"))


def test_records_are_their_creators_works_and_the_asked_persons() -> None:
    found = aliases("orcid:0000-0002-1825-0097")
    owned = {
        other for other, relation, whose in found if (relation, whose) == ("is_work_of", "orcid:0000-0002-1825-0097")
    }
    assert {"zenodo:7078760", "doi:10.5281/zenodo.7078760", "doi:10.5281/zenodo.7078759"} <= owned
    assert len(owned) == 9
    assert ("zenodo:4927605", "is_work_of", "orcid:0000-0002-2111-3237") in aliases("record:4927605")


def test_a_record_is_described() -> None:
    (told,) = [one for one in parse(SOURCE, read("zenodo", "record:4927605")) if isinstance(one, Description)]
    assert (told.kind, told.issued, told.licence) == ("poster", "2021-06-11", "cc-by-4.0")
    assert told.creators == ("Anna Hatch", "Ruth Schmidt")
    assert told.fields == ("Research Assessment", "Evaluation")


def test_a_record_that_is_not_there_is_named() -> None:
    (page,) = read("zenodo", "record:68358988")
    (fault,) = SOURCE.parse(page)
    assert isinstance(fault, Fault)
    assert fault.reason == "Zenodo says: PID does not exist."
