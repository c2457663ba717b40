"""The Altmetric Details Page API over a served store: addresses, forms of answers, refusals."""

import asyncio
import json
import re
from math import ceil
from typing import Any
from urllib.parse import quote

import httpx
import msgspec
import pytest
from starlette.responses import PlainTextResponse

from hubbub.answers import Answers
from hubbub.reference.altmetric import words
from hubbub.standings import chosen, stand
from hubbub.web.pace import Paced
from hubbub.web.words import badge_path
from tests.web.conftest import DATA, EVIL, PAPER, QUIET, RELATED, START


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


def test_an_address_names_the_work_of_its_page(client: httpx.Client) -> None:
    number = counts(client, f"doi/{PAPER.value}")["altmetric_id"]
    page = f"https://doi.org/{PAPER.value}"
    assert counts(client, f"uri/{page}")["altmetric_id"] == number
    assert counts(client, f"uri/{quote(page, safe='')}")["altmetric_id"] == number
    assert client.get(f"/v1/fetch/uri/{page}").json()["altmetric_id"] == number
    assert client.get("/v1/uri/https://example.org/unheard-of").text == "Not Found"


def test_the_pictures_show_the_score_that_their_addresses_tell(client: httpx.Client) -> None:
    told: dict[str, Any] = counts(client, f"doi/{PAPER.value}")
    for size, address in zip((64, 100, 180), told["images"].values(), strict=True):
        assert address.endswith(f".png?size={size}&score={ceil(told['score'])}&number=score")
        scored = client.get(badge_path(PAPER), params={"size": size, "number": "score"})
        assert client.get(address).content == scored.content


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


def test_where_it_stands_is_told_as_it_was_reckoned(own_answers: Answers, own_server: str) -> None:
    first, other = (httpx.get(f"{own_server}/v1/doi/{work.value}", trust_env=False).json() for work in (PAPER, DATA))
    assert "context" not in first
    stand(own_answers._store, chosen(), START)
    told = httpx.get(f"{own_server}/v1/doi/{PAPER.value}", trust_env=False).json()["context"]
    assert told == {
        "all": {"count": 2, "mean": 1.0, "rank": 1, "pct": 0, "higher_than": 0, "as_of": int(START.timestamp())}
    }
    listed = httpx.get(f"{own_server}/v1/citations/at", trust_env=False).json()
    assert listed["query"] == {"total": 2, "page": 1, "num_results": 25}
    assert [one["altmetric_id"] for one in listed["results"]] == [first["altmetric_id"], other["altmetric_id"]]
    second = httpx.get(f"{own_server}/v1/citations/at?num_results=1&page=2", trust_env=False).json()
    assert [one["altmetric_id"] for one in second["results"]] == [other["altmetric_id"]]


@pytest.mark.parametrize(
    ("query", "finds"),
    [
        ("doi_prefix=10.5555", True), ("doi_prefix=10.55", False), ("cited_in=bluesky", True), ("cited_in=news", False),
        ("cited_in=nowhere", False), ("nlmid=0410462", False), ("issn=1234-5678", False), ("subjects=%25", False),
        ("order_by=readers", True), ("order_by=first_seen", True), ("order_by=pubdate", True),
    ],
)  # fmt: skip
def test_lists_are_filtered_and_ordered(own_answers: Answers, own_server: str, query: str, finds: bool) -> None:
    stand(own_answers._store, chosen(), START)
    told = httpx.get(f"{own_server}/v1/citations/at?{query}", trust_env=False).json()
    assert bool(told["query"]["total"]) == bool(told["results"]) == finds


@pytest.mark.parametrize(
    ("query", "why"),
    [
        ("1d?page=0", "page: Input should be greater than or equal to 1."),
        ("1d?num_results=101", "num_results: Input should be less than or equal to 100."),
        ("1d?page=x&num_results=y", "page: Input should be a valid integer"),
        ("1d?order_by=colour", "order_by is one of"),
    ],
)
def test_what_is_no_list_is_refused_in_plain_text_that_says_why(client: httpx.Client, query: str, why: str) -> None:
    answer = client.get(f"/v1/citations/{query}")
    assert (answer.status_code, answer.headers["content-type"]) == (400, "text/plain; charset=utf-8")
    assert answer.text.startswith(why)


def test_windows_end_now(client: httpx.Client) -> None:
    assert client.get("/v1/citations/9w").status_code == 404
    for window in ("1d", "1w", "1m", "3m", "6m", "1y", "at"):
        assert client.get(f"/v1/citations/{window}").status_code == 200


def test_identifiers_are_translated_to_the_numbers_of_works(client: httpx.Client) -> None:
    number = counts(client, f"doi/{PAPER.value}")["altmetric_id"]
    ids = f"{PAPER.value}|doi:{PAPER.value.upper()}|pmid:{RELATED.value}|{QUIET.value}|nothing|"
    told = client.post("/v1/translate", data={"ids": ids})
    assert told.json() == {PAPER.value: number, f"doi:{PAPER.value.upper()}": number, f"pmid:{RELATED.value}": number}
    assert client.post("/v1/translate", data={"ids": "|".join(["x"] * 100_001)}).status_code == 400
    assert client.post("/v1/translate", data={"ids": ""}).json() == {}


@pytest.mark.parametrize("sent", [{"files": {"ids": (None, "a|b")}}, {"json": {"ids": "a|b"}}, {}])
def test_what_is_no_form_with_identifiers_is_refused_and_not_taken_for_none(
    client: httpx.Client, sent: dict[str, Any]
) -> None:
    answer = client.post("/v1/translate", **sent)
    assert (answer.status_code, answer.text) == (400, "Send a form, not in parts, with ids=A|B|C.")


def test_a_donut_is_the_badge_of_that_size(client: httpx.Client) -> None:
    number = counts(client, f"doi/{PAPER.value}")["altmetric_id"]
    answer = client.get(f"/v1/donut/{number}_240.png")
    assert (answer.status_code, answer.headers["location"]) == (
        302,
        f"/badge/doi/{PAPER.value}.png?size=240&number=score",
    )
    assert client.get(answer.headers["location"]).headers["content-type"] == "image/png"
    assert client.get(f"/v1/donut/{number}_x.png").status_code == 404
    assert client.get("/v1/donut/987654_64.png").status_code == 404


def test_what_is_left_of_an_hour_and_a_day_is_told(client: httpx.Client) -> None:
    first, second = (client.get(f"/v1/doi/{PAPER.value}").headers for _ in range(2))
    for span, limit in (("Hourly", words().hourly), ("Daily", words().daily)):
        assert first[f"X-{span}RateLimit-Limit"] == str(limit)
        left = [int(one[f"X-{span}RateLimit-Remaining"]) for one in (first, second)]
        assert 0 < left[1] == left[0] - 1 < limit
    assert "X-HourlyRateLimit-Limit" in client.get("/v1/doi/10.5555/nothing").headers
    assert "X-HourlyRateLimit-Limit" not in client.get("/v1/events?rows=0").headers


def test_who_has_none_left_is_told_so_and_others_are_answered() -> None:
    paced = Paced(PlainTextResponse("told"))
    paced._pace.take("192.0.2.1")
    paced._pace.hourly["192.0.2.1"] = words().hourly

    async def ask(who: str) -> httpx.Response:
        transport = httpx.ASGITransport(paced, client=(who, 1))
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
            return await client.get("/v1/doi/10.5555/x")

    refused = asyncio.run(ask("192.0.2.1"))
    assert (refused.status_code, refused.headers["X-HourlyRateLimit-Remaining"]) == (429, "0")
    assert asyncio.run(ask("192.0.2.2")).text == "told"


def test_the_full_object_has_the_posts_and_agrees_with_the_counts(client: httpx.Client) -> None:
    short, told = counts(client, f"doi/{PAPER.value}"), counts(client, f"fetch/doi/{PAPER.value}")
    number = told["altmetric_id"]
    assert counts(client, f"fetch/id/{number}") == told
    sections: dict[str, dict[str, object]] = told  # type: ignore[assignment]
    by_place: dict[str, dict[str, int]] = sections["counts"]  # type: ignore[assignment]
    assert by_place["total"]["posts_count"] == short["cited_by_posts_count"]
    assert by_place["bluesky"]["unique_users_count"] == short["cited_by_bluesky_count"]
    posts: dict[str, list[dict[str, object]]] = sections["posts"]  # type: ignore[assignment]
    assert {key: len(of) for key, of in posts.items()} == {
        key: of["posts_count"] for key, of in by_place.items() if key != "total"
    }
    assert sections["altmetric_score"]["score"] == short["score"]
    assert sections["altmetric_score"]["score_history"] == short["history"]
    assert sections["citation"]["title"] == short["title"]
    assert sections["images"] == short["images"]


def test_sections_and_places_may_be_chosen(client: httpx.Client) -> None:
    some = counts(client, f"fetch/doi/{PAPER.value}?include_sections=posts,images&include_sources=reddit,qna")
    assert some.keys() == {"altmetric_id", "score", "posts", "images"}
    assert isinstance(some["posts"], dict)
    assert some["posts"].keys() == {"reddit", "q&a"}
    rest = counts(client, f"fetch/doi/{PAPER.value}?exclude_sources=bluesky&post_types=original_tweets")["posts"]
    assert isinstance(rest, dict)
    assert "bluesky" not in rest
    assert rest


def test_what_is_invented_says_so_and_nothing_else_does(client: httpx.Client) -> None:
    assert counts(client, f"doi/{DATA.value}")["simulated"] is True
    assert "simulated" not in counts(client, f"doi/{PAPER.value}")
