"""Pages of people, read without a browser."""

import httpx
import pytest
from selectolax.lexbor import LexborHTMLParser

from hubbub.answers import Answers
from hubbub.model import Identifier
from hubbub.people.labels import likely
from hubbub.web.words import account_path, people_path, work_path
from tests.web.test_web_pages import get, numbers, one, text, text_of

PAPER = Identifier("doi", "10.5555/hubbub.2025.001")
EVIL = Identifier("doi", "10.5555/<script>alert(1)</script>")


def rows(tree: LexborHTMLParser, section: str) -> dict[str, list[str]]:
    found = tree.css(f"section[aria-labelledby={section}] tbody tr")
    return {text_of(one(row, "th")): [text_of(cell) for cell in row.css("td")] for row in found}


@pytest.fixture
def paper(client: httpx.Client) -> LexborHTMLParser:
    return get(client, people_path(PAPER))


def test_a_work_leads_to_who_spoke_of_it(client: httpx.Client, paper: LexborHTMLParser) -> None:
    links = {a.attributes["href"] for a in get(client, work_path(PAPER)).css("main a")}
    assert people_path(PAPER) in links
    assert work_path(PAPER) in {a.attributes["href"] for a in paper.css("main a")}


def test_the_numbers_are_the_answers(paper: LexborHTMLParser, answers: Answers) -> None:
    people = answers.people(PAPER)
    assert people is not None
    assert people.reach is not None
    shown = numbers(paper)
    assert shown["Voices"] == f"{len(people.voices) + people.hidden:,}"
    assert f"{people.reach.least:,}" in shown["Followers, each counted once"]
    assert people.originality is not None
    assert shown["Own words"] == f"{people.originality * 100:.0f} %"


def test_every_voice_is_named_once_and_feeds_stand_apart(paper: LexborHTMLParser, answers: Answers) -> None:
    people = answers.people(PAPER)
    assert people is not None
    for section, ones in (("voices-h", people.voices), ("feeds-h", people.feeds)):
        named = [a.attributes["href"] for a in paper.css(f"section[aria-labelledby={section}] a.who")]
        assert named == [account_path(who.speaker) for who in ones]


def test_a_label_says_how_sure_it_is_and_why(paper: LexborHTMLParser, answers: Answers) -> None:
    people = answers.people(PAPER)
    assert people is not None
    labelled = [who for who in people.voices if likely(who.labels)]
    assert labelled
    reasons = [text_of(li) for li in paper.css("#main .reasons li")]
    assert any(labelled[0].labels[0].reasons[0].sign in reason for reason in reasons)


def test_the_unknown_share_is_shown_and_small_sectors_are_not_named(paper: LexborHTMLParser, answers: Answers) -> None:
    people = answers.people(PAPER)
    assert people is not None
    shown = rows(paper, "are-h")
    assert people.mix is not None
    told = [one for one in (*people.mix.sectors, people.mix.small, people.mix.unknown) if one.voices]
    assert [name.split()[0] for name in shown] == [one.name for one in told]
    assert shown["unknown"][1:3] == [f"{people.mix.unknown.voices:,}", f"{people.mix.unknown.share * 100:.0f} %"]


def test_what_each_voice_adds_is_a_table_under_its_picture(paper: LexborHTMLParser, answers: Answers) -> None:
    people = answers.people(PAPER)
    assert people is not None
    assert people.reach is not None
    added = [row[1] for row in rows(paper, "reach-h").values()]
    assert added == [f"{gain.gain:,}" for gain in people.reach.gains]
    assert len(paper.css("section[aria-labelledby=reach-h] svg[aria-hidden=true]")) == len(added)


def test_an_address_in_another_form_leads_to_the_one(client: httpx.Client) -> None:
    response = client.get("/people/work/doi/10.5555/HUBBUB.2025.001")
    assert (response.status_code, response.headers["location"]) == (308, people_path(PAPER))


def test_of_a_work_that_nobody_spoke_of_it_says_so(client: httpx.Client) -> None:
    assert "Nobody is known to have spoken of it yet" in text(get(client, "/people/work/doi/10.5555/none"))


def test_a_shelf_has_the_same_under_a_tab(client: httpx.Client) -> None:
    tree = get(client, "/shelf/mine/people")
    assert text(tree, ".tabs a[aria-current]") == "People"
    assert numbers(tree)["Voices"] != "0"


def test_what_strangers_wrote_stays_text(client: httpx.Client) -> None:
    assert get(client, people_path(EVIL)).css_first("main script, main img") is None
