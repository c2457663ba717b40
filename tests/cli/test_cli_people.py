"""`hubbub people`: a work or a shelf, as a table, as JSON and as CSV."""

import csv
from datetime import UTC, datetime
from pathlib import Path

from hubbub import pipeline
from hubbub.model import Account, Claim, Follow, Link, Post, Reading
from hubbub.store import open_store
from tests.cli.commanded import WORK, run


def spoken(store: str, name: str) -> None:
    """Somebody of this name speaks of the work."""
    link = Link(f"https://doi.org/{WORK.removeprefix('doi:')}")
    post = Post(source="bluesky", id="p", via="bluesky", version="1", author="ann", links=(link,))
    with open_store(store) as opened, opened.writing() as writer:
        ann = Account(source="bluesky", id="ann", via="bluesky", version="1", name=name, followers=7)
        writer.keep([Reading(post, pipeline.find(post, frozenset())), ann], datetime(2026, 8, 1, tzinfo=UTC))


def test_people_of_a_work_are_listed(store: str) -> None:
    spoken(store, "Ann")
    ran = run(store, "people", WORK)
    assert (ran.status, ran.err) == (0, "")
    assert ran.out.startswith("1 voice of 1 work\n")
    assert "Ann" in ran.out
    assert "Followers, each counted once: 7" in ran.out
    assert run(store, "people", WORK, "--json").json()["voices"][0]["speaker"]["name"] == "Ann"


def test_what_each_voice_adds_and_what_followers_are_is_told(store: str) -> None:
    spoken(store, "Ann")
    at = datetime(2026, 8, 1, tzinfo=UTC)
    with open_store(store) as opened, opened.writing() as writer:
        for n in range(11):
            who = Account(source="bluesky", id=f"f{n}", via="bluesky", version="1", description="Professor of botany")
            writer.keep(
                [who, Follow(source="bluesky", via="bluesky", seen_at=at, follower=f"f{n}", followed="ann")], at
            )
    out = run(store, "people", WORK).out
    assert "What each voice adds to the reach of those before it" in out
    (row,) = [line.split() for line in out.split("What each voice adds")[1].splitlines() if line.startswith("Ann")]
    assert row == ["Ann", "bluesky", "11", "11", "11"]
    assert "What the listed followers are: researcher 11, unknown 0; 11 say enough to tell." in out


def test_people_of_a_shelf_are_listed(store: str) -> None:
    spoken(store, "Ann")
    assert run(store, "track", WORK, "--shelf", "lab").status == 0
    assert "1 voice of 1 work" in run(store, "people", "lab").out


def test_strangers_names_are_no_formulas_and_no_orders(store: str) -> None:
    spoken(store, "=cmd|'/c calc'!A1\x1b[2J")
    (row,) = csv.DictReader(run(store, "people", WORK, "--csv").out.splitlines())
    assert row["name"] == "'=cmd|'/c calc'!A1[2J"
    assert "\x1b" not in run(store, "people", WORK).out


def test_what_is_neither_shelf_nor_work_is_told(store: str) -> None:
    run(store, "people", "nothing").fails("no shelf", status=2)
    run(store, "people", WORK, "--csv", "--json").fails("exclude each other", status=2)


def test_a_work_without_voices_says_what_to_do(store: str) -> None:
    assert "hubbub sync" in run(store, "people", WORK).out


def test_who_was_answered_is_not_suggested_again(store: str) -> None:
    spoken(store, "Ann")
    assert run(store, "track", WORK, "--shelf", "lab").status == 0
    ran = run(store, "engage", "lab", "--today")
    assert "bluesky:ann" in ran.out
    assert "engaged with 1 of your works" in ran.out
    assert [one["speaker"]["key"] for one in run(store, "engage", "lab", "--json").json()["rings"][0]] == ["ann"]
    assert run(store, "engage", "lab", "--done", "bluesky:ann", "--json").json()["rings"] == [[], [], []]


def test_whom_to_engage_for_no_shelf_and_no_account_is_told(store: str) -> None:
    run(store, "engage", "nothing").fails("there is no shelf", status=2)
    run(store, "engage", "nothing", "--done", "ann").fails("SOURCE:KEY", status=2)


def test_who_asks_for_it_is_forgotten_and_does_not_come_back(store: str) -> None:
    spoken(store, "Ann")
    assert run(store, "forget", "bluesky:ann").status == 0
    spoken(store, "Ann")
    assert run(store, "people", WORK, "--json").json()["voices"] == []
    run(store, "forget", "ann").fails("SOURCE:KEY", status=2)


def test_who_is_brought_as_known_or_blocked_is_not_suggested(store: str, tmp_path: Path) -> None:
    spoken(store, "Ann")
    assert run(store, "track", WORK, "--shelf", "lab").status == 0
    (tmp_path / "blocked_accounts.csv").write_text("troll@bad.example\n")
    (tmp_path / "list.txt").write_text("did:plc:x\nann.example.org\n")
    ran = run(store, "know", str(tmp_path / "blocked_accounts.csv"), "--shelf", "lab")
    assert (ran.status, ran.out) == (0, "1 account of mastodon blocked.\n")
    run(store, "know", str(tmp_path / "list.txt"), "--shelf", "lab").fails("add --as", status=2)
    run(store, "know", str(tmp_path / "no.csv"), "--shelf", "lab").fails("cannot read", status=1)
    run(store, "know", str(tmp_path / "list.txt"), "--as", "mutes", "--shelf", "nothing").fails("no shelf", status=2)
    (tmp_path / "list.txt").write_text("https://bsky.app/profile/ann.example.org\n")
    assert "ann" in run(store, "engage", "lab").out
    with open_store(store) as opened, opened.writing() as writer:
        ann = Account(source="bluesky", id="ann", via="bluesky", version="2", handle="Ann.example.org")
        writer.keep([ann], datetime(2026, 8, 1, tzinfo=UTC))
    assert run(store, "know", str(tmp_path / "list.txt"), "--as", "mutes", "--shelf", "lab").status == 0
    assert "bluesky:ann" not in run(store, "engage", "lab").out


def test_accounts_that_are_proven_to_be_one_persons_are_counted_as_one(store: str) -> None:
    spoken(store, "Ann")
    page, profile = "https://mastodon.social/@ann", "https://bsky.app/profile/ann"
    link = Link(f"https://doi.org/{WORK.removeprefix('doi:')}")
    post = Post(source="mastodon", id="toot", via="mastodon", version="1", author=page, links=(link,))
    toot = Account(
        source="mastodon", id=page, via="mastodon", version="1", url=page, name="Ann M.",
        claims=(Claim(profile, "verified_field"),),
    )  # fmt: skip
    with open_store(store) as opened, opened.writing() as writer:
        writer.keep([Reading(post, pipeline.find(post, frozenset())), toot], datetime(2026, 8, 1, tzinfo=UTC))
    said = run(store, "people", WORK).out
    assert "They are 1 people" not in said
    assert "They are one person, as far as it is proven." in said
    assert "The same person, checked by the platform: Ann (Bluesky) = Ann M. (Mastodon)" in said
    assert run(store, "people", WORK, "--json").json()["persons"] == 1
