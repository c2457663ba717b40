"""Whom to engage next: a shelf comes in; accounts to answer, to meet and to find, each with reasons, go out.

Three rings, never blended: those who engaged, those tied to them, those with the same interest and no tie. Nobody is
suggested who is a feed, wants to be found by nobody, or was answered with done, unfit, never, or of late with later.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import chain

from msgspec import Struct
from sqlalchemy import func, select, union

from hubbub.answers.people import Spoken, by_accounts, rows_of, spoken, why_a_feed
from hubbub.answers.shapes import Speaker, Words
from hubbub.answers.view import View
from hubbub.model import Identifier
from hubbub.store import Store
from hubbub.store import schema as s
from hubbub.store.fold import hashed
from hubbub.store.people import Response, responses
from hubbub.store.sql import among
from hubbub.store.times import moment

EACH = 10  # suggestions of a ring
TODAY = (2, 2, 1)  # of each ring, of five a day; where a ring has fewer, the others have more
MOST = 1_000  # accounts that are ranked
OTHERS = 5_000  # further works in which interest is looked for: those that most voices mention
NAMED = 3  # accounts that connect
LEAST = 0.05  # of a score, for a term to be a reason
LATER = timedelta(days=14)  # until somebody is suggested again


class Reason(Struct, frozen=True):
    """One term of a score, its share of it, and what it says."""

    term: str
    share: float
    says: str


class Suggestion(Struct, frozen=True):
    """One account worth engaging, and why.

    `through` are those of the voices that it is tied to. `last` is what it last said or passed on of the works that
    tell its interest.
    """

    speaker: Speaker
    score: float
    reasons: tuple[Reason, ...]
    through: tuple[Speaker, ...]
    last: Words | None
    last_at: datetime | None


class Suggestions(Struct, frozen=True):
    """Whom to engage for a shelf: `rings` 0 to 2, the best of each first, and the few of `today`."""

    shelf: str
    voices: int
    rings: tuple[tuple[Suggestion, ...], ...]
    today: tuple[Suggestion, ...]


def suggest(store: Store, shelf: str, now: datetime, each: int = EACH) -> Suggestions | None:
    """Say whom to engage next for the works on a shelf, up to `each` of a ring; None if there is none."""
    with View(store) as view:
        works = view.works_on(shelf)
        return None if works is None else _suggest(view, shelf, _Seen(view, works), now, each)


class _Seen:
    """What was said of the works, which come first, and of others that their voices speak of."""

    def __init__(self, view: View, works: Sequence[Identifier]) -> None:
        own = rows_of(view, works)
        self.works = len(works)
        self.own = by_accounts(spoken(view, own))
        m = s.mention.c
        heard = select(m.identifier).where(among(m.account, list(self.own))).group_by(m.identifier)
        ordered = heard.order_by(func.count(m.account.distinct()).desc(), m.identifier).limit(OTHERS)
        others = [row for row in view.connection.execute(ordered).scalars() if row not in own]
        rows = own | {row: self.works + number for number, row in enumerate(others)}
        self.said = by_accounts(spoken(view, rows))
        authors = {one.author for one in chain(*self.said.values()) if one.author is not None}
        self.speakers = view.speakers({*self.said, *authors})


def _suggest(view: View, shelf: str, seen: _Seen, now: datetime, each: int) -> Suggestions:
    from hubbub.people.ranking import past_of, rank  # numpy is loaded where people are suggested

    mentions = [one for said in seen.said.values() for one in said]
    past = past_of(
        [one.account or 0 for one in mentions],
        [one.work for one in mentions],
        [(one.posted_at or 0) // 60_000_000 for one in mentions],
        [-1 if one.author is None else one.author for one in mentions],
    )
    feeds = {account for account, said in seen.said.items() if why_a_feed(seen.speakers[account], said)}
    left_out = feeds | _left_out(seen.speakers, responses(view.connection, shelf), now)
    seeds = set(seen.own) - feeds
    ranking = rank(past, range(seen.works), [*seeds], MOST, left_out=[*left_out])
    accounts = ranking.accounts.tolist()
    ties = _ties(view, accounts, seeds, mentions)
    rings: list[list[int]] = [[], [], []]
    for place, account in enumerate(accounts):
        ring = rings[0 if account in seeds else 1 if ties[account] else 2]
        if len(ring) < each:
            ring.append(place)
    said = view.words([last.post for ring in rings for place in ring if (last := _last(seen, accounts[place]))])
    made = {
        place: _made(seen, accounts[place], float(ranking.scores[place]), ranking.terms[place].tolist(), ties, said)
        for ring in rings
        for place in ring
    }
    first = [place for ring, few in zip(rings, TODAY, strict=True) for place in ring[:few]]
    more = [place for ring, few in zip(rings, TODAY, strict=True) for place in ring[few:]]
    today = [made[place] for place in [*first, *more][: sum(TODAY)]]
    named = tuple(tuple(made[place] for place in ring) for ring in rings)
    return Suggestions(shelf, len(seeds), named, tuple(today))


def _left_out(speakers: Mapping[int, Speaker], answered: Mapping[int, Response], now: datetime) -> set[int]:
    """Who is not to be suggested: who does not want it, and who was answered."""
    left = set()
    for account, one in speakers.items():
        said = answered.get(hashed("account", one.source, one.key))
        waits = said is not None and (said.word != "later" or now - said.said_at < LATER)
        if waits or one.hidden:
            left.add(account)
    return left


def _ties(
    view: View, accounts: Sequence[int], seeds: Collection[int], mentions: Iterable[Spoken]
) -> dict[int, set[int]]:
    """The voices that accounts follow or are followed by, or that they passed on or were passed on by."""
    f, ties = s.follow.c, defaultdict[int, set[int]](set)
    ranked, voices = list(accounts), list(seeds)
    both = union(
        select(f.follower, f.followed).where(among(f.follower, ranked), among(f.followed, voices)),
        select(f.followed, f.follower).where(among(f.followed, ranked), among(f.follower, voices)),
    )
    for account, voice in view.connection.execute(both):
        ties[account].add(voice)
    for one in mentions:
        if one.account is not None and one.author is not None and one.account != one.author:
            for account, voice in ((one.account, one.author), (one.author, one.account)):
                if voice in seeds:
                    ties[account].add(voice)
    return ties


def _last(seen: _Seen, account: int) -> Spoken | None:
    return max(seen.said.get(account, ()), key=lambda one: (one.posted_at or 0, one.post), default=None)


def _made(
    seen: _Seen,
    account: int,
    score: float,
    terms: Sequence[float],
    ties: Mapping[int, set[int]],
    said: Mapping[int, Words],
) -> Suggestion:
    from hubbub.people.ranking import WEIGHTS

    last = _last(seen, account)
    says = _says(seen, account)
    reasons = [
        Reason(term, part / score, says[term])
        for term, part in zip(WEIGHTS, terms, strict=True)
        if score > 0 and part / score >= LEAST and term in says
    ]
    through = sorted(ties.get(account, ()), key=lambda voice: (-len(seen.own.get(voice, ())), voice))
    return Suggestion(
        speaker=seen.speakers[account],
        score=score,
        reasons=tuple(sorted(reasons, key=lambda one: -one.share)),
        through=tuple(seen.speakers[voice] for voice in through[:NAMED]),
        last=said.get(last.post) if last else None,
        last_at=moment(last.posted_at) if last else None,
    )


def _says(seen: _Seen, account: int) -> dict[str, str]:
    """What the terms of a score mean for an account, in numbers that can be checked."""
    own, every = seen.own.get(account, ()), seen.said.get(account, ())
    works = len({one.work for one in own})
    others = len({one.work for one in every} - set(range(seen.works)))
    passed = sum(one.author == account for said in seen.own.values() for one in said)
    told = {
        "engaged": (works, f"engaged with {works} of your works"),
        "heard": (passed, f"was passed on {_times(passed)} when speaking of your works"),
        "shared": (others, f"speaks of {others} other work{'' if others == 1 else 's'} that your voices speak of"),
        "tied": (1, "passed on, or was passed on by, who engaged with you"),
        "active": (len(every), f"spoke of works {_times(len(every))}, as far as known"),
    }
    return {term: says for term, (number, says) in told.items() if number}


def _times(number: int) -> str:
    return "once" if number == 1 else f"{number} times"
