"""`hubbub thrive`: the grid of a shelf as a table, as JSON and as CSV, alone and against a file."""

import csv
from datetime import UTC, datetime
from pathlib import Path

import pytest

from hubbub import pipeline
from hubbub.model import Reading
from hubbub.store import open_store
from tests.answers.stated import at, links, said
from tests.answers.test_answers_thriving import about, doi
from tests.cli.commanded import run

WORKS = [f"m{n}" for n in range(12)]
FIELD = "identifier,type,published,group,bluesky,news\n"


@pytest.fixture
def shelf(store: str) -> str:
    """Twelve articles of 2020, each with three posts."""
    with open_store(store) as opened, opened.writing() as writer:
        writer.wanted.shelve("mine", "My works", "", False, [doi(name) for name in WORKS])
        posts = [said(f"{n} {m}", links=links(doi(n)), posted_at=at(3)) for n in WORKS for m in range(3)]
        readings = [about(name, issued="2020-05-01") for name in WORKS]

        found = [Reading(post, pipeline.find(post, frozenset())) for post in posts]
        writer.keep([*readings, *found], datetime(2026, 8, 1, tzinfo=UTC))
    return store


@pytest.fixture
def field(tmp_path: Path) -> Path:
    file = tmp_path / "field.csv"
    # Authors differ: each third is heard of often, all others hardly.
    heard = [(n // 10, n % 2 == 0 if n // 10 % 3 == 0 else n % 13 == 0) for n in range(400)]
    rows = (f"10.5555/f{n},article,2020-01-01,{who},{int(is_)},{n % 3}\n" for n, (who, is_) in enumerate(heard))
    file.write_text(FIELD + "".join(rows))
    return file


def test_without_a_reference_it_says_so(shelf: str) -> None:
    ran = run(shelf, "thrive", "mine")
    assert (ran.status, ran.err) == (0, "")
    assert ran.out.startswith("My works: 12 outputs of 12 works, 36 mentions\n")
    assert "There is no reference to compare with" in ran.out
    assert "12 of 12 (85 to 100 %)" in ran.out


def test_against_a_file_every_verdict_has_its_numbers(shelf: str, field: Path) -> None:
    ran = run(shelf, "thrive", "mine", "--against", field)
    assert "Compared with the file field.csv: 400 works" in ran.out
    assert "Nothing is collected here of news" in ran.out
    (line,) = (line for line in ran.out.splitlines() if "does well" in line)
    assert line.startswith("+  article  Bluesky")
    assert line.endswith("article of 2020, N = 400")


def test_the_grid_is_a_table_for_programs(shelf: str, field: Path) -> None:
    (row,) = csv.DictReader(run(shelf, "thrive", "mine", "--against", field, "--csv").out.splitlines())
    assert (row["kind"], row["venue"], row["verdict"]) == ("article", "bluesky", "does well")
    assert (row["mentioned"], row["old_enough"], row["reference_works"]) == ("12", "12", "400")
    told = run(shelf, "thrive", "mine", "--against", field, "--json").json()
    assert told["grid"][0]["row"]["ratio"] == pytest.approx(float(row["ratio"]))
    assert told["against"]["unread"] == ["news"]


def test_what_cannot_be_asked_is_told(shelf: str, tmp_path: Path) -> None:
    run(shelf, "thrive", "nothing").fails("there is no shelf 'nothing'", status=2)
    run(shelf, "thrive", "mine", "--against", "nothing").fails(
        "'nothing' is no shelf and no file; the shelves are", status=2
    )
    run(shelf, "thrive", "mine", "--against", "mine").fails("no reference for itself", status=2)
    run(shelf, "thrive", "mine", "--csv", "--json").fails("exclude each other", status=2)
    broken = tmp_path / "broken.csv"
    broken.write_text(FIELD + "10.5555/a,article,2020,,many,\n")
    run(shelf, "thrive", "mine", "--against", broken).fails("work 1: bluesky is 'many'", status=2)


def test_strangers_words_are_no_orders(shelf: str, tmp_path: Path) -> None:
    with open_store(shelf) as opened, opened.writing() as writer:
        writer.keep([about("m0", "=cmd()\x1b[2J", issued="2020-05-01", version="2")], datetime(2026, 8, 1, tzinfo=UTC))
    assert "\x1b" not in run(shelf, "thrive", "mine").out
    assert "'=cmd()" in run(shelf, "thrive", "mine", "--csv").out
