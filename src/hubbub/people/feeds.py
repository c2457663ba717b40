"""Feeds apart from people: how accounts posted, what they are called and declare comes in; feeds with reasons go out.

The rule by behaviour needs no outside service: 40 posts or more about works in 20 weeks, 95 % or more of them not
passed on from others. The size it finds agrees with Arroyo-Machado et al. (2025), JASIST, 10.1002/asi.24998: few
accounts, several percent of all mentions. Feeds are venues, not people: they are kept, and shown apart.
"""

from functools import cache
from importlib.resources import files

import msgspec
import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from hubbub.people.columns import check
from hubbub.people.words import fold, handle_words, words


class Seen(Struct, frozen=True, kw_only=True):
    """One account as seen over the last weeks: posts of its own about works, posts of others it passed on.

    `flags` are what the platform says of it, such as `bot`.
    """

    source: str
    id: str
    handle: str = ""
    name: str = ""
    flags: tuple[str, ...] = ()
    originals: int = 0
    amplifications: int = 0


class _Behaviour(Struct, frozen=True):
    posts: int
    weeks: int
    originals: float


class _Names(Struct, frozen=True):
    words: frozenset[str]
    parts: tuple[str, ...]


class _Declared(Struct, frozen=True):
    flags: frozenset[str]


class _File(Struct, frozen=True, forbid_unknown_fields=True):
    behaviour: _Behaviour
    names: _Names
    declared: _Declared


@cache
def _rules() -> _File:
    return msgspec.toml.decode(files(__package__).joinpath("feeds.toml").read_bytes(), type=_File)


def why_feed(seen: Seen) -> tuple[str, ...]:
    """Return the reasons for holding an account to be a feed; none if it is not.

    A name alone says nothing of an account that mostly passes on what others wrote: feeds write, people share.
    """
    rules, reasons = _rules(), []
    if flags := sorted(rules.declared.flags.intersection(seen.flags)):
        reasons.append(f"the platform marks it as {flags[0]}")
    posts = seen.originals + seen.amplifications
    if posts >= rules.behaviour.posts and seen.originals >= rules.behaviour.originals * posts:
        reasons.append(f"{posts} posts about works in {rules.behaviour.weeks} weeks, {seen.originals} of them its own")
    if seen.originals >= seen.amplifications and (called := _called(seen, rules.names)):
        reasons.append(f"is called {called[0]}")
    return tuple(reasons)


def _called(seen: Seen, names: _Names) -> list[str]:
    """What in handle and name is what feeds are called."""
    handle = seen.handle.removeprefix("@").partition("@")[0].split(".")[0]
    called = sorted(names.words.intersection([*handle_words(handle), *words(seen.name)]))
    folded = fold(handle), fold(seen.name)
    return called + [part for part in names.parts if any(part in one for one in folded)]


def tireless(
    account: NDArray[np.int64], at: NDArray[np.int64], original: NDArray[np.bool_], until: int
) -> NDArray[np.int64]:
    """Return the accounts, sorted, that are feeds by behaviour in the 20 weeks before `until`.

    `account`, `at` (seconds since 1970) and `original` are columns of equal length, one row a post about a work.
    Raises ValueError if they differ in length.
    """
    rule = _rules().behaviour
    check(account, at, original)
    recent = (at >= until - rule.weeks * 7 * 86_400) & (at < until)
    accounts, row, posts = np.unique(account[recent], return_inverse=True, return_counts=True)
    originals = np.bincount(row, weights=original[recent], minlength=len(accounts))
    return accounts[(posts >= rule.posts) & (originals >= rule.originals * posts)]
