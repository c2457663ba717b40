"""What is odd about OAI-PMH: tokens, deleted records, free text for identifiers, and XML of strangers."""

from pathlib import Path

import msgspec
import pytest

from hubbub.collect.source import WrongAnswerError
from hubbub.collect.sources import oai_pmh
from hubbub.model import Alias, Description, Fault, Identifier, Page
from tests.collect.replay import NOW
from tests.collect.test_conformance_live import read

FOLDER = Path(__file__).parents[2] / "recordings" / "oai_pmh" / "answers"
SOURCE = oai_pmh.OaiPmh()
LANE = "oai:https://test.example.com/oai"
PART = "oai:https://test.example.com/oai/part?set=theses"


def facts(file: str) -> list[object]:
    return [*SOURCE.parse(Page(LANE, "", (FOLDER / file).read_bytes(), NOW, ""))]


def test_a_list_is_read_to_its_end_and_then_from_the_day_before_it_began() -> None:
    pages = read("oai_pmh", LANE)
    assert len(pages) == 3
    assert msgspec.json.decode(pages[-1].resume) == {"after": None, "began": "2026-10-31", "token": None}
    (again,) = read("oai_pmh", LANE, pages[-1].resume)
    assert b"noRecordsMatch" in again.body
    assert [*SOURCE.parse(again)] == []


def test_a_token_that_is_no_longer_known_begins_the_reading_again() -> None:
    (page,) = read("oai_pmh", PART, '{"after":"2026-01-01","began":"2026-02-01","token":"expired"}')
    assert b"1585399" in page.body


def test_a_list_that_does_not_end_is_refused() -> None:
    with pytest.raises(WrongAnswerError, match="does not end"):
        read("oai_pmh", "oai:https://test.example.com/oai/loop")


def test_a_deleted_record_is_no_work_of_the_repository_any_more() -> None:
    deleted, *_ = facts("ListRecords.xml")
    assert deleted == Alias(
        identifier=Identifier("url", "https://test.example.com/oai"),
        relation="is_work_of",
        other=Identifier("oai", "oai:test.example.com:1585310"),
        via="oai_pmh",
        version="2011-07-18T16:31:00Z",
        change="withdrawn",
    )


def test_a_record_goes_by_each_of_its_names_but_not_by_the_isbn_of_its_book() -> None:
    told = [one for one in facts("ListRecords3.xml") if isinstance(one, Alias) and one.change == "made"]
    names = {"url:https://test.example.com/publication/1585399", "doi:10.5555/12345678"}
    assert {str(one.other) for one in told if one.relation == "is_same_as"} == names
    owned = {str(one.other) for one in told if one.relation == "is_work_of"}
    assert owned == {*names, "oai:test.example.com:1585399"}


def test_a_record_is_described() -> None:
    (told,) = [one for one in facts("ListRecords3.xml") if isinstance(one, Description)]
    assert (told.title, told.kind, told.issued, told.venue) == (
        "Sample Title",
        "article",
        "2010-05",
        "Sample Publisher",
    )
    assert told.licence == "https://creativecommons.org/licenses/by/4.0/"
    assert (told.creators, told.fields, told.version) == (("John Doe",), ("Samples",), "2011-01-10T10:19:23Z")


def test_what_a_repository_complains_of_is_told() -> None:
    (fault,) = facts("badResumptionToken.xml")
    assert isinstance(fault, Fault)
    assert fault.reason == "the repository says: badResumptionToken This resumptionToken is invalid"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
@pytest.mark.parametrize(
    "declared",
    ['<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">', '<!ENTITY b SYSTEM "file:///etc/passwd">', ""],
)
def test_entities_and_document_types_are_refused(declared: str, encoding: str) -> None:
    body = f'<?xml version="1.0" encoding="{encoding}"?><!DOCTYPE x [{declared}]><x>b</x>'.encode(encoding)
    (fault,) = SOURCE.parse(Page(LANE, "", body, NOW, ""))
    assert isinstance(fault, Fault)
    assert fault.reason == "no XML, or XML with a document type"


def test_records_may_be_nested_as_deep_as_they_like() -> None:
    body = b"<x>" * 100_000 + b"</x>" * 100_000
    (fault,) = SOURCE.parse(Page(LANE, "", body, NOW, ""))
    assert isinstance(fault, Fault)
    assert fault.reason == "no list of records"


def test_a_web_page_is_no_repository() -> None:
    with pytest.raises(WrongAnswerError, match="check the address"):
        read("oai_pmh", LANE, change=lambda _: b"<!doctype html><title>Welcome</title>")
