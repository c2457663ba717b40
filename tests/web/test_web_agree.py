"""All ways to the numbers agree (item 10 of NISO RP-25): each is asked for the same works, and told apart from none.

Every reader gives what its way tells, under the words of the report. Where a way counts by another rule, its reader
says by which.
"""

import csv
import io
import json
import re
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any, NamedTuple

import httpx
import msgspec
import pytest
from selectolax.lexbor import LexborHTMLParser

import hubbub
from hubbub.answers import Answers
from hubbub.model import Identifier
from hubbub.store import Store, open_store
from hubbub.web import words
from tests.cli.commanded import run
from tests.web.conftest import Running
from tests.web.test_web_mcp import asked

Numbers = dict[str, Any]
UNHEARD = Identifier("doi", "10.5555/nobody-spoke-of-it")


class Asked(NamedTuple):
    """Where the ways begin: a server, its address, the store behind it, and a shelf that holds all works."""

    client: httpx.Client
    server: str
    store: Store
    works: tuple[Identifier, ...]


def of_report(told: dict[str, Any]) -> Numbers:
    """As the report says it, which the API, the client and the command give as it is."""
    return {
        "posts": told["posts"],
        "accounts": told["accounts"],
        "passed_on": told["amplifications"],
        "by_source": {one["source"]: one["posts"] for one in told["sources"] if one["posts"]},
        "by_category": {one["category"]: one["posts"] for one in told["categories"] if one["posts"]},
    }


def by_page(at: Asked, work: Identifier) -> Numbers:
    tree = LexborHTMLParser(at.client.get(words.work_path(work)).text)
    if not tree.css(".numbers"):
        return of_nothing()
    shown = {one.css_first("dt").text(): one.css_first("dd").text() for one in tree.css(".numbers > div")}  # type: ignore[union-attr]
    named = {"posts": "Posts", "accounts": "Accounts", "passed_on": "Passed on"}
    categories = {
        row.css_first("th").text().lower(): number(row.css_first("td").text())  # type: ignore[union-attr]
        for row in tree.css("section[aria-labelledby=where-h] tr.category")
    }
    told: Numbers = {name: number(shown[title]) for name, title in named.items()}
    return told | {"by_category": {name: posts for name, posts in categories.items() if posts}}


def by_data_of_page(at: Asked, work: Identifier) -> Numbers:
    """Of works that are invented a page tells machines nothing."""
    script = LexborHTMLParser(at.client.get(words.work_path(work)).text).css_first('script[type="application/ld+json"]')
    if script is None:
        return {}
    counters = {
        one["name"]: one["userInteractionCount"] for one in json.loads(script.text()).get("interactionStatistic", ())
    }
    return {
        "by_category": {name.removeprefix("Posts: "): n for name, n in counters.items() if name != "Passed on"},
        "passed_on": counters.get("Passed on", 0),
    }


def by_command(at: Asked, work: Identifier) -> Numbers:
    return of_report(json.loads(run(at.store.address, "report", str(work), "--json").out))


def by_api(at: Asked, work: Identifier) -> Numbers:
    return of_report(at.client.get(f"/api/v1/works/{work}").json())


def by_client_of_server(at: Asked, work: Identifier) -> Numbers:
    with hubbub.connect(at.server) as here:
        return of_report(msgspec.to_builtins(here.work(str(work))))


def by_client_of_store(at: Asked, work: Identifier) -> Numbers:
    with hubbub.connect(at.store.address) as here:
        return of_report(msgspec.to_builtins(here.work(str(work))))


def by_details_page_api(at: Asked, work: Identifier) -> Numbers:
    """There, what is not known and what is none are both absent."""
    answer = at.client.get(f"/v1/doi/{work.value}")
    if answer.status_code == 404:
        return of_nothing()
    told = answer.json()
    return {"posts": told.get("cited_by_posts_count", 0), "accounts": told.get("cited_by_accounts_count")}


def by_events(at: Asked, work: Identifier) -> Numbers:
    """An event is what one collector says of a post and a name of the work, so a post may have several."""
    names = at.client.get(f"/api/v1/works/{work}").json()["versions"]
    values = {one["value"] for version in names for one in version["identifiers"] if one["scheme"] == "doi"}
    posts = set()
    for value in values | {work.value}:
        told = at.client.get("/v1/events", params={"obj-id": value, "rows": 10_000}).json()["message"]
        assert told["total-results"] == len(told["events"])
        posts |= {(one["source_id"], one["subj_id"]) for one in told["events"]}
    return {"posts": len(posts)} if posts else of_nothing()


def by_badge(at: Asked, work: Identifier) -> Numbers:
    told = at.client.get(words.badge_path(work, "svg")).text
    found = re.search(r"<title>hubbub(?:, simulated)?: ([\d,]+) posts? about", told)
    return {"posts": number(found[1])} if found else of_nothing()


def by_feed(at: Asked, work: Identifier) -> Numbers:
    """A feed holds posts, and nothing of what is unknown."""
    path, ids = words.feed_path(work, "json"), list[str]()
    while path:
        page = at.client.get(path).json()
        ids += [one["id"] for one in page["items"]]
        path = page.get("next_url")
    assert len(ids) == len(set(ids))
    return {"posts": len(ids)}


def by_dossier(at: Asked, work: Identifier) -> Numbers:
    table = csv.DictReader(io.StringIO(at.client.get("/shelf/all/dossier.csv").text))
    (row,) = [row for row in table if row["identifier"] == str(work)]
    categories = {
        name.removeprefix("posts: "): number(n) for name, n in row.items() if name.startswith("posts: ") and n
    }
    told: Numbers = {name: number(row[name]) for name in ("posts", "accounts")}
    return told | {
        "passed_on": number(row["amplifications"]),
        "by_category": {name: posts for name, posts in categories.items() if posts},
    }


def by_paperbuzz(at: Asked, work: Identifier) -> Numbers:
    """There, a source without posts is none, and a work without sources is not told from one that nobody knows."""
    answer = at.client.get(f"/v0/doi/{work.value}")
    told = {} if answer.status_code == 404 else answer.json()
    by_source = {one["source_id"]: one["events_count"] for one in told.get("altmetrics_sources", ())}
    assert all(len(one["events"]) == one["events_count"] for one in told.get("altmetrics_sources", ()))
    return {"by_source": by_source}


def by_tools(at: Asked, work: Identifier) -> Numbers:
    return of_report(_by_tools(at)[work])


@cache
def _by_tools(at: Asked) -> dict[Identifier, Any]:
    """All works in one session, since it is a process of its own."""
    told = asked(at.store.address, [("get_citation_counts", {"identifier": str(work)}) for work in at.works])
    return dict(zip(at.works, told, strict=True))


def of_nothing() -> Numbers:
    """What all say of a work of which nothing was collected: not that it is zero."""
    return {"posts": None, "accounts": None, "passed_on": None, "by_source": {}, "by_category": {}}


def number(shown: str) -> int | None:
    return int(shown.replace(",", "")) if shown.replace(",", "").isdigit() else None


WAYS: dict[str, Callable[[Asked, Identifier], Numbers]] = {
    "the page": by_page,
    "the data of the page": by_data_of_page,
    "the command": by_command,
    "the API": by_api,
    "the client of a server": by_client_of_server,
    "the client of a store": by_client_of_store,
    "the Details Page API, which embeds read": by_details_page_api,
    "Event Data": by_events,
    "Paperbuzz": by_paperbuzz,
    "the tools of assistants": by_tools,
    "the badge": by_badge,
    "the feed": by_feed,
    "the dossier": by_dossier,
}


@pytest.fixture(scope="module")
def at(tmp_path_factory: pytest.TempPathFactory, running: Running) -> Iterator[Asked]:
    """The demo's store, in which recorded and simulated works are, behind a server."""
    address = tmp_path_factory.mktemp("agree") / "hubbub.db"
    assert run(address, "demo", "--fill-only").status == 0
    with open_store(str(address)) as store:
        answers = Answers(store)
        works = [line.identifier for card in answers.cards() for line in answers.shelf(card.name).works]  # type: ignore[union-attr]
        works = [one for one in dict.fromkeys([*works, UNHEARD]) if one.scheme == "doi"]
        with store.writing() as writer:
            writer.wanted.shelve("all", "All works", "", False, works)
        with running(answers) as server, httpx.Client(base_url=server, trust_env=False, timeout=60) as client:
            yield Asked(client, server, store, tuple(works))


@pytest.mark.parametrize("way", WAYS)
def test_every_way_gives_the_numbers_of_the_report(at: Asked, way: str) -> None:
    compared = set[str]()
    for work in at.works:
        report = of_report(msgspec.to_builtins(Answers(at.store).report(work)))
        told = WAYS[way](at, work)
        for name, value in told.items():
            known = report[name]
            # What says nothing of the unknown says none.
            assert value == known or (not value and not known), f"{work}: {name}"
            compared.update([name] if known else [])
    assert compared


def test_the_works_that_are_compared_are_of_every_sort(at: Asked) -> None:
    reports = [of_report(msgspec.to_builtins(Answers(at.store).report(work))) for work in at.works]
    assert any(one["posts"] is None for one in reports)
    assert any(one["passed_on"] for one in reports)
    assert any(len(one["by_source"]) > 3 for one in reports)
    assert any(one["accounts"] and one["accounts"] < one["posts"] for one in reports)
    assert any("wikipedia" in one["by_source"] for one in reports)
    assert len([one for one in reports if one["posts"]]) > 10
