"""The page of a network and what its script draws: the same people, by scripts of our own alone."""

import hashlib
import re
from importlib.resources import files

import httpx
import pytest

from hubbub.answers import Answers
from hubbub.model import Identifier
from hubbub.web.guard import CSP
from hubbub.web.words import account_path, name, network_path, people_path
from tests.web.test_web_pages import get, one, text, text_of

PAPER = Identifier("doi", "10.5555/hubbub.2025.001")
EVIL = Identifier("doi", "10.5555/<script>alert(1)</script>")
DATA = network_path(PAPER, "network.json")
PAGES = {network_path(PAPER): DATA, "/shelf/mine/network": "/shelf/mine/network.json"}


@pytest.mark.parametrize(("page", "data"), PAGES.items())
def test_the_picture_and_the_table_tell_of_the_same_people(client: httpx.Client, page: str, data: str) -> None:
    tree = get(client, page)
    assert one(tree, ".network").attributes["data-from"] == data
    drawn = client.get(data).json()["voices"]
    table = [a.attributes["href"] for a in tree.css("section[aria-labelledby=table-h] tbody th a")]
    assert sorted(voice[2] for voice in drawn) == sorted(str(link) for link in table)
    assert len(drawn) > 2


def test_the_picture_has_everybody_with_a_place_and_all_ties(client: httpx.Client, answers: Answers) -> None:
    found = answers.network(PAPER)
    assert found is not None
    picture = client.get(DATA).json()
    assert [voice[2] for voice in picture["voices"]] == [account_path(v.person.speaker) for v in found.voices]
    assert [tuple(tie) for tie in picture["ties"]] == [
        (tie.one, tie.other, tie.follows, tie.passed, tie.works) for tie in found.ties
    ]
    assert all(-1.01 <= at <= 1.01 for voice in picture["voices"] for at in voice[3:5])
    assert client.get(DATA).content == client.get(DATA).content


def test_the_page_says_in_a_sentence_what_the_picture_shows(client: httpx.Client, answers: Answers) -> None:
    found = answers.network(PAPER)
    assert found is not None
    tree = get(client, network_path(PAPER))
    says = text(tree, ".lede")
    assert says.startswith(f"{len(found.voices)} people who spoke of this work, and {len(found.ties)} ties")
    most = max(found.voices, key=lambda voice: voice.ties)
    assert f"{name(most.person.speaker)} is tied to most: to {most.ties}." in says
    assert says in str(one(tree, ".network").attributes["aria-label"])


def test_scripts_run_on_this_page_alone_and_only_our_own(client: httpx.Client) -> None:
    response = client.get(network_path(PAPER))
    assert response.headers["content-security-policy"] == f"{CSP}; script-src 'self'; connect-src 'self'"
    scripts = get(client, network_path(PAPER)).css("script")
    assert len(scripts) == 3
    for script in scripts:
        assert str(script.attributes["src"]).startswith("/static/")
        assert not script.text()
        assert client.get(str(script.attributes["src"])).headers["content-type"].startswith("text/javascript")
    for path in ("/", people_path(PAPER), DATA):
        assert client.get(path).headers["content-security-policy"] == CSP


def test_scripts_of_others_are_as_their_origin_says() -> None:
    vendor = files("hubbub.web") / "static" / "vendor"
    told = dict(re.findall(r"`([\w.-]+\.js)`.*`([0-9a-f]{64})`", (vendor / "ORIGIN.md").read_text()))
    held = {
        file.name: hashlib.sha256(file.read_bytes()).hexdigest()
        for file in vendor.iterdir()
        if file.name.endswith(".js")
    }
    assert told == held
    for licence in re.findall(r"`([\w.-]+\.LICENSE\.txt)`", (vendor / "ORIGIN.md").read_text()):
        assert "Permission is hereby granted, free of charge" in (vendor / licence).read_text().replace("\n", " ")


def test_a_long_table_has_pages(client: httpx.Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hubbub.web.network.PER_PAGE", 5)
    rows = [
        text_of(row)
        for page in (1, 2)
        for row in get(client, f"{network_path(PAPER)}?page={page}").css("section[aria-labelledby=table-h] tbody th")
    ]
    assert len(rows) == len(set(rows)) == 10
    assert get(client, f"{network_path(PAPER)}?page=999").css_first("nav.pages a[rel=prev]")


def test_of_nobody_there_is_no_picture(client: httpx.Client) -> None:
    tree = get(client, "/network/work/doi/10.5555/none")
    assert "no network" in text(tree)
    assert not tree.css("script")
    assert client.get("/network.json/work/doi/10.5555/none").json() == {"voices": [], "ties": []}
    assert client.get("/shelf/none/network").status_code == 404
    assert client.get("/shelf/none/network.json").status_code == 404


def test_an_address_in_another_form_leads_to_the_one(client: httpx.Client) -> None:
    response = client.get("/network/work/doi/10.5555/HUBBUB.2025.001")
    assert (response.status_code, response.headers["location"]) == (308, network_path(PAPER))


def test_what_strangers_wrote_stays_text(client: httpx.Client) -> None:
    assert get(client, network_path(EVIL)).css_first("main script, main img") is None
