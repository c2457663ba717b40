"""Who is followed, and by what: only what some source reads is taken, as its source knows it."""

import shutil
from contextlib import closing
from pathlib import Path

import pytest

from hubbub.answers import Answers
from hubbub.answers.shapes import Shelf
from hubbub.store import open_store
from tests.cli.commanded import run

ORCID = "0000-0002-1825-0097"


@pytest.fixture
def store(blank_store: Path, tmp_path: Path) -> Path:
    """A store in a file: what is wrong here meets no database."""
    return Path(shutil.copy(blank_store, tmp_path / "store.db"))


def shelf(store: Path, name: str) -> Shelf:
    with closing(open_store(str(store))) as opened:
        found = Answers(opened).shelf(name)
    assert found is not None
    return found


def owners(store: Path, name: str = "me") -> list[str]:
    return [str(one) for one in shelf(store, name).owners]


def works(store: Path, name: str = "me") -> set[str]:
    return {str(one.identifier) for one in shelf(store, name).works}


@pytest.mark.parametrize(
    ("written", "known"),
    [
        (ORCID, f"orcid:{ORCID}"),
        (f"orcid:{ORCID}", f"orcid:{ORCID}"),
        (f"https://orcid.org/{ORCID}", f"orcid:{ORCID}"),
        ("bluesky:@Alice.example.org", "bluesky:alice.example.org"),
        ("bluesky:did:plc:ewvi7nxzyoun6zhxrhs64oiz", "bluesky:did:plc:ewvi7nxzyoun6zhxrhs64oiz"),
        ("GitHub:Alice-B", "github:alice-b"),
        ("mastodon:@schochastics@Fosstodon.org", "url:https://fosstodon.org/@schochastics"),
        ("https://fosstodon.org/@schochastics", "url:https://fosstodon.org/@schochastics"),
        ("speakerdeck:example", "url:https://speakerdeck.com/example"),
        ("https://zenodo.org/communities/covid-19/", "url:https://zenodo.org/communities/covid-19"),
    ],
)
def test_an_account_is_known_as_its_source_knows_it(store: Path, written: str, known: str) -> None:
    assert run(store, "me", written).out.startswith("1 account and 0 works noted")
    assert owners(store) == [known]
    assert run(store, "track", written).status == 2
    assert run(store, "me", written, "--remove").status == 0
    assert owners(store) == []


@pytest.mark.parametrize(
    "written",
    [
        "reddit:foo",
        "x:alice",
        "stackexchange:12",
        "zenodo:alice",
        "orcid:0000-0002-1825-0098",
        "orcid:alice",
        "bluesky:alice",
        "bluesky:did:key:z6Mk",
        "github:alice bob",
        "github:-alice",
        "mastodon:alice",
        "mastodon:alice@localhost",
        "speakerdeck:a/b/c",
    ],
)
def test_an_account_that_no_source_reads_is_refused_and_those_that_are_read_are_named(
    store: Path, written: str
) -> None:
    ran = run(store, "me", written)
    ran.fails(f"{written!r} is not understood", "github:NAME", "mastodon:NAME@SERVER", "speakerdeck:NAME", status=2)


@pytest.mark.parametrize(
    "page",
    ["https://youtube.com/@alice", "https://zenodo.org/communities/a/records", "https://example.org/users/alice"],
)
def test_a_page_that_no_source_reads_as_an_account_is_a_work(store: Path, page: str) -> None:
    assert run(store, "me", page).out.startswith("0 accounts and 1 work noted")
