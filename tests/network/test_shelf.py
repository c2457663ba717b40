"""One `sync` fills a shelf of works of five kinds: from a real network, and from recordings of other services."""

import json
import re
from html import escape
from pathlib import Path
from typing import Any

import httpx
import pytest

from hubbub import identify
from tests.network.network import PASSWORD, Network
from tests.network.reading import Hubbub
from tests.replay.served import RECORDINGS, served

pytestmark = pytest.mark.xdist_group("network")

# An article, a preprint, a data set, slides and software; what registries say of them is recorded.
WORKS = {
    "doi:10.7554/elife.01567": "Automated quantitative histology",
    "arxiv:2201.06719": "",
    "doi:10.5061/dryad.8515": "",
    "slideshare:example/on-slides": "On slides",
    "sourceforge:qtlmovie": "",
}
VENUES = {"bluesky", "hackernews", "newsfeed", "stackexchange"}
ASKED = ("bluesky", "crossref", "datacite", "feeds", "hackernews", "slideshare", "sourceforge", "stackexchange")
FEED = "https://blog.example.org/digest"
ATOM = """<feed xmlns="http://www.w3.org/2005/Atom">
<title>A digest</title><id>{0}</id><updated>2026-01-02T00:00:00Z</updated>
<entry><title>What we read</title><id>{0}/1</id><link href="{0}/1"/><updated>2026-01-02T00:00:00Z</updated>
<author><name>Ada</name></author><content type="html">{1}</content></entry></feed>"""


def addresses() -> list[str]:
    """Where the works are."""
    parsed = [identify.parse(work) for work in WORKS]
    return [address for one in parsed if one and (address := identify.address(one))]


def retold(recording: str, **words: str) -> Any:
    """A recorded list whose first entry speaks of all the works."""
    body = json.loads((RECORDINGS / recording).read_bytes())
    name = "hits" if "hits" in body else "items"
    return body | {name: [body[name][0] | words], "nbPages": 1, "has_more": False}


def retell(folder: Path) -> None:
    """Answers in which other services speak of all the works, in the shape of what was recorded of them."""
    links = " ".join(f'<a href="{address}">{address}</a>' for address in addresses())
    told = {
        "https://hn.algolia.com/api/v1/search_by_date": retold(
            "hackernews/answers/search_p1.json", comment_text=f"All of these: {links}"
        ),
        "https://api.stackexchange.com/2.3/search/excerpts": retold("stackexchange/answers/search_p1.json"),
        "https://api.stackexchange.com/2.3/posts/28101?filter=withbody&site=academia&pagesize=100": retold(
            "stackexchange/answers/posts_p1.json", body=links
        ),
        FEED: ATOM.format(FEED, escape(links)),
        "https://sourceforge.net/projects/qtlmovie/files/stats/json": json.loads(
            (RECORDINGS / "sourceforge/answers/downloads.json").read_bytes()
        ),
    }
    answers = folder / "retold" / "answers"
    answers.mkdir(parents=True)
    requests = []
    for number, (url, body) in enumerate(told.items()):
        (answers / str(number)).write_text(body if isinstance(body, str) else json.dumps(body))
        requests.append({"url": url, "file": str(number)})
    (answers / "requests.ndjson").write_text("\n".join(map(json.dumps, requests)))


def test_wrong_credentials_are_told_in_a_sentence_and_the_rest_goes_on(bluesky: Network, tmp_path: Path) -> None:
    reader = bluesky.join("reader-c")
    retell(tmp_path / "recordings")
    with served(tmp_path, RECORDINGS, tmp_path / "recordings") as server:
        hubbub = Hubbub(server, bluesky, tmp_path, login=(reader.handle, "a password of the past"))
        hubbub.server.do("track", *WORKS)
        ran = server.run("sync", "bluesky", "hackernews")
    assert ran.returncode == 1
    assert ran.stderr.startswith("hubbub: bluesky: bsky.social does not accept bluesky_handle and bluesky_app_password")
    assert ran.stderr.count("\n") == 1
    assert "✓ hackernews: 1 post, 5 mentions" in ran.stdout


def test_each_work_of_a_shelf_shows_at_least_three_venues_with_evidence(bluesky: Network, tmp_path: Path) -> None:
    retell(tmp_path / "recordings")
    ada, ben = bluesky.join("reader-a"), bluesky.join("reader-b")
    for address in addresses():
        ben.repost(ada.link(f"worth your time: {address}", address))
    ben.follow(ada)
    bluesky.settle()
    with served(tmp_path, RECORDINGS, tmp_path / "recordings") as server:
        hubbub = Hubbub(server, bluesky, tmp_path, login=(ben.handle, PASSWORD))
        server.environment["HUBBUB_MIRRORS"] += f" blog.example.org={server.address}"
        hubbub.server.do("track", *WORKS)
        hubbub.server.do("subscribe", FEED, "stackexchange:academia")
        hubbub.server.do("sync", *ASKED)
        assert re.search(
            r"^downloads +[1-9]\d* +SourceForge ", hubbub.server.do("report", "sourceforge:qtlmovie"), re.MULTILINE
        )
        with hubbub.server.serving("--offline") as at:
            for work, title in WORKS.items():
                report = json.loads(hubbub.server.do("report", work, "--json"))
                assert {one["source"] for one in report["sources"] if one["posts"]} == VENUES
                assert report["description"]["title"].startswith(title)
                said = hubbub.mentions(work)
                assert {one["source"] for one in said if one["evidence"]} == VENUES
                page = httpx.get(f"{at}/work/{work.replace(':', '/', 1)}", follow_redirects=True).text
                assert title in page
                for one in said:
                    assert f'href="/account/{one["source"]}/' in page
                    assert one["url"] in page
