"""What `store_0002.sql` was made of: facts that reach into every table, with what is gone."""

from datetime import UTC, datetime

from hubbub.model import Account, Post
from tests.store.fold_model import WORKS, link_to


def _post(key: str, author: str, version: str = "1", **more: object) -> Post:
    told = {"text": f"{key} by {author}", "links": (link_to(WORKS[0]),), "posted_at": datetime(2026, 7, 1, tzinfo=UTC)}
    return Post(source="bluesky", id=key, via="bluesky", version=version, author=author, **(told | more))  # type: ignore[arg-type]


def _heard(key: str, post: str, version: str = "1", **more: object) -> Post:
    told = {"source": "wikipedia", "id": post, "via": "crossref_event_data", "version": version, "assertion": key}
    return Post(**(told | {"links": (link_to(WORKS[1], "references"),)} | more))  # type: ignore[arg-type]


def _gone(post: Post, version: str) -> Post:
    return Post(
        source=post.source, id=post.id, via=post.via, version=version, assertion=post.assertion, change="withdrawn"
    )


PAGES: list[list[Post | Account]] = [
    [
        _post("first", "ann", quotes="elsewhere"),
        _post("second", "ben", reposts="first", links=()),
        _post("third", "cid"),
        _post("fourth", "dan"),
        Account(source="bluesky", id="ann", via="bluesky", version="1", handle="ann.example", followers=7),
    ],
    [
        _heard("e1", "page", author="eve", posted_at=datetime(2026, 7, 2, tzinfo=UTC)),
        _heard("e2", "page", text="also"),
        _heard("e3", "other"),
        _heard("e4", "third", source="bluesky"),
    ],
    [
        _gone(_post("third", "cid"), "2"),
        _gone(_post("never heard", "cid"), "2"),
        _gone(_heard("e3", "other"), "2"),
        _gone(_heard("never heard", "other"), "2"),
        Account(source="bluesky", id="dan", via="bluesky", version="2", change="withdrawn"),
        Account(source="bluesky", id="fay", via="bluesky", version="2", change="withdrawn"),
    ],
]
LATE: list[Post | Account] = [
    _post("third", "cid"),
    _post("never heard", "cid"),
    _post("fourth", "dan"),
    _post("fifth", "fay"),
    _heard("e3", "other"),
    _heard("never heard", "other"),
    _heard("e5", "third", source="bluesky"),
]
