"""Runs commands: in this process, where nothing but time is saved by it, or as a person does."""

import subprocess
import sys
from collections.abc import Mapping
from contextlib import redirect_stderr, redirect_stdout
from io import BytesIO, TextIOWrapper
from os import environ
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import pytest

from hubbub.cli import main

PROGRAM = Path(sys.executable).parent / "hubbub"
RECORDINGS = Path(__file__).parent.parent / "recordings"
EVENTS = RECORDINGS / "crossref_event_data"
FRAMES = RECORDINGS / "bluesky"
USER_GUIDE = EVENTS / "user-guide.json"
WORK = "doi:10.5555/work"  # what `post` speaks of


class Ran(NamedTuple):
    """What a command came to."""

    status: int
    out: str
    err: str

    def json(self) -> Any:
        assert (self.status, self.err) == (0, "")
        return msgspec.json.decode(self.out)

    def fails(self, *said: str, status: int = 1) -> None:
        """It failed as a command should: in one clear sentence."""
        assert self.status == status
        assert self.err.startswith("hubbub: ")
        assert self.err.count("\n") == 1
        assert "Traceback" not in self.out + self.err
        for part in said:
            assert part in self.err


def run(store: Path | str | None, *order: object, stdin: bytes = b"") -> Ran:
    """Run a command in this process."""
    arguments = ["hubbub", *(() if store is None else ("--store", str(store))), *map(str, order)]
    out, err = (TextIOWrapper(BytesIO(), encoding="utf-8", newline="", write_through=True) for _ in range(2))
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(out), redirect_stderr(err):
        patch.setattr(sys, "argv", arguments)
        patch.setattr(sys, "stdin", TextIOWrapper(BytesIO(stdin)))
        with pytest.raises(SystemExit) as stopped:
            main()
    said, failed = (stream.detach().getvalue().decode() for stream in (out, err))
    return Ran(int(stopped.value.code or 0), said, failed)


def environment(store: Path | str, **more: str) -> dict[str, str]:
    kept = {name: value for name, value in environ.items() if name not in ("FORCE_COLOR", "COLUMNS")}
    return {**kept, "HUBBUB_STORE": str(store), **more}


def command(store: Path | str, *order: object, stdin: bytes = b"", env: Mapping[str, str] | None = None) -> Ran:
    """Run the installed command with its output piped."""
    done = subprocess.run(
        [PROGRAM, *map(str, order)],
        input=stdin,
        capture_output=True,
        env=environment(store, **env or {}),
        timeout=60,
        check=False,
    )
    return Ran(done.returncode, done.stdout.decode(), done.stderr.decode())


def frame(n: int, **said: Any) -> bytes:
    """A line of the firehose."""
    return msgspec.json.encode({"did": f"did:plc:who{n}", "time_us": 1_779_719_009_132_431 + n} | said) + b"\n"


def post(n: int, text: str = f"I read {WORK}", **record: Any) -> bytes:
    """A line in which somebody speaks."""
    told = {"text": text, "createdAt": f"2026-05-{1 + n % 25:02}T14:23:28Z"} | record
    commit = {"rev": f"3mmoojp{n:06}", "operation": "create", "collection": "app.bsky.feed.post", "rkey": f"k{n}"}
    return frame(n, kind="commit", commit=commit | {"record": told})


def event(n: int, **fields: Any) -> bytes:
    """A line of Crossref Event Data."""
    told = {
        "id": f"event-{n}",
        "subj_id": f"https://blog.example/{n}",
        "obj_id": "https://doi.org/10.5555/work",
        "source_id": "web",
        "relation_type_id": "discusses",
        "occurred_at": "2020-01-01T00:00:00Z",
    }
    return msgspec.json.encode(told | fields) + b"\n"


def posts(store: Path | str, work: str = WORK) -> list[str]:
    """The ids of the posts about a work."""
    return [said["post"].rpartition("/")[2] for said in run(store, "mentions", work, "--json").json()]


def mentions(store: Path | str, *works: str) -> list[Any]:
    """All that is said of works, without the times of collecting."""
    told = [run(store, "mentions", work, "--json").json() for work in works]
    for said in (one for ones in told for one in ones):
        for evidence in said["evidence"]:
            del evidence["collected_at"]
    return told
