"""Compression: what is the same for everybody is sent small, what may hold somebody's secret is sent as it is."""

import httpx
import pytest

from hubbub.web.words import work_path
from tests.web.conftest import PAPER

API = f"/api/v1/works/doi:{PAPER.value.replace('/', '%2F')}"
PACKED, PLAIN = {"Accept-Encoding": "gzip"}, {"Accept-Encoding": "identity"}


@pytest.mark.parametrize("path", [work_path(PAPER), API, "/static/hubbub.css", "/api/v1/bulk/mentions.csv"])
def test_what_everybody_may_read_is_sent_small_to_who_takes_it(client: httpx.Client, path: str) -> None:
    packed, plain = client.get(path, headers=PACKED), client.get(path, headers=PLAIN)
    assert packed.headers["content-encoding"] == "gzip"
    assert "content-encoding" not in plain.headers
    assert packed.content == plain.content
    assert packed.num_bytes_downloaded < plain.num_bytes_downloaded / 2
    assert "accept-encoding" in packed.headers["vary"].lower()


def test_a_page_for_who_shows_a_cookie_is_not_compressed(client: httpx.Client) -> None:
    for path in (work_path(PAPER), API):
        response = client.get(path, headers={**PACKED, "Cookie": "hubbub=anything"})
        assert response.status_code == 200
        assert "content-encoding" not in response.headers


def test_what_is_compressed_already_is_not_compressed_again(client: httpx.Client) -> None:
    for path in (f"/badge/doi/{PAPER.value}.png?size=1000", "/api/v1/bulk/mentions.parquet"):
        response = client.get(path, headers=PACKED)
        assert response.status_code == 200
        assert "content-encoding" not in response.headers


def test_the_mark_of_a_compressed_answer_says_that_its_bytes_are_others(client: httpx.Client) -> None:
    packed, plain = client.get(API, headers=PACKED), client.get(API, headers=PLAIN)
    assert packed.headers["etag"] == f"W/{plain.headers['etag']}"
    again = client.get(API, headers=PACKED | {"If-None-Match": packed.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
