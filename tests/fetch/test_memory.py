"""What is remembered is shared by processes, bounded, and gone when it is forgotten."""

import subprocess
import sys
from pathlib import Path

import pytest

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
