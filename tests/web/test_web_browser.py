"""The pages in a real browser: quiet, inert, without JavaScript, narrow and wide, light and dark."""

from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from typing import Literal

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page

PAPER = "/work/doi/10.5555/hubbub.2025.001"
PATHS = {
    "home": "/",
    "work": PAPER,
    "simulated": "/work/doi/10.5555/simulated.7",
    "hostile": "/work/doi/10.5555/%3Cscript%3Ealert(1)%3C/script%3E",
    "quiet": "/work/doi/10.5555/quiet",
    "account": f"/account/bluesky/did:plc:{0:024d}",
    "followed by the hostile": f"/account/bluesky/did:plc:{2:024d}",
    "hostile account": "/account/bluesky/did:plc:evil",
    "shelf": "/shelf/mine",
    "people": "/people" + PAPER,
    "people of the hostile": "/people/work/doi/10.5555/%3Cscript%3Ealert(1)%3C/script%3E",
    "people of a shelf": "/shelf/swarm/people",
    "engage": "/shelf/swarm/engage",
    "engage nobody": "/shelf/mine/engage?source=bluesky&account=did:plc:evil&word=done",
    "forget": "/forget?account=did:plc:evil",
    "what became of a removal": "/removal?code=0",
    "simulated shelf": "/shelf/swarm",
    "where a shelf thrives": "/shelf/mine/thrive?against=swarm",
    "community": "/shelf/mine/community",
    "community of a few": "/shelf/swarm/community",
    "desk": "/shelf/mine/desk",
    "score": "/score/doi/10.5555/hubbub.2025.001",
    "score of the hostile": "/score/doi/10.5555/%3Cscript%3Ealert(1)%3C/script%3E",
    "embed": "/embed/doi/10.5555/hubbub.2025.001?type=large-bar",
    "embed of the hostile": "/embed/doi/10.5555/%3Cscript%3Ealert(1)%3C/script%3E",
    "match": "/match/doi/10.5555/hubbub.2025.001",
    "match of the hostile": "/match/doi/10.5555/%3Cscript%3Ealert(1)%3C/script%3E",
    "dossier": "/shelf/mine/dossier",
    "works of a shelf": "/shelf/mine/works",
    "log in": "/login",
    "methods": "/methods",
    "interface for programs": "/api/v1/",
    "sources": "/sources",
    "status": "/status",
    "unread": "/find?q=fruit+flies",
    "unnamed": "/find?id=page-42&at=https%3A%2F%2Fexample.org%2F" + "long" * 100,
    "nothing": "/nothing",
}

DRAWN = {"network": "/network" + PAPER, "network of a shelf": "/shelf/mine/network"}
EVERY = PATHS | DRAWN

CONTRAST = """() => {
  const channel = (v) => (v /= 255) <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4;
  const light = (c) => 0.2126 * channel(c[0]) + 0.7152 * channel(c[1]) + 0.0722 * channel(c[2]);
  const rgb = (s) => s.match(/[\\d.]+/g).map(Number);
  const ground = (e) => {
    for (; e; e = e.parentElement) {
      const c = rgb(getComputedStyle(e).backgroundColor);
      if (c.length === 3 || c[3] > 0) return c;
    }
    return [255, 255, 255];
  };
  const poor = [];
  for (const e of document.querySelectorAll("body *")) {
    const own = [...e.childNodes].some((n) => n.nodeType === 3 && n.textContent.trim());
    if (!own || !e.checkVisibility()) continue;
    const style = getComputedStyle(e);
    const ink = rgb(e instanceof SVGElement ? style.fill : style.color);
    const [low, high] = [light(ink), light(ground(e))].sort((a, b) => a - b);
    if ((high + 0.05) / (low + 0.05) < 4.5) poor.push(e.outerHTML.slice(0, 120));
  }
  return poor;
}"""

UNNAMED = """() => [
  ...document.querySelectorAll("a, button, input:not([type=hidden]), textarea, summary, svg[role=img]")
].filter((e) => {
  const label = e.labels && e.labels.length ? e.labels[0].textContent : "";
  return !(label + e.textContent + (e.getAttribute("aria-label") || "")).trim();
}).map((e) => e.outerHTML.slice(0, 120))"""

ACTIVE = """() => [
  ...document.querySelectorAll("script:not([type='application/ld+json']), iframe, object, embed"),
  ...document.querySelectorAll("img:not([src^='/badge/']), style, [style]")
].map((e) => e.outerHTML.slice(0, 120))"""

OPEN = "document.querySelectorAll('details').forEach((d) => { d.open = true })"
HEADINGS = "() => [...document.querySelectorAll('h1, h2, h3')].map((h) => Number(h.tagName[1]))"


@contextmanager
def opened(
    chromium: Browser, server: str, path: str, script: bool = True
) -> Iterator[tuple[Page, list[str], list[str]]]:
    """A page, what the browser complained of, and what it asked for."""
    context = chromium.new_context(viewport={"width": 1280, "height": 900}, java_script_enabled=script)
    page = context.new_page()
    complaints: list[str] = []
    asked: list[str] = []

    def heard(message: ConsoleMessage) -> None:
        # Pages that say what is wrong have such a status; a machine without a graphics card draws slowly.
        if "the server responded with a status of 4" not in message.text and "GL Driver Message" not in message.text:
            complaints.append(message.text)

    page.on("console", heard)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("request", lambda request: asked.append(request.url))
    page.goto(server + path)
    yield page, complaints, asked
    context.close()


@pytest.mark.parametrize("path", PATHS.values(), ids=PATHS.keys())
def test_a_page_is_quiet_inert_and_named(chromium: Browser, server: str, path: str) -> None:
    with opened(chromium, server, path) as (page, complaints, asked):
        page.evaluate(OPEN)
        assert complaints == []
        assert [url for url in asked if not url.startswith((server + "/", "data:"))] == []
        assert page.evaluate("window.hit") is None
        assert page.evaluate(ACTIVE) == []
        assert page.evaluate(UNNAMED) == []
        levels = page.evaluate(HEADINGS)
        assert levels.count(1) == 1
        assert all(deeper <= level + 1 for level, deeper in pairwise(levels))
        for landmark in ("main", "header.top", "footer", "nav"):
            assert page.locator(landmark).count() >= 1
        assert page.locator("html").get_attribute("lang") == "en"
        ids = page.evaluate("[...document.querySelectorAll('[id]')].map((e) => e.id)")
        assert len(ids) == len(set(ids))


@pytest.mark.parametrize("path", EVERY.values(), ids=EVERY.keys())
def test_words_stand_out_on_light_and_dark(chromium: Browser, server: str, path: str) -> None:
    schemes: tuple[Literal["light", "dark"], ...] = ("light", "dark")
    with opened(chromium, server, path) as (page, _, _):
        page.evaluate(OPEN)
        grounds = set()
        for scheme in schemes:
            page.emulate_media(color_scheme=scheme)
            grounds.add(page.evaluate("getComputedStyle(document.body).backgroundColor"))
            assert page.evaluate(CONTRAST) == [], scheme
        assert len(grounds) == 2


@pytest.mark.parametrize("path", EVERY.values(), ids=EVERY.keys())
def test_nothing_sticks_out(chromium: Browser, server: str, path: str) -> None:
    with opened(chromium, server, path) as (page, _, _):
        page.evaluate(OPEN)
        for width in (320, 390, 480, 768, 1280):
            page.set_viewport_size({"width": width, "height": 800})
            assert page.evaluate("document.documentElement.scrollWidth") <= width


COLOURS = """async (base64) => {
  const image = new Image();
  image.src = "data:image/png;base64," + base64;
  await image.decode();
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [image.width, image.height];
  const context = canvas.getContext("2d");
  context.drawImage(image, 0, 0);
  const counts = new Map();
  for (const pixel of new Uint32Array(context.getImageData(0, 0, image.width, image.height).data.buffer)) {
    counts.set(pixel, (counts.get(pixel) || 0) + 1);
  }
  return [...counts.values()].sort((a, b) => b - a);
}"""


def colours(chromium: Browser, png: bytes) -> list[int]:
    """How many points of a picture have each colour, the most frequent first."""
    page = chromium.new_page()
    counts: list[int] = page.evaluate(COLOURS, b64encode(png).decode())
    page.close()
    return counts


@pytest.mark.parametrize("path", DRAWN.values(), ids=DRAWN.keys())
def test_a_network_is_drawn_by_our_own_scripts_alone(chromium: Browser, server: str, path: str) -> None:
    with opened(chromium, server, path) as (page, complaints, asked):
        page.locator(".network canvas").first.wait_for()
        page.wait_for_timeout(300)
        frame = page.locator(".network")
        drawn = colours(chromium, frame.screenshot())
        assert sum(drawn[1:]) > 300  # points that are not ground
        page.get_by_role("button", name="Closer").click()
        page.wait_for_timeout(500)
        assert colours(chromium, frame.screenshot()) != drawn
        page.get_by_role("radio", name="by what they are").check()
        assert page.locator(".legend:visible").get_attribute("data-colour") == "kind"
        assert complaints == []
        assert [url for url in asked if not url.startswith(server + "/")] == []
        outside = "document.querySelectorAll('script:not([src^=\"/static/\"]), body > script, style').length"
        assert page.evaluate(outside) == 0
        assert page.evaluate(UNNAMED) == []
        levels = page.evaluate(HEADINGS)
        assert levels.count(1) == 1


def test_the_table_of_a_network_is_reached_by_keyboard(chromium: Browser, server: str) -> None:
    with opened(chromium, server, "/shelf/mine/network") as (page, _, _):
        page.locator(".network canvas").first.wait_for()
        reached: list[str] = []
        for _ in range(40):
            page.keyboard.press("Tab")
            reached.append(
                page.evaluate("document.activeElement.closest('#table-h ~ *') ? document.activeElement.tagName : ''")
            )
            if reached[-1] == "A":
                break
        assert "DIV" in reached  # which scrolls with the arrows where it is too wide
        assert reached[-1] == "A"
        page.keyboard.press("Enter")
        page.wait_for_url("**/account/**")


def test_without_javascript_the_table_tells_of_the_network(chromium: Browser, server: str) -> None:
    with opened(chromium, server, "/shelf/mine/network", script=False) as (page, _, _):
        assert "The table below says the same" in page.locator(".network").inner_text()
        assert page.locator(".controls").is_hidden()
        assert page.locator("#table-h ~ div tbody tr").count() > 2


def test_a_picture_that_cannot_be_drawn_says_so(chromium: Browser, server: str) -> None:
    with opened(chromium, server, "/") as (page, _, _):
        page.route("**/network.json", lambda route: route.abort())
        page.goto(server + "/shelf/mine/network")
        page.get_by_text("could not be drawn here").wait_for()


def test_everything_works_without_javascript(chromium: Browser, server: str) -> None:
    with opened(chromium, server, "/", script=False) as (page, _, _):
        page.get_by_label("Find a work").fill("https://doi.org/10.5555/hubbub.2025.001")
        page.get_by_role("button", name="Find").click()
        assert page.url == server + PAPER
        page.locator(".evidence summary").first.click()
        assert page.locator(".evidence dl").first.is_visible()
        page.get_by_role("link", name="Page 2").click()
        assert "page=2" in page.url
        page.locator(".voices a.who").first.click()
        assert "/account/" in page.url
        page.locator(".side a.title").first.click()
        page.get_by_role("link", name="hubbub", exact=True).click()
        assert page.url == server + "/"


def test_a_button_leaves_a_wish_but_not_on_a_page_of_somebody_else(chromium: Browser, own_server: str) -> None:
    work = f"{own_server}/work/doi/10.5555/quiet"
    with opened(chromium, own_server, "/work/doi/10.5555/quiet", script=False) as (page, complaints, _):
        page.goto(f"data:text/html,<form method=post action={work}><button>Win a prize</button></form>")
        with page.expect_response(work) as refused:
            page.get_by_role("button").click()
        assert refused.value.status == 403
        page.goto(work)
        page.get_by_role("button", name="Look it up now").click()
        page.get_by_role("status").get_by_text("Waiting to be looked up").wait_for()
        assert page.url == work
        assert complaints == []


def test_the_bookmarklet_clicked_on_its_own_page_says_what_to_do(chromium: Browser, server: str) -> None:
    with opened(chromium, server, "/") as (page, _, _):
        page.locator("a.bookmarklet").click()
        assert page.locator(".hint").is_visible()
        assert page.url == server + "/"


def test_the_keyboard_comes_everywhere(chromium: Browser, server: str) -> None:
    with opened(chromium, server, PAPER) as (page, _, _):
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.textContent") == "Skip to the content"
        page.keyboard.press("Enter")
        page.wait_for_url("**#main")


def test_the_community_prints_without_what_only_a_screen_needs(chromium: Browser, server: str) -> None:
    with opened(chromium, server, "/shelf/mine/community") as (page, _, _):
        page.emulate_media(media="print")
        assert not page.locator(".tabs").is_visible()
        assert not page.get_by_text("As a table").first.is_visible()
        assert page.locator("svg[role=img]").first.is_visible()
        assert page.pdf(format="A4").startswith(b"%PDF")


def test_paper_is_light_also_where_the_screen_is_dark(chromium: Browser, server: str) -> None:
    with opened(chromium, server, "/shelf/mine/community") as (page, _, _):
        page.emulate_media(media="print", color_scheme="dark")
        assert page.evaluate(CONTRAST) == []
        assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
        page.emulate_media(media="print", color_scheme="light")
        look = "(e) => getComputedStyle(e).color + getComputedStyle(e).fill"
        inks = f"[...document.querySelectorAll('h1, .bar')].map({look})"
        light = page.evaluate(inks)
        page.emulate_media(media="print", color_scheme="dark")
        assert page.evaluate(inks) == light


def test_a_dossier_fits_on_a_sheet_of_paper(chromium: Browser, server: str) -> None:
    with opened(chromium, server, "/shelf/mine/dossier") as (page, _, _):
        page.emulate_media(media="print")
        page.set_viewport_size({"width": 680, "height": 960})  # A4 at 96 dots an inch, less 1.5 cm on each side
        assert page.locator(".dossier").evaluate("(e) => e.getBoundingClientRect().right") <= 680


LETTERS = """() => [...document.querySelectorAll(".persons tbody th")].filter((e) => e.clientWidth < 100).length"""


def test_one_long_word_leaves_names_their_room_on_a_small_screen(chromium: Browser, server: str) -> None:
    with opened(chromium, server, "/shelf/mine/network") as (page, _, _):
        page.set_viewport_size({"width": 390, "height": 800})
        for selector in ("td.words", ".legend li"):
            page.locator(selector).first.evaluate("(e) => e.append('Pneumonoultramicroscopic'.repeat(4))")
        assert page.evaluate(LETTERS) == 0
        assert page.locator(".legend li").first.evaluate("(e) => e.getBoundingClientRect().right") <= 390
        page.locator("td.words").nth(1).evaluate("(e) => e.append('Pneumonoultramicroscopic'.repeat(4))")
        assert page.evaluate(LETTERS) == 0


def test_a_title_has_the_whole_width_of_a_small_screen(chromium: Browser, server: str) -> None:
    with opened(chromium, server, PAPER) as (page, _, _):
        page.set_viewport_size({"width": 390, "height": 800})
        assert page.locator(".what").evaluate("(e) => e.getBoundingClientRect().width") > 330
