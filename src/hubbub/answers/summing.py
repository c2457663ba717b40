"""The figures of one work in few questions to the store: its name comes in; who said it, where and when, goes out.

Counts and scores of the same work elsewhere are of the same rows, so that all of them agree.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from msgspec import Struct
from sqlalchemy import select, text

from hubbub.answers.people import Spoken, by_accounts, person
from hubbub.answers.registered import description
from hubbub.answers.scoring import mention_of
from hubbub.answers.standing import Standing, leading, of_work
from hubbub.answers.view import View
from hubbub.metrics.score import gained, total_of
from hubbub.model import Description, Identifier, Tally
from hubbub.named import Named, known
from hubbub.people.labels import likeliest
from hubbub.reference.attention import Formula
from hubbub.store import Store
from hubbub.store import schema as s
from hubbub.store.counts import POSTS, of_works
from hubbub.store.sql import Prepared, rows
from hubbub.store.times import moment

HEADLINES = 5  # pages whose titles are told
_HEARD = Prepared(
    of_works(
        POSTS
        + """
SELECT s.name AS source, every.post, own, every.account, every.posted_at, every.assertion, story.address
FROM (SELECT source, post, account, posted_at, assertion, 1 AS own FROM spoken
      UNION ALL SELECT source, post, account, posted_at, assertion, 0 FROM passed) AS every
JOIN source s ON s.id = every.source LEFT JOIN story ON story.post = every.post
ORDER BY every.posted_at IS NULL, every.posted_at, every.post
"""
    )
)
_COLLECTED = Prepared(
    text(
        "SELECT min(collected_at) AS first_at, max(collected_at) AS last_at FROM assertion WHERE id IN (:first, :last)"
    )
)
_READERS = Prepared(
    of_works(
        "SELECT s.name, t.value, t.as_of FROM tally t JOIN source s ON s.id = t.via"
        " WHERE t.identifier IN :works AND t.kind = 'readers' ORDER BY t.as_of, s.name"
    )
)


class Heard(Struct, frozen=True):
    """A post that mentions a work in `own` words, or passes such a post on: numbers stand for posts and accounts.

    `account` is None where nobody tells whose it is; `address` is that of a post that is a page of its own. `adds` is
    how much it adds to the score of those before it.
    """

    source: str
    post: int
    own: bool
    account: int | None
    posted_at: datetime | None
    address: str | None
    adds: float = 0.0


class Summary(Struct, frozen=True):
    """What a work is and who spoke of it, the oldest post first; `heard` is empty where nothing was collected.

    `number` is the work's own within this store, which `numbered` turns back; it may change as names are put together.
    `identifiers` are all names, the leading first, `numbers` those of all that the store holds. `kinds` says of those
    that spoke in own words and are no feeds how many of each source are most probably what, by the labels of people.
    `headlines` are the titles of the latest pages. `first_at` and `last_at` are when the first and the last
    of it was collected. `readers` are the tallies of readers, the newest of each place. `total` is the score by the
    formula that was given, `shown` the same as it rounds; None where no mention is held. `label` is what the formula is
    called, `standings` are those by it.
    """

    identifier: Identifier
    number: int
    identifiers: tuple[Identifier, ...]
    description: Description | None
    simulated: str | None
    heard: tuple[Heard, ...]
    numbers: tuple[int, ...]
    kinds: Mapping[str, Mapping[str, int]]
    headlines: tuple[str, ...]
    readers: tuple[Tally, ...]
    total: float | None
    shown: float | None
    label: str
    standings: tuple[Standing, ...]
    first_at: datetime | None
    last_at: datetime | None


def summary(store: Store, identifier: Identifier, by: Formula) -> Summary | None:
    """Sum up a work, scored by a formula; None where the store does not know the name."""
    with View(store) as view:
        named = known(view.connection, identifier)
        row = leading(named)
        if row is None:
            return None
        return _summary(view, named, row, by)


def numbered(store: Store, number: int) -> Identifier | None:
    """The identifier that has a number; None if none has."""
    if not 0 < number < 2**63:
        return None
    with store.connect() as connection:
        asked = select(s.identifier.c.scheme, s.identifier.c.value).where(s.identifier.c.id == number)
        return next((Identifier(*one) for one in rows(connection, asked)), None)


def _summary(view: View, named: Named, number: int, by: Formula) -> Summary:
    found = _HEARD.ask(view.connection, works=[*named.rows])
    gains = gained(map(mention_of, found), by)
    total = total_of(gains, by) if found else None
    statements = [row.assertion for row in found]
    first_at, last_at = _collected(view, statements) if statements else (None, None)
    return Summary(
        identifier=named.identifier,
        number=number,
        identifiers=named.work.identifiers,
        description=description(view.connection, named),
        simulated=view.simulated(named.rows),
        heard=tuple(
            Heard(row.source, row.post, bool(row.own), row.account, moment(row.posted_at), row.address, adds)
            for row, adds in zip(found, gains, strict=True)
        ),
        numbers=tuple(named.rows),
        kinds=_kinds(view, found),
        headlines=_headlines(view, found),
        readers=_readers(view, named),
        total=total.total if total else None,
        shown=total.shown if total else None,
        label=by.label,
        standings=tuple(one for one in of_work(view, named) if one.formula == f"{by.name} {by.version}"),
        first_at=first_at,
        last_at=last_at,
    )


def _collected(view: View, statements: Sequence[int]) -> tuple[datetime | None, datetime | None]:
    """When the oldest and the newest of statements were collected: their rows are given in that order."""
    ((first, last),) = _COLLECTED.ask(view.connection, first=min(statements), last=max(statements))
    return moment(first), moment(last)


def _headlines(view: View, found: Sequence[Any]) -> tuple[str, ...]:
    pages = [row.post for row in found if row.own and row.address][-HEADLINES:]
    told = view.words(pages) if pages else {}
    return tuple(dict.fromkeys(words.title for page in reversed(pages) if (words := told.get(page)) and words.title))


def _kinds(view: View, found: Sequence[Any]) -> dict[str, dict[str, int]]:
    said = [
        Spoken(0, row.post, row.account, row.posted_at, None if row.own else row.post, None)
        for row in found
        if row.account is not None
    ]
    by_account = by_accounts(said)
    spoke = {row.account for row in found if row.own and row.account is not None}
    speakers = view.speakers(spoke)
    kinds: dict[str, dict[str, int]] = {}
    for account in spoke:
        one = person(speakers[account], by_account[account])
        if not one.feed:
            kind, of = likeliest(one.labels), kinds.setdefault(one.speaker.source, {})
            of[kind] = of.get(kind, 0) + 1
    return kinds


def _readers(view: View, named: Named) -> tuple[Tally, ...]:
    found = _READERS.ask(view.connection, works=[*named.rows])
    newest = {row.name: row for row in found}
    return tuple(
        Tally(identifier=named.identifier, via=name, kind="readers", value=row.value, as_of=moment(row.as_of))
        for name, row in sorted(newest.items())
    )
