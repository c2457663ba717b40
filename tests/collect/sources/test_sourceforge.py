"""What is odd about SourceForge: downloads are asked up to a day, and what is not there answers in HTML."""

from hubbub.collect.sources import sourceforge
from hubbub.model import Description, Fault, Tally
from tests.collect.test_conformance_live import parse, read

SOURCE = sourceforge.SourceForge()


def test_a_project_is_described_and_all_its_downloads_are_counted() -> None:
    pages = read("sourceforge", "project:qtlmovie")
    assert [page.resume for page in pages] == ["2026-11-01", ""]
    described, counted = parse(SOURCE, pages)
    assert isinstance(described, Description)
    assert (described.title, described.issued, described.licence) == (
        "QtlMovie: Converts movies",
        "2013-10-30",
        "BSD License",
    )
    assert (described.creators, described.fields) == (("First Developer", "second"), ("Multimedia", "movies"))
    assert isinstance(counted, Tally)
    assert counted.value == 45


def test_a_project_that_is_not_there_is_named_and_not_counted() -> None:
    (page,) = read("sourceforge", "project:none")
    (fault,) = SOURCE.parse(page)
    assert isinstance(fault, Fault)
    assert fault.reason == "no JSON"
