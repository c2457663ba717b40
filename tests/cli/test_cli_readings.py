"""The same store gives the same answers, to the last digit: in any process, in either database, however it was filled.

Python deals the order of sets anew in each process, databases give rows in an order of their own, and rows are numbered
as things come.
"""

import asyncio
import subprocess
import sys
from collections.abc import Iterable, Iterator
from datetime import UTC
from functools import partial
from io import BytesIO
from os import environ
from pathlib import Path
from random import Random
from typing import Any, BinaryIO

import psycopg
import pyarrow.parquet as pq
import pytest
import typer

from hubbub import cli, demo, pipeline
from hubbub.answers.exported import FORMATS
from hubbub.collect import archive
from hubbub.collect.source import sources
from hubbub.store import open_store
from tests.cli.commanded import run
from tests.cli.readings import BULK, ORDERS, Stopped, read, stop_clocks

SEEDS = ("1", "2", "3")
ROOT = Path(__file__).parents[2]
TIMES = 3  # replies to replies need a further pass for each step when they come in reverse


def test_all_that_gives_json_or_a_file_is_read() -> None:
    names = [*giving_json(typer.main.get_command(cli.app)), *(f"export {kind}" for kind in FORMATS)]
    assert len(names) >= 20
    assert [name for name in names if not any(order.startswith(f"{name} ") for order in ORDERS)] == []


def giving_json(command: Any, *names: str) -> Iterator[str]:
    for name, one in getattr(command, "commands", {}).items():
        yield from giving_json(one, *names, name)
    if any("--json" in option.opts for option in command.params):
        yield " ".join(names)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The demo in SQLite, filled in the order in which its world went."""
    path = str(tmp_path_factory.mktemp("store") / "hubbub.db")
    with pytest.MonkeyPatch.context() as patch:
        stop_clocks(patch)
        assert run(path, "demo", "--fill-only").status == 0
        assert run(path, "standing").status == 0
    return path


@pytest.fixture(scope="module")
def answers(store: str, tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, bytes]]:
    """What processes of different hash seeds read of it."""
    folders = [tmp_path_factory.mktemp("read") / seed for seed in SEEDS]
    processes = [
        subprocess.Popen(
            [sys.executable, "-m", "tests.cli.readings", store, folder],
            cwd=ROOT,
            env=environ | {"PYTHONHASHSEED": folder.name},
        )
        for folder in folders
    ]
    assert [process.wait(300) for process in processes] == [0] * len(SEEDS)
    return [*map(contents, folders)]


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_no_answer_depends_on_the_order_of_sets(answers: list[dict[str, bytes]]) -> None:
    first, *others = answers
    assert all(first.values())
    assert [name for other in others for name in first if first[name] != other[name]] == []


def test_another_database_filled_in_another_order_and_rebuilt_gives_the_same(
    answers: list[dict[str, bytes]], postgresql_server: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with psycopg.connect(postgresql_server, autocommit=True) as server:
        server.execute("CREATE SCHEMA readings")
    other = f"{postgresql_server}&options=-csearch_path%3Dreadings"
    stop_clocks(monkeypatch)
    fill(other, Random(1))
    assert run(other, "rebuild").status == 0
    assert run(other, "standing").status == 0
    read(other, tmp_path / "read")
    expected, found = answers[0], contents(tmp_path / "read")
    # Exports go through the posts in the order in which they were heard of.
    assert [name for name in BULK if entries(expected[name]) != entries(found[name])] == []
    # What was done to a store is told of this one alone.
    same = expected.keys() - {*BULK, "audit --json"}
    assert [name for name in sorted(same) if expected[name] != found[name]] == []


def fill(store: str, chance: Random) -> None:
    """Fill a store with the demo, all of it in an order of chance."""

    def mixed(some: Iterable[Any]) -> list[Any]:
        every = [*some]
        return chance.sample(every, len(every))

    files = [(one.source, archive.lane_of(one.path), one.path.read_bytes()) for one in demo.recordings()]
    for source, lines in (("bluesky", demo.world()), ("crossref_event_data", demo.world_events())):
        files.append((source, "simulated world", b"".join(mixed(lines))))
    with open_store(store) as opened:
        for time in range(1 + TIMES):
            for source, lane, body in mixed(files):
                fetch = archive.files(partial(opened_as, body))
                asyncio.run(pipeline.collect(sources()[source], lane, fetch, opened))
            if not time:  # mentions of software are kept once it is watched
                with opened.writing() as writer:
                    for shelf in demo.shelves():
                        writer.wanted.shelve(shelf.name, shelf.title, shelf.note, shelf.simulated, shelf.works)
        with opened.writing() as writer:
            for at, profiles in mixed(demo.profiles()):
                writer.keep(mixed(profiles), at)
            writer.keep(mixed([*demo.follows(), *demo.descriptions()]), Stopped.now(UTC))


def opened_as(body: bytes, lane: str) -> BinaryIO:
    return BytesIO(body)


def entries(file: bytes) -> list[Any]:
    """What a file has, in whatever order."""
    if file.startswith(b"PAR1"):
        return sorted(map(repr, pq.read_table(BytesIO(file)).to_pylist()))
    return sorted(file.splitlines())
