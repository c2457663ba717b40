"""Whatever strangers put into an address of the Details Page API, the answer is one of the API's own."""

import httpx
import pytest

from hubbub.reference.altmetric import words
from tests.web.conftest import EVIL, PAPER

STRANGE = [
    "%00", "%ED%A0%80", "%FF", "a" * 30_000, "%E2%80%AE", "9" * 400, "..%2F..", "-1", "1e9", "','", "%22",
    "%3Cscript%3E", "%25", "_", "%5C", "%0A", "%EF%BC%91", "%C2%B2", "",
]  # fmt: skip


def told(client: httpx.Client, path: str) -> httpx.Response:
    answer = client.get(f"/v1/{path}")
    assert answer.status_code in (200, 302, 307, 400, 404), f"{answer.status_code}: {path[:200]}"
    assert answer.headers.get("content-type", "").partition(";")[0] in (
        "application/json",
        "text/plain",
        "text/javascript",
        "",
    )
    return answer


@pytest.mark.parametrize("kind", [*words().types, "id", "nothing"])
def test_strange_identifiers_are_not_found(client: httpx.Client, kind: str) -> None:
    for strange in STRANGE:
        for path in (f"{kind}/10.5555/{strange}", f"fetch/{kind}/{strange}"):
            told(client, path)


@pytest.mark.parametrize("strange", STRANGE, ids=lambda strange: strange[:12])
def test_strange_numbers_windows_and_parameters_are_answered(client: httpx.Client, strange: str) -> None:
    for path in (f"citations/{strange}", f"donut/{strange}_{strange}.png", f"donut/1_{strange}.png", f"id/1,{strange}"):
        told(client, path)
    for name in ("page", "num_results", "cited_in", "doi_prefix", "issn", "nlmid", "subjects", "order_by", "callback"):
        told(client, f"citations/at?{name}={strange}")
        told(client, f"citations/at?{name}=x&{name}={strange}")
    for name in ("include_sources", "exclude_sources", "include_sections", "post_types", "callback", "key"):
        told(client, f"fetch/doi/{PAPER.value}?{name}={strange}")
    form = {"content-type": "application/x-www-form-urlencoded"}
    for sent, status in ((f"ids={strange}|{PAPER.value}&ids={strange}", 200), (strange, 400)):
        assert client.post("/v1/translate", content=sent, headers=form).status_code == status
    assert client.post("/v1/translate", content=b"ids=\xff\xfe|\x00", headers=form).json() == {}


def test_strange_names_titles_and_posts_stay_text(client: httpx.Client) -> None:
    number = told(client, f"doi/{EVIL.value}").json()["altmetric_id"]
    for path in (f"fetch/id/{number}", f"id/{number}?callback=a.b", f"fetch/id/{number}?callback=a.b"):
        answer = told(client, path)
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["content-type"] != "text/html"
        assert "script" in answer.text


def test_a_form_that_is_too_long_is_refused(client: httpx.Client) -> None:
    assert client.post("/v1/translate", content=b"ids=" + b"a" * (1 << 24)).status_code == 413
