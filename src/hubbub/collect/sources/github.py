"""GitHub: answers of its REST API come in; code as a work, its numbers, who mentions a DOI, and accounts come out.

Posts are issues, pull requests and files, named by their address. The search for files needs a token, and shows the
lines around what was found. A repository that is asked for by an old name answers by its new one. The module is long
because GitHub is three places in one: of works, of posts, and of people who follow each other.
"""

import re
from collections.abc import AsyncIterator, Iterator
from datetime import datetime
from typing import Any
from urllib.parse import quote

import msgspec
from msgspec import Struct, field
from msgspec.structs import replace

from hubbub.collect.reading import Count, each, refused, stamp, utc, whole
from hubbub.collect.source import Fetch, LoginError, decoded, page_of
from hubbub.identify import canonical, parse
from hubbub.model import (
    About,
    Account,
    Accounts,
    Alias,
    Answer,
    Claim,
    Credential,
    Description,
    Example,
    Fact,
    Fault,
    Follow,
    FollowList,
    Host,
    Identifier,
    Page,
    Post,
    Tally,
    Watch,
)
from hubbub.settings import FOLLOWERS_CEILING

NAME = "github"
API = "https://api.github.com"
PER_PAGE = 100
PAGES = 10  # of one search or list a run; of a search, GitHub shows no more than that
GONE = (404, 410, 451)
_ISSUE = re.compile(r"https://github\.com/([^/]+/[^/]+)/(?:issues|pull)/(\d+)")
_FILE = re.compile(r"https://github\.com/([^/]+/[^/]+)/blob/HEAD/(.+)")


class User(Struct):
    """A person, an organisation or a bot; lists tell less of it."""

    id: int
    login: str
    html_url: str | None = None
    name: str | None = None
    bio: str | None = None
    blog: str | None = None
    twitter_username: str | None = None
    followers: Count | None = None
    following: Count | None = None
    type: str | None = None


class Elsewhere(Struct):
    """An account at another place, as its owner lists it."""

    url: str


class Licence(Struct):
    spdx_id: str | None = None


class Repository(Struct):
    """`watchers_count` is left out: it says the stars again."""

    full_name: str
    owner: User
    description: str | None = None
    fork: bool = False
    created_at: datetime | None = None
    licence: Licence | None = field(name="license", default=None)
    topics: tuple[str, ...] = ()
    stargazers_count: Count | None = None
    forks_count: Count | None = None
    subscribers_count: Count | None = None


class Issue(Struct):
    html_url: str
    updated_at: datetime
    title: str | None = None
    body: str | None = None
    user: User | None = None
    created_at: datetime | None = None


class Match(Struct):
    fragment: str = ""


class File(Struct):
    path: str
    html_url: str
    repository: Repository
    text_matches: tuple[Match, ...] = ()


class Found(Struct):
    items: list[msgspec.Raw]


class Updated(Struct):
    updated_at: datetime


class UpdatedIssues(Struct):
    items: list[Updated]


class Pass(Struct):
    """How far a list of followers was read: which page is next, if any, and whether all were seen."""

    began_at: datetime
    next: int | None = None
    complete: bool = False


class GitHub:
    """Code, who mentions works beside it, and who follows whom."""

    about = About(
        name=NAME,
        title="GitHub",
        home="https://github.com/",
        category="mentions",
        modes=("poll",),
        hours=24,
        hosts=(Host("api.github.com", 0.16),),
        credentials=(
            Credential(
                "github_token", "the search for files, and 5,000 requests an hour", "github.com/settings/tokens"
            ),
        ),
        accounts=(Accounts(r"@?(?P<name>[a-z\d](?:-?[a-z\d]){0,38})"),),
        terms="https://docs.github.com/en/site-policy/github-terms/github-terms-of-service",
        licence="issues and files belong to their authors",
        keeps_pages="never",
        yields=("Post", "Account", "Follow", "FollowList", "Tally", "Description", "Alias"),
        deletions="recheck",
        shapes="recorded",
        colour="#57606a",
        note="Repositories of works and owners; issues and files that contain a DOI; accounts and their followers.",
        examples=(
            Example("repo_ropensci_alm.json", (("tally stars 7", "github:ropensci/alm"),), lane="repo:ropensci/alm"),
            Example(
                "followers_page2.json",
                (("account", "3767"), ("follow", "3767 10308")),
                lane="followers:10308",
            ),
        ),
    )

    def lanes(self, watch: Watch) -> Iterator[str]:
        """Name repositories, searches for DOIs, owners, accounts, and posts to look at again."""
        for work in watch.works:
            if work.scheme == "github":
                yield f"repo:{work.value}"
            elif work.scheme == "doi":
                yield f"issues:{work.value}"
                yield f"files:{work.value}"
        for owner in watch.owners:
            if owner.scheme == "github" and "/" not in owner.value:
                yield f"owner:{owner.value}"
                yield f"repos:{owner.value}"
        for account in watch.speakers:
            yield f"account:{account}"
            yield f"followers:{account}"
        for post in watch.posts:
            yield f"post:{post}"

    async def read(self, lane: str, since: str, fetch: Fetch) -> AsyncIterator[Page]:
        """Yield what GitHub answers; searches for issues go on behind the last change that was seen."""
        kind, _, about = lane.partition(":")
        named = quote(about, safe="/")
        match kind:
            case "issues":
                pages = _issues(lane, about, since, fetch)
            case "files":
                pages = _listed(lane, since, fetch, "/search/code", {"q": f'"{about}"'})
            case "repos":
                pages = _listed(lane, since, fetch, f"/users/{named}/repos", {"type": "owner", "sort": "full_name"})
            case "followers":
                pages = _followers(lane, about, since, fetch)
            case "post":
                pages = _one(lane, fetch, _api_path(about))
            case "repo":
                pages = _one(lane, fetch, f"/repos/{named}")
            case _:
                pages = _person(lane, fetch, {"owner": "/users/", "account": "/user/"}[kind] + named)
        async for page in pages:
            yield page

    def parse(self, page: Page) -> Iterator[Fact | Fault]:
        """Yield what the answer says; what is there no longer is a withdrawn post, or a fault."""
        kind, _, about = page.lane.partition(":")
        match kind:
            case "issues":
                yield from _each_of(page, whole(page, Found), Issue, _issue)
            case "files":
                yield from _each_of(page, whole(page, Found), File, _file)
            case "repos":
                yield from _each_of(page, whole(page, list[msgspec.Raw]), Repository, _owned)
            case "followers":
                yield from _each_of(page, whole(page, list[msgspec.Raw]), User, _follower)
                yield from _list(page, about)
            case "post":
                yield from _looked_at(page, about)
            case "repo":
                yield from _told(page, whole(page, Repository), _repository)
            case _:
                yield from _told(page, whole(page, tuple[User, list[Elsewhere]]), _profile)


# Reading


async def _ask(fetch: Fetch, path: str, params: dict[str, Any], accept: tuple[int, ...] = (200,)) -> Answer:
    token = fetch.secret("github_token")
    if token is None and path == "/search/code":
        raise LoginError("the search for files at GitHub needs the credential github_token")
    kind = "application/vnd.github.text-match+json" if path == "/search/code" else "application/vnd.github+json"
    headers = {"Accept": kind, "X-GitHub-Api-Version": "2022-11-28"}
    if token is not None:
        headers["Authorization"] = f"Bearer {token}"
    return await fetch.get(API + path, params=params, headers=headers, accept=accept)


def _has_next(answer: Answer) -> bool:
    return 'rel="next"' in answer.headers.get("link", "")


async def _one(lane: str, fetch: Fetch, path: str | None) -> AsyncIterator[Page]:
    if path is not None:
        yield page_of(lane, await _ask(fetch, path, {}, (200, *GONE)))


async def _person(lane: str, fetch: Fetch, path: str) -> AsyncIterator[Page]:
    """Yield a profile and what it lists elsewhere as one page, since together they are all that it publishes."""
    answer = await _ask(fetch, path, {}, (200, *GONE))
    if answer.status == 200:
        login = quote(decoded(answer, User).login, safe="")
        listed = await _ask(fetch, f"/users/{login}/social_accounts", {"per_page": PER_PAGE}, (200, *GONE))
        both = b"[" + answer.body + b"," + listed.body + b"]"
        answer = replace(answer, body=both) if listed.status == 200 else listed
    yield page_of(lane, answer)


async def _listed(lane: str, since: str, fetch: Fetch, path: str, params: dict[str, Any]) -> AsyncIterator[Page]:
    for number in range(int(since or 1), PAGES + 1):
        answer = await _ask(fetch, path, {**params, "per_page": PER_PAGE, "page": number})
        more = _has_next(answer) and number < PAGES
        yield page_of(lane, answer, str(number + 1) if more else "")
        if not more:
            return


async def _issues(lane: str, doi: str, since: str, fetch: Fetch) -> AsyncIterator[Page]:
    """Ask for what changed since the last one seen, so that no search outgrows what GitHub shows of it."""
    for _ in range(PAGES):
        asked = f'"{doi}" updated:>={since}' if since else f'"{doi}"'
        answer = await _ask(
            fetch, "/search/issues", {"q": asked, "sort": "updated", "order": "asc", "per_page": PER_PAGE}
        )
        changed = [stamp(one.updated_at) for one in decoded(answer, UpdatedIssues).items if utc(one.updated_at)]
        before, since = since, max([since, *changed])
        yield page_of(lane, answer, since)
        if not _has_next(answer) or since == before:
            return


async def _followers(lane: str, account: str, since: str, fetch: Fetch) -> AsyncIterator[Page]:
    last = msgspec.json.decode(since, type=Pass) if since else None
    number = last.next if last and last.next else 1
    began_at = last.began_at if last and last.next else None
    more = True
    while more:
        asked = {"per_page": PER_PAGE, "page": number}
        answer = await _ask(fetch, f"/user/{quote(account, safe='')}/followers", asked)
        began_at = began_at or answer.received_at
        longer = _has_next(answer)
        more = longer and number < FOLLOWERS_CEILING // PER_PAGE
        number += 1
        done = Pass(began_at, number if more else None, complete=not longer)
        yield page_of(lane, answer, msgspec.json.encode(done).decode())


def _api_path(post: str) -> str | None:
    if issue := _ISSUE.fullmatch(post):
        return f"/repos/{issue[1]}/issues/{issue[2]}"
    file = _FILE.fullmatch(post)
    return f"/repos/{file[1]}/contents/{file[2]}" if file else None


# Parsing


def _each_of(page: Page, found: Any, type_: Any, facts: Any) -> Iterator[Fact | Fault]:
    if isinstance(found, Fault):
        yield found
        return
    for one in each(found.items if isinstance(found, Found) else found, type_):
        yield from _told(page, one, facts)


def _told(page: Page, one: Any, facts: Any) -> Iterator[Fact | Fault]:
    if not isinstance(one, Fault):
        yield from facts(page, one)
    else:
        yield refused(page, "GitHub") or one


def _looked_at(page: Page, key: str) -> Iterator[Fact | Fault]:
    """A post again, under another name if its repository has one now; or that it is gone."""
    if refused(page, "GitHub"):
        yield _withdrawn(page, key)
    elif _ISSUE.fullmatch(key):
        for fact in _told(page, whole(page, Issue), _issue):
            if isinstance(fact, Post) and fact.id != key:
                yield _withdrawn(page, key)
            yield fact


def _withdrawn(page: Page, key: str) -> Post:
    return Post(source=NAME, id=key, via=NAME, version=stamp(page.received_at), change="withdrawn")


def _issue(page: Page, issue: Issue) -> Iterator[Fact | Fault]:
    key = canonical(issue.html_url)
    if key is None or utc(issue.updated_at) is None:
        yield Fault("an issue without an address or a time", sample=issue.html_url[:200])
        return
    if issue.user:
        yield _account(page, issue.user)
    yield Post(
        source=NAME,
        id=key,
        via=NAME,
        version=stamp(issue.updated_at),
        url=key,
        title=issue.title,
        text=issue.body,
        author=str(issue.user.id) if issue.user else None,
        posted_at=utc(issue.created_at),
    )


def _file(page: Page, file: File) -> Iterator[Fact]:
    yield _account(page, file.repository.owner)
    yield Post(
        source=NAME,
        id=f"https://github.com/{file.repository.full_name}/blob/HEAD/{quote(file.path)}",
        via=NAME,
        version=stamp(page.received_at),
        url=canonical(file.html_url),
        title=f"{file.repository.full_name}: {file.path}",
        text="\n".join(match.fragment for match in file.text_matches) or None,
        author=str(file.repository.owner.id),
    )


def _account(page: Page, user: User, claims: tuple[Claim, ...] | None = None) -> Account:
    return Account(
        source=NAME,
        id=str(user.id),
        via=NAME,
        version=stamp(page.received_at),
        handle=user.login,
        name=user.name or None,
        description=user.bio or None,
        url=user.html_url,
        followers=user.followers,
        following=user.following,
        bot=None if user.type is None else user.type == "Bot",
        claims=claims,
    )


def _claims(user: User, listed: list[Elsewhere]) -> Iterator[Claim]:
    """The addresses that a profile names, and those that it lists."""
    if user.blog:
        yield Claim(user.blog if "://" in user.blog else f"https://{user.blog}")
    if user.twitter_username:
        yield Claim(f"https://twitter.com/{user.twitter_username}", "social_account")
    yield from (Claim(one.url, "social_account") for one in listed)


def _profile(page: Page, told: tuple[User, list[Elsewhere]]) -> Iterator[Fact]:
    """An account, and the owner's page elsewhere where they name one."""
    user, listed = told
    yield _account(page, user, tuple(dict.fromkeys(_claims(user, listed))))
    kind, _, login = page.lane.partition(":")
    other = parse(user.blog or "")
    if kind == "owner" and other:
        owner = Identifier(NAME, login)
        version = stamp(page.received_at)
        yield Alias(identifier=owner, relation="is_same_as", other=other, via=NAME, version=version)


def _owned(page: Page, repository: Repository) -> Iterator[Fact | Fault]:
    """A repository of an owner; copies of others' are no works of theirs."""
    work = parse(f"github:{repository.full_name}")
    if work and not repository.fork:
        owner = Identifier(NAME, page.lane.partition(":")[2])
        yield Alias(identifier=owner, relation="is_work_of", other=work, via=NAME, version=stamp(page.received_at))
        yield from _repository(page, repository)


def _repository(page: Page, repository: Repository) -> Iterator[Fact | Fault]:
    work = parse(f"github:{repository.full_name}")
    if work is None:
        yield Fault("a repository without a name", sample=repository.full_name[:200])
        return
    version = stamp(page.received_at)
    kind, _, asked = page.lane.partition(":")
    if kind == "repo" and asked != work.value:
        old = Identifier(NAME, asked)
        yield Alias(identifier=old, relation="is_same_as", other=work, via=NAME, version=version)
    created_at, licence = utc(repository.created_at), repository.licence
    yield Description(
        identifier=work,
        via=NAME,
        version=version,
        title=repository.description or repository.full_name,
        kind="software",
        creators=(repository.owner.login,),
        issued=created_at.date().isoformat() if created_at else None,
        venue="GitHub",
        licence=licence.spdx_id if licence else None,
        fields=repository.topics,
    )
    numbers = {
        "stars": repository.stargazers_count,
        "forks": repository.forks_count,
        "watchers": repository.subscribers_count,
    }
    for kind, value in numbers.items():
        if value is not None:
            yield Tally(identifier=work, via=NAME, kind=kind, value=value, as_of=page.received_at)


def _follower(page: Page, user: User) -> Iterator[Fact]:
    followed = page.lane.partition(":")[2]
    yield _account(page, user)
    yield Follow(source=NAME, via=NAME, seen_at=page.received_at, follower=str(user.id), followed=followed)


def _list(page: Page, account: str) -> Iterator[Fact]:
    done = msgspec.json.decode(page.resume, type=Pass) if page.resume else None
    if done and done.next is None:
        yield FollowList(
            source=NAME,
            account=account,
            direction="followers",
            via=NAME,
            began_at=done.began_at,
            complete=done.complete,
        )
