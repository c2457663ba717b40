"""The documentation says what is so: generated pages are fresh, links resolve, examples give what they show."""

import asyncio
import os
import re
import runpy
import shutil
import subprocess
import sys
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest

from hubbub import pipeline
from hubbub.answers import Answers
from hubbub.collect import archive
from hubbub.collect.source import Source
from hubbub.model import Identifier
from tests.conftest import NewStore

ROOT = Path(__file__).parents[2]
PAGES = sorted([ROOT / "README.md", *(ROOT / "docs").rglob("*.md")])
_LINK = re.compile(r"\]\((?!https?:|mailto:)([^)#\s]*)(?:#([^)\s]+))?\)")
_CONSOLE = re.compile(r"^```console\n(.*?)^```$", re.DOTALL | re.MULTILINE)
_PYTHON = re.compile(r"^```python\n(.*?)^```$", re.DOTALL | re.MULTILINE)
MARK = "--- the next command ---"


def name_of(page: Path) -> str:
    return str(page.relative_to(ROOT))


def headings(page: Path) -> set[str]:
    """The anchors of a page, as forges make them."""
    found = re.findall(r"^#+ (.+)$", page.read_text("utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in found}


def test_generated_pages_say_what_the_code_says() -> None:
    fresh = runpy.run_path(str(ROOT / "docs" / "generate.py"))["pages"]()
    stale = [name for name, text in fresh.items() if (ROOT / "docs/reference" / name).read_text("utf-8") != text]
    assert not stale, "run: python docs/generate.py"


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_link_of_a_page_leads_somewhere(page: Path) -> None:
    for path, anchor in _LINK.findall(page.read_text("utf-8")):
        target = (page.parent / path).resolve() if path else page
        assert target.exists(), f"{name_of(page)} links to {path}"
        if anchor and target.suffix == ".md":
            assert anchor in headings(target), f"{name_of(page)} links to {path}#{anchor}"


def test_every_page_can_be_reached_from_the_readme() -> None:
    seen, waiting = set(), [ROOT / "README.md"]
    while waiting:
        page = waiting.pop()
        if page.suffix == ".md" and page not in seen:
            seen.add(page)
            waiting += [(page.parent / path).resolve() for path, _ in _LINK.findall(page.read_text("utf-8")) if path]
    assert {name_of(page) for page in PAGES} <= {name_of(page) for page in seen}


def examples(page: Path) -> list[tuple[str, str]]:
    """The commands of a page, each with what it shows; lines that begin with `> ` continue a command."""
    found = []
    for block in _CONSOLE.findall(page.read_text("utf-8")):
        for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            first, *lines = part.rstrip("\n").split("\n")
            more = next((i for i, line in enumerate(lines) if not line.startswith(">")), len(lines))
            command = "\n".join([first, *(re.sub("^> ?", "", line) for line in lines[:more])])
            found.append((command, "\n".join(line.rstrip() for line in lines[more:]).strip()))
    return found


def shown(expected: str, said: str) -> bool:
    """Say whether a command said what its example shows; `…` stands for anything, in a line or for lines."""
    lines = [".*?" if line.strip() == "…" else re.escape(line).replace("…", "[^\n]*?") for line in expected.split("\n")]
    return re.fullmatch("\n".join(lines), said, re.DOTALL) is not None


@pytest.mark.parametrize("page", [page for page in PAGES if examples(page)], ids=name_of)
def test_examples_give_what_they_show(page: Path, tmp_path: Path) -> None:
    for part in ("src", "docs"):  # examples are written for the root of a checkout
        (tmp_path / part).symlink_to(ROOT / part)
    home = {name: str(tmp_path) for name in ("HOME", "XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME")}
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    environment = {"PATH": path, "LC_ALL": "C.UTF-8", "HUBBUB_STORE": str(tmp_path / "hubbub.db"), **home}
    commands = examples(page)
    script = "".join(f"{command}\necho; echo '{MARK}'\n" for command, _ in commands)
    bash = shutil.which("bash")
    assert bash
    done = subprocess.run(
        [bash], input=script, cwd=tmp_path, env=environment, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    outputs = done.stdout.split(MARK)
    for (command, expected), output in zip(commands, outputs, strict=False):
        said = "\n".join(line.rstrip() for line in output.split("\n")).strip()
        assert shown(expected, said), f"{name_of(page)}: $ {command}\nshows:\n{expected}\nbut says:\n{said}"
    assert len(outputs) == len(commands) + 1


def test_the_grid_of_the_explanation_says_where_it_thrives(capsys: pytest.CaptureFixture[str]) -> None:
    (code,) = _PYTHON.findall((ROOT / "docs/explanation/where-it-thrives.md").read_text("utf-8"))
    exec(code, {})
    assert re.fullmatch(r"slides at bluesky: does well, [1-9]\.\d \(1\.\d to [1-9]\.\d\)\n", capsys.readouterr().out)


def test_the_source_that_the_guide_writes_works(new_store: NewStore) -> None:
    (code,) = _PYTHON.findall((ROOT / "docs/how-to/add-a-source.md").read_text("utf-8"))
    names: dict[str, Any] = {}
    exec(code, names)
    source, store = names["Newsletter"](), new_store()
    assert isinstance(source, Source)
    issue = b'{"issue": 7, "date": "2026-07-04", "text": "On bogs", "links": ["https://doi.org/10.5555/demo.bog"]}\n'
    outcome = asyncio.run(
        pipeline.collect(source, "issues", archive.files(lambda lane: BytesIO(issue + b"{}\n")), store)
    )
    assert (outcome.posts, len(outcome.set_aside)) == (1, 1)
    (said,) = Answers(store).said(Identifier("doi", "10.5555/demo.bog"))
    assert (said.source, said.post, said.text) == ("newsletter", "7", "On bogs")
