"""`hubbub methods`: the same report as on the page of the web app."""

import pytest
from fastapi.testclient import TestClient

from hubbub.answers import Answers
from hubbub.cli.show import PIPED_WIDTH
from hubbub.reference.attention import formulas
from hubbub.reference.methods import told
from hubbub.store import open_store
from hubbub.web.app import create_app
from tests.cli.commanded import run


def test_all_thirteen_requirements_are_printed(store: str) -> None:
    ran = run(store, "methods")
    assert (ran.status, ran.err) == (0, "")
    printed = " ".join(ran.out.split())
    assert len(told().requirement) == 13
    for one in told().requirement:
        assert f"{one.number}. {one.asks} {' '.join(one.says.split())}" in printed


def test_no_line_ends_in_blanks_or_stands_out_of_its_paragraph(store: str) -> None:
    lines = run(store, "methods").out.splitlines()
    assert [line for line in lines if line != line.rstrip()] == []
    assert max(map(len, lines)) <= PIPED_WIDTH
    begun = [line for line in lines if not line.startswith("    ")]
    asked = [f"{one.number:>2}. {one.asks}" for one in told().requirement]
    assert " ".join(begun).startswith(" ".join(asked))


def test_programs_are_told_what_the_web_app_tells(demo_store: str) -> None:
    with open_store(demo_store) as opened, TestClient(create_app(Answers(opened)), "http://127.0.0.1") as client:
        assert run(demo_store, "methods", "--json").json() == client.get("/methods.json").json()


def test_a_formula_of_ones_own_is_the_one_that_is_told(store: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HUBBUB_FORMULA", "attention_published")
    own = formulas()["attention_published"]
    assert f"{own.name} {own.version}" in run(store, "methods").out
    monkeypatch.setenv("HUBBUB_FORMULA", "nowhere.toml")
    run(store, "methods").fails("nowhere.toml cannot be read", status=2)
