"""An AT Protocol network of the tests' own, with accounts that do what a test says: nothing of it is simulated."""

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit, urlunsplit

import httpx
import psycopg

FOLDER = Path(__file__).parent
POST, REPOST, LIKE = "app.bsky.feed.post", "app.bsky.feed.repost", "app.bsky.feed.like"
FOLLOW, PROFILE = "app.bsky.graph.follow", "app.bsky.actor.profile"
BLOCK, VISIBILITY = "app.bsky.graph.block", "app.bsky.actor.contentVisibilityDeclaration"
PASSWORD = "correct horse battery staple"
ADMIN = ("admin", "admin-pass")  # as the package has it

Record = dict[str, Any]


class Ref(NamedTuple):
    """A record by its address and its hash."""

    uri: str
    cid: str


class Truth(NamedTuple):
    """What the network holds: records of active accounts by their addresses, and handles by the accounts' ids."""

    records: dict[str, Record]
    handles: dict[str, str]

    def of(self, *collections: str) -> dict[str, Record]:
        """The records of some kinds."""
        return {uri: one for uri, one in self.records.items() if uri.split("/")[3] in collections}

    def follows(self) -> set[tuple[str, str]]:
        """Who follows whom."""
        ends = ((uri.split("/")[2], one["subject"]) for uri, one in self.of(FOLLOW).items())
        return {(follower, followed) for follower, followed in ends if followed in self.handles}

    def names(self) -> dict[str, str | None]:
        """The names that accounts go by."""
        shown = {uri.split("/")[2]: one.get("displayName") for uri, one in self.of(PROFILE).items()}
        return {did: shown.get(did) for did in self.handles}


class Person:
    """Somebody with an account."""

    def __init__(self, network: "Network", handle: str) -> None:
        self._network = network
        asked = {"handle": handle, "email": f"{handle}@example.org", "password": PASSWORD}
        session = network.ask("com.atproto.server.createAccount", asked)
        self.did: str = session["did"]
        self.handle = handle
        self._headers = {"Authorization": f"Bearer {session['accessJwt']}"}

    def post(self, text: str, **more: Any) -> Ref:
        """Say something; `more` are further fields of the record."""
        return self._make(POST, {"text": text, **more})

    def link(self, text: str, address: str) -> Ref:
        """Say something with a link behind its last word, as clients write it."""
        whole, word = text.encode(), text.split()[-1].encode()
        feature = {"$type": "app.bsky.richtext.facet#link", "uri": address}
        place = {"byteStart": len(whole) - len(word), "byteEnd": len(whole)}
        return self.post(text, facets=[{"index": place, "features": [feature]}])

    def card(self, text: str, address: str) -> Ref:
        """Say something above the card of a page."""
        external = {"uri": address, "title": "A page", "description": "What it is about"}
        return self.post(text, embed={"$type": "app.bsky.embed.external", "external": external})

    def reply(self, text: str, to: Ref) -> Ref:
        """Answer a post."""
        return self.post(text, reply={"root": to._asdict(), "parent": to._asdict()})

    def quote(self, text: str, quoted: Ref) -> Ref:
        """Say something above somebody's post."""
        return self.post(text, embed={"$type": "app.bsky.embed.record", "record": quoted._asdict()})

    def edit(self, post: Ref, text: str) -> Ref:
        """Say something else instead."""
        record = {"$type": POST, "createdAt": datetime.now(UTC).isoformat(), "text": text}
        rkey = post.uri.rpartition("/")[2]
        made = self._tell("com.atproto.repo.putRecord", repo=self.did, collection=POST, rkey=rkey, record=record)
        return Ref(made["uri"], made["cid"])

    def repost(self, post: Ref) -> Ref:
        """Pass a post on."""
        return self._make(REPOST, {"subject": post._asdict()})

    def like(self, post: Ref) -> Ref:
        """Like a post."""
        return self._make(LIKE, {"subject": post._asdict()})

    def follow(self, whom: "Person") -> Ref:
        """Follow somebody."""
        return self._make(FOLLOW, {"subject": whom.did})

    def block(self, whom: "Person") -> Ref:
        """Want nothing to do with somebody."""
        return self._make(BLOCK, {"subject": whom.did})

    def call(self, name: str, description: str = "", label: str = "") -> None:
        """Take a name, and a label for oneself."""
        labels = {"$type": "com.atproto.label.defs#selfLabels", "values": [{"val": label}]} if label else None
        self._put(PROFILE, displayName=name, description=description, **({"labels": labels} if labels else {}))

    def decline(self) -> None:
        """Want to be recommended to nobody."""
        self._put(VISIBILITY, hideFromAlgorithmicRecommendations=True)

    def rename(self, handle: str) -> None:
        """Take a handle."""
        self._tell("com.atproto.identity.updateHandle", handle=handle)
        self.handle = handle

    def delete(self, record: Ref) -> None:
        """Delete a post, or end whatever else a record is."""
        _, _, repo, collection, rkey = record.uri.split("/")
        self._tell("com.atproto.repo.deleteRecord", repo=repo, collection=collection, rkey=rkey)

    def deactivate(self) -> None:
        """Leave for a while."""
        self._tell("com.atproto.server.deactivateAccount")

    def leave(self) -> None:
        """Leave for good."""
        self._network.ask("com.atproto.admin.deleteAccount", {"did": self.did}, auth=ADMIN)

    def _make(self, collection: str, record: Record) -> Ref:
        whole = {"$type": collection, "createdAt": datetime.now(UTC).isoformat(), **record}
        made = self._tell("com.atproto.repo.createRecord", repo=self.did, collection=collection, record=whole)
        return Ref(made["uri"], made["cid"])

    def _put(self, collection: str, **record: Any) -> None:
        whole = {"$type": collection, **record}
        self._tell("com.atproto.repo.putRecord", repo=self.did, collection=collection, rkey="self", record=whole)

    def _tell(self, method: str, **asked: Any) -> Any:
        return self._network.ask(method, asked, headers=self._headers)


class Network:
    """A network that runs: `pds` and `appview` are the addresses of its servers."""

    def __init__(self, process: subprocess.Popen[str], client: httpx.Client) -> None:
        self._process, self._client = process, client
        told = self._answer()
        self.pds, self.appview = told["pds"], told["appview"]

    def join(self, name: str) -> Person:
        """Make an account."""
        return Person(self, f"{name}.test")

    def settle(self) -> int:
        """Wait until the AppView has seen everything; return the place of the last message of the firehose."""
        assert self._process.stdin is not None
        self._process.stdin.write("settle\n")
        self._process.stdin.flush()
        return int(self._answer()["last"])

    def followers(self, did: str) -> int:
        """How many the AppView says follow somebody; it counts those who have left, too."""
        told = self._client.get(f"{self.appview}/xrpc/app.bsky.actor.getProfile", params={"actor": did})
        return int(told.json()["followersCount"])

    def truth(self) -> Truth:
        """What the server of accounts holds."""
        records: dict[str, Record] = {}
        handles: dict[str, str] = {}
        for repo in self._all("com.atproto.sync.listRepos", "repos"):
            if repo["active"]:
                described = self._get("com.atproto.repo.describeRepo", repo=repo["did"])
                handles[repo["did"]] = described["handle"]
                for collection in described["collections"]:
                    asked = {"repo": repo["did"], "collection": collection}
                    told = self._all("com.atproto.repo.listRecords", "records", **asked)
                    records |= {one["uri"]: one["value"] for one in told}
        return Truth(records, handles)

    def ask(self, method: str, asked: Any, **how: Any) -> Any:
        """Call a procedure of the server of accounts."""
        answer = self._client.post(f"{self.pds}/xrpc/{method}", json=asked, **how)
        assert answer.is_success, answer.text
        return answer.json() if answer.content else None

    def _all(self, method: str, name: str, **asked: str) -> Iterator[Any]:
        while True:
            told = self._get(method, limit="100", **asked)
            yield from told[name]
            if not told.get("cursor"):
                return
            asked["cursor"] = told["cursor"]

    def _get(self, method: str, **asked: str) -> Any:
        answer = self._client.get(f"{self.pds}/xrpc/{method}", params=asked)
        assert answer.is_success, answer.text
        return answer.json()

    def _answer(self) -> Any:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        assert line, "the network has stopped"
        return json.loads(line)


def what_lacks() -> str | None:
    """Say what is not installed; None if all is."""
    if shutil.which("node") is None:
        return "node"
    return None if (FOLDER / "node_modules/@atproto/dev-env").is_dir() else "the packages of tests/network/package.json"


@contextmanager
def running(server: str, folder: Path) -> Iterator[Network]:
    """Start a network whose AppView keeps its tables in a PostgreSQL server, and its files in a folder."""
    told = urlsplit(server)
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute("CREATE DATABASE bluesky TEMPLATE template0 LOCALE_PROVIDER libc LOCALE 'C.UTF-8'")
    store = urlunsplit(told._replace(netloc="hubbub@localhost", path="/bluesky"))
    order = ["node", "--no-warnings", str(FOLDER / "network.mjs"), store]
    environment = {**os.environ, "TMPDIR": str(folder)}
    process = subprocess.Popen(order, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment)
    with process, httpx.Client(timeout=60) as client:
        try:
            yield Network(process, client)
        finally:
            process.kill()
