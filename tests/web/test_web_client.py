"""The client: every call says the same of a store as of a server over it, and refuses with the same words."""

import http.server
import shlex
import shutil
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import msgspec
import psycopg
import pytest

import hubbub
from hubbub import pipeline
from hubbub.answers import Answers
from hubbub.answers.shapes import Report, Said
from hubbub.client import Hubbub
from hubbub.model import Description, Link, Post, Reading
from hubbub.store import open_store
from hubbub.store.people import responses
from hubbub.tell import calls
from hubbub.tell.calls import Calls, ChangePage
from hubbub.tell.routes import RefusedError, routes
from tests.cli.commanded import run
from tests.web.conftest import DATA, EVIL, PAPER, QUIET, START, Running

WORK = "10.5555/demo.biochar-yield"
SHELF = "simulated-soil"
# What each call that reads is asked.
READS: dict[str, dict[str, Any]] = {
    "works": {"q": "soil", "limit": 3},
    "work": {"work": WORK, "voices": 7},
    "mentions": {"work": WORK, "limit": 50},
    "second_hand": {"work": WORK},
    "match": {"work": WORK},
    "score": {"work": WORK, "formula": "attention_published", "limit": 5},
    "standing": {"work": WORK},
    "people": {"work": WORK},
    "reach": {"work": WORK},
    "network": {"work": WORK},
    "shelves": {},
    "shelf": {"shelf": SHELF},
    "shelf_mentions": {"shelf": SHELF, "limit": 50},
    "shelf_people": {"shelf": SHELF},
    "shelf_reach": {"shelf": SHELF},
    "shelf_network": {"shelf": SHELF},
    "rings": {"shelf": SHELF, "each": 4},
    "grid": {"shelf": SHELF, "against": "simulated-newcomer"},
    "community": {"shelf": SHELF, "own": ("bluesky:did:web:hazelr.people.example",)},
    "desk": {"shelf": SHELF},
    "account": {"source": "bluesky", "account": "did:web:hazelr.people.example"},
    "sources": {},
    "changes": {"limit": 5},
    "status": {},
    "bulk_mentions": {"form": "csv", "shelf": SHELF, "since": date(2026, 5, 1)},
    "bulk_works": {"form": "parquet"},
}
WHEN = {"collected_at", "checked_at", "as_of", "at", "kept_at", "last_at", "changes", "next"}
# What each call that writes is asked, and where that is seen afterwards.
WRITES: dict[str, tuple[dict[str, Any], Callable[[Calls], Any]]] = {
    "wish": ({"work": str(PAPER)}, lambda hub: hub.work(str(PAPER)).wish),
    "correct": (
        {"work": str(PAPER), "other": str(QUIET), "same": True, "why": "I wrote both."},
        lambda hub: [(one.one, one.other, one.same, one.why) for one in hub.match(str(PAPER)).corrections],
    ),
    "set_aside": (
        {"work": str(PAPER), "source": "bluesky", "post": "at://linked", "why": "No."},
        lambda hub: [(one.source, one.post, one.why) for one in hub.match(str(PAPER)).set_aside],
    ),
    "miss": (
        {"work": str(PAPER), "address": "https://example.org/a-story"},
        lambda hub: [one.address for one in hub.match(str(PAPER)).missing],
    ),
    "respond": (
        {"shelf": "swarm", "source": "bluesky", "account": "did:plc:1", "word": "unfit"},
        lambda hub: hub._answers._store.ask(responses, "swarm"),
    ),
}


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory, running: Running) -> Iterator[tuple[Hubbub, Hubbub]]:
    """The demo store: here, and there."""
    path = str(tmp_path_factory.mktemp("demo") / "hubbub.db")
    assert run(path, "demo", "--fill-only").status == 0
    assert run(path, "standing").status == 0
    with (
        open_store(path) as store,
        running(Answers(store)) as address,
        hubbub.connect(path) as here,
        hubbub.connect(address) as there,
    ):
        yield here, there


@pytest.fixture(autouse=True)
def one_moment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(calls, "now", lambda: datetime(2026, 6, 20, tzinfo=UTC))


def test_every_call_is_tried_here() -> None:
    assert {one.name for one in routes(Calls)} == READS.keys() | WRITES.keys()


def test_changes_go_on_where_they_were_left(own_answers: Answers, own_server: str) -> None:
    with hubbub.connect(own_server) as there:
        first = there.changes(limit=1)
        rest = there.changes(first.next)
        assert {one.identifier for one in (*first.changes, *rest.changes)} == {PAPER, DATA}
        assert there.changes(rest.next) == ChangePage((), rest.next)
        with own_answers._store.writing() as writer:
            writer.keep([Description(identifier=DATA, via="crossref", version="1", title="New")], START)
        assert [one.identifier for one in there.changes(rest.next).changes] == [DATA]


def _whole(answer: Any) -> Any:
    return b"".join(answer) if isinstance(answer, Iterator) else answer


@pytest.mark.parametrize("name", READS)
def test_a_server_says_what_its_store_says(demo: tuple[Hubbub, Hubbub], name: str) -> None:
    here, there = (_whole(getattr(one, name)(**READS[name])) for one in demo)
    assert here == there
    assert here or name in ("second_hand", "reach", "shelf_reach")


def test_a_store_in_postgresql_says_the_same(demo: tuple[Hubbub, Hubbub], postgresql_server: str) -> None:
    with psycopg.connect(postgresql_server, autocommit=True) as server:
        server.execute("CREATE SCHEMA client")
    address = f"{postgresql_server}&options=-csearch_path%3Dclient"
    assert run(address, "demo", "--fill-only").status == 0
    assert run(address, "standing").status == 0
    with hubbub.connect(address) as other:
        for name, asked in READS.items():
            if not name.startswith("bulk"):
                told, same = (_timeless(msgspec.to_builtins(getattr(one, name)(**asked))) for one in (other, demo[0]))
                assert told == same, name
        for form in ("csv", "jsonl", "events", "parquet"):
            assert len(_whole(other.bulk_mentions(form))) > 1000


def _timeless(told: Any) -> Any:
    """The same without when it was collected."""
    if isinstance(told, dict):
        return {name: _timeless(one) for name, one in told.items() if name not in WHEN}
    return [_timeless(one) for one in told] if isinstance(told, list | tuple) else told


@pytest.mark.parametrize("name", ["work", "mentions", "second_hand", "match", "score", "people", "network"])
@pytest.mark.parametrize("work", [PAPER, EVIL], ids=["paper", "evil"])
def test_strangers_words_come_through_unchanged(server: str, answers: Answers, name: str, work: Any) -> None:
    with hubbub.connect(server) as there:
        assert getattr(there, name)(str(work)) == getattr(Calls(answers), name)(str(work))


@pytest.mark.parametrize("name", WRITES)
def test_what_is_written_through_a_server_is_written(own_answers: Answers, own_server: str, name: str) -> None:
    asked, seen = WRITES[name]
    here = Calls(own_answers)
    post = Post(
        source="bluesky", id="at://linked", via="bluesky", version="1", links=(Link(f"https://doi.org/{PAPER.value}"),)
    )
    with own_answers._store.writing() as writer:
        writer.keep([Reading(post, pipeline.find(post, frozenset()))], START)
    assert not seen(here)
    with hubbub.connect(own_server) as there:
        getattr(there, name)(**asked)
    assert seen(here)


@pytest.mark.parametrize(
    ("name", "asked", "status"),
    [
        ("work", {"work": "no identifier"}, 404),
        ("work", {"work": ""}, 422),
        ("work", {"work": "a\0b"}, 422),
        ("work", {"work": WORK, "voices": -1}, 422),
        ("mentions", {"work": WORK, "cursor": "yesterday"}, 422),
        ("mentions", {"work": WORK, "limit": 100_000}, 422),
        ("shelf", {"shelf": "none/such"}, 404),
        ("grid", {"shelf": SHELF, "against": "none such"}, 404),
        ("score", {"work": WORK, "formula": "/etc/passwd"}, 404),
        ("account", {"source": "bluesky", "account": "nobody"}, 404),
        ("bulk_mentions", {"form": "xls"}, 422),
        ("bulk_mentions", {"form": "csv", "shelf": "none"}, 404),
        ("bulk_mentions", {"form": "csv", "work": "none"}, 404),
        ("bulk_works", {"form": "csv", "shelf": "none"}, 404),
        ("wish", {"work": WORK}, 403),
        ("correct", {"work": WORK, "other": WORK, "same": True}, 409),
        ("set_aside", {"work": WORK, "source": "bluesky", "post": "none"}, 404),
        ("miss", {"work": WORK, "address": "10.5555/no-page"}, 404),
        ("respond", {"shelf": "none", "source": "bluesky", "account": "a", "word": None}, 404),
    ],
)
def test_both_refuse_with_the_same_words(
    demo: tuple[Hubbub, Hubbub], name: str, asked: dict[str, Any], status: int
) -> None:
    refusals = []
    for one in demo:
        with pytest.raises(RefusedError) as refused:
            getattr(one, name)(**asked)
        refusals.append((refused.value.status, refused.value.detail))
    assert refusals[0] == refusals[1]
    assert refusals[0][0] == status


@pytest.mark.parametrize("limit", [1, 3, 1_000])
def test_pages_put_together_are_the_whole(demo: tuple[Hubbub, Hubbub], limit: int) -> None:
    here, there = demo
    whole = list(here.every_mention(WORK))
    assert whole == list(there.every_mention(WORK))
    paged: list[Said] = []
    cursor: str | None = None
    while len(paged) < 12:
        page = there.mentions(WORK, cursor, limit)
        paged += page.mentions
        if (cursor := page.next) is None:
            break
    assert paged == whole[: len(paged)]
    assert {(one.source, one.post) for one in whole} == {
        (one.source, one.post) for one in here._answers.said(here.work(WORK).identifier)
    }
    assert [one.posted_at for one in whole] == sorted((one.posted_at for one in whole), reverse=True)  # type: ignore[type-var]


def test_pages_of_mentions_have_as_many_posts_as_are_counted(demo: tuple[Hubbub, Hubbub]) -> None:
    for one in demo[1].shelf(SHELF).works:
        said = [said for said in demo[1].every_mention(str(one.identifier)) if said.counted]
        assert sum(said.own for said in said) == one.posts
        assert sum(not said.own for said in said) == one.amplifications


def test_each_work_is_listed_once(demo: tuple[Hubbub, Hubbub]) -> None:
    here, there = demo
    every = list(there.every_work())
    assert every == list(here.every_work())
    named = [
        name for one in every for version in here.match(str(one.identifier)).versions for name in version.identifiers
    ]
    assert len(named) == len(set(named))
    on_shelves = {one.identifier for card in here.shelves() for one in here.shelf(card.name).works if one.posts}
    assert on_shelves <= set(named)


@pytest.mark.parametrize("q", ["biochar", "BIOCHAR", "Ó", "ó", "title", "100%", "_", '"', "\\"])
def test_works_are_found_by_what_is_told_of_them(demo: tuple[Hubbub, Hubbub], q: str) -> None:
    found = {one.identifier for one in demo[0].every_work(q)}
    told = {one.identifier: demo[0]._answers.report(one.identifier, 0).description for one in demo[0].every_work()}
    assert found == {
        name for name, one in told.items()
        if one and any(q.casefold() in text.casefold() for text in (one.title or "", one.venue or "", *one.creators))
    }  # fmt: skip


class _Elsewhere(http.server.BaseHTTPRequestHandler):
    """A server that sends everyone on to another host, and remembers which tokens came by."""

    tokens: list[str | None]

    def do_GET(self) -> None:
        self.tokens.append(self.headers.get("authorization"))
        self.send_response(302)
        self.send_header("Location", "http://elsewhere.example/there")
        self.end_headers()

    def log_message(self, *args: Any) -> None: ...


def test_a_token_is_not_carried_to_another_host() -> None:
    _Elsewhere.tokens = []
    with http.server.HTTPServer(("127.0.0.1", 0), _Elsewhere) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        there = hubbub.connect(f"http://127.0.0.1:{server.server_address[1]}", "secret")
        with there, pytest.raises(RefusedError, match="leads to http://elsewhere"):
            there.shelves()
        server.shutdown()
    assert _Elsewhere.tokens == ["Bearer secret"]


def test_a_token_is_not_told_in_the_clear() -> None:
    with pytest.raises(ValueError, match="https"):
        hubbub.connect("http://hubbub.example.org", "secret")


def test_a_server_that_is_not_there_is_told() -> None:
    with hubbub.connect("http://127.0.0.1:9") as there, pytest.raises(ConnectionError, match=r"127\.0\.0\.1"):
        there.shelves()


@pytest.mark.parametrize("begins", ["", "sqlite:///"])
def test_a_store_that_is_not_there_is_not_made_and_how_to_begin_one_is_told(tmp_path: Path, begins: str) -> None:
    path = tmp_path / "my works" / "hubbub.db"
    with pytest.raises(FileNotFoundError) as told:
        hubbub.connect(f"{begins}{path}")
    assert list(tmp_path.iterdir()) == []
    _, command = str(told.value).split("begin one: hubbub ")
    program, store, *order, _ = ["hubbub", *shlex.split(command)]
    assert (program, store, order) == ("hubbub", "--store", [str(path), "track"])
    assert run(str(path), "track", str(PAPER)).status == 0
    with hubbub.connect(f"{begins}{path}") as here:
        assert [one.works for one in here.shelves()] == [1]


def test_assistants_are_told_in_a_sentence_that_there_is_no_store(tmp_path: Path) -> None:
    run(str(tmp_path / "hubbub.db"), "mcp").fails("there is no store at")


def test_a_store_is_let_go_at_the_end(tmp_path: Path) -> None:
    open_store(str(tmp_path / "hubbub.db")).close()
    with hubbub.connect(str(tmp_path / "hubbub.db")) as here:
        assert here.works().works == ()
    shutil.move(tmp_path / "hubbub.db", tmp_path / "moved.db")
    with hubbub.connect(str(tmp_path / "moved.db")) as here:
        assert isinstance(here.work(WORK), Report)
