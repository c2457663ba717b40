"""`track`, `me`, `roster`, `sync` and `status` as separate processes, against a server of recordings."""

import json
import signal
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from time import monotonic, sleep

import httpx
import pytest

from tests.replay.served import PROGRAM, Served, served

ASKED = ("crossref", "hackernews")
WORKS = ("10.1371/journal.pone.0000308", "10.7554/elife.01567")


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Served]:
    with served(tmp_path) as running:
        yield running


def test_a_shelf_is_filled_by_sync(server: Served) -> None:
    assert server.run("track", *WORKS).stdout == "2 works put on the shelf tracked.\n"
    ran = server.run("sync", *ASKED)
    assert (ran.returncode, ran.stderr) == (0, "")
    assert "✓ hackernews: 3 posts, 3 mentions, 0 withdrawn" in ran.stdout
    assert "✓ crossref:" in ran.stdout
    report = json.loads(server.run("report", WORKS[0], "--json").stdout)
    assert (report["posts"], [one["source"] for one in report["sources"]]) == (3, ["hackernews"])
    described = json.loads(server.run("report", WORKS[1], "--json").stdout)
    assert described["description"]["title"].startswith("Automated quantitative histology")
    before = len(server.asked())
    assert "0 posts" in server.run("sync", *ASKED).stdout
    assert len(server.asked()) > before


def test_works_of_a_person_come_by_themselves(server: Served) -> None:
    assert server.run("me", "0000-0002-7422-6059").stdout.startswith("1 account and 0 works noted")
    assert server.run("sync", *ASKED).returncode == 0
    assert "doi:10.12688/f1000research.161261.2" in server.run("me").stdout


@pytest.mark.parametrize(
    ("fault", "told"),
    [
        ("html", "crossref: set aside: no JSON (2 times), such as <!doctype html><title>Just a moment"),
        ("429 long", "crossref: api.crossref.org wants to be left alone until"),
        ("401", "crossref: api.crossref.org answered 401"),
        ("bomb", "crossref: api.crossref.org cannot be read: it sends more than 32 MiB at once"),
        ("skewed", "crossref: this machine's clock is 60 minutes behind"),
    ],
)
def test_one_source_that_fails_is_said_and_the_others_go_on(server: Served, fault: str, told: str) -> None:
    server.run("track", *WORKS)
    server.fail("api.crossref.org", fault, times=20)
    ran = server.run("sync", *ASKED)
    assert told in ran.stderr
    assert all(line.startswith("hubbub: ") for line in ran.stderr.splitlines())
    assert "✓ hackernews: 3 posts" in ran.stdout
    assert ran.returncode == 1


def test_without_a_network_every_source_says_so(server: Served) -> None:
    server.run("track", WORKS[0])
    ran = server.run("sync", *ASKED, HUBBUB_MIRRORS="")
    assert ran.returncode == 1
    assert {line.split(":")[1].strip() for line in ran.stderr.splitlines()} == {"crossref", "hackernews"}
    assert "Traceback" not in ran.stderr


def test_two_processes_on_one_store_ask_nothing_twice(server: Served) -> None:
    server.run("track", *(f"10.1000/{number}" for number in range(12)))

    def asked() -> list[str]:
        return [one.partition("?")[0] for one in server.asked() if "api.crossref.org" in one or "api.openalex" in one]

    with server.serving(), server.serving():
        until = monotonic() + 60
        while len({*asked()}) < 24:
            assert monotonic() < until, asked()
            sleep(0.1)
        sleep(1)  # in which one of them could go on
    assert len(asked()) == 24


def test_a_stream_without_its_login_ends_and_says_where_to_get_it(server: Served) -> None:
    ran = server.run("listen", "mastodon")
    assert ran.returncode == 1
    assert "mastodon_token" in ran.stderr
    assert ran.stderr.count("\n") == 1


def test_a_stream_that_cannot_be_reached_says_so_while_it_is_tried_again(server: Served) -> None:
    environment = server.environment | {"HUBBUB_MIRRORS": ""}
    order = [str(PROGRAM), "listen", "bluesky"]
    with subprocess.Popen(order, env=environment, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        sentence = process.stderr.readline()
        process.send_signal(signal.SIGINT)
        assert process.wait(60) == 1
        assert process.stderr.read() == ""
    assert "jetstream2.us-east.bsky.network cannot be read: there is no such host" in sentence


def test_what_can_no_longer_be_filled_is_no_longer_served(server: Served, tmp_path: Path) -> None:
    order = [str(PROGRAM), "serve", "--port", "0"]
    pipe = subprocess.PIPE
    with subprocess.Popen(order, env=server.environment, stdout=pipe, stderr=pipe, text=True) as process:
        assert process.stdout is not None
        process.stdout.readline()
        with closing(sqlite3.connect(tmp_path / "hubbub.db")) as store:
            store.execute("DROP TABLE wish")
        _, said = process.communicate(timeout=60)
    assert process.returncode == 1
    assert "hubbub: collecting has stopped: " in said
    assert "no such table: wish" in said
    assert "Traceback" not in said


def test_status_says_what_is_planned_and_what_fails(server: Served) -> None:
    assert "Nothing is planned yet" in server.run("status").stdout
    server.run("track", WORKS[0])
    server.fail("api.crossref.org", "401", times=20)
    server.run("sync", *ASKED)
    ran = server.run("status")
    assert "api.crossref.org answered 401" in ran.stderr
    planned = {one["source"]: one for one in json.loads(server.run("status", "--json").stdout)["sources"]}
    assert planned["crossref"]["failures"]
    assert planned["hackernews"]["lanes"] == 2  # the search, and the walk through posts that are held


def test_what_somebody_wishes_for_on_a_page_is_looked_up_while_it_is_served(server: Served) -> None:
    with server.serving() as at, httpx.Client(base_url=at) as browser:
        page = f"/work/doi/{WORKS[0]}"
        assert "Look it up now" in browser.get(page).text
        answer = browser.post(page, headers={"Origin": at})
        assert (answer.status_code, answer.headers["location"]) == (303, page)
        until = monotonic() + 60
        while "Last looked up" not in (shown := browser.get(page).text):
            assert monotonic() < until, shown
            sleep(0.1)
        assert "https://news.ycombinator.com/item?id=21300148" in shown
        assert "https://academia.stackexchange.com/a/28101" in shown


def test_what_is_deleted_at_its_place_is_gone_after_the_next_sync(server: Served, tmp_path: Path) -> None:
    server.run("track", WORKS[0])
    server.run("sync", *ASKED)
    assert "reader_two" in server.run("mentions", WORKS[0]).stdout
    ran = server.run("sync", *ASKED)
    assert "✓ hackernews: 0 posts, 0 mentions, 1 withdrawn" in ran.stdout, ran.stdout + ran.stderr
    assert "reader_two" not in server.run("mentions", WORKS[0]).stdout
    server.run("rebuild")
    left = [path.name for path in tmp_path.rglob("*") if path.is_file() and b"reader_two" in path.read_bytes()]
    assert left == []
    assert "0 posts, 0 mentions, 0 withdrawn" in server.run("sync", *ASKED).stdout  # its search still shows it


def test_a_fault_is_forgotten_with_the_post_that_was_asked_for(server: Served, tmp_path: Path) -> None:
    server.run("track", WORKS[0])
    server.run("sync", *ASKED)
    server.fail("hacker-news.firebaseio.com", "html", times=20)
    assert "hackernews: set aside: no JSON" in server.run("sync", *ASKED).stderr
    assert "× no JSON" in server.run("sources").stdout
    server.fail("hacker-news.firebaseio.com", "html", times=0)
    assert "1 withdrawn" in server.run("sync", *ASKED).stdout
    assert "× no JSON" not in server.run("sources").stdout
    server.run("rebuild")
    left = [path.name for path in tmp_path.rglob("*") if path.is_file() and b"post:" in path.read_bytes()]
    assert left == []


def test_references_are_read_from_files(server: Served, tmp_path: Path) -> None:
    (tmp_path / "mine.bib").write_text("@article{a, doi = {10.7554/eLife.01567}, title = {On {V}ascular things}}\n")
    (tmp_path / "more.ris").write_text("TY  - JOUR\nTI  - Sharing data\nDO  - 10.1371/journal.pone.0000308\nER  - \n")
    (tmp_path / "csl.json").write_text('[{"id": "x", "DOI": "10.1000/182", "title": "A handbook"}]')
    (tmp_path / "list.csv").write_text("title,doi\nA table,10.1000/183\nNothing,\n")
    files = [str(tmp_path / name) for name in ("mine.bib", "more.ris", "csl.json", "list.csv")]
    ran = server.run("me", *files)
    assert ran.stdout.startswith("0 accounts and 4 works noted")
    assert "no identifier in “Nothing”; it is left out" in ran.stderr
    shown = server.run("me").stdout
    for told in ("On Vascular things", "Sharing data", "A handbook", "A table"):
        assert told in shown


def test_a_roster_makes_a_shelf_a_person(server: Served, tmp_path: Path) -> None:
    (tmp_path / "roster.csv").write_text(
        "name,orcid,works\nAnn Example,0000-0002-7422-6059,\nBen,,10.1000/182 nonsense\n"
    )
    ran = server.run("roster", str(tmp_path / "roster.csv"))
    assert "2 shelves made, one a person" in ran.stdout
    assert "line 3: nonsense is not understood" in ran.stderr
    assert ran.returncode == 1


def test_what_is_not_understood_is_refused(server: Served) -> None:
    ran = server.run("me", "nonsense")
    assert ran.returncode == 2
    assert "'nonsense' is not understood, and no file" in ran.stderr


def test_addresses_are_subscribed_to_that_some_source_reads(server: Served, tmp_path: Path) -> None:
    (tmp_path / "feeds.opml").write_text('<opml><outline xmlUrl="https://a.example.org/feed"/></opml>')
    ran = server.run("subscribe", "https://b.example.org/feed", "stackexchange:chemistry", str(tmp_path / "feeds.opml"))
    assert ran.stdout.startswith("3 addresses subscribed to")
    ran = server.run("subscribe", "nonsense")
    assert (ran.returncode, ran.stdout) == (2, "")
    assert "'nonsense' is no OPML file, and no source reads it" in ran.stderr
    assert server.run("subscribe", "--remove", "https://a.example.org/feed").stdout == "1 subscription ended.\n"


def test_a_post_on_x_is_added_by_its_address(server: Served) -> None:
    address = "https://x.com/alice/status/1742012345678901234"
    ran = server.run("add", address, WORKS[0])
    assert ran.stdout == f"1 mention of doi:{WORKS[0]} added.\n"
    (said,) = json.loads(server.run("mentions", WORKS[0], "--json").stdout)
    assert (said["source"], said["url"], said["text"]) == ("twitter", address, None)
    assert server.run("add", "https://x.com/alice", WORKS[0]).returncode == 2


def test_a_source_without_archives_says_so(server: Served) -> None:
    ran = server.run("ingest", "crossref", "x")
    assert ran.returncode == 2
    assert "crossref reads no archives; archives can be read from" in ran.stderr
