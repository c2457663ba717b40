"""Whom to engage next: a shelf comes in; accounts to answer, to meet and to find, each with reasons, go out.

Three rings, never blended: those who engaged, those tied to them, those with the same interest and no tie. In the
second, those who were seen to speak of works take turns with those who are only known to be in the voices' networks.
Nobody is suggested who is a feed, wants to be found by nobody, or was answered with done, unfit, never, or of late with
later.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import chain, zip_longest

from msgspec import Struct
from sqlalchemy import func, select

from hubbub.answers.around import Near, Ties, around
from hubbub.answers.around import ties as ties_of
from hubbub.answers.desking import storm
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
OWN = 3  # times as much as what was passed on, own words of a voice count
LATER = timedelta(days=14)  # until somebody is suggested again


class Reason(Struct, frozen=True):
    """One term of a score, its share of it, and what it says."""

    term: str
    share: float
    says: str


class Suggestion(Struct, frozen=True):
    """One account worth engaging, and why.

    `through` are those of the voices that it is tied to. `last` is what it last said or passed on of the works that
    tell its interest; None where it was never heard to speak of any, and its profile alone tells what it is. Scores
    compare with those of others who were heard, or of others who were not.
    """

    speaker: Speaker
    score: float
    reasons: tuple[Reason, ...]
    through: tuple[Speaker, ...]
    last: Words | None
    last_at: datetime | None


class Suggestions(Struct, frozen=True):
    """Whom to engage for a shelf: `rings` 0 to 2, the best of each first, and the few of `today`.

    While strangers pile on a post (`piled_on`), nobody is suggested; who took part is not suggested later either.
    """

    shelf: str
    voices: int
    rings: tuple[tuple[Suggestion, ...], ...]
    today: tuple[Suggestion, ...]
    piled_on: bool = False


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

    def most_engaged(self, voices: Iterable[int]) -> tuple[Speaker, ...]:
        """The few of the voices that spoke most of the works."""
        ordered = sorted(voices, key=lambda voice: (-len(self.own.get(voice, ())), voice))
        return tuple(self.speakers[voice] for voice in ordered[:NAMED])


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
    piled = storm(view, shelf, now)
    answered = responses(view.connection, shelf) | piled.refused
    left_out = feeds | _left_out(seen.speakers, answered, now)
    seeds = set(seen.own) - feeds
    if piled.lasts:
        return Suggestions(shelf, len(seeds), ((), (), ()), (), piled_on=True)
    ranking = rank(past, range(seen.works), [*seeds], MOST, left_out=[*left_out])
    accounts = ranking.accounts.tolist()
    ties = _ties(view, accounts, seeds, mentions)
    rings: list[list[int]] = [[], [], []]
    for place, account in enumerate(accounts):
        ring = rings[0 if account in seeds else 1 if ties[account] else 2]
        if len(ring) < each:
            ring.append(place)
    said = view.words([last.post for ring in rings for place in ring if (last := _last(seen, accounts[place]))])
    made = [
        [
            _made(seen, accounts[place], float(ranking.scores[place]), ranking.terms[place].tolist(), ties, said)
            for place in ring
        ]
        for ring in rings
    ]
    made[1] = _in_turns(made[1], _quiet(view, seen, seeds, answered, now, each))[:each]
    first = [one for ring, few in zip(made, TODAY, strict=True) for one in ring[:few]]
    more = [one for ring, few in zip(made, TODAY, strict=True) for one in ring[few:]]
    return Suggestions(shelf, len(seeds), tuple(map(tuple, made)), tuple([*first, *more][: sum(TODAY)]))


def _in_turns(some: Sequence[Suggestion], others: Sequence[Suggestion]) -> list[Suggestion]:
    """One of the first and one of the others, and so on: their scores cannot be compared."""
    return [one for pair in zip_longest(some, others) for one in pair if one is not None]


def _quiet(
    view: View, seen: _Seen, seeds: Collection[int], answered: Mapping[int, Response], now: datetime, each: int
) -> list[Suggestion]:
    """The nearest of those who follow voices or are followed by them, and of whom no word is known."""
    voices = _weights({account: seen.own[account] for account in sorted(seeds)})
    near = around(view.connection, voices, seen.said)
    speakers = view.speakers([one.account for one in near])
    left_out = _left_out(speakers, answered, now)
    fit = [one for one in near if one.account not in left_out and not why_a_feed(speakers[one.account], ())][:each]
    told = ties_of(view.connection, [one.account for one in fit], seeds)
    return [_near(seen, speakers[one.account], one, told[one.account]) for one in fit]


def _near(seen: _Seen, speaker: Speaker, one: Near, ties: Ties) -> Suggestion:
    score = one.followed + one.follows
    followed, follows = len(ties.followed), len(ties.follows)
    told = (
        ("followed", one.followed, followed, f"followed by {followed} of your voices"),
        ("follows", one.follows, follows, f"follows {follows} of your voices"),
    )
    reasons = [
        Reason(term, part / score, says) for term, part, number, says in told if number and part / score >= LEAST
    ]
    through = seen.most_engaged(ties.followed | ties.follows)
    return Suggestion(speaker, score, tuple(sorted(reasons, key=lambda one: -one.share)), through, None, None)


def _weights(own: Mapping[int, Sequence[Spoken]]) -> dict[int, float]:
    """How much each voice counts: own words three times what was passed on, and half of that after 45 days.

    Not less and less by halves, as where it is told who speaks next: networks of old voices fade, but do not vanish.
    """
    from hubbub.people.ranking import HALF_LIFE

    times = {one: one.posted_at for said in own.values() for one in said if one.posted_at is not None}
    latest, half = max(times.values(), default=0), HALF_LIFE * 60_000_000
    return {
        account: sum(
            (OWN if one.original is None else 1) / (1 + (latest - times.get(one, latest)) / half) for one in said
        )
        for account, said in own.items()
    }


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
    tied = ties_of(view.connection, accounts, seeds).items()
    ties = defaultdict[int, set[int]](set, {account: told.followed | told.follows for account, told in tied})
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
    return Suggestion(
        speaker=seen.speakers[account],
        score=score,
        reasons=tuple(sorted(reasons, key=lambda one: -one.share)),
        through=seen.most_engaged(ties.get(account, ())),
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
