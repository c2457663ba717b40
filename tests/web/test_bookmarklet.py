"""The bookmarklet, clicked in the bookmarks bar of a browser with a window, on pages that forbid all scripts."""

import json
import os
import re
import struct
import subprocess
import threading
import time
import zlib
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import NamedTuple
from urllib.parse import parse_qs, unquote, urlsplit
from urllib.request import ProxyHandler, build_opener

import pytest
from playwright.sync_api import Browser

from hubbub.answers import Answers
from hubbub.web.bookmarklet import bookmarklet, tag_rows

Running = Callable[..., AbstractContextManager[str]]
WINDOW = {"left": 0, "top": 0, "right": 1200, "bottom": 860, "maximized": False}
HOST = "journal.example.org"  # an address of this machine would name no work
PAGES = Path(__file__).parent / "pages"
PDF = b"""%PDF-1.4
1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj
2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj
3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]>>endobj
trailer<</Root 1 0 R>>
%%EOF
"""
MEASURE = b"""<!doctype html><title>measure</title><script>
const told = [screenX, screenY, outerHeight - innerHeight];
setTimeout(() => fetch("/size?" + told).then(() => location = new URLSearchParams(location.search).get("then")), 200);
</script>"""
POLICIES = {
    "plain": "",
    "no-script": "default-src 'none'; script-src 'none'; style-src 'none'",
    "trusted-types": "require-trusted-types-for 'script'; trusted-types 'none'",
}
ARTICLE = ["doi:10.5555/HUBBUB.2025.001", "pmid:23193287", "doi:10.5555/hubbub.2025.001"]


def screenshot(xwd: bytes) -> bytes:
    """A PNG of what Xvfb keeps of its screen."""
    head = struct.unpack(">25I", xwd[:100])
    size, width, height, stride, colours = head[0], head[4], head[5], head[12], head[19]
    lines = bytearray()
    for y in range(height):
        at = size + colours * 12 + y * stride
        row, rgb = xwd[at : at + width * 4], bytearray(width * 3)
        rgb[0::3], rgb[1::3], rgb[2::3] = row[2::4], row[1::4], row[0::4]
        lines += b"\0" + rgb

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    header = struct.pack(">2I5B", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(bytes(lines)))
        + chunk(b"IEND", b"")
    )


class Handler(BaseHTTPRequestHandler):
    """Serves /POLICY/FILE, a PDF, and the page that measures the window; remembers what was asked."""

    asked: list[str]

    def do_GET(self) -> None:
        self.asked.append(self.path)
        parts = urlsplit(self.path).path.strip("/").split("/")
        kind, body, policy = "text/html", b"", ""
        if parts == ["measure"]:
            body = MEASURE
        elif parts[-1].endswith(".pdf"):
            kind, body = "application/pdf", PDF
        elif len(parts) == 2 and parts[0] in POLICIES:
            body, policy = (PAGES / parts[1]).read_bytes(), POLICIES[parts[0]]
        self.send_response(200)
        if policy:
            self.send_header("Content-Security-Policy", policy)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None: ...  # noqa: A002


@contextmanager
def journal() -> Iterator[tuple[int, list[str]]]:
    """A server of article pages: its port, and the paths asked for so far."""
    asked: list[str] = []
    handler = type("Journal", (Handler,), {"asked": asked})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        yield server.server_port, asked
        server.shutdown()
        thread.join()


def wait(what: Callable[[], str | None], seconds: float = 30) -> str | None:
    """The first answer that is not None."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if (found := what()) is not None:
            return found
        time.sleep(0.05)
    return None


class Desk:
    """A screen of its own with a browser on it, whose bookmarks bar holds the bookmarklet alone."""

    def __init__(self, folder: Path, link: str, journal: str, asked: list[str], stack: ExitStack) -> None:
        self.folder, self.journal, self.asked = folder, journal, asked
        self.profile = folder / "profile"
        (self.profile / "Default").mkdir(parents=True)
        (self.profile / "Default" / "Bookmarks").write_text(json.dumps(bookmarks(link)))
        preferences = {
            "bookmark_bar": {"show_on_all_tabs": True, "show_apps_shortcut": False, "show_tab_groups": False},
            "browser": {"window_placement": WINDOW},  # the flags for it would size the window that opens, too
        }
        (self.profile / "Default" / "Preferences").write_text(json.dumps(preferences))
        self.display = self._screen(stack)

    def _screen(self, stack: ExitStack) -> str:
        reading, writing = os.pipe()
        command = ["Xvfb", "-displayfd", str(writing), "-screen", "0", "1280x900x24", "-nolisten", "tcp"]
        command += ["-fbdir", str(self.folder)]
        process = subprocess.Popen(command, pass_fds=[writing], stderr=subprocess.DEVNULL)
        stack.enter_context(ended(process))
        os.close(writing)
        with os.fdopen(reading) as told:
            return f":{told.readline().strip()}"

    def browse(self, path: str, stack: ExitStack) -> None:
        """Open the browser, learn where its bars are, and go to a page."""
        flags = [
            "--no-sandbox",
            "--test-type",
            "--no-first-run",
            "--no-default-browser-check",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--password-store=basic",
            "--disable-gpu",
            "--disable-dev-shm-usage",
            "--no-proxy-server",
            f"--host-resolver-rules=MAP {HOST} 127.0.0.1",
            "--disable-features=HttpsUpgrades,HttpsFirstBalancedModeAutoEnable",
            "--remote-debugging-port=0",
        ]
        command = ["chromium", *flags, f"--user-data-dir={self.profile}", f"{self.journal}/measure?then={path}"]
        log = stack.enter_context((self.folder / "chromium.log").open("wb"))
        stack.enter_context(
            ended(subprocess.Popen(command, env={**os.environ, "DISPLAY": self.display}, stdout=log, stderr=log))
        )
        told = wait(lambda: next((one for one in self.asked if one.startswith("/size?")), None), 60)
        assert told, self.seen("the browser did not open")
        left, top, bars = map(int, told.split("?")[1].split(","))
        self.at = (left + 60, top + bars - 17)
        assert wait(lambda: path if self.shown(lambda url: url.endswith(path)) else None), self.seen("no article")

    def click(self, arrived: Callable[[str], bool]) -> str:
        """Click the bookmark until its window is there: a bar that is still moving swallows a click."""
        found = None
        for _ in range(4):
            time.sleep(0.4)
            at = [str(place) for place in self.at]
            subprocess.run(
                ["xdotool", "mousemove", *at, "sleep", "0.1", "click", "1"],
                env={**os.environ, "DISPLAY": self.display}, check=True, timeout=20,
            )  # fmt: skip
            if found := wait(lambda: self.shown(arrived), 8):
                break
        assert found, self.seen("no window of hubbub opened")
        return found

    def shown(self, is_it: Callable[[str], bool]) -> str | None:
        """The address of an open page."""
        return next((url for url in self.open() if is_it(url)), None)

    def open(self) -> list[str]:
        """The addresses of all open pages."""
        try:
            port = (self.profile / "DevToolsActivePort").read_text().split()[0]
            with build_opener(ProxyHandler({})).open(f"http://127.0.0.1:{port}/json", timeout=5) as told:
                return [target["url"] for target in json.load(told) if target["type"] == "page"]
        except (OSError, IndexError):
            return []

    def seen(self, wrong: str) -> str:
        """What is on the screen, for whoever reads the failure."""
        picture = self.folder / "screen.png"
        picture.write_bytes(screenshot((self.folder / "Xvfb_screen0").read_bytes()))
        return f"{wrong}; asked: {self.asked}; open: {self.open()}; screen: {picture}"


def bookmarks(link: str) -> dict[str, object]:
    """The file in which the browser keeps its bookmarks."""

    def folder(id_: str, *children: object) -> dict[str, object]:
        return {"id": id_, "name": id_, "type": "folder", "children": list(children)}

    button = {"id": "4", "name": "hubbub: who says what about this work?", "type": "url", "url": link}
    return {"version": 1, "roots": {"bookmark_bar": folder("1", button), "other": folder("2"), "synced": folder("3")}}


@contextmanager
def ended(process: subprocess.Popen[bytes]) -> Iterator[None]:
    """Stop a process at the end."""
    try:
        yield
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


CLICKS = {
    "no scripts": ("/no-script/article.html", ARTICLE),
    "trusted types": ("/trusted-types/article.html", ARTICLE),
    "JSON-LD": ("/no-script/json-ld.html", ["doi:10.5555/hubbub.2025.001"]),
    "PDF": ("/pdf/10.5555/hubbub.2025.001.pdf", []),
}


class Clicked(NamedTuple):
    """What a click came to: the window's address at hubbub, what was asked of hubbub, and the page's address."""

    desk: Desk
    window: str
    asked: dict[str, list[str]]
    page: str


ClickOn = Callable[[str, str], AbstractContextManager[Clicked]]


@pytest.fixture
def click_on(answers: Answers, tmp_path: Path, need: Callable[..., None], running: Running) -> ClickOn:
    """Open a page, click the bookmark, and wait for a window of hubbub below an address."""
    need("chromium", "Xvfb", "xdotool")

    @contextmanager
    def clicked(path: str, arrived: str) -> Iterator[Clicked]:
        with ExitStack() as stack:
            found: list[str] = []
            server = stack.enter_context(running(answers, found.append))
            port, asked = stack.enter_context(journal())
            desk = Desk(tmp_path, bookmarklet(server), f"http://{HOST}:{port}", asked, stack)
            desk.browse(path, stack)
            window = desk.click(lambda url: url.startswith(server + arrived))
            query = wait(lambda: next((one for one in found if one.startswith("/find?")), None))
            assert query, desk.seen("hubbub was not asked")
            yield Clicked(desk, window.removeprefix(server), parse_qs(urlsplit(query).query), desk.journal + path)

    return clicked


@pytest.mark.parametrize(("path", "ids"), CLICKS.values(), ids=CLICKS.keys())
def test_a_click_opens_the_work(path: str, ids: list[str], click_on: ClickOn) -> None:
    with click_on(path, "/work/") as (desk, window, asked, page):
        assert urlsplit(window).path == "/work/doi/10.5555/hubbub.2025.001"
        assert [one for one in asked.get("id", []) if one in ids] == ids
        assert not any("quiet" in one for one in asked.get("id", []))
        assert asked["at"][-1] == page
        assert page in desk.open(), desk.seen("the article went away")


def test_a_click_on_another_page_says_what_was_looked_for(click_on: ClickOn) -> None:
    with click_on("/no-script/about.html", "/find?") as (desk, _, asked, page):
        assert asked == {"id": ["page-42"], "at": [page]}
        assert page in desk.open(), desk.seen("the page went away")


@pytest.mark.parametrize(("ci", "outcome"), [("true", pytest.fail.Exception), ("", pytest.skip.Exception)])
def test_a_missing_program_skips_here_and_fails_in_ci(
    ci: str, outcome: type[BaseException], need: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CI", ci)
    with pytest.raises(outcome, match="no-such-program"):
        need("sh", "no-such-program")


# The link itself


def test_the_link_is_one_line_that_an_address_may_hold() -> None:
    link = bookmarklet("http://127.0.0.1:4822")
    assert link.startswith("javascript:(()")
    assert link.isascii()
    assert not re.search(r"[\s\"<>#\\^`]", link)
    assert not re.search(r"%(?![0-9A-F]{2})", link)
    code = unquote(link)
    assert "//" not in code.replace("http://127.0.0.1:4822", "")
    assert "ORIGIN" not in code
    assert "TAGS" not in code
    for scheme, names in tag_rows():
        assert json.dumps([scheme, names], separators=(",", ":")) in code


@pytest.mark.parametrize("policy", POLICIES)
def test_the_code_reads_the_page_and_returns_nothing(chromium: Browser, policy: str) -> None:
    with journal() as (port, _):
        article = f"http://127.0.0.1:{port}/{policy}/article.html"
        context = chromium.new_context()
        page = context.new_page()
        page.goto(article)
        session = context.new_cdp_session(page)
        code = unquote(bookmarklet("http://hubbub.invalid").removeprefix("javascript:"))
        session.send("Runtime.evaluate", {"expression": "urls = []; window.open = (url) => urls.push(url)"})
        session.send("Runtime.evaluate", {"expression": f"nothing = (() => {{ return {code} }})() === undefined"})
        told = session.send("Runtime.evaluate", {"expression": "[urls, nothing]", "returnByValue": True})
        [url], nothing = told["result"]["value"]
        assert nothing
        asked = parse_qs(urlsplit(url).query)
        assert asked["id"] == ["doi:10.5555/HUBBUB.2025.001", "pmid:23193287", "doi:10.5555/hubbub.2025.001"]
        assert asked["at"] == ["https://journal.example.org/article/101", article]
        context.close()
