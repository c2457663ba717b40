"""A MediaWiki of the tests' own: PHP serves it on loopback where Debian's package lies, and it goes with them."""

import os
import secrets
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic, sleep

import httpx

SCRIPTS = Path("/usr/share/mediawiki")
SETTINGS = """
$wgArticlePath = '/wiki/$1';
$wgMainCacheType = CACHE_NONE;
$wgRCMaxAge = 10 * 365 * 86400;
"""


def is_installed() -> bool:
    """Say whether PHP and MediaWiki are here."""
    return shutil.which("php") is not None and (SCRIPTS / "maintenance/install.php").exists()


class MediaWiki:
    """A wiki in one folder: `home` is its address, `api` where it answers."""

    def __init__(self, folder: Path, home: str) -> None:
        self.home, self.api = home, f"{home}/w/api.php"
        self.environment = {**os.environ, "MW_CONFIG_FILE": str(folder / "LocalSettings.php")}

    def edit(self, title: str, text: str, user: str = "Ada") -> None:
        """Make or change a page."""
        self._run("edit", "--user", user, title, told=text)

    def delete(self, title: str) -> None:
        """Delete a page."""
        self._run("deleteBatch", "-r", "test", told=title)

    def move(self, title: str, to: str, leaving: bool = True) -> None:
        """Move a page; `leaving` makes its old title lead to the new one."""
        self._run("moveBatch", *(() if leaving else ("--noredirects",)), told=f"{title}|{to}")

    def make_account(self, user: str) -> None:
        """Make an account that edits."""
        self._run("createAndPromote", user, secrets.token_hex())

    def dump(self, *options: str) -> bytes:
        """Write all pages as XML, by default with their history."""
        return self._run("dumpBackup", "--quiet", *(options or ("--full",))).encode()

    def _run(self, script: str, *told_: str, told: str = "") -> str:
        order = ["php", str(SCRIPTS / "maintenance" / f"{script}.php"), *told_]
        done = subprocess.run(order, input=told, text=True, capture_output=True, env=self.environment, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        assert "FAILED" not in done.stdout, done.stdout
        return done.stdout


@contextmanager
def running(folder: Path) -> Iterator[MediaWiki]:
    """Set up a new wiki in a folder and serve it."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    wiki = MediaWiki(folder, f"http://127.0.0.1:{port}")
    store = ["--dbtype", "sqlite", "--dbpath", str(folder / "db"), "--confpath", str(folder)]
    wiki._run(
        "install", *store, "--server", wiki.home, "--scriptpath", "/w", "--pass", secrets.token_hex(), "W", "Admin"
    )
    with (folder / "LocalSettings.php").open("a") as settings:
        settings.write(SETTINGS)
    wiki.make_account("Ada")
    wiki.make_account("Grace")
    (folder / "root").mkdir()
    (folder / "root/w").symlink_to(SCRIPTS)  # as Wikipedia has it
    with (folder / "log").open("wb") as log:
        order = ["php", "-S", f"127.0.0.1:{port}", "-t", str(folder / "root")]
        server = subprocess.Popen(order, env=wiki.environment, stdout=log, stderr=log)
    try:
        _wait(wiki, folder / "log")
        yield wiki
    finally:
        server.terminate()
        server.wait(30)


def _wait(wiki: MediaWiki, log: Path) -> None:
    until = monotonic() + 60
    while True:
        try:
            httpx.get(wiki.api, timeout=30)
        except httpx.HTTPError:
            assert monotonic() < until, log.read_text()
            sleep(0.05)
        else:
            return
