"""ORCID: what its answers say, beyond what every source owes."""

import msgspec

from hubbub.model import Alias, Description, Fault
from tests.collect.asked import aliases, told
from tests.collect.test_conformance_live import read

CARBERRY = "orcid:0000-0002-1825-0097"


def test_a_researchers_pages_are_other_names_of_theirs() -> None:
    pages = {one for one in aliases("orcid", CARBERRY) if one.endswith(f"is_same_as {CARBERRY}")}
    assert pages == {
        f"url:https://{page} is_same_as {CARBERRY}"
        for page in (
            "carlboettiger.info/",
            "twitter.com/cboettig",
            "github.com/cboettig",
            "keybase.io/cboettig",
            "scopus.com/inward/authorDetails.url?authorID=15753693500&partnerID=MN8TOARS",
        )
    }


def test_a_work_has_one_name_and_others_that_are_the_same() -> None:
    said = aliases("orcid", CARBERRY)
    doi = "doi:10.1523/jneurosci.2511-15.2016"
    assert {one for one in said if doi in one} == {
        f"{doi} is_work_of {CARBERRY}",
        f"pmid:27030758 is_same_as {doi}",
        f"pmcid:PMC4812132 is_same_as {doi}",
    }


def test_a_work_without_an_identifier_is_named_by_its_page() -> None:
    assert f"url:https://europepmc.org/abstract/CIT/115891 is_work_of {CARBERRY}" in aliases("orcid", CARBERRY)


def test_works_are_described_with_the_date_as_far_as_it_is_known() -> None:
    described = {str(one.identifier): one for one in told("orcid", CARBERRY, Description)}
    assert len(described) == 6
    assert described["doi:10.3233/isu-130714"].issued == "2013"
    assert described["doi:10.1038/npre.2009.2801"].issued == "2009-01-21"
    assert described["doi:10.3233/isu-130714"].kind == "journal-article"
    assert described["doi:10.3233/isu-130714"].version == "0001437748178581"


def test_two_dois_of_one_work_are_versions_and_a_whole_is_no_name_of_its_part() -> None:
    ids = [
        {"external-id-type": kind, "external-id-value": value, "external-id-relationship": relation}
        for kind, value, relation in (
            ("isbn", "978-3-939897-55-2", "part-of"),
            ("doi", "10.5555/first", "self"),
            ("doi", "10.5555/second", "self"),
            ("grant_number", "7", "funded-by"),
        )
    ]
    group = {"external-ids": {"external-id": ids}, "work-summary": []}

    def change(body: bytes) -> bytes:
        return msgspec.json.encode({"group": [group], "researcher-url": [], "external-identifier": []})

    said = {(str(one.other), one.relation, str(one.identifier)) for one in told("orcid", CARBERRY, Alias, change)}
    assert said == {
        ("doi:10.5555/first", "is_work_of", CARBERRY),
        ("doi:10.5555/second", "is_version_of", "doi:10.5555/first"),
        ("doi:10.5555/first", "is_part_of", "isbn:9783939897552"),
    }


def test_nobody_is_asked_for_an_e_mail_address() -> None:
    parts = {page.address.rpartition("/")[2] for page in read("orcid", CARBERRY)}
    assert parts == {"researcher-urls", "external-identifiers", "works"}


def test_a_locked_record_gives_no_page() -> None:
    assert read("orcid", "orcid:0000-0003-1315-5960") == []


def test_the_parts_of_a_record_are_read_one_after_the_other() -> None:
    assert [page.resume for page in read("orcid", CARBERRY)] == ["external-identifiers", "works", ""]


def test_a_broken_work_and_a_broken_page_cost_themselves() -> None:
    def spoil(body: bytes) -> bytes:
        said = msgspec.json.decode(body)
        for name in said.keys() & {"group", "researcher-url"}:
            said[name][0] = {"work-summary": 7, "url": 7}
        return msgspec.json.encode(said)

    assert len(told("orcid", CARBERRY, Fault, spoil)) == 2
    assert len(told("orcid", CARBERRY, Description, spoil)) == 5
