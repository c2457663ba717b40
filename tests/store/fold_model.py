"""The rules of the store, written a second time and knowing nothing of it: facts come in, its answers come out.

A fact is a `Post` or an `Account`. Works are the DOIs in `WORKS`; `mentions` finds them in the simple ways that
`histories` writes them.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any, NamedTuple

from hubbub.model import Account, Identifier, Link, Post
from hubbub.reference.places import account_page

WORKS = [Identifier("doi", f"10.5555/work{n}") for n in range(3)]
INVERSE = {"is_cited_by"}
_NEVER = datetime.max.replace(tzinfo=UTC)
Name = tuple[str, str]  # source, id


class Told(NamedTuple):
    """One entry of what is said of a work."""

    source: str
    post: str
    url: str | None
    title: str | None
    text: str | None
    language: str | None
    speaker: tuple[Any, ...] | None
    posted_at: datetime | None
    own: bool
    counted: bool
    amplifies: str | None
    evidence: tuple[tuple[str, str, str, str, str], ...]


class Counted(NamedTuple):
    """Counts of a work at one source."""

    source: str
    posts: int
    accounts: int | None  # None where there are posts and nobody is known to have spoken
    amplifications: int
    amplifiers: int | None
    first_at: datetime | None
    last_at: datetime | None


def link_to(work: Identifier, relation: str = "discusses", found_in: str = "link") -> Link:
    return Link(f"https://doi.org/{work.value}", relation, found_in)


def mentions(post: Post) -> dict[Identifier, tuple[str, str]]:
    """The works that a post mentions: work -> (relation, where)."""
    found: dict[Identifier, tuple[str, str]] = {}
    for link in post.links:
        for work in WORKS:
            if link.address == f"https://doi.org/{work.value}":
                found.setdefault(work, (link.relation, link.found_in))
    for value in re.findall(r"https://doi\.org/(10\.5555/work\d)", post.text or ""):
        found.setdefault(Identifier("doi", value), ("discusses", "text"))
    return found


def touches(post: Post) -> dict[str, str]:
    told = {verb: getattr(post, verb) for verb in ("replies_to", "quotes", "reposts", "likes")}
    return {verb: key for verb, key in told.items() if key is not None}


def is_own(post: Post) -> bool:
    """Whether the place itself speaks."""
    return post.via == post.source


class Fold:
    """What must be held once all facts were heard, in whatever order and however often."""

    def __init__(self, facts: Iterable[Post | Account]) -> None:
        facts = list(facts)
        posts = [fact for fact in facts if isinstance(fact, Post)]
        accounts = [fact for fact in facts if isinstance(fact, Account)]
        self.gone_accounts = _latest(((a.source, a.id), a.version) for a in accounts if a.change == "withdrawn")
        self.gone_assertions = _latest(
            ((p.via, p.assertion), p.version) for p in posts if p.change == "withdrawn" and not is_own(p)
        )
        # A post is gone up to its own withdrawal or its author's; the place must have said whose it is.
        own = [p for p in posts if is_own(p)]
        self.gone_posts = _latest(
            [
                *(((p.source, p.id), p.version) for p in own if p.change == "withdrawn"),
                *(
                    ((p.source, p.id), self.gone_accounts[p.source, p.author])
                    for p in own
                    if p.author is not None and (p.source, p.author) in self.gone_accounts
                ),
            ]
        )
        latest: dict[tuple[str, ...], Post] = {}
        for post in posts:
            if post.change != "withdrawn":
                name = ("own", post.source, post.id) if is_own(post) else (post.via, post.assertion)
                if name not in latest or latest[name].version < post.version:
                    latest[name] = post
        self.standing = [post for post in latest.values() if self._stands(post)]
        self._about: dict[Name, list[Post]] = defaultdict(list)
        for post in self.standing:
            self._about[post.source, post.id].append(post)
        speaking = {(p.source, p.author) for p in self.standing if p.author is not None}
        self.accounts = {name: self._details(name, accounts) for name in speaking}

    def _stands(self, post: Post) -> bool:
        of_post = self.gone_posts.get((post.source, post.id))
        of_author = self.gone_accounts.get((post.source, post.author)) if post.author is not None else None
        if is_own(post):
            return all(until is None or until < post.version for until in (of_post, of_author))
        of_itself = self.gone_assertions.get((post.via, post.assertion))
        return of_post is None and of_author is None and (of_itself is None or of_itself < post.version)

    def _details(self, name: Name, accounts: Iterable[Account]) -> dict[str, Any]:
        until = self.gone_accounts.get(name)
        best: dict[str, tuple[bool, str, Any]] = {}
        for told in accounts:
            own = told.via == told.source
            if (told.source, told.id) != name or told.change == "withdrawn":
                continue
            if until is not None and (not own or told.version <= until):
                continue
            for field in ("handle", "name", "description", "url", "followers", "following", "claims"):
                value = getattr(told, field)
                if value is not None:
                    best[field] = max(best.get(field, (own, told.version, value)), (own, told.version, value))
        return {field: value for field, (_, _, value) in best.items()}

    def hidden(self, source: str, post: str) -> bool:
        """Whether a post's own name may no longer be said."""
        return (source, post) in self.gone_posts and (source, post) not in self._about

    # What is answered

    def said(self, work: Identifier) -> list[Told]:
        naming = self._naming(work)
        spoken = {name for name in naming if _own(naming[name]) and _counts(naming[name], work)}
        passing: dict[Name, list[Post]] = defaultdict(list)
        for post in self.standing:
            if post.reposts is not None and (post.source, post.reposts) in spoken:
                passing[post.source, post.id].append(post)
        entries = [self._told(name, work, posts, _own(posts), _counts(posts, work)) for name, posts in naming.items()]
        entries += [self._told(name, work, posts, False, True) for name, posts in passing.items() if name not in naming]
        return sorted(entries, key=lambda e: (e.posted_at is None, e.posted_at or _NEVER, e.post, e.source))

    def counts(self, work: Identifier) -> list[Counted]:
        by_source: dict[str, list[Told]] = defaultdict(list)
        for told in self.said(work):
            if told.counted:
                by_source[told.source].append(told)
        return sorted(_counted(source, entries) for source, entries in by_source.items())

    def voices(self, work: Identifier) -> Counter[tuple[str, str, int, int]]:
        """Who spoke: (source, key, posts, amplifications)."""
        told = [t for t in self.said(work) if t.counted and t.speaker is not None]
        names = {(t.source, t.speaker[0]) for t in told if t.speaker}
        return Counter(
            (source, key, *_halves([t for t in told if t.source == source and t.speaker and t.speaker[0] == key]))
            for source, key in names
        )

    def days(self, work: Identifier) -> Counter[tuple[Any, str, bool]]:
        """Posts and amplifications by day: (day, source, own)."""
        return Counter((t.posted_at.date(), t.source, t.own) for t in self.said(work) if t.counted and t.posted_at)

    def _naming(self, work: Identifier) -> dict[Name, list[Post]]:
        naming: dict[Name, list[Post]] = defaultdict(list)
        for post in self.standing:
            if work in mentions(post):
                naming[post.source, post.id].append(post)
        return naming

    def _told(self, name: Name, work: Identifier, supporting: list[Post], own: bool, counted: bool) -> Told:
        statements = sorted(self._about[name], key=lambda p: (p.version, _reversed(p.assertion)), reverse=True)
        statements = sorted(statements, key=lambda p: not is_own(p))
        settling = statements[:1] if is_own(statements[0]) else statements
        author = next((p.author for p in settling if p.author is not None), None)
        original = next((p.reposts for p in statements if p.reposts is not None), None)
        return Told(
            source=name[0],
            post=name[1],
            url=next((p.url for p in statements if p.url is not None), None),
            title=next((p.title for p in statements if p.title is not None), None),
            text=next((p.text for p in statements if p.text is not None), None),
            language=next((p.language for p in statements if p.language is not None), None),
            speaker=self._speaker(name[0], author),
            posted_at=min((p.posted_at for p in settling if p.posted_at is not None), default=None),
            own=own,
            counted=counted,
            amplifies=None if original is None or self.hidden(name[0], original) else original,
            evidence=tuple(
                (p.via, p.assertion or p.id, p.version, *mentions(p).get(work, ("discusses", "repost")))
                for p in statements
                if p in supporting
            ),
        )

    def _speaker(self, source: str, author: str | None) -> tuple[Any, ...] | None:
        if author is None:
            return None
        details = self.accounts[source, author]
        handle, name, description, url, followers = map(
            details.get, ("handle", "name", "description", "url", "followers")
        )
        return author, handle, name, description, url or account_page(source, author), followers


def _latest(told: Iterable[tuple[Name, str]]) -> dict[Name, str]:
    latest: dict[Name, str] = {}
    for name, version in told:
        latest[name] = max(version, latest.get(name, version))
    return latest


def _own(posts: list[Post]) -> bool:
    return all(post.reposts is None for post in posts)


def _counts(posts: list[Post], work: Identifier) -> bool:
    return any(mentions(post)[work][0] not in INVERSE for post in posts)


def _reversed(text: str) -> tuple[int, ...]:
    return tuple(-ord(letter) for letter in text)


def _halves(entries: list[Told]) -> tuple[int, int]:
    return sum(t.own for t in entries), sum(not t.own for t in entries)


def _counted(source: str, entries: list[Told]) -> Counted:
    times = [t.posted_at for t in entries if t.posted_at is not None]
    accounts = {t.speaker[0] for t in entries if t.own and t.speaker}
    amplifiers = {t.speaker[0] for t in entries if not t.own and t.speaker}
    posts, amplifications = _halves(entries)
    first, last = min(times, default=None), max(times, default=None)
    known, passing = len(accounts) or (None if posts else 0), len(amplifiers) or (None if amplifications else 0)
    return Counted(source, posts, known, amplifications, passing, first, last)
