"""The first-day desk: threads and recent answers come in, what deserves an answer now goes out, with its reasons.

Most of a work's attention comes on its first day, so a thread is shown while it is inside its half-life, questions
first. Where people pile on, nothing is suggested: the desk is empty and says why.
"""

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import accumulate

import numpy as np
from msgspec import Struct

HALF_LIFE = timedelta(hours=16.5)  # of a work's mentions: the median of works with ten or more
HOUR = timedelta(hours=1)
BASE = timedelta(days=7)  # what the hours now are compared with
NOW = 6  # hours that count as now
FEWEST = 10  # accounts beyond the usual that it takes to pile on
FIRST_TIME = 0.8  # of these accounts are more than that seen for the first time

_ADDRESS = re.compile(r"\S+://\S+|\bwww\.\S+")
_QUESTION = re.compile("[?\uff1f\u061f\u037e\u055e]")  # Latin, East Asian, Arabic, Greek and Armenian


class Thread(Struct, frozen=True, kw_only=True):
    """A post about one's work, or an answer to it. `account` wrote it.

    `text` is its own words; `addressed` says that it answers or names the reader; `answered` that the reader answered;
    `first_time` that the account never spoke of these works before; `answers` counts its quotes and replies.
    """

    source: str
    post: str
    account: str
    at: datetime
    text: str = ""
    addressed: bool = False
    answered: bool = False
    first_time: bool = False
    answers: int = 0


class Said(Struct, frozen=True):
    """One quote or reply: when, by whom, to which post, and whether the account was never seen before."""

    at: datetime
    account: str
    to: str
    first_time: bool


class Task(Struct, frozen=True):
    """A thread that deserves an answer, why, and until when it is inside its half-life."""

    thread: Thread
    reasons: tuple[str, ...]
    until: datetime


class PileOn(Struct, frozen=True):
    """Many strangers at once on one post: how far above the usual, their share, the post's share, and the post.

    `accounts` are the strangers who answered that post, sorted: nobody is told to engage them.
    """

    z: float
    first_time: float
    concentration: float
    post: str
    accounts: tuple[str, ...]


class Desk(Struct, frozen=True):
    """What to answer now; nothing while a pile-on lasts."""

    tasks: tuple[Task, ...]
    pile_on: PileOn | None = None


def desk(
    threads: Iterable[Thread],
    said: Sequence[Said],
    now: datetime,
    half_lives: Mapping[str, timedelta],
    left_out: Collection[tuple[str, str]],
) -> Desk:
    """Return what deserves an answer now: questions first, then what is addressed to the reader, then what ends sooner.

    `said` are the quotes and replies of the last week. `half_lives` go by source; others have that of all mentions.
    `left_out` are (source, account): the reader, feeds, who opted out, whom the reader blocked or muted. A thread
    deserves an answer if it is a question, is addressed to the reader, or has words of its own beside links, and has
    none from the reader yet. Times are aware.
    """
    if found := pile_on(said, now):
        return Desk((), found)
    tasks = {}
    for thread in threads:
        until = thread.at + half_lives.get(thread.source, HALF_LIFE)
        if thread.answered or (thread.source, thread.account) in left_out or not thread.at <= now < until:
            continue
        if reasons := _reasons(thread, now, until):
            tasks[thread.source, thread.post] = Task(thread, reasons, until)
    return Desk(tuple(sorted(tasks.values(), key=_rank)))


def asks(text: str) -> bool:
    """Return whether a text asks something, in any of several scripts; marks in addresses are none."""
    return bool(_QUESTION.search(_ADDRESS.sub(" ", text)))


def answerable(text: str) -> bool:
    """Return whether a text has words of its own beside links, so that it may be answered."""
    return bool(_ADDRESS.sub(" ", text).strip())


def _reasons(thread: Thread, now: datetime, until: datetime) -> tuple[str, ...]:
    reasons = []
    if asks(thread.text):
        reasons.append("asks a question")
    if thread.addressed:
        reasons.append("is addressed to you")
    if answerable(thread.text) and not reasons:
        reasons.append("has words of its own")
    if not reasons:
        return ()
    if thread.first_time:
        reasons.append("a new voice")
    if thread.answers > 0:
        reasons.append(f"{thread.answers} answered it")
    hours = (until - now) / HOUR
    reasons.append(f"{hours:.0f} h of its half-life left" if hours >= 1 else "less than an hour of its half-life left")
    return tuple(reasons)


def _rank(task: Task) -> tuple[bool, bool, datetime, str, str]:
    thread = task.thread
    return not asks(thread.text), not thread.addressed, task.until, thread.source, thread.post


def pile_on(said: Sequence[Said], now: datetime) -> PileOn | None:
    """Return the pile-on that is going on, if one is: many more answers than usual, by strangers, on one post.

    The busiest of the last six hours lies more than 4 robust standard deviations above the week before, and in those
    six hours more than 80 % of the accounts are there for the first time and more than half of the answers go to one
    post. The deviation is 1.4826 MAD, and at least the root of the median or 1, as quiet hours have none. There are ten
    accounts at least beyond the usual number: fewer are a conversation.
    """
    answers = sorted(set(said), key=lambda one: (one.account, one.first_time))  # rows that are given twice count once
    ages = np.array([(now - one.at) / HOUR for one in answers], np.float64)
    within = (ages >= 0) & (ages < BASE / HOUR)
    hourly = np.bincount(ages[within].astype(np.int64), minlength=int(BASE / HOUR))
    recent = [one for one, age in zip(answers, ages, strict=True) if 0 <= age < NOW]
    strangers = {one.account: one.first_time for one in recent}
    usual = float(np.median(hourly[NOW:]))
    if len(strangers) - NOW * usual < FEWEST:
        return None
    deviation = max(1.4826 * float(np.median(np.abs(hourly[NOW:] - usual))), usual**0.5, 1.0)
    z = (float(hourly[:NOW].max()) - usual) / deviation
    first_time = sum(strangers.values()) / len(strangers)
    targets = Counter(one.to for one in recent)
    post = min(targets, key=lambda to: (-targets[to], to))
    concentration = targets[post] / len(recent)
    if z > 4 and first_time > FIRST_TIME and concentration > 0.5:
        accounts = sorted({one.account for one in recent if one.to == post and strangers[one.account]})
        return PileOn(z, first_time, concentration, post, tuple(accounts))
    return None


def pile_ons(said: Sequence[Said]) -> list[PileOn]:
    """Return every pile-on that there was, at the full hours after answers, oldest first; one that lasts is told often.

    `said` are all quotes and replies, of any time.
    """
    ordered = sorted(said, key=lambda one: one.at)
    times = [one.at for one in ordered]
    strangers = [0, *accumulate(one.first_time for one in ordered)]
    hours = sorted({at.replace(minute=0, second=0, microsecond=0) + HOUR for at in times})
    found = []
    for hour in hours:
        begin, end = bisect_left(times, hour - NOW * HOUR), bisect_left(times, hour)
        if strangers[end] - strangers[begin] > FIRST_TIME * FEWEST:  # with fewer there is none
            found.append(pile_on(ordered[bisect_left(times, hour - BASE) : end], hour))
    return [one for one in found if one is not None]
