"""hubbub as processes that read a network, and what they have kept of it."""

import json
from collections.abc import Callable, Iterable
from pathlib import Path
from time import monotonic, sleep
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import select

from hubbub.answers import Answers
from hubbub.answers.shapes import Ties
from hubbub.collect.sources.bluesky.lanes import HOSTS
from hubbub.store import open_store
from hubbub.store import schema as s
from tests.network.network import Network
from tests.replay.served import Served

PATIENCE = 60.0  # seconds, of a machine that does much else


class Hubbub:
    """One store, and the commands that fill it."""

    def __init__(self, server: Served, network: Network, folder: Path, login: tuple[str, str] | None = None) -> None:
        self.server = server
        self.folder = folder
        places = {"relay": network.pds, "appview": network.appview} | ({"pds": network.pds} if login else {})
        mirrors = "".join(f" {urlsplit(HOSTS[name]).hostname}={address}" for name, address in places.items())
        server.environment["HUBBUB_MIRRORS"] += mirrors
        server.environment["HUBBUB_ALLOW_HOSTS"] += ",localhost"
        if login:
            names = "HUBBUB_BLUESKY_HANDLE", "HUBBUB_BLUESKY_APP_PASSWORD"
            server.environment |= dict(zip(names, login, strict=True))
        server.do("subscribe", *(f"bluesky:{name}={HOSTS[name]}" for name in places))

    # What is kept

    def mentions(self, work: str) -> list[Any]:
        """What is said of a work."""
        told: list[Any] = json.loads(self.server.do("mentions", work, "--json"))
        return told

    def place(self) -> int:
        """How far the firehose was read."""
        found = self._read(select(s.cursor.c.resume).where(s.cursor.c.lane.startswith("stream:firehose")))
        return int(found[0].resume or 0) if found else 0

    def posts(self) -> set[str]:
        """The posts, reposts and likes that are held, by their addresses."""
        return {row.key for row in self._read(select(s.assertion.c.key).where(s.assertion.c.version.is_not(None)))}

    def accounts(self) -> dict[str, dict[str, Any]]:
        """What is known of accounts, by their ids."""
        found = self._read(select(s.account.c.key, s.account.c.fields).where(s.account.c.key.is_not(None)))
        return {row.key: {name: told[2] for name, told in json.loads(row.fields).items()} for row in found}

    def follows(self) -> set[tuple[str, str]]:
        """Who follows whom."""
        follower, followed = s.account.alias().c, s.account.alias().c
        ends = select(follower.key, followed.key).join_from(
            s.follow, follower.id.table, follower.id == s.follow.c.follower
        )
        return {(a, b) for a, b in self._read(ends.join(followed.id.table, followed.id == s.follow.c.followed))}

    def followers(self, did: str) -> Ties:
        """What is known of who follows an account."""
        with open_store(self.server.environment["HUBBUB_STORE"]) as store:
            report = Answers(store).account("bluesky", did)
        assert report is not None
        return report.followers

    def told(self, words: Iterable[str]) -> dict[str, list[str]]:
        """The tables in which words stand."""
        found: dict[str, list[str]] = {word: [] for word in words}
        for name, table in s.metadata.tables.items():
            body = repr([tuple(row) for row in self._read(select(table))])  # a row itself shows long texts cut
            for word in (word for word in found if word in body):
                found[word].append(name)
        return {word: names for word, names in found.items() if names}

    def traces(self, words: Iterable[str]) -> dict[str, list[str]]:
        """The files in which words stand, of all that it keeps."""
        kept = {path.name: path.read_bytes() for path in self.folder.rglob("*") if path.is_file()}
        found = {word: [name for name, body in kept.items() if word.encode() in body] for word in words}
        return {word: names for word, names in found.items() if names}

    def _read(self, statement: Any) -> list[Any]:
        with open_store(self.server.environment["HUBBUB_STORE"]) as store, store.connect() as connection:
            return list(connection.execute(statement))


def wait(until: Callable[[], Any], what: str) -> float:
    """Wait until something holds; returns the seconds that it took."""
    began_at = monotonic()
    while not until():
        assert monotonic() - began_at < PATIENCE, f"waited in vain until {what}"
        sleep(0.02)
    return monotonic() - began_at
