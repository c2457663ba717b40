"""Bulk files: they hold what pages and counts say, no more and no less, and are never held as a whole."""

import csv
import io
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any, get_args

import msgspec
import pyarrow.parquet
import pytest

from hubbub.answers import Answers
from hubbub.answers import selected as selected_answers
from hubbub.answers.exported import cleared
from hubbub.answers.shapes import Evidence, Said, Speaker
from hubbub.model import Account, Identifier
from hubbub.store import open_store
from hubbub.tell import bulk
from hubbub.tell.bulk import Format, MentionFormat, MentionRow
from hubbub.tell.calls import Calls
from tests.web.conftest import DATA, EVIL, PAPER, QUIET, START, world


@pytest.fixture(scope="module")
def answers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Answers]:
    with open_store(str(tmp_path_factory.mktemp("store") / "hubbub.db")) as store:
        with store.writing() as writer:
            writer.keep(list(world()), START)
            writer.wanted.shelve("mine", "Mine", "", False, [PAPER, DATA])
        yield Answers(store)


def lines(answers: Answers, **of: Any) -> list[Said]:
    written = b"".join(Calls(answers).bulk_mentions("jsonl", **of))
    return [msgspec.json.decode(line, type=Said) for line in written.splitlines()]


def keys(said: list[Said]) -> set[tuple[str, str]]:
    return {(one.source, one.post) for one in said}


@pytest.mark.parametrize("work", [PAPER, EVIL, DATA, QUIET], ids=str)
def test_a_file_of_a_work_holds_its_mentions(
    answers: Answers, work: Identifier, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(selected_answers, "BATCH", 7)
    written = lines(answers, work=str(work))
    assert {(one.source, one.post): one for one in written} == {
        (one.source, one.post): one for one in answers.said(work)
    }
    assert len(written) == len(keys(written))


def test_a_file_of_a_shelf_holds_the_mentions_of_its_works_once(answers: Answers) -> None:
    written = lines(answers, shelf="mine")
    assert keys(written) == keys(answers.said(PAPER)) | keys(answers.said(DATA))
    assert len(written) == len(keys(written))


def test_a_file_of_all_counts_as_reports_do(answers: Answers, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(selected_answers, "BATCH", 50)
    written, seen = lines(answers), set()
    for line in Calls(answers).every_work():
        report = answers.report(line.identifier)
        names = {name for version in report.versions for name in version.identifiers}
        of = [
            one for one in written
            if one.counted and any(Identifier(e.identifier.scheme, e.identifier.value) in names for e in one.evidence)
        ]  # fmt: skip
        assert sum(one.own for one in of) == (report.posts or 0)
        assert sum(not one.own for one in of) == (report.amplifications or 0)
        seen |= keys(of)
    assert keys([one for one in written if one.counted]) == seen


def test_a_day_leaves_out_what_was_before_and_what_has_no_time(answers: Answers) -> None:
    day = date(2025, 3, 10)
    since = datetime(2025, 3, 10, tzinfo=UTC)
    for of in ({}, {"work": str(PAPER)}):
        every = lines(answers, **of)
        kept = lines(answers, since=day, **of)
        assert keys(kept) == keys([one for one in every if one.posted_at and one.posted_at >= since])
        assert 0 < len(kept) < len(every)


def test_what_is_withdrawn_while_a_file_is_made_is_not_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    monkeypatch.setattr(selected_answers, "BATCH", 1)
    with open_store(str(tmp_path / "hubbub.db")) as store:
        with store.writing() as writer:
            writer.keep(list(world()), START)
        said = Answers(store).every_mention(PAPER)
        assert said
        first = next(said)
        voices = {one.speaker.key for one in Answers(store).said(PAPER) if one.speaker and one.source == "bluesky"}
        gone, *_ = voices - {first.speaker.key if first.speaker else ""}
        with store.writing() as writer:
            left = Account(source="bluesky", id=gone, via="bluesky", version="9" * 20, change="withdrawn")
            writer.keep([left], START + timedelta(days=90))
        assert gone not in {one.speaker.key for one in said if one.speaker}


def test_parquet_and_csv_hold_the_same_rows(answers: Answers) -> None:
    sheet = b"".join(Calls(answers).bulk_mentions("csv")).decode()
    table = pyarrow.parquet.read_table(io.BytesIO(b"".join(Calls(answers).bulk_mentions("parquet"))))
    rows = list(csv.DictReader(io.StringIO(sheet)))
    assert [*rows[0]] == table.column_names == [*MentionRow.__struct_fields__]
    assert len(rows) == table.num_rows == len(lines(answers))
    for row, typed in zip(rows, table.to_pylist(), strict=True):
        told = {name: one.isoformat() if isinstance(one, datetime) else one for name, one in typed.items()}
        for name, one in told.items():
            assert row[name].removeprefix("'") == ("" if one is None else cleared(str(one)).removeprefix("'"))


@pytest.mark.parametrize(
    "text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\x1b[31m=1", 'a,b\n"c"\r\n', "‮evil", "x" * 100_000]
)
def test_strangers_texts_are_no_formulas(text: str) -> None:
    who = Speaker("bluesky", "did:plc:1", text, text)
    how = Evidence(PAPER, "bluesky", "", "1", "discusses", "link", text, "m", 1.0, None, START)
    said = Said("bluesky", text, text, text, text, None, who, START, True, True, None, None, (how,))
    _, row = csv.reader(io.StringIO(b"".join(bulk.mentions("csv", [said])).decode(), newline=""))
    assert not any(one.startswith(("=", "+", "-", "@", "\t", "\x1b")) for one in row)
    assert any(text.lstrip("'").strip()[-3:] in one for one in row)


@pytest.mark.parametrize("form", get_args(Format))
def test_a_file_is_written_while_it_is_read(form: Format) -> None:
    read = 0

    def told() -> Iterator[Said]:
        nonlocal read
        how = Evidence(PAPER, "bluesky", "", "1", "discusses", "link", "x", "m", 1.0, None, START)
        for number in range(30_000):
            read += 1
            yield Said("bluesky", f"{number}", None, None, "text", None, None, START, True, True, None, None, (how,))

    parts = bulk.mentions(form, told())
    written = next(parts) + next(parts)
    assert len(written) > 100
    assert 0 < read <= 20_000
    for _ in parts:
        pass
    assert read == 30_000


def test_events_are_those_of_the_mentions_selected(answers: Answers) -> None:
    def posts(**of: Any) -> set[str]:
        told = b"".join(Calls(answers).bulk_mentions("events", **of)).splitlines()
        return {msgspec.json.decode(line)["id"] for line in told}

    every, paper, mine = posts(), posts(work=str(PAPER)), posts(shelf="mine")
    assert paper < mine < every
    assert posts(work=str(PAPER), since=date(2025, 3, 10)) < paper
    assert len(paper) >= answers.report(PAPER).posts > 0  # type: ignore[operator]


def test_works_are_listed_with_their_counts(answers: Answers) -> None:
    rows = list(csv.DictReader(io.StringIO(b"".join(Calls(answers).bulk_works("csv")).decode())))
    told = {row["identifier"]: (row["posts"], row["amplifications"]) for row in rows}
    for work in (PAPER, DATA):
        report = answers.report(work)
        assert told[str(work)] == (str(report.posts), str(report.amplifications))
    assert len(told) == len(rows)


def test_an_empty_store_gives_files_that_can_be_read(tmp_path: Any) -> None:
    with open_store(str(tmp_path / "hubbub.db")) as store:
        calls = Calls(Answers(store))
        files = {form: b"".join(calls.bulk_mentions(form)) for form in get_args(MentionFormat)}
    assert files["jsonl"] == files["events"] == b""
    assert files["csv"].decode().strip().split(",") == [*MentionRow.__struct_fields__]
    assert pyarrow.parquet.read_table(io.BytesIO(files["parquet"])).num_rows == 0
