"""A work's attention score: an identifier and a formula come in; the score and what each mention adds go out."""

from collections.abc import Sequence
from datetime import datetime
from itertools import groupby
from typing import Any

from msgspec import Struct

from hubbub.answers.registered import description
from hubbub.answers.shapes import Words
from hubbub.answers.view import View
from hubbub.metrics.score import Score, Scored, Share, Total, gained, score, total_of
from hubbub.model import Identifier
from hubbub.named import known
from hubbub.reference.attention import Formula
from hubbub.reference.places import place
from hubbub.store import Store
from hubbub.store.counts import POSTS, of_works
from hubbub.store.sql import Prepared
from hubbub.store.times import moment

_MENTIONS = of_works(
    POSTS
    + """
SELECT s.name AS source, p.key AS key, every.post, own, a.key AS account, every.posted_at
FROM (SELECT source, post, account, posted_at, 1 AS own FROM spoken
      UNION ALL SELECT source, post, account, posted_at, 0 FROM passed) AS every
JOIN source s ON s.id = every.source JOIN assertion p ON p.id = every.post
LEFT JOIN account a ON a.id = every.account
"""
)
_ADDING = Prepared(
    of_works(
        POSTS
        + """
SELECT s.name AS source, every.post, own, every.account
FROM (SELECT source, post, account, 1 AS own FROM spoken
      UNION ALL SELECT source, post, account, 0 FROM passed) AS every
JOIN source s ON s.id = every.source
"""
    )
)


class Part(Struct, frozen=True):
    """What all mentions of a kind at a source add: `counting` of `mentions` add something, `adds` together."""

    source: str
    kind: str
    mentions: int
    counting: int
    adds: float


class Contribution(Struct, frozen=True):
    """What one mention adds, or which other counts for it, and what it says."""

    share: Share
    posted_at: datetime | None
    words: Words | None


class Attention(Struct, frozen=True):
    """The attention score of a work; `score` is None where no mention is held, since nobody knows then.

    `score.shares` has every mention, `parts` their sums by source and kind, `contributions` those that add most, with
    their words.
    """

    identifier: Identifier
    title: str | None
    simulated: str | None
    score: Score | None
    parts: tuple[Part, ...]
    contributions: tuple[Contribution, ...]


def total(store: Store, identifier: Identifier, by: Formula) -> Total | None:
    """Score a work by a formula, without the names of mentions; None where no mention is held."""
    with View(store) as view:
        found = _ADDING.ask(view.connection, works=[*known(view.connection, identifier).rows])
    return total_of(gained(map(mention_of, found), by), by) if found else None


def mention_of(row: Any) -> Scored:
    """What of a mention a formula looks at; posts and accounts go by their rows, which tell them apart as well."""
    kind = place(row.source).kind if row.own else "repost"
    return Scored(row.source, str(row.post), kind, None if row.account is None else str(row.account))


def attention(store: Store, identifier: Identifier, by: Formula, limit: int | None) -> Attention:
    """Score a work by a formula; `limit` is of how many mentions the words are told."""
    with View(store) as view:
        named = known(view.connection, identifier)
        found = view.connection.execute(_MENTIONS, {"works": [*named.rows]}).all()
        mentions = {
            Scored(row.source, row.key, place(row.source).kind if row.own else "repost", row.account): row
            for row in found
        }
        scored = score(mentions, by) if mentions else None
        most = sorted(scored.shares, key=lambda share: -share.weight)[:limit] if scored else []
        words = view.words([mentions[share.mention].post for share in most])
        about = description(view.connection, named)
        return Attention(
            identifier=named.identifier,
            title=about.title if about else None,
            simulated=view.simulated(named.rows),
            score=scored,
            parts=_parts(scored.shares) if scored else (),
            contributions=tuple(
                Contribution(share, moment(row.posted_at), words.get(row.post))
                for share in most
                for row in [mentions[share.mention]]
            ),
        )


def _parts(shares: Sequence[Share]) -> tuple[Part, ...]:
    def where(share: Share) -> tuple[str, str]:
        return share.mention.source, share.mention.kind

    groups = [(key, list(of)) for key, of in groupby(sorted(shares, key=where), key=where)]
    parts = [
        Part(*key, len(of), sum(one.weight > 0 for one in of), sum(one.weight for one in of)) for key, of in groups
    ]
    return tuple(sorted(parts, key=lambda part: (-part.adds, -part.mentions, part.source, part.kind)))
