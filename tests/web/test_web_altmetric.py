"""The Altmetric Details Page API over a served store: addresses, forms of answers, refusals."""

import json
import re

import httpx
import msgspec
import pytest

from hubbub.answers import Answers
from hubbub.standings import chosen
from tests.web.conftest import EVIL, PAPER, QUIET, RELATED, START


def counts(client: httpx.Client, path: str) -> dict[str, object]:
    answer = client.get(f"/v1/{path}")
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/json"
    return answer.json()  # type: ignore[no-any-return]


def test_a_work_is_told_by_any_of_its_names_raw_or_encoded(client: httpx.Client) -> None:
    raw = counts(client, f"doi/{PAPER.value}")
    assert raw["doi"] == PAPER.value
    assert raw["pmid"] == RELATED.value
    for path in (f"doi/{PAPER.value.replace('/', '%2F')}", f"pmid/{RELATED.value}", f"id/{raw['altmetric_id']}"):
        same = counts(client, path)
        assert (same["altmetric_id"], same["cited_by_posts_count"]) == (
            raw["altmetric_id"],
            raw["cited_by_posts_count"],
        )


def test_its_figures_are_those_of_the_report(client: httpx.Client, answers: Answers) -> None:
    told, report = counts(client, f"doi/{PAPER.value}"), answers.report(PAPER)
    score = answers.score(PAPER, chosen(), 0).score
    assert score is not None
    assert told["score"] == score.total
    assert told["cited_by_posts_count"] == report.posts
    assert told["cited_by_accounts_count"] == report.accounts
    assert told["cited_by_bluesky_count"] == next(one.accounts for one in report.sources if one.source == "bluesky")
    assert report.description is not None
    assert told["title"] == report.description.title
    assert told["journal"] == "Journal of Small Hearing"
    assert told["published_on"] == int(START.replace(hour=0).timestamp())


def test_what_nobody_knows_is_absent(client: httpx.Client) -> None:
    told = counts(client, f"doi/{PAPER.value}")
    assert not {"readers", "cited_by_fbwalls_count", "cited_by_tweeters_count"} & told.keys()
    assert all(value not in (None, 0, [], {}) for name, value in told.items() if name != "history")


@pytest.mark.parametrize(
    "path", [f"doi/{QUIET.value}", "doi/10.5555/unheard-of", "pmid/none", "id/987654", "id/x", "x/1"]
)
def test_what_is_not_held_is_not_found_in_these_words(client: httpx.Client, path: str) -> None:
    answer = client.get(f"/v1/{path}")
    assert (answer.status_code, answer.text) == (404, "Not Found")
    assert answer.headers["access-control-allow-origin"] == "*"


def test_several_numbers_give_what_is_known_of_them(client: httpx.Client, answers: Answers) -> None:
    number = counts(client, f"doi/{PAPER.value}")["altmetric_id"]
    results = counts(client, f"id/{number},987654,{number}")["results"]
    assert isinstance(results, list)
    assert [one["altmetric_id"] for one in results] == [number, number]


def test_a_callback_gets_a_script_and_no_other_name_does(client: httpx.Client) -> None:
    answer = client.get(f"/v1/doi/{PAPER.value}", params={"callback": "_altmetric.embed_callback", "key": "k"})
    assert answer.headers["content-type"] == "text/javascript; charset=utf-8"
    called = re.fullmatch(r"_altmetric\.embed_callback\((.*)\)", answer.text)
    assert called is not None
    assert json.loads(called[1])["doi"] == PAPER.value
    for name in ("alert(1)//", "a-b", "", "a b", "ü", "a" * 201):
        refused = client.get(f"/v1/doi/{PAPER.value}", params={"callback": name})
        assert (refused.status_code, refused.headers["content-type"]) == (400, "text/plain; charset=utf-8")


def test_other_sites_may_read_it_and_heads_are_told(client: httpx.Client) -> None:
    answer = client.head(f"/v1/doi/{PAPER.value}")
    assert (answer.status_code, answer.content) == (200, b"")
    assert answer.headers["access-control-allow-origin"] == "*"
    assert answer.headers["cross-origin-resource-policy"] == "cross-origin"


def test_strangers_words_stay_words(client: httpx.Client) -> None:
    answer = client.get(f"/v1/doi/{EVIL.value}")
    assert "<script>" in msgspec.json.decode(answer.content)["title"]
    assert answer.headers["x-content-type-options"] == "nosniff"
