"""A work in Paperbuzz's shape: its report and the posts that mention it come in, the answer of `/v0/doi/…` goes out.

A post counts once, so that a page of Wikipedia is one event, however many of its versions name the work. Reposts pass
others' words on, and are no events.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

from hubbub.answers.shapes import DayCount, Report, Said, SourceCount
from hubbub.model import Description
from hubbub.reference.paperbuzz import paperbuzz
from hubbub.reference.places import place

UNDATED = {"date-parts": [[None]]}
INTERVALS = {"day": 10, "month": 7, "year": 4}  # how much of a date is told of each


def work(report: Report, said: Iterable[Said], base: str) -> dict[str, Any]:
    """Tell a work that has a DOI; `said` are the posts that are listed, `base` is the address of this server."""
    doi, words = quote(report.identifier.value, safe="/:;()._-"), paperbuzz()
    listed = [one for one in said if one.own and one.counted and one.amplifies is None]
    return {
        "doi": report.identifier.value,
        "altmetrics_sources": [
            _source(one, report.days, [post for post in listed if post.source == one.source], base)
            for one in report.sources
            if one.posts
        ],
        "crossref_event_data_url": f"{base}/v1/events?obj-id={doi}",
        "metadata": _metadata(report.description) | {"crossref_url": words.crossref_url.format(doi=doi)},
        "open_access": {"oadoi_url": words.oadoi_url.format(doi=doi)},
    }


def _source(counted: SourceCount, days: Iterable[DayCount], posts: Iterable[Said], base: str) -> dict[str, Any]:
    by_day = {one.day.isoformat(): one.posts for one in days if one.source == counted.source and one.posts}
    named = {
        "id": counted.source,
        "display_name": place(counted.source).title,
        "icon_url": f"{base}/v0/icon/{quote(counted.source, safe='')}.svg",
    }
    return {
        "source_id": counted.source,
        "source": named,
        "events": [_event(post) for post in posts],
        "events_count": counted.posts,
        "first_event_date": min(by_day, default=None),
        **{f"events_count_by_{name}": _by(by_day, length) for name, length in INTERVALS.items()},
    }


def _by(days: Mapping[str, int], length: int) -> list[dict[str, Any]]:
    counted = Counter[str]()
    for day, number in days.items():
        counted[day[:length]] += number
    return [{"date": date, "count": number} for date, number in sorted(counted.items())]


def _event(post: Said) -> dict[str, Any]:
    url = post.url or post.post
    told = {
        "author": post.speaker.url if post.speaker else None,
        "occurred_at": _written(post.posted_at) if post.posted_at else None,
        "url": url,
    }
    return told | ({"page_url": url.split("&oldid=")[0]} if post.source == "wikipedia" else {})


def _metadata(told: Description | None) -> dict[str, Any]:
    """What a registry says of the work, as CSL-JSON.

    Of a day that nobody told, `issued` is Crossref's own word: the plugins of journals draw nothing where it is absent.
    """
    if told is None:
        return {"issued": UNDATED}
    kind = told.kind and paperbuzz().types.get(told.kind, told.kind)
    written = told.issued or ""
    issued = [int(part) for part in written[:10].split("-") if part.isascii() and part.isdigit()]
    csl = {
        "type": kind,
        "title": told.title,
        "author": [{"literal": name} for name in told.creators] or None,
        "container-title": told.venue,
        "issued": {"date-parts": [issued]} if issued else UNDATED,
        "DOI": told.identifier.value if told.identifier.scheme == "doi" else None,
        "license": told.licence,
    }
    return {key: value for key, value in csl.items() if value is not None}


def _written(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
