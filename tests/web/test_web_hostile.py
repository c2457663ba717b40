"""What strangers write shows as text, wherever it is told: every route is asked about a work that is nothing else."""

import csv
import json
import re
from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from io import StringIO
from urllib.parse import quote
from xml.etree import ElementTree

import httpx
import pytest
from msgspec.structs import replace
from selectolax.lexbor import LexborHTMLParser

from hubbub.answers import Answers
from hubbub.answers.exported import FORMATS
from hubbub.model import Account, Alias, Description, Follow, Identifier, Tally
from hubbub.store import Store, open_store
from hubbub.store.fold import Change
from tests.web.conftest import EVIL, RELATED, SCRIPT, START, Running, mention, reported, spoken
from tests.web.test_web_rights import APP_ROUTES

NAMES = (
    SCRIPT, "\u202eevil\u2066 <b>bold</b>", '=HYPERLINK("https://evil.example/","click")',
    "@SUM(1+1)*cmd|' /C calc'!A0",
    "+1-1", "-2+3", "\tTab", "\rReturn", "pаypal \u200b\u200d", "x" * 100_000, "'\"><svg onload=window.hit=1>",
    "]]><!--</title></script>", "%0d%0aSet-Cookie: a=b", "{{ 7 * 7 }} ${7*7} <%= 7 %>", "\ufffe\uffff\x7f",
)  # fmt: skip
ADDRESSES = (
    "javascript:window.hit=1", "data:text/html,<script>1</script>", "https://аррӏе.example/", "https://a@evil.example/",
    "//evil", "https://evil.example/\"onmouseover=\"window.hit=1", "vbscript:x", "https://evil.example/" + "a" * 20_000,
)  # fmt: skip
FORMULA = ("=", "+", "-", "@", "\t", "\r")
VALUE = quote(EVIL.value, safe="/")
FILLED = {
    "scheme": "doi", "value": VALUE, "source": "bluesky", "key": "did:plc:0", "name": quote(SCRIPT, safe=""),
    "shelf": quote(SCRIPT, safe=""), "work": quote(str(EVIL), safe=""), "kind": "csv", "numbers": "1", "form": "atom",
    "window": "at", "event": "00000000-0000-4000-8000-000000000001", "account": "did:plc:0", "id": "1",
}  # fmt: skip
GETS = [route.removeprefix("GET ") for route in APP_ROUTES if route.startswith("GET ") and "/static" not in route]


def did(number: int) -> str:
    return f"did:plc:{number}"


def changes() -> Iterator[Change]:
    for number, name in enumerate(NAMES):
        yield Account(
            source="bluesky", id=did(number), via="bluesky", version="1", name=name, handle=name, description=name,
            url=ADDRESSES[number % len(ADDRESSES)], followers=number,
        )  # fmt: skip
        said = spoken(number, EVIL, number, timedelta(hours=number), name)
        yield replace(said, post=replace(said.post, author=did(number), url=ADDRESSES[number % len(ADDRESSES)]))
        yield reported(
            900 + number, ("newsfeed", "reddit", "wikipedia", SCRIPT)[number % 4], EVIL, name, timedelta(hours=number),
            text=name, url=ADDRESSES[number % len(ADDRESSES)], author=name, record="javascript:window.hit=1",
        )  # fmt: skip
        yield Follow(source="bluesky", via="bluesky", seen_at=START, follower=did(number), followed=did(0))
    yield Description(
        identifier=EVIL, via="crossref", version="1", title=" ".join(NAMES), venue=SCRIPT, kind=SCRIPT, issued=SCRIPT,
        creators=NAMES, fields=NAMES,
    )  # fmt: skip
    yield Tally(identifier=EVIL, via=SCRIPT, kind=SCRIPT, value=2**53, as_of=START)
    yield Alias(identifier=EVIL, relation="is_same_as", other=RELATED, via=SCRIPT, version="1")
    yield Alias(identifier=Identifier("url", f"https://evil.example/{SCRIPT}"), relation="is_version_of", other=EVIL,
                via="figshare", version="1")  # fmt: skip


def fill(store: Store) -> None:
    with store.writing() as writer:
        writer.keep(list(changes()), START + timedelta(days=1))
        writer.wanted.shelve(SCRIPT, SCRIPT, SCRIPT, False, [EVIL])


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory, running: Running) -> Iterator[httpx.Client]:
    with open_store(str(tmp_path_factory.mktemp("hostile") / "hubbub.db")) as store:
        fill(store)
        with running(Answers(store)) as address, httpx.Client(base_url=address, trust_env=False, timeout=60) as client:
            yield client


def filled(route: str) -> str:
    return re.sub(r"{([a-z_]+)(?::path)?}", lambda name: FILLED.get(name[1], quote(SCRIPT, safe="")), route)


def check(answer: httpx.Response) -> None:
    """Say whether whatever an answer holds of strangers is nothing but words."""
    kind = answer.headers.get("content-type", "").partition(";")[0]
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "set-cookie" not in answer.headers
    if kind == "text/html":
        check_html(answer.text)
    elif kind == "application/x-ndjson":
        for line in answer.text.splitlines():
            json.loads(line)
    elif kind.endswith("json"):
        json.loads(answer.content)
    elif kind.endswith("xml"):
        check_xml(answer.content)
    elif kind == "text/csv":
        check_csv(answer.text)


def check_html(page: str) -> None:
    tree = LexborHTMLParser(page)
    for node in tree.css("*"):
        told = {name: value or "" for name, value in node.attributes.items()}
        assert not any(name.startswith("on") for name in told), node.html
        if "bookmarklet" in told.get("class", ""):
            continue  # our own
        for name in ("href", "src", "action", "formaction", "xlink:href"):
            assert not re.match(r"\s*(javascript|data|vbscript):", told.get(name, ""), re.IGNORECASE), node.html
        assert "onload" not in told
        if node.tag == "script":
            assert told.get("src", "").startswith("/static/") or told.get("type") == "application/ld+json", node.html
        assert node.tag not in ("iframe", "object", "embed"), node.html
        assert (node.tag, node.text()) != ("b", "bold"), node.html
        if node.tag == "img":
            assert told["src"].startswith(("/badge/", "/static/")), node.html


def check_xml(body: bytes) -> None:
    for node in ElementTree.fromstring(body).iter():  # our own
        assert not node.tag.endswith(("}script", "}foreignObject")), node.tag
        for name, value in node.attrib.items():
            assert not name.startswith("on")
            assert not re.match(r"\s*(javascript|data|vbscript):", value, re.IGNORECASE), value


def check_csv(body: str) -> None:
    before = csv.field_size_limit(10**9)
    try:
        cells = [cell for row in csv.reader(StringIO(body, newline="")) for cell in row]
    finally:
        csv.field_size_limit(before)  # it is everybody's
    for cell in cells:
        with suppress(ValueError):
            float(cell)
            continue
        assert not cell.startswith(FORMULA), cell[:80]


@pytest.mark.parametrize("route", GETS)
def test_every_route_tells_it_as_text(hostile: httpx.Client, route: str) -> None:
    answer = hostile.get(filled(route))
    assert answer.status_code < 500, answer.text[:500]
    check(answer)


@pytest.mark.parametrize("kind", FORMATS)
def test_every_export_tells_it_as_text(hostile: httpx.Client, kind: str) -> None:
    route = next(route for route in GETS if ("dossier.csv" if kind == "dossier" else "{kind}") in route)
    answer = hostile.get(filled(route).replace("/export/csv", f"/export/{kind}"))
    assert answer.status_code == 200
    check(answer)
    if kind in ("mastodon", "csv", "dossier"):
        check_csv(answer.text)


ASKED = [*(name for name in NAMES if len(name) < 60_000), *ADDRESSES, "\x00", "%00", "%ff%fe", "..%2f..%2fetc%2fpasswd"]
ASKING = (
    "q", "limit", "cursor", "page", "size", "theme", "type", "callback", "facet", "filter", "rows", "as", "word",
    "account", "against", "next", "order", "voices", "also", "since",
)  # fmt: skip


@pytest.mark.parametrize("route", [route for route in GETS if "{" in route])
def test_no_name_that_is_asked_for_breaks_a_route(hostile: httpx.Client, route: str) -> None:
    for written in ASKED:
        value = written if "%" in written else quote(written, safe="")
        answer = hostile.get(re.sub(r"{[a-z_]+(?::path)?}", value[:20_000].replace("\\", "\\\\"), route))
        assert answer.status_code < 500, answer.text[:500]
        check(answer)


@pytest.mark.parametrize("route", GETS)
def test_no_question_breaks_a_route(hostile: httpx.Client, route: str) -> None:
    for name in ASKING:
        for written in ("%00%ED%A0%80", "-" + "9" * 400):
            answer = hostile.get(f"{filled(route)}?{name}={written}&{name}={written}")
            assert answer.status_code < 500, (name, written)
            check(answer)


def test_the_words_themselves_are_shown(hostile: httpx.Client) -> None:
    shown = LexborHTMLParser(hostile.get(f"/work/doi/{VALUE}?voices=all").text)
    text = shown.body.text() if shown.body else ""
    for name in (SCRIPT, '=HYPERLINK("https://evil.example/","click")', "{{ 7 * 7 }}"):
        assert name in text
    assert mention(EVIL).identifier.value in text
