"""What is taken along: people, outlets and works of a shelf come in; the files that other programs read go out.

Nobody is followed and nothing is sent: a person reads the file and gives it to a program of theirs. Texts in it are
strangers', and so must be no formulas, no orders and no markup.
"""

import csv
import io
import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, Literal
from urllib.parse import urlsplit
from xml.etree import ElementTree

import msgspec
from msgspec import Struct

from hubbub.answers.engaging import Suggestion, Suggestions
from hubbub.answers.shapes import Report, Said, Speaker
from hubbub.model import Identifier

Format = Literal["mastodon", "bluesky", "opml", "csv", "json", "dossier"]
# Of each format the name's ending and the media type of its file.
FORMATS: dict[Format, tuple[str, str]] = {
    "mastodon": ("csv", "text/csv"),
    "bluesky": ("json", "application/json"),
    "opml": ("opml", "text/x-opml"),
    "csv": ("csv", "text/csv"),
    "json": ("json", "application/json"),
    "dossier": ("csv", "text/csv"),
}
SUGGESTED = 100  # accounts of a ring
OUTLETS = ("newsfeed", "wordpressdotcom")  # places whose posts are pages of blogs and news
LIST_TITLE = 64  # characters that Bluesky allows in a list's name
_CODES = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")  # what drives a terminal, and XML cannot hold
_NO_XML = re.compile(r"[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_LEADS = ("=", "+", "-", "@", "\t")  # with which a spreadsheet takes a text for a formula
_ADDRESS = re.compile(r"[\w.-]+@[\w.-]+(?::\d+)?", re.ASCII)
_PROFILE = re.compile(r"/(?:@|users/)([\w.-]+)/?", re.ASCII)


class Outlet(Struct, frozen=True):
    """A blog or a news page that speaks of works: its feed, where it is known, its home, and how many of them."""

    name: str
    feed: str | None
    home: str
    works: int


class DossierLine(Struct, frozen=True):
    """One work of a shelf, its counts by category, and its slow citations. Unknown is None.

    `reach_low` to `reach_high` is the potential reach in followers.
    """

    identifier: Identifier
    title: str | None
    type: str | None
    issued: str | None
    posts: int | None
    accounts: int | None
    amplifications: int | None
    second_hand: int
    categories: dict[str, int]
    reach_low: int | None
    reach_high: int | None
    tallies: dict[str, int]
    first_at: datetime | None
    last_at: datetime | None
    checked_at: datetime | None


class Dossier(Struct, frozen=True):
    """The works of a shelf to hand in, by which rules they are counted, and when that was said.

    `categories` and `tallies` are those that any of the works has.
    """

    method: str
    said_at: datetime
    categories: tuple[str, ...]
    tallies: tuple[str, ...]
    works: tuple[DossierLine, ...]


def cleared(text: str) -> str:
    """Strip what would drive a terminal, and leave the lines."""
    return _CODES.sub("", text)


def for_xml(text: str) -> str:
    """Strip what XML cannot hold, in whatever form it is written."""
    return _NO_XML.sub("", text)


def cell(value: Any) -> Any:
    """Keep a terminal from obeying a stranger's text, and a spreadsheet from taking it for a formula."""
    if not isinstance(value, str):
        return value
    text = cleared(value)
    return f"'{text}" if text.startswith(_LEADS) else text


def as_csv(columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    """A table with a header, as CSV."""
    written = io.StringIO()
    lines = csv.writer(written, lineterminator="\n")
    lines.writerow(columns)
    lines.writerows([cell(value) for value in row] for row in rows)
    return written.getvalue()


def suggestions(kind: Format, found: Suggestions, title: str, now: datetime, ring: int | None = None) -> str:
    """Write suggestions of all rings, or of one."""
    ones = [(number, one) for number, ring_ in enumerate(found.rings) for one in ring_ if ring in (None, number)]
    match kind:
        case "mastodon":
            return mastodon(one.speaker for _, one in ones)
        case "bluesky":
            return bluesky((one.speaker for _, one in ones), title, now)
        case "csv":
            return suggested(ones)
        case _:
            return _json([{"ring": number, **msgspec.to_builtins(one)} for number, one in ones])


def mastodon(people: Iterable[Speaker]) -> str:
    """Accounts of the fediverse as Mastodon imports them under “Following list”."""
    columns = ("Account address", "Show boosts", "Notify on new posts", "Languages")
    addresses = dict.fromkeys(filter(None, map(_address, people)))
    return as_csv(columns, [(address, "true", "false", "") for address in addresses])


def _address(who: Speaker) -> str | None:
    """NAME@SERVER of an account of the fediverse; None where it has none that can be told."""
    if who.source != "mastodon":
        return None
    if who.handle and _ADDRESS.fullmatch(who.handle):
        return who.handle
    page = urlsplit(who.key)
    name = _PROFILE.fullmatch(page.path)
    address = f"{name[1]}@{page.netloc}" if name else ""
    return address if _ADDRESS.fullmatch(address) else None


def bluesky(people: Iterable[Speaker], title: str, now: datetime) -> str:
    """Accounts of Bluesky as records of a list and its items, which its tools create.

    The items name no `list`, since its address is known once it is made.
    """
    made_at = now.isoformat().replace("+00:00", "Z")
    keys = dict.fromkeys(one.key for one in people if one.source == "bluesky")
    record = {
        "$type": "app.bsky.graph.list",
        "purpose": "app.bsky.graph.defs#curatelist",
        "name": title[:LIST_TITLE],
        "description": "Accounts that hubbub suggests, for you to look at.",
        "createdAt": made_at,
    }
    items = [{"$type": "app.bsky.graph.listitem", "subject": key, "createdAt": made_at} for key in keys]
    return _json({"list": record, "items": items})


def suggested(ones: Iterable[tuple[int, Suggestion]]) -> str:
    """Suggestions, each with the number of its ring, as CSV: one row an account, with its reasons."""
    columns = ("ring", "source", "account", "handle", "name", "url", "score", "reasons", "through", "last", "last_at")
    return as_csv(columns, [(number, *_suggested(one)) for number, one in ones])


def _suggested(one: Suggestion) -> tuple[Any, ...]:
    who = one.speaker
    reasons = "; ".join(f"{reason.share:.0%} {reason.says}" for reason in one.reasons)
    through = ", ".join(f"{voice.source}:{voice.key}" for voice in one.through)
    last = (one.last and one.last.url, one.last_at and one.last_at.isoformat())
    return who.source, who.key, who.handle, who.name, who.url, f"{one.score:.4g}", reasons, through, *last


def _json(value: Any) -> str:
    return msgspec.json.format(msgspec.json.encode(value)).decode() + "\n"


def outlets(said: Iterable[tuple[Identifier, Sequence[Said]]]) -> list[Outlet]:
    """The blogs and news pages that speak of works, those that speak of most first."""
    feeds: dict[str, str | None] = {}
    names: dict[str, str] = {}
    works: dict[str, set[Identifier]] = defaultdict(set)
    for work, ones in said:
        for one in ones:
            feed = next((it.assertion.partition(" ")[0] for it in one.evidence if it.via == "feeds"), None)
            home = _home(one, feed is not None)
            if home is not None:
                works[home].add(work)
                feeds[home] = feed or feeds.get(home)
                names[home] = (one.speaker and one.speaker.name) or names.get(home) or urlsplit(home).netloc
    found = [Outlet(names[home], feeds[home], home, len(of)) for home, of in works.items()]
    return sorted(found, key=lambda one: (-one.works, one.name, one.home))


def _home(one: Said, told: bool) -> str | None:
    """The home of the outlet that published a post: as its feed has `told`, or else the site of its page."""
    if one.source not in OUTLETS or not one.own:
        return None
    if told and one.speaker and one.speaker.url:
        return one.speaker.url
    page = urlsplit(one.url or "")
    return f"{page.scheme}://{page.netloc}/" if page.scheme in ("http", "https") and page.netloc else None


def opml(title: str, found: Iterable[Outlet]) -> str:
    """Blogs and news as OPML: those whose feed is known can be read by any reader of feeds."""
    root = ElementTree.Element("opml", version="2.0")
    ElementTree.SubElement(ElementTree.SubElement(root, "head"), "title").text = for_xml(title)
    body = ElementTree.SubElement(root, "body")
    for one in found:
        told = {"type": "rss", "xmlUrl": one.feed} if one.feed else {"type": "link", "url": one.home}
        told |= {"text": one.name, "htmlUrl": one.home}
        ElementTree.SubElement(body, "outline", {name: for_xml(value) for name, value in told.items() if value})
    ElementTree.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ElementTree.tostring(root, encoding="unicode") + "\n"


def dossier(reports: Iterable[Report], method: str, now: datetime) -> Dossier:
    """Sum up what is known of works."""
    works = tuple(map(_line, reports))
    categories = sorted({name for one in works for name in one.categories})
    return Dossier(
        method, now, tuple(categories), tuple(sorted({name for one in works for name in one.tallies})), works
    )


def _line(report: Report) -> DossierLine:
    about = report.description
    return DossierLine(
        identifier=report.identifier,
        title=about.title if about else None,
        type=about.kind if about else None,
        issued=about.issued if about else None,
        posts=report.posts,
        accounts=report.accounts,
        amplifications=report.amplifications,
        second_hand=report.second_hand,
        categories={one.category: one.posts for one in report.categories},
        reach_low=report.reach.low,
        reach_high=report.reach.high,
        tallies={f"{one.kind} ({one.via})": one.value for one in report.tallies},
        first_at=report.first_at,
        last_at=report.last_at,
        checked_at=report.checked_at,
    )


def table(found: Dossier) -> str:
    """A dossier as CSV, one row a work."""
    first = ("identifier", "title", "type", "issued", "posts", "accounts", "amplifications", "second_hand")
    last = ("reach_low", "reach_high", "first_at", "last_at", "checked_at")
    rows = [
        [str(one.identifier), *(getattr(one, name) for name in first[1:])]
        + [one.categories.get(name) for name in found.categories]
        + [one.tallies.get(name) for name in found.tallies]
        + [_told(getattr(one, name)) for name in last]
        for one in found.works
    ]
    return as_csv([*first, *(f"posts: {name}" for name in found.categories), *found.tallies, *last], rows)


def _told(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value
