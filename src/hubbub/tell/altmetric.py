"""A work in the shape of the Altmetric Details Page API: its summary comes in, the counts object goes out.

What nobody knows is absent. The words are in `reference/altmetric.toml`.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from math import ceil, fsum
from typing import Any

from msgspec import Struct

from hubbub import identify
from hubbub.answers.standing import Standing
from hubbub.answers.summing import Heard, Summary
from hubbub.model import Description, Identifier
from hubbub.reference.altmetric import Group, group_of, host_of, words
from hubbub.reference.venues import UNKNOWN, kind_of

SIZES = {"small": 64, "medium": 100, "large": 180}  # of images, in pixels


class Links(Struct, frozen=True):
    """Where this server shows a work: its page, and its badge, to which `?size=` is added."""

    page: str
    badge: str


def counts(one: Summary, at: Links, now: datetime) -> dict[str, Any]:
    """Tell a work of which something is held in the counts object."""
    own = [post for post in one.heard if post.own]
    told: dict[str, Any] = {
        **bibliography(one),
        "altmetric_id": one.number,
        **names(one.identifiers),
        "schema": words().schema,
        "attribution": attribution(one),
        "simulated": True if one.simulated else None,
        "cohorts": cohorts(*one.kinds.values()),
        **{group.field: counted(group, posts) for group, posts in grouped(own) if group.field},
        "cited_by_posts_count": len(own) or None,
        "cited_by_accounts_count": len({post.account for post in own} - {None}) or None,
        **readers(one),
        "score": one.total,
        "history": history(one.heard, now) if one.heard else None,
        "context": {words().contexts[of.cohort]: context(of) for of in one.standings},
        "added_on": unix(one.first_at),
        "last_updated": unix(one.last_at),
        **images(at, one.shown),
        "details_url": at.page,
    }
    return known(told)


def known(told: Mapping[str, Any]) -> dict[str, Any]:
    """The same without what is unknown."""
    return {name: value for name, value in told.items() if value is not None and value != {} and value != []}


def keys(written: str) -> set[str]:
    """The groups that a list with commas names."""
    named = (one.strip() for one in written.split(","))
    return {words().also.get(one, one) for one in named if one}


def unix(at: datetime | None) -> int | None:
    """Seconds since 1970."""
    return None if at is None else int(at.timestamp())


def attribution(one: Summary) -> str:
    """Whose figures these are, and what the score is."""
    said = [words().attribution, f"The score is the {one.label}.", *([words().simulated] if one.simulated else [])]
    return " ".join(said)


def context(of: Standing) -> dict[str, Any]:
    """Where the score stands in a cohort, whose works all count, this one too."""
    return {
        "count": of.works + 1,
        "mean": of.mean,
        "rank": of.works - of.below - of.alike + 1,
        "pct": 100 * of.below // (of.works + 1),
        "higher_than": of.below,
        "as_of": unix(of.as_of),
    }


def grouped(posts: Iterable[Heard]) -> Iterator[tuple[Group, list[Heard]]]:
    """Posts by what their places are called."""
    found = defaultdict[str, list[Heard]](list)
    for post in posts:
        found[group_of(post.source, post.address).key].append(post)
    return ((group, found[group.key]) for group in words().groups if group.key in found)


def counted(group: Group, posts: Iterable[Heard]) -> int | None:
    """How many speak there, or, where it is posts that count, how many posts there are."""
    return len(set(speakers(group, posts))) or None


def speakers(group: Group, posts: Iterable[Heard]) -> Iterator[int | str]:
    """Who speaks there, as far as it is told."""
    for post in posts:
        if group.counts == "posts":
            yield post.post
        elif post.account is not None:
            yield post.account
        elif group.counts == "outlets" and (host := host_of(post.address)):
            yield host


def readers(one: Summary) -> dict[str, Any]:
    """How many readers places report, and all of them."""
    told = {tally.via: tally.value for tally in one.readers}
    return {"readers": told, "readers_count": sum(told.values())} if told else {}


def cohorts(*kinds: Mapping[str, int]) -> dict[str, int]:
    """How many accounts are most probably of which cohort; those of whom it is not known are left out."""
    told = {name: sum(one.get(kind, 0) for one in kinds for kind in of) for name, of in words().cohorts.items()}
    return {name: accounts for name, accounts in told.items() if accounts}


def history(heard: Iterable[Heard], now: datetime) -> dict[str, float]:
    """What each window until now adds to the score, and the whole of it."""
    timed = [(post.posted_at, post.adds) for post in heard if post.posted_at and post.adds]
    ends = {name: now - timedelta(days=days) for name, days in words().windows.items()}
    told = {name: fsum(adds for at, adds in timed if at > end) for name, end in ends.items()}
    return told | {"at": fsum(post.adds for post in heard)}


def images(at: Links, shown: float | None) -> dict[str, Any]:
    """The badge with the score in three sizes. Clients read the score from the address, rounded up."""
    score = f"&score={ceil(shown)}&number=score" if shown is not None else ""
    return {"images": {name: f"{at.badge}?size={size}{score}" for name, size in SIZES.items()}}


def names(identifiers: Iterable[Identifier]) -> dict[str, Any]:
    by_scheme = defaultdict[str, list[str]](list)
    for one in identifiers:
        by_scheme[one.scheme].append(one.value)
    single = {field: by_scheme[scheme][0] for field, scheme in words().identifiers.items() if scheme in by_scheme}
    every = {field: by_scheme[scheme] for field, scheme in words().lists.items() if scheme in by_scheme}
    return single | every


def bibliography(one: Summary) -> dict[str, Any]:
    """What the work is, as far as registries tell; times in seconds since 1970."""
    about = one.description or Description(identifier=one.identifier, via="", version="")
    kind, creators = kind_of(about.kind), list(about.creators)
    return {
        "title": about.title,
        "journal": about.venue,
        "issns": list(about.issns),
        "authors": creators,
        "authors_or_editors": creators,
        "abstract": about.abstract,
        "abstract_source": about.via if about.abstract else None,
        "type": None if kind == UNKNOWN else words().outputs.get(kind, kind),
        "is_oa": is_open(about.licence),
        "tq": list(one.headlines),
        "subjects": list(about.fields),
        "publisher_subjects": [{"name": field, "scheme": about.via} for field in about.fields],
        "pubdate": moment_of(about.issued),
        "epubdate": moment_of(about.online),
        "published_on": moment_of(about.issued),
        "url": identify.address(one.identifiers[0]),
    }


def is_open(licence: str | None) -> bool | None:
    """True of a licence under which all may read and reuse a work; what others mean, nobody can tell."""
    return True if any(sign in (licence or "").lower() for sign in words().open) else None


def moment_of(written: str | None) -> int | None:
    """The first moment that a year, a month or a day can mean, in seconds since 1970."""
    day = (written or "")[:10]
    try:
        return unix(datetime.fromisoformat(day + "-01-01"[len(day) - 4 :]).replace(tzinfo=UTC))
    except ValueError:  # what is no date is none
        return None
