"""What happens in the simulated world: a seed comes in; who said, passed on, withdrew what, and when, comes out.

Each work is spoken of along the measured curve of attention (half of it within 16.5 hours, 64 % within a day, 97.5 %
within a week). Who speaks follows Simon's process: most are heard once, a few again and again.
"""

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import cache
from itertools import pairwise
from math import exp, log
from random import Random

from msgspec import Struct

from hubbub.demo.cast import Cast, Person
from hubbub.demo.words import Words, Work, chat, mood, speak, thread, works

CURVE = (
    (0.0, 0.02),
    (0.03, 0.5),
    (0.15, 3.0),
    (0.5, 16.5),
    (0.64, 24.0),
    (0.975, 168.0),
    (1.0, 1400.0),
)  # share, hours
NEWCOMERS = 0.542  # Simon's process leaves 1 / (2 - 0.542) = 68.6 % who act once
FRESH = 48.0  # hours in which a post's chance of being passed on falls to a third
QUOTING, REPLYING, LINKING = 0.15, 0.4, 0.08
TRIES = 5
GUESTS_EVERY = 8  # acts between the entrances of a work's guests
TWISTS = {"peat": "slip", "biochar": "hasty"}  # a post that is corrected, and one that is withdrawn
TWIST_AFTER, LOUD = 6, 4  # own posts before it; how often it seems to have been passed on, to whoever sees it


class Said(Struct, frozen=True, eq=False):
    """A post. `before` is how it stood until it was corrected; `works` are the keys of those it names."""

    who: Person
    at: datetime
    words: Words
    works: tuple[str, ...] = ()
    before: Words | None = None
    answers: "Said | None" = None
    quotes: "Said | None" = None

    @property
    def root(self) -> "Said":
        return self.answers.root if self.answers else self


class Passed(Struct, frozen=True, eq=False):
    """A repost, or a like."""

    who: Person
    at: datetime
    of: Said
    like: bool = False


class Gone(Struct, frozen=True, eq=False):
    """The end of a post, a repost or an account."""

    at: datetime
    what: Said | Passed | Person


class Story(Struct):
    """All that happens."""

    said: list[Said]
    passed: list[Passed]
    gone: list[Gone]

    def acts(self) -> Iterator[Said | Passed]:
        """All that somebody does."""
        yield from self.said
        yield from self.passed


@cache
def tell(seed: int) -> Story:
    """Tell the story of a seed."""
    teller = _Teller(Random(f"hubbub {seed}"))  # noqa: S311  a story must repeat itself; nothing here is secret
    for at, key, number in teller.plan():
        teller.go_on(at, key, number)
    teller.talk()
    teller.end()
    return teller.story


class _Teller:
    def __init__(self, chance: Random) -> None:
        self.chance = chance
        self.story = Story([], [], [])
        self.cast = Cast(chance)
        self._announcers = {self.cast.named[work.announcer] for work in works().values() if work.announcer}
        self._leads = {self.cast.named[work.lead] for work in works().values()}
        self._acts: list[Person] = []  # one entry an act, so that a choice among them favours the busy
        self._of: dict[str, list[Said]] = {key: [] for key in works()}
        self._passes: Counter[Said] = Counter()
        self._twists: dict[str, Said] = {}
        self._done: set[tuple[Person, Said]] = set()

    def plan(self) -> list[tuple[datetime, str, int]]:
        """When each work is spoken of or passed on."""
        return sorted(
            (work.at + timedelta(hours=_delay((number + self.chance.random()) / work.size)), key, number)
            for key, work in works().items()
            for number in range(work.size)
        )

    def go_on(self, at: datetime, key: str, number: int) -> None:
        """Let one account speak of a work, or pass on what another said of it."""
        work = works()[key]
        if number == 0:
            self._open(at, key, work)
        elif number == 1 and work.announcer:
            self._say(Said(self.cast.named[work.announcer], at, speak(self.chance, work, "announce"), (key,)))
        elif number in (entrances := range(GUESTS_EVERY, GUESTS_EVERY * (len(work.guests) + 1), GUESTS_EVERY)):
            guest = self.cast.named[work.guests[entrances.index(number)]]
            self._say(Said(guest, at, speak(self.chance, work, "summary"), (key,)))
        elif number > 2 and self.chance.random() < work.passed:
            self._pass_on(at, key, work)
        else:
            self._own_words(at, key, work)

    def _open(self, at: datetime, key: str, work: Work) -> None:
        lead = self.cast.named[work.lead]
        first, *rest = thread(self.chance, work)
        last = self._say(Said(lead, at, first, (key,)))
        for minutes, words in enumerate(rest, start=1):
            last = Said(lead, at + timedelta(minutes=minutes), words, answers=last)
            self.story.said.append(last)

    def _pass_on(self, at: datetime, key: str, work: Work) -> None:
        posts = self._of[key]
        hours = [(at - said.at) / timedelta(hours=1) for said in posts]
        weights = [(1 + self._passes[said]) * exp(-age / FRESH) + 1e-6 for said, age in zip(posts, hours, strict=True)]
        original = self.chance.choices(posts, weights)[0]
        who = self._somebody(work)
        while who is original.who or (who, original) in self._done:
            who = self._somebody(work)
        self._done.add((who, original))
        self._passes[original] += 1
        self._acts.append(who)
        self.story.passed.append(Passed(who, at, original))

    def _own_words(self, at: datetime, key: str, work: Work) -> None:
        while (who := self._somebody(work)) in self._leads:  # they do not praise themselves
            pass
        if key in TWISTS and key not in self._twists and len(self._of[key]) >= TWIST_AFTER:
            before = speak(self.chance, works()["preprint"], "pointer") if TWISTS[key] == "slip" else None
            said = Said(who, at, speak(self.chance, work, TWISTS[key]), (key,), before)
            self._twists[key] = self._say(said)
            self._passes[said] += LOUD
            return
        quotes = self.chance.choice(self._of[key]) if self.chance.random() < QUOTING else None
        used = {said.words.text for said in self._of[key]}
        for _ in range(TRIES):
            words = speak(self.chance, work, mood(self.chance, work), who.language)
            if words.text not in used:
                break
        self._say(Said(who, at, words, (key,), quotes=quotes))

    def _say(self, said: Said) -> Said:
        if said.who not in self._announcers:
            self._acts.append(said.who)
        self.story.said.append(said)
        for key in said.works:
            self._of[key].append(said)
        return said

    def _somebody(self, work: Work) -> Person:
        """Somebody who cares about a work: a newcomer, or one of those who were heard before, the busy more often."""
        if self.chance.random() >= NEWCOMERS:
            for _ in range(TRIES):
                who = self.chance.choice(self._acts)
                if who.crowd in work.crowd:
                    return who
        return self.cast.newcomer(self.chance.choices(list(work.crowd), list(work.crowd.values()))[0])

    def talk(self) -> None:
        """Let those who were heard answer and like what was said."""
        for key in works():
            for said in list(self._of[key]):
                for _ in range(round(self.chance.expovariate(0.5))):
                    self.story.passed.append(Passed(self.chance.choice(self._acts), self._later(said), said, like=True))
                if self.chance.random() < REPLYING:
                    self._reply(said, works()[key])

    def _reply(self, said: Said, work: Work) -> None:
        who, at = self.chance.choice(self._acts), self._later(said)
        other = works().get(work.companion or "")
        if work.companion and other and other.at < at and self.chance.random() < LINKING:
            words = speak(self.chance, other, "companion")
            self.story.said.append(Said(who, at, words, (work.companion,), answers=said))
        else:
            self.story.said.append(Said(who, at, chat(self.chance, work), answers=said))

    def _later(self, said: Said) -> datetime:
        return said.at + timedelta(minutes=5 + self.chance.expovariate(1 / 240))

    def end(self) -> None:
        """Withdraw one hasty post and one repost, and let one account leave that had been heard three times."""
        hasty = self._twists["biochar"]
        counts, own = Counter(self._acts), {said.who for said in self.story.said if said.works}
        named = set(self.cast.named.values())
        leaver = next(who for who, acts in counts.items() if acts == 3 and who in own - named - {hasty.who})
        taken_back = next(one for one in self.story.passed if not one.like and one.who not in (leaver, hasty.who))
        for what in (hasty, leaver, taken_back):
            self.story.gone.append(Gone(self._last(what) + timedelta(hours=2), what))

    def _last(self, what: Said | Passed | Person) -> datetime:
        """When anything last happened that has to do with a post, a repost or an account."""
        said = [one.at for one in self.story.said if what in (one, one.who, one.answers, one.quotes)]
        about = [one.at for one in self.story.passed if what in (one, one.who, one.of, one.of.who)]
        return max(said + about)


def _delay(share: float) -> float:
    """Hours after which that share of attention was given."""
    shares = [at for at, _ in CURVE]
    (low, first), (high, last) = list(pairwise(CURVE))[min(bisect_right(shares, share), len(CURVE) - 1) - 1]
    return exp(log(first) + (log(last) - log(first)) * (share - low) / (high - low))
