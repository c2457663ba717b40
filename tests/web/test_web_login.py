"""Logging in and out, sessions, tokens and forms: what is one's own, and what nobody else gets at."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from selectolax.lexbor import LexborHTMLParser

from hubbub import settings
from hubbub.access import form_token
from hubbub.answers import Answers
from hubbub.store.users import Reading
from hubbub.web.guard import FORM_TOKEN, HEADERS
from hubbub.web.login import within
from tests.conftest import BY
from tests.web.conftest import PAPER, Running
from tests.web.test_web_pages import one, text
from tests.web.test_web_rights import PASSWORD

WORK = f"/work/doi/{PAPER.value}"
OLD, NEW = PASSWORD, "another horse battery"


@pytest.fixture
def lent(own_answers: Answers) -> Answers:
    """A store with an admin and a user."""
    own_answers.access.add("root", PASSWORD, True, BY)
    own_answers.access.add("ann", PASSWORD, False, BY)
    return own_answers


@pytest.fixture
def address(lent: Answers, running: Running) -> Iterator[str]:
    with running(lent) as address:
        yield address


@contextmanager
def browser(address: str, name: str | None = None) -> Iterator[httpx.Client]:
    """A browser that keeps cookies; of somebody who is logged in."""
    pages = {"accept": "text/html,*/*;q=0.8"}
    with httpx.Client(base_url=address, trust_env=False, timeout=30, headers=pages) as client:
        if name:
            assert log_in(client, name).status_code == 303
        yield client


def log_in(client: httpx.Client, name: str, password: str = PASSWORD, **more: str) -> httpx.Response:
    return client.post("/login", data={"name": name, "password": password} | form_of(client) | more)


def form_of(client: httpx.Client) -> dict[str, str]:
    """What the forms of this session carry."""
    secret = client.cookies.get("hubbub")
    return {FORM_TOKEN: form_token(secret)} if secret else {}


def test_who_is_not_logged_in_changes_nothing_and_is_led_to_the_way_in(address: str, lent: Answers) -> None:
    with browser(address) as client:
        assert client.post(WORK).status_code == 401
        asked = client.get("/shelf/swarm/engage?word=done&source=a&account=b")
        assert asked.status_code == 303
        assert asked.headers["location"] == "/login?next=" + quote(
            "/shelf/swarm/engage?word=done&source=a&account=b", safe=""
        )
    assert lent.report(PAPER).wish is None


@pytest.mark.parametrize(
    "path", [f"/feeds/work/doi/{PAPER.value}.atom", f"/badge/doi/{PAPER.value}.svg", "/methods.json"]
)
def test_a_program_is_refused_and_not_led_to_a_page(address: str, lent: Answers, path: str) -> None:
    with browser(address) as client:
        lent.access.read_by("private", BY)
        told = client.get(path, headers={"accept": "application/atom+xml,*/*"})
    assert (told.status_code, told.headers["www-authenticate"]) == (401, "Bearer")


def test_a_log_in_lasts_leads_back_and_ends(address: str) -> None:
    with browser(address) as client:
        page = client.get("/login?next=/sources")
        assert one(_tree(page), "form.fields input[name=next]").attributes["value"] == "/sources"
        came = log_in(client, "root", next="/sources")
        assert (came.status_code, came.headers["location"]) == (303, "/sources")
        assert "root" in text(_tree(client.get("/")), "nav")
        assert client.get("/users").status_code == 200
        assert client.post("/logout", data=form_of(client)).status_code == 303
        assert not client.cookies
        assert client.get("/users").status_code == 303


def test_ones_own_page_says_in_which_browser_a_session_began(address: str) -> None:
    agents = {
        "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0": "Firefox on Linux",
        "<b>&copy;</b> 1.0": "<b>&copy;<",
    }
    for agent, name in agents.items():
        with browser(address) as client:
            client.headers["User-Agent"] = agent
            assert log_in(client, "ann").status_code == 303
            page = _tree(client.get("/me"))
            begun = [
                told.text() for told in page.css("section[aria-labelledby=sessions-h] li") if "This one" in told.text()
            ]
            assert [" ".join(told.split()).partition(", since ")[0] for told in begun] == [name]
            assert "Gecko" not in page.text()


def test_the_cookie_is_for_this_server_and_no_script(address: str) -> None:
    with browser(address) as client:
        told = log_in(client, "root").headers["set-cookie"]
        assert re.fullmatch(r"hubbub=[\w-]{43}; HttpOnly; Max-Age=\d+; Path=/; SameSite=lax", told), told


def test_over_tls_the_cookie_is_secure_and_of_this_host_alone(address: str) -> None:
    with httpx.Client(base_url=address, trust_env=False, headers={"X-Forwarded-Proto": "https"}) as client:
        told = log_in(client, "root")
        assert re.match(r"__Host-hubbub=[\w-]{43}; HttpOnly; ", told.headers["set-cookie"])
        assert "; Secure" in told.headers["set-cookie"]
        assert "Domain" not in told.headers["set-cookie"]
        secret = told.headers["set-cookie"].partition("=")[2].partition(";")[0]
    shown = {"Cookie": f"hubbub={secret}"}
    with httpx.Client(base_url=address, trust_env=False, headers={"X-Forwarded-Proto": "https"} | shown) as client:
        assert client.get("/users").status_code == 401  # another subdomain may have laid it there
    with httpx.Client(base_url=address, trust_env=False, headers=shown) as client:
        assert client.get("/users").status_code == 200


def test_a_session_that_somebody_laid_there_before_is_not_the_one_that_begins(address: str, lent: Answers) -> None:
    with browser(address) as client:
        client.cookies.set("hubbub", "fixed" * 9, domain="127.0.0.1")
        assert log_in(client, "root").status_code == 303
        assert client.cookies["hubbub"] != "fixed" * 9
        first = client.cookies["hubbub"]
        assert log_in(client, "ann").status_code == 303
        assert client.cookies["hubbub"] != first
    assert lent.access.by_session(first) is None
    assert lent.access.by_session("fixed" * 9) is None


def test_the_store_holds_no_secret(lent: Answers, address: str) -> None:
    with browser(address, "root") as client:
        made = _tree(client.post("/me", data={"do": "grant", "title": "x", "scope": "read"} | form_of(client)))
        secrets = [PASSWORD, client.cookies["hubbub"], one(made, "code.secret").text()]
    held = lent.access._store._engine.url.database
    assert held
    body = b"".join(path.read_bytes() for path in Path(held).parent.glob("hubbub.db*"))
    assert b"ann" in body
    assert not [secret for secret in secrets if secret.encode() in body]


FORMS: tuple[dict[str, str], ...] = ({}, {FORM_TOKEN: ""}, {FORM_TOKEN: "0" * 64}, {FORM_TOKEN: "é\0"})


@pytest.mark.parametrize("sent", FORMS)
def test_a_form_without_the_token_of_the_session_is_refused(address: str, lent: Answers, sent: dict[str, str]) -> None:
    with browser(address, "root") as client, browser(address, "root") as other:
        for path in (WORK, "/users", "/me", "/logout", "/forget"):
            assert client.post(path, data=sent).status_code == 403
            assert client.post(path, data=form_of(other)).status_code == 403
        assert client.post(WORK, data=form_of(client), headers={"Origin": "https://evil.example"}).status_code == 403
        assert lent.report(PAPER).wish is None
        assert client.post(WORK, data=form_of(client)).status_code == 303
    assert lent.report(PAPER).wish is not None


def test_every_form_of_every_page_carries_the_token(address: str) -> None:
    with browser(address, "root") as client:
        seen = 0
        for path in (WORK, f"/match/doi/{PAPER.value}", "/me", "/users", "/forget?account=bluesky:x", "/audit", "/"):
            for form in _tree(client.get(path)).css("form[method=post]"):
                (field,) = form.css(f"input[name={FORM_TOKEN}]")
                assert field.attributes["value"] == form_of(client)[FORM_TOKEN]
                seen += 1
        assert seen > 10
    with browser(address) as client:
        assert FORM_TOKEN not in client.get("/login").text


def test_a_form_that_is_too_long_is_refused(address: str) -> None:
    with browser(address, "root") as client:
        assert client.post(WORK, data=form_of(client) | {"x": "y" * 70_000}).status_code == 413


def test_all_sessions_end_with_the_password_and_each_can_be_ended(address: str, lent: Answers) -> None:
    with browser(address, "ann") as one_, browser(address, "ann") as other:
        forms = _tree(one_.get("/me")).css("form.inline input[name=hash]")
        assert len(forms) == 2
        assert one_.post("/me", data={"do": "end", "hash": str(forms[0].attributes["value"])} | form_of(one_))
        assert sorted(client.get("/me").status_code for client in (one_, other)) == [200, 303]
    with browser(address, "ann") as one_, browser(address, "ann") as other:
        said = {"do": "password", "password": NEW}
        assert one_.post("/me", data=said | {"old": "wrong"} | form_of(one_)).status_code == 403
        assert one_.post("/me", data=said | {"old": OLD, "password": "short"} | form_of(one_)).status_code == 422
        assert other.get("/me").status_code == 200
        assert one_.post("/me", data=said | {"old": OLD} | form_of(one_)).status_code == 303
        assert [client.get("/me").status_code for client in (one_, other)] == [303, 303]
        assert log_in(one_, "ann", OLD).status_code == 403
        assert log_in(one_, "ann", NEW).status_code == 303


def test_nobody_ends_the_sessions_of_others(address: str, lent: Answers) -> None:
    with browser(address, "root") as root, browser(address, "ann") as ann:
        secret = root.cookies["hubbub"]
        who = lent.access.by_session(secret)
        assert who
        ann.post("/me", data={"do": "end", "hash": who.session or ""} | form_of(ann))
    assert lent.access.by_session(secret)


def test_a_token_is_shown_once_works_and_is_revoked(address: str, lent: Answers) -> None:
    with browser(address, "ann") as client:
        made = client.post("/me", data={"do": "grant", "title": "<b>x", "scope": "write"} | form_of(client))
        token = one(_tree(made), "code.secret").text()
        assert token.startswith("hubbub_")
        again = client.get("/me")
        assert token not in again.text
        assert "<b>x" in text(_tree(again))
        assert "never used" in text(_tree(again))
        bearer = {"Authorization": f"Bearer {token}"}
        assert httpx.post(address + WORK, headers=bearer, trust_env=False).status_code == 303
        assert "never used" not in text(_tree(client.get("/me")))
        hashed = _tree(again).css("form.inline input[name=hash]")[-1].attributes["value"]
        client.post("/me", data={"do": "end", "hash": str(hashed)} | form_of(client))
        refused = httpx.post(address + WORK, headers=bearer, trust_env=False)
        assert refused.status_code == 401
        assert "invalid_token" in refused.headers["www-authenticate"]
        assert client.post("/me", data={"do": "grant", "scope": "admin"} | form_of(client)).status_code == 422


def test_after_some_failures_the_pauses_grow_for_the_name_and_the_right_password_has_to_wait(
    address: str, lent: Answers
) -> None:
    with browser(address) as client:
        for _ in range(settings.FAILURES_FREE + 1):
            assert log_in(client, "ann", "wrong").status_code == 403
        waits = log_in(client, "ann")
        assert waits.status_code == 429
        assert 1 <= int(waits.headers["retry-after"]) <= 3
        assert log_in(client, "root").status_code == 303  # another name from the same address


@given(st.text() | st.sampled_from(["/", "/a?b#c", "//evil", "/\\evil", "https://evil", "/\t/evil", "javascript:1"]))
def test_a_log_in_leads_nowhere_else(address: str) -> None:
    led = within(address)
    assert led == "/" or re.fullmatch(r"/[^/\\\x00-\x1f][^\x00-\x1f]*", led)
    assert httpx.URL("https://hubbub.example/").join(led).host == "hubbub.example"


@pytest.mark.parametrize(
    "headers",
    [
        {"Cookie": "hubbub"}, {"Cookie": "hubbub=" + "x" * 9_000}, {"Cookie": 'hubbub="\\303\\251'},
        {"Cookie": "\xff=\xfe; hubbub=\xff".encode("latin-1")}, {"Cookie": ";;;=;"}, {"Authorization": "Bearer"},
        {"Authorization": "Bearer \xff".encode("latin-1")}, {"Authorization": "Bearer " + "x" * 9_000},
        {"Authorization": "Basic YTpi"}, {"X-Forwarded-For": "\x7f,,<script>", "X-Forwarded-Proto": "x"},
    ],
)  # fmt: skip
def test_what_is_no_key_opens_nothing(address: str, headers: dict[str, str]) -> None:
    assert httpx.get(f"{address}/users", headers=headers, trust_env=False).status_code in (303, 400, 401)
    assert httpx.post(f"{address}/users", headers=headers, trust_env=False).status_code in (400, 401)


@pytest.mark.parametrize(
    "sent",
    [
        b"", b"name=%00&password=%00", b"name=" + b"x" * 60_000, b"\xff\xfe=%ff",
        b"name=%ED%A0%80&password=%ED%A0%80", b"next=%0d%0aSet-Cookie:x=1&name=ann&password=" + b"y" * 60_000,
    ],
)  # fmt: skip
def test_hostile_log_ins_are_refused_without_a_fault(address: str, sent: bytes) -> None:
    told = httpx.post(f"{address}/login", content=sent, trust_env=False, timeout=30)
    assert told.status_code == 403
    assert HEADERS["X-Frame-Options"] == told.headers["x-frame-options"]


def test_what_is_told_to_one_person_is_kept_by_no_cache(address: str, lent: Answers) -> None:
    badge = f"/badge/doi/{PAPER.value}.svg"
    with browser(address, "root") as client, browser(address) as stranger:
        assert client.get(WORK).headers["cache-control"] == "private, no-store"
        assert stranger.get(WORK).headers["cache-control"] == "no-cache"
        assert "public" in stranger.get(badge).headers["cache-control"]
        lent.access.read_by("private", BY)
        assert client.get(badge).headers["cache-control"] == "private, no-store"
        refused = stranger.get(badge)
        assert (refused.status_code, refused.headers["cache-control"]) == (401, "private, no-store")


def test_a_stranger_on_a_public_page_costs_no_look_into_the_store_for_who_it_is(
    address: str, lent: Answers, monkeypatch: pytest.MonkeyPatch
) -> None:
    lent.access.look()
    monkeypatch.setattr("hubbub.access.FRESH", 3_600)
    monkeypatch.setattr(lent.access, "_store", None)
    with browser(address) as client:
        assert client.get(WORK).status_code == 200
        assert client.get("/").status_code == 200


def test_voices_are_not_ranked_in_public(address: str) -> None:
    with browser(address, "ann") as client, browser(address) as stranger:
        assert "Who spoke" in client.get(WORK).text
        assert "Who spoke" not in stranger.get(WORK).text
        path = f"/api/v1/works/doi:{PAPER.value}"
        assert client.get(path).json()["voices"]
        assert not stranger.get(path).json()["voices"]
        assert stranger.get(path).json()["posts"] == client.get(path).json()["posts"]


def test_what_was_changed_is_told_without_what_was_forgotten(address: str, lent: Answers) -> None:
    with browser(address, "root") as client:
        client.post(WORK, data=form_of(client))
        client.post("/forget", data={"source": "bluesky", "account": "did:plc:gone", "sure": "yes"} | form_of(client))
        client.post("/forget", data={"source": "bluesky", "account": "did:plc:kept"} | form_of(client))
        page = text(_tree(client.get("/audit")))
    assert WORK in page
    assert "POST /forget" in page
    assert page.count("account ") == 1
    told = [(one.who, one.route) for _, one in lent.access.changes(3)]
    assert told == [
        ("root", "POST /forget"), ("root", "POST /work/{scheme}/{value:path}"), ("root", "POST /login"),
    ]  # fmt: skip
    assert "did:plc:gone" not in str(lent.access.changes(None))


def test_what_somebody_corrects_bears_their_name(address: str, lent: Answers) -> None:
    with browser(address, "ann") as client:
        said = {"say": "same", "other": "doi:10.5555/other", "why": "x"}
        assert client.post(f"/match/doi/{PAPER.value}", data=said | form_of(client)).status_code == 303
    assert [one.said_by for one in lent.match(PAPER).corrections] == ["ann"]


def _tree(response: httpx.Response) -> LexborHTMLParser:
    return LexborHTMLParser(response.text)


def test_a_page_offers_strangers_of_a_private_server_nothing_that_leads_back_to_the_way_in(
    address: str, lent: Answers
) -> None:
    with browser(address) as client:
        readings: tuple[tuple[Reading, bool], ...] = (("public", True), ("private", False))
        for reading, leads in readings:
            lent.access.read_by(reading, BY)
            tree = _tree(client.get("/login"))
            offered = {str(a.attributes["href"]) for a in tree.css("header nav a, footer a")}
            assert ({"/sources", "/status"} <= offered) == leads
            assert (tree.css_first("form[role=search]") is not None) == leads
            assert {client.get(one).status_code for one in offered} == {200}


def test_who_has_no_shelf_in_hand_takes_along_its_table_alone(address: str, lent: Answers) -> None:
    with browser(address, "ann") as client:
        for keeps, files in ((False, 1), (True, 6)):
            lent.access.keep("ann", "swarm", keeps, BY)
            tree = _tree(client.get("/shelf/swarm/dossier"))
            offered = [str(a.attributes["href"]) for a in tree.css(".files a")]
            assert (offered[0], len(offered)) == ("/shelf/swarm/dossier.csv", files)
            assert {client.get(one).status_code for one in offered} == {200}


def test_where_reading_is_private_it_is_told_that_feeds_want_a_token(address: str, lent: Answers) -> None:
    with browser(address, "ann") as client:
        assert "has to send a token" not in text(_tree(client.get("/shelf/swarm")))
        lent.access.read_by("private", BY)
        page = _tree(client.get("/shelf/swarm"))
        assert "has to send a token" in text(page)
        feed = str(page.css("p.lead a")[0].attributes["href"])
    assert httpx.get(address + feed, trust_env=False).status_code == 401


def test_who_removes_a_user_is_told_first_what_ends(address: str, lent: Answers) -> None:
    with browser(address, "root") as client:
        page = _tree(client.get("/users"))
        told = {str(one(each, "[name=name]").attributes["value"]): each.text() for each in page.css("main details")}
        assert set(told) == {"root", "ann"}
        assert all("Sessions and tokens of theirs end" in said for said in told.values())
        assert len(page.css("[value=remove]")) == len(page.css("details [value=remove]")) == 2
        assert client.post("/users", data={"do": "remove", "name": "ann"} | form_of(client)).status_code == 303
        assert [one_.name for one_ in lent.access.users()] == ["root"]
