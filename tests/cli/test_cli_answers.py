"""What commands answer: for people without escape codes when piped, for programs as JSON and CSV."""

import csv
import re
import subprocess
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path

import pytest

from hubbub import demo
from hubbub.answers import Report, Said
from hubbub.answers.shapes import Speaker
from hubbub.collect.source import sources
from hubbub.model import Alias, Identifier, Tally
from hubbub.store import open_store
from tests.cli.commanded import PROGRAM, USER_GUIDE, WORK, Ran, command, environment, event, frame, mentions, post, run

GLIOTOXIN = "10.1007/s00253-011-3689-1"
WORKS = [str(work) for shelf in demo.shelves() for work in shelf.works]
BUSY = str(demo.shelves()[0].works[0])
CODES = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f]")
EVIL = "\x1b]0;x\x07\x1b[2J\x9b31m[/b][red]:smile: \u202eevil"
COLUMNS = (
    "source,post,url,posted_at,own,counted,amplifies,title,text,language,account,handle,name,followers,"
    "relation,found_in,as_written,method,certainty,via,record,names,statements"
)


def test_a_piped_report_is_plain(demo_store: str) -> None:
    ran = command(demo_store, "report", BUSY)
    assert (ran.status, ran.err) == (0, "")
    assert not CODES.search(ran.out)
    assert not set("█▁▂▃▄▅▆▇") & set(ran.out)
    assert BUSY in ran.out
    assert "Simulated: this work belongs to the shelf" in ran.out
    assert re.search(r"\d+ posts   \d+ accounts   \d+ amplifications", ran.out)
    assert re.search(r"potential reach [\d,]+ to [\d,]+ followers \(known for \d+ of \d+ accounts\)", ran.out)
    assert re.search(r"^Bluesky +social media +\d+ +\d+ +\d+ *$", ran.out, re.MULTILINE)
    assert f"hubbub mentions {BUSY}" in ran.out


def test_a_report_in_json_has_the_documented_keys(demo_store: str) -> None:
    told = run(demo_store, "report", BUSY, "--json").json()
    assert set(told) == set(Report.__struct_fields__)
    assert set(told["voices"][0]["speaker"]) == set(Speaker.__struct_fields__)
    assert len(told["voices"]) == told["reach"]["accounts"]
    assert told["posts"] == sum(one["posts"] for one in told["sources"])
    assert told["description"]["title"]
    assert told["simulated"] == demo.shelves()[0].title


def test_of_an_unknown_work_all_is_null_and_nothing_zero(store: str) -> None:
    told = run(store, "report", "10.5555/nobody", "--json").json()
    assert told["identifier"] == {"scheme": "doi", "value": "10.5555/nobody", "version": None}
    numbers = (
        "posts",
        "accounts",
        "amplifications",
        "first_at",
        "last_at",
        "checked_at",
        "description",
        "simulated",
        "wish",
    )
    assert [told[name] for name in numbers] == [None] * len(numbers)
    assert (told["reach"]["low"], told["reach"]["high"]) == (None, None)
    assert (told["sources"], told["days"], told["voices"], told["categories"]) == ([], [], [], [])


def test_what_registries_say_is_told_also_of_an_unknown_work(store: str) -> None:
    work, as_of = Identifier("doi", "10.5555/nobody"), datetime(2026, 8, 1, tzinfo=UTC)
    with open_store(store) as opened, opened.writing() as writer:
        tally = Tally(identifier=work, via="crossref", kind="citations", value=1204, as_of=as_of)
        alias = Alias(
            identifier=work, relation="is_version_of", other=Identifier("doi", GLIOTOXIN), via="crossref", version="1"
        )
        writer.keep([tally, alias], as_of)
    ran = run(store, "report", "10.5555/nobody")
    assert "Nothing has been collected about it yet." in ran.out
    assert re.search(r"^counted elsewhere +number +says +as of *$", ran.out, re.MULTILINE)
    assert re.search(r"^citations +1,204 +Crossref +2026-08-01 00:00 UTC *$", ran.out, re.MULTILINE)
    assert re.search(rf"^doi:{re.escape(GLIOTOXIN)} +is version of it +Crossref *$", ran.out, re.MULTILINE)
    told = run(store, "report", "10.5555/nobody", "--json").json()
    assert told["posts"] is None
    assert told["aliases"][0]["via"] == ["crossref"]
    assert [(one["kind"], one["value"], one["via"]) for one in told["tallies"]] == [("citations", 1204, "crossref")]


def test_of_an_unknown_work_people_are_told_what_to_do(store: str) -> None:
    ran = run(store, "report", "10.5555/nobody")
    assert (ran.status, ran.err) == (0, "")
    assert "Nothing has been collected about it yet. That is not the same as no attention:" in ran.out
    assert "0 posts" not in ran.out
    ran = run(store, "mentions", "10.5555/nobody")
    assert ran == (0, "Nothing has been collected about doi:10.5555/nobody yet.\n", "")
    assert run(store, "mentions", "10.5555/nobody", "--json").json() == []
    assert run(store, "mentions", "10.5555/nobody", "--csv") == (0, COLUMNS + "\n", "")


def test_mentions_in_json_have_the_documented_keys_and_their_evidence(store: str) -> None:
    run(store, "ingest", "crossref_event_data", USER_GUIDE)
    (told,) = run(store, "mentions", GLIOTOXIN, "--json").json()
    assert set(told) == set(Said.__struct_fields__)
    assert (told["source"], told["post"]) == ("wikipedia", "https://en.wikipedia.org/wiki/Gliotoxin")
    (evidence,) = told["evidence"]
    assert evidence["via"] == "crossref_event_data"
    assert evidence["as_written"]
    assert evidence["method"]
    assert evidence["record"].startswith("https://")


def test_mentions_for_people_name_the_evidence_below(store: str) -> None:
    run(store, "ingest", "crossref_event_data", USER_GUIDE)
    ran = run(store, "mentions", GLIOTOXIN)
    assert (ran.status, ran.err) == (0, "")
    assert re.search(r"^    crossref_event_data: “.*” in the metadata, by ", ran.out, re.MULTILINE)


def test_csv_has_a_header_and_a_row_a_mention(demo_store: str) -> None:
    ran = run(demo_store, "mentions", BUSY, "--csv")
    assert (ran.status, ran.err) == (0, "")
    assert ran.out.partition("\n")[0] == COLUMNS
    rows, told = list(csv.DictReader(StringIO(ran.out))), run(demo_store, "mentions", BUSY, "--json").json()
    assert [(row["source"], row["post"]) for row in rows] == [(one["source"], one["post"]) for one in told]
    assert [int(row["statements"]) for row in rows] == [len(one["evidence"]) for one in told]
    assert {row["own"] for row in rows} == {"True", "False"}


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r=", "\x1b="])
def test_a_cell_is_no_formula(store: str, tmp_path: Path, start: str) -> None:
    file = tmp_path / "formula.ndjson"
    file.write_bytes(post(1, text=f"{start}HYPERLINK(1) {WORK}"))
    run(store, "ingest", "bluesky", file)
    (row,) = csv.DictReader(StringIO(run(store, "mentions", WORK, "--csv").out))
    assert row["text"].startswith("'")
    assert row["text"].endswith(f"HYPERLINK(1) {WORK}")


@pytest.fixture
def evil_store(store: str, tmp_path: Path) -> str:
    """A store in which strangers write to the terminal wherever they can."""
    posts, events = tmp_path / "posts.ndjson", tmp_path / "events.ndjson"
    card = {"external": {"uri": "https://doi.org/10.5555/work", "title": EVIL}}
    posts.write_bytes(
        post(1, text=f"{EVIL} {WORK}", langs=[EVIL], embed=card) + frame(1, kind="identity", identity={"handle": EVIL})
    )
    author = {"url": "https://blog.example/who", "name": EVIL}
    subject = {"title": EVIL, "url": f"https://blog.example/{EVIL}", "author": author}
    fields = {"subj": subject, "source_id": EVIL, "obj": {"url": EVIL, "method": EVIL}, "relation_type_id": EVIL}
    events.write_bytes(event(1, subj_id=f"https://x.example/{EVIL}", **fields) + event(2, action=EVIL))
    ran = [run(store, "ingest", "bluesky", posts), run(store, "ingest", "crossref_event_data", events)]
    assert [one.out[2:].partition(",")[0] for one in ran] == [f"{n}.ndjson: 1 post" for n in ("posts", "events")]
    assert not any(CODES.search(one.out + one.err) for one in ran)
    return store


@pytest.mark.parametrize(
    "order",
    [
        ["report", WORK],
        ["report", WORK, "--json"],
        ["mentions", WORK],
        ["mentions", WORK, "--json"],
        ["mentions", WORK, "--csv"],
        ["sources"],
    ],
    ids=" ".join,
)
def test_strangers_drive_no_terminal_and_stop_no_command(evil_store: str, order: list[str]) -> None:
    ran = run(evil_store, *order)
    assert (ran.status, ran.err) == (0, "")
    assert not CODES.search(ran.out)
    assert "[/b][red]:smile:" in ran.out  # neither markup nor emoji codes
    if order[-1] not in ("--json", "--csv"):
        assert "\u202e" not in ran.out


def test_json_loses_nothing_of_what_it_escapes(evil_store: str) -> None:
    told = run(evil_store, "mentions", WORK, "--json").json()
    assert f"{EVIL} {WORK}" in [one["text"] for one in told]


def test_sources_are_listed_collectors_first(demo_store: str) -> None:
    ran: Ran = command(demo_store, "sources")
    assert (ran.status, ran.err) == (0, "")
    assert not CODES.search(ran.out)
    head, *lines = ran.out.splitlines()
    assert head.split() == ["source", "name", "kind", "category", "posts", "last", "kept", "set", "aside"]
    known = len(sources())
    assert sorted(line.split()[0] for line in lines[:known]) == sorted(sources())
    assert ["collector" in line for line in lines] == [True] * known + [False] * (len(lines) - known)


def test_sources_of_a_new_store_are_the_collectors(store: str) -> None:
    assert len(run(store, "sources").out.splitlines()) == 1 + len(sources())


def test_a_rebuild_changes_nothing(demo_store: str) -> None:
    before = mentions(demo_store, *WORKS)
    assert any(before)
    reports = [run(demo_store, "report", work, "--json").json() for work in WORKS]
    ran = run(demo_store, "rebuild")
    assert re.fullmatch(r"[\d,]+ statements read again; every count is new.\n", ran.out)
    assert (ran.status, ran.err) == (0, "")
    assert mentions(demo_store, *WORKS) == before
    assert [run(demo_store, "report", work, "--json").json() for work in WORKS] == reports


def test_filling_the_demo_twice_changes_nothing(demo_store: str) -> None:
    before = mentions(demo_store, *WORKS)
    ran = run(demo_store, "demo", "--fill-only")
    assert (ran.status, ran.err) == (0, "")
    assert all(": 0 posts, 0 mentions, " in line for line in ran.out.splitlines())
    assert mentions(demo_store, *WORKS) == before


def test_a_reader_who_has_seen_enough_is_no_failure(demo_store: str) -> None:
    order = f"'{PROGRAM}' mentions {BUSY} --csv | head -n 1; exit ${{PIPESTATUS[0]}}"
    done = subprocess.run(
        ["bash", "-c", order], capture_output=True, env=environment(demo_store), text=True, timeout=60, check=False
    )
    assert done.stdout == COLUMNS + "\n"
    assert "Traceback" not in done.stderr


ORDERS = ("identify", "ingest", "report", "mentions", "sources", "rebuild", "serve", "demo")


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("flag", ["--help", "-h"])
def test_every_command_has_a_manual(order: str, flag: str) -> None:
    ran = run(None, order, flag)
    assert (ran.status, ran.err) == (0, "")
    assert f"hubbub {order}" in ran.out
    assert "--help" in ran.out


def test_the_manual_lists_every_command(tmp_path: Path) -> None:
    ran = command(tmp_path / "none.db", "--help")
    assert (ran.status, ran.err) == (0, "")
    assert not CODES.search(ran.out)
    assert all(re.search(rf"\b{order} ", ran.out) for order in ORDERS)
    assert not (tmp_path / "none.db").exists()
