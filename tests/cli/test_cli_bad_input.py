"""Whatever is wrong with a file or an argument is said in a sentence, and what is whole is kept."""

import gzip
import shutil
import sys
from pathlib import Path
from random import Random

import pytest

from tests.cli.commanded import EVENTS, FRAMES, USER_GUIDE, Ran, command, event, post, posts, run

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

GOLDEN = FRAMES / "jetstream_v1_golden_mixed.ndjson"
CHANCE = Random(1)
LINES = b"".join(post(n, text=f"{CHANCE.randbytes(900).hex()} I read doi:10.5555/work") for n in range(200))
ENVELOPE = '{"status":"failed","message-type":null,"message":[{"type":null,"message":"Invalid cursor supplied."}]}'


@pytest.fixture
def store(blank_store: Path, tmp_path: Path) -> Path:
    """A store in a file: what is wrong here meets no database."""
    return Path(shutil.copy(blank_store, tmp_path / "store.db"))


def ingest(store: Path, file: Path, content: bytes, source: str = "bluesky") -> Ran:
    file.write_bytes(content)
    return run(store, "ingest", source, file)


def test_a_missing_file_is_named_and_the_others_are_read(store: Path, tmp_path: Path) -> None:
    ran = run(store, "ingest", "crossref_event_data", tmp_path / "nowhere.json", USER_GUIDE)
    ran.fails("nowhere.json cannot be read: No such file or directory")
    assert "user-guide.json: 9 posts, 9 mentions, 0 withdrawn" in ran.out


def test_a_directory_is_no_archive(store: Path, tmp_path: Path) -> None:
    run(store, "ingest", "bluesky", tmp_path).fails("cannot be read: Is a directory")


def test_a_file_that_may_not_be_read_is_named(store: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "secret.ndjson"
    file.write_bytes(LINES)

    def refused(*_: object, **__: object) -> None:  # root may read everything
        raise PermissionError(13, "Permission denied", str(file))

    monkeypatch.setattr("hubbub.collect.archive.lane_of", refused)
    run(store, "ingest", "bluesky", file).fails("secret.ndjson cannot be read: Permission denied")


def test_an_empty_file_is_no_archive(store: Path, tmp_path: Path) -> None:
    ingest(store, tmp_path / "empty.ndjson", b"").fails("empty.ndjson is not for bluesky: there is nothing in it")


@pytest.mark.parametrize(
    ("source", "file", "right"),
    [("bluesky", USER_GUIDE, "crossref_event_data"), ("crossref_event_data", GOLDEN, "bluesky")],
)
def test_the_right_source_for_a_file_is_named(store: Path, source: str, file: Path, right: str) -> None:
    ran = run(store, "ingest", source, file)
    ran.fails(f"is not for {source}", f"it looks like {right}: hubbub ingest {right} {file}")
    assert run(store, "ingest", right, file).status == 0


def test_a_file_that_fits_no_source_gets_no_suggestion(store: Path, tmp_path: Path) -> None:
    ran = ingest(store, tmp_path / "notes.txt", b"Dear diary\n")
    ran.fails("notes.txt is not for bluesky")
    assert "looks like" not in ran.err


def test_an_error_message_instead_of_events_is_told(store: Path, tmp_path: Path) -> None:
    ran = ingest(store, tmp_path / "page.json", ENVELOPE.encode(), "crossref_event_data")
    ran.fails("an error message of the service instead of events: Invalid cursor supplied.")
    assert "looks like" not in ran.err


def test_a_recorded_error_message_is_told(store: Path) -> None:
    run(store, "ingest", "crossref_event_data", EVENTS / "error_400_date.json").fails("Date format suplied")


@pytest.mark.parametrize("packing", ["gz", "zst"])
def test_of_a_cut_archive_what_is_whole_is_kept(store: Path, tmp_path: Path, packing: str) -> None:
    packed = gzip.compress(LINES) if packing == "gz" else zstd.compress(LINES)
    ran = ingest(store, tmp_path / f"cut.ndjson.{packing}", packed[: len(packed) * 2 // 3])
    ran.fails(f"cut.ndjson.{packing}: set aside: cut off: the compressed file ends too early")
    kept = posts(store)
    assert set(kept) < {f"k{n}" for n in range(200)}
    again = ingest(store, tmp_path / f"cut.ndjson.{packing}", packed)
    assert (again.status, again.err) == (0, "")
    assert len(posts(store)) == 200


def test_of_a_cut_long_archive_every_whole_line_is_kept(store: Path, tmp_path: Path) -> None:
    filler = post(1000, text="nothing " * 100) * 3000
    for packing, packed in (
        ("gz", gzip.compress(LINES + filler, compresslevel=0)),
        ("zst", zstd.compress(LINES + filler)),
    ):
        ran = ingest(store, tmp_path / f"cut.ndjson.{packing}", packed[:-20])
        ran.fails(f"cut.ndjson.{packing}: set aside: cut off: the compressed file ends too early")
        assert len(posts(store)) == 200


def test_a_cut_document_gives_the_events_before_the_cut(store: Path, tmp_path: Path) -> None:
    whole = USER_GUIDE.read_bytes()
    ran = ingest(store, tmp_path / "cut.json", whole[: len(whole) // 2], "crossref_event_data")
    ran.fails("cut.json: set aside: broken after", "those are kept")
    assert "0 posts" not in ran.out


def test_a_line_over_the_limit_costs_no_other(store: Path, tmp_path: Path) -> None:
    file = tmp_path / "long.ndjson"
    with file.open("wb") as sparse:
        sparse.write(post(1))
        sparse.seek(40 << 20, 1)
        sparse.write(b"\n" + post(2))
    run(store, "ingest", "bluesky", file).fails("long.ndjson: set aside: a line longer than 16 MiB (at byte ")
    assert posts(store) == ["k1", "k2"]


def test_a_line_that_is_no_text_costs_no_other(store: Path, tmp_path: Path) -> None:
    broken = post(2).replace(b"I read", b"I \xff\xfe read")
    ran = ingest(store, tmp_path / "mixed.ndjson", post(1) + broken + post(3))
    ran.fails("mixed.ndjson: set aside: ")
    assert posts(store) == ["k1", "k3"]


def test_equal_faults_are_told_once_with_their_number(store: Path, tmp_path: Path) -> None:
    bad = event(2, action="x") + event(3, action="x")
    ran = ingest(store, tmp_path / "bad.ndjson", event(1) + bad, "crossref_event_data")
    ran.fails(f"the action 'x' is not known (2 times, first at byte {len(event(1))})")
    assert posts(store) == ["1"]


def test_an_unknown_source_is_answered_with_the_known_ones(store: Path) -> None:
    run(store, "ingest", "nosuch", USER_GUIDE).fails(
        "there is no source 'nosuch'; archives can be read from bluesky, crossref_event_data", status=2
    )


@pytest.mark.parametrize("order", ["report", "mentions"])
@pytest.mark.parametrize("written", ["hello", "", "10.1/none", "\x1b]0;x\x07", "doi:"])
def test_what_is_no_identifier_is_answered_with_examples(store: Path, order: str, written: str) -> None:
    ran = run(store, order, "--", written)
    ran.fails("is no identifier that hubbub knows. Give a DOI (10.1371/journal.pone.0000308)", status=2)
    assert "\x1b" not in ran.err


def test_a_shelf_that_is_given_for_a_work_is_answered_with_what_tells_of_shelves(store: Path) -> None:
    run(store, "report", "my works").fails("Of shelves, hubbub people, community and thrive tell.", status=2)


@pytest.mark.parametrize(("option", "order"), [("--wrong", "mentions"), ("--right", "match")])
def test_what_is_no_post_is_answered_with_the_command_that_lists_them(store: Path, option: str, order: str) -> None:
    ran = run(store, "mentions", "10.5555/work", option, "nothing\x1b")
    ran.fails("is no post that is", f"hubbub {order} doi:10.5555/work lists them", status=2)
    assert "\x1b" not in ran.err


def test_a_formula_that_is_not_there_is_answered_with_those_that_are(store: Path) -> None:
    ran = run(store, "score", "10.5555/work", "--formula", "nothing")
    ran.fails("No such file or directory; hubbub itself brings attention_v1 and attention_published", status=2)


def test_what_is_no_address_of_a_server_is_no_name_of_a_store(store: Path) -> None:
    run(store, "mcp", "--server", "hubbub.example.org").fails(
        "is no address of a server; it begins with https", status=2
    )


def test_json_and_csv_exclude_each_other(store: Path) -> None:
    run(store, "mentions", "10.5555/work", "--json", "--csv").fails("--json and --csv exclude each other", status=2)


def test_an_archive_that_another_program_packed_badly_is_named(store: Path, tmp_path: Path) -> None:
    ran = ingest(store, tmp_path / "odd.gz", b"\x1f\x8bnot really")
    ran.fails("odd.gz is not for bluesky: there is nothing in it")


def test_a_terminal_without_our_marks_is_no_reason_to_stop(store: Path) -> None:
    ran = command(store, "ingest", "crossref_event_data", USER_GUIDE, env={"PYTHONIOENCODING": "latin-1"})
    assert ran == (0, "? user-guide.json: 9 posts, 9 mentions, 0 withdrawn\n", "")


def test_the_real_command_fails_in_a_sentence(store: Path) -> None:
    command(store, "ingest", "bluesky", USER_GUIDE).fails("it looks like crossref_event_data")
