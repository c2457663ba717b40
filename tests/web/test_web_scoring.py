"""The page of a score: what it is, what it is not, and what each mention adds."""

from pathlib import Path

import httpx
import pytest
from selectolax.lexbor import LexborHTMLParser

from hubbub.answers import Answers
from hubbub.model import Identifier
from hubbub.reference.attention import formulas
from hubbub.standings import chosen, stand
from tests.web.conftest import START

PAPER = Identifier("doi", "10.5555/hubbub.2025.001")
PATH = f"/score/doi/{PAPER.value}"


def text(answer: httpx.Response, selector: str = "main") -> str:
    return " ".join(" ".join(node.text() for node in LexborHTMLParser(answer.text).css(selector)).split())


def test_a_score_stands_with_its_label_and_with_what_it_is_not(client: httpx.Client, answers: Answers) -> None:
    found = answers.score(PAPER, formulas()["attention_v1"])
    assert found.score is not None
    page = client.get(PATH)
    assert text(page, ".numbers .n") == f"{found.score.shown:g}"
    assert "hubbub attention score, formula 1" in text(page, ".numbers")
    assert "not of quality, and not made for comparing people" in text(page)
    adds = [float(node.text()) for node in LexborHTMLParser(page.text).css("#parts-h ~ div td:last-child")]
    assert sum(adds) == pytest.approx(found.score.total)


def test_the_work_page_links_to_it(client: httpx.Client) -> None:
    page = LexborHTMLParser(client.get(f"/work/doi/{PAPER.value}").text)
    assert page.css_first(f'a[href="{PATH}"]')


def test_the_preset_says_that_it_is_not_the_score_it_follows(client: httpx.Client) -> None:
    assert "not that score" in text(client.get(f"{PATH}?formula=attention_published"), ".numbers")


def test_no_file_is_read_that_an_address_names(client: httpx.Client) -> None:
    assert client.get(f"{PATH}?formula=/etc/passwd").status_code == 404


def test_what_has_no_mention_has_no_score(client: httpx.Client) -> None:
    assert "The score is unknown" in text(client.get("/score/doi/10.5555/quiet"))
    assert client.get("/score/doi/nonsense").status_code == 404
    assert client.get("/score/doi/10.5555/QUIET").status_code == 308


def test_hostile_words_are_text(client: httpx.Client) -> None:
    page = client.get("/score/doi/10.5555/%3Cscript%3Ealert(1)%3C/script%3E")
    assert page.status_code == 200
    assert "<script>window.hit" not in page.text
    assert 'href="javascript:' not in page.text


def test_a_broken_formula_is_told_and_breaks_no_other_page(
    client: httpx.Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "mine.toml"
    file.write_text("x = = 1")
    monkeypatch.setenv("HUBBUB_FORMULA", str(file))
    assert "line 1" in text(client.get(f"/work/doi/{PAPER.value}"), ".flag")
    answer = client.get(PATH)
    assert answer.status_code == 422
    assert "line 1" in text(answer)


def test_the_page_says_where_the_work_stands_once_that_is_reckoned(own_answers: Answers, own_server: str) -> None:
    page = f"{own_server}/score/doi/{PAPER.value}"
    assert "Where it stands" not in httpx.get(page, trust_env=False).text
    stand(own_answers._store, chosen(), START)
    shown = httpx.get(page, trust_env=False).text
    assert "Where it stands" in shown
    assert "All works here that are mentioned" in shown
    assert "Where it stands" not in httpx.get(f"{page}?formula=attention_published", trust_env=False).text
