"""What a test does on the network comes in as calls; the truth about it comes out, to compare what was read with.

Every text carries a mark, a word that stands nowhere else, so that `grep` finds whatever has been kept of it.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from secrets import token_hex
from types import TracebackType
from typing import Any, Literal, NamedTuple

import httpx

from tests.network.running import Addresses

POST, REPOST, LIKE = "app.bsky.feed.post", "app.bsky.feed.repost", "app.bsky.feed.like"
FOLLOW, PROFILE = "app.bsky.graph.follow", "app.bsky.actor.profile"
EXTERNAL, RECORD, BOTH = (f"app.bsky.embed.{kind}" for kind in ("external", "record", "recordWithMedia"))
ADMIN = ("admin", "admin-pass")  # as dev-env sets it

Json = dict[str, Any]


class Profile(NamedTuple):
    """What an account says of itself."""

    handle: str
    name: str
    description: str


class Said(NamedTuple):
    """What a post says. `links` are pairs of an address and where it stands: in a link, a card, or the text alone."""

    author: str
    text: str
    title: str | None
    links: frozenset[tuple[str, str]]
    replies_to: str | None
    quotes: str | None


class Truth(NamedTuple):
    """What can be seen on the network of a test's own accounts, and what must be found nowhere.

    Accounts by their DID; posts, reposts and likes by their at-address; follows are pairs of follower and followed.
    Reposts and likes are pairs of who did it and the post. `gone` are the marks of all that was edited or withdrawn.
    """

    accounts: dict[str, Profile]
    posts: dict[str, Said]
    reposts: dict[str, tuple[str, str]]
    likes: dict[str, tuple[str, str]]
    follows: frozenset[tuple[str, str]]
    gone: frozenset[str]


class Network:
    """One test's part of the network."""

    def __init__(self, addresses: Addresses) -> None:
        self.addresses = addresses
        self.speakers: list[Speaker] = []
        self.marks: set[str] = set()
        self.references: dict[str, Json] = {}  # to posts, as records name them
        self.roots: dict[str, Json] = {}  # of their threads
        self._http = httpx.Client(timeout=90, trust_env=False)

    def __enter__(self) -> "Network":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._http.close()

    def mark(self) -> str:
        """A new word that stands nowhere else."""
        mark = f"mark{token_hex(6)}"
        self.marks.add(mark)
        return mark

    def join(self, name: str = "Somebody", description: str = "") -> "Speaker":
        """Make an account with a profile."""
        handle = f"{self.mark()}.test"
        account = {"handle": handle, "email": f"{handle}@example.org", "password": token_hex(8)}
        made = self.tell("com.atproto.server.createAccount", account)
        speaker = Speaker(self, made["did"], handle, made["accessJwt"])
        self.speakers.append(speaker)
        speaker.describe(name, description)
        return speaker

    def settle(self) -> int:
        """Wait until the AppView knows everything; return the number of the firehose's latest message."""
        answer = self._http.post(self.addresses.control).raise_for_status()
        return int(answer.json()["seq"])

    def ask(self, method: str, /, **params: object) -> Json:
        """Ask the AppView, as anybody may. Raises `httpx.HTTPStatusError` if it refuses."""
        given: Mapping[str, Any] = params
        answer = self._http.get(f"{self.addresses.appview}/xrpc/{method}", params=given)
        found: Json = answer.raise_for_status().json()
        return found

    def tell(self, method: str, body: Json | None, **how: Any) -> Json:
        """Tell the PDS. Raises `httpx.HTTPStatusError` if it refuses."""
        answer = self._http.post(f"{self.addresses.pds}/xrpc/{method}", json=body, **how).raise_for_status()
        told: Json = answer.json() if answer.content else {}
        return told

    def truth(self) -> Truth:
        """What can be seen now, and what must not."""
        live = [speaker for speaker in self.speakers if speaker.state == "live"]
        accounts = {speaker.did: speaker.profile for speaker in live}
        posts = {at: said for speaker in live for at, said in speaker.posts.items()}
        marks = repr((accounts, posts))
        return Truth(
            accounts,
            posts,
            {at: (s.did, of) for s in live for at, of in s.records[REPOST].items() if of in posts},
            {at: (s.did, of) for s in live for at, of in s.records[LIKE].items() if of in posts},
            frozenset((s.did, of) for s in live for of in s.records[FOLLOW].values() if of in accounts),
            frozenset(mark for mark in self.marks if mark not in marks),
        )


class Speaker:
    """One account: what it does is done on the network and noted for the truth."""

    def __init__(self, network: Network, did: str, handle: str, token: str) -> None:
        self.did = did
        self.state: Literal["live", "away", "left"] = "live"
        self.profile = Profile(handle, "", "")
        self.posts: dict[str, Said] = {}
        self.records: dict[str, dict[str, str]] = {REPOST: {}, LIKE: {}, FOLLOW: {}}
        self._network = network
        self._headers = {"Authorization": f"Bearer {token}"}

    def describe(self, name: str, description: str) -> None:
        """Say who this is, in place of what was said before."""
        self.profile = Profile(self.profile.handle, f"{name} {self._network.mark()}", self._marked(description))
        record = {"$type": PROFILE, "displayName": self.profile.name, "description": self.profile.description}
        key = {"repo": self.did, "collection": PROFILE, "rkey": "self"}
        self._tell("com.atproto.repo.putRecord", {**key, "record": record})

    def post(
        self,
        text: str,
        *,
        link: str | None = None,
        card: str | None = None,
        bare: str | None = None,
        replies_to: str | None = None,
        quotes: str | None = None,
    ) -> str:
        """Post, with addresses as a link over the word “here”, as a card, or as text; return the at-address."""
        record: Json = {"$type": POST, "createdAt": _now(), "langs": ["en"]}
        text = self._marked(text)
        title = self._marked("A card") if card else None
        if bare:
            text += f" {bare}"
        if link:
            start = len(text.encode()) + 1
            text += " here"
            feature = {"$type": "app.bsky.richtext.facet#link", "uri": link}
            record["facets"] = [{"index": {"byteStart": start, "byteEnd": start + 4}, "features": [feature]}]
        references, roots = self._network.references, self._network.roots
        if embed := _embed(card, title, references[quotes] if quotes else None):
            record["embed"] = embed
        if replies_to:
            record["reply"] = {"root": roots[replies_to], "parent": references[replies_to]}
        reference = self._create(POST, record | {"text": text})
        at = str(reference["uri"])
        references[at] = reference
        roots[at] = roots[replies_to] if replies_to else reference
        links = frozenset((a, where) for a, where in ((link, "link"), (card, "card"), (bare, "text")) if a)
        self.posts[at] = Said(self.did, text, title, links, replies_to, quotes)
        return at

    def repost(self, post: str) -> str:
        """Repost; return the repost's at-address."""
        return self._point(REPOST, post, self._network.references[post])

    def like(self, post: str) -> str:
        """Like; return the like's at-address."""
        return self._point(LIKE, post, self._network.references[post])

    def follow(self, other: "Speaker") -> str:
        """Follow; return the follow's at-address."""
        return self._point(FOLLOW, other.did, other.did)

    def unfollow(self, other: "Speaker") -> None:
        """Follow no longer."""
        follows = self.records[FOLLOW].items()
        self.delete(next(at for at, did in follows if did == other.did))

    def delete(self, at: str) -> None:
        """Withdraw a post, a repost, a like or a follow."""
        self._tell("com.atproto.repo.deleteRecord", _key(at))
        collection = at.split("/")[3]
        del (self.posts if collection == POST else self.records[collection])[at]

    def deactivate(self) -> None:
        """Go, perhaps not for ever."""
        self._tell("com.atproto.server.deactivateAccount", {})
        self.state = "away"

    def activate(self) -> None:
        """Come back."""
        self._tell("com.atproto.server.activateAccount", None)
        self.state = "live"

    def leave(self) -> None:
        """Delete the account with all that is in it."""
        self._network.tell("com.atproto.admin.deleteAccount", {"did": self.did}, auth=ADMIN)
        self.state = "left"

    def _marked(self, text: str) -> str:
        return f"{text} {self._network.mark()}".strip()

    def _tell(self, method: str, body: Json | None) -> Json:
        return self._network.tell(method, body, headers=self._headers)

    def _create(self, collection: str, record: Json) -> Json:
        told = {"repo": self.did, "collection": collection, "record": record}
        made = self._tell("com.atproto.repo.createRecord", told)
        return {"uri": made["uri"], "cid": made["cid"]}

    def _point(self, collection: str, of: str, subject: str | Json) -> str:
        record = {"$type": collection, "subject": subject, "createdAt": _now()}
        at = str(self._create(collection, record)["uri"])
        self.records[collection][at] = of
        return at


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _embed(card: str | None, title: str | None, quoted: Json | None) -> Json | None:
    shown = {"$type": EXTERNAL, "external": {"uri": card, "title": title, "description": ""}} if card else None
    quote = {"$type": RECORD, "record": quoted} if quoted else None
    if shown and quote:
        return {"$type": BOTH, "record": quote, "media": shown}
    return shown or quote


def _key(at: str) -> Json:
    repo, collection, rkey = at.removeprefix("at://").split("/")
    return {"repo": repo, "collection": collection, "rkey": rkey}
