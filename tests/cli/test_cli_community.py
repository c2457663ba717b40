"""`hubbub community`: a shelf's voices, as text, as JSON and as CSV."""

import csv
from datetime import UTC, datetime, timedelta
from typing import Any

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
    assert "Audience: 5 seen; in all, unknown, as none of them spoke of just two works." in ran.out
    assert "Ann" in ran.out.split("Returning")[1]
    assert run(shelf, "community", "lab", "--json").json()["period"]["new"] == 3


def test_followers_are_told_at_both_ends_of_the_period(shelf: str) -> None:
    names = ["ann", "bob", "cat", "dan", "eve", "fay"]
    spoken(shelf, *names)
    ran = run(shelf, "community", "lab", "--as", "bluesky:ann")
    assert "told at both ends for 0 of 5 accounts, too few to add up." in ran.out
    with open_store(shelf) as opened, opened.writing() as writer:
        for days, followers in ((95, 100), (1, 90)):
            at = NOW - timedelta(days=days)
            told: dict[str, Any] = {"version": at.isoformat(), "followers": followers}
            writer.keep([Account(source="bluesky", via="bluesky", id=name, **told) for name in names], at)
    ran = run(shelf, "community", "lab", "--as", "bluesky:ann")
    (mine,) = [line.split() for line in ran.out.splitlines() if "bluesky   " in line]
    first, last = (f"{NOW - timedelta(days=days):%Y-%m-%d}" for days in (95, 1))
    assert mine == ["Ann", "bluesky", "100", "90", "-10", f"{first},", "last", last]
    assert "Those of 5 of the voices’ 5 accounts: 500 became 450 (-50)." in ran.out
    (row, *_) = csv.DictReader(run(shelf, "community", "lab", "--csv").out.splitlines())
    columns = ("followers_since", "followers_before", "followers_until", "followers_now")
    assert [row[name] for name in columns] == [first, "100", last, "90"]


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


def piled_on(store: str) -> None:
    """Strangers answer one post, an hour ago."""
    spoken(store, "ann", days=1)
    with open_store(store) as opened, opened.writing() as writer:
        for one in range(30):
            post = Post(
                source="bluesky", id=f"r{one}", via="bluesky", version="1", author=f"=stranger {one}",
                replies_to="ann 1", posted_at=NOW - timedelta(hours=1), text="Shout",
            )  # fmt: skip
            writer.keep([Reading(post, ())], NOW)


def test_what_waits_for_an_answer_is_listed_also_before_whom_to_engage(shelf: str) -> None:
    spoken(shelf, "ann", "bob", days=0.1)
    ran = run(shelf, "desk", "lab", "--as", "bluesky:bob")
    assert (ran.status, ran.err) == (0, "")
    assert "Ann" in ran.out
    assert "asks a question" in ran.out
    assert "Bob" not in ran.out
    assert [one["post"] for one in run(shelf, "desk", "lab", "--json").json()["tasks"]] == ["ann 0.1", "bob 0.1"]
    assert run(shelf, "engage", "lab").out.startswith("Answer today")
    run(shelf, "desk", "lab", "--evidence").fails("no pile-on", status=1)
    run(shelf, "desk", "nothing").fails("there is no shelf", status=2)
    run(shelf, "desk", "lab", "--json", "--evidence").fails("exclude each other", status=2)


def test_in_a_pile_on_help_is_offered_and_no_word_of_it_is_shown(shelf: str) -> None:
    piled_on(shelf)
    for command in ("desk", "engage"):
        said = run(shelf, command, "lab").out
        assert "30 strangers answer one post" in said
        assert "Shout" not in said
        assert "engaged with" not in said
    rows = list(csv.DictReader(run(shelf, "desk", "lab", "--evidence").out.splitlines()))
    assert len(rows) == 30
    assert rows[0]["account"].startswith("'=stranger")
    assert "Shout" not in str(rows)


def test_strangers_names_are_no_formulas_and_no_orders(shelf: str) -> None:
    spoken(shelf, "ann", name="=cmd|'/c calc'!A1\x1b[2J")
    (row,) = csv.DictReader(run(shelf, "community", "lab", "--csv").out.splitlines())
    assert (row["name"], row["state"]) == ("'=cmd|'/c calc'!A1[2J", "new")
    assert "\x1b" not in run(shelf, "community", "lab").out
