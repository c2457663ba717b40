"""Values come in; words and addresses that are safe to show go out: the filters of the templates."""

import re
from datetime import UTC, date, datetime
from hashlib import blake2b
from html import unescape
from urllib.parse import quote, urlsplit

from hubbub import identify
from hubbub.answers.shapes import Said, Speaker
from hubbub.identify.tables import schemes
from hubbub.model import Identifier

_IN_PATHS = "/:()[];,.-_~!*'$+=@"
_NOT_IN_ADDRESSES = re.compile(
    r"[\x00-\x20\x7f-\xa0\u1680\u2000-\u200f\u2028-\u202f\u205f-\u206f\u3000\ufeff\\<>\"^`{|}]"
)
_MARKUP = re.compile(
    r"</?(?:mml:\w{1,20}|jats:\w{1,20}|i|b|u|em|strong|sub|sup|sc|scp|tt|span|p|br|title|inline-formula|tex-math)"
    r"(?:\s[^<>]{0,300})?/?>",
    re.IGNORECASE,
)
_TURNS = re.compile("[\u202a-\u202e\u2066-\u2069]")
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8}){0,3}")
_LONG, _HEAD = 640, 480


def number(n: int | None) -> str:
    """12,300; what nobody knows is unknown."""
    return "unknown" if n is None else f"{n:,}"


def counted(n: int, one: str, many: str | None = None) -> str:
    """1 post, 2 posts."""
    return f"{n:,} {one if n == 1 else many or one + 's'}"


def day(at: date) -> str:
    """3 Mar 2025."""
    at = at.astimezone(UTC) if isinstance(at, datetime) else at
    return f"{at.day} {at:%b} {at.year}"


def moment(at: datetime) -> str:
    """3 Mar 2025, 14:02 UTC."""
    return f"{day(at)}, {at.astimezone(UTC):%H:%M} UTC"


def span(first: datetime, last: datetime) -> str:
    """3 – 16 Mar 2025: each part that is shared is said once."""
    one, other = day(first), day(last)
    if one == other:
        return other
    ends = one.split(" "), other.split(" ")
    shared = 2 if ends[0][1:] == ends[1][1:] else 1 if ends[0][2] == ends[1][2] else 0
    return f"{' '.join(ends[0][: 3 - shared])} – {other}"


def machine(at: datetime) -> str:
    """The form for `<time datetime>`."""
    return at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def link(address: str | None) -> str | None:
    """The address if following it can only open a web page, or None.

    Addresses come from strangers: other schemes run code, and a name before an `@` hides the host.
    """
    if not address or _NOT_IN_ADDRESSES.search(address):
        return None
    try:
        parts = urlsplit(address)
        good = parts.scheme in ("http", "https") and parts.hostname and "@" not in parts.netloc and parts.port != 0
    except ValueError:
        return None
    return address if good else None


def host(address: str) -> str:
    """Where a link leads, in short."""
    return (urlsplit(address).hostname or "").removeprefix("www.")


def _path(*parts: str) -> str:
    # A browser resolves `..` between slashes even where it is percent-encoded, so such a value has to be one segment.
    dots = any(segment in (".", "..") for part in parts for segment in part.split("/"))
    return "/" + "/".join(quote(part, safe=_IN_PATHS.replace("/", "") if dots else _IN_PATHS) for part in parts)


def work_path(identifier: Identifier) -> str:
    """The address of a work's page here."""
    return _path("work", identifier.scheme, identifier.value)


def badge_path(identifier: Identifier, form: str = "png") -> str:
    """The address of a work's badge here, as a picture of that form."""
    return _path("badge", identifier.scheme, f"{identifier.value}.{form}")


def match_path(identifier: Identifier) -> str:
    """The address of the page that says why identifiers are one work with this."""
    return _path("match", identifier.scheme, identifier.value)


def people_path(identifier: Identifier) -> str:
    """The address of the page that says who spoke of a work."""
    return _path("people", "work", identifier.scheme, identifier.value)


def network_path(identifier: Identifier, page: str = "network") -> str:
    """The address of the page that draws the network of those who spoke of a work, or of its data."""
    return _path(page, "work", identifier.scheme, identifier.value)


def shelf_path(name: str, page: str = "") -> str:
    """The address of a shelf's pages here."""
    return _path("shelf", name, page) if page else _path("shelf", name)


def score_path(identifier: Identifier) -> str:
    """The address of the page that says what each mention adds to a work's score."""
    return _path("score", identifier.scheme, identifier.value)


def feed_path(named: Identifier | str, form: str = "atom") -> str:
    """The address of the feed of what is newly said of a work or, by its name, of the works on a shelf."""
    if isinstance(named, str):
        return _path("feeds", "shelf", f"{named}.{form}")
    return _path("feeds", "work", named.scheme, f"{named.value}.{form}")


def venue_feed_path(venue: str, form: str = "atom") -> str:
    """The address of the feed of what is newly said at a venue."""
    return _path("feeds", "venue", f"{venue}.{form}")


def embed_path(identifier: Identifier) -> str:
    """The address of the page that says how to show a work's badge elsewhere."""
    return _path("embed", identifier.scheme, identifier.value)


def in_markdown(address: str) -> str:
    """An address as a link of Markdown takes it: a bracket would end it."""
    return address.replace("(", "%28").replace(")", "%29")


def account_path(speaker: Speaker) -> str:
    """The address of an account's page here."""
    return _path("account", speaker.source, speaker.key)


def out(identifier: Identifier) -> str | None:
    """The work's own page."""
    return link(identify.address(identifier)) if identifier.scheme in schemes() else None


def scheme_title(identifier: Identifier) -> str:
    """DOI, PubMed."""
    row = schemes().get(identifier.scheme)
    return row.title if row else identifier.scheme


def name(speaker: Speaker) -> str:
    """What to call somebody: an account that gives no name is called by its handle, then by its key."""
    if given := straight((speaker.name or "").strip() or speaker.handle or ""):
        return given
    return speaker.key if len(speaker.key) <= 24 else f"{speaker.key[:13]}…{speaker.key[-6:]}"


def straight(written: str) -> str:
    """A name without the signs that turn the direction of writing, so that nobody looks like somebody else."""
    return _TURNS.sub("", written)


def plain(title: str) -> str:
    """A title without the markup that registries leave in it."""
    return " ".join(_MARKUP.sub("", unescape(title)).split())


def parts(text: str) -> tuple[str, str]:
    """A text's beginning, and its rest if it is long."""
    text = text.strip()
    if len(text) <= _LONG:
        return text, ""
    cut = max(text.rfind(" ", _HEAD - 80, _HEAD), text.rfind("\n", _HEAD - 80, _HEAD))
    cut = cut if cut > 0 else _HEAD
    return text[:cut].rstrip(), text[cut:].lstrip()


def excerpt(text: str, size: int = 90) -> str:
    """One line of a text."""
    line = " ".join(text.split())
    return line if len(line) <= size else line[: size - 1].rsplit(" ", 1)[0] + "…"


def language(tag: str | None) -> str | None:
    """A language tag that a browser can use."""
    return tag if tag and _LANGUAGE.fullmatch(tag) else None


def anchor(source: str, post: str) -> str:
    """A post's name within a page."""
    return "p" + blake2b(f"{source}\n{post}".encode("utf-8", "surrogatepass"), digest_size=6).hexdigest()


def spoken(term: str) -> str:
    """`doi-address` in words."""
    return term.replace("-", " ").replace("_", " ")


def percent(share: float) -> str:
    """97 %; never a rounded 100 %."""
    return "100 %" if share >= 1 else f"{min(share * 100, 99):.0f} %"


def by_post(said: list[Said]) -> dict[tuple[str, str], Said]:
    """Posts of a page by source and id, for those that pass them on."""
    return {(one.source, one.post): one for one in said}


# The pages of a shelf: the end of their address, and their name.
TABS = {
    "": "Works",
    "people": "People",
    "network": "Network",
    "engage": "Engage",
    "desk": "Answer today",
    "community": "Community",
    "thrive": "Where it thrives",
    "dossier": "Take along",
}

# What another identifier is to the work of a page, as headings.
RELATIONS = {
    "is_same_as": "Also known as",
    "has_version": "This is a version of",
    "has_preprint": "This is a preprint of",
    "is_supplemented_by": "This supplements",
    "has_part": "This is a part of",
    "is_version_of": "Versions of this",
    "is_preprint_of": "Preprints of this",
    "is_supplement_to": "Supplements to this",
    "is_part_of": "Parts of this",
}

# What came of looking at an unknown page.
OUTCOMES = {
    "work": "Pages of a work",
    "none": "Pages of no work",
    "gone": "Gone",
    "closed": "Closed to hubbub",
    "robots": "Not for programs",
    "failed": "Tried again soon",
}

FILTERS = {
    f.__name__: f
    for f in (
        number, counted, day, moment, span, machine, link, host, work_path, match_path, network_path, people_path,
        shelf_path, score_path, feed_path, venue_feed_path, badge_path, embed_path, in_markdown, account_path, out,
        scheme_title, name, straight, plain, parts, excerpt, language, spoken, percent,
    )
}  # fmt: skip
