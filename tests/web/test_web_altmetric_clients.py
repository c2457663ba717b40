"""Clients of the Details Page API that others wrote and published, as they are, pointed at a served store."""

import altmetric
import pyaltmetric
import pytest

from hubbub.answers import Answers
from tests.web.conftest import PAPER, QUIET, RELATED

UNKNOWN = "10.5555/unheard-of"


@pytest.fixture(autouse=True)
def _without_a_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")


def test_altmetric_reads_what_the_page_shows(server: str, answers: Answers) -> None:
    client = altmetric.Altmetric("a key that nobody asks for")
    client.api_url = f"{server}/v1/"
    told, report = client.doi(PAPER.value), answers.report(PAPER)
    assert told["cited_by_posts_count"] == report.posts
    assert told["details_url"] == f"{server}/work/doi/{PAPER.value}"
    assert client.pmid(RELATED.value)["altmetric_id"] == told["altmetric_id"]
    assert client.id(str(told["altmetric_id"])) == told
    assert client.call("fetch", "doi", PAPER.value)["citation"]["title"] == told["title"]
    assert client.citations("at", num_results=1)["query"]["num_results"] == 1


def test_altmetric_takes_what_is_not_held_for_no_metrics(server: str) -> None:
    client = altmetric.Altmetric()
    client.api_url = f"{server}/v1/"
    assert client.doi(UNKNOWN) is client.doi(QUIET.value) is None
    with pytest.raises(altmetric.AltmetricHTTPException) as refused:
        client.doi(PAPER.value, callback="not a name")
    assert refused.value.status_code == 400


def test_pyaltmetric_reads_it_too(server: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pyaltmetric.Altmetric, "base_url", f"{server}/v1/")
    client = pyaltmetric.Altmetric("key")
    told = client.doi(PAPER.value)
    assert (told["doi"], told["cited_by_rdts_count"]) == (PAPER.value, 2)
    assert client.doi(UNKNOWN) is None
    assert pyaltmetric.Altmetric().citations("1w", num_results=100, cited_in="reddit")["results"] == []
    with pytest.raises(pyaltmetric.HTTPException) as refused:
        client.citations("at", num_results=1000)
    assert refused.value.status_code == 400
