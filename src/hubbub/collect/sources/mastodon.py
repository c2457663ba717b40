"""Mastodon and servers that speak like it: statuses, who passes them on and who follows whom come in.

Servers are asked alone, and what they say is one by the ids that all of them use. The module is long because a server
is a place of posts, of people and of a stream, each asked in its own way.
"""

import re
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Literal, get_args
from urllib.parse import quote, urlsplit

import msgspec
from msgspec import Raw, Struct
from msgspec.structs import replace

from hubbub import identify
from hubbub.collect import archive, fediverse_files
from hubbub.collect.fediverse import Profile, Status, boost, count, said, speaker, stamp
from hubbub.collect.html import links_and_text
from hubbub.collect.reading import each, whole
from hubbub.collect.source import FRESH, HOST_NAME, Fetch, LoginError, WrongAnswerError, decoded, page_of
from hubbub.model import (
    About,
    Account,
    Accounts,
    Alias,
    Answer,
    Credential,
    Example,
    Fact,
    Fault,
    Follow,
    FollowList,
    Host,
    Identifier,
    Page,
    Post,
    Watch,
)
from hubbub.settings import FOLLOWERS_CEILING

if TYPE_CHECKING:
    from hubbub.collect.touching import Touches

NAME, TOKEN = "mastodon", "mastodon_token"
SERVER = "mastodon.social"  # the one whose stream and search are asked, for which the token is
STREAM = f"https://streaming.{SERVER}/api/v1/streaming/public"
PAGES, LIMIT, FOLLOWERS, LINES = 25, 40, 80, 50  # pages of a timeline a run; entries a page; lines of the stream a page
WHOLE = 0.9  # of the number of an account's followers, which counts suspended ones that no list shows

_LIST = re.compile(r"mastodon:(?P<server>(?:[a-z0-9-]{1,63}\.)+[a-z0-9-]{2,63})(?:/tags/(?P<tag>[^/?#\s]{1,100}))?")
_STATUS = re.compile(r"https://([^/@\s]+)/(?:ap/)?users/[^/]+/statuses/(\d{1,20})")
_ACCOUNT = re.compile(r"https://([^/@\s]+)/(?:@|users/)([\w.-]{1,100})")
# Other places write their accounts alike.
_ELSEWHERE = r"(?:[\w-]+\.)?(?:medium\.com|threads\.(?:com|net)|tiktok\.com|youtube\.com)/"
_PROFILE = re.compile(rf"https://(?!{_ELSEWHERE})[^/@\s]+/@[\w.-]{{1,100}}")
_NEXT = re.compile(r'<([^>]+)>;\s*rel="next"')
Direction = Literal["followers", "following"]


class Named(Struct):
    id: str


class Found(Struct):
    statuses: list[Raw] = []


class Context(Struct):
    ancestors: list[Raw] = []
    descendants: list[Raw] = []


class Missing(Struct):
    error: str


class Pass(Struct, omit_defaults=True):
    """How far a list of followers was read; with no `next` it has ended."""

    began_at: datetime
    read: int = 0
    next: str | None = None
    total: int | None = None
    cut: bool = False


class Mastodon:
    """Statuses of the Fediverse as Mastodon's servers show them."""

    about = About(
        name=NAME,
        title="Mastodon",
        home="https://joinmastodon.org/",
        category="social media",
        modes=("stream", "poll", "archive"),
        hours=1,
        hosts=(Host(SERVER, per_second=0.9), Host(f"streaming.{SERVER}", per_second=0.1)),
        credentials=(
            Credential(TOKEN, f"search and stream of {SERVER}", f"https://{SERVER}/settings/applications (read)"),
        ),
        accounts=(Accounts(rf"@?(?P<name>[\w.-]{{1,100}})@(?P<server>{HOST_NAME})", "https://{server}/@{name}"),),
        terms=f"https://{SERVER}/terms-of-service",
        licence="posts belong to their authors; deletions must be honoured",
        keeps_pages="never",
        yields=("Post", "Account", "Follow", "FollowList", "Alias"),
        deletions="recheck",
        shapes="recorded",
        colour="#5a4fcf",
        note="Lists name servers whose local timeline is followed (`mastodon:fosstodon.org`) and hashtags"
        " (`mastodon:fosstodon.org/tags/openscience`). What is public is read, nothing else. A server's stream names a"
        " deleted post by a number of its own, so deletions are learnt at the post's own server. Followers and replies"
        " are read there too; servers that speak like Mastodon but have other addresses are not asked."
        " Files hold a status, a frame of a stream or an activity of ActivityPub a line (ndjson, plain, gz or zst), or"
        " are a person's outbox.json; shapes of activities are documented.",
        examples=(
            Example(
                "statuses.ndjson",
                (("https://fosstodon.org/users/joss/statuses/114870331255315543", "doi:10.21105/joss.07752"),),
            ),
            Example(
                "frames.ndjson",
                (("https://fosstodon.org/users/joss/statuses/114870331255315543", "doi:10.21105/joss.07752"),),
            ),
            Example(
                "activities.ndjson",
                (("https://social.example/users/ada/statuses/1", "doi:10.5555/12345678"),),
            ),
            Example(
                "timeline_local.json",
                (
                    ("https://fosstodon.org/users/joss/statuses/114870331255315543", "doi:10.21105/joss.07752"),
                    ("account", "https://fosstodon.org/@joss"),
                ),
                lane="timeline:fosstodon.org",
                address="https://fosstodon.org/api/v1/timelines/public?local=true&limit=40",
            ),
            Example(
                "followers_p1.json",
                (("follow", "https://toot.community/@thomasw https://fosstodon.org/@schochastics"),),
                lane="followers:https://fosstodon.org/@schochastics",
                address="https://fosstodon.org/api/v1/accounts/109302436954721982/followers?limit=80",
            ),
        ),
    )

    def lanes(self, watch: Watch) -> Iterable[str]:
        """Name timelines and hashtags given, links and words of works, accounts with their ties, and posts held."""
        yield f"stream:{SERVER}"
        lists = [_LIST.fullmatch(one) for one in watch.lists]
        given = [(one["server"], one["tag"]) for one in lists if one]
        yield from (f"tag:{server}/{tag}" if tag else f"timeline:{server}" for server, tag in given)
        servers = dict.fromkeys([SERVER, *(server for server, _ in given)])
        for work in watch.works:
            yield f"search:{SERVER} {_words(work)}"
            if address := identify.address(work):
                yield from (f"link:{server} {address}" for server in servers)
        pages = (one.value for one in watch.owners if one.scheme == "url")
        own = [page for page in pages if _PROFILE.fullmatch(page)]
        yield from (f"statuses:{page}" for page in own)
        ties = [f"following:{page}" for page in own if _ACCOUNT.fullmatch(page)]
        ties += [f"{kind}:{one}" for one in watch.speakers if _ACCOUNT.fullmatch(one) for kind in get_args(Direction)]
        yield from dict.fromkeys(ties)
        yield from (f"post:{post}" for post in watch.posts if _STATUS.fullmatch(post))

    async def read(self, lane: str, since: str, fetch: Fetch) -> AsyncIterator[Page]:
        """Read timelines from where they were left, lists of ties anew, posts with their replies and boosts."""
        kind, _, about = lane.partition(":")
        match kind:
            case "stream":
                pages = _stream(lane, fetch)
            case "followers" | "following":
                pages = _ties(lane, since, fetch)
            case "post":
                pages = _post(lane, fetch)
            case "statuses":
                pages = _statuses(lane, since, fetch)
            case "timeline" | "tag" | "link" | "search":
                pages = _timeline(lane, since, fetch, *_where(kind, about))
            case _:
                pages = _file(lane, since, fetch)
        async for page in pages:
            yield page

    def touches(self, body: bytes) -> "Touches":
        """Find the posts that a line is, passes on, answers or quotes, and lines that delete."""
        from hubbub.collect.touching import touches_of  # numpy is loaded where a page of lines is read

        return touches_of(body, fediverse_files.keys(body), fediverse_files.deletions(body))

    def parse(self, page: Page) -> Iterator[Fact | Fault]:
        """Yield statuses with their authors, who passed one on, ties and profiles, and what is gone."""
        path = urlsplit(page.address).path
        if page.lines:
            yield from fediverse_files.parse(page)
        elif path.endswith(("/followers", "/following")):
            yield from _parse_ties(page)
        elif path.endswith("/reblogged_by"):
            yield from _parse_boosters(page)
        elif path.endswith("/accounts/lookup"):
            yield from _parse_profile(page)
        elif page.lane.startswith("post:") and not path.endswith("/context"):
            yield from _parse_post(page)
        else:
            yield from _parse_list(page)


# Asking


def _where(kind: str, about: str) -> tuple[str, dict[str, Any]]:
    """The address and parameters of a timeline."""
    first, _, rest = about.partition(" ")
    match kind:
        case "tag":
            server, _, tag = first.partition("/")
            return f"https://{server}/api/v1/timelines/tag/{quote(tag, safe='')}", {}
        case "link":
            return f"https://{first}/api/v1/timelines/link", {"url": rest}
        case "search":
            return f"https://{first}/api/v2/search", {"q": f'"{rest}"', "type": "statuses"}
    return f"https://{first}/api/v1/timelines/public", {"local": "true"}


async def _timeline(
    lane: str, since: str, fetch: Fetch, address: str, params: Mapping[str, Any]
) -> AsyncIterator[Page]:
    """Yield what is newer than the newest that was seen; at first, from the newest back.

    The resume point is the newest id that was seen, and, while going back, the oldest.
    """
    is_search = address.endswith("/search")
    headers = _login(fetch) if is_search else {}
    top, _, oldest = since.partition(" ")
    back = not top or bool(oldest)
    for number in range(PAGES):
        place = {"max_id": oldest or None} if back else {"min_id": top}
        asked = {**params, "limit": LIMIT, **place}
        answer = await fetch.get(address, params=asked, headers=FRESH | headers, accept=(200, 404))
        if answer.status == 404:
            return  # no such hashtag, or a link that is not talked about right now
        ids = sorted(_ids(answer, is_search), key=_order)
        if back and (not ids or ids[0] == oldest):
            if not top:
                return
            back = False
            continue
        if not ids or (not back and _order(ids[-1]) <= _order(top)):
            return
        top = top if back and top else ids[-1]
        oldest = ids[0] if back and number < PAGES - 1 else ""
        yield page_of(lane, answer, f"{top} {oldest}".strip())


def _ids(answer: Answer, is_search: bool) -> list[str]:
    raws = decoded(answer, Found).statuses if is_search else decoded(answer, list[Raw])
    return [one.id for one in each(raws, Named) if isinstance(one, Named)]


def _order(id_: str) -> tuple[int, str]:
    return len(id_), id_


async def _statuses(lane: str, since: str, fetch: Fetch) -> AsyncIterator[Page]:
    """Yield an account and what it says and passes on, from its own server."""
    answer = await _look_up(lane, fetch)
    yield page_of(lane, answer, since)
    if answer.status == 200:
        found = decoded(answer, Named)
        address = f"https://{urlsplit(answer.address).netloc}/api/v1/accounts/{quote(found.id, safe='')}/statuses"
        async for page in _timeline(lane, since, fetch, address, {}):
            yield page


async def _look_up(lane: str, fetch: Fetch) -> Answer:
    account = _ACCOUNT.fullmatch(lane.partition(":")[2])
    if account is None:
        raise WrongAnswerError(f"{lane} names no account")
    address = f"https://{account[1]}/api/v1/accounts/lookup"
    return await fetch.get(address, params={"acct": account[2]}, headers=FRESH, accept=(200, 404, 410))


async def _ties(lane: str, since: str, fetch: Fetch) -> AsyncIterator[Page]:
    """Yield an account, and its followers or whom it follows, as far as its own server shows them."""
    kind = lane.partition(":")[0]
    at = msgspec.json.decode(since, type=Pass) if since else None
    if at is None or at.next is None:
        answer = await _look_up(lane, fetch)
        if answer.status != 200:
            yield page_of(lane, answer)
            return
        one = decoded(answer, Profile)
        if one.hide_collections:  # what its server would show is an empty list
            yield page_of(lane, answer)
            return
        total = one.followers_count if kind == "followers" else one.following_count
        list_ = f"https://{urlsplit(answer.address).netloc}/api/v1/accounts/{quote(one.id, safe='')}/{kind}"
        at = Pass(answer.received_at, 0, f"{list_}?limit={FOLLOWERS}", total)
        yield page_of(lane, answer, _written(at))
    while at.next is not None:
        answer = await fetch.get(at.next, headers=FRESH)
        found = len(decoded(answer, list[Raw]))
        link = _NEXT.search(answer.headers.get("link", ""))
        # Only the list's own next part: a server must not send us elsewhere, nor round and round.
        more = link[1] if link and found and link[1] != at.next and _part(link[1]) == _part(at.next) else None
        read = at.read + found
        is_long = more is not None and read >= FOLLOWERS_CEILING
        at = replace(at, read=read, next=None if is_long else more, cut=at.cut or is_long)
        yield page_of(lane, answer, _written(at))


def _part(address: str) -> str:
    return address.partition("?")[0]


def _written(at: Pass) -> str:
    return msgspec.json.encode(at).decode()


async def _post(lane: str, fetch: Fetch) -> AsyncIterator[Page]:
    """Yield a post as its own server shows it, what was said about it there, and who passed it on."""
    known = _STATUS.fullmatch(lane.removeprefix("post:"))
    if known is None:
        raise WrongAnswerError(f"{lane} names no post of Mastodon")
    address = f"https://{known[1]}/api/v1/statuses/{known[2]}"
    answer = await fetch.get(address, headers=FRESH, accept=(200, 404, 410))
    yield page_of(lane, answer)
    if answer.status != 200:
        return
    status = decoded(answer, Status)
    if status.replies_count:
        yield page_of(lane, await fetch.get(f"{address}/context", headers=FRESH))
    more = f"{address}/reblogged_by?limit={FOLLOWERS}" if status.reblogs_count else None
    for _ in range(PAGES):
        if more is None:
            return
        answer = await fetch.get(more, headers=FRESH)
        yield page_of(lane, answer)
        link = _NEXT.search(answer.headers.get("link", ""))
        more = link[1] if link and link[1] != more and _part(link[1]) == _part(more) else None


async def _stream(lane: str, fetch: Fetch) -> AsyncIterator[Page]:
    """Yield what is said and edited in public, a batch of lines at a time, or what came before a heartbeat."""
    told, lines = b"", list[bytes]()
    async for line in fetch.lines(STREAM, headers=_login(fetch)):
        if line.startswith(b"event:"):
            told = line[6:].strip()
        elif line.startswith(b"data:") and told in (b"update", b"status.update"):
            lines.append(line[5:].strip())
        if lines and (len(lines) == LINES or line.startswith(b":")):
            yield Page(lane, STREAM, b"\n".join(lines), datetime.now(UTC), "", lines=True)
            lines = []
    if lines:
        yield Page(lane, STREAM, b"\n".join(lines), datetime.now(UTC), "", lines=True)


async def _file(lane: str, since: str, fetch: Fetch) -> AsyncIterator[Page]:
    if not since:
        what = "statuses, frames of a stream or activities of ActivityPub"
        archive.check_lines(lane, fetch, fediverse_files.is_line, what)
    for page in archive.pages(lane, since, fetch):
        yield page


def _login(fetch: Fetch) -> dict[str, str]:
    token = fetch.secret(TOKEN)
    if token is None:
        raise LoginError(f"{SERVER} lets only those search and follow its stream who have a token: {TOKEN} is missing")
    return {"Authorization": f"Bearer {token}"}


def _words(work: Identifier) -> str:
    """What people write when they mean the work."""
    address = identify.address(work)
    return work.value if work.scheme == "doi" or address is None else address.partition("://")[2]


# What the bytes say


def _parse_list(page: Page) -> Iterator[Fact | Fault]:
    if page.lane.startswith("search:"):
        found = whole(page, Found)
        yield from [found] if isinstance(found, Fault) else _parse_statuses(found.statuses, page)
    elif page.lane.startswith("post:"):
        around = whole(page, Context)
        raws = [] if isinstance(around, Fault) else [*around.ancestors, *around.descendants]
        yield from [around] if isinstance(around, Fault) else _parse_statuses(raws, page)
    else:
        listed = whole(page, list[Raw])
        yield from [listed] if isinstance(listed, Fault) else _parse_statuses(listed, page)


def _parse_statuses(raws: Iterable[Raw], page: Page) -> Iterator[Fact | Fault]:
    """Yield what statuses say; an answer names its parent by the server's own number, which the page may explain."""
    read = [*each(raws, Status)]
    uris = {one.id: one.uri for one in read if isinstance(one, Status)}
    if known := _STATUS.fullmatch(page.lane.removeprefix("post:")):
        uris[known[2]] = known[0]
    for one in read:
        yield from [one] if isinstance(one, Fault) else said(one, uris, page.received_at)


def _parse_post(page: Page) -> Iterator[Fact | Fault]:
    """A post as it stands; its own server knows whether it is gone."""
    status, uri = whole(page, Status), page.lane.removeprefix("post:")
    if isinstance(status, Status):
        if status.uri == uri:
            yield from said(status, {}, page.received_at)
        else:
            yield Fault("a server showed another status than it was asked for", sample=status.uri[:200])
    elif isinstance(whole(page, Missing), Missing):
        yield Post(source=NAME, id=uri, via=NAME, version=stamp(page.received_at), change="withdrawn")
    else:
        yield status


def _parse_boosters(page: Page) -> Iterator[Fact | Fault]:
    listed = whole(page, list[Raw])
    for one in [listed] if isinstance(listed, Fault) else each(listed[:FOLLOWERS], Profile):
        if isinstance(one, Fault):
            yield one
        else:
            yield speaker(one, page.received_at)
            yield boost(page.lane.removeprefix("post:"), one.url, "0")


def _parse_profile(page: Page) -> Iterator[Fact | Fault]:
    """An account, and other pages of the same person that the server has seen link back."""
    one, url = whole(page, Profile), page.lane.partition(":")[2]
    if isinstance(one, Fault):
        if isinstance(whole(page, Missing), Missing):
            yield Account(source=NAME, id=url, via=NAME, version=stamp(page.received_at), change="withdrawn")
        else:
            yield one
        return
    yield speaker(one, page.received_at)
    home = identify.parse(one.url)
    for shown in one.fields if home else ():
        links, _ = links_and_text(shown.value)
        other = identify.parse(links[0].address) if links and shown.verified_at else None
        if home and other:
            yield Alias(identifier=home, relation="is_same_as", other=other, via=NAME, version=stamp(page.received_at))


def _parse_ties(page: Page) -> Iterator[Fact | Fault]:
    kind, _, account = page.lane.partition(":")
    direction: Direction = "followers" if kind == "followers" else "following"
    listed = whole(page, list[Raw])
    for one in [listed] if isinstance(listed, Fault) else each(listed[:FOLLOWERS], Profile):
        if isinstance(one, Fault):
            yield one
            continue
        yield speaker(one, page.received_at)
        follower, followed = (one.url, account) if direction == "followers" else (account, one.url)
        yield Follow(source=NAME, via=NAME, seen_at=page.received_at, follower=follower, followed=followed)
    at = msgspec.json.decode(page.resume or "null", type=Pass | None)
    if at and at.next is None:
        yield FollowList(
            source=NAME,
            account=account,
            direction=direction,
            via=NAME,
            began_at=at.began_at,
            complete=not at.cut and at.read >= WHOLE * (at.total or 0),
            total=count(at.total),
        )
