"""`hubbub community`: a shelf's voices, as text, as JSON and as CSV."""

import csv
from datetime import UTC, datetime, timedelta

import pytest

from hubbub import pipeline
from hubbub.model import Account, Link, Post, Reading
from hubbub.store import open_store
from tests.cli.commanded import WORK, run

NOW = datetime.now(UTC)


def spoken(store: str, *names: str, days: float = 1, name: str = "") -> None:
    """People speak of the work, so many days ago."""
    link = Link(f"https://doi.org/{WORK.removeprefix('doi:')}")
    at = NOW - timedelta(days=days)
    with open_store(store) as opened, opened.writing() as writer:
        for key in names:
            post = Post(
                source="bluesky", id=f"{key} {days}", via="bluesky", version="1", author=key, links=(link,),
                posted_at=at, text="Why?",
            )  # fmt: skip
            who = Account(source="bluesky", id=key, via="bluesky", version="1", name=name or key.title())
            writer.keep([Reading(post, pipeline.find(post, frozenset())), who], NOW)


@pytest.fixture
def shelf(store: str) -> str:
    assert run(store, "track", WORK, "--shelf", "lab").status == 0
    return store


def test_a_community_is_told_with_its_numbers_and_people(shelf: str) -> None:
    spoken(shelf, "ann", "bob", "cat", "dan")
    spoken(shelf, "ann", "eve", days=200)
    ran = run(shelf, "community", "lab")
    assert (ran.status, ran.err) == (0, "")
    assert "5 voices of 1 work" in ran.out
    assert "4 voices: 3 new, 1 returning." in ran.out
    assert "of the order of" in ran.out
    assert "Ann" in ran.out.split("Returning")[1]
    assert run(shelf, "community", "lab", "--json").json()["period"]["new"] == 3


def test_ones_own_accounts_are_no_voices_and_answers_by_them_are_counted(shelf: str) -> None:
    spoken(shelf, "ann", "bob", "cat", "dan", "eve", "fay")
    assert "hubbub me, or --as" in run(shelf, "community", "lab").out
    ran = run(shelf, "community", "lab", "--as", "bluesky:ann")
    assert "5 voices" in ran.out
    assert "1 account of your own left out" in ran.out
    run(shelf, "community", "lab", "--as", "ann").fails("SOURCE:KEY", status=2)


def test_a_few_mentions_make_lists_and_no_rates(shelf: str) -> None:
    spoken(shelf, "ann")
    ran = run(shelf, "community", "lab")
    assert "too few for any rate" in ran.out
    assert "%" not in ran.out
    assert "Ann" in ran.out


def test_no_mention_is_a_beginning_and_no_shelf_is_told(shelf: str) -> None:
    assert "no verdict" in run(shelf, "community", "lab").out
    run(shelf, "community", "nothing").fails("there is no shelf", status=2)
    run(shelf, "community", "lab", "--json", "--csv").fails("exclude each other", status=2)


def test_strangers_names_are_no_formulas_and_no_orders(shelf: str) -> None:
    spoken(shelf, "ann", name="=cmd|'/c calc'!A1\x1b[2J")
    (row,) = csv.DictReader(run(shelf, "community", "lab", "--csv").out.splitlines())
    assert (row["name"], row["state"]) == ("'=cmd|'/c calc'!A1[2J", "new")
    assert "\x1b" not in run(shelf, "community", "lab").out
