"""Mentions at second hand: a work comes in; posts that link to a story about it go out, each with that story.

A story is a post that mentions the work and is a page of its own. Nothing of this is in any count, and a post that
names the work itself is none of these. It goes no further than one story.
"""

from typing import Any

from hubbub.answers.shapes import SecondHand, Story
from hubbub.answers.view import EVERY, View
from hubbub.model import Identifier
from hubbub.named import Named
from hubbub.store.counts import of_works

_LINKED = """
FROM mention told JOIN story ON story.post = told.post
JOIN identifier page ON page.value = story.address AND page.scheme = 'url'
JOIN mention linking ON linking.identifier = page.id
WHERE told.identifier IN :works AND told.counted AND linking.counted AND linking.own
AND page.id NOT IN :works AND linking.post NOT IN (SELECT post FROM mention WHERE identifier IN :works)
AND linking.post NOT IN (SELECT post FROM story same WHERE same.address = page.value)
"""
_COUNT = of_works("SELECT count(DISTINCT linking.post)" + _LINKED)
_POSTS = of_works(
    "SELECT linking.post, linking.source, min(told.post) AS story, page.id AS page, page.value,"
    " max(linking.posted_at) AS posted_at, TRUE AS own, TRUE AS counted"
    + _LINKED
    + "GROUP BY linking.post, linking.source, page.id, page.value"
    " ORDER BY posted_at DESC NULLS LAST, linking.post DESC, page.value LIMIT :limit"
)


def count(view: View, named: Named) -> int:
    """Count the posts that link to stories about a work."""
    return int(view.connection.execute(_COUNT, {"works": list(named.rows)}).scalar_one())


def second_hand(view: View, named: Named, limit: int | None) -> tuple[SecondHand, ...]:
    """List the posts that link to stories about a work, the newest first, once for each story."""
    asked: dict[str, Any] = {"works": list(named.rows), "limit": EVERY if limit is None else limit}
    found = view.connection.execute(_POSTS, asked).all()
    stories = view.posts([row.story for row in found])
    return tuple(
        SecondHand(said, Story(row.value, *stories[row.story]))
        for row in found
        for said in view.of_posts([row], {row.page: Identifier("url", row.value)})
    )
