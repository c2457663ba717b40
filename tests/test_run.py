"""The launcher, in a copy whose path holds a space: it needs neither the network nor the real environment."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PARTS = ("run", "pyproject.toml", "requirements.lock", "requirements-dev.lock")
TASKS = ("demo", "hubbub", "test", "lint", "format", "lock")


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """The files that the launcher itself reads."""
    folder = tmp_path / "a checkout"
    folder.mkdir()
    for name in PARTS:
        shutil.copy2(ROOT / name, folder)
    return folder


@pytest.fixture
def bare_path(tmp_path: Path) -> str:
    """A PATH with what every system has, and no Python, uv or package manager."""
    folder = tmp_path / "bin"
    folder.mkdir()
    for name in ("sh", "cat", "cksum", "dirname", "env", "grep", "id", "mkdir", "rm"):
        found = shutil.which(name)
        assert found, name
        (folder / name).symlink_to(found)
    return str(folder)


def run(
    checkout: Path, *args: str, path: str | None = None, cwd: Path | None = None
) -> subprocess.CompletedProcess[str]:
    env = {**os.environ, "PATH": path or os.environ["PATH"]}
    command = [str(checkout / "run"), *args]
    return subprocess.run(command, env=env, cwd=cwd, capture_output=True, text=True, timeout=60, check=False)


def put_environment(checkout: Path, runtime_or_dev: str) -> None:
    """Leave an environment that looks set up, whose hubbub prints where it runs and each argument on a line."""
    programs = checkout / ".venv" / "bin"
    programs.mkdir(parents=True)
    for name in ("python", "hubbub"):
        (programs / name).write_text("#!/bin/sh\npwd\nprintf '%s\\n' \"$@\"\n")
        (programs / name).chmod(0o755)
    sums = subprocess.run(["cksum", *PARTS[1:]], cwd=checkout, capture_output=True, text=True, check=True).stdout
    (checkout / ".venv" / "stamp").write_text(f"{runtime_or_dev}\n{checkout.resolve()}\n{sums}")


def test_alone_it_lists_its_tasks_one_a_line(checkout: Path) -> None:
    done = run(checkout)
    assert done.returncode == 0
    assert tuple(line.split()[1] for line in done.stdout.splitlines()) == TASKS
    assert run(checkout, "--help").stdout == done.stdout


def test_an_unknown_task_is_answered_with_a_sentence(checkout: Path) -> None:
    done = run(checkout, "dance")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "./run knows no task named dance; ./run alone lists them.\n"


@pytest.mark.parametrize("shell", ["sh", "dash", "bash"])
def test_it_is_plain_shell(shell: str) -> None:
    if shutil.which(shell) is None:
        pytest.skip(f"{shell} is not installed")
    assert subprocess.run([shell, "-n", ROOT / "run"], capture_output=True, check=True).stderr == b""


def test_ci_calls_the_test_command() -> None:
    script = ROOT / ".ci" / "run"
    subprocess.run(["bash", "-n", script], check=True)
    assert os.access(script, os.X_OK)
    assert "exec ./run test" in script.read_text()


def test_without_python_it_says_what_is_missing(checkout: Path, bare_path: str) -> None:
    done = run(checkout, "hubbub", path=bare_path)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.count("\n") == 1
    assert "Python 3.11 or newer" in done.stderr


def test_a_python_that_is_too_old_counts_as_none(checkout: Path, bare_path: str) -> None:
    old = Path(bare_path) / "python3"
    old.write_text("#!/bin/sh\necho\n")
    old.chmod(0o755)
    assert "Python 3.11 or newer" in run(checkout, "hubbub", path=bare_path).stderr


@pytest.mark.parametrize("installed", ["runtime", "dev"])
def test_once_set_up_it_only_runs_the_command(checkout: Path, bare_path: str, tmp_path: Path, installed: str) -> None:
    put_environment(checkout, installed)
    done = run(checkout, "hubbub", "report", "two words", "", path=bare_path, cwd=tmp_path)
    assert done.stderr == ""
    assert done.stdout.splitlines() == [str(tmp_path.resolve()), "report", "two words", ""]
    assert run(checkout, "demo", "--port", "0", path=bare_path, cwd=tmp_path).stdout.split()[-3:] == [
        "demo",
        "--port",
        "0",
    ]


@pytest.mark.parametrize("changed", PARTS[1:])
def test_a_changed_lock_is_noticed(checkout: Path, bare_path: str, changed: str) -> None:
    put_environment(checkout, "runtime")
    with (checkout / changed).open("a") as file:
        file.write("# changed\n")
    assert "Python 3.11 or newer" in run(checkout, "hubbub", path=bare_path).stderr


def test_a_moved_checkout_is_noticed(checkout: Path, bare_path: str) -> None:
    put_environment(checkout, "runtime")
    moved = checkout.rename(checkout.with_name("elsewhere"))
    assert "Python 3.11 or newer" in run(moved, "hubbub", path=bare_path).stderr


def test_tests_need_more_than_the_command_does(checkout: Path, bare_path: str) -> None:
    put_environment(checkout, "runtime")
    assert "Python 3.11 or newer" in run(checkout, "test", "-q", path=bare_path).stderr
