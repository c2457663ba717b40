"""The community page of a shelf, read without a browser, and its pictures."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from selectolax.lexbor import LexborHTMLParser

from hubbub.answers import Answers
from hubbub.answers.community import Circle, Month
from hubbub.model import Account, Claim, Identifier, Mention, Post, Reading
from hubbub.store import open_store
from hubbub.store.fold import Change
from hubbub.web.pictures import LARGEST, WIDE, communities, growth, ledger

Running = Callable[..., AbstractContextManager[str]]
ASKED, PILED = Identifier("doi", "10.5555/asked"), Identifier("doi", "10.5555/piled")


def text_of(tree: LexborHTMLParser) -> str:
    return " ".join(tree.body.text().split()) if tree.body else ""


def test_the_community_of_a_shelf_is_told_with_pictures_and_tables(client: httpx.Client) -> None:
    tree = LexborHTMLParser(client.get("/shelf/mine/community").text)
    told = text_of(tree)
    assert [a.text() for a in tree.css(".tabs a[aria-current]")] == ["Community"]
    assert "Nobody is ranked." in told
    assert "Unknown: none of your own accounts is known here." in told
    pictures = tree.css("svg[role=img]")
    assert pictures
    assert all(one.attributes["aria-label"] for one in pictures)
    assert len(tree.css("figure.chart table")) == len(tree.css("figure.chart")) == 2
    assert not tree.css("[style], script, style")


def test_ones_own_accounts_are_left_out_on_demand(client: httpx.Client) -> None:
    path = "/shelf/mine/community?as=bluesky:did:plc:000000000000000000000000&as=none"
    assert "1 account of your own is left out." in text_of(LexborHTMLParser(client.get(path).text))


def test_few_mentions_are_shown_without_rates_and_none_as_a_beginning(client: httpx.Client, own_server: str) -> None:
    few = text_of(LexborHTMLParser(httpx.get(f"{own_server}/shelf/swarm/community", trust_env=False).text))
    assert "too few for any rate" in few
    assert "%" not in few


def test_a_shelf_without_mentions_begins_and_one_that_is_not_there_is_not_found(client: httpx.Client) -> None:
    assert client.get("/shelf/nothing/community").status_code == 404


def test_followers_are_told_of_oneself_and_of_all_voices(tmp_path: Path, running: Running) -> None:
    now = datetime.now(UTC)
    with open_store(str(tmp_path / "hubbub.db")) as store:
        with store.writing() as writer:
            writer.wanted.put("mine", [ASKED])
            writer.wanted.own("mine", [Identifier("bluesky", "by 0")])
            mention = Mention(ASKED, "discusses", "link", str(ASKED), "doi-address", 1.0)
            writer.keep([Reading(post(str(one), now - timedelta(days=9)), (mention,)) for one in range(6)], now)
            for days, followers in ((95, 1000), (2, 1200)):
                at = now - timedelta(days=days)
                told: dict[str, Any] = {"version": at.isoformat(), "followers": followers}
                writer.keep([Account(source="bluesky", via="bluesky", id=f"by {n}", **told) for n in range(6)], at)
        with running(Answers(store)) as address:
            for page in ("community", "dossier"):
                tree = LexborHTMLParser(got(f"{address}/shelf/mine/{page}").text)
                (table,) = [one for one in tree.css("table") if "Your account" in one.text()]
                assert [cell.text() for cell in table.css("td")] == ["1,000", "1,200", "+200"]
                assert "(+1,000): 5 accounts have more, 0 fewer" in text_of(tree)


@pytest.fixture
def busy(tmp_path: Path, running: Running) -> Iterator[str]:
    """Somebody asks on one shelf; strangers answer a post on another, which is no markup."""
    now = datetime.now(UTC)
    with open_store(str(tmp_path / "hubbub.db")) as store:
        with store.writing() as writer:
            writer.wanted.put("asked", [ASKED])
            writer.wanted.put("piled", [PILED])
            for key, work in (("question", ASKED), ("post", PILED)):
                mention = Mention(work, "discusses", "link", str(work), "doi-address", 1.0)
                told = {"text": "Why <b>now</b>?", "url": f"https://bsky.example/{key}"}
                writer.keep([Reading(post(key, now - timedelta(hours=2), **told), (mention,))], now)
            for one in range(30):
                reply = post(f"r{one}", now - timedelta(hours=1), text="Shout", replies_to="post")
                writer.keep([Reading(reply, ())], now)
        with running(Answers(store)) as address:
            yield address


def post(key: str, at: datetime, **fields: Any) -> Post:
    told = {"source": "bluesky", "via": "bluesky", "author": f"by {key}"} | fields
    return Post(id=key, version="1", posted_at=at, **told)


def got(address: str) -> httpx.Response:
    return httpx.get(address, trust_env=False)


def test_the_desk_shows_what_waits_and_where_to_answer(busy: str) -> None:
    tree = LexborHTMLParser(got(f"{busy}/shelf/asked/desk").text)
    assert "1 post deserves an answer" in text_of(tree)
    assert "Why <b>now</b>?" in text_of(tree)
    assert [a.attributes["href"] for a in tree.css(".tasks > li > .note a")] == ["https://bsky.example/question"]
    assert got(f"{busy}/shelf/asked/desk/evidence.csv").status_code == 404
    assert "Nothing waits" in got(f"{busy}/shelf/asked/desk?as=bluesky:by question").text


def test_in_a_pile_on_the_page_is_calm(busy: str) -> None:
    told = text_of(LexborHTMLParser(got(f"{busy}/shelf/piled/desk").text))
    assert "Many strangers answer one post. Nothing is suggested while that lasts." in told
    assert "Shout" not in told
    assert "Why" not in told
    csv = got(f"{busy}/shelf/piled/desk/evidence.csv")
    assert csv.headers["content-disposition"].startswith("attachment")
    assert csv.text.count("\n") == 31
    engage = text_of(LexborHTMLParser(got(f"{busy}/shelf/piled/engage").text))
    assert "nobody is suggested while that lasts" in engage


def test_an_account_shows_who_is_the_same_person_and_what_only_asks(tmp_path: Path, running: Running) -> None:
    now, page = datetime.now(UTC), "https://mastodon.social/@ann"
    mention = Mention(ASKED, "discusses", "link", str(ASKED), "doi-address", 1.0)
    evil = Claim("https://ann.example/<script>", "verified_field")
    toot: dict[str, Any] = {"source": "mastodon", "via": "mastodon"}
    facts: list[Change] = [
        Reading(post("sky", now), (mention,)),
        Reading(replace(post("toot", now, author=page), **toot), (mention,)),
        Reading(replace(post("hub", now, author="7"), source="github", via="github"), (mention,)),
        Account(**toot, id=page, version="1", url=page, name="Ann Example", claims=(
            Claim("https://bsky.app/profile/by%20sky", "verified_field"), evil,
        )),
        Account(source="github", via="github", id="7", version="1", handle="ann", name="Ann Example"),
    ]  # fmt: skip
    with open_store(str(tmp_path / "hubbub.db")) as store:
        with store.writing() as writer:
            writer.keep(facts, now)
        with running(Answers(store)) as address:
            html = got(f"{address}/account/mastodon/{page}").text
            people = text_of(LexborHTMLParser(got(f"{address}/people/work/doi/10.5555/asked").text))
    tree = LexborHTMLParser(html)
    told = text_of(tree)
    assert "2 people, as far as it is proven: 1 has several accounts" in people
    assert "The same person, proven" in told
    assert "checked by the platform" in told
    assert "The same person? Only a question" in told
    assert "same name" in told
    assert not tree.css("script")
    assert "/account/github/7" in [a.attributes["href"] for a in tree.css("section a")]


def month(number: int, new: int, returning: int) -> Month:
    return Month(date(2026, number, 1), new + returning, new, returning, 0, 0, 0)


def test_months_are_stacks_that_fill_their_box() -> None:
    drawn = ledger([month(1, 3, 1), month(2, 0, 0), month(3, 1, 1)])
    assert drawn is not None
    first, empty, last = drawn.slots
    assert [(bar.of, bar.y, bar.height) for bar in first.bars] == [("returning", 75.0, 25.0), ("new", 0.0, 75.0)]
    assert (empty.bars, empty.label) == ((), "February 2026: 0 returning, 0 new")
    assert last.bars[-1].x + last.bars[-1].width < 100 * 3 / 6
    assert ledger([month(1, 0, 0)]) is ledger([]) is growth([]) is None


def test_a_long_growth_keeps_its_last_month() -> None:
    months = [(date(1990 + number // 12, number % 12 + 1, 1), number + 1) for number in range(400)]
    drawn = growth(months)
    assert drawn is not None
    assert len(drawn.slots) <= 120
    assert drawn.slots[-1].label == "April 2023: 400 total"


@given(st.lists(st.integers(10, 5_000), min_size=1, max_size=30))
def test_circles_are_as_large_as_their_voices_and_do_not_overlap(voices: list[int]) -> None:
    drawn = communities([Circle(one, (), (), None) for one in sorted(voices, reverse=True)])
    assert drawn is not None
    bubbles = drawn.bubbles
    assert bubbles[0].radius == LARGEST
    assert all(one.x - one.radius >= -0.2 and one.x + one.radius <= WIDE + 0.2 for one in bubbles)
    assert all(one.y - one.radius >= -0.2 and one.y + one.radius <= drawn.height + 0.2 for one in bubbles)
    for place, one in enumerate(bubbles):
        for other in bubbles[:place]:
            apart = (one.x - other.x) ** 2 + (one.y - other.y) ** 2
            assert apart >= (one.radius + other.radius - 0.3) ** 2
