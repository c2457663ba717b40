"""A work in full, in the shape of the Altmetric Details Page API: summary and posts come in, the fetch object goes out.

What nobody knows is absent, and pictures of people are never told.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Any
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit

from hubbub import identify
from hubbub.answers.shapes import AliasLine, Said, Speaker
from hubbub.answers.standing import Standing
from hubbub.answers.summing import Summary
from hubbub.reference.altmetric import Group, country_of, group_of, host_of, words
from hubbub.reference.places import place
from hubbub.tell import altmetric
from hubbub.tell.altmetric import Links, known

SECTIONS = ("counts", "citation", "altmetric_score", "demographics", "posts", "images")
SUMMARY = 300  # characters of a post

Grouped = dict[str, list[Said]]


def fetch(
    one: Summary, said: Iterable[Said], parts: Sequence[AliasLine], at: Links, now: datetime, wanted: Collection[str]
) -> dict[str, Any]:
    """Tell a work of which something is held, with its `said` posts in own words and the `wanted` sections."""
    posts = grouped(said)
    sections: dict[str, Any] = {
        "counts": lambda: counts(one, posts),
        "citation": lambda: citation(one, parts),
        "altmetric_score": lambda: _score(one, now),
        "demographics": lambda: demographics(one, posts),
        "posts": lambda: {key: [post(each, key, one.number) for each in of] for key, of in posts.items()},
        "images": lambda: altmetric.images(at, one.shown)["images"],
    }
    told = {name: make() for name, make in sections.items() if name in wanted}
    return known({"altmetric_id": one.number, "score": one.total, **told})


def grouped(said: Iterable[Said]) -> Grouped:
    """Posts in own words that count, by what their places are called."""
    found = defaultdict[str, list[Said]](list)
    for each in said:
        if each.own and each.counted:
            found[group_of(each.source, each.url if place(each.source).pages else None).key].append(each)
    return {group.key: found[group.key] for group in words().groups if group.key in found}


def counts(one: Summary, posts: Grouped) -> dict[str, Any]:
    """How many spoke where, and who."""
    groups = {group.key: group for group in words().groups}
    told: dict[str, Any] = {"readers": altmetric.readers(one).get("readers")}
    for key, of in posts.items():
        named = list(dict.fromkeys(name for each in of if (name := _called(groups[key], each))))
        unique = {"unique_users_count": len(named) or None, "unique_users": named if key != "twitter" else None}
        told[key] = known({**unique, "posts_count": len(of)})
    return known({**told, "total": {"posts_count": sum(map(len, posts.values()))}})


def citation(one: Summary, parts: Iterable[AliasLine]) -> dict[str, Any]:
    """What the work is."""
    about, told = one.description, altmetric.bibliography(one)
    for name in ("pubdate", "epubdate", "published_on"):
        told[name] = None if told[name] is None else _iso(datetime.fromtimestamp(told[name], UTC))
    last = max((post.posted_at for post in one.heard if post.posted_at), default=None)
    return known({
        **told,
        **altmetric.names(one.identifiers),
        "attribution": altmetric.attribution(one),
        "authors_details": [{"name": name} for name in about.creators] if about else None,
        "links": list(filter(None, map(identify.address, one.identifiers))),
        "first_seen_on": _iso(one.first_at),
        "last_mentioned_on": altmetric.unix(last),
        "pdf_url": about and about.pdf,
        "startpage": (about.page or "").partition("-")[0] or None if about else None,
        "volume": about and about.volume,
        "issue": about and about.issue,
        "aggregate_citation_ids": list(one.numbers),
        "chapters": [str(part.identifier) for part in parts if part.relation == "is_part_of"],
    })  # fmt: skip


def demographics(one: Summary, posts: Grouped) -> dict[str, Any]:
    """Who probably spoke, and from which country, where the name of a host tells it."""
    users = {}
    for source, kinds in one.kinds.items():
        if told := altmetric.cohorts(kinds):
            named = {words().cohort_names[name]: accounts for name, accounts in told.items()}
            users[group_of(source, None).key] = {"cohorts": named}
    geo = {key: dict(counted) for key, of in posts.items() if (counted := _countries(of))}
    types = {words().poster_types[name]: n for name, n in altmetric.cohorts(*one.kinds.values()).items()}
    return known({"poster_types": types, "users": users, "geo": geo})


def post(each: Said, key: str, number: int) -> dict[str, Any]:
    """One post, and who wrote it."""
    address = each.url or ""
    told = {
        "title": each.title,
        "url": each.url,
        "posted_on": _iso(each.posted_at),
        "license": "public",
        "summary": each.text[:SUMMARY] if each.text else None,
        "citation_ids": [number],
        "author": _author(each, key),
        "geo": known({"country": _country(each)}),
    }
    match key:
        case "twitter":
            told["tweet_id"] = each.post
        case "video" if (video := _youtube(address)) is not None:
            told["embed"] = {"type": "youtube", "youtube_id": video}
        case "wikipedia":
            told |= {"page_url": each.url, "wiki_lang": _language(address)}
        case "policy":
            told["source"] = known(
                {"name": host_of(address) or None, "description": each.speaker and each.speaker.name}
            )
    return known(told)


def _author(each: Said, key: str) -> dict[str, Any]:
    who = each.speaker or Speaker(source=each.source, key="")
    told: dict[str, Any] = {
        "name": who.name or who.handle,
        "url": who.url,
        "description": who.description,
        "id_on_source": who.handle or who.key or None,
        "followers": who.followers,
    }
    if key == "reddit" and (community := _community(each.url or "")):
        told["subreddit"] = community
    if key == "twitter":
        told["tweeter_id"] = who.key or None
    if key == "facebook":
        told["facebook_wall_name"] = who.name is not None
    return known(told)


def _called(group: Group, each: Said) -> str | None:
    """What somebody who speaks is called there."""
    if group.key == "wikipedia" and each.url:
        title = unquote(_split(each.url).path.rpartition("/")[2])
        return ":".join(filter(None, (_language(each.url), title)))
    if group.counts == "posts":
        return each.post
    if each.speaker is not None:
        return each.speaker.handle or each.speaker.key
    return host_of(each.url) or None if group.counts == "outlets" else None


def _score(one: Summary, now: datetime) -> dict[str, Any]:
    names = words().contexts_for_score
    return known({
        "score": one.total,
        "score_history": altmetric.history(one.heard, now),
        "context_for_score": {names[of.cohort]: _context(of) for of in one.standings},
    })  # fmt: skip


def _context(of: Standing) -> dict[str, Any]:
    told = altmetric.context(of)
    return {
        "total_number_of_other_articles": of.works,
        "mean": told["mean"],
        "rank": told["rank"],
        "this_scored_higher_than_pct": told["pct"],
        "this_scored_higher_than": told["higher_than"],
        "rank_type": "exact",
        "sample_size": of.works,
        "percentile": int(of.percentile),
        "as_of": told["as_of"],
    }


def _countries(of: Iterable[Said]) -> dict[str, int]:
    """How many speak from which country, as far as it is told."""
    speakers = {each.speaker.key if each.speaker else host_of(each.url): each for each in of}
    counted = defaultdict[str, int](int)
    for each in speakers.values():
        if country := _country(each):
            counted[country] += 1
    return counted


def _country(each: Said) -> str | None:
    """The country of the host that an account is called by, or that a page is on."""
    handle = (each.speaker and each.speaker.handle) or ""
    if "." in handle:
        return country_of(handle.rpartition("@")[2])
    return country_of(host_of(each.url)) if place(each.source).pages else None


def _youtube(address: str) -> str | None:
    host, parts = host_of(address), _split(address)
    if host == "youtu.be":
        return parts.path.strip("/") or None
    return next(iter(parse_qs(parts.query).get("v", [])), None) if host.endswith("youtube.com") else None


def _language(address: str) -> str | None:
    host = host_of(address)
    return host.partition(".")[0] if host.endswith("wikipedia.org") and host.count(".") > 1 else None


def _community(address: str) -> str | None:
    before, r, after = _split(address).path.partition("/r/")
    return after.partition("/")[0] or None if r and not before else None


def _split(address: str) -> SplitResult:
    """The parts of an address; of one that is none, nothing."""
    try:
        return urlsplit(address)
    except ValueError:
        return urlsplit("")


def _iso(at: datetime | None) -> str | None:
    return None if at is None else at.astimezone(UTC).isoformat(timespec="seconds")


def sources(included: str | None, excluded: str | None, posts: Iterable[Said]) -> Iterator[Said]:
    """Those posts whose places are included, or are not excluded, by lists with commas."""
    only, without = (altmetric.keys(one) if one else None for one in (included, excluded))
    for each in posts:
        key = group_of(each.source, each.url if place(each.source).pages else None).key
        if (only is None or key in only) and (without is None or key not in without):
            yield each
