"""`identify` finds what texts, addresses and pages hold, and answers a line a line."""

from pathlib import Path

import msgspec
import pytest

from tests.cli.commanded import command, run

ADDRESS = "https://doi.org/10.1371/journal.pone.0000308"
DOI = "doi:10.1371/journal.pone.0000308"
ANSWER = '{"ids":[{"scheme":"doi","value":"10.1371/journal.pone.0000308"}]}\n'
PAGE = f"""<!DOCTYPE html><html><head><meta name="citation_doi" content="10.1371/journal.pone.0000308"></head>
<body>Read it at <a href="{ADDRESS}">PLOS ONE</a></body></html>"""


@pytest.mark.parametrize(
    "written", [f"see {ADDRESS}.", ADDRESS, f"{ADDRESS}\n", PAGE, f"{ADDRESS} {DOI} {ADDRESS}", f"\xff {DOI}"]
)
def test_what_standard_input_holds_is_seen_from_it(written: str) -> None:
    assert run(None, "identify", stdin=written.encode("latin-1")) == (0, f"{DOI}\n", "")


def test_the_real_command_reads_standard_input(tmp_path: Path) -> None:
    ran = command(tmp_path / "none.db", "identify", stdin=f"see {ADDRESS}.".encode())
    assert ran == (0, f"{DOI}\n", "")
    assert not (tmp_path / "none.db").exists()


def test_several_files_are_answered_together_and_each_work_once(tmp_path: Path) -> None:
    (tmp_path / "page.html").write_text(PAGE)
    (tmp_path / "notes.txt").write_text(f"{DOI}, arXiv:2101.00001 and\x00")
    ran = run(None, "identify", tmp_path / "page.html", tmp_path / "notes.txt")
    assert ran == (0, f"{DOI}\narxiv:2101.00001\n", "")


def test_a_kind_is_seen_or_given() -> None:
    wikitext = "{{cite journal|doi=10.1371/journal.pone.0000308|pmc=1790863}}"
    assert run(None, "identify", stdin=wikitext.encode()).out == f"{DOI}\npmcid:PMC1790863\n"
    assert run(None, "identify", "--kind", "text", stdin=wikitext.encode()).out == f"{DOI}\n"
    ran = run(None, "identify", "--kind", "docx", stdin=b"x")
    assert (ran.status, ran.out) == (2, "")
    assert "it is one of text, url, html, wikitext" in " ".join(ran.err.split())


def test_a_version_stands_in_a_field_of_its_own() -> None:
    asked = b'{"input": "{{arXiv|1310.2590v2}}", "kind": "wikitext"}'
    answer = '{"ids":[{"scheme":"arxiv","value":"1310.2590","version":"2"}]}\n'
    assert run(None, "identify", "--jsonl", stdin=asked).out == answer


def test_a_page_tells_why(tmp_path: Path) -> None:
    (tmp_path / "page.html").write_text(
        '<meta name="citation_doi" content="10.1234/test"><meta name="dc.identifier" content="10.5555/a">'
        '<meta name="dc.relation" content="10.5555/b">\x1b[31m<a href="https://doi.org/10.5555/c">c</a>'
    )
    status, out, _ = run(None, "identify", "--why", tmp_path / "page.html")
    head, *rows = [line.split("  ", 1)[0] for line in out.splitlines()]
    assert (status, head, rows) == (0, "verdict", ["rejected", "is", "is related to", "references"])
    for told in (
        "10.1234/test",
        "meta citation_doi",
        "a template's placeholder",
        "doi:10.5555/a",
        "dublin core",
        "link",
    ):
        assert told in out
    assert "\x1b" not in out


def test_texts_and_addresses_tell_why() -> None:
    assert "doi-in-text" in run(None, "identify", "--why", stdin=f"see {DOI}".encode()).out
    assert "doi-address" in run(None, "identify", "--why", stdin=ADDRESS.encode()).out
    assert run(None, "identify", "--why", stdin=b"nothing").status == 1


def test_a_page_in_another_charset_is_read() -> None:
    page = '<html><meta charset="utf-16le"><meta name="citation_doi" content="10.5555/é">'
    assert run(None, "identify", stdin=page.replace("utf-16le", "latin-1").encode("latin-1")).out == "doi:10.5555/é\n"


def test_reasons_are_not_told_to_programs() -> None:
    run(None, "identify", "--why", "--jsonl", stdin=b"{}").fails("--why is for people", status=2)


def test_nothing_found_is_told() -> None:
    assert run(None, "identify", stdin=b"10.1 is a number") == (1, "", "nothing found\n")


@pytest.mark.parametrize("flags", [[], ["--jsonl"]])
def test_a_missing_file_is_named(tmp_path: Path, flags: list[str]) -> None:
    missing = tmp_path / "nowhere.txt"
    run(None, "identify", *flags, missing).fails(f"cannot read {missing}: No such file or directory")
    run(None, "identify", *flags, tmp_path).fails(f"cannot read {tmp_path}: Is a directory")


def test_a_long_identifier_stays_on_one_line() -> None:
    address = f"https://example.org/{'a' * 400}"
    assert run(None, "identify", stdin=f"see {address} there".encode()).out == f"url:{address}\n"


def test_an_identifier_drives_no_terminal() -> None:
    ran = run(None, "identify", stdin="10.5555/a\x1b]0;x\x07b and 10.5555/b\x9b31m".encode())
    assert not {"\x1b", "\x07", "\x9b"} & set(ran.out)


@pytest.mark.parametrize(
    "asked",
    [
        {"input": f"see {ADDRESS}."},
        {"input": f"see {ADDRESS}.", "kind": "text"},
        {"input": ADDRESS, "kind": "url"},
        {"input": PAGE, "kind": "html"},
        {"input": DOI, "kind": "text", "more": 1},
    ],
)
def test_a_line_of_json_is_answered_with_a_line_of_json(asked: dict[str, object]) -> None:
    assert run(None, "identify", "--jsonl", stdin=msgspec.json.encode(asked)) == (0, ANSWER, "")


def test_the_real_command_answers_lines(tmp_path: Path) -> None:
    asked = msgspec.json.encode({"input": ADDRESS, "kind": "url"}) + b"\n"
    assert command(tmp_path / "none.db", "identify", "--jsonl", stdin=asked * 3) == (0, ANSWER * 3, "")


def test_a_line_without_identifiers_is_answered_with_none() -> None:
    assert run(None, "identify", "--jsonl", stdin=b'{"input": "hello"}\n\n') == (0, '{"ids":[]}\n', "")


@pytest.mark.parametrize(
    "broken",
    [
        b"{",
        b"\xff\xfe",
        b"[]",
        b'{"input": 7}',
        b'{"kind": "text"}',
        b'{"input": "x", "kind": "docx"}',
        b'{"input": "\\ud800"}',
        b"[" * 100_000,
        b"hello",
    ],
)
def test_a_broken_line_is_answered_in_its_place_and_costs_no_other(broken: bytes) -> None:
    good = msgspec.json.encode({"input": ADDRESS})
    ran = run(None, "identify", "--jsonl", stdin=b"\n".join([good, broken, good]))
    first, answer, last = ran.out.splitlines(keepends=True)
    assert (first, last) == (ANSWER, ANSWER)
    told = msgspec.json.decode(answer)
    assert told["ids"] == []
    assert told["error"]
    assert (ran.status, ran.err) == (1, "")
