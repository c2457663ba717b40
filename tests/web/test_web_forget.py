"""Who is listed and asks for it is forgotten for good."""

from collections.abc import Iterator

import httpx
import pytest

from hubbub.answers import Answers
from hubbub.model import Account
from tests.web.conftest import PAPER, START
from tests.web.test_web_pages import get, one, text

KEY = f"did:plc:{0:024d}"


@pytest.fixture
def own_client(own_server: str, own_answers: Answers) -> Iterator[httpx.Client]:
    with own_answers._store.writing() as writer:
        account = Account(
            source="bluesky", id=KEY, via="bluesky", version="1", name="Ann", handle="ann.example",
            url=f"https://bsky.app/profile/{KEY}",
        )  # fmt: skip
        writer.keep([account], START)
    with httpx.Client(base_url=own_server, trust_env=False, follow_redirects=True) as client:
        yield client


WRITTEN = (f"bluesky:{KEY}", KEY, "@ann.example", "ANN.example", "https://bsky.app/profile/ann.example/",
           f"https://bsky.app/profile/{KEY}", f" http://bsky.app/profile/{KEY}/ ")  # fmt: skip


@pytest.mark.parametrize("written", WRITTEN)
def test_an_account_is_found_however_it_is_named(own_client: httpx.Client, written: str) -> None:
    tree = get(own_client, str(httpx.URL("/forget", params={"account": written})))
    assert one(tree, "form.sure input[name=account]").attributes["value"] == KEY


@pytest.mark.parametrize("written", ["ann", "did:plc:0", "%", "___", "https://", '"', "nowhere:x"])
def test_nobody_is_meant_by_a_part_of_a_name(own_client: httpx.Client, written: str) -> None:
    assert not get(own_client, str(httpx.URL("/forget", params={"account": written}))).css_first("form.sure")


def test_an_account_leads_to_its_removal_which_asks_first(own_client: httpx.Client, own_answers: Answers) -> None:
    page = get(own_client, f"/account/bluesky/{KEY}")
    link = next(a.attributes["href"] for a in page.css("a") if a.text() == "This is me: remove me")
    form = one(get(own_client, str(link)), "form.sure")
    sent = {str(field.attributes["name"]): field.attributes["value"] or "" for field in form.css("input[type=hidden]")}
    assert own_client.post("/forget", data=sent).status_code == 422
    assert own_answers.account("bluesky", KEY) is not None
    response = own_client.post("/forget", data=sent | {"sure": "yes"})
    assert "Forgotten" in response.text
    assert own_answers.account("bluesky", KEY) is None
    assert own_client.get(f"/account/bluesky/{KEY}").status_code == 404
    assert own_answers.report(PAPER).posts is None


def test_who_was_never_here_can_be_refused_before(own_client: httpx.Client, own_answers: Answers) -> None:
    tree = get(own_client, "/forget?account=bluesky:did:plc:new")
    assert "can be refused before it comes" in text(tree)
    sent = {"source": "bluesky", "account": "did:plc:new", "sure": "yes"}
    assert own_client.post("/forget", data=sent).status_code == 200
    with own_answers._store.writing() as writer:
        writer.keep([Account(source="bluesky", id="did:plc:new", via="bluesky", version="2", name="New")], START)
    assert own_answers.account("bluesky", "did:plc:new") is None


@pytest.mark.parametrize("sent", [{"sure": "yes"}, {"source": "nowhere", "account": "x", "sure": "yes"}])
def test_nobody_that_hubbub_does_not_know_is_forgotten(own_client: httpx.Client, sent: dict[str, str]) -> None:
    assert own_client.post("/forget", data=sent).status_code == 404


def test_every_page_leads_there_and_other_sites_forget_nobody(own_client: httpx.Client, own_answers: Answers) -> None:
    assert one(get(own_client, "/"), 'footer a[href="/forget"]')
    sent = {"source": "bluesky", "account": KEY, "sure": "yes"}
    assert own_client.post("/forget", data=sent, headers={"Origin": "https://evil.example"}).status_code == 403
    assert own_answers.account("bluesky", KEY) is not None
