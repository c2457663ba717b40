"""`hubbub score`: the score of a work, with what each mention adds, by a formula that people edit."""

from pathlib import Path

import pytest

from tests.cli.commanded import WORK, run
from tests.cli.test_cli_people import spoken


def test_a_score_is_told_with_its_formula_and_what_each_mention_adds(store: str) -> None:
    spoken(store, "Ann")
    ran = run(store, "score", WORK)
    assert (ran.status, ran.err) == (0, "")
    assert "1  hubbub attention score, formula 1 (attention_v1, version 1)" in ran.out
    assert "+1" in ran.out
    assert "not of quality" in ran.out
    told = run(store, "score", WORK, "--json").json()
    assert [(share["mention"]["account"], share["weight"]) for share in told["score"]["shares"]] == [("ann", 1)]
    assert "attention score 1  hubbub" in run(store, "report", WORK).out


def test_the_shipped_formula_can_be_edited_and_given(store: str, tmp_path: Path) -> None:
    spoken(store, "Ann")
    file = tmp_path / "mine.toml"
    text = run(store, "score", "--print-formula").out
    file.write_text(text.replace('kind = "post", weight = 1.0', 'kind = "post", weight = 7.0').replace("_v1", "_mine"))
    told = run(store, "score", WORK, "--formula", file, "--json").json()
    assert (told["score"]["shown"], told["score"]["name"]) == (7, "attention_mine")
    assert run(store, "score", WORK, "--formula", "attention_published", "--json").json()["score"]["total"] == 0.25


def test_faults_of_a_formula_are_told_with_their_line(store: str, tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    file.write_text('name = "a"\nversion = "1"\nlabel = "b"\nweights = [\n{source="*", kind="*", weight=-1.0}]\n')
    run(store, "score", WORK, "--formula", file).fails("line 5", "has to be 0 or more", status=2)
    run(store, "score", WORK, "--formula", tmp_path / "none").fails("cannot be read", status=2)
    run(store, "score").fails("give the work", status=2)
    run(store, "score", "--print-formula", "--formula", file).fails("a file of yours", status=2)


def test_a_report_stands_without_a_score(store: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    spoken(store, "Ann")
    file = tmp_path / "mine.toml"
    file.write_text("x = = 1")
    monkeypatch.setenv("HUBBUB_FORMULA", str(file))
    ran = run(store, "report", WORK)
    assert (ran.status, ran.err) == (0, "")
    assert "attention score unknown: the formula" in ran.out
    run(store, "score", WORK).fails("line 1", status=2)


def test_a_work_that_nobody_mentions_has_no_score(store: str) -> None:
    assert "unknown" in run(store, "score", WORK).out
