"""The network holds what the driver did: read back from the AppView and from the firehose."""

import httpx
import pytest

from tests.network import driven, firehose
from tests.network.driven import Json, Network, Profile, Said, Truth

DOI = "https://doi.org/10.5555/network.1"
PAPER = "https://arxiv.org/abs/2101.00001"
BARE = "doi:10.5555/network.2"


@pytest.fixture
def told(network: Network) -> Truth:
    """A little of everything, and then some of it no longer."""
    ada = network.join("Ada", "Reads papers")
    ben, eve, dan = network.join("Ben"), network.join("Eve"), network.join("Dan")
    for follower, followed in ((ben, ada), (eve, ada), (ada, ben), (dan, ada), (eve, dan)):
        follower.follow(followed)
    paper = ada.post("Schön: read it 🪰", link=DOI)
    card = ben.post("Look", card=PAPER)
    answer = ben.post("I disagree", replies_to=paper)
    ada.post("So do I", replies_to=answer, bare=BARE)
    eve.post("What she said", quotes=paper)
    eve.post("And this", quotes=paper, card=DOI)
    slip = ada.post("Not meant for you", link=PAPER)
    away = dan.post("On leave", card=DOI)
    for speaker, post in ((eve, paper), (ben, slip), (ada, away), (dan, card)):
        speaker.repost(post)
        speaker.like(post)
    eve.delete(eve.repost(card))
    ada.delete(slip)
    eve.unfollow(ada)
    ada.describe("Ada L.", "Writes papers")
    dan.leave()
    back, gone = network.join("Back"), network.join("Gone")
    back.post("Here again", link=DOI)
    gone.post("Soon away", link=DOI)
    for speaker in (back, gone):
        ben.follow(speaker)
        speaker.deactivate()
    back.activate()
    return network.truth()


def links_of(record: Json) -> frozenset[tuple[str, str]]:
    found = {(feature["uri"], "link") for facet in record.get("facets", []) for feature in facet["features"]}
    embed = record.get("embed", {})
    if external := embed.get("media", embed).get("external"):
        found.add((external["uri"], "card"))
    if BARE in record["text"]:
        found.add((BARE, "text"))
    return frozenset(found)


def said(author: str, record: Json) -> Said:
    embed = record.get("embed", {})
    media, quoted = embed.get("media", embed), embed.get("record")
    return Said(
        author,
        record["text"],
        media["external"]["title"] if "external" in media else None,
        links_of(record),
        record["reply"]["parent"]["uri"] if "reply" in record else None,
        quoted.get("record", quoted)["uri"] if quoted else None,
    )


def test_the_appview_shows_what_was_done_and_no_more(network: Network, told: Truth) -> None:
    network.settle()
    dids = [speaker.did for speaker in network.speakers]
    profiles = network.ask("app.bsky.actor.getProfiles", actors=dids)["profiles"]
    assert {p["did"]: Profile(p["handle"], p["displayName"], p["description"]) for p in profiles} == told.accounts

    posts = {at for speaker in network.speakers for at in speaker.posts}
    seen = network.ask("app.bsky.feed.getPosts", uris=sorted(posts))["posts"]
    assert {post["uri"]: said(post["author"]["did"], post["record"]) for post in seen} == told.posts

    follows = {
        (follower["did"], did)
        for did in told.accounts
        for follower in network.ask("app.bsky.graph.getFollowers", actor=did)["followers"]
    }
    assert follows == told.follows
    reposts = {
        (who["did"], at)
        for at in told.posts
        for who in network.ask("app.bsky.feed.getRepostedBy", uri=at)["repostedBy"]
    }
    assert reposts == set(told.reposts.values())
    likes = {
        (like["actor"]["did"], at)
        for at in told.posts
        for like in network.ask("app.bsky.feed.getLikes", uri=at)["likes"]
    }
    assert likes == set(told.likes.values())


def test_search_finds_posts_until_they_are_withdrawn(network: Network) -> None:
    speaker = network.join()
    kept, slip = speaker.post("Kept", link=DOI), speaker.post("Slip", link=DOI)
    word = speaker.posts[slip].text.split()[1]

    def found(words: str) -> list[str]:
        network.settle()
        return [post["uri"] for post in network.ask("app.bsky.feed.searchPosts", q=words)["posts"]]

    assert found(word) == [slip]
    speaker.delete(slip)
    assert found(word) == []
    assert found(speaker.posts[kept].text.split()[1]) == [kept]


def test_the_firehose_tells_what_was_done_and_no_more(network: Network, told: Truth) -> None:
    heard = firehose.heard(network.addresses.pds, network.settle())
    own = {at: r for at, r in heard.records.items() if at.split("/")[2] in {s.did for s in network.speakers}}

    def of(collection: str) -> dict[str, Json]:
        return {at: record for at, record in own.items() if at.split("/")[3] == collection}

    def author(at: str) -> str:
        return at.split("/")[2]

    assert {at: said(author(at), record) for at, record in of(driven.POST).items()} == told.posts
    names = {author(at): (p["displayName"], p["description"]) for at, p in of(driven.PROFILE).items()}
    assert names == {did: profile[1:] for did, profile in told.accounts.items()}
    for collection, truth in ((driven.REPOST, told.reposts), (driven.LIKE, told.likes)):
        pointing = {at: (author(at), record["subject"]["uri"]) for at, record in of(collection).items()}
        assert {at: pair for at, pair in pointing.items() if pair[1] in told.posts} == truth
    ties = {(author(at), record["subject"]) for at, record in of(driven.FOLLOW).items()}
    assert {tie for tie in ties if tie[1] in told.accounts} == told.follows
    assert {did for did, there in heard.active.items() if not there}.isdisjoint(told.accounts)
    assert not [mark for mark in told.gone if mark in repr(own)]


def test_what_was_withdrawn_is_told_apart_by_its_marks(network: Network) -> None:
    ada, ben = network.join("Ada", "Here"), network.join("Ben")
    slip, kept = ada.post("Slip", card=DOI), ada.post("Kept")
    texts = [ada.posts[slip].text, ada.posts[slip].title, ada.profile.description, *ben.profile]
    standing = ada.posts[kept].text
    ada.delete(slip)
    ada.describe("Ada", "Elsewhere")
    ben.leave()
    truth = network.truth()
    assert all(any(mark in str(text) for mark in truth.gone) for text in texts)
    assert not any(mark in standing for mark in truth.gone)


def test_an_account_that_left_is_refused(network: Network) -> None:
    speaker = network.join()
    speaker.leave()
    network.settle()
    with pytest.raises(httpx.HTTPStatusError):
        network.ask("app.bsky.actor.getProfile", actor=speaker.did)
