"""What the store holds of every source and place: one moment of the store comes in, a line for each goes out."""

from sqlalchemy import Connection, exists, func, select

from hubbub.answers.shapes import SourceReport
from hubbub.collect.source import sources as installed
from hubbub.reference.places import place, places
from hubbub.store import schema as s
from hubbub.store.sql import rows
from hubbub.store.times import moment


def sources(connection: Connection) -> list[SourceReport]:
    """Say of every source and place what the store holds of it."""
    cards = {name: source.about for name, source in installed().items()}
    post, said = s.assertion.c, s.assertion.alias().c
    collected = exists().where(said.post == post.id, said.post != said.id, said.version.is_not(None))
    told = select(post.source, func.count()).where(post.post == post.id, post.version.is_not(None) | collected)
    posts = dict(rows(connection, told.group_by(post.source)))
    cursor = select(s.cursor.c.source, func.count(), func.max(s.cursor.c.kept_at)).group_by(s.cursor.c.source)
    lanes = {source: (count, kept_at) for source, count, kept_at in rows(connection, cursor)}
    times = func.sum(s.aside.c.times)
    aside = select(s.aside.c.source, s.aside.c.reason, times).group_by(s.aside.c.source, s.aside.c.reason)
    faults: dict[int, list[tuple[str, int]]] = {}
    for source, reason, count in rows(connection, aside.order_by(times.desc(), s.aside.c.reason)):
        faults.setdefault(source, []).append((reason, count))
    ids = dict(rows(connection, select(s.source.c.name, s.source.c.id)))
    names = sorted(cards.keys() | {name for name, id_ in ids.items() if id_ in posts or id_ in lanes} | places().keys())
    return [
        SourceReport(
            name=name,
            title=cards[name].title if name in cards else place(name).title,
            category=cards[name].category if name in cards else place(name).category,
            collector=name in cards,
            posts=posts.get(ids.get(name, 0), 0),
            last_at=moment(lanes.get(ids.get(name, 0), (0, None))[1]),
            lanes=lanes.get(ids.get(name, 0), (0, None))[0],
            set_aside=tuple(faults.get(ids.get(name, 0), ())),
        )
        for name in names
    ]
