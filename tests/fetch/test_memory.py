"""What is remembered is shared by processes, bounded, and gone when it is forgotten."""

import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from unittest import mock

import pytest

from hubbub.fetch.errors import FetchError
from hubbub.fetch.memory import Memory

TAGGED = {"etag": '"1"'}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "new" / "answers.db"


def test_answers_outlive_the_process(path: Path) -> None:
    first = Memory(path)
    first.remember("https://a.example/", TAGGED, b"body")
    first.close()
    second = Memory(path)
    known = second.recall("https://a.example/")
    assert known is not None
    assert (known.headers, known.body, known.conditions()) == (TAGGED, b"body", {"If-None-Match": '"1"'})
    assert second.recall("https://b.example/") is None
    second.close()


@pytest.mark.parametrize("headers", [{}, {**TAGGED, "cache-control": "private, no-store"}])
def test_what_cannot_be_asked_about_or_may_not_be_kept_is_not(path: Path, headers: dict[str, str]) -> None:
    memory = Memory(path)
    memory.remember("https://a.example/", headers, b"body")
    assert memory.recall("https://a.example/") is None
    memory.close()


def test_what_is_forgotten_leaves_no_bytes_behind(path: Path) -> None:
    memory = Memory(path)
    memory.remember("https://a.example/secret-address", TAGGED, b"withdrawn words " * 500)
    held = b"".join(file.read_bytes() for file in path.parent.iterdir())
    assert b"withdrawn words" in held
    assert b"secret-address" not in held
    memory.forget()
    assert memory.recall("https://a.example/secret-address") is None
    assert b"withdrawn words" not in b"".join(file.read_bytes() for file in path.parent.iterdir())
    memory.close()


@contextmanager
def locked(path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Others hold the file, and nobody waits for it."""
    monkeypatch.setattr("hubbub.fetch.memory.WAITS", 0)
    with closing(sqlite3.connect(path)) as other:
        other.execute("BEGIN EXCLUSIVE")
        yield


def test_what_cannot_be_forgotten_now_is_not_recalled_and_forgotten_as_soon_as_it_can_be(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hubbub.fetch.memory.WAITS", 0)
    memory, other = Memory(path), Memory(path)
    memory.remember("https://a.example/", TAGGED, b"withdrawn words")
    with locked(path, monkeypatch):
        memory.forget()
        assert memory.recall("https://a.example/") is None
        memory.remember("https://a.example/", TAGGED, b"new")
    assert other.recall("https://a.example/") is None
    assert b"withdrawn words" not in b"".join(file.read_bytes() for file in path.parent.iterdir())
    memory.remember("https://a.example/", TAGGED, b"new")
    assert other.recall("https://a.example/")
    memory.close()
    other.close()


def test_a_forgetting_is_owed_beyond_the_end_of_the_process(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = Memory(path)
    first.remember("https://a.example/", TAGGED, b"withdrawn words")
    first.close()
    with locked(path, monkeypatch):
        second = Memory(path)  # cannot open the file
        second.forget()
        second.close()
    third = Memory(path)
    assert third.recall("https://a.example/") is None
    third.close()
    assert b"withdrawn words" not in b"".join(file.read_bytes() for file in path.parent.iterdir())


def test_where_nothing_can_be_written_a_forgetting_is_owed_by_the_process(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    memory = Memory(path)
    memory.remember("https://a.example/", TAGGED, b"withdrawn words")
    memory._file.execute("PRAGMA query_only=ON")
    with monkeypatch.context() as full:
        full.setattr(Path, "touch", mock.Mock(side_effect=OSError(28, "No space left on device")))
        memory.forget()
    assert memory.recall("https://a.example/") is None
    memory._file.execute("PRAGMA query_only=OFF")
    assert memory.recall("https://a.example/") is None
    assert b"withdrawn words" not in path.read_bytes()
    memory.close()


def test_what_cannot_be_counted_is_not_spent(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hubbub.fetch.memory.WAITS", 0)
    memory = Memory(path)
    with locked(path, monkeypatch), pytest.raises(FetchError) as caught:
        memory.spend("a.example", 1)
    told = f"a.example is not asked, since today's requests to it cannot be counted in {path}: database is locked"
    assert str(caught.value) == told
    assert memory.spend("a.example", 1)
    memory.close()


def test_the_oldest_go_when_it_becomes_too_much(path: Path) -> None:
    memory = Memory(path, largest=8_000)
    memory.remember("https://a.example/large", TAGGED, bytes(1_001))
    assert not memory.recall("https://a.example/large")
    body = bytes(1_000)
    for number in range(12):
        memory.remember(f"https://a.example/{number}", TAGGED, body)
    kept = [number for number in range(12) if memory.recall(f"https://a.example/{number}")]
    assert 11 in kept
    assert len(kept) <= 8
    assert 0 not in kept
    memory.close()


def test_processes_share_the_units_of_a_day(path: Path) -> None:
    program = (
        "import sys; from pathlib import Path; from hubbub.fetch.memory import Memory\n"
        "memory = Memory(Path(sys.argv[1]))\n"
        "print(sum(memory.spend('a', 40) for _ in range(30)))"
    )
    command = [sys.executable, "-c", program, str(path)]
    running = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(3)]
    assert sum(int(one.communicate()[0]) for one in running) == 40
    memory = Memory(path)
    assert not memory.spend("a", 40)
    assert memory.spend("a", 41)
    assert memory.spend("b", 1)
    memory.close()


@pytest.mark.parametrize("damage", [b"no database" * 1000, b"SQLite format 3\0" + b"\xff" * 5000])
def test_a_damaged_file_is_made_anew(path: Path, damage: bytes) -> None:
    path.parent.mkdir()
    path.write_bytes(damage)
    memory = Memory(path)
    memory.remember("https://a.example/", TAGGED, b"body")
    assert memory.recall("https://a.example/")
    memory.close()


def test_without_a_place_to_keep_it_it_lasts_as_long_as_the_process(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    memory = Memory(tmp_path / "file" / "answers.db")
    memory.remember("https://a.example/", TAGGED, b"body")
    assert memory.recall("https://a.example/")
    assert [memory.spend("a", 1), memory.spend("a", 1)] == [True, False]
    memory.close()
