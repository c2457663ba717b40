"""Who asks to be forgotten: requests come in, for an account each; what waits and what became of it goes out."""

import secrets
from datetime import UTC, datetime
from itertools import groupby

from msgspec import Struct
from sqlalchemy import func, select

from hubbub import settings
from hubbub.access import By, hash_of, unnamed
from hubbub.answers.shapes import Speaker
from hubbub.answers.view import View
from hubbub.store import Store
from hubbub.store import removals as kept
from hubbub.store import schema as s
from hubbub.store.fold import hashed
from hubbub.store.people import FOREVER, refusal
from hubbub.store.removals import Answer, Request

CODE = 10  # bytes drawn by chance


class Asked(Struct, frozen=True):
    """An account whose removal is asked for, `times` times since `asked_at`, by its hash and, if it is held, its name.

    `posts` is how many of its posts name works; `whys` are the reasons that were given.
    """

    source: str
    account: int
    speaker: Speaker | None
    posts: int
    times: int
    asked_at: datetime
    whys: tuple[str, ...]


def ask(store: Store, source: str, account: str, why: str, by: By) -> str:
    """Keep a request, and return the code by which it is asked after: it is told this once.

    Raises ValueError where too many wait.
    """
    if store.ask(kept.wait) >= settings.REMOVALS_WAITING:
        raise ValueError("too many requests wait for an answer; write to who runs this server")
    code, now, hash_ = secrets.token_hex(CODE), datetime.now(UTC), hashed("account", source, account)
    with store.writing() as writer:
        writer.removals.drop(now - settings.REMOVALS_KEPT)
        writer.removals.ask(hash_of(code), Request(source, hash_, why[: settings.WHY_MOST].strip(), now))
        writer.users.log(by.changed(unnamed(hash_)))
    return code


def answer_of(store: Store, code: str) -> Answer | None:
    """What became of a request; None where no such code is known."""
    return store.ask(kept.of_code, hash_of(code.strip().lower()))


def waiting(store: Store) -> tuple[Asked, ...]:
    """Say whose removal is asked for, the first asked for first."""
    with View(store) as view:
        requests = kept.waiting(view.connection)
        by_account = sorted(requests, key=lambda one: (one.account, one.asked_at))
        found = [_asked(view, list(same)) for _, same in groupby(by_account, key=lambda one: one.account)]
    return tuple(sorted(found, key=lambda one: one.asked_at))


def _asked(view: View, same: list[Request]) -> Asked:
    first = same[0]
    row = _held(view, first.source, first.account)
    said = s.assertion.c
    spoke = select(func.count()).where(said.account == row, said.id == said.post, said.found != "[]")
    return Asked(
        source=first.source,
        account=first.account,
        speaker=None if row is None else view.speakers([row])[row],
        posts=0 if row is None else view.connection.execute(spoke).scalar_one(),
        times=len(same),
        asked_at=first.asked_at,
        whys=tuple(dict.fromkeys(one.why for one in same if one.why)),
    )


def _held(view: View, source: str, account: int) -> int | None:
    """The row of an account, by its hash."""
    table = s.account.c
    asked = select(table.id).join(s.source, s.source.c.id == table.source)
    asked = asked.where(table.hash == account, s.source.c.name == source, table.key.is_not(None))
    return view.connection.execute(asked).scalar_one_or_none()


def forget(store: Store, source: str, account: int) -> None:
    """Do what is asked: withdraw an account, given by its hash, for good. Raises LookupError where nobody asks it."""
    with View(store) as view:
        if not any((one.source, one.account) == (source, account) for one in kept.waiting(view.connection)):
            raise LookupError
        row = _held(view, source, account)
        speaker = None if row is None else view.speakers([row])[row]
    with store.writing() as writer:
        if speaker is not None:
            writer.keep([refusal(source, speaker.key)], datetime.now(UTC))
        else:  # nothing of it is held, but it may come
            writer.withdraw({}, {("account", source, account): FOREVER})


def refuse(store: Store, account: int, reason: str) -> None:
    """Say why an account, given by its hash, is kept. Raises ValueError without a reason, LookupError as `forget`."""
    if not reason.strip():
        raise ValueError("say why the account is kept; whoever asked is told that")
    with store.writing() as writer:
        if not writer.removals.refuse(account, reason[: settings.WHY_MOST].strip()):
            raise LookupError
