"""Badges over HTTP: pictures for any site, of any work, whatever its name."""

import struct
from urllib.parse import quote

import httpx
import pytest
import resvg_py
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs
from selectolax.lexbor import LexborHTMLParser

from hubbub.answers import Answers
from hubbub.model import Identifier
from hubbub.reference.ripple import looks
from hubbub.web import ripple
from hubbub.web.guard import OPEN
from hubbub.web.words import badge_path, embed_path, work_path
from tests.conftest import BY
from tests.web.conftest import DATA

PAPER = Identifier("doi", "10.5555/hubbub.2025.001")
EVIL = Identifier("doi", "10.5555/<script>alert(1)</script>")


def is_open(response: httpx.Response) -> bool:
    return all(response.headers[name] == told for name, told in OPEN.items()) and response.headers[
        "cache-control"
    ].startswith("public")


def test_the_badge_says_the_answers_number(client: httpx.Client, answers: Answers) -> None:
    told = client.get(badge_path(PAPER, "svg"))
    assert told.headers["content-type"] == "image/svg+xml"
    assert is_open(told)
    report = answers.report(PAPER)
    assert f"<title>hubbub: {report.posts:,} posts about this work</title>" in told.text
    for one in report.categories:
        assert f"{one.category} {one.posts:,}" in told.text
    assert f"{report.reach.low:,} to {report.reach.high:,} followers" in told.text


def test_all_that_is_heard_of_a_work_is_in_its_report(answers: Answers) -> None:
    report, heard = answers.report(PAPER), answers.ripple(PAPER)
    assert (heard.posts, heard.categories, heard.reach) == (report.posts, report.categories, report.reach)


def test_the_badge_of_a_work_on_a_simulated_shelf_says_so_in_both_forms(client: httpx.Client, answers: Answers) -> None:
    heard = answers.ripple(DATA)
    assert heard.posts
    drawn = {
        said: ripple.draw(structs.replace(heard, simulated=said), looks().forms["donut"], "light",
                          ripple.Number(heard.posts, "posts"))
        for said in (True, False)
    }  # fmt: skip
    assert client.get(badge_path(DATA, "svg")).text == drawn[True] != drawn[False]
    assert "<title>hubbub, simulated: " in drawn[True]
    png = {said: resvg_py.svg_to_bytes(svg_string=one, skip_system_fonts=True) for said, one in drawn.items()}
    assert client.get(badge_path(DATA, "png")).content == png[True] != png[False]


@pytest.mark.parametrize("work", ["doi/10.5555/never-heard-of", "doi/no%20doi", "nonsense/%00", "doi/10.5555/%f0%9f"])
def test_a_work_that_nobody_mentions_has_a_picture_that_says_so(client: httpx.Client, work: str) -> None:
    told = client.get(f"/badge/{work}.svg")
    assert told.status_code == 200
    assert "no mentions yet" in told.text
    assert client.get(f"/badge/{work}.png").content.startswith(b"\x89PNG")


def test_of_a_private_server_strangers_get_the_same_picture_of_every_work_and_keep_it_nowhere(
    own_server: str, own_answers: Answers
) -> None:
    own_answers.access.add("root", "correct horse battery", True, BY)
    own_answers.access.read_by("private", BY)
    with httpx.Client(base_url=own_server, trust_env=False, timeout=30) as client:
        for kind, media in ("svg", "image/svg+xml"), ("png", "image/png"):
            ends = [f"doi/{PAPER.value}.{kind}", f"doi/10.5555/never-heard-of.{kind}", f"nonsense/%00.{kind}"]
            asked = ["", "?size=99999&number=score&theme=pink", "?type=donut&type=pie"]
            told = [client.get(f"/badge/{end}{more}") for end in ends for more in asked]
            assert {(one.status_code, one.headers["content-type"]) for one in told} == {(401, media)}
            assert len({one.content for one in told}) == 1
            assert all("no-store" in one.headers["cache-control"] and "etag" not in one.headers for one in told)
            assert all(one.headers[name] == said for name, said in OPEN.items() for one in told)
        for name, form in looks().forms.items():
            drawn = client.get(badge_path(PAPER), params={"type": name, "theme": "dark"}).content
            assert struct.unpack(">II", drawn[16:24]) == (form.width, form.height)
        assert "<title>hubbub: private</title>" in client.get(badge_path(PAPER, "svg"), params={"theme": "auto"}).text


def test_the_page_of_what_to_copy_says_that_reading_is_private(own_server: str, own_answers: Answers) -> None:
    own_answers.access.add("root", "correct horse battery", True, BY)
    for reading in ("public", "private"):
        own_answers.access.read_by(reading, BY)
        secret = own_answers.access.log_in("root", "correct horse battery", "192.0.2.1")
        told = httpx.get(own_server + embed_path(PAPER), cookies={"hubbub": secret or ""}, trust_env=False)
        assert told.status_code == 200
        assert ("Reading here is private" in told.text) == (reading == "private")


def test_a_browser_that_holds_the_picture_is_told_that_it_is_right(client: httpx.Client) -> None:
    for path in (badge_path(PAPER, "svg"), badge_path(PAPER), "/assets/embed.js"):
        tag = client.get(path).headers["etag"].removeprefix("W/")
        for sent in (tag, f'"other", W/{tag}'):
            again = client.get(path, headers={"If-None-Match": sent})
            assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
            assert is_open(again)
        assert client.get(path, headers={"If-None-Match": '"other"'}).status_code == 200


@pytest.mark.parametrize("size", [16, 64, 333, 1024])
@pytest.mark.parametrize("theme", ["light", "dark", "auto"])
def test_png_is_as_wide_as_asked(client: httpx.Client, size: int, theme: str) -> None:
    told = client.get(badge_path(PAPER), params={"size": size, "theme": theme})
    assert told.headers["content-type"] == "image/png"
    assert struct.unpack(">II", told.content[16:24]) == (size, size)


def test_each_form_has_its_size(client: httpx.Client) -> None:
    for name, form in looks().forms.items():
        told = client.get(badge_path(PAPER), params={"type": name})
        assert struct.unpack(">II", told.content[16:24]) == (form.width, form.height)


def test_the_number_in_the_middle_is_of_posts_unless_another_is_asked_for(client: httpx.Client) -> None:
    path = badge_path(PAPER, "svg")
    drawn = {number: client.get(path, params={"number": number}).text for number in ("posts", "score", "none")}
    assert client.get(path).text == drawn["posts"]
    assert ", score " in drawn["score"]
    assert drawn["none"].count("scale(") == 0 < drawn["posts"].count("scale(")


@pytest.mark.parametrize(
    "wrong", ["size=15", "size=1025", "size=9" + "9" * 5000, "theme=pink", "type=pie", "number=all"]
)
def test_what_there_is_not_is_refused(client: httpx.Client, wrong: str) -> None:
    assert client.get(f"{badge_path(PAPER, 'svg')}?{wrong}").status_code == 422


@given(st.text(max_size=40), st.text(max_size=200))
def test_no_name_breaks_a_badge(client: httpx.Client, scheme: str, value: str) -> None:
    address = f"/badge/{quote(scheme, safe='', errors='replace')}/{quote(value, safe='', errors='replace')}.svg"
    told = client.get(address)
    assert told.status_code in (200, 404)  # `..` and nothing at all are other addresses
    assert "<script" not in told.text


def test_the_page_of_a_work_shows_its_ripple_and_says_how_to_show_it_elsewhere(client: httpx.Client) -> None:
    tree = LexborHTMLParser(client.get(work_path(PAPER)).text)
    link = tree.css_first("a.rippled")
    assert link is not None
    assert link.attributes["href"] == embed_path(PAPER)
    assert client.get(link.css_first("img").attributes["src"] or "").status_code == 200  # type: ignore[union-attr]


@pytest.mark.parametrize(
    "work", [PAPER, EVIL, Identifier("doi", "10.1002/(sici)1097-4571(199806)49:8<693::aid>3.0.co;2-o")]
)
def test_what_is_copied_leads_to_the_badge_and_to_the_work(client: httpx.Client, work: Identifier) -> None:
    tree = LexborHTMLParser(client.get(f"{embed_path(work)}?type=2").text)
    markdown, html, script = (LexborHTMLParser(f"<p>{one.text()}") for one in tree.css("textarea"))
    here = str(client.base_url).rstrip("/")
    image, link = (markdown.body.text().split("](")[turn].partition(")")[0] for turn in (1, 2))  # type: ignore[union-attr]
    shown, leads = html.css_first("img").attributes["src"], html.css_first("a").attributes["href"]  # type: ignore[union-attr]
    for src, href, theme in ((image, link, "auto"), (shown, leads, "light")):
        assert (src or "").startswith(here)
        asked_for = {"type": "2", "theme": theme}
        assert client.get(src or "").text == client.get(badge_path(work, "svg"), params=asked_for).text
        assert httpx.URL(href or "").path == work.value.join(["/work/doi/", ""])
    asked = script.css_first(".altmetric-embed")
    assert asked is not None
    assert asked.attributes["data-doi"] == work.value
    assert script.css_first("script").attributes["src"] == f"{here}/assets/embed.js"  # type: ignore[union-attr]
    assert [one.tag for one in script.css("p > *")] == ["script"]


def test_an_address_of_another_form_leads_to_the_page_of_the_work(client: httpx.Client) -> None:
    assert client.get("/embed/doi/10.5555/HUBBUB.2025.001").headers["location"] == embed_path(PAPER)
    assert client.get("/embed/doi/none").status_code == 404
