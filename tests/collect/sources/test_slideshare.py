"""What is odd about SlideShare: two addresses of the same slides, and pages whose slides are gone."""

import pytest

from hubbub.collect.sources import slideshare
from hubbub.model import Alias, Description, Fault, Tally
from tests.collect.test_conformance_live import parse, read

SOURCE = slideshare.SlideShare()


def test_slides_are_described_and_counted() -> None:
    facts = parse(SOURCE, read("slideshare", "slides:example/on-slides"))
    (told,) = [one for one in facts if isinstance(one, Description)]
    assert (told.title, told.creators, told.issued, told.fields) == (
        "On slides",
        ("An Example",),
        "2012-03-27",
        ("Education",),
    )
    assert {one.kind: one.value for one in facts if isinstance(one, Tally)} == {"views": 337, "likes": 2}


@pytest.mark.parametrize(("slides", "others"), [("example/on-slides", 1), ("on-slides/12176916", 0)])
def test_both_addresses_lead_to_the_slides_and_the_older_names_the_newer(slides: str, others: int) -> None:
    facts = parse(SOURCE, read("slideshare", f"slides:{slides}"))
    names = [str(one.other) for one in facts if isinstance(one, Alias)]
    assert names == ["slideshare:on-slides/12176916"] * others


def test_slides_that_are_gone_are_named() -> None:
    (fault,) = parse(SOURCE, read("slideshare", "slides:example/gone"))
    assert isinstance(fault, Fault)
    assert fault.reason == "no slides on the page: they are gone, or the page has changed"
