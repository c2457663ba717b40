"""Starts the server of recordings for a test, and commands that reach it instead of the services."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.request import Request, urlopen

from hubbub.collect.source import sources

PROGRAM = Path(sys.executable).with_name("hubbub")
SERVER = Path(__file__).with_name("server.py")
RECORDINGS = Path(__file__).parent.parent / "recordings"


class Served:
    """A server that runs, and the environment in which hubbub takes it for the services."""

    def __init__(self, address: str, folder: Path) -> None:
        self.address = address
        named = (host.name for source in sources().values() for host in source.about.hosts)
        hosts = [name for name in named if " " not in name]  # some are described only
        self.environment = {
            **os.environ,
            "HUBBUB_STORE": str(folder / "hubbub.db"),
            "HUBBUB_MIRRORS": " ".join(f"{host}={address}" for host in hosts),
            "HUBBUB_ALLOW_HOSTS": "127.0.0.1",
            "XDG_CACHE_HOME": str(folder / "cache"),
            "COLUMNS": "200",
        }

    def fail(self, host: str, fault: str, times: int = 1) -> None:
        """Make a host fail."""
        order = json.dumps({"host": host, "fault": fault, "times": times}).encode()
        urlopen(Request(f"{self.address}/-/fault", order)).read()

    def asked(self) -> list[str]:
        """What was asked for so far."""
        asked: list[str] = json.loads(urlopen(f"{self.address}/-/asked").read())
        return asked

    def run(self, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        """Run a command in a process of its own."""
        environment = self.environment | environment
        return subprocess.run(
            [PROGRAM, *arguments], env=environment, capture_output=True, text=True, timeout=120, check=False
        )

    def do(self, *arguments: str) -> str:
        """Run a command that must go well, and return what it says."""
        done = self.run(*arguments)
        assert (done.returncode, done.stderr) == (0, ""), done.stdout + done.stderr
        return done.stdout

    @contextmanager
    def killed(self, *arguments: str) -> Iterator[None]:
        """Run a command until the block is left, and kill it there."""
        order = [str(PROGRAM), *arguments]
        with subprocess.Popen(order, env=self.environment, stdout=subprocess.DEVNULL) as process:
            try:
                yield
                assert process.poll() is None, "it was done before it was killed"
            finally:
                process.kill()

    @contextmanager
    def serving(self, *order: str) -> Iterator[str]:
        """Serve the web app until the block is left, and stop it as a person does; gives its address."""
        command = [str(PROGRAM), "serve", "--port", "0", *order]
        with subprocess.Popen(command, env=self.environment, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            address = process.stdout.readline().split()[3].rstrip("/")
            try:
                yield address
            finally:
                process.send_signal(signal.SIGINT)
                process.communicate(timeout=60)


@contextmanager
def served(folder: Path, *recordings: Path) -> Iterator[Served]:
    """Start a server of recordings, by default of every source's; later ones go before earlier ones."""
    found = (sorted(folder.glob("*/answers/requests.ndjson")) for folder in recordings or (RECORDINGS,))
    answers = [str(path.parent) for paths in found for path in paths]
    with subprocess.Popen([sys.executable, SERVER, *answers], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield Served(process.stdout.readline().strip(), folder)
        finally:
            process.kill()
