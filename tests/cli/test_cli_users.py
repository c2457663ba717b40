"""Who may log in, who may read, and copies of the store, by commands."""

from pathlib import Path

import pytest
from typer.main import get_group

from hubbub.answers import Answers
from hubbub.cli import app, given
from hubbub.store import open_store
from tests.cli.commanded import USER_GUIDE, command, run

PASSWORD = b"correct horse battery\n"


@pytest.fixture
def store(tmp_path: Path) -> Path:
    path = tmp_path / "hubbub.db"
    assert run(path, "user", "add", "root", "--admin", stdin=PASSWORD).status == 0
    assert run(path, "track", "10.5555/work", "--shelf", "hers").status == 0
    return path


def test_users_are_added_given_shelves_and_removed(store: Path) -> None:
    assert run(store, "user", "add", "ann", stdin=b"another horse battery").out == "ann may log in.\n"
    assert run(store, "user", "shelf", "ann", "hers").status == 0
    assert run(store, "user", "list").out == "ann (hers)\nroot (admin)\n"
    listed = run(store, "user", "list", "--json")
    assert [(one["name"], one["shelves"]) for one in listed.json()] == [("ann", ["hers"]), ("root", [])]
    assert b"horse" not in b"".join(path.read_bytes() for path in store.parent.iterdir())
    assert run(store, "user", "shelf", "ann", "hers", "--remove").status == 0
    assert run(store, "user", "password", "ann", stdin=PASSWORD).status == 0
    with open_store(str(store)) as opened:
        assert Answers(opened).access.log_in("ann", PASSWORD.decode().strip(), "a")
    assert run(store, "user", "remove", "ann").status == 0
    assert run(store, "user", "list").out == "root (admin)\n"
    told = [one["route"] for one in run(store, "audit", "--json").json()]
    assert told[0] == "cli user remove"
    assert len(told) == 7
    assert run(store, "audit", "--limit", "1").out.count("\n") == 1


@pytest.mark.parametrize(
    ("order", "stdin", "said"),
    [
        (["user", "add", "root"], PASSWORD, "already"), (["user", "add", "bob"], b"short\n", "12 to 1000 characters"),
        (["user", "add", "bob"], b"", "12 to 1000 characters"), (["user", "add", "a\nb"], PASSWORD, "a name has"),
        (["user", "add", " "], PASSWORD, "a name has"), (["user", "password", "bob"], PASSWORD, "no user 'bob'"),
        (["user", "remove", "bob"], b"", "no user 'bob'"), (["user", "shelf", "bob", "hers"], b"", "no user 'bob'"),
    ],
)  # fmt: skip
def test_what_will_not_do_is_said(store: Path, order: list[str], stdin: bytes, said: str) -> None:
    run(store, *order, stdin=stdin).fails(said)


def test_the_first_user_lets_others_in(tmp_path: Path) -> None:
    run(tmp_path / "new.db", "user", "add", "ann", stdin=PASSWORD).fails("--admin", status=2)


def test_who_may_read_is_set_in_the_store(store: Path) -> None:
    assert run(store, "reading").out == "public\n"
    assert run(store, "reading", "private").out == "private\n"
    assert run(store, "reading").out == "private\n"
    assert run(store, "reading", "public").out == "public\n"


CHANGES = [
    (["add", "https://x.com/alice/status/1742012345678901234", "10.5555/work"], "cli add", "10.5555/work"),
    (["engage", "hers", "--done", "bluesky:did:plc:a"], "cli engage", "hers"),
    (["match", "10.5555/work", "--same", "pmid:1", "--why", "seen"], "cli match", "10.5555/work"),
    (["me", "10.5555/mine"], "cli me", ""),
    (["missing", "https://news.example/a", "10.5555/work"], "cli missing", "10.5555/work"),
    (["rebuild"], "cli rebuild", ""),
    (["subscribe", "https://blog.example/feed"], "cli subscribe", "https://blog.example/feed"),
    (["track", "10.5555/b", "--shelf", "his"], "cli track", "his 10.5555/b"),
    (["track", "10.5555/work", "--shelf", "hers", "--remove"], "cli track", "hers --remove 10.5555/work"),
    (["mentions", "10.5555/work", "--wrong", "https://x.com/a/status/1"], "cli mentions", "10.5555/work"),
]


@pytest.mark.parametrize(("order", "route", "about"), CHANGES, ids=[" ".join(one[0][:2]) for one in CHANGES])
def test_what_a_command_changes_is_logged_once_as_the_users_of_the_machine(
    store: Path, monkeypatch: pytest.MonkeyPatch, order: list[str], route: str, about: str
) -> None:
    monkeypatch.setenv("LOGNAME", "operator")
    if order[0] in ("mentions", "rebuild"):
        assert run(store, "add", "https://x.com/a/status/1", "10.5555/work").status == 0
    before = run(store, "audit", "--json").json()
    assert run(store, *order).status == 0
    first, *others = run(store, "audit", "--json").json()
    assert (first["who"], first["route"], first["about"]) == ("operator", route, about)
    assert others == before


def test_who_was_forgotten_is_logged_as_a_hash(store: Path) -> None:
    assert run(store, "forget", "bluesky:did:plc:a").status == 0
    assert run(store, "forget", "bluesky:did:plc:a").status == 0
    assert run(store, "forget", "bluesky:did:plc:b").status == 0
    other, same, first = run(store, "audit", "--json").json()[:3]
    assert first["about"] == same["about"] != other["about"]
    assert "did:plc" not in run(store, "audit", "--json").out


def test_what_only_reads_and_what_fails_is_not_logged(store: Path) -> None:
    before = run(store, "audit").out
    for order in (["me"], ["match", "10.5555/work"], ["mentions", "10.5555/work"], ["engage", "hers"], ["status"]):
        assert run(store, *order).status == 0
    run(store, "forget", "nobody").fails("names no account", status=2)
    run(store, "track", "nothing", "--shelf", "hers").fails("not understood", status=2)
    run(store, "match", "10.5555/work", "--same", "10.5555/work").fails("one identifier", status=2)
    assert run(store, "audit").out == before


def test_every_argument_that_is_logged_is_one_of_its_command() -> None:
    commands = get_group(app).commands
    for name, kept in given._logged().items():
        assert {one.removeprefix("#") for one in kept} <= {one.name for one in commands[name].params}


@pytest.mark.parametrize("order", [["--host", "0.0.0.0"], ["--name", "hubbub.example.org"]])
def test_others_are_not_served_before_somebody_has_to_log_in(tmp_path: Path, order: list[str]) -> None:
    done = command(tmp_path / "new.db", "serve", "--offline", "--port", "0", *order)
    done.fails("hubbub user add NAME --admin")


def test_a_store_is_copied_and_put_back(store: Path, tmp_path: Path) -> None:
    assert run(store, "ingest", "crossref_event_data", USER_GUIDE).status == 0
    copy = tmp_path / "copy.db"
    assert "holds a copy of the store" in run(store, "backup", copy).out
    back = run(tmp_path / "new.db", "restore", copy)
    assert "1 user." in back.out
    assert run(tmp_path / "new.db", "audit", "--json").json()[0]["route"] == "cli restore"
    assert "--forgotten" in back.out
    assert run(tmp_path / "new.db", "user", "list").out == run(store, "user", "list").out
    run(tmp_path / "new.db", "restore", copy).fails("is not empty")
    assert run(store, "forget", "bluesky:did:plc:a").status == 0
    assert "1 withdrawal " in run(tmp_path / "last.db", "restore", copy, "--forgotten", store).out
