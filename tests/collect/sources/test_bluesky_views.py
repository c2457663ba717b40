"""What AppViews and the index of backlinks answer, and how they are asked."""

import asyncio
import json
from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from typing import Any

import pytest

from hubbub import settings
from hubbub.collect.source import LoginError, sources
from hubbub.collect.sources.bluesky.records import FOLLOW, LIKE, POST, REPOST, micros, tid
from hubbub.identify import parse
from hubbub.model import Account, Alias, Answer, Block, Claim, Fault, Follow, FollowList, Identifier, Page, Post, Watch
from tests.collect.replay import NOW, Replay

ANSWERS = Path(__file__).parents[2] / "recordings" / "bluesky" / "answers"
BLUESKY = sources()["bluesky"]
ME = "did:plc:wpe35pganb6d4pg4ekmfy6u5"
OWNER = "chriskenny.bsky.social"  # the same
LIKED = "at://did:plc:ic6zqvuw5ulmfpjiwnhsr2ns/app.bsky.feed.post/3k7qmjev5lr2s"
QUOTED = "at://did:plc:5c2r73erhng4bszmxlfdtscf/app.bsky.feed.post/3lc5c5qv72r2w"
GONE = "at://did:plc:5c2r73erhng4bszmxlfdtscf/app.bsky.feed.post/3lc5c5qv72r2x"
WORK = "https://osf.io/v87fn"


class Scripted(Replay):
    """Answers a request by a function of its address and parameters."""

    def __init__(self, answer: Callable[[str, Mapping[str, Any]], tuple[int, Any]], secrets: bool = True) -> None:
        super().__init__(ANSWERS)
        self._say, self._secrets = answer, secrets

    async def get(
        self,
        address: str,
        *,
        params: Mapping[str, Any] = {},
        headers: Mapping[str, str] = {},
        accept: Collection[int] = (200,),
    ) -> Answer:
        self.asked.append(address)
        status, body = self._say(address, {**params, **headers})
        assert status in accept
        return Answer(status, address, {}, json.dumps(body).encode(), NOW)

    async def post(self, address: str, **_: Any) -> Answer:
        self.asked.append(address)
        status, body = self._say(address, {})
        return Answer(status, address, {}, json.dumps(body).encode(), NOW)

    def secret(self, name: str) -> str | None:
        return super().secret(name) if self._secrets else None


def read(lane: str, since: str = "", fetch: Replay | None = None) -> list[Page]:
    async def take() -> list[Page]:
        return [page async for page in BLUESKY.read(lane, since, fetch or Replay(ANSWERS))]

    return asyncio.run(take())


def facts(pages: list[Page]) -> list[Any]:
    return [one for page in pages for one in BLUESKY.parse(page)]


def lane_of(kind: str) -> str:
    watch = Watch(
        works=(Identifier("osf", "v87fn"),),
        owners=(Identifier("bluesky", "chriskenny.bsky.social"),),
        speakers=(ME,),
        posts=tuple(json.loads((ANSWERS / "watch.json").read_bytes())["posts"]),
    )
    return next(lane for lane in BLUESKY.lanes(watch) if lane.startswith(f"{kind}:"))


# Posts


def test_a_held_post_that_is_no_longer_shown_is_withdrawn() -> None:
    gone = [one for one in facts(read(lane_of("posts"))) if isinstance(one, Post) and one.change == "withdrawn"]
    assert [(post.id, post.version) for post in gone] == [(GONE, tid(micros(NOW)))]


def test_a_view_has_no_later_version_than_the_record_it_shows() -> None:
    """So that a stream's word, a withdrawal above all, goes before what an AppView still shows."""
    (post,) = [one for one in facts(read(lane_of("posts"))) if isinstance(one, Post) and one.id == LIKED]
    assert tid(1695123174574000) == post.version <= "3k7qmjev5lr2s"
    view = json.loads((ANSWERS / "getPosts.json").read_bytes())["posts"][0]
    for rkey in ("jzzzzzzzzzzzz", "a-key-of-its-own"):
        view["uri"] = f"at://{view['author']['did']}/{POST}/{rkey}"
        made, _ = BLUESKY.parse(page_with(view))
        assert isinstance(made, Post)
        assert made.version == tid(1695123174574000)


def page_with(*views: Any) -> Page:
    body = json.dumps({"posts": views}).encode()
    return Page("search:x", "https://x/xrpc/app.bsky.feed.searchPosts", body, NOW, "")


def test_answers_and_quotes_of_held_posts_are_found() -> None:
    posts = [one for one in facts(read(lane_of("posts"))) if isinstance(one, Post)]
    parent = "at://did:plc:z4cp3uwgxiioi7uaxn2boq47/app.bsky.feed.post/3lobj4swhjo2x"
    assert [post.author for post in posts if post.replies_to == parent] == [ME]
    quoting = {post.id for post in posts if post.quotes == QUOTED}
    assert "at://did:plc:3ixxligsafp4u6ghljcoetnm/app.bsky.feed.post/3lc6isqcp6u2y" in quoting
    assert len(quoting) == 2


def test_likes_and_reposts_have_their_own_addresses() -> None:
    echoes = [one for one in facts(read(lane_of("engagement"))) if isinstance(one, Post)]
    likes, reposts = [one for one in echoes if one.likes], [one for one in echoes if one.reposts]
    assert {one.likes for one in likes} == {LIKED}
    assert len({one.author for one in likes}) == 4
    assert all(one.id == f"at://{one.author}/{LIKE}/{one.version}" for one in likes)
    assert [(one.id, one.reposts) for one in reposts] == [
        (f"at://did:plc:jyolltxtyl2yq2jamky6mwjn/{REPOST}/3lc5c5qv72r3w", QUOTED)
    ]
    assert reposts[0].posted_at is not None
    assert f"{reposts[0].posted_at:%Y-%m-%d %H:%M}" == "2024-11-30 04:48"


def test_what_an_account_passed_on_is_a_repost_beside_the_original() -> None:
    found = [one for one in facts(read(lane_of("author"))) if isinstance(one, Post)]
    reposts = [one for one in found if one.reposts]
    assert len(reposts) == 2
    assert {one.author for one in reposts} == {ME}
    assert {one.reposts for one in reposts} <= {one.id for one in found}


def test_an_account_is_read_again_down_to_what_was_seen() -> None:
    *_, last = read(lane_of("author"))
    (again,) = read(lane_of("author"), last.resume)
    assert again.resume == last.resume


def test_a_view_that_is_not_of_its_author_is_refused() -> None:
    view = json.loads((ANSWERS / "getPosts.json").read_bytes())["posts"][0]
    view["author"]["did"] = ME
    page = Page(
        "search:x", "https://x/xrpc/app.bsky.feed.searchPosts", json.dumps({"posts": [view, 7]}).encode(), NOW, ""
    )
    assert [one.reason for one in BLUESKY.parse(page) if isinstance(one, Fault)] == ["no view of a post"] * 2


def test_where_a_view_cannot_be_read_nothing_counts_as_gone() -> None:
    body = json.dumps({"posts": [{"uri": 7}]}).encode()
    page = Page(f"posts:{LIKED}", "https://x/xrpc/app.bsky.feed.getPosts", body, NOW, "")
    assert [type(one) for one in BLUESKY.parse(page)] == [Fault]


# Accounts and ties


def test_a_profile_tells_audience_and_what_is_not_shown_has_left() -> None:
    body = (ANSWERS / "getProfiles.json").read_bytes()
    page = Page(f"profiles:{ME},did:plc:left", "https://x/xrpc/app.bsky.actor.getProfiles", body, NOW, "")
    account, left = BLUESKY.parse(page)
    assert isinstance(account, Account)
    assert (account.handle, account.followers, account.following) == ("chriskenny.bsky.social", 554, 296)
    assert account.claims == ()
    assert isinstance(left, Account)
    assert (left.id, left.change) == ("did:plc:left", "withdrawn")
    assert account.version < left.version


@pytest.mark.parametrize(
    ("handle", "claims"),
    [("ann.example", (Claim("https://ann.example", "handle"),)), ("a.bsky.social", ()), ("handle.invalid", ())],
)
def test_a_domain_that_is_a_handle_is_claimed(handle: str, claims: tuple[Claim, ...]) -> None:
    body = json.dumps({"profiles": [{"did": "did:plc:ann", "handle": handle}]}).encode()
    page = Page("profiles:did:plc:ann", "https://x/xrpc/app.bsky.actor.getProfiles", body, NOW, "")
    (account,) = BLUESKY.parse(page)
    assert isinstance(account, Account)
    assert account.claims == claims


@pytest.mark.parametrize("known", [1, 20, 100, 1_000])
def test_one_more_speaker_is_one_more_lane_or_makes_one_another(known: int) -> None:
    dids = [f"did:plc:{number}" for number in range(known + 1)]
    before, after = (
        {lane for lane in BLUESKY.lanes(Watch(speakers=tuple(some))) if lane.startswith("profiles:")}
        for some in (dids[1:], dids)
    )
    assert len(after - before) <= 1
    named = [did for lane in after for did in lane.partition(":")[2].split(",")]
    assert sorted(named) == sorted(dids)
    assert len(after) <= known // 5 + 1


def test_followers_are_ties_and_a_complete_list() -> None:
    found = facts(read(lane_of("followers")))
    ties = [one for one in found if isinstance(one, Follow)]
    assert len(ties) == 50
    assert {one.followed for one in ties} == {ME}
    assert found[-1] == FollowList(
        source="bluesky", account=ME, direction="followers", via="bluesky", began_at=NOW, complete=True
    )
    assert [one for one in found if isinstance(one, FollowList)] == found[-1:]


def test_whom_an_account_follows_are_ties_the_other_way() -> None:
    found = facts(read(f"follows:{ME}"))
    assert {one.follower for one in found if isinstance(one, Follow)} == {ME}
    assert [one.direction for one in found if isinstance(one, FollowList)] == ["following"]


def test_of_whose_works_are_collected_it_is_asked_whom_they_follow_and_block_and_who_blocks_them() -> None:
    kinds = [lane.partition(":")[0] for lane in BLUESKY.lanes(Watch(owners=(Identifier("bluesky", OWNER),)))]
    assert kinds == ["stream", "author", "follows", "blocks", "blockers"]
    found = facts(read(f"follows:{OWNER}"))
    (named,) = (one for one in found if isinstance(one, Alias))
    assert (str(named.identifier), named.relation, str(named.other)) == (
        f"bluesky:{OWNER}",
        "is_same_as",
        f"bluesky:{ME}",
    )
    found = facts(read(f"blocks:{OWNER}"))
    assert [(one.blocker, one.blocked) for one in found if isinstance(one, Block)] == [
        (OWNER, "did:plc:blockedone2222222222222"),
        (OWNER, "did:plc:blockedtwo2222222222222"),
    ]
    (whole,) = (one for one in found if isinstance(one, FollowList))
    assert (whole.account, whole.direction, whole.complete) == (OWNER, "blocks", True)
    found = facts(read(f"blockers:{OWNER}"))
    assert [(one.blocker, one.blocked) for one in found if isinstance(one, Block)] == [
        ("did:plc:blockerone222222222222", ME)
    ]


def test_an_account_says_that_it_is_not_to_be_recommended_and_else_nothing_is_said() -> None:
    assert [one.declines for one in facts(read(f"visibility:{ME}")) if isinstance(one, Account)] == [True]
    missing = {"error": "RecordNotFound", "message": "Could not locate record"}
    assert read(f"visibility:{ME}", fetch=Scripted(lambda *_: (400, missing))) == []


def test_who_is_to_be_shown_to_nobody_without_a_login_is_withdrawn() -> None:
    told = {"did": ME, "handle": "a.example", "displayName": "A", "labels": [{"val": "!no-unauthenticated", "src": ME}]}
    (page,) = read(f"profiles:{ME}", fetch=Scripted(lambda *_: (200, {"profiles": [told]})))
    (one,) = BLUESKY.parse(page)
    assert isinstance(one, Account)
    assert (one.id, one.change, one.name, one.handle) == (ME, "withdrawn", None, None)


def test_a_list_that_was_read_to_its_end_is_begun_anew() -> None:
    whole = read(lane_of("followers"))
    assert read(lane_of("followers"), whole[-1].resume) == whole


def ties_answer(turn: str) -> Callable[[str, Mapping[str, Any]], tuple[int, Any]]:
    numbers = iter(range(10**6))

    def answer(address: str, params: Mapping[str, Any]) -> tuple[int, Any]:
        followers = [{"did": f"did:plc:a{next(numbers)}"} for _ in range(100)]
        cursor = "same" if turn == "same" else str(next(numbers))
        return 200, {"subject": {"did": ME}, "followers": [] if turn == "empty" else followers, "cursor": cursor}

    return answer


@pytest.mark.parametrize(("turn", "pages"), [("same", 2), ("new", 100), ("empty", 200)])
def test_a_list_without_end_is_cut_and_says_so(turn: str, pages: int) -> None:
    taken = read(f"followers:{ME}", fetch=Scripted(ties_answer(turn)))
    assert len(taken) == pages
    found = facts(taken)
    assert sum(isinstance(one, Follow) for one in found) <= settings.FOLLOWERS_CEILING
    assert [one.complete for one in found if isinstance(one, FollowList)] == [False]


def test_a_list_with_an_entry_that_cannot_be_read_is_not_complete() -> None:
    """Else whoever stands there would count as having left."""
    broken = Scripted(lambda *_: (200, {"subject": {"did": ME}, "followers": [{"did": "did:plc:a"}, {"did": None}]}))
    _, tie, fault, whole = facts(read(f"followers:{ME}", fetch=broken))
    assert (type(tie), type(fault), whole.complete) == (Follow, Fault, False)


def refused(lane: str, error: str, message: str) -> Any:
    """What is read of an answer that is none."""
    (page,) = read(lane, fetch=Scripted(lambda *_: (400, {"error": error, "message": message})))
    (told,) = BLUESKY.parse(page)
    return told


@pytest.mark.parametrize("kind", ["followers", "follows"])
@pytest.mark.parametrize(
    ("error", "message"),
    [
        ("InvalidRequest", f"Actor not found: {ME}"),
        ("AccountDeactivated", "Account is deactivated"),
        ("AccountTakedown", "Account has been suspended"),
    ],
)
def test_an_account_whose_ties_are_asked_for_and_is_not_there_has_left(kind: str, error: str, message: str) -> None:
    told = refused(f"{kind}:{ME}", error, message)
    assert isinstance(told, Account)
    assert (told.id, told.change) == (ME, "withdrawn")


@pytest.mark.parametrize("lane", [f"followers:{ME}", f"follows:{ME}", f"author:{ME}", "author:nobody.example"])
def test_any_other_refusal_is_told_by_its_reason(lane: str) -> None:
    told = refused(lane, "UpstreamFailure", "Actor found, but not now")
    assert isinstance(told, Fault)
    assert told.reason.endswith("is answered with UpstreamFailure")


# Works


def test_a_work_is_searched_in_the_name_of_an_account() -> None:
    fetch = Replay(ANSWERS)
    pages = read(lane_of("search"), fetch=fetch)
    assert fetch.asked[0] == "https://bsky.social/xrpc/com.atproto.server.createSession"
    posts = [one for one in facts(pages) if isinstance(one, Post)]
    assert [link.address for post in posts for link in post.links] == [WORK] * 3
    assert [page.resume for page in pages] == ["", "2025-05-18T17:10:09Z"]


def test_a_search_without_credentials_says_where_they_come_from() -> None:
    with pytest.raises(
        LoginError, match=r"bluesky_handle .*bluesky_app_password.* https://bsky\.app/settings/app-passwords"
    ):
        read(lane_of("search"), fetch=Scripted(lambda *_: (200, {}), secrets=False))


def test_credentials_that_are_not_accepted_are_said_to_be_so() -> None:
    with pytest.raises(LoginError, match=r"bsky\.social does not accept") as caught:
        read(lane_of("search"), fetch=Scripted(lambda *_: (401, {"error": "AuthenticationRequired"})))
    assert "secret" not in str(caught.value)


def test_a_session_is_kept_and_opened_anew_when_it_is_over() -> None:
    opened = 0

    def answer(address: str, params: Mapping[str, Any]) -> tuple[int, Any]:
        nonlocal opened
        if address.endswith("createSession"):
            opened += 1
            return 200, {"accessJwt": f"token {opened}"}
        over = params["Authorization"] == "Bearer token 1" and len(fetch.asked) > 3
        return (400, {"error": "ExpiredToken"}) if over else (200, {"posts": []})

    fetch = Scripted(answer)
    for _ in range(3):
        read(lane_of("search"), fetch=fetch)
    assert opened == 2
    assert len(fetch.asked) == 6


def test_a_work_is_found_by_who_links_to_it_without_a_login() -> None:
    fetch = Replay(ANSWERS)
    pages = read(lane_of("backlinks"), fetch=fetch)
    assert not [address for address in fetch.asked if "bsky.social" in address]
    posts = [one for one in facts(pages) if isinstance(one, Post)]
    assert [link.address for post in posts for link in post.links] == [WORK] * 3
    assert read(lane_of("backlinks"), pages[-1].resume) == []


# Lanes


def test_a_doi_is_searched_as_it_is_written_and_as_its_address() -> None:
    work = parse("10.1371/journal.pone.0000308")
    assert work is not None
    lanes = list(BLUESKY.lanes(Watch(works=(work,))))
    address = "https://doi.org/10.1371/journal.pone.0000308"
    assert lanes[1:] == [f'search:"{work.value}"', f"search:{address}", f"backlinks:{address}"]


def test_posts_are_asked_for_in_batches_and_only_posts() -> None:
    posts = [f"at://{ME}/{POST}/{number}" for number in range(60)]
    lanes = list(
        BLUESKY.lanes(Watch(posts=(*posts, f"at://{ME}/{LIKE}/1", f"at://{ME}/{FOLLOW}/1", "42", "at://a,b/c/d")))
    )
    asked = [lane.removeprefix("posts:").split(",") for lane in lanes if lane.startswith("posts:")]
    assert [len(one) for one in asked] == [25, 25, 10]
    assert [post for batch in asked for post in batch] == posts


def test_another_network_is_asked_at_its_own_hosts_and_for_what_it_has() -> None:
    lists = ("bluesky:appview=http://localhost:2584/", "bluesky:relay=ws://localhost:2583", "https://feeds.example/rss")
    lanes = list(BLUESKY.lanes(Watch(works=(Identifier("osf", "v87fn"),), speakers=(ME,), posts=(LIKED,), lists=lists)))
    hosts = " relay=ws://localhost:2583 appview=http://localhost:2584"
    assert lanes == [
        f"stream:firehose{hosts}",
        f"posts:{LIKED}{hosts}",
        f"profiles:{ME}{hosts}",
        f"visibility:{ME}{hosts}",
        f"followers:{ME}{hosts}",
        f"follows:{ME}{hosts}",
    ]
    fetch = Scripted(lambda *_: (200, {"profiles": []}))
    (page,) = read(lanes[2], fetch=fetch)
    assert fetch.asked == ["http://localhost:2584/xrpc/app.bsky.actor.getProfiles"]
    (left,) = BLUESKY.parse(page)
    assert isinstance(left, Account)
    assert left.id == ME
