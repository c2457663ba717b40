"""Every test has a cache directory and no credentials of its own, and may talk to this machine."""

from pathlib import Path

import pytest


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(autouse=True)
def surroundings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setenv("HUBBUB_ALLOW_HOSTS", "127.0.0.1")
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.null.Keyring")
    for name in ("HUBBUB_MIRRORS", "HUBBUB_CONTACT"):
        monkeypatch.delenv(name, raising=False)
