"""What is odd about the Fediverse: one post on many servers, boosts without ids, deletions that one server knows."""

import asyncio
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any, cast
from urllib.parse import parse_qs, urlsplit

import msgspec
import pytest

from hubbub.collect.fediverse import Profile, speaker
from hubbub.collect.source import Fetch, LoginError
from hubbub.collect.sources.mastodon import STREAM, Mastodon
from hubbub.collect.touching import prints_of
from hubbub.model import Account, Alias, Answer, Claim, Fact, Fault, Follow, FollowList, Identifier, Page, Post, Watch
from hubbub.settings import FOLLOWERS_CEILING
from tests.collect.replay import NOW, Replay

ANSWERS = Path(__file__).parents[2] / "recordings/mastodon/answers"
JOSS = "https://fosstodon.org/users/joss/statuses/114870331255315543"
POST = "https://fosstodon.org/users/schochastics/statuses/114026814291152535"
SPEAKER = "https://fosstodon.org/@schochastics"


class Told:
    """A `Fetch` that answers from a function of the address and its parameters."""

    def __init__(self, answer: Any) -> None:
        self._answer, self.asked = answer, list[str]()

    async def get(
        self,
        address: str,
        *,
        params: Mapping[str, Any] = {},
        headers: Mapping[str, str] = {},
        accept: Collection[int] = (200,),
    ) -> Answer:
        """Answer with JSON and a link to the next part."""
        self.asked.append(address)
        body, link = self._answer(address, params)
        return Answer(200, address, {"link": f'<{link}>; rel="next"'} if link else {}, msgspec.json.encode(body), NOW)

    def secret(self, name: str) -> None:
        """Nobody has given a credential."""


def read(lane: str, fetch: Any = None, since: str = "") -> list[Page]:
    async def take() -> list[Page]:
        source = cast(Fetch, fetch or Replay(ANSWERS))
        return [page async for page in Mastodon().read(lane, since, source)]

    return asyncio.run(take())


def facts(lane: str, fetch: Any = None) -> list[Fact]:
    found = [one for page in read(lane, fetch) for one in Mastodon().parse(page)]
    assert not [one for one in found if isinstance(one, Fault)]
    return cast(list[Fact], found)


def recorded(name: str) -> Any:
    return msgspec.json.decode((ANSWERS / name).read_bytes())


def parse(*statuses: Any, server: str = "fosstodon.org") -> list[Post]:
    """The posts of a timeline with these statuses."""
    page = Page(
        f"timeline:{server}", f"https://{server}/api/v1/timelines/public", msgspec.json.encode(statuses), NOW, ""
    )
    return [one for one in Mastodon().parse(page) if isinstance(one, Post)]


def joss(**changed: Any) -> Any:
    return {**recorded("timeline_link.json")[0], **changed}


def test_a_post_is_one_post_on_every_server() -> None:
    home = parse(joss())
    away = parse(
        joss(id="7", account={**joss()["account"], "id": "8", "acct": "joss@fosstodon.org"}), server="a.example"
    )
    assert home == away
    assert home[0].id == JOSS
    assert home[0].version == "2025-07-17T19:55:54.163Z"


def test_a_link_and_its_card_are_one_link_and_those_it_names_are_none() -> None:
    content = (
        '<p><a href="https://fosstodon.org/@a" class="u-url mention">@<span>a</span></a> '
        '<a href="https://fosstodon.org/tags/x" class="mention hashtag" rel="tag">#<span>x</span></a> '
        '<a href="https://doi.org/10.21105/joss.07752"><span class="invisible">https://</span>doi.org/10.21105</a></p>'
    )
    (post,) = parse(joss(content=content, spoiler_text="Bison"))
    assert [link.address for link in post.links] == ["https://doi.org/10.21105/joss.07752"]
    assert post.text == "Bison\n\n@a #x https://doi.org/10.21105"


def test_a_later_edit_is_a_later_version() -> None:
    (first,), (second,) = parse(joss()), parse(joss(edited_at="2025-07-18T08:00:00.000Z"))
    assert (second.change, second.posted_at) == ("edited", first.posted_at)
    assert second.version > first.version


def test_what_is_not_public_is_not_read() -> None:
    assert parse(joss(visibility="private"), joss(visibility="direct")) == []
    assert parse(joss(reblog=joss(visibility="private"), content="")) != []


def test_a_time_in_the_future_is_when_it_was_seen() -> None:
    (post,) = parse(joss(created_at="2999-01-01T00:00:00.000Z"))
    assert post.posted_at == NOW


def test_a_boost_is_the_same_whether_a_status_or_a_list_tells_it() -> None:
    booster = recorded("reblogged_by_p1.json")[0]
    original = recorded("status.json")
    wrapped = {**joss(), "uri": "https://x/activity", "account": booster, "reblog": original, "content": ""}
    said, boost = parse(wrapped)
    assert said.id == POST
    assert boost.reposts == POST
    listed = [one for one in facts(f"post:{POST}") if isinstance(one, Post) and one.reposts]
    assert [one.id for one in listed if one.author == booster["url"]] == [boost.id]
    assert len(listed) == 4
    assert all(one.version < boost.version for one in listed)


def test_a_quote_names_the_post_it_quotes() -> None:
    quote = {"state": "accepted", "quoted_status": recorded("status.json")}
    post, quoted = parse(joss(quote=quote))
    assert (post.quotes, quoted.id) == (POST, POST)


def test_replies_name_what_they_answer() -> None:
    replies = {
        one.id.rpartition("/")[2]: one for one in facts(f"post:{POST}") if isinstance(one, Post) and one.replies_to
    }
    assert replies["114027213608365869"].replies_to == POST
    assert replies["114058233338164636"].replies_to == replies["114055560713759881"].id


def test_a_post_that_its_own_server_has_not_is_withdrawn() -> None:
    gone = "https://fosstodon.org/users/schochastics/statuses/114000000000000001"
    (fact,) = facts(f"post:{gone}")
    assert isinstance(fact, Post)
    assert (fact.id, fact.change, fact.version) == (gone, "withdrawn", "2026-11-01T00:00:00.000Z")


@pytest.mark.parametrize("body", [b"<h1>Not found</h1>", b'{"error": 404}', b"{}"])
def test_a_post_is_not_withdrawn_by_a_page_of_something_else(body: bytes) -> None:
    page = Page(f"post:{POST}", "https://fosstodon.org/api/v1/statuses/114026814291152535", body, NOW, "")
    (fault,) = Mastodon().parse(page)
    assert isinstance(fault, Fault)


def test_a_server_speaks_only_of_the_post_it_was_asked_for() -> None:
    page = Page(f"post:{POST}", "https://fosstodon.org/api/v1/statuses/1", msgspec.json.encode(joss()), NOW, "")
    (fault,) = Mastodon().parse(page)
    assert isinstance(fault, Fault)


def test_followers_are_read_to_their_end_and_five_of_a_thousand_are_not_all() -> None:
    found = facts(f"followers:{SPEAKER}")
    ties = [one for one in found if isinstance(one, Follow)]
    assert len(ties) == 5
    assert {one.followed for one in ties} == {SPEAKER}
    (told,) = [one for one in found if isinstance(one, FollowList)]
    assert (told.complete, told.total, told.began_at) == (False, 1036, NOW)
    assert next(one.followers for one in found if isinstance(one, Account)) == 1036


def test_a_profile_tells_which_of_its_pages_name_it_back() -> None:
    account = next(one for one in facts(f"following:{SPEAKER}") if isinstance(one, Account) and one.id == SPEAKER)
    assert account.claims == (
        Claim("https://www.mr.schochastics.net/", "verified_field"),
        Claim("https://github.com/schochastics", "verified_field"),
        Claim("http://worldclubratings.com", "rel_me"),
    )


def test_only_the_first_fields_and_short_addresses_are_claims() -> None:
    long = {"name": "", "value": f'<a href="https://a.example/{"a" * 500}">a</a>'}
    plain = {"name": "", "value": '<a href="https://b.example/" rel="nofollow">b</a>'}
    profile = recorded("account.json") | {"fields": [long, plain, *[plain] * 20]}
    told = speaker(msgspec.convert(profile, Profile), NOW)
    assert told.claims == (Claim("https://b.example/", "link"),) * 15


def test_pages_that_link_back_are_the_same_persons() -> None:
    aliases = {str(one.other) for one in facts(f"following:{SPEAKER}") if isinstance(one, Alias)}
    assert aliases == {"url:https://mr.schochastics.net/", "url:https://github.com/schochastics"}


def following(address: str, account: dict[str, Any]) -> Any:
    """An account whose list of followers never ends."""
    if address.endswith("/lookup"):
        return recorded("account.json") | account, None
    number = int(parse_qs(urlsplit(address).query).get("max_id", ["0"])[0])
    one = recorded("followers_p1.json")[0]
    many = [{**one, "url": f"https://a.example/@{number}-{n}"} for n in range(80)]
    return many, f"{address.partition('?')[0]}?limit=80&max_id={number + 1}"


def test_of_a_list_without_end_no_more_than_the_ceiling_is_read_and_it_is_not_complete() -> None:
    fetch = Told(lambda address, _: following(address, {}))
    found = facts(f"followers:{SPEAKER}", fetch)
    assert len([one for one in found if isinstance(one, Follow)]) == FOLLOWERS_CEILING
    assert [one.complete for one in found if isinstance(one, FollowList)] == [False]


@pytest.mark.parametrize(("count", "complete"), [(3, True), (4, False)])
def test_a_list_is_complete_that_shows_about_as_many_as_are_counted(count: int, complete: bool) -> None:
    account = recorded("account.json") | {"followers_count": count}
    fetch = Told(lambda address, _: (account if "lookup" in address else recorded("followers_p1.json"), None))
    found = facts(f"followers:{SPEAKER}", fetch)
    assert [one.complete for one in found if isinstance(one, FollowList)] == [complete]


def test_a_list_that_is_hidden_is_not_asked_for() -> None:
    account = recorded("account.json") | {"hide_collections": True}
    fetch = Told(lambda address, _: (account if address.endswith("/lookup") else [], None))
    assert [type(one) for one in facts(f"followers:{SPEAKER}", fetch) if not isinstance(one, Alias)] == [Account]
    assert len(fetch.asked) == 1


@pytest.mark.parametrize(
    "told", [{"locked": True}, {"noindex": True}, {"discoverable": False}, {"limited": True, "discoverable": True}]
)
def test_who_is_not_to_be_found_is_hidden(told: dict[str, Any]) -> None:
    fetch = Told(lambda address, _: (recorded("account.json") | told if address.endswith("/lookup") else [], None))
    (account,) = (one for one in facts(f"followers:{SPEAKER}", fetch) if isinstance(one, Account))
    assert account.hidden


def test_who_is_suspended_is_withdrawn() -> None:
    fetch = Told(
        lambda address, _: (recorded("account.json") | {"suspended": True} if address.endswith("/lookup") else [], None)
    )
    (account,) = (one for one in facts(f"followers:{SPEAKER}", fetch) if isinstance(one, Account))
    assert (account.change, account.name) == ("withdrawn", None)


def test_a_list_that_is_hidden_without_saying_so_is_not_complete() -> None:
    hidden = {"hide_collections": None, "followers_count": 3}
    fetch = Told(lambda address, _: (recorded("account.json") | hidden if address.endswith("/lookup") else [], None))
    assert [one.complete for one in facts(f"followers:{SPEAKER}", fetch) if isinstance(one, FollowList)] == [False]


def test_a_server_sends_nobody_elsewhere() -> None:
    def answer(address: str, _: Any) -> Any:
        if address.endswith("/lookup"):
            return recorded("account.json"), None
        return recorded("followers_p1.json"), "https://victim.example/api/v1/accounts/1/followers?max_id=1"

    fetch = Told(answer)
    read(f"followers:{SPEAKER}", fetch)
    assert {urlsplit(address).netloc for address in fetch.asked} == {"fosstodon.org"}


def numbered(params: Mapping[str, Any], newest: int) -> Any:
    """A timeline of posts 1 to `newest`, as a server shows parts of it."""
    if "min_id" in params:
        start = int(params["min_id"]) + 1
        shown = range(start, min(start + 40, newest + 1))
    else:
        end = int(params.get("max_id") or newest + 1)
        shown = range(max(1, end - 40), end)
    return [joss(id=str(n), uri=f"https://a.example/users/a/statuses/{n}") for n in reversed(shown)], None


def test_a_timeline_is_read_back_once_and_then_on_from_where_it_was() -> None:
    first = read("timeline:a.example", Told(lambda _, params: numbered(params, 100)))
    later = read("timeline:a.example", Told(lambda _, params: numbered(params, 190)), first[-1].resume)
    ids = [one.id for page in (*first, *later) for one in Mastodon().parse(page) if isinstance(one, Post)]
    assert sorted(int(one.rpartition("/")[2]) for one in ids) == list(range(1, 191))
    assert later[-1].resume == "190"
    assert read("timeline:a.example", Told(lambda _, params: numbered(params, 190)), "190") == []


def test_a_long_timeline_is_not_read_back_for_ever() -> None:
    fetch = Told(lambda _, params: numbered(params, 5000))
    assert len(read("timeline:a.example", fetch)) == 25
    assert read("timeline:a.example", fetch)[-1].resume == "5000"


def test_a_server_that_repeats_itself_is_left() -> None:
    fetch = Told(lambda *_: (recorded("timeline_link.json"), None))
    assert len(read("timeline:a.example", fetch)) == 1


@pytest.mark.parametrize("lane", ["stream:mastodon.social", "search:mastodon.social 10.21105/joss.07752"])
def test_search_and_stream_ask_for_a_token(lane: str) -> None:
    with pytest.raises(LoginError, match="mastodon_token"):
        read(lane, StreamTold(lambda *_: ([], None)))


class StreamTold(Told):
    def lines(self, address: str, *, headers: Mapping[str, str] = {}) -> None:
        """Never reached."""


def test_the_stream_names_posts_it_touches_and_lets_a_servers_own_numbers_pass() -> None:
    (page,) = read("stream:mastodon.social")
    assert page.address == STREAM
    assert page.body.count(b"\n") == 0
    keys = [one.id for one in Mastodon().parse(page) if isinstance(one, Post)]
    assert set(prints_of(keys)) <= set(Mastodon().touches(page.body).prints)


def test_only_addresses_of_mastodon_are_asked() -> None:
    asked = Watch(
        owners=tuple(
            Identifier("url", page)
            for page in (
                "https://a.example/@b",
                "https://a.example/users/2",
                "https://youtube.com/@b",
                "https://m.youtube.com/@b",
            )
        ),
        speakers=("https://a.example/@b", "https://a.example/author/b", "b", "https://evil@a.example/@b"),
        posts=(POST, "https://a.example/notes/1", "https://b.example/ap/users/1/statuses/2"),
        lists=("mastodon:a.example", "mastodon:a.example/../x", "mastodon:a.example/tags/öffentlich", "feed:x"),
    )
    assert list(Mastodon().lanes(asked)) == [
        "stream:mastodon.social",
        "timeline:a.example",
        "tag:a.example/öffentlich",
        "statuses:https://a.example/@b",
        "following:https://a.example/@b",
        "followers:https://a.example/@b",
        f"post:{POST}",
        "post:https://b.example/ap/users/1/statuses/2",
    ]
