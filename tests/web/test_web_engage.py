"""The queue of a shelf: what is suggested is shown with reasons, and what is answered is kept and taken back."""

from collections.abc import Iterator
from datetime import timedelta

import httpx
import pytest
from playwright.sync_api import Browser
from selectolax.lexbor import LexborHTMLParser

from hubbub.answers import Answers
from hubbub.model import Account, Description, Follow, Identifier
from tests.web.conftest import DATA, PAPER, SCRIPT, START, spoken
from tests.web.test_web_pages import get, text, text_of

PAGE = "/shelf/mine/engage"


@pytest.fixture
def own_client(own_server: str, own_answers: Answers) -> Iterator[httpx.Client]:
    with own_answers._store.writing() as writer:
        writer.wanted.put("mine", [PAPER])
        writer.wanted.put("empty", [])
        writer.keep([spoken(n, PAPER, n, timedelta(hours=n), f"Words of {n}") for n in range(3, 9)], START)
        writer.keep([spoken(20, DATA, 12, timedelta(hours=2), SCRIPT), spoken(21, DATA, 3, timedelta(0), "x")], START)
        writer.keep([Account(source="bluesky", id=f"did:plc:{4:024d}", via="bluesky", version="1", name="Ann")], START)
    # The first suggestions load compiled code, which takes its time on a busy machine.
    with httpx.Client(base_url=own_server, trust_env=False, follow_redirects=True, timeout=60) as client:
        yield client


def shown(tree: LexborHTMLParser) -> list[str]:
    return [str(field.attributes["value"]) for field in tree.css(".suggestion input[name=account]")]


def test_each_suggestion_is_shown_once_with_reasons_words_and_a_link_to_the_post(own_client: httpx.Client) -> None:
    tree = get(own_client, PAGE)
    names = shown(tree)
    assert len(names) == len(set(names)) == 8
    assert len(tree.css("section[aria-labelledby=today-h] .suggestion")) == 5
    for card in tree.css(".suggestion"):
        assert "of the score" in text_of(card)
        assert card.css_first('a[href^="https://bsky.app/profile/"]')
    assert "Words of 4" in text(tree)
    assert "engaged with 1 of your works" in text(tree)


@pytest.mark.parametrize("word", ["done", "unfit", "later", "never"])
def test_what_is_answered_is_kept_and_can_be_undone(own_client: httpx.Client, word: str) -> None:
    account = f"did:plc:{4:024d}"
    sent = {"source": "bluesky", "account": account, "word": word}
    tree = LexborHTMLParser(own_client.post(PAGE, data=sent).text)
    assert account not in shown(tree)
    assert text(tree, "[role=status]").startswith("Remembered: Ann")
    undo = {str(field.attributes["name"]): field.attributes["value"] or "" for field in tree.css(".told input")}
    tree = LexborHTMLParser(own_client.post(PAGE, data=undo | {"word": ""}).text)
    assert account in shown(tree)


@pytest.mark.parametrize("sent", [{}, {"word": "done"}, {"source": "bluesky", "account": "x", "word": "loudly"}])
def test_what_is_no_answer_is_refused(own_client: httpx.Client, sent: dict[str, str]) -> None:
    assert own_client.post(PAGE, data=sent).status_code == 422


def test_another_site_answers_nothing(own_client: httpx.Client) -> None:
    sent = {"source": "bluesky", "account": f"did:plc:{4:024d}", "word": "never"}
    assert own_client.post(PAGE, data=sent, headers={"Origin": "https://evil.example"}).status_code == 403
    assert f"did:plc:{4:024d}" in shown(get(own_client, PAGE))


def test_each_ring_tells_its_odds_and_where_they_were_measured(own_client: httpx.Client) -> None:
    told = text(get(own_client, PAGE))
    assert "65 times (44 to 101) as likely as an average account" in told
    assert "preprints, autumn 2021" in told


def test_a_shelf_of_which_nobody_spoke_has_a_plan_once_works_like_its_own_are_known(
    own_client: httpx.Client, own_answers: Answers
) -> None:
    page = "/shelf/empty/engage"
    tree = get(own_client, page)
    assert "none is known yet" in text(tree)
    assert "people below" not in text(tree)
    assert [one.text() for one in tree.css("#queue h2")] == []
    with own_answers._store.writing() as writer:
        mine = Identifier("doi", "10.5555/like")
        for work in (mine, PAPER):
            writer.keep([Description(identifier=work, via="crossref", version="1", title="Hearing flies")], START)
        writer.wanted.put("empty", [mine])
    tree = get(own_client, page)
    assert next(h.text() for h in tree.css(".weeks h3")) == "Week 1: Listen"
    assert len(tree.css(".weeks > li")) == 4
    assert own_client.get("/shelf/none/engage").status_code == 404
    assert (
        own_client.post("/shelf/none/engage", data={"source": "a", "account": "b", "word": "done"}).status_code == 404
    )


def test_who_was_never_heard_is_shown_by_their_profile_and_without_odds(
    own_client: httpx.Client, own_answers: Answers
) -> None:
    lo, ann = "did:plc:listens", f"did:plc:{4:024d}"
    listens = Account(
        source="bluesky", via="bluesky", id=lo, version="1", name="Lo Marsh", description="Reads about flies"
    )
    tie = Follow(source="bluesky", via="bluesky", follower=lo, followed=ann, seen_at=START)
    unknown = "Of those who were never heard to speak of a work, that is not known."
    assert unknown not in text(get(own_client, PAGE))
    with own_answers._store.writing() as writer:
        writer.keep([tie, listens], START)
    tree = get(own_client, PAGE)
    (card,) = (one for one in tree.css(".suggestion") if "Lo Marsh" in text_of(one))
    assert [one.text() for one in card.css(".bio, .bio + .note")] == [
        "Reads about flies",
        "Never heard to speak of a work.",
    ]
    assert "Why follows 1 of your voices" in text_of(card)
    assert "Connected through Ann" in text_of(card)
    assert unknown in text(tree)


@pytest.mark.usefixtures("own_client")
def test_who_answers_by_the_keyboard_goes_on_at_the_queue(chromium: Browser, own_server: str) -> None:
    page = chromium.new_page()
    page.goto(own_server + PAGE)
    page.get_by_role("button", name="Later").first.focus()
    page.keyboard.press("Enter")
    page.get_by_text("Remembered:").wait_for()
    page.keyboard.press("Tab")  # to the account that was answered for
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Undo"
    page.keyboard.press("Enter")
    page.wait_for_url("**/engage#queue")
    # The browser goes to what an address names when it has drawn the page, which may be after its loading.
    page.evaluate("new Promise(drawn => requestAnimationFrame(() => requestAnimationFrame(drawn)))")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('#queue') !== null")
    page.close()
