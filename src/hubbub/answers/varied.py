"""Which of those who are ranked are suggested: their rows come in, what makes a list varied is read, a few go out."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence

from sqlalchemy import exists, select

from hubbub.answers import ordered
from hubbub.answers.around import columns
from hubbub.answers.people import Spoken
from hubbub.answers.reaching import profile_of
from hubbub.answers.shapes import Speaker
from hubbub.answers.view import View
from hubbub.people.choosing import Candidate, fit
from hubbub.people.labels import label, likely
from hubbub.store import schema as s
from hubbub.store.sql import among

EARLY = ("student",)  # labels of those who are early in a career
BRIDGES = 0.1  # of the candidates: those tied to most communities


def candidates(
    view: View,
    ranked: Sequence[tuple[int, float]],
    speakers: Mapping[int, Speaker],
    said: Mapping[int, Sequence[Spoken]],
    ties: Mapping[int, Collection[int]],
    voices: Collection[int],
    answered: Mapping[int, str],
) -> dict[int, Candidate]:
    """Tell of accounts, given with their scores, what makes a list of them varied.

    Communities are by the works that accounts share (see `find_communities`). Listeners are followers who spoke of
    works and follow no voice, as far as is known. A bridge is among the tenth whose ties are spread over most
    communities. `answered` says of whom they were done or found no fit, from which it is learnt what fits.
    """
    accounts = [account for account, _ in ranked]
    of = communities(said, ordered.accounts(view, {*accounts, *voices, *answered}))
    words = Counter((of.get(account), word) for account, word in answered.items())
    spread = {account: _spread(of.get(voice) for voice in ties.get(account, ())) for account in accounts}
    least = sorted(spread.values(), reverse=True)[: max(1, int(BRIDGES * len(accounts)))][-1:]
    listeners = _listeners(view, accounts, voices)
    return {
        account: Candidate(
            score=score,
            community=of.get(account),
            fit=1.0 if account not in of else fit(words[of[account], "done"], words[of[account], "unfit"]),
            followers=speakers[account].followers,
            early=_is_early(speakers[account]),
            bridge=spread[account] > 0 and spread[account] >= least[0],
            listeners=frozenset(listeners[account]),
        )
        for account, score in ranked
    }


def communities(said: Mapping[int, Sequence[Spoken]], accounts: Sequence[int]) -> dict[int, int]:
    """The communities of those accounts that share works with others of them."""
    import numpy as np

    from hubbub.people.communities import find_communities

    asked = [account for account in accounts if account in said]
    pairs = [(place, one.work) for place, account in enumerate(asked) for one in said[account]]
    account, work = np.array(pairs, np.int64).reshape(-1, 2).T
    nothing = [""] * len(asked)
    found = find_communities(account, work, nothing, nothing, np.random.default_rng(0)).communities
    return {asked[place]: number for number, one in enumerate(found) for place in one.accounts.tolist()}


def _spread(of: Iterable[int | None]) -> float:
    """The participation of an account whose ties are in these communities: 1 - Σ (part)² (Guimerà & Amaral 2005)."""
    counted = Counter(one for one in of if one is not None)
    total = counted.total()
    return 1 - sum((n / total) ** 2 for n in counted.values()) if total else 0.0


def _is_early(who: Speaker) -> bool:
    return any(one.name in EARLY for one in likely(label(profile_of(who))))


def _listeners(view: View, accounts: Sequence[int], voices: Collection[int]) -> dict[int, set[int]]:
    """Followers of accounts who spoke of works and follow no voice."""
    import numpy as np

    account, follower = columns(view.connection, 1, list(accounts))
    _, reached = columns(view.connection, 1, list(voices))
    new = np.isin(follower, np.concatenate([reached, np.array(list(voices), np.int64)]), invert=True)
    # An index leads from an account to its statements, and none to its mentions.
    said, who = s.assertion.c, s.account.c.id
    speaks = exists().where(said.account == who, said.found != "[]")
    asked = select(who).where(among(who, np.unique(follower[new]).tolist()), speaks)
    spoke = np.array(view.connection.execute(asked).scalars().all(), np.int64)
    found = defaultdict[int, set[int]](set)
    kept = new & np.isin(follower, spoke)
    for followed, one in zip(account[kept].tolist(), follower[kept].tolist(), strict=True):
        found[followed].add(one)
    return found
