"""Who is followed, and by what: only what some source reads is taken, as its source knows it."""

import shutil
from contextlib import closing
from pathlib import Path
from random import Random

import pytest

from hubbub.answers import Answers
from hubbub.answers.shapes import Shelf
from hubbub.model import Identifier
from hubbub.store import open_store
from tests.cli.commanded import Ran, run
from tests.conftest import NewAddress

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


@pytest.mark.parametrize(
    ("written", "said"), [("a\udcffb", "is not UTF-8 text"), ("a\0b", "holds a NUL"), ("x" * 1_001, "is longer than")]
)
@pytest.mark.parametrize(
    "order",
    [
        ("track", "{}"),
        ("track", "10.5555/work", "--shelf", "{}"),
        ("me", "bluesky:{}"),
        ("subscribe", "https://x.example/{}"),
        ("report", "10.5555/{}"),
    ],
)
def test_what_no_store_can_keep_is_refused(store: Path, order: tuple[str, ...], written: str, said: str) -> None:
    run(store, *(part.format(written) for part in order)).fails(said, status=2)


def test_the_longest_name_and_address_are_kept_in_either_database(new_address: NewAddress) -> None:
    store, chance = new_address(), Random(1)
    name, address = chance.randbytes(500).hex(), f"https://x.example/{chance.randbytes(491).hex()}"
    assert run(store, "track", "10.5555/work", "--shelf", name).status == 0
    assert run(store, "subscribe", address).status == 0


def test_a_shelf_needs_a_name(store: Path) -> None:
    run(store, "track", "10.5555/work", "--shelf", "").fails("a shelf needs a name", status=2)


def test_what_is_too_long_for_a_files_name_is_no_file(store: Path) -> None:
    run(store, "track", "x" * 300).fails("is not understood, and no file", status=2)
    assert run(store, "subscribe", f"https://x.example/{'x' * 300}").status == 0


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("sur.json", rb'[{"DOI": "10.5555/work", "title": "a \ud800 b"}]', "starts like CSL-JSON but is broken"),
        ("long.csv", b"doi,title\n10.5555/work," + b"x" * 140_000, "starts like CSV but is broken: field larger"),
        ("none.txt", b"", "holds no identifier of a work"),
        ("none.csv", b"title,doi\nA table,\n", "holds no identifier of a work"),
    ],
)
def test_a_file_in_which_nothing_is_found_fails(
    store: Path, tmp_path: Path, name: str, content: bytes, said: str
) -> None:
    (tmp_path / name).write_bytes(content)
    run(store, "track", tmp_path / name).fails(name, said)


@pytest.mark.parametrize("order", ["roster", "track", "me", "subscribe"])
def test_a_file_that_is_not_utf_8_is_refused(store: Path, tmp_path: Path, order: str) -> None:
    (tmp_path / "latin").write_bytes("name,doi\nJosé,10.5555/work\n".encode("latin-1"))
    run(store, order, tmp_path / "latin").fails("latin is not UTF-8 text (at byte 12)", status=2)


def roster(store: Path, tmp_path: Path, content: str) -> Ran:
    file = tmp_path / "people.csv"
    file.write_text(content, encoding="utf-8", newline="")
    return run(store, "roster", file)


def test_a_roster_may_end_its_lines_as_it_likes(store: Path, tmp_path: Path) -> None:
    assert roster(store, tmp_path, f"name,orcid\rJosé,{ORCID}\r").out.startswith("1 shelf made")
    assert owners(store, "José") == [f"orcid:{ORCID}"]


def test_a_roster_with_an_endless_field_is_refused(store: Path, tmp_path: Path) -> None:
    ran = roster(store, tmp_path, f"name,works\nAnn,\nBen,{'x' * 140_000}\n")
    ran.fails("people.csv cannot be read at line 3: field larger than field limit", status=2)


def test_a_row_with_too_long_a_name_costs_no_other(store: Path, tmp_path: Path) -> None:
    ran = roster(store, tmp_path, f"name,works\n{'x' * 1_001},\nBen,10.5555/work\n")
    ran.fails("people.csv, line 2: 'xxx", "is longer than 1,000 bytes")
    assert works(store, "Ben") == {"doi:10.5555/work"}


@pytest.mark.parametrize(
    "address",
    [
        "https://alice:hunter2@x.example/feed",
        "https://hunter2@x.example/feed",
        "https://x.example/feed?a=1&access_token=hunter2",
        "https://x.example/feed?Api-Key=hunter2",
        "oai:https://alice:hunter2@x.example/oai",
    ],
)
def test_an_address_with_a_password_or_a_key_is_refused_without_showing_it(
    store: Path, tmp_path: Path, address: str
) -> None:
    ran = run(store, "subscribe", address)
    ran.fails("holds a password or a key (here ***), which would lie readable in the store", status=2)
    assert "hunter2" not in ran.err
    assert run(store, "subscribe", address, "--remove").status == 0


def test_of_an_opml_file_what_the_store_must_not_keep_is_left_out(store: Path, tmp_path: Path) -> None:
    file = tmp_path / "feeds.opml"
    outlines = [
        f'<outline xmlUrl="https://x.example/{path}"/>' for path in ("feed?token=hunter2", "x" * 1_001, "feed?id=2")
    ]
    file.write_text(f"<opml>{''.join(outlines)}</opml>")
    ran = run(store, "subscribe", file)
    assert ran.out.startswith("1 address subscribed to")
    assert "token=*** holds a password or a key" in ran.err
    assert "is longer than 1,000 bytes; it is left out" in ran.err
    file.write_text(f"<opml>{outlines[0]}</opml>")
    assert "feeds.opml lists no address that can be read" in run(store, "subscribe", file).err


def test_a_roster_that_is_run_again_makes_its_shelves_what_it_says(store: Path, tmp_path: Path) -> None:
    other = "0000-0002-7422-6059"
    roster(store, tmp_path, f"name,orcid,works\nAnn,{other},10.5555/a 10.5555/b\nBen,,10.5555/b\nCleo,,10.5555/c\n")
    run(store, "track", "10.5555/read", "--shelf", "reading")
    ran = roster(store, tmp_path, f"name,orcid,works\nAnn,{ORCID},10.5555/b\n")
    assert (ran.status, ran.err) == (0, "")
    assert "2 shelves of people who are not in" in ran.out
    assert "people.csv left as before: Ben, Cleo." in ran.out
    assert (owners(store, "Ann"), works(store, "Ann")) == ([f"orcid:{ORCID}"], {"doi:10.5555/b"})
    assert works(store, "Ben") == {"doi:10.5555/b"}
    assert works(store, "reading") == {"doi:10.5555/read"}


def test_rows_of_one_name_are_one_shelf_which_is_said(store: Path, tmp_path: Path) -> None:
    ran = roster(store, tmp_path, "name,github,works\nAnn,alice,\nAnn,https://x.example/,10.5555/a\nAnn,,10.5555/b\n")
    assert ran.out.count("a row named Ann came before; both are one shelf.") == 2
    assert "1 shelf made" in ran.out
    assert "line 3: https://x.example/ is not understood" in ran.err
    assert (owners(store, "Ann"), works(store, "Ann")) == (["github:alice"], {"doi:10.5555/a", "doi:10.5555/b"})


@pytest.mark.parametrize(
    ("row", "said"), [("me,10.5555/a", "line 2: the shelf me is one's own"), (",10.5555/a", "line 2: there is no name")]
)
def test_a_row_that_is_nobodys_is_refused_and_costs_no_other(store: Path, tmp_path: Path, row: str, said: str) -> None:
    run(store, "me", "10.5555/mine")
    ran = roster(store, tmp_path, f"name,works\n{row}\n,\nBen,10.5555/b\n")
    ran.fails(said)
    assert (works(store), works(store, "Ben")) == ({"doi:10.5555/mine"}, {"doi:10.5555/b"})


def test_a_person_is_taken_off_any_shelf(store: Path, tmp_path: Path) -> None:
    roster(store, tmp_path, f"name,orcid\nAnn,{ORCID}\n")
    assert "0 works taken off" in run(store, "track", "10.5555/other", "--shelf", "Ann", "--remove").out
    ran = run(store, "track", ORCID, "--shelf", "Ann", "--remove")
    assert ran.out == "1 account and 0 works taken off the shelf Ann.\n"
    assert owners(store, "Ann") == []


def test_an_address_that_works_of_a_file_share_names_none_that_has_a_doi_and_that_is_told(
    store: Path, tmp_path: Path
) -> None:
    page, file = "https://lab.example.org/papers", tmp_path / "mine.bib"
    entries = {"A": "doi={10.5555/a}, ", "B": "doi={10.5555/b}, ", "C": "", "D": ""}
    file.write_text("\n".join(f"@misc{{k, title={{{one}}}, {doi}url={{{page}}}}}" for one, doi in entries.items()))
    ran = run(store, "track", str(file))
    assert ran.out == "3 works put on the shelf tracked.\n"
    assert f"“A”, “B”, “C” and “D” share {page}; it is left out of “A” and “B”, which other identifiers" in ran.err
    assert f"“C” and “D” have no identifier but {page}, so they are one work here; give each a DOI" in ran.err
    assert {str(one.identifier): one.title for one in shelf(store, "tracked").works} == {
        "doi:10.5555/a": "A", "doi:10.5555/b": "B", f"url:{page}": None
    }  # fmt: skip
    with closing(open_store(str(store))) as opened:
        versions = Answers(opened).match(Identifier("doi", "10.5555/a")).versions
    assert [str(one) for version in versions for one in version.identifiers] == ["doi:10.5555/a"]


def test_an_address_of_one_work_stays_its_name_and_nothing_is_told(store: Path, tmp_path: Path) -> None:
    page, file = "https://lab.example.org/one", tmp_path / "mine.bib"
    file.write_text("\n".join(f"@misc{{k, title={{A}}, {doi}url={{{page}}}}}" for doi in ("doi={10.5555/a}, ", "")))
    ran = run(store, "track", str(file))
    assert (ran.out, ran.err) == ("2 works put on the shelf tracked.\n", "")
    with closing(open_store(str(store))) as opened:
        versions = Answers(opened).match(Identifier("doi", "10.5555/a")).versions
    assert [str(one) for version in versions for one in version.identifiers] == ["doi:10.5555/a", f"url:{page}"]
