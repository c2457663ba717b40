"""Who has no log-in asks to be forgotten; an admin answers, and nothing is kept that says who asked or was meant."""

import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from hubbub import settings
from hubbub.answers import Answers
from hubbub.model import Account
from tests.cli.commanded import run
from tests.conftest import BY
from tests.web.conftest import PAPER, START, Running
from tests.web.test_web_login import browser, form_of
from tests.web.test_web_pages import get, one, text
from tests.web.test_web_rights import PASSWORD

KEY = f"did:plc:{0:024d}"
WHY = "because-of-me"
ASKED = {"source": "bluesky", "account": KEY, "why": WHY}


@pytest.fixture
def lent(own_answers: Answers) -> Answers:
    """A store with an admin, in which somebody is listed who speaks of a work."""
    own_answers.access.add("root", PASSWORD, True, BY)
    with own_answers._store.writing() as writer:
        account = Account(source="bluesky", id=KEY, via="bluesky", version="1", name="Ann", handle="ann.example")
        writer.keep([account], START)
    return own_answers


@pytest.fixture
def address(lent: Answers, running: Running) -> Iterator[str]:
    with running(lent) as address:
        yield address


@pytest.fixture
def stranger(address: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=address, trust_env=False, follow_redirects=True) as client:
        yield client


@pytest.fixture
def admin(address: str) -> Iterator[httpx.Client]:
    with browser(address, "root") as client:
        client.follow_redirects = True
        yield client


def ask(client: httpx.Client, **more: str) -> str:
    """Ask, and return the code."""
    answer = client.post("/removal", data=ASKED | more)
    assert answer.status_code == 200
    assert "Waiting" in answer.text
    return answer.url.params["code"]


def answered(client: httpx.Client, **said: str) -> httpx.Response:
    """Answer the first who asks, as the form of the page does."""
    form = one(get(client, "/removals"), f"form:has(input[value={said['do']}])")
    sent = {str(field.attributes["name"]): field.attributes["value"] or "" for field in form.css("input[type=hidden]")}
    return client.post("/removals", data=sent | said | form_of(client))


def test_a_stranger_asks_an_admin_forgets_and_the_code_says_so(
    stranger: httpx.Client, admin: httpx.Client, lent: Answers
) -> None:
    form = one(get(stranger, f"/forget?account={KEY}"), "form.ask")  # it leads there
    sent = {str(field.attributes["name"]): field.attributes["value"] or "" for field in form.css("input[type=hidden]")}
    code = ask(stranger, **sent)
    assert lent.account("bluesky", KEY) is not None
    listed = text(get(admin, "/removals"))
    assert "Ann" in listed
    report = lent.account("bluesky", KEY)
    assert report
    assert f"{len([post for _, post in report.said if post.own])} posts that mention works" in listed
    assert WHY in listed
    assert "1 request" in text(get(admin, "/users"))
    assert answered(admin, do="forget").status_code == 200
    assert lent.account("bluesky", KEY) is None
    assert lent.report(PAPER).posts is None
    assert "Nobody." in text(get(admin, "/removals"))
    assert "Done" in text(get(stranger, f"/removal?code={code}"))


def test_why_an_account_is_kept_is_told_to_whoever_asked_and_to_nobody_else(
    stranger: httpx.Client, admin: httpx.Client, lent: Answers
) -> None:
    codes = [ask(stranger), ask(stranger)]
    assert "asked 2 times" in text(get(admin, "/removals"))
    assert answered(admin, do="keep", reason=" ").status_code == 422
    assert answered(admin, do="keep", reason="It is <b>no</b> person.").status_code == 200
    for code in codes:
        assert "It is <b>no</b> person." in text(get(stranger, f"/removal?code={code.upper()}"))
    assert lent.account("bluesky", KEY) is not None
    assert stranger.get("/removal?code=" + codes[0][:-1]).status_code == 404
    assert stranger.get("/removal?code=%00").status_code == 404
    for sent in (
        {"do": "forget", "source": "bluesky", "account": "1"},
        {"do": "keep", "account": "9" * 99, "reason": "x"},
    ):
        assert admin.post("/removals", data=sent | form_of(admin)).status_code == 404


def test_what_is_forgotten_by_command_or_withdrawn_by_its_place_answers_who_waits(
    stranger: httpx.Client, lent: Answers
) -> None:
    code = ask(stranger)
    place = Account(source="bluesky", id=KEY, via="bluesky", version="2", change="withdrawn")
    with lent._store.writing() as writer:
        writer.keep([place], START)
    assert [one.whys for one in lent.removals()] == [()]  # nothing is left of what was said of it
    assert "Waiting" in text(get(stranger, f"/removal?code={code}"))  # it might come back
    assert "1 request to be forgotten" in run(lent.address, "status").out
    assert run(lent.address, "forget", f"bluesky:{KEY}").status == 0
    assert "Done" in text(get(stranger, f"/removal?code={code}"))
    assert "to be forgotten" not in run(lent.address, "status").out


def test_neither_who_asks_nor_who_is_meant_is_in_the_store_or_in_the_log(
    stranger: httpx.Client, admin: httpx.Client, lent: Answers
) -> None:
    code = ask(stranger, account="did:plc:who-is-not-held")
    assert answered(admin, do="forget").status_code == 200
    with lent._store.writing() as writer:
        late = Account(source="bluesky", id="did:plc:who-is-not-held", via="bluesky", version="3", name="Late")
        writer.keep([late], START)
    assert lent.account("bluesky", "did:plc:who-is-not-held") is None
    first, second = [change for _, change in lent.access.changes(2)]
    assert (first.who, first.route) == ("root", "POST /removals")
    assert (second.who, second.route) == ("anybody", "POST /removal")
    assert re.fullmatch(r"account -?[0-9a-f]{15,16}", second.about)
    assert first.about == f"forget {second.about}"
    assert "Done" in text(get(stranger, f"/removal?code={code}"))
    database = lent._store._engine.url.database
    assert database
    body = b"".join(path.read_bytes() for path in Path(database).parent.glob("hubbub.db*"))
    for word in ("who-is-not-held", "127.0.0.1", code):
        assert word.encode() not in body


def test_where_reading_is_private_a_stranger_asks_and_learns_of_nobody(
    stranger: httpx.Client, admin: httpx.Client, lent: Answers
) -> None:
    lent.access.read_by("private", BY)
    pages = [stranger.get("/removal", params={"account": name}) for name in ("@ann.example", "@nobody.example")]
    assert pages[0].text.replace("ann", "nobody") == pages[1].text
    assert "Ann" not in pages[0].text
    held, other = ask(stranger, account="@ann.example"), ask(stranger, account="@nobody.example")
    assert held != other
    assert answered(admin, do="forget").status_code == 200  # the first asked for: the handle leads to the account
    assert lent.account("bluesky", KEY) is None
    assert lent.status().removals == 1


def test_floods_are_slowed_down_and_end(stranger: httpx.Client, lent: Answers, monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(settings.REMOVALS_FREE + 1):
        ask(stranger)
    refused = stranger.post("/removal", data=ASKED)
    assert refused.status_code == 429
    assert int(refused.headers["Retry-After"]) >= 1
    assert lent.access.log_in("root", PASSWORD, "127.0.0.1")  # it is counted apart
    most = settings.REMOVALS_FREE + 1
    assert lent.status().removals == most
    monkeypatch.setattr(settings, "REMOVALS_WAITING", most)
    with pytest.raises(ValueError, match="too many requests wait"):
        lent.ask_removal("bluesky", KEY, "", BY)
    assert lent.status().removals == most


BAD = [{}, {"source": "nowhere", "account": "x"}, {"source": "bluesky"}, {"source": "bluesky", "account": "x" * 3_000}]


@pytest.mark.parametrize("sent", BAD)
def test_what_names_no_account_is_refused(stranger: httpx.Client, lent: Answers, sent: dict[str, str]) -> None:
    assert stranger.post("/removal", data=sent).status_code == 422
    assert lent.status().removals == 0


def test_a_reason_is_cut_and_shown_as_text(stranger: httpx.Client, admin: httpx.Client, lent: Answers) -> None:
    ask(stranger, why="<script>alert(1)</script>\u202e" + "x" * 60_000)
    (asked,) = lent.removals()
    assert len(asked.whys[0]) == settings.WHY_MOST
    page = get(admin, "/removals")
    assert "<script>alert(1)</script>" in text(page, ".quoted")
    assert not page.css(".quoted script")
    assert "\u202e" not in (page.html or "")


def test_on_ones_own_machine_nothing_waits(own_server: str) -> None:
    with httpx.Client(base_url=own_server, trust_env=False) as client:
        assert client.get("/removal?account=x").headers["location"] == "/forget?account=x"
        assert client.post("/removal", data=ASKED).status_code == 404
        assert one(get(client, "/"), 'footer a[href="/forget"]')
