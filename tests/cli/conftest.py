"""Stores for commands."""

import shutil
from pathlib import Path

import pytest

from tests.cli.commanded import run


@pytest.fixture
def store(blank_store: Path, tmp_path: Path) -> Path:
    """A store without content."""
    return Path(shutil.copy(blank_store, tmp_path / "store.db"))


@pytest.fixture(scope="session")
def demo_filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store with the demo, to be copied."""
    path = tmp_path_factory.mktemp("demo") / "demo.db"
    assert run(path, "demo", "--fill-only").status == 0
    return path


@pytest.fixture
def demo_store(demo_filled: Path, tmp_path: Path) -> Path:
    """A store with the demo."""
    return Path(shutil.copy(demo_filled, tmp_path / "demo.db"))
