"""What every source owes, tried on its recordings; a source is found by its entry point and needs nothing here.

`HUBBUB_SAMPLES` may name a folder of further recordings: one folder a source.
"""

import asyncio
import bz2
import gzip
import json
import os
import re
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from io import BytesIO
from pathlib import Path
from typing import Any, get_args
from unittest import mock

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hubbub import pipeline
from hubbub.answers import Answers
from hubbub.collect import archive
from hubbub.collect.source import LineSource, Source, WrongSourceError, sources
from hubbub.identify import in_address
from hubbub.identify.hints import lines_at
from hubbub.model import About, Account, Fact, Fault, Identifier, Page, Post
from hubbub.store import Store
from tests.collect.replay import SECRETS
from tests.conftest import NewStore

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

pytestmark = pytest.mark.usefixtures("one_scan")
RECORDINGS = Path(__file__).parent.parent / "recordings"
PACKINGS: dict[str, Callable[[bytes], bytes]] = {
    "txt": bytes,
    "gz": gzip.compress,
    "bz2": bz2.compress,
    "zst": zstd.compress,
}
SUFFIXES = {".json", ".ndjson"}
ERRORS = "error_"  # recordings of answers that hold nothing
ALL = sorted(sources())
NAMES = [name for name in ALL if "archive" in sources()[name].about.modes]  # those that read files
# Those whose files may hold one entry a line.
BY_LINE = [name for name in NAMES if Path(sources()[name].about.examples[0].recording).suffix in SUFFIXES]


def recordings(name: str) -> list[Path]:
    folders = [RECORDINGS]
    if more := os.environ.get("HUBBUB_SAMPLES"):
        folders.append(Path(more))
    return sorted(file for folder in folders for file in (folder / name).glob("*") if file.suffix in SUFFIXES)


def every_recording() -> list[Any]:
    return [pytest.param(name, file, id=f"{name}-{file.name}") for name in NAMES for file in recordings(name)]


def read_pages(source: Source, data: bytes, since: str = "") -> list[Page]:
    async def read() -> list[Page]:
        return [page async for page in source.read("lane", since, archive.files(lambda lane: BytesIO(data)))]

    return asyncio.run(read())


def parse(source: Source, pages: Sequence[Page]) -> list[Fact | Fault]:
    return [one for page in pages for one in (*page.faults, *source.parse(page))]


def facts_in(source: Source, data: bytes, since: str = "") -> list[Fact]:
    return [one for one in parse(source, read_pages(source, data, since)) if not isinstance(one, Fault)]


def survives(source: Source, data: bytes) -> list[Fact | Fault] | None:
    """Read a page that may hold anything: what was read, or None if it was refused with a reason."""
    try:
        pages = read_pages(source, data)
    except WrongSourceError:
        return None
    found = parse(source, pages)
    for page in pages:
        if isinstance(source, LineSource):
            lines, prints, sure, _ = source.touches(page.body)
            assert lines.shape == (2, len(prints))
            told = [*map(tuple, lines.T.tolist()), *map(tuple, sure.T.tolist())]
            assert told == lines_at(page.body, [start for start, _ in told])
    for one in found:
        if isinstance(one, Fault):
            assert one.reason
            assert 0 <= one.at <= max(len(data), 1)
            one.sample.encode()
    return found


def readable() -> list[Any]:
    """Ours but for the errors, and of the further ones those that the source does not refuse."""
    return [one for one in every_recording() if not _refused(*one.values)]


def _refused(name: str, file: Path) -> bool:
    if file.is_relative_to(RECORDINGS):
        return file.name.startswith(ERRORS)
    return survives(sources()[name], file.read_bytes()) is None


def body_of(name: str) -> bytes:
    """A recording of the source that reads without a fault."""
    return (RECORDINGS / name / sources()[name].about.examples[0].recording).read_bytes()


# The card


@pytest.mark.parametrize("name", ALL)
def test_a_card_is_complete(name: str) -> None:
    about = sources()[name].about
    assert about.name == name
    empty = [field for field in About.__struct_fields__ if getattr(about, field) in ("", None)]
    assert empty == []
    assert about.home.startswith("https://")
    assert about.terms.startswith("https://")
    assert re.fullmatch("#[0-9a-f]{6}", about.colour)
    assert set(about.yields) <= {kind.__name__ for kind in get_args(Fact)}
    assert about.yields
    assert about.examples, "a source brings recordings"


@pytest.mark.parametrize("name", NAMES)
def test_examples_are_recorded_and_hold_what_the_card_says(name: str) -> None:
    source = sources()[name]
    for example in source.about.examples:
        if example.lane:  # tried as an answer of the service
            continue
        facts = facts_in(source, (RECORDINGS / name / example.recording).read_bytes())
        posts = {fact.id: [] for fact in facts if isinstance(fact, Post)}  # type: dict[str, list[str]]
        for fact in facts:
            if isinstance(fact, Post):
                named = [str(found.identifier) for link in fact.links for found in in_address(link.address)]
                posts[fact.id] += named
        assert [(post, named) for post, named in example.finds if named not in posts.get(post, [])] == []


@pytest.mark.parametrize("name", ALL)
def test_every_recording_names_its_origin(name: str) -> None:
    folder = RECORDINGS / name
    told = "\n".join(origin.read_text() for origin in folder.rglob("ORIGIN.md"))
    named = set(re.findall(r"^\| `([^`]+)`", told, re.MULTILINE))
    assert {file.name for file in folder.rglob("*.*")} - {"ORIGIN.md", "requests.ndjson", "watch.json"} == named


@pytest.mark.parametrize(("name", "file"), [one for one in every_recording() if RECORDINGS in one.values[1].parents])
def test_no_recording_holds_a_secret_or_an_e_mail_address(name: str, file: Path) -> None:
    assert SECRETS.findall(file.read_text()) == []


# Reading


@pytest.mark.parametrize(("name", "file"), readable())
def test_parse_and_touches_are_pure(name: str, file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = sources()[name]
    pages = read_pages(source, file.read_bytes())

    def once() -> list[Any]:
        touches = [source.touches(page.body) for page in pages] if isinstance(source, LineSource) else []
        return [parse(source, pages), [[part.tolist() for part in parts] for *parts, _ in touches]]

    def refuse(*_: Any, **__: Any) -> Any:
        raise AssertionError("a pure function asked for more than its page")

    first = once()
    for forbidden in ("builtins.open", "socket.socket", "os.open", "time.time", "random.random"):
        monkeypatch.setattr(forbidden, refuse)
    second = once()
    monkeypatch.undo()
    assert first == second


@pytest.mark.parametrize(("name", "file"), readable())
def test_ids_and_versions_are_there_and_stable(name: str, file: Path) -> None:
    source = sources()[name]
    found = facts_in(source, file.read_bytes())
    for fact in found:
        if isinstance(fact, Post | Account):
            assert fact.source
            assert fact.via == name
            assert fact.version
            assert fact.id or fact.change == "withdrawn"
            assert not (isinstance(fact, Post) and fact.via != fact.source) or fact.assertion
    assert found == facts_in(source, file.read_bytes())


@pytest.mark.parametrize(("name", "file"), readable())
def test_every_resume_point_goes_on_where_it_stood(name: str, file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source, data = sources()[name], file.read_bytes()
    monkeypatch.setattr(archive, "PAGE", 4000)
    pages = read_pages(source, data)
    for reached, page in enumerate(pages):
        went_on = read_pages(source, data, page.resume)
        assert parse(source, went_on) == parse(source, pages[reached + 1 :])


@pytest.mark.parametrize(("name", "file"), readable())
def test_plain_and_packed_files_read_the_same(name: str, file: Path, tmp_path: Path) -> None:
    source, data = sources()[name], file.read_bytes()
    for suffix, pack in PACKINGS.items():
        packed_file = tmp_path / f"packed.{suffix}"
        packed_file.write_bytes(pack(data))

        async def read(path: Path = packed_file) -> list[Page]:
            return [page async for page in source.read("lane", "", archive.files(lambda lane: archive.open_file(path)))]

        assert parse(source, asyncio.run(read())) == parse(source, read_pages(source, data))


# What is not as it should be


@pytest.mark.parametrize(("name", "file"), readable())
def test_a_cut_page_gives_what_came_before_the_cut_and_says_so(name: str, file: Path) -> None:
    source, data = sources()[name], file.read_bytes()
    whole = facts_in(source, data)
    for tenth in range(10):
        found = survives(source, data[: len(data) * tenth // 10 + 7])
        if found is not None:
            facts = [one for one in found if not isinstance(one, Fault)]
            assert facts == whole[: len(facts)]
            assert len(facts) == len(whole) or any(isinstance(one, Fault) for one in found) or source_by_line(name)


def source_by_line(name: str) -> bool:
    return isinstance(sources()[name], LineSource)


@pytest.mark.parametrize("packing", [*PACKINGS][1:])
@pytest.mark.parametrize("name", NAMES)
def test_a_cut_packed_file_gives_what_came_before_and_says_so(name: str, packing: str, tmp_path: Path) -> None:
    source, data = sources()[name], body_of(name) * (1 if name == "crossref_event_data" else 50)
    packed = PACKINGS[packing](data)
    file = tmp_path / f"cut.{packing}"
    file.write_bytes(packed[: len(packed) * 2 // 3])

    async def read() -> list[Page]:
        return [page async for page in source.read("lane", "", archive.files(lambda lane: archive.open_file(file)))]

    try:
        pages = asyncio.run(read())
    except WrongSourceError:
        return  # so short that nothing of it came out
    assert [fault for page in pages for fault in page.faults]


DEEP = b"[" * 100_000
FOREIGN = {
    "empty": b"",
    "blank": b"\n \n\t\r\n",
    "html": b"<!DOCTYPE html><html><body>502 Bad Gateway</body></html>",
    "binary": bytes(range(256)) * 40,
    "other JSON": b'{"resultCount": 1, "results": [{"wrapperType": "track"}]}',
    "a list of numbers": b"[1, 2, 3]",
    "a number": b"7",
    "deep": DEEP,
    "deep objects": b'{"a":' * 50_000,
    "a huge number": b"9" * 1_000_000,
    "bom": b"\xef\xbb\xbf",
    "utf-16": '{"did": "x"}'.encode("utf-16"),
    "a gzip that is not opened": gzip.compress(b"{}"),
}


@pytest.mark.parametrize("what", FOREIGN)
@pytest.mark.parametrize("name", NAMES)
def test_what_is_something_else_is_refused_or_named(name: str, what: str) -> None:
    found = survives(sources()[name], FOREIGN[what])
    assert not found or all(isinstance(one, Fault) for one in found)


@pytest.mark.parametrize("name", NAMES)
def test_another_sources_recordings_are_refused(name: str) -> None:
    for other in NAMES:
        for file in recordings(other) if other != name else []:
            with pytest.raises(WrongSourceError):
                read_pages(sources()[name], file.read_bytes())


@pytest.mark.parametrize("bad", [DEEP, b'{"a":' * 50_000, b"9" * 1_000_000, b"\x00", b"\xff\xfe", b"{}", b"null"])
@pytest.mark.parametrize("name", BY_LINE)
def test_one_bad_line_costs_no_other(name: str, bad: bytes) -> None:
    source, lines = sources()[name], lines_of(name)
    found = survives(source, b"\n".join([lines[0], bad, *lines[1:]]) + b"\n")
    assert found is not None
    assert [one for one in found if not isinstance(one, Fault)] == facts_in(source, b"\n".join(lines))
    (fault,) = [one for one in found if isinstance(one, Fault)]
    assert fault.at == len(lines[0]) + 1


@pytest.mark.parametrize("name", BY_LINE)
def test_a_line_over_the_limit_is_set_aside(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    source, lines = sources()[name], lines_of(name)
    monkeypatch.setattr(archive, "PAGE", 4000)
    monkeypatch.setattr(archive, "LINE_LIMIT", 20_000)
    found = survives(source, b"\n".join([lines[0], b'{"a": "' + b"x" * 50_000 + b'"}', *lines[1:]]))
    assert found is not None
    assert [one for one in found if not isinstance(one, Fault)] == facts_in(source, b"\n".join(lines))
    assert [one.at for one in found if isinstance(one, Fault)] == [len(lines[0]) + 1]


def lines_of(name: str) -> list[bytes]:
    """A few entries of a source, one a line."""
    data = body_of(name)
    if isinstance(sources()[name], LineSource):
        return data.split(b"\n")[:5]
    document = json.loads(data)
    entries = document["message"]["events"] if isinstance(document, dict) else document
    return [json.dumps(entry).encode() for entry in entries[:5]]


@pytest.mark.parametrize("packing", [*PACKINGS][1:])
def test_a_decompression_bomb_is_stopped(packing: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "_SWELL_FREE", 1 << 20)
    bomb = (b'{"did": "did:plc:a", "time_us": 1, "kind": "identity"}\n') + b" " * (64 << 20)
    file = tmp_path / f"bomb.{packing}"
    file.write_bytes(PACKINGS[packing](bomb))
    monkeypatch.setattr(archive, "SWELL_LIMIT", 100)
    read = [0]

    def read_all() -> None:
        with closing(archive.open_file(file)) as opened:
            while data := opened.read(1 << 20):
                read.append(len(data))

    with pytest.raises(EOFError, match="swells"):
        read_all()
    assert sum(read) < 32 << 20


_JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats(allow_nan=False)
    | st.text(max_size=8)
    | st.sampled_from(
        [
            "\x00",
            "javascript:alert(1)",
            "__proto__",
            "x" * 5000,
            "2026-13-45T99:99:99Z",
            "0001-01-01T00:00:00Z",
            "9999-12-31T23:59:59-14:00",
            "at://",
            "https://[",
            "https://doi.org/10.1/%00",
            10**400,
        ]
    ),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=6,
)


def paths(value: Any, here: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Every place in a JSON value."""
    yield here
    for key, inner in value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ():
        yield from paths(inner, (*here, key))


def put(value: Any, path: tuple[Any, ...], new: Any) -> Any:
    if not path:
        return new
    copy = dict(value) if isinstance(value, dict) else list(value)
    copy[path[0]] = put(copy[path[0]], path[1:], new)
    return copy


@pytest.mark.parametrize("name", BY_LINE)
@given(data=st.data())
def test_any_value_in_any_field_is_read_or_named(new_store: NewStore, name: str, data: st.DataObject) -> None:
    source = sources()[name]
    lines = [json.loads(line) for line in data.draw(st.sampled_from(entries(name)), label="entries").split(b"\n")]
    entry = lines[0]
    hostile = put(entry, data.draw(st.sampled_from(list(paths(entry))), label="where"), data.draw(_JSON, label="what"))
    good = lines_of(name)[0]
    page = good + b"\n" + json.dumps(hostile, ensure_ascii=data.draw(st.booleans())).encode(errors="surrogatepass")
    found = survives(source, page + b"\n" + good + b"\n")
    assert found is not None
    # What is read can also be kept.
    with new_store() as store:
        collect(store, source, page)


def entries(name: str) -> list[bytes]:
    if isinstance(sources()[name], LineSource):
        lines = (line for file in recordings(name) for line in file.read_bytes().split(b"\n")[:60])
        return [line for line in lines if line.startswith(b"{") and line.endswith(b"}")][:80]  # some are documents
    return lines_of(name)


@pytest.mark.parametrize("escape", [r"\u0000", r"\ud800", r"\udc00\ud800", r"\uffff", r"\u202e"])
@pytest.mark.parametrize("name", BY_LINE)
def test_odd_characters_do_no_harm(new_store: NewStore, name: str, escape: str) -> None:
    source, odd = sources()[name], escape.encode()
    for line in entries(name):
        for one in line.replace(b"e", escape.encode(), 1), re.sub(rb'(?<=":)( ?")(?=[^"])', lambda m: m[1] + odd, line):
            assert survives(source, lines_of(name)[0] + b"\n" + one + b"\n") is not None
    page = b"\n".join(re.sub(rb'(title|text|name)": ?"', lambda m: m[0] + odd, line) for line in entries(name))
    with new_store() as store:
        collect(store, source, lines_of(name)[0] + b"\n" + page)


# Keeping


def collect(store: Store, source: Source, data: bytes) -> pipeline.Outcome:
    return asyncio.run(pipeline.collect(source, "lane", archive.files(lambda lane: BytesIO(data)), store))


def works_in(source: Source, data: bytes) -> set[Identifier]:
    return {
        msgspec.structs.replace(found.identifier, version=None)
        for fact in facts_in(source, data)
        if isinstance(fact, Post)
        for link in fact.links
        for found in in_address(link.address)
    }


def said(store: Store, works: set[Identifier]) -> list[Any]:
    """What is said of works, without when it was collected."""
    answers = Answers(store)
    told = [[msgspec.to_builtins(one) for one in answers.said(work)] for work in sorted(works, key=str)]
    for one in (one for list_ in told for one in list_):
        for evidence in one["evidence"]:
            del evidence["collected_at"]
    return told


@pytest.mark.parametrize(("name", "file"), readable())
def test_twice_and_in_any_order_leaves_the_same(new_store: NewStore, name: str, file: Path) -> None:
    source, data = sources()[name], file.read_bytes()
    lines = [line for line in data.split(b"\n") if line]
    if not isinstance(source, LineSource):
        document = json.loads(data)
        found = document.get("message", document)["events"] if isinstance(document, dict) else document
        lines = [json.dumps(entry).encode() for entry in found]
        if not lines:
            return
    works = works_in(source, data)
    stores = [new_store() for _ in range(3)]
    for store in stores:  # on a shelf, so that media and pages are kept too
        with store.writing() as writer:
            writer.wanted.shelve("all", "All", "", False, works)
    for _ in range(2):
        collect(stores[0], source, data)
        collect(stores[1], source, b"\n".join(reversed(lines)))
        collect(stores[2], source, b"\n".join([*lines[1::2], *lines[::2], *lines[1::2]]))
    assert said(stores[0], works) == said(stores[1], works) == said(stores[2], works)


def test_deletions_are_honoured(new_store: NewStore) -> None:
    gone = {name: sources()[name].about.deletions for name in NAMES}
    assert set(gone.values()) <= {"told", "recheck", "never"}
    store, source = new_store(), sources()["crossref_event_data"]
    told = json.loads((RECORDINGS / source.about.name / "synthetic-twitter.json").read_text())
    posts = [one.post for one in said_of(store, source, told)]
    assert posts == ["101", "102"]


def said_of(store: Store, source: Source, document: Any) -> list[Any]:
    collect(store, source, json.dumps(document).encode())
    return Answers(store).said(Identifier("doi", "10.5555/12345678"))


def test_a_folder_of_further_recordings_is_read_too(tmp_path: Path) -> None:
    (tmp_path / NAMES[0]).mkdir()
    (tmp_path / NAMES[0] / "more.ndjson").write_bytes(b"")
    with mock.patch.dict(os.environ, {"HUBBUB_SAMPLES": str(tmp_path)}):
        assert tmp_path / NAMES[0] / "more.ndjson" in recordings(NAMES[0])
