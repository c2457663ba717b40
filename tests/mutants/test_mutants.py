"""The tests notice: each small wrong of `mutants.toml`, put into a copy of the package, makes one of them fail."""

import os
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parent.parent.parent
PACKAGE = ROOT / "src" / "hubbub"
MUTANTS: list[dict[str, Any]] = tomllib.loads(Path(__file__).with_name("mutants.toml").read_text())["mutant"]
RULES = {
    "rights",
    "write",
    "place and collector",
    "cursor",
    "count",
    "forgetting",
    "watch",
    "repost",
    "gate",
    "match",
    "identify",
    "indicators",
    "respect",
    "export",
    "choice",
    "remembered",
}
NAMES = [mutant["name"] for mutant in MUTANTS]


def outcome(copy: Path, tests: list[str]) -> subprocess.CompletedProcess[str]:
    """Run tests against a copy of the package, the same examples each time."""
    order = [sys.executable, "-m", "pytest", *tests, "-x", "-q", "--tb=line", "-n0", "-p", "no:randomly"]
    order += ["-k", "not postgresql"]  # a server for each of them would take longer than they do
    order += ["-p", "no:cacheprovider", f"--basetemp={copy / 'tests'}"]
    environment = {**os.environ, "PYTHONPATH": str(copy), "HYPOTHESIS_PROFILE": "mutants"}
    environment.pop("PYTEST_XDIST_WORKER", None)
    return subprocess.run(order, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=900, check=False)


def copied(to: Path) -> Path:
    shutil.copytree(PACKAGE, to / "hubbub", ignore=shutil.ignore_patterns("__pycache__", "demo"))
    return to


def test_every_rule_has_its_mutants() -> None:
    assert {mutant["rule"] for mutant in MUTANTS} == RULES
    assert len(NAMES) == len(set(NAMES))


@pytest.mark.parametrize("mutant", MUTANTS, ids=NAMES)
def test_a_mutant_is_noticed(mutant: dict[str, Any], tmp_path: Path) -> None:
    file = copied(tmp_path) / "hubbub" / mutant["file"]
    source = file.read_text()
    assert source.count(mutant["old"]) == 1, "what it changes must stand there exactly once"
    file.write_text(source.replace(mutant["old"], mutant["new"]))
    done = outcome(tmp_path, mutant["tests"])
    assert done.returncode == 1, f"it lives, or could not run:\n{done.stdout[-2000:]}{done.stderr[-2000:]}"


def test_without_a_mutant_all_is_well(tmp_path: Path) -> None:
    tests = sorted({test for mutant in MUTANTS for test in mutant["tests"]})
    done = outcome(copied(tmp_path), tests)
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-2000:]
    where = subprocess.run(
        [sys.executable, "-c", "import hubbub; print(hubbub.__file__)"],
        env={**os.environ, "PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert where.stdout.startswith(str(tmp_path))
