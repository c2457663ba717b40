"""Reading archives: once, twice and stopped midway."""

import signal
import subprocess
from pathlib import Path
from time import monotonic, sleep

import pytest

from hubbub.collect.archive import lane_of
from hubbub.store import Store, open_store
from tests.cli.commanded import PROGRAM, USER_GUIDE, WORK, command, environment, frame, mentions, post, posts, run
from tests.conftest import NewAddress

WARC = Path(__file__).parents[1] / "recordings/web/pages.warc"
GLIOTOXIN = "doi:10.1007/s00253-011-3689-1"


def test_what_came_in_is_told_a_line_a_file(store: str, tmp_path: Path) -> None:
    file = tmp_path / "day.ndjson"
    file.write_bytes(post(1) + post(2) + post(3, text="nothing"))
    ran = run(store, "ingest", "bluesky", file)
    assert ran == (0, "✓ day.ndjson: 2 posts, 2 mentions, 0 withdrawn\n", "")
    file.write_bytes(post(1).replace(b'"create"', b'"delete"').replace(b"3mmoojp0", b"3mmoojp1"))
    ran = run(store, "ingest", "bluesky", file)
    assert ran == (0, "✓ day.ndjson: 0 posts, 0 mentions, 1 withdrawn\n", "")
    assert posts(store) == ["k2"]


def test_several_files_are_read_in_one_go(store: str) -> None:
    ran = run(store, "ingest", "crossref_event_data", USER_GUIDE, USER_GUIDE.with_name("query_end_to_end.json"))
    assert [line.partition(":")[0] for line in ran.out.splitlines()] == ["✓ user-guide.json", "✓ query_end_to_end.json"]


def test_reading_twice_changes_nothing(store: str) -> None:
    first = command(store, "ingest", "crossref_event_data", USER_GUIDE)
    assert first == (0, "✓ user-guide.json: 9 posts, 9 mentions, 0 withdrawn\n", "")
    before = mentions(store, GLIOTOXIN)
    assert before[0]
    again = run(store, "ingest", "crossref_event_data", USER_GUIDE)
    assert again == (0, "✓ user-guide.json: 0 posts, 0 mentions, 0 withdrawn\n", "")
    assert mentions(store, GLIOTOXIN) == before


def test_what_was_set_aside_is_told_and_exit_status_is_1(store: str, tmp_path: Path) -> None:
    file = tmp_path / "day.ndjson"
    file.write_bytes(post(1) + b"{broken\n".replace(b"broken", b'"doi": 10.5555/work') + post(2))
    ran = run(store, "ingest", "bluesky", file)
    ran.fails("day.ndjson: set aside: no frame: ", f"(at byte {len(post(1))})")
    assert ran.out == "! day.ndjson: 2 posts, 2 mentions, 0 withdrawn\n"
    assert "1 × no frame: " in run(store, "sources").out


def test_what_a_web_archive_holds_beside_pages_is_told_and_is_no_failure(store: str) -> None:
    status, out, said = run(store, "ingest", "web", WARC)
    assert (status, said) == (0, "")
    assert out.splitlines()[1:] == [
        "    passed over: a redirect or an error (1 record)",
        "    passed over: neither HTML nor plain text (1 record)",
    ]


def test_of_a_broken_line_nothing_is_left_once_its_author_is_gone(store: str, tmp_path: Path) -> None:
    file = tmp_path / "day.ndjson"
    file.write_bytes(post(1, createdAt=5) + post(2))
    run(store, "ingest", "bluesky", file).fails("set aside: no frame")
    gone = post(1).replace(b'"create"', b'"delete"')
    file.write_bytes(gone + frame(1, kind="account", account={"active": False, "status": "deleted"}))
    assert run(store, "ingest", "bluesky", file).status == 0
    assert run(store, "rebuild").status == 0
    assert posts(store) == ["k2"]
    held = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file() and path != file)
    assert b"did:plc:who1" not in held


def _kept(store: Store, file: Path) -> int:
    """How far the archive was read."""
    return int(store.resume("bluesky", lane_of(file)) or 0)


@pytest.mark.parametrize(
    "stop",
    [
        signal.SIGINT,
        signal.SIGKILL,
    ],
)
def test_what_is_stopped_midway_goes_on_where_it_was(
    new_address: NewAddress, tmp_path: Path, stop: signal.Signals
) -> None:
    count = 300
    store, half, file = new_address(), new_address(), tmp_path / "day.ndjson"
    filler = post(7, text="nothing " * 100) * 200
    with file.open("wb") as archive:
        for n in range(count):
            archive.write(post(n) + filler)
    order: list[str | Path] = [PROGRAM, "ingest", "bluesky", file]
    with (
        open_store(half) as opened,
        subprocess.Popen(order, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment(half)) as process,
    ):
        until = monotonic() + 30
        while not _kept(opened, file) and monotonic() < until:
            sleep(0.002)
        process.send_signal(stop)
        _, err = process.communicate(timeout=30)
        assert process.returncode != 0
        assert b"Traceback" not in err
        assert 0 < _kept(opened, file) < file.stat().st_size
    assert 0 < len(posts(half)) < count
    rest = run(half, "ingest", "bluesky", file)
    assert rest.status == 0
    assert f"{count} posts" not in rest.out  # it did not start anew
    assert run(store, "ingest", "bluesky", file).out == f"✓ day.ndjson: {count} posts, {count} mentions, 0 withdrawn\n"
    assert mentions(half, WORK) == mentions(store, WORK)
