"""What axe finds wrong with a page, on every page; and how much the page of a work weighs."""

from collections.abc import Iterator
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

import httpx
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page
from starlette.routing import compile_path

from hubbub.answers import Answers
from hubbub.store import open_store
from tests.conftest import BY
from tests.web.conftest import PAPER, START, TEXTS, Running, spoken
from tests.web.test_web_browser import EVERY, OPEN, opened
from tests.web.test_web_browser import PAPER as PAPER_PATH
from tests.web.test_web_hostile import GETS, filled
from tests.web.test_web_rights import PASSWORD

WIDTHS = 1280, 390
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
KEPT = "/me", "/users", "/audit", "/removals", "/shelf/hers/engage"  # pages for who has logged in
LIGHT = 150_000  # bytes


def check(page: Page) -> None:
    page.evaluate(OPEN)
    for width, scheme in zip(WIDTHS, SCHEMES, strict=True):
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme=scheme)
        found = Axe().run(page)
        assert found.response["passes"]
        assert found.violations_count == 0, found.generate_report()


@pytest.mark.parametrize("path", EVERY.values(), ids=EVERY.keys())
def test_axe_finds_nothing(chromium: Browser, server: str, path: str) -> None:
    with opened(chromium, server, path) as (page, _, _):
        check(page)


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory, running: Running) -> Iterator[tuple[str, str]]:
    """A server over a store with users, and the session of one who may do all."""
    path: Path = tmp_path_factory.mktemp("kept") / "hubbub.db"
    with open_store(str(path)) as store:
        with store.writing() as writer:
            writer.keep([spoken(1, PAPER, 0, START - START, TEXTS[0])], START)
            writer.wanted.shelve("hers", "Hers", "", False, [PAPER])
        answers = Answers(store)
        answers.access.add("ann", PASSWORD, True, BY)
        secret = answers.access.log_in("ann", PASSWORD, "192.0.2.1")
        assert secret
        with running(answers) as address:
            yield address, secret


@pytest.mark.parametrize("path", KEPT)
def test_axe_finds_nothing_where_somebody_has_logged_in(chromium: Browser, kept: tuple[str, str], path: str) -> None:
    address, secret = kept
    context = chromium.new_context()
    context.add_cookies([{"name": "hubbub", "value": secret, "url": address}])
    page = context.new_page()
    page.goto(address + path)
    assert urlsplit(page.url).path == path
    check(page)
    context.close()


def test_no_page_is_left_out(client: httpx.Client) -> None:
    patterns = {route: compile_path(route)[0] for route in GETS}
    looked = {
        next((r for r, one in patterns.items() if one.match(urlsplit(p).path)), p) for p in (*EVERY.values(), *KEPT)
    }
    answers = {route: client.get(filled(route)) for route in GETS}
    pages = {route for route, told in answers.items() if told.headers.get("content-type", "").startswith("text/html")}
    assert {route for route in pages if answers[route].status_code == 200} <= looked


def test_a_work_is_light_and_asks_nobody_else(chromium: Browser, server: str) -> None:
    context = chromium.new_context()
    page = context.new_page()
    session = context.new_cdp_session(page)
    session.send("Network.enable")
    received = dict[str, int]()
    session.on("Network.loadingFinished", lambda told: received.update({told["requestId"]: told["encodedDataLength"]}))
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(server + PAPER_PATH)
    page.wait_for_load_state("networkidle")
    assert len(received) == len(asked) >= 3
    assert 0 < sum(received.values()) < LIGHT
    assert all(url.startswith(server + "/") for url in asked)
    context.close()
