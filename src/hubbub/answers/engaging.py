"""Whom to engage next: a shelf comes in; accounts to answer, to meet and to find, each with reasons, go out.

Three rings, never blended: those who engaged, those tied to them, those with the same interest and no tie. In the
second, those who were seen to speak of works take turns with those who are only known to be in the voices' networks.
Nobody is suggested who is a feed, does not want to be, is blocked or muted, or was answered with done, unfit, never, or
of late with later; who is known already is in none but the first.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import chain, islice, zip_longest
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlsplit

from msgspec import Struct
from sqlalchemy import func, select

from hubbub.answers import ordered
from hubbub.answers.acquainted import Acquainted, acquainted
from hubbub.answers.around import Near, Ties, around
from hubbub.answers.around import ties as ties_of
from hubbub.answers.beginning import Plan, likeness_of, nearest, plan
from hubbub.answers.desking import storm
from hubbub.answers.heard import Heard, hear
from hubbub.answers.people import Spoken, by_accounts, most_mentioned, spoken, why_a_feed
from hubbub.answers.registered import descriptions
from hubbub.answers.shapes import Speaker, Words
from hubbub.answers.varied import candidates
from hubbub.answers.view import View
from hubbub.people.choosing import Candidate, choose
from hubbub.people.odds import Measured, odds
from hubbub.reference import composing
from hubbub.store import Store
from hubbub.store import schema as s
from hubbub.store.fold import hashed
from hubbub.store.people import Response, responses
from hubbub.store.sql import among, rows
from hubbub.store.times import moment

if TYPE_CHECKING:  # numpy is loaded where people are suggested
    from hubbub.people.ranking import Past

EACH = 10  # suggestions of a ring
TODAY = (2, 2, 1)  # of each ring, of five a day; where a ring has fewer, the others have more
MOST = 1_000  # accounts that are ranked
POOL = 5  # times as many as are suggested, from whom these are chosen
FEW_VOICES = 20  # with fewer, those of works like these are looked for too
NAMED = 3  # accounts that connect
LEAST = 0.05  # of a score, for a term to be a reason
READ = 30_000  # mentions of other works at most: who speaks of what everybody speaks of is no nearer than others
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
    compare with those of others who were heard, or of others who were not. `adds` are its followers who spoke of works
    and follow none of your voices, as far as is known. `composer` is the address at which you would answer.
    """

    speaker: Speaker
    score: float
    reasons: tuple[Reason, ...]
    through: tuple[Speaker, ...]
    last: Words | None
    last_at: datetime | None
    adds: int
    composer: str | None


class Suggestions(Struct, frozen=True):
    """Whom to engage for a shelf: `rings` 0 to 2, the best of each first, and the few of `today`.

    `odds` are those of each ring. `plan` says how to begin where nobody has spoken yet. While strangers pile on a post
    (`piled_on`), nobody is suggested; who took part is not suggested later either.
    """

    shelf: str
    voices: int
    rings: tuple[tuple[Suggestion, ...], ...]
    today: tuple[Suggestion, ...]
    odds: Measured
    plan: Plan | None
    piled_on: bool = False


def suggest(store: Store, shelf: str, now: datetime, each: int = EACH) -> Suggestions | None:
    """Say whom to engage next for the works on a shelf, up to `each` of a ring; None if there is none."""
    with View(store) as view:
        heard = hear(view, shelf, now)
        return None if heard is None else _suggest(view, shelf, heard, now, each)


class _Seen:
    """What was said of the works, which come first, and of others that their voices speak of."""

    def __init__(self, view: View, heard: Heard) -> None:
        own = heard.rows
        self.works = len(heard.works)
        self.own = by_accounts(heard.mentions)
        others = _few(view, [row for row in most_mentioned(view, self.own) if row not in own])
        self.like = nearest(view, own) if len(self.own) < FEW_VOICES else []
        others += [row for row in self.like if row not in others]
        self.rows = own | {row: number for number, row in enumerate(ordered.works(view, others), self.works)}
        self.said = by_accounts(spoken(view, self.rows))
        authors = {one.author for one in chain(*self.said.values()) if one.author is not None}
        self.accounts = ordered.accounts(view, {*self.said, *authors})
        self.place_of = {account: place for place, account in enumerate(self.accounts)}
        self.speakers = view.speakers(())

    def past(self, mentions: Sequence[Spoken], now: datetime) -> "Past":
        """What a ranking needs; accounts go by their places."""
        from hubbub.people.ranking import past_of

        return past_of(
            [self.place_of[one.account or 0] for one in mentions],
            [one.work for one in mentions],
            _minutes(mentions, now),
            # Who passes on their own is not heard by that.
            [-1 if one.author in {None, one.account} else self.place_of[one.author or 0] for one in mentions],
        )

    def places(self, accounts: Iterable[int]) -> list[int]:
        """The places of those who spoke or were passed on."""
        return [self.place_of[account] for account in accounts if account in self.place_of]

    def likeness(self, view: View, works: Sequence[int]) -> list[float]:
        """How alike works, given by their numbers, are to those of the shelf, by what is told of them."""
        self.told = {self.rows[row]: told for row, told in descriptions(view.connection, list(self.rows)).items()}
        self.alike = likeness_of(self.told, range(self.works), works)
        return list(self.alike.values())

    def most_alike(self, account: int) -> str | None:
        """The title of the work most like those of the shelf of which an account spoke."""
        others = {one.work for one in self.said.get(account, ()) if one.work >= self.works}
        best = max(others, key=lambda work: (self.alike.get(work, 0), -work), default=None)
        return self.told[best].title if best in self.told and self.alike.get(best) else None

    def most_engaged(self, voices: Iterable[int]) -> tuple[Speaker, ...]:
        """The few of the voices that spoke most of the works, without those who want to be named by nobody."""
        named = (voice for voice in voices if not self.speakers[voice].hidden)
        return tuple(self.speakers[voice] for voice in sorted(named, key=self._engaged)[:NAMED])

    def _engaged(self, voice: int) -> tuple[int, str, str]:
        who = self.speakers[voice]
        return -len(self.own.get(voice, ())), who.source, who.key


def _few(view: View, works: Sequence[int]) -> list[int]:
    """Those of works, by their rows, of which few enough mentions are to be read, the first ones first."""
    m, left, found = s.mention.c, READ, list[int]()
    counted = select(m.identifier, func.count()).where(among(m.identifier, works), m.counted, m.own)
    many = dict(map(tuple, rows(view.connection, counted.group_by(m.identifier))))
    for work in works:
        if many.get(work, 0) <= left:
            left -= many.get(work, 0)
            found.append(work)
    return found


def _suggest(view: View, shelf: str, heard: Heard, now: datetime, each: int) -> Suggestions:
    import numpy as np  # loaded where people are suggested

    from hubbub.people.ranking import rank

    seen = _Seen(view, heard)
    mentions = [one for said in seen.said.values() for one in said]
    past = seen.past(mentions, now)
    feeds = {account for account, said in seen.said.items() if why_a_feed(seen.speakers[account], said)}
    known, piled = acquainted(view.connection, shelf), storm(heard)
    asker = _Asker(responses(view.connection, shelf) | piled.refused, known, now, _server(view, known))
    left_out = feeds | asker.leaves_out(seen.speakers)
    seeds = set(seen.own) - feeds - asker.known.own
    if piled.lasts:
        return Suggestions(shelf, len(seeds), ((), (), ()), (), odds(), None, piled_on=True)
    alike = np.array(seen.likeness(view, past.works.tolist()), np.float64)
    ranking = rank(past, range(seen.works), seen.places(seeds), MOST, alike=alike, left_out=seen.places(left_out))
    accounts = [seen.accounts[place] for place in ranking.accounts.tolist()]
    ties = _ties(view, accounts, seeds, mentions)
    rings: list[list[int]] = [[], [], []]
    for place, account in enumerate(accounts):
        ring = rings[0 if account in seeds else 1 if ties[account] else 2]
        if len(ring) < POOL * each and (account in seeds or not asker.known.knows(account, seen.speakers[account])):
            ring.append(place)
    pool = [(accounts[place], float(ranking.scores[place])) for ring in rings for place in ring]
    told = candidates(view, pool, seen.speakers, seen.said, ties, seeds, asker.answers(seen.speakers))
    rings = [[ring[n] for n in choose([told[accounts[place]] for place in ring], each)] for ring in rings]
    maker = _Maker(view, seen, asker, [accounts[place] for ring in rings for place in ring], told, ties)
    made = [[maker.made(accounts[place], ranking.terms[place].tolist()) for place in ring] for ring in rings]
    made[1] = _in_turns(made[1], _quiet(view, seen, seeds, asker, each))[:each]
    first = [one for ring, few in zip(made, TODAY, strict=True) for one in ring[:few]]
    more = [one for ring, few in zip(made, TODAY, strict=True) for one in ring[few:]]
    today = tuple([*first, *more][: sum(TODAY)])
    begin = None if seen.own else plan(view, shelf, seen.like)
    return Suggestions(shelf, len(seeds), tuple(map(tuple, made)), today, odds(), begin)


def _minutes(mentions: Iterable[Spoken], now: datetime) -> list[int]:
    """When each was said; long ago where that is not told, or lies ahead: beside that all else would look old."""
    until = now.timestamp() * 1_000_000
    return [at // 60_000_000 if (at := one.posted_at or 0) <= until else 0 for one in mentions]


def _in_turns(some: Sequence[Suggestion], others: Sequence[Suggestion]) -> list[Suggestion]:
    """One of the first and one of the others, and so on: their scores cannot be compared."""
    return [one for pair in zip_longest(some, others) for one in pair if one is not None]


def _quiet(view: View, seen: _Seen, seeds: Collection[int], asker: "_Asker", each: int) -> list[Suggestion]:
    """The nearest of those who follow voices or are followed by them, and of whom no word is known."""
    voices = _weights({account: seen.own[account] for account in seen.accounts if account in seeds})
    found = around(view.connection, voices, seen.said.keys() | asker.known.own | asker.known.followed)
    by_account = {one.account: one for one in found}
    named = (by_account[account] for account in ordered.accounts(view, by_account))
    near = sorted(named, key=lambda one: -one.followed - one.follows)
    speakers = view.speakers(())
    left_out = asker.leaves_out(speakers)
    fit = (one for one in near if one.account not in left_out)
    new = (one for one in fit if not asker.known.knows(one.account, speakers[one.account]))
    best = list(islice((one for one in new if not why_a_feed(speakers[one.account], ())), each))
    told = ties_of(view.connection, [one.account for one in best], seeds)
    return [_near(seen, speakers[one.account], one, told[one.account], asker.server) for one in best]


def _near(seen: _Seen, speaker: Speaker, one: Near, ties: Ties, server: str | None) -> Suggestion:
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
    composer = composing.to_account(speaker.source, speaker.url, speaker.handle, server)
    ordered = tuple(sorted(reasons, key=lambda one: -one.share))
    return Suggestion(speaker, score, ordered, through, None, None, 0, composer)


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


class _Asker(NamedTuple):
    """What those who ask have answered before, whom they know, and when they ask."""

    answered: Mapping[int, Response]
    known: Acquainted
    now: datetime
    server: str | None  # of an own account, where a place has many

    def leaves_out(self, speakers: Mapping[int, Speaker]) -> set[int]:
        """Who is not to be suggested: who does not want it, who was answered, and who is not wanted."""
        answered = self._answers(speakers)
        waits = {
            account for account, said in answered.items() if said.word != "later" or self.now - said.said_at < LATER
        }
        return waits | {
            account for account, one in speakers.items() if one.hidden or one.declines or self.known.shuns(account, one)
        }

    def answers(self, speakers: Mapping[int, Speaker]) -> dict[int, str]:
        """What was answered of accounts, as far as anything was."""
        return {account: said.word for account, said in self._answers(speakers).items()}

    def _answers(self, speakers: Mapping[int, Speaker]) -> dict[int, Response]:
        if not self.answered:  # hashes are made for nothing
            return {}
        named = ((account, hashed("account", one.source, one.key)) for account, one in speakers.items())
        return {account: self.answered[hash_] for account, hash_ in named if hash_ in self.answered}


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
    """The latest post in own words, or the latest that was passed on."""
    said = seen.said.get(account, ())
    return max(said, key=lambda one: (one.original is None, one.posted_at or 0, one.post), default=None)


def _server(view: View, known: Acquainted) -> str | None:
    """The server at which those who ask have an account, where the place has many servers."""
    own = view.speakers(known.own).values()
    return next((urlsplit(one.key).netloc for one in own if one.source == "mastodon"), None)


class _Maker:
    """Makes suggestions of accounts that were heard to speak."""

    def __init__(
        self,
        view: View,
        seen: _Seen,
        asker: _Asker,
        accounts: Sequence[int],
        told: Mapping[int, Candidate],
        ties: Mapping[int, set[int]],
    ) -> None:
        self._seen, self._asker, self._told, self._ties = seen, asker, told, ties
        self._last = {account: last for account in accounts if (last := _last(seen, account))}
        posts = [one.post for one in self._last.values()]
        self._words, self._posts = view.words(posts), view.posts(posts)

    def made(self, account: int, terms: Sequence[float]) -> Suggestion:
        """Say who it is, why, and where it is answered."""
        from hubbub.people.ranking import WEIGHTS

        score, says = self._told[account].score, _says(self._seen, account)
        reasons = [
            Reason(term, part / score, says[term])
            for term, part in zip(WEIGHTS, terms, strict=True)
            if score > 0 and part / score >= LEAST and term in says
        ]
        last, who = self._last.get(account), self._seen.speakers[account]
        words = self._words.get(last.post) if last else None
        return Suggestion(
            speaker=who,
            score=score,
            reasons=tuple(sorted(reasons, key=lambda one: -one.share)),
            through=self._seen.most_engaged(self._ties.get(account, ())),
            last=words,
            last_at=moment(last.posted_at) if last else None,
            adds=len(self._told[account].listeners),
            composer=self._composer(who, last, words),
        )

    def _composer(self, who: Speaker, last: Spoken | None, words: Words | None) -> str | None:
        if last is None or words is None or words.url is None:
            return composing.to_account(who.source, who.url, who.handle, self._asker.server)
        source, key, _ = self._posts[last.post]
        return composing.to_post(source, words.url, key, self._asker.server)


def _says(seen: _Seen, account: int) -> dict[str, str]:
    """What the terms of a score mean for an account, in numbers that can be checked."""
    own, every = seen.own.get(account, ()), seen.said.get(account, ())
    works = len({one.work for one in own})
    others = len({one.work for one in every} - set(range(seen.works)))
    alike = seen.most_alike(account)
    passed = sum(one.author == account != one.account for said in seen.own.values() for one in said)
    told = {
        "engaged": (works, f"engaged with {works} of your works"),
        "heard": (passed, f"was passed on {_times(passed)} when speaking of your works"),
        "shared": (others, f"speaks of {others} other work{'' if others == 1 else 's'} that your voices speak of"),
        "alike": (bool(alike), f"speaks of “{alike}”, which is like yours"),
        "tied": (1, "passed on, or was passed on by, who engaged with you"),
        "active": (len(every), f"spoke of works {_times(len(every))}, as far as known"),
    }
    return {term: says for term, (number, says) in told.items() if number}


def _times(number: int) -> str:
    return "once" if number == 1 else f"{number} times"
