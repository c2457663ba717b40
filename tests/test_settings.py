"""Settings are read as they are meant, or said to be wrong."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from hubbub import settings


def test_hosts_are_allowed_with_or_without_a_port(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HUBBUB_ALLOW_HOSTS", " Localhost:8081,10.0.0.5 ,[::1]:80,")
    assert settings.allowed_hosts() == {("localhost", 8081), ("10.0.0.5", None), ("::1", 80)}


def test_mirrors_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HUBBUB_MIRRORS", "Api.example.org=https://m.example.org/a  s.example=ws://10.0.0.5:8081")
    assert settings.mirrors() == {"api.example.org": "https://m.example.org/a", "s.example": "ws://10.0.0.5:8081"}


@pytest.mark.parametrize("text", ["localhost:web", "[::1", "a:99999"])
def test_wrong_hosts_are_said(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setenv("HUBBUB_ALLOW_HOSTS", text)
    with pytest.raises(settings.SettingError, match="HUBBUB_ALLOW_HOSTS is no list like"):
        settings.allowed_hosts()


@pytest.mark.parametrize(
    "text", ["a", "=http://b", "a=b", "a=file:///etc", "a=http://me:word@b", "a=http://b/?c", "a="]
)
def test_wrong_mirrors_are_said(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setenv("HUBBUB_MIRRORS", text)
    with pytest.raises(settings.SettingError, match="HUBBUB_MIRRORS is no list like") as caught:
        settings.mirrors()
    assert "word" not in str(caught.value)


@pytest.mark.parametrize("command", ["sync", "serve"])
def test_a_command_says_a_wrong_setting_in_one_sentence(tmp_path: Path, command: str) -> None:
    surroundings = {**os.environ, "HUBBUB_MIRRORS": "nonsense", "HUBBUB_STORE": str(tmp_path / "hubbub.db")}
    program = Path(sys.executable).with_name("hubbub")
    ran = subprocess.run([program, command], env=surroundings, capture_output=True, text=True, timeout=60, check=False)
    assert ran.returncode == 1
    assert ran.stderr.startswith("hubbub: HUBBUB_MIRRORS is no list like")
    assert len(ran.stderr.splitlines()) == 1
