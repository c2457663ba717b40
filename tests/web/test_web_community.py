"""The community page of a shelf, read without a browser, and its pictures."""

from datetime import date

import httpx
from hypothesis import given
from hypothesis import strategies as st
from selectolax.lexbor import LexborHTMLParser

from hubbub.answers.community import Circle, Month
from hubbub.web.pictures import LARGEST, WIDE, communities, growth, ledger


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
    assert "Your own 1 account is left out." in text_of(LexborHTMLParser(client.get(path).text))


def test_few_mentions_are_shown_without_rates_and_none_as_a_beginning(client: httpx.Client, own_server: str) -> None:
    few = text_of(LexborHTMLParser(httpx.get(f"{own_server}/shelf/swarm/community", trust_env=False).text))
    assert "too few for any rate" in few
    assert "%" not in few


def test_a_shelf_without_mentions_begins_and_one_that_is_not_there_is_not_found(client: httpx.Client) -> None:
    assert client.get("/shelf/nothing/community").status_code == 404


def month(number: int, new: int, returning: int) -> Month:
    return Month(date(2026, number, 1), new + returning, new, returning, 0, 0, 0)


def test_months_are_stacks_that_fill_their_box() -> None:
    drawn = ledger([month(1, 3, 1), month(2, 0, 0), month(3, 1, 1)])
    assert drawn is not None
    first, empty, last = drawn.slots
    assert [(bar.css, bar.y, bar.height) for bar in first.bars] == [("returning", 75.0, 25.0), ("new", 0.0, 75.0)]
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
    assert all(one.x - one.radius >= -0.1 and one.x + one.radius <= WIDE + 0.1 for one in bubbles)
    assert all(one.y - one.radius >= -0.1 and one.y + one.radius <= drawn.height + 0.1 for one in bubbles)
    for place, one in enumerate(bubbles):
        for other in bubbles[:place]:
            apart = (one.x - other.x) ** 2 + (one.y - other.y) ** 2
            assert apart >= (one.radius + other.radius - 0.3) ** 2
