"""Asks a store all that commands and pages read of it, at one moment: `python -m tests.cli.readings STORE FOLDER`.

Each answer becomes a file in the folder, so that those of two processes, or of two stores, can be held side by side.
"""

import inspect
import sys
from contextlib import redirect_stdout
from datetime import datetime, tzinfo
from io import BytesIO, TextIOWrapper
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from hubbub.answers import Answers
from hubbub.answers.exported import FORMATS
from hubbub.cli import main
from hubbub.demo import QUIET, SIMULATED
from hubbub.store import open_store
from hubbub.web.app import create_app

WORK = "10.5555/demo.biochar-yield"
RECORDED = "recorded"
BULK = (
    *(f"export mentions {SIMULATED} --format {form}" for form in ("csv", "jsonl", "parquet", "events")),
    *(f"export {kind} --all --format {form}" for kind in ("mentions", "works") for form in ("csv", "jsonl", "parquet")),
)
ORDERS = (
    *(f"{name} {WORK} --json" for name in ("report", "mentions", "match", "score", "standing", "people")),
    *(
        f"{name} {shelf} --json"
        for name in ("people", "engage", "community", "desk", "thrive")
        for shelf in (SIMULATED, QUIET, RECORDED)
    ),
    *(f"thrive {SIMULATED} --against {other} --json" for other in (QUIET, RECORDED)),
    *(f"{name} --json" for name in ("methods", "status", "audit", "user list")),
    *(f"{name} {SIMULATED} --csv" for name in ("people", "community", "thrive")),
    *(f"export {kind} {SIMULATED}" for kind in FORMATS),
    *(f"export works {SIMULATED} --format {form}" for form in ("csv", "jsonl", "parquet")),
    *(f"{name} {SIMULATED}" for name in ("engage", "engage --today", "community", "desk", "thrive", "people")),
    f"mentions {WORK} --csv",
    f"mentions {WORK} --second-hand",
    f"report {WORK}",
    "sources",
    *BULK,
)
PAGES = (
    *(f"/shelf/{SIMULATED}/{page}" for page in ("engage", "community", "people", "thrive", "network", "network.json")),
    *(f"/{page}/doi/{WORK}" for page in ("work", "score", "people/work", "network.json/work")),
    *(f"/api/v1/shelves/{SIMULATED}/{name}" for name in ("rings?each=50", "network", "community", "reach")),
)


class Stopped(datetime):
    """A clock that stands still."""

    @classmethod
    def now(cls, tz: tzinfo | None = None) -> datetime:  # type: ignore[override]
        return datetime(2026, 6, 20, tzinfo=tz)


def stop_clocks(patch: pytest.MonkeyPatch) -> None:
    """Let every module of hubbub that reads the clock, and is loaded, read that one."""
    for name, module in list(sys.modules.items()):
        if name.startswith("hubbub.") and "datetime.now(" in inspect.getsource(module):
            patch.setattr(module, "datetime", Stopped)


def said(store: str, order: str) -> bytes:
    """What a command prints."""
    out = TextIOWrapper(BytesIO(), encoding="utf-8", newline="", write_through=True)
    sys.argv = ["hubbub", "--store", store, *order.split()]
    with redirect_stdout(out), pytest.raises(SystemExit) as stopped:
        main()
    assert not stopped.value.code, order
    return out.detach().getvalue()


def read(store: str, folder: Path) -> None:
    """Write all answers into a new folder."""
    folder.mkdir()
    for order in ORDERS:
        (folder / order.replace("/", "%")).write_bytes(said(store, order))
    with open_store(store) as opened, TestClient(create_app(Answers(opened)), "http://127.0.0.1") as client:
        for page in PAGES:
            (folder / page.replace("/", "%")).write_bytes(client.get(page).raise_for_status().content)


if __name__ == "__main__":
    with pytest.MonkeyPatch.context() as patch:
        stop_clocks(patch)
        read(sys.argv[1], Path(sys.argv[2]))
