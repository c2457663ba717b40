"""Whose word a post is, and when it was said: its place says it; where the place is silent, collectors do."""

from collections.abc import Iterable
from itertools import groupby
from operator import attrgetter

from sqlalchemy import Connection, select

from hubbub.store import schema as s
from hubbub.store.changes import works_in
from hubbub.store.sql import about, rows, update_rows


def settle(connection: Connection, posts: Iterable[int]) -> set[int]:
    """Write account and time of each post, given by its row, that collectors speak of, and give them to its mentions.

    Of collectors the latest that names somebody is believed, and the earliest time. Returns the works mentioned.
    """
    a, place = s.assertion.c, s.assertion.alias().c
    settled = (place.version, place.account.label("speaker"), place.posted_at.label("said_at"))
    told = (
        select(a.id, a.post, a.source, a.account, a.posted_at, a.found, *settled)
        .join(place.id.table, place.id == a.post)
        .where(about(a, list(set(posts))), a.version.is_not(None) | (a.id == a.post))
        .order_by(a.post, a.id == a.post, a.version.desc(), a.key)
    )
    silent, mentions = [], []
    for post, group in groupby(rows(connection, told), attrgetter("post")):
        *collected, own = group
        speaker, said_at = own.speaker, own.said_at
        if own.version is None:
            speaker = next((one.account for one in collected if one.account is not None), None)
            said_at = min((one.posted_at for one in collected if one.posted_at is not None), default=None)
            silent.append((speaker, said_at, post))
        mentions += [
            (speaker, said_at, work, own.source, post, one.id)
            for one in (*collected, own)
            for work in works_in(one.found)
        ]
    update_rows(connection, s.assertion, ("account", "posted_at"), silent)
    update_rows(connection, s.mention, ("account", "posted_at"), mentions)
    return {work for _, _, work, *_ in mentions}
