"""Badges on pages of other sites, in a browser: another origin, its policies, its readers' mice, fingers and keys."""

import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from hubbub.answers import Answers
from hubbub.model import Identifier
from hubbub.reference.ripple import looks
from hubbub.web.words import work_path
from tests.conftest import BY
from tests.web.conftest import DATA

PAPER = "10.5555/hubbub.2025.001"
UNHEARD = "10.5555/never-heard-of"
SILENT = "10.5555/invented-and-silent"
EVIL = "10.5555/<script>alert(1)</script>"
STRICT = "default-src 'none'; {}; require-trusted-types-for 'script'; base-uri 'none'"
WATCH = """<script>
  window.fired = [];
  for (const name of ["altmetric:show", "altmetric:hide"])
    document.addEventListener(name, (event) => fired.push([name, event.target.id]));
</script>"""

Show = Callable[..., Page]


@pytest.fixture
def foreign() -> Iterator[tuple[str, dict[str, tuple[str, str]]]]:
    """Another site, and its pages by path: what they hold, and their policy."""
    pages: dict[str, tuple[str, str]] = {}

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body, policy = pages.get(urlsplit(self.path).path, ("", ""))
            self.send_response(200 if body else 404)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            if policy:
                self.send_header("Content-Security-Policy", policy)
            self.end_headers()
            self.wfile.write(body.encode())

        def log_message(self, *args: object) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://localhost:{server.server_port}", pages
    server.shutdown()
    server.server_close()


@pytest.fixture
def show(chromium: Browser, server: str, foreign: tuple[str, dict[str, tuple[str, str]]]) -> Iterator[Show]:
    """Open a page of the other site with this in its body. Nobody but the two sites may be asked, and all is quiet."""
    site, pages = foreign
    asked: list[str] = []
    complaints: list[str] = []
    expected: list[str] = ["status of 404"]
    with contextmanager(_context)(chromium) as opened:

        def shown(
            body: str, head: str = "", policy: str = "", own: bool = True, complains: str = "", **how: object
        ) -> Page:
            expected.extend([complains] if complains else [])
            script = f'<script async src="{server}/assets/embed.js"></script>' if own else ""
            pages["/page"] = (f"<!doctype html><title>Elsewhere</title>{head}<body>{body}{script}", policy)
            page = opened(**how)
            page.on("request", lambda request: asked.append(request.url))
            page.on("pageerror", lambda error: complaints.append(str(error)))
            page.on("console", lambda told: complaints.append(told.text))
            page.goto(f"{site}/page", wait_until="networkidle")
            return page

        yield shown
    assert {"{0.scheme}://{0.netloc}".format(urlsplit(one)) for one in asked} <= {site, server}
    assert [one for one in complaints if not any(part in one for part in expected)] == []


def _context(chromium: Browser) -> Iterator[Callable[..., Page]]:
    contexts = []

    def opened(**how: object) -> Page:
        contexts.append(chromium.new_context(viewport={"width": 900, "height": 700}, **how))  # type: ignore[arg-type]
        return contexts[-1].new_page()

    yield opened
    for context in contexts:
        context.close()


def badge(more: str = "", doi: str = PAPER, key: str = "one") -> str:
    return f'<div id="{key}" class="altmetric-embed" data-doi="{doi}" {more}></div>'


def posts_of(answers: Answers, doi: str) -> int:
    posts = answers.report(Identifier("doi", doi), 0).posts
    assert posts is not None
    return posts


@pytest.mark.parametrize("form", [*looks().forms, ""])
def test_each_type_of_badge_is_drawn_in_its_size(show: Show, server: str, answers: Answers, form: str) -> None:
    page = show(badge(f'data-badge-type="{form}"'))
    image = page.locator("#one a > img")
    size = looks().forms[form or "2"]
    assert image.evaluate("(e) => [e.naturalWidth, e.width, e.height]") == [size.width, size.width, size.height]
    assert image.get_attribute("alt") == f"hubbub: {posts_of(answers, PAPER)} posts about this work"
    assert page.locator("#one a").get_attribute("href") == f"{server}{work_path(Identifier('doi', PAPER))}"
    assert page.locator("#one a").get_attribute("target") == "_self"


def test_the_badge_of_a_simulated_work_says_so_in_its_words(show: Show, answers: Answers) -> None:
    alt = show(badge(doi=DATA.value)).locator("#one a > img").get_attribute("alt")
    assert alt == f"hubbub, simulated: {posts_of(answers, DATA.value)} posts about this work"


def test_the_badge_of_a_simulated_work_that_nobody_mentions_says_so_too(show: Show, answers: Answers) -> None:
    with answers._store.writing() as writer:
        writer.wanted.shelve("quiet", "A quiet swarm", "Made up.", True, [Identifier("doi", SILENT)])
    page = show(badge(doi=SILENT) + badge(doi=UNHEARD, key="two"))
    expect(page.locator("#one a > img")).to_have_attribute("alt", "hubbub, simulated: no mentions yet")
    expect(page.locator("#two a > img")).to_have_attribute("alt", "hubbub: no mentions yet")


ASKED = [
    f"/v1/doi/{PAPER}", f"/v1/fetch/doi/{PAPER}", "/v1/citations/at", f"/v0/doi/{PAPER}", "/v1/events?rows=1",
    "/v1/events/ids?rows=1", "/heartbeat/recent", f"/api/v1/works/doi:{PAPER.replace('/', '%2F')}",
]  # fmt: skip


def test_a_page_of_another_site_may_add_headers_to_what_it_asks(show: Show, server: str) -> None:
    page = show("")
    ask = """async (at) => (await fetch(at, {
      headers: { "X-Requested-With": "x", "Content-Type": "application/json" } })).status"""
    assert {at: page.evaluate(ask, server + at) for at in ASKED} == dict.fromkeys(ASKED, 200)


@pytest.mark.parametrize(
    "written",
    [
        f'class="altmetric-embed" data-doi="https://doi.org/{PAPER.upper()}"',
        f'class="hubbub-embed" data-doi="doi:{PAPER}."',
        f'class="altmetric-embed altmetric-doi-{PAPER} altmetric-badge-type-donut"',
        'class="altmetric-embed" data-pmid="23193287"',
        'class="altmetric-embed"',
        'class="altmetric-embed" data-doi=""',
        'class="altmetric-embed" data-altmetric-id="NUMBER"',
        'class="altmetric-embed" data-id="NUMBER"',
        'class="altmetric-embed altmetric-id-NUMBER"',
    ],
)
@pytest.mark.parametrize("meta", ["citation_doi", "DC.Identifier", "dc:identifier", "rft_id"])
def test_a_work_is_named_by_attributes_classes_or_the_page_itself(
    show: Show, client: httpx.Client, answers: Answers, written: str, meta: str
) -> None:
    number = client.get(f"/v1/doi/{PAPER}").json()["altmetric_id"]
    head = f'<meta name="other" content="10.5555/other"><meta name="{meta}" content="info:doi/{PAPER}">'
    page = show(f'<div id="one" {written.replace("NUMBER", str(number))}></div>', head)
    expect(page.locator("#one img")).to_have_attribute(
        "alt", f"hubbub: {posts_of(answers, PAPER)} posts about this work"
    )
    assert page.locator("#one img").evaluate("(e) => e.naturalWidth") > 0


def test_an_address_draws_the_badge_of_the_work_of_its_page(show: Show, answers: Answers) -> None:
    page = show(f'<div id="one" class="altmetric-embed" data-uri="https://doi.org/{PAPER}"></div>')
    image = page.locator("#one img")
    expect(image).to_have_attribute("alt", f"hubbub: {posts_of(answers, PAPER)} posts about this work")
    assert f"/badge/doi/{PAPER}.svg?" in str(image.get_attribute("src"))


@pytest.mark.parametrize("name", list(looks().names))
def test_counts_are_asked_by_every_attribute(show: Show, name: str) -> None:
    page = show("")
    with page.expect_request("**/v1/**") as asked:
        page.evaluate(
            """([name]) => {
              const at = document.createElement("div");
              at.className = "altmetric-embed";
              at.setAttribute(`data-${name}`, "7/é?#");
              document.body.append(at);
              _altmetric_embed_init(at);
            }""",
            [name],
        )
    assert asked.value.url.partition("/v1/")[2] == f"{looks().names[name]}/7%2F%C3%A9%3F%23"
    page.wait_for_load_state("networkidle")


def test_without_a_name_nothing_is_drawn_and_nobody_asked(show: Show) -> None:
    page = show('<div id="one" class="altmetric-embed"></div>')
    assert page.locator("#one").inner_html() == ""


def test_options_may_be_classes(show: Show) -> None:
    page = show(
        f'<div id="one" class="altmetric-embed altmetric-doi-{PAPER} altmetric-badge-type-medium-donut'
        ' altmetric-badge-popover-left altmetric-link-target-_blank altmetric-no-score-true"></div>'
    )
    assert page.locator("#one img").evaluate("(e) => e.width") == 120
    assert "number=none" in (page.locator("#one img").get_attribute("src") or "")
    assert page.locator("#one a").first.get_attribute("target") == "_blank"
    assert page.locator("#one [role=dialog]").count() == 1


@pytest.mark.parametrize(
    ("more", "doi", "shown"),
    [
        ('data-hide-no-mentions="true"', UNHEARD, False),
        ('data-hide-no-mentions="true"', PAPER, True),
        ('data-hide-no-mentions="false"', UNHEARD, True),
        ("", UNHEARD, True),
        ('data-hide-less-than="1"', UNHEARD, False),
        ('data-hide-less-than="1"', PAPER, True),
        ('data-hide-less-than="100000"', PAPER, False),
    ],
)
def test_a_badge_hides_when_it_should_and_says_so(show: Show, more: str, doi: str, shown: bool) -> None:
    page = show(badge(more, doi), head=WATCH)
    assert page.locator("#one img").count() == shown
    assert page.locator("#one").is_visible() == shown
    assert page.evaluate("fired") == [["altmetric:show" if shown else "altmetric:hide", "one"]]


def test_a_work_that_nobody_mentions_says_so(show: Show) -> None:
    image = show(badge('data-badge-popover="right"', UNHEARD)).locator("#one img")
    assert image.get_attribute("alt") == "hubbub: no mentions yet"
    assert image.evaluate("(e) => e.naturalWidth") > 0


def test_details_stand_beside_the_badge(show: Show, client: httpx.Client) -> None:
    page = show(badge('data-badge-details="right" data-badge-type="medium-donut"'))
    told = client.get(f"/v1/doi/{PAPER}").json()
    table = rows_of(page)
    assert table["Posts in all"] == told["cited_by_posts_count"]
    assert table["Bluesky accounts"] == told["cited_by_bluesky_count"]
    assert table["Reddit accounts" if "cited_by_rdts_count" in told else "Wikipedia pages"]
    fields = [n for n in told if re.fullmatch("cited_by_.*_count", n) and n != "cited_by_accounts_count"]
    assert sorted(table.values()) == sorted(told[name] for name in fields)
    assert page.locator("#one a", has_text="See what was said").get_attribute("href") == told["details_url"]
    beside = page.locator("#one table").bounding_box()
    image = page.locator("#one img").bounding_box()
    assert beside is not None
    assert image is not None
    assert beside["x"] >= image["x"] + image["width"]


def test_condensed_details_are_the_sources_alone(show: Show) -> None:
    page = show(badge('data-badge-details="right" data-condensed="true"'))
    assert "Posts in all" not in rows_of(page)
    assert page.locator("#one a").count() == 1


def rows_of(page: Page) -> dict[str, int]:
    told = page.locator("#one tr").evaluate_all(
        "(rows) => rows.map((row) => [...row.children].map((c) => c.innerText))"
    )
    return {name: int(count) for name, count in told}


SIDES = {
    "left": "position:absolute; left:500px; top:300px", "right": "position:absolute; left:200px; top:300px",
    "top": "position:absolute; left:400px; top:500px", "bottom": "position:absolute; left:400px; top:100px",
}  # fmt: skip


@pytest.mark.parametrize("side", SIDES)
def test_the_popover_stands_on_its_side_while_the_mouse_is_there(show: Show, side: str) -> None:
    page = show(badge(f'data-badge-type="donut" data-badge-popover="{side}" style="{SIDES[side]}"'))
    panel, link = page.locator("#one [role=dialog]"), page.locator("#one a:has(img)")
    expect(panel).to_be_hidden()
    link.hover()
    expect(panel).to_be_visible()
    of, at = panel.bounding_box(), link.bounding_box()
    assert of is not None
    assert at is not None
    assert {
        "left": of["x"] + of["width"] <= at["x"], "right": of["x"] >= at["x"] + at["width"],
        "top": of["y"] + of["height"] <= at["y"], "bottom": of["y"] >= at["y"] + at["height"],
    }[side]  # fmt: skip
    panel.hover()
    page.wait_for_timeout(500)
    expect(panel).to_be_visible()
    page.mouse.move(1, 1)
    expect(panel).to_be_hidden()


@pytest.mark.parametrize("side", SIDES)
@pytest.mark.parametrize("corner", ["left:0; top:0", "right:0; top:0", "left:0; bottom:0", "right:0; bottom:0"])
@pytest.mark.parametrize("width", [900, 320])
def test_the_popover_stays_on_the_screen(show: Show, side: str, corner: str, width: int) -> None:
    page = show(badge(f'data-badge-type="donut" data-badge-popover="{side}" style="position:fixed; {corner}"'))
    page.set_viewport_size({"width": width, "height": 500})
    page.locator("#one a:has(img)").focus()
    of = page.locator("#one [role=dialog]").bounding_box()
    assert of is not None
    assert min(of["x"], of["y"]) >= 0
    assert of["x"] + of["width"] <= width
    assert of["y"] + of["height"] <= 500


def test_the_popover_obeys_the_keyboard(show: Show) -> None:
    between = badge('data-badge-popover="right"')
    page = show(f'<button id="before">before</button>{between}<button id="after">after</button>')
    panel, link = page.locator("#one [role=dialog]"), page.locator("#one a:has(img)")
    page.locator("#before").focus()
    page.keyboard.press("Tab")
    expect(link).to_be_focused()
    expect(panel).to_be_visible()
    assert link.get_attribute("aria-expanded") == "true"
    assert link.get_attribute("aria-controls") == panel.get_attribute("id")
    page.keyboard.press("Tab")
    expect(panel.get_by_role("link", name="See what was said")).to_be_focused()
    page.keyboard.press("Escape")
    expect(panel).to_be_hidden()
    expect(link).to_be_focused()
    assert link.get_attribute("aria-expanded") == "false"
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Tab")
    expect(panel).to_be_visible()
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    expect(panel.get_by_role("button", name="Close")).to_be_focused()
    page.keyboard.press("Enter")
    expect(panel).to_be_hidden()
    page.keyboard.press("Tab")
    expect(page.locator("#after")).to_be_focused()


def test_the_first_tap_opens_the_popover_and_the_second_follows_the_link(show: Show) -> None:
    page = show(badge('data-badge-popover="bottom"') + "<p style='margin-top:400px'>words", has_touch=True)
    panel, link, here = page.locator("#one [role=dialog]"), page.locator("#one a:has(img)"), page.url
    link.tap()
    expect(panel).to_be_visible()
    page.locator("p").tap()
    expect(panel).to_be_hidden()
    link.tap()
    expect(panel).to_be_visible()
    assert page.url == here
    link.tap()
    page.wait_for_url("**/work/doi/**")


def test_what_comes_later_is_drawn_when_it_is_asked_for(show: Show) -> None:
    page = show(f'<div id="box"></div>{badge(key="first")}', head=WATCH)
    for within in ('"#box"', 'document.getElementById("box")', 'document.querySelectorAll("#box")', '"#later"'):
        page.evaluate(f"""() => {{
            document.getElementById("box").innerHTML = '{badge(key="later")}';
            fired.length = 0;
            _altmetric_embed_init({within});
        }}""")
        expect(page.locator("#later img")).to_have_attribute("alt", re.compile("posts about"))
        assert page.evaluate("fired") == [["altmetric:show", "later"]]
    page.evaluate("() => { fired.length = 0; _altmetric_embed_init(); }")
    page.wait_for_function("fired.length === 2")


def test_several_badges_of_a_work_ask_once(show: Show) -> None:
    page = show("")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.evaluate(f"() => {{ document.body.innerHTML = '{badge() + badge(key='two')}'; _altmetric_embed_init(); }}")
    expect(page.locator("#two img")).to_have_attribute("alt", re.compile("posts about"))
    assert len([one for one in asked if "/v1/" in one]) == 1


def test_a_strict_policy_needs_the_server_in_three_places_and_nothing_more(show: Show, server: str) -> None:
    policy = STRICT.format("; ".join(f"{kind}-src {server}" for kind in ("script", "connect", "img")))
    page = show(badge('data-badge-popover="right" data-badge-type="donut"'), policy=policy)
    page.locator("#one a:has(img)").hover()
    panel = page.locator("#one [role=dialog]")
    expect(panel).to_be_visible()
    assert panel.evaluate("(e) => getComputedStyle(e).position") == "fixed"


def test_a_policy_that_lets_nobody_be_asked_leaves_the_picture(show: Show, server: str) -> None:
    policy = STRICT.format(f"script-src {server}; img-src {server}")
    page = show(badge('data-badge-popover="right"'), policy=policy, complains="/v1/doi/")
    assert page.locator("#one img").evaluate("(e) => e.naturalWidth") == 88
    assert page.locator("#one a").get_attribute("href") == f"{server}/work/doi/{PAPER.replace('/', '%2F')}"


def test_hostile_names_are_text(show: Show) -> None:
    page = show("")
    page.evaluate(
        """(doi) => {
          const at = document.createElement("div");
          Object.assign(at, { id: "one", className: "altmetric-embed" });
          Object.assign(at.dataset, { doi, badgeDetails: "right", linkTarget: '"><script>hit=1</script>' });
          document.body.append(at);
          _altmetric_embed_init();
        }""",
        EVIL,
    )
    expect(page.locator("#one table")).to_be_visible()
    assert page.evaluate("window.hit") is None
    assert page.locator("#one script").count() == 0


@pytest.mark.parametrize(
    ("head", "scheme", "theme"),
    [
        ("", "dark", "light"),
        ('<meta name="color-scheme" content="light dark">', "dark", "dark"),
        ('<meta name="color-scheme" content="light dark">', "light", "light"),
        ("<style>body { background: rgb(20, 20, 40) }</style>", "light", "dark"),
        ("<style>body { background: black } div { background: #eee }</style>", "dark", "light"),
    ],
)
def test_a_badge_is_drawn_for_the_ground_it_stands_on(show: Show, head: str, scheme: str, theme: str) -> None:
    page = show(badge(), head=head, color_scheme=scheme)
    assert f"theme={theme}&" in (page.locator("#one img").get_attribute("src") or "")


def test_a_badge_changes_with_its_ground(show: Show) -> None:
    page = show(badge(), head='<meta name="color-scheme" content="light dark">', color_scheme="light")
    page.emulate_media(color_scheme="dark")
    expect(page.locator("#one img")).to_have_attribute("src", re.compile("theme=dark&"))


def test_the_page_of_another_keeps_its_dark_ground(show: Show) -> None:
    page = show(
        badge('data-badge-popover="right"'), head='<meta name="color-scheme" content="light dark">', color_scheme="dark"
    )
    page.locator("#one a:has(img)").focus()
    ground = page.locator("#one [role=dialog]").evaluate("(e) => getComputedStyle(e).backgroundColor")
    assert sum(int(part) for part in re.findall(r"\d+", ground)[:3]) < 200


def test_a_page_that_only_loads_a_script_with_a_callback_is_answered(show: Show, server: str, answers: Answers) -> None:
    page = show(
        f"""<p id="one">?</p>
        <script>window._altmetric = {{ embed_callback: (told) => {{
          document.getElementById("one").textContent = told.cited_by_posts_count;
        }} }};</script>
        <script src="{server}/v1/doi/{PAPER}?callback=_altmetric.embed_callback&domain=here&key=1&cache_until=7-29">
        </script>""",
        own=False,
    )
    assert page.locator("#one").inner_text() == str(posts_of(answers, PAPER))


def test_a_private_server_shows_strangers_a_picture_that_says_so_until_reading_is_public(
    chromium: Browser, own_server: str, own_answers: Answers, foreign: tuple[str, dict[str, tuple[str, str]]]
) -> None:
    own_answers.access.add("root", "correct horse battery", True, BY)
    own_answers.access.read_by("private", BY)
    site, pages = foreign
    pictures = "".join(f'<img src="{own_server}/badge/doi/{PAPER}.{kind}" alt="">' for kind in ("svg", "png"))
    body = pictures + badge() + badge('data-hide-no-mentions="true"', key="two")
    pages["/page"] = (f'<!doctype html>{WATCH}{body}<script async src="{own_server}/assets/embed.js"></script>', "")
    with contextmanager(_context)(chromium) as opened:
        page = opened()
        told: dict[str, int] = {}
        page.on("response", lambda response: told.update({urlsplit(response.url).path: response.status}))
        page.goto(f"{site}/page", wait_until="networkidle")
        assert page.locator("body > img").evaluate_all("(all) => all.map((e) => e.naturalWidth)") == [64, 64]
        image, link = page.locator("#one img"), page.locator("#one a")
        expect(image).to_have_attribute("alt", "hubbub: private")
        assert image.evaluate("(e) => e.naturalWidth") == 88
        assert link.get_attribute("href") == f"{own_server}/work/doi/{PAPER.replace('/', '%2F')}"
        assert page.locator("#two").is_hidden()
        assert {status for path, status in told.items() if "/badge/" in path or "/v1/" in path} == {401}
        assert page.evaluate("fired") == [["altmetric:show", "one"], ["altmetric:hide", "two"]]
        own_answers.access.read_by("public", BY)
        page.reload(wait_until="networkidle")
        expect(image).to_have_attribute("alt", "hubbub: 1 post about this work")
        assert {status for path, status in told.items() if "/badge/" in path} == {200}


def test_the_script_is_small(client: httpx.Client) -> None:
    told = client.get("/assets/embed.js")
    assert told.headers["content-type"].startswith("text/javascript")
    assert len(told.content) < 12_000


REFERENCE = Path(__file__).parents[2] / "docs" / "reference" / "badges.md"


def test_the_reference_names_each_type_in_its_size() -> None:
    told = re.findall(r"^\| `([\w-]+)` \| .+ \| (\d+) × (\d+) \|$", REFERENCE.read_text("utf-8"), re.MULTILINE)
    assert told == [(name, str(form.width), str(form.height)) for name, form in looks().forms.items()]


def test_the_reference_names_the_attributes_that_the_script_reads_and_no_other(client: httpx.Client) -> None:
    script = client.get("/assets/embed.js").text
    read = {*re.findall(r'(?:option|isSet)\(at, "([\w-]+)"\)', script), *looks().names}
    table = REFERENCE.read_text("utf-8").partition("| attribute |")[2]
    assert set(re.findall("`data-([a-z-]+)`", table)) == read | {"template"}
