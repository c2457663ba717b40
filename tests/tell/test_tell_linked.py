"""Whatever strangers write into a description, what machines are told of it is data and says the same."""

import json

from hypothesis import given
from hypothesis import strategies as st

from hubbub.answers.exported import for_xml
from hubbub.answers.shapes import Reach, Report
from hubbub.model import Description, Identifier
from hubbub.reference.linked import linked
from hubbub.reference.venues import kind_of
from hubbub.tell.linked import json_ld, own_page, signposts, tags

WORK = Identifier("doi", "10.5555/1")
written = st.text(st.characters(codec=None), max_size=40) | st.sampled_from(
    ["</script><script>alert(1)</script>", "<!--<script>", "\ud800\x00\u2028", "w" * 3_000]
)
described = st.builds(
    Description,
    identifier=st.just(WORK),
    via=st.just("crossref"),
    version=st.just("1"),
    title=st.none() | written,
    kind=st.none() | written | st.sampled_from(["journal-article", "dataset", "software", "blog post"]),
    creators=st.lists(written, max_size=3).map(tuple),
    issued=st.none() | written | st.sampled_from(["2025", "2025-03", "2025-03-03"]),
    venue=st.none() | written,
)


def report(description: Description | None, identifier: Identifier = WORK) -> Report:
    return Report(
        identifier=identifier, description=description, simulated=None, method="1", posts=None, accounts=None,
        amplifications=None, first_at=None, last_at=None, checked_at=None, categories=(), sources=(), days=(),
        reach=Reach(None, None, 0, 0), voices=(), aliases=(), more_aliases=False, versions=(), apart=None,
        second_hand=0, tallies=(), wish=None,
    )  # fmt: skip


@given(st.none() | described)
def test_a_script_of_data_holds_nothing_that_ends_it_and_says_what_the_description_says(
    about: Description | None,
) -> None:
    text = json_ld(report(about), "https://one.example.org/work", "https://one.example.org/methods")
    assert not set("<>&\u2028\u2029") & set(text)
    text.encode()
    told = json.loads(text)
    assert told["name"] == for_xml((about and about.title) or str(WORK))
    assert [one["name"] for one in told.get("author", [])] == [
        for_xml(one) for one in (about.creators if about else ())
    ]
    assert told["@type"] == linked().types.get(kind_of(about.kind if about else None), "CreativeWork")
    assert "interactionStatistic" not in told


@given(described)
def test_tags_hold_a_date_only_if_it_is_one(about: Description) -> None:
    dates = [one for name, one in tags(report(about)) if name == "citation_publication_date"]
    assert all(one.replace("/", "").isdigit() for one in dates)
    assert ("citation_doi", WORK.value) in tags(report(about))


@given(st.text(st.characters(codec="utf-8"), max_size=40))  # all that a parsed identifier can hold
def test_no_identifier_breaks_out_of_a_header(value: str) -> None:
    header = signposts(report(None, Identifier("doi", f"10.5555/{value}")), "https://one.example.org/api")
    assert header.isascii()
    assert "\n" not in header
    assert header.count("<") == header.count(">") == header.count("rel=")


def test_a_work_without_an_address_of_its_own_is_not_cited_by_one() -> None:
    assert own_page(Identifier("nonsense", "x")) is None
    assert own_page(WORK) == "https://doi.org/10.5555/1"
