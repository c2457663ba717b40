"""Lanes and their resume points: what is wanted comes in; names that tell what to ask, and whom, come out.

A lane is `kind:argument`, and behind it, with blanks between, the hosts of another network than Bluesky's own:
`profiles:did:plc:a,did:plc:b appview=https://view.example.org`.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple
from zlib import crc32

from hubbub import identify
from hubbub.collect.sources.bluesky.records import NAME, POST, read_time, split
from hubbub.model import Watch

# Whom to ask on Bluesky's own network.
HOSTS = {
    "jetstream": "wss://jetstream2.us-east.bsky.network/subscribe",
    "relay": "wss://bsky.network",
    "appview": "https://public.api.bsky.app",
    "pds": "https://bsky.social",
    "constellation": "https://constellation.microcosm.blue",
}
BATCH = 25  # posts or profiles that are asked for at once
BUCKET = 16  # profiles in a lane, on the average at most
_GIVEN = re.compile(rf" ({'|'.join(HOSTS)})=(\S+)")
_COMPLETE = {"whole": True, "cut": False}


class Lane(NamedTuple):
    """A lane taken apart."""

    kind: str
    argument: str
    hosts: Mapping[str, str]


def apart(lane: str) -> Lane:
    """Take a lane apart; hosts that it does not name are Bluesky's own."""
    named, *given = _GIVEN.split(lane)
    kind, _, argument = named.partition(":")
    return Lane(kind, argument, HOSTS | dict(zip(given[::3], given[1::3], strict=True)))


def asked_of(lane: str, kind: str) -> list[str]:
    """The posts or accounts that a lane asks for; none if it is of another kind."""
    return apart(lane).argument.split(",") if lane.startswith(f"{kind}:") else []


def list_of(resume: str) -> tuple[datetime | None, bool | None]:
    """When the reading of a list began, and whether it is complete; None while it goes on."""
    began_at, _, state = resume.partition(" ")
    return read_time(began_at), _COMPLETE.get(state)


def lanes(watch: Watch) -> Iterator[str]:
    """`stream:jetstream`, or the streams that are given, and a lane for each part of what is watched.

    Lists `bluesky:HOST=ADDRESS`, with the names of `HOSTS`, point at another network. Of what such a network lacks
    nothing is asked.
    """
    given = dict(_given(watch.lists))
    behind = "".join(f" {name}={given[name]}" for name in HOSTS if name in given)
    whole = "appview" not in given
    own = ["author", "follows"]
    own += ["blocks"] if whole or "pds" in given else []
    own += ["blockers"] if whole or "constellation" in given else []
    kinds = [
        _streams(given),
        _batches("posts", watch.posts, _is_post),
        *(_batches("profiles", some, _is_did) for of in (watch.speakers, watch.profiles) for some in _buckets(of)),
        (f"{kind}:{one.value}" for one in watch.owners if one.scheme == NAME for kind in own),
        _searches(watch) if whole or "pds" in given else (),
        _backlinks(watch) if whole or "constellation" in given else (),
        (f"visibility:{did}" for did in (*watch.speakers, *watch.profiles) if _is_did(did)),
        (f"{kind}:{did}" for did in watch.speakers if _is_did(did) for kind in ("followers", "follows")),
    ]
    yield from dict.fromkeys(lane + behind for lanes_ in kinds for lane in lanes_)


def _given(lists: Iterable[str]) -> Iterator[tuple[str, str]]:
    for entry in lists:
        name, _, address = entry.removeprefix(f"{NAME}:").partition("=")
        if entry.startswith(f"{NAME}:") and name in HOSTS and re.fullmatch(r"(?:https?|wss?)://\S+", address):
            yield name, address.rstrip("/")


def _streams(given: Mapping[str, str]) -> Iterator[str]:
    if "jetstream" in given or "relay" not in given:
        yield "stream:jetstream"
    if "relay" in given:
        yield "stream:firehose"


def _searches(watch: Watch) -> Iterator[str]:
    """What people write when they mean a work: a DOI, and the address of its page."""
    for work in watch.works:
        if work.scheme == "doi":
            yield f'search:"{work.value}"'
        if (address := identify.address(work)) is not None:
            yield f"search:{address}"


def _backlinks(watch: Watch) -> Iterator[str]:
    """Posts that link to a work's page, and who liked or passed on the posts that are held."""
    for work in watch.works:
        if (address := identify.address(work)) is not None:
            yield f"backlinks:{address}"
    yield from _batches("engagement", watch.posts, _is_post)


def _buckets(keys: Sequence[str]) -> list[list[str]]:
    """Divide keys such that one more changes no bucket but its own: a lane of other keys is another lane, and due."""
    buckets: list[list[str]] = [[] for _ in range(1 << (len(keys) // BUCKET).bit_length())]
    for key in sorted(keys):
        buckets[crc32(key.encode()) % len(buckets)].append(key)
    return buckets


def _batches(kind: str, keys: Iterable[str], fits: Callable[[str], bool]) -> Iterator[str]:
    fitting = [key for key in keys if fits(key)]
    for start in range(0, len(fitting), BATCH):
        yield f"{kind}:{','.join(fitting[start : start + BATCH])}"


def _is_did(key: str) -> bool:
    return re.fullmatch(r"did:[a-z]+:[\w.:%-]+", key, re.ASCII) is not None


def _is_post(key: str) -> bool:
    try:
        return split(key)[1] == POST
    except ValueError:
        return False
