"""Scans that are kept from process to process."""

from collections.abc import Callable
from pathlib import Path

import hyperscan
import pytest

from hubbub.identify import scans

FORMS = ("doi:", r"pmid\d")


def seen(database: hyperscan.Database) -> list[tuple[int, int]]:
    found: list[tuple[int, int]] = []

    def note(id_: int, start: int, end: int, flags: int, told: object) -> None:
        found.append((id_, end))

    database.scan(b"DOI: PMID1", match_event_handler=note, scratch=hyperscan.Scratch(database))
    return found


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(scans, "user_cache_path", lambda name: tmp_path / name)
    return tmp_path / "hubbub" / "a.scan"


def test_a_kept_scan_is_read_and_not_compiled(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = seen(scans.kept("a", FORMS))
    assert [file.name for file in cache.parent.iterdir()] == ["a.scan"]
    monkeypatch.setattr(scans, "compiled", None)
    assert seen(scans.kept("a", FORMS)) == made == [(0, 4), (1, 10)]


def test_what_is_kept_of_other_patterns_is_replaced(cache: Path) -> None:
    scans.kept("a", FORMS)
    before = cache.read_bytes()
    assert seen(scans.kept("a", FORMS[1:])) == [(0, 10)]
    assert cache.read_bytes() != before


@pytest.mark.parametrize("broken", [lambda b: b[:40], lambda b: b[:-9], lambda b: b"", lambda b: b[:32] + b"a" * 500])
def test_a_broken_one_is_compiled_again(cache: Path, broken: Callable[[bytes], bytes]) -> None:
    scans.kept("a", FORMS)
    whole = cache.read_bytes()
    cache.write_bytes(broken(whole))
    assert seen(scans.kept("a", FORMS)) == [(0, 4), (1, 10)]
    assert cache.read_bytes() == whole


def test_where_nothing_can_be_kept_it_is_compiled(cache: Path) -> None:
    cache.parent.write_bytes(b"")  # a file where the folder should be
    assert seen(scans.kept("a", FORMS)) == [(0, 4), (1, 10)]
