"""X: a person's own archive comes in, the zip file or its `tweets.js`; that person's posts and ties come out.

Posts are of the place `twitter`, numbered as everywhere; accounts are named by their handles, as Crossref Event Data
named them, and those of which the archive tells the number alone by X's address of it, `i/user/NUMBER`. It is long
since the files are programs within a zip file, not lines.
"""

import re
import zipfile
from collections.abc import AsyncIterator, Iterable, Iterator
from datetime import UTC, datetime, timedelta
from html import unescape
from typing import Annotated, Literal
from urllib.parse import parse_qs, urlencode, urlsplit

import msgspec
from msgspec import Meta, Raw, Struct
from msgspec.structs import replace

from hubbub import identify
from hubbub.collect import archive
from hubbub.collect.reading import each, sample
from hubbub.collect.source import Fetch, WrongSourceError
from hubbub.model import (
    About,
    Account,
    Example,
    Fact,
    Fault,
    Follow,
    FollowList,
    Identifier,
    Link,
    Page,
    Post,
    Watch,
)
from hubbub.settings import FOLLOWERS_CEILING

NAME, PLACE = "x", "twitter"
HOME = "https://x.com/"
EPOCH = datetime(2010, 11, 4, 1, 42, 54, 657_000, UTC)  # from which post numbers count milliseconds
FIRST = 30_000_000_000  # older numbers say nothing about time
PARTS = 1_000

# The files of the archive that are read, in this order, and what each holds. Messages, addresses of mail and
# everything else that is private are never opened.
_MEMBER = re.compile(r"(?:.*/)?data/(tweets?|deleted-tweets|follower|following)(?:-part\d+)?\.js")
_ACCOUNT = re.compile(r"(?:.*/)?data/account\.js")
_PROTECTED = re.compile(r"(?:.*/)?data/protected-history\.js")
_ASSIGNED = re.compile(rb"^\s*window\.YTD\.(\w+)\.part\d+\s*=", re.MULTILINE)  # no string of JSON holds a line's end
_STATUS = re.compile(
    r"https?://(?:www\.|mobile\.|m\.)?(?:x|twitter)\.com/(?:#!/)?(?P<handle>i/web|i|\w{1,20})/status(?:es)?/(?P<id>\d{1,20})"
    r"(?:[/?#]|$)",
    re.ASCII | re.IGNORECASE,
)
_HANDLE = re.compile(r"https?://(?:x|twitter)\.com/(\w{1,20})/?", re.ASCII | re.IGNORECASE)

Number = Annotated[str, Meta(pattern=r"^[0-9]{1,20}$")]


class _Url(Struct):
    url: str = ""
    expanded_url: str = ""


class _Entities(Struct):
    urls: list[_Url] = []


class _Edit(Struct, rename="camel"):
    initial_tweet_id: Number


class _EditInfo(Struct):
    edit: _Edit | None = None


class _Tweet(Struct):
    id_str: Number
    full_text: str = ""
    entities: _Entities = msgspec.field(default_factory=_Entities)
    lang: str | None = None
    created_at: str = ""
    in_reply_to_status_id_str: Number | None = None
    edit_info: _EditInfo | None = None


class _Tie(Struct, rename="camel"):
    account_id: Number
    user_link: str = ""


class _Profile(Struct, rename="camel"):
    account_id: Number
    username: Annotated[str, Meta(pattern=r"^\w{1,20}$")]
    account_display_name: str | None = None


class _Protected(Struct, rename="camel"):
    """When an account was made protected, or no longer so."""

    action: str
    protected_at: str = ""


class _Line(Struct):
    """An entry of any of the files."""

    tweet: _Tweet | None = None
    follower: _Tie | None = None
    following: _Tie | None = None
    account: _Profile | None = None
    protected_history: _Protected | None = msgspec.field(name="protectedHistory", default=None)


class X:
    """What X gives to each person about themselves."""

    about = About(
        name=NAME,
        title="X (your own archive)",
        home=HOME,
        category="social media",
        modes=("archive",),
        terms="https://x.com/en/tos",
        licence="posts belong to their authors",
        keeps_pages="never",
        yields=("Post", "Account", "Follow", "FollowList"),
        deletions="told",
        shapes="documented",
        colour="#5b6770",
        note="The zip file that X sends you (Settings, Your account, Download an archive of your data), or its"
        " `tweets.js`. Nothing else can be collected: X sells the reading of posts, ended free access for research in"
        " 2023, and forbids to read its pages by program. Reposts in it do not say of what, so they are left out.",
        examples=(Example("tweets.js", (("1742012345678901234", "doi:10.5555/12345678"),)),),
    )

    def lanes(self, watch: Watch) -> Iterable[str]:
        """Files are given from outside."""
        return ()

    async def read(self, lane: str, since: str, fetch: Fetch) -> AsyncIterator[Page]:
        """Yield a page for each file of the archive that is read."""
        head = archive.head(lane, fetch)
        if head.startswith(b"PK"):
            for page in _unzipped(lane, int(since or 0), fetch):
                yield page
            return
        assigned = _ASSIGNED.match(head)
        if assigned is None:
            raise WrongSourceError("it is neither the zip file of an archive of X nor its tweets.js")
        if assigned[1] not in (b"tweet", b"tweets", b"deleted_tweets"):
            told = assigned[1].decode()
            raise WrongSourceError(f"a file of {told} alone does not say whose it is; give the whole zip file")
        for page in archive.pages(lane, since, fetch, whole=True):
            yield replace(page, address=HOME)

    def parse(self, page: Page) -> Iterator[Fact | Fault]:
        """Yield the posts or the ties of one file, and whose archive it is."""
        owner = _owner(page)
        if owner:
            yield owner
        kind, lines = _entries(page.body)
        yield from (line for line in lines if isinstance(line, Fault))
        read = [line for line in lines if not isinstance(line, Fault)]
        for tweet in (line.tweet for line in read if line.tweet):
            if kind == "deleted_tweets":
                yield _withdrawn(tweet, page)
            elif not tweet.full_text.startswith("RT @"):
                yield _post(tweet, owner)
        if owner and kind in _DIRECTIONS:
            yield from _list(kind, owner.id, read, page)


def post_at(address: str, work: Identifier) -> Post:
    """Make a post of its address, where somebody says that it is about a work: what the address tells, no content.

    Raises ValueError if it is no address of a post, or nothing is known to link to for the work.
    """
    found = _STATUS.match(address.strip())
    if found is None:
        raise ValueError("this is no address of a post on X; it looks like https://x.com/NAME/status/NUMBER")
    link = identify.address(work)
    if link is None:
        raise ValueError(f"{work} has no address on the web that a post could link to")
    number = found["id"]
    author = None if found["handle"].lower() in ("i", "i/web") else found["handle"].lower()
    return Post(
        source=PLACE,
        id=number,
        via=NAME,
        assertion=f"{number} {work}",
        version=number.zfill(20),
        url=f"{HOME}{author or 'i'}/status/{number}",
        links=(Link(link, found_in="metadata", written=address.strip(), method="by-hand"),),
        author=author,
        posted_at=_time(int(number)),
    )


# The archive


_DIRECTIONS: dict[str, Literal["followers", "following"]] = {"follower": "followers", "following": "following"}


def _unzipped(lane: str, since: int, fetch: Fetch) -> Iterator[Page]:
    """Yield the files of a zip file that are read, those of one list of ties as one page."""
    file = fetch.open(lane)
    try:
        if not hasattr(file, "seek"):
            raise WrongSourceError("a zip file inside another packing; unpack it and try again")
        with zipfile.ZipFile(file) as packed:
            names = packed.namelist()
            account = next((name for name in names if _ACCOUNT.fullmatch(name)), None)
            if account is None:
                raise WrongSourceError("there is no data/account.js in the zip file, as archives of X have")
            for name in filter(_PROTECTED.fullmatch, names):
                _refuse_protected(_entries(_member(packed, name))[1])
            address = _address(_entries(_member(packed, account))[1])
            now = datetime.now(UTC)
            for number, group in enumerate(_groups(names)[since:PARTS], since + 1):
                body = b"\n".join(_member(packed, name) for name in group)
                yield Page(lane, address, body, now, str(number))
    except WrongSourceError:
        raise
    except Exception as error:  # a broken one makes each layer fail in its own way
        raise WrongSourceError(f"the zip file is broken ({error}); download it again") from error
    finally:
        file.close()


def _refuse_protected(lines: list[_Line | Fault]) -> None:
    """What is protected was said to some, and not in public."""
    told = [one.protected_history for one in lines if not isinstance(one, Fault) and one.protected_history]
    if told and max(told, key=lambda one: one.protected_at).action.lower() == "protect":
        raise WrongSourceError("the posts of this account are protected, so nothing of it is kept")


def _groups(names: list[str]) -> list[list[str]]:
    """The files to read: each of posts apart, the parts of a list of ties together."""
    groups: dict[str, list[str]] = {}
    for name in sorted(names):
        if found := _MEMBER.fullmatch(name):
            groups.setdefault(found[1] if found[1] in _DIRECTIONS else name, []).append(name)
    return [groups[key] for key in sorted(groups, key=lambda key: (key in _DIRECTIONS, key))]


def _member(packed: zipfile.ZipFile, name: str) -> bytes:
    with packed.open(name) as file:
        body = file.read(archive.DOCUMENT_LIMIT + 1)
    if len(body) > archive.DOCUMENT_LIMIT:
        raise WrongSourceError(f"{name} is larger than {archive.DOCUMENT_LIMIT >> 20} MiB")
    return body


def _entries(body: bytes) -> tuple[str, list[_Line | Fault]]:
    """Name what a file holds, and decode its entries: JSON that is assigned to a variable, or to several."""
    starts = list(_ASSIGNED.finditer(body))
    if not starts:
        return "", [Fault("no file of an archive of X", sample=sample(body))]
    ends = [*(start.start() for start in starts[1:]), len(body)]
    lines: list[_Line | Fault] = []
    for start, end in zip(starts, ends, strict=True):
        try:
            raws = msgspec.json.decode(body[start.end() : end].rstrip(b"; \t\r\n"), type=list[Raw])
        except (msgspec.MsgspecError, ValueError, RecursionError):
            lines.append(Fault("no list in a file of an archive of X", start.start(), sample(body)))
            continue
        lines.extend(each(raws, _Line))
    return starts[0][1].decode(), lines


def _address(lines: list[_Line | Fault]) -> str:
    """Whose archive it is, as an address, which every page carries."""
    for line in lines:
        if not isinstance(line, Fault) and (one := line.account):
            asked = {"user_id": one.account_id, "name": one.account_display_name or ""}
            return f"{HOME}{one.username}?{urlencode(asked)}"
    raise WrongSourceError("data/account.js does not say whose archive it is")


def _owner(page: Page) -> Account | None:
    parts = urlsplit(page.address)
    handle = parts.path.strip("/")
    if not handle:
        return None
    name = parse_qs(parts.query).get("name", [None])[0]
    version = _number(page.received_at)
    home = HOME + handle
    return Account(source=PLACE, id=handle.lower(), via=NAME, version=version, handle=handle, name=name, url=home)


# Facts


def _withdrawn(one: _Tweet, page: Page) -> Post:
    key, version = _key(one), _number(page.received_at)
    return Post(source=PLACE, id=key, via=NAME, assertion=key, version=version, change="withdrawn")


def _post(one: _Tweet, owner: Account | None) -> Post:
    key, text, links, quotes = _key(one), unescape(one.full_text), [], None
    for url in one.entities.urls:
        quoted = _STATUS.match(url.expanded_url)
        quotes = quoted["id"] if quoted else quotes
        if url.expanded_url and not quoted:
            links.append(Link(url.expanded_url))
        text = text.replace(url.url, url.expanded_url) if url.url and url.expanded_url else text
    return Post(
        source=PLACE,
        id=key,
        via=NAME,
        assertion=key,
        version=one.id_str.zfill(20),
        change="made" if key == one.id_str else "edited",
        url=f"{HOME}{owner.handle if owner else 'i'}/status/{one.id_str}",
        text=text or None,
        links=tuple(dict.fromkeys(links)),
        author=owner.id if owner else None,
        posted_at=_time(int(key)) or _written(one.created_at),
        replies_to=one.in_reply_to_status_id_str,
        quotes=quotes,
        language=one.lang if one.lang != "und" else None,
    )


def _list(kind: str, owner: str, lines: list[_Line], page: Page) -> Iterator[Fact]:
    """The ties of one list, as far as the ceiling, and how far that is."""
    ties = [tie for line in lines if (tie := _tie(line, owner, page))]
    yield from ties[:FOLLOWERS_CEILING]
    yield FollowList(
        source=PLACE,
        account=owner,
        direction=_DIRECTIONS[kind],
        via=NAME,
        began_at=page.received_at,
        complete=len(ties) == len(lines) <= FOLLOWERS_CEILING,
        total=len(lines),
    )


def _tie(line: _Line, owner: str, page: Page) -> Follow | None:
    tie = line.follower or line.following
    if tie is None:
        return None
    named = _HANDLE.fullmatch(tie.user_link)
    other = named[1].lower() if named else f"i/user/{tie.account_id}"
    follower, followed = (other, owner) if line.follower else (owner, other)
    return Follow(source=PLACE, via=NAME, seen_at=page.received_at, follower=follower, followed=followed)


def _key(one: _Tweet) -> str:
    """An edited post keeps the number of its first version."""
    return one.edit_info.edit.initial_tweet_id if one.edit_info and one.edit_info.edit else one.id_str


def _time(number: int) -> datetime | None:
    """When a post was made, which its number tells since 2010."""
    return EPOCH + timedelta(milliseconds=number >> 22) if FIRST < number < 1 << 63 else None


def _number(at: datetime) -> str:
    """A time as the number that a post would have then, so that it compares with versions."""
    return str(max((at - EPOCH) // timedelta(milliseconds=1), 0) << 22).zfill(20)


def _written(created_at: str) -> datetime | None:
    try:
        return datetime.strptime(created_at, "%a %b %d %H:%M:%S %z %Y").astimezone(UTC)
    except ValueError:
        return None
