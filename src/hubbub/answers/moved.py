"""What moved attention: mentions come in; where their weekly rate changed, and what happened near it, go out."""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import select

from hubbub.answers.community import Change, Happening
from hubbub.answers.heard import Heard, page_of
from hubbub.answers.people import Spoken
from hubbub.answers.shapes import Words
from hubbub.reference.places import places
from hubbub.store import schema as s
from hubbub.store.sql import among, rows
from hubbub.store.times import moment

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

SHARED = 5  # amplifications that make a post a happening
TOLD = 200  # happenings of a kind that are looked at
CUT = 80  # characters of a post in the title of a happening
WEEK = 7 * 86_400  # seconds


def changes(heard: Heard, mentions: Sequence[Spoken], at: "NDArray[np.int64]") -> tuple[Change, ...]:
    """Say where mentions a week changed; `at` are the seconds since 1970 of those that have a time."""
    import numpy as np

    from hubbub.people.changes import Happening as Told
    from hubbub.people.changes import change_points

    if not len(at):
        return ()
    age = (int(heard.now.timestamp()) - at) // WEEK
    weekly = np.bincount(age.max() - age, minlength=age.max() + 1)  # silence up to now counts too
    begins = heard.now - timedelta(weeks=len(weekly))
    told = {Told(one.at, one.kind, one.title): one for one in _happenings(heard, mentions)}
    return tuple(
        Change(one.at, one.before, one.after, tuple(told[near] for near in one.near))
        for one in change_points(weekly.tolist(), begins, [*told])
    )


def _happenings(heard: Heard, mentions: Sequence[Spoken]) -> Iterator[Happening]:
    """What may have moved attention: the posts that were passed on most, news, and the works themselves."""
    passed = Counter(one.original for one in mentions if one.original is not None)
    posts = {post: times for post, times in passed.most_common(TOLD) if times >= SHARED}
    m, pages = s.mention.c, [name for name, one in places().items() if one.pages]
    told = select(m.post).join(s.source).where(among(m.identifier, [*heard.rows]), s.source.c.name.in_(pages))
    dated = told.where(m.posted_at.is_not(None))
    news = rows(heard.view.connection, dated.order_by(m.posted_at.desc(), m.post.desc()).limit(TOLD))
    at = {one.post: one.posted_at for one in heard.mentions if one.original is None and one.posted_at is not None}
    for post, words in heard.view.words([*posts, *(post for (post,) in news)]).items():
        if post in at and not (words.speaker and words.speaker.hidden):
            kind = f"passed on {posts[post]:,} times" if post in posts else "news"
            yield Happening(moment(at[post]), kind, _title(words), words.url)
    for number, work in enumerate(heard.works):
        about = heard.described(number)
        if about and (issued := _issued(about.issued)):
            yield Happening(issued, "published", about.title or str(work), page_of(work))


def _title(said: Words) -> str:
    told = " ".join((said.title or said.text or said.url or "").split())
    return told if len(told) <= CUT else f"{told[: CUT - 1]}…"


def _issued(written: str | None) -> datetime | None:
    """The day on which a work was published, where that is told to the day."""
    try:
        return datetime.combine(date.fromisoformat(written or ""), datetime.min.time(), UTC)
    except ValueError:
        return None
