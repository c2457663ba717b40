"""One Bluesky network for all processes of a test run: whoever asks first starts it, and ends it when all are done."""

import fcntl
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec
from msgspec import Struct

from tests import postgresql

HERE = Path(__file__).parent


class Addresses(Struct, frozen=True):
    """Where the network's parts listen; `control` is the one that XRPC does not know, see network.mjs."""

    pds: str
    appview: str
    plc: str
    control: str


def absent() -> list[str]:
    """What the network needs and is not installed."""
    found = {
        "node": shutil.which("node"),
        "postgresql": postgresql.programs(),
        "the packages of tests/network/package.json (npm ci)": (HERE / "node_modules" / ".package-lock.json").exists(),
    }
    return [name for name, there in found.items() if not there]


@contextmanager
def joined(folder: Path) -> Iterator[Addresses]:
    """The addresses of the network that those who name the same folder share."""
    told = folder / "network.json"
    with (folder / "starting").open("a") as starting, (folder / "users").open("a") as users:
        fcntl.flock(starting, fcntl.LOCK_EX)
        fcntl.flock(users, fcntl.LOCK_SH)  # waits while the network before this one ends
        if told.exists():
            fcntl.flock(starting, fcntl.LOCK_UN)
            yield msgspec.json.decode(told.read_bytes(), type=Addresses)
            return
        with _started(folder) as line:
            told.write_bytes(line)
            fcntl.flock(starting, fcntl.LOCK_UN)
            try:
                yield msgspec.json.decode(line, type=Addresses)
            finally:
                fcntl.flock(users, fcntl.LOCK_EX)
                told.unlink()


@contextmanager
def _started(folder: Path) -> Iterator[bytes]:
    programs = postgresql.programs()
    assert programs is not None
    log = folder / "network.log"
    with postgresql.running(programs) as database, log.open("wb") as said:
        environment = {
            **os.environ,
            "DB_POSTGRES_URL": database,
            "DB_POSTGRES_SCHEMA": "network",
            "REDIS_HOST": "unused",  # it is asked for and not used
            "LOG_ENABLED": "false",
            "TMPDIR": str(folder),
        }
        command: list[str | Path] = ["node", HERE / "network.mjs"]
        pipe = subprocess.PIPE
        with subprocess.Popen(command, env=environment, stdin=pipe, stdout=pipe, stderr=said) as node:
            assert node.stdout is not None
            line = node.stdout.readline()
            assert line, f"the network did not start: {log.read_text()}"
            yield line
