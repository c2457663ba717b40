"""What is declared and what is locked agree, and neither names a machine."""

import re
import tomllib
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parent.parent
PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text())
LOCKS = ("requirements.lock", "requirements-dev.lock")
PURE = ("model", "identify", "match", "metrics", "people")
KINDS = ("added", "changed", "fixed", "removed")


def entries(lock: str) -> list[str]:
    """One string a package: the requirement, its marker, its hashes."""
    lines = [line for line in (ROOT / lock).read_text().splitlines() if not line.lstrip().startswith("#")]
    return "\n".join(lines).replace("\\\n", "").splitlines()


def pins(lock: str) -> dict[str, set[str]]:
    """Versions by name; a universal lock may hold several for one name, apart by marker."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    for entry in entries(lock):
        pin = Requirement(entry.split(" --hash=")[0])
        (specifier,) = pin.specifier
        assert specifier.operator == "==", entry
        found[canonicalize_name(pin.name)].add(specifier.version)
    return dict(found)


def group(name: str) -> Iterator[str]:
    for line in PROJECT["dependency-groups"][name]:
        if isinstance(line, str):
            yield line
        else:
            yield from group(line["include-group"])


def unmet(declared: Iterable[str], lock: str) -> list[str]:
    locked = pins(lock)
    requirements = [Requirement(line) for line in declared]
    return [
        str(one)
        for one in requirements
        if not (versions := locked.get(canonicalize_name(one.name))) or not all(map(one.specifier.contains, versions))
    ]


def test_the_locks_satisfy_what_is_declared() -> None:
    runtime = [*PROJECT["project"]["dependencies"], *group("build")]
    assert unmet(runtime, "requirements.lock") == [], "run ./run lock"
    assert unmet([*runtime, *group("dev")], "requirements-dev.lock") == [], "run ./run lock"


def test_an_unmet_dependency_would_be_found() -> None:
    assert unmet(["msgspec>=999", "no-such-package"], "requirements.lock") == ["msgspec>=999", "no-such-package"]


def test_tests_run_with_the_versions_that_users_get() -> None:
    tested = pins("requirements-dev.lock")
    assert {name: tested.get(name) for name in pins("requirements.lock")} == pins("requirements.lock")


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_names_no_host_and_no_folder(lock: str) -> None:
    text = (ROOT / lock).read_text()
    assert "://" not in text
    assert not re.search(r"^\s*-(-[a-gi-z]|[a-z] )", text, re.MULTILINE), "an option other than --hash"
    assert not re.search(r"(^|\s)[/~]\w", text)


@pytest.mark.parametrize("lock", LOCKS)
def test_every_locked_package_has_its_hashes(lock: str) -> None:
    assert len(entries(lock)) > 10
    assert [entry for entry in entries(lock) if "--hash=sha256:" not in entry] == []


def test_the_pure_parts_are_kept_pure() -> None:
    contracts = PROJECT["tool"]["importlinter"]["contracts"]
    (kept_pure,) = (one["source_modules"] for one in contracts if "asyncio" in one.get("forbidden_modules", []))
    package = ROOT / "src" / "hubbub"
    there = {name for name in PURE if (package / f"{name}.py").exists() or (package / name / "__init__.py").exists()}
    assert {f"hubbub.{name}" for name in there} <= set(kept_pure)


def test_changes_are_told_one_a_file() -> None:
    for fragment in (ROOT / "changelog.d").iterdir():
        if fragment.name != "README.md":
            assert re.fullmatch(rf"[a-z0-9-]+\.({'|'.join(KINDS)})\.md", fragment.name), fragment.name
            assert len(fragment.read_text().splitlines()) == 1, f"{fragment.name}: one sentence on one line"
