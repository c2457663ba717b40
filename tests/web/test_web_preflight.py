"""What browsers ask before a page of another site may: what is public may be read there, and nothing is sent."""

import httpx
import pytest

from hubbub.answers import Answers
from hubbub.reference.altmetric import words
from tests.conftest import BY
from tests.web.conftest import PAPER

ASKS = {
    "Origin": "https://journal.example",
    "Access-Control-Request-Method": "GET",
    "Access-Control-Request-Headers": "authorization,x-requested-with",
}
PUBLIC = [
    f"/v1/doi/{PAPER.value}", f"/v1/fetch/doi/{PAPER.value}", "/v1/id/1", "/v1/citations/1w", f"/v0/doi/{PAPER.value}",
    "/v1/events", "/v1/events/ids", "/v1/events/distinct/time.csv", "/v1/events/00000000-0000-4000-8000-000000000001",
    "/heartbeat/indices", "/evidence/1", "/api/v1/works",
]  # fmt: skip


def asked(client: httpx.Client, path: str) -> httpx.Response:
    return client.options(path, headers=ASKS)


@pytest.mark.parametrize("path", PUBLIC)
def test_what_is_public_may_be_read_by_pages_of_other_sites(client: httpx.Client, path: str) -> None:
    told = asked(client, path)
    assert (told.status_code, told.content) == (204, b"")
    assert set(told.headers["allow"].split(", ")) == {"GET", "HEAD", "OPTIONS"}
    assert told.headers["access-control-allow-origin"] == "*"
    assert told.headers["access-control-allow-headers"] == "*, Authorization"
    assert "access-control-allow-credentials" not in told.headers


@pytest.mark.parametrize("path", ["/v1/translate", "/api/v1/shelves/any/responses", "/api/v1/works/doi:10.1%2F2/wish"])
def test_what_is_sent_or_is_no_public_matter_may_not_be_asked_from_there(client: httpx.Client, path: str) -> None:
    told = asked(client, path)
    assert told.status_code == 204
    assert set(told.headers["allow"].split(", ")) == {"POST", "OPTIONS"}
    assert "access-control-allow-origin" not in told.headers


def test_what_there_is_not_is_not_answered(client: httpx.Client) -> None:
    assert [asked(client, path).status_code for path in ("/v1/nothing/1", "/v0/nothing", "/v1")] == [404, 404, 404]


def test_where_reading_is_private_browsers_ask_without_a_key_and_learn_nothing(
    own_answers: Answers, own_server: str
) -> None:
    own_answers.access.add("root", "correct horse battery", True, BY)
    own_answers.access.read_by("private", BY)
    with httpx.Client(base_url=own_server, trust_env=False) as client:
        for path in PUBLIC:
            assert (asked(client, path).status_code, client.get(path).status_code) == (204, 401)
        held, none = (asked(client, f"/v1/doi/{doi}") for doi in (PAPER.value, "10.5555/never-heard-of"))
        assert [{**one.headers, "date": ""} for one in (held, none)] == [{**held.headers, "date": ""}] * 2


def test_asking_whether_one_may_takes_nothing_from_what_one_may_ask(client: httpx.Client) -> None:
    def left() -> int:
        return int(client.get("/v1/citations/1w").headers["x-hourlyratelimit-remaining"])

    before = left()
    for _ in range(3):
        asked(client, "/v1/citations/1w")
    assert left() == before - 1
    assert before <= words().hourly
