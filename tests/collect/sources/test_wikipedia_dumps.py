"""What dumps of a wiki say: who brought each reference and when, what went, and nothing that a hostile file wants."""

import asyncio
import bz2
import tracemalloc
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import BinaryIO
from unittest import mock

import pytest

from hubbub import pipeline
from hubbub.answers import Answers
from hubbub.collect import archive, wikidump
from hubbub.collect.source import WrongSourceError
from hubbub.collect.sources.wikipedia import Wikipedia
from hubbub.model import Account, Fact, Fault, Identifier, Page, Post
from tests.collect.asked import archived
from tests.conftest import NewStore

DUMP = (Path(__file__).parents[2] / "recordings/wikipedia/history.xml").read_bytes()
HOME, NAME = "https://en.wikipedia.org/wiki/", "https://en.wikipedia.org/w/index.php?curid="
GLIOTOXIN = f"{HOME}Gliotoxin"


def read(data: bytes, since: str = "", page: int = 1 << 20) -> list[Page]:
    async def take() -> list[Page]:
        fetch = archived(data)
        return [page async for page in Wikipedia().read("dump.xml", since, fetch)]

    with mock.patch.object(archive, "PAGE", page):
        return asyncio.run(take())


def facts(data: bytes) -> list[Fact | Fault]:
    pages = read(data)
    return [one for page in pages for one in (*page.faults, *Wikipedia().parse(page))]


def statements(data: bytes) -> dict[tuple[str, str], Post]:
    """What is said, by the name of the statement and the revision."""
    return {(one.assertion, one.version): one for one in facts(data) if isinstance(one, Post)}


def test_each_reference_is_dated_by_the_revision_that_brought_it() -> None:
    said = statements(DUMP)[f"{NAME}2 doi:10.5555/wiki.1", "000000000012.1"]
    assert (said.id, said.change, str(said.posted_at)) == (GLIOTOXIN, "made", "2026-01-02 08:00:00+00:00")
    assert said.author == "https://meta.wikimedia.org/wiki/Special:CentralAuth/Ada"
    assert [link.record for link in said.links] == ["https://en.wikipedia.org/w/index.php?diff=12"]


def test_a_reference_that_a_revision_took_away_is_withdrawn() -> None:
    told = {version: one.change for (name, version), one in statements(DUMP).items() if "pmc" in name}
    assert told == {"000000000013.1": "made", "000000000014.1": "withdrawn"}


def test_after_a_hidden_revision_nobody_is_named() -> None:
    said = statements(DUMP)
    assert (said[f"{NAME}4 doi:10.5555/wiki.3", "000000000032.0"].author) is None
    assert not [name for name, _ in said if "wiki.9" in name]


def test_who_has_no_account_is_not_named() -> None:
    assert statements(DUMP)[f"{NAME}3 doi:10.5555/wiki.2", "000000000021.1"].author is None
    assert {one.handle for one in facts(DUMP) if isinstance(one, Account)} == {"Ada", "Grace"}


def test_articles_alone_count(new_store: NewStore) -> None:
    store = new_store()
    asyncio.run(pipeline.collect(Wikipedia(), "dump", archived(DUMP), store))
    works = (Identifier("doi", f"10.5555/wiki.{number}") for number in (1, 2, 3, 4))
    assert [[one.post for one in Answers(store).said(work)] for work in works] == [
        [GLIOTOXIN],
        [f"{HOME}C'est_&_%22vrai%22%3F_%C3%9Cn%C3%AF+x_(a)/b"],
        [f"{HOME}Hidden"],
        [],
    ]


def test_a_number_that_only_its_template_explains_passes_the_gate(new_store: NewStore) -> None:
    data = DUMP.replace(b"doi=10.5555/wiki.2", b"pmc = 2345679")
    store = new_store()
    asyncio.run(pipeline.collect(Wikipedia(), "dump", archived(data), store))
    assert len(Answers(store).said(Identifier("pmcid", "PMC2345679"))) == 1


@pytest.mark.parametrize("size", [1, 7, 64, 1000, 4096])
def test_however_it_is_cut_into_parts_the_same_is_read(monkeypatch: pytest.MonkeyPatch, size: int) -> None:
    (whole,) = read(DUMP)
    parts = [DUMP[at : at + size] for at in range(0, len(DUMP), size)]
    monkeypatch.setattr(archive, "chunks", lambda lane, at, fetch: iter(parts))
    assert [page.body for page in read(DUMP)] == [whole.body]
    assert whole.body.count(b"\n") == 8


def test_it_goes_on_in_the_middle_of_a_page() -> None:
    pages = read(DUMP, page=1000)
    assert len(pages) > 4
    for reached, page in enumerate(pages):
        assert [one.body for one in read(DUMP, page.resume, 1000)] == [one.body for one in pages[reached + 1 :]]


def test_a_dump_of_many_streams_is_read_to_its_end(tmp_path: Path) -> None:
    cuts = [0, 700, 2000, len(DUMP)]
    (file := tmp_path / "dump.xml.bz2").write_bytes(b"".join(bz2.compress(DUMP[a:b]) for a, b in pairwise(cuts)))

    def fetch(lane: str) -> BinaryIO:
        return archive.open_file(file)

    async def take() -> list[bytes]:
        return [page.body async for page in Wikipedia().read("dump", "", archive.files(fetch))]

    assert asyncio.run(take()) == [page.body for page in read(DUMP)]


def faults(data: bytes) -> list[Fault]:
    return [one for one in facts(data) if isinstance(one, Fault)]


def whole(data: bytes) -> list[Fact | Fault]:
    return [one for one in facts(data) if not isinstance(one, Fault)]


def test_entities_that_a_file_brings_along_are_not_known() -> None:
    bomb = b'<!DOCTYPE m [<!ENTITY a "doi:10.5555/bomb"><!ENTITY b "&a;&a;&a;&a;">]>\n' + DUMP
    data = bomb.replace(b"Nothing yet.", b"&b;")
    assert [one.reason for one in faults(data)] == ["no page of a dump"] * 2  # with the next revision, too
    assert not [one for one in whole(data) if "bomb" in str(one)]


def test_a_revision_over_the_limit_costs_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wikidump, "REVISION_LIMIT", 20_000)
    data = DUMP.replace(b"Nothing yet.", b"x" * 100_000)
    monkeypatch.setattr(archive, "PAGE", 4000)
    (fault,) = [one for page in read(data, page=4000) for one in page.faults]
    assert fault.reason.startswith("a revision longer than")
    assert len(b"\n".join(page.body for page in read(data, page=4000)).split(b"\n")) == 8


def test_a_tree_of_tags_is_not_built() -> None:
    data = DUMP.replace(b"Nothing yet.", b"<a>" * 300_000)
    tracemalloc.start()
    assert len(faults(data)) == 2
    assert tracemalloc.get_traced_memory()[1] < 32 << 20
    tracemalloc.stop()


def broken() -> Iterator[bytes]:
    yield DUMP.replace(b"<id>2</id>", b"<id>x</id>")
    yield DUMP.replace(b"<timestamp>2026-01-01T08:00:00Z", b"<timestamp>2026-13-01T08:00:00Z", 1)
    yield DUMP.replace(b"<id>11</id>", b"<id>" + b"9" * 5000 + b"</id>")
    yield DUMP.replace(b"Nothing yet.", b"\xff\x00")
    yield DUMP.replace(b"<title>Gliotoxin</title>", b"")
    yield DUMP.replace(b"</revision>", b"", 1)
    yield DUMP.replace(b"<page>", b"</page>", 1)


@pytest.mark.parametrize("data", [*broken()])
def test_what_is_broken_costs_its_own_page_alone(data: bytes) -> None:
    facts(data)
    said = {name for name, _ in statements(data)}
    assert f"{NAME}3 doi:10.5555/wiki.2" in said


@pytest.mark.parametrize("size", [*range(400, len(DUMP), 397)])
def test_what_is_cut_off_keeps_what_came_before(size: int) -> None:
    try:
        found = facts(DUMP[:size])
    except WrongSourceError:
        assert b"</base>" not in DUMP[:size]
        return
    known = [one for one in found if not isinstance(one, Fault)]
    assert known == whole(DUMP)[: len(known)]
    assert any(isinstance(one, Fault) for one in found) or DUMP[:size].count(b"<revision>") == DUMP.count(
        b"</revision>", 0, size
    )
