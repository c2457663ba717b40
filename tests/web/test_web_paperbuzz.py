"""Paperbuzz's API over a served store: its rules, and that its figures are those of the report."""

from urllib.parse import quote

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hubbub.answers import Answers
from hubbub.model import Identifier
from tests.web.conftest import EVIL, PAPER, QUIET


def told(client: httpx.Client, doi: str) -> dict[str, object]:
    answer = client.get(f"/v0/doi/{doi}", params={"email": "someone@example.org"})
    assert answer.status_code == 200, answer.text
    assert answer.headers["access-control-allow-origin"] == "*"
    return answer.json()  # type: ignore[no-any-return]


@pytest.mark.parametrize("work", [PAPER, EVIL])
def test_its_figures_are_those_of_the_report(client: httpx.Client, answers: Answers, work: Identifier) -> None:
    sources = told(client, work.value)["altmetrics_sources"]
    report = answers.report(work)
    assert {one["source_id"]: one["events_count"] for one in sources} == {  # type: ignore[attr-defined]
        one.source: one.posts for one in report.sources if one.posts
    }
    for one in sources:  # type: ignore[attr-defined]
        dated = [event for event in one["events"] if event["occurred_at"]]
        assert len(one["events"]) == one["events_count"]
        assert [event["occurred_at"] for event in dated] == sorted(event["occurred_at"] for event in dated)
        assert one["first_event_date"] == (dated[0]["occurred_at"][:10] if dated else None)
        for name, length in (("day", 10), ("month", 7), ("year", 4)):
            counted = one[f"events_count_by_{name}"]
            assert sum(line["count"] for line in counted) == len(dated)
            assert {line["date"] for line in counted} == {event["occurred_at"][:length] for event in dated}


def test_each_source_has_a_name_and_a_sign_that_is_here(client: httpx.Client) -> None:
    for one in told(client, PAPER.value)["altmetrics_sources"]:  # type: ignore[attr-defined]
        assert one["source"]["id"] == one["source_id"]
        assert one["source"]["display_name"]
        drawn = client.get(one["source"]["icon_url"])
        assert drawn.headers["content-type"] == "image/svg+xml"
        assert one["source"]["icon_url"].startswith(str(client.base_url))


def test_only_pages_of_wikipedia_have_an_address_without_version(client: httpx.Client) -> None:
    for one in told(client, PAPER.value)["altmetrics_sources"]:  # type: ignore[attr-defined]
        for event in one["events"]:
            assert ("page_url" in event) == (one["source_id"] == "wikipedia")
            assert event["author"] is None or event["author"].startswith("https://")


def test_what_the_work_is_stands_as_csl(client: httpx.Client) -> None:
    answer = told(client, PAPER.value.upper())
    metadata = answer["metadata"]
    assert isinstance(metadata, dict)
    assert answer["doi"] == metadata["DOI"] == PAPER.value
    assert metadata["type"] == "article-journal"
    assert metadata["issued"] == {"date-parts": [[2025, 3, 3]]}
    assert {"literal": "Wei Chen"} in metadata["author"]
    assert metadata["crossref_url"].startswith(f"https://api.crossref.org/works/{PAPER.value}/")
    assert answer["open_access"] == {"oadoi_url": f"https://api.unpaywall.org/v2/{PAPER.value}"}


def test_of_a_work_that_nobody_described_the_day_is_crossrefs_unknown(client: httpx.Client) -> None:
    metadata = told(client, "10.5555/never.heard.of")["metadata"]
    assert isinstance(metadata, dict)
    assert metadata.keys() == {"issued", "crossref_url"}
    assert metadata["issued"] == {"date-parts": [[None]]}


def test_the_events_behind_the_figures_are_a_link_away(client: httpx.Client, answers: Answers) -> None:
    address = told(client, PAPER.value)["crossref_event_data_url"]
    events = client.get(str(address)).json()["message"]["events"]
    assert {(event["source_id"], event["subj_id"]) for event in events} >= {
        (one.source, one.url) for one in answers.said(PAPER) if one.own and one.counted and one.source != "bluesky"
    }


def test_a_work_that_nobody_named_has_no_sources(client: httpx.Client) -> None:
    assert told(client, QUIET.value)["altmetrics_sources"] == []
    assert told(client, "10.5555/never.heard.of")["altmetrics_sources"] == []


@given(
    value=st.one_of(st.text(min_size=1, max_size=40), st.sampled_from(["x" * 9000, "\u202e<script>", "10.1/", "a\0b"]))
)
def test_what_is_no_doi_is_refused_in_its_form(client: httpx.Client, value: str) -> None:
    answer = client.get(f"/v0/doi/{quote(value, safe='', errors='replace')}")
    if answer.status_code != 200:
        assert answer.json() | {"message": ""} == {"HTTP_status_code": answer.status_code, "error": True, "message": ""}
        assert answer.status_code == 404
