"""What axe finds wrong with a page, and how much a page weighs."""

from typing import Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser

from tests.web.test_web_browser import EVERY, OPEN, PAPER, opened

WIDTHS = 1280, 390
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
LIGHT = 150_000  # bytes


@pytest.mark.parametrize("path", EVERY.values(), ids=EVERY.keys())
def test_axe_finds_nothing(chromium: Browser, server: str, path: str) -> None:
    with opened(chromium, server, path) as (page, _, _):
        page.evaluate(OPEN)
        for width, scheme in zip(WIDTHS, SCHEMES, strict=True):
            page.set_viewport_size({"width": width, "height": 900})
            page.emulate_media(color_scheme=scheme)
            found = Axe().run(page)
            assert found.response["passes"]
            assert found.violations_count == 0, found.generate_report()


def test_a_work_is_light_and_asks_nobody_else(chromium: Browser, server: str) -> None:
    context = chromium.new_context()
    page = context.new_page()
    session = context.new_cdp_session(page)
    session.send("Network.enable")
    received = dict[str, int]()
    session.on("Network.loadingFinished", lambda told: received.update({told["requestId"]: told["encodedDataLength"]}))
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(server + PAPER)
    page.wait_for_load_state("networkidle")
    assert len(received) == len(asked) >= 3
    assert 0 < sum(received.values()) < LIGHT
    assert all(url.startswith(server + "/") for url in asked)
    context.close()
