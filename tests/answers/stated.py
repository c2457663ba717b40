"""Small facts by hand: who says what of two works, and a store that holds them."""

from datetime import UTC, datetime
from typing import Any

from hubbub import pipeline
from hubbub.model import Account, Alias, Fact, Follow, FollowList, Identifier, Link, Post, Reading, Tally
from hubbub.store import Store

WORK, OTHER = Identifier("doi", "10.5555/work"), Identifier("doi", "10.5555/other")
NOW = datetime(2026, 8, 1, tzinfo=UTC)


def at(day: int, hour: int = 12) -> datetime:
    return datetime(2026, 7, day, hour, tzinfo=UTC)


def links(*works: Identifier, relation: str = "discusses") -> tuple[Link, ...]:
    return tuple(Link(f"https://doi.org/{work.value}", relation) for work in works)


def said(key: str, **fields: Any) -> Post:
    """A post about the work, as its place tells."""
    told: dict[str, Any] = {"source": "bluesky", "version": "1", "links": links(WORK), "author": f"by {key}"} | fields
    return Post(id=key, via=fields.pop("via", told["source"]), **{k: v for k, v in told.items() if k != "via"})


def passed(key: str, of: str, **fields: Any) -> Post:
    """A repost, which says nothing of its own."""
    return said(key, **{"links": (), "reposts": of} | fields)


def heard(key: str, **fields: Any) -> Post:
    """A post about the work, as another collector tells."""
    return said(key, **{"via": "crossref_event_data", "assertion": f"event {key}"} | fields)


def who(key: str, **fields: Any) -> Account:
    return Account(**{"source": "bluesky", "id": key, "via": "bluesky", "version": "1"} | fields)


def tally(kind: str, value: int, **fields: Any) -> Tally:
    told: dict[str, Any] = {"identifier": WORK, "via": "crossref", "as_of": NOW} | fields
    return Tally(kind=kind, value=value, **told)


def alias(one: Identifier, relation: str, other: Identifier, **fields: Any) -> Alias:
    """Say that one is a version (or whatever the relation is) of the other."""
    told: dict[str, Any] = {"via": "crossref", "version": "1"} | fields
    return Alias(identifier=other, relation=relation, other=one, **told)


def follow(one: str, other: str, day: int = 3) -> Follow:
    return Follow(source="bluesky", via="bluesky", seen_at=at(day), follower=one, followed=other)


def list_of(account: str, day: int, **fields: Any) -> FollowList:
    told: dict[str, Any] = {"direction": "followers", "complete": True} | fields
    return FollowList(source="bluesky", via="bluesky", account=account, began_at=at(day), **told)


def keep(store: Store, *facts: Fact) -> None:
    found = [Reading(f, pipeline.find(f, frozenset())) if isinstance(f, Post) else f for f in facts]
    with store.writing() as writer:
        writer.keep(found, NOW)
