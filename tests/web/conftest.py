"""A small world in a real store, a server over it, and a browser that asks nobody else."""

import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from unittest import mock

import httpx
import pytest
import uvicorn
from msgspec.structs import replace
from playwright.sync_api import Browser, sync_playwright
from starlette.types import Receive, Scope, Send

from hubbub.answers import Answers
from hubbub.model import Account, Alias, Description, Follow, FollowList, Identifier, Mention, Post, Reading, Tally
from hubbub.store import Store, open_store
from hubbub.store.fold import Change
from hubbub.store.lanes import Lanes, this_process
from hubbub.web import remembered
from hubbub.web.app import create_app
from hubbub.web.server import address_of, bind
from tests.conftest import missing

Running = Callable[..., AbstractContextManager[str]]

START = datetime(2025, 3, 3, 8, 0, tzinfo=UTC)
CED = "crossref_event_data"

PAPER = Identifier("doi", "10.5555/hubbub.2025.001")
DATA = Identifier("doi", "10.5555/simulated.7")
QUIET = Identifier("doi", "10.5555/quiet")
CITING = Identifier("doi", "10.5555/citing")
EVIL = Identifier("doi", "10.5555/<script>alert(1)</script>")
RELATED = Identifier("pmid", "23193287")

SCRIPT = "<script>window.hit=1</script><img src=x onerror=window.hit=1>"
VOICES = (
    ("Dr. Amina Yusuf", "amina.example.org", 48_210, "Entomologist. Listening to flies since 2009."),
    ("ليلى حداد", "layla.bsky.social", 1_893, None),
    ("Søren Ærøskøbing", "soeren.dk", 312, None),
    ("山田 花子", "hanako.jp", None, None),
    (None, "quietreader.bsky.social", 12, None),
    ("✨ Fly Twitter Is Dead ✨", "flies.social", 7_450, None),
    ("Jean-Baptiste de la Très-Longue-Maison-au-Bord-de-la-Rivière", "jb-long.bsky.social", None, None),
    ("Open Science Librarians Network", "osln.org", 15_002, "News for librarians"),
    ("K. Müller", "kmueller.uni-example.de", 845, None),
    ("רונית לוי", "ronit.bsky.social", 96, None),
    ("Statistician at Large", "stats.example.com", 3_301, None),
    ("Nobody in particular", None, 4, None),
)
TEXTS = (
    "New paper: fruit flies can tell a crowd from an echo. The control in figure 3 is lovely, and the data are open.",
    "بحث جديد رائع عن كيف يميّز ذباب الفاكهة بين الحشد والصدى. أنصح بقراءته.",
    "I keep coming back to this one. Does anybody know whether the effect holds outside of the lab? 🪰👂",
    "Teaching it this week. Students asked the right question at once: how many flies is a crowd?",
    "מאמר מצוין, ותודה לכותבים על הנתונים הפתוחים.",
    "Reviewer 2 would like a word about the error bars, but honestly: good work.",
    "論文を読みました。図3の対照実験が素晴らしい。",
)
LONG = (
    "A thread on why this matters. First, hearing in small animals has mostly been studied one sound at a time. "
    "Second, a crowd is not a loud single voice: the statistics differ, and so does what an animal should do about it. "
) * 6


def need(*programs: str) -> None:
    """Skip where a program is missing; in CI, where it has to be there, fail."""
    absent = [program for program in programs if shutil.which(program) is None]
    if absent:
        missing(f"not installed: {', '.join(absent)}")


def mention(of: Identifier, relation: str = "discusses") -> Mention:
    written = f"https://doi.org/{of.value}" if of.scheme == "doi" else str(of)
    return Mention(of, relation, "link", written, "doi-address", 1.0)


def spoken(number: int, of: Identifier, who: int, after: timedelta, text: str) -> Reading:
    rkey = f"3k{number:09d}"
    did = f"did:plc:{who:024d}"
    post = Post(
        source="bluesky", id=f"at://{did}/app.bsky.feed.post/{rkey}", via="bluesky", version=f"{number:013d}",
        url=f"https://bsky.app/profile/{did}/post/{rkey}", text=text, author=did, posted_at=START + after,
        language="en",
    )  # fmt: skip
    return Reading(post, (mention(of),))


def passed_on(number: int, original: Post, who: int, after: timedelta) -> Reading:
    did = f"did:plc:{who:024d}"
    post = Post(
        source="bluesky", id=f"at://{did}/app.bsky.feed.repost/3r{number:09d}", via="bluesky", version=f"{number:013d}",
        author=did, posted_at=(original.posted_at or START) + after, reposts=original.id,
    )  # fmt: skip
    return Reading(post)


def reported(
    number: int, source: str, of: Identifier, title: str | None, after: timedelta, *, text: str | None = None,
    url: str | None = None, author: str | None = None, relation: str = "discusses", record: str | None = None,
) -> Reading:  # fmt: skip
    post = Post(
        source=source, id=f"{source}-{number}", via=CED, version="2025-04-01T00:00:00Z",
        assertion=f"00000000-0000-4000-8000-{number:012d}", url=url or f"https://{source}.example.org/{number}",
        title=title, text=text, author=author, posted_at=START + after,
    )  # fmt: skip
    one = mention(of, relation)
    record = record or f"https://evidence.example.org/evidence/2025-{number}"
    return Reading(post, (Mention(one.identifier, relation, "link", one.as_written, one.method, 0.97, record),))


def accounts() -> Iterator[Account]:
    for who, (name, handle, followers, about) in enumerate(VOICES):
        did = f"did:plc:{who:024d}"
        yield Account(
            source="bluesky", id=did, via="bluesky", version="1", name=name, handle=handle, followers=followers,
            following=210 if followers else None, description=about, url=f"https://bsky.app/profile/{did}",
        )  # fmt: skip
    yield Account(
        source="bluesky", id="did:plc:evil", via="bluesky", version="1", name=SCRIPT, handle="\u202eevil<b>",
        description=SCRIPT, url="javascript:window.hit=1",
    )  # fmt: skip


def world() -> Iterator[Change]:
    yield from accounts()
    yield Description(
        identifier=PAPER, via="crossref", version="1", kind="journal-article", issued="2025-03-03",
        title="Hearing the crowd: <i>Drosophila melanogaster</i> tells many voices from one echo",
        creators=("Mara Lindqvist", "Tomás Ó Briain", "Wei Chen", "Ngozi Okafor"), venue="Journal of Small Hearing",
    )  # fmt: skip
    yield Description(
        identifier=DATA, via="crossref", version="1", kind="dataset", issued="2025", creators=("Ada Example",),
        title="Recordings of a simulated swarm", venue="Example Repository",
    )  # fmt: skip
    yield Description(identifier=EVIL, via="crossref", version="1", title=f"Evil {SCRIPT}", venue=SCRIPT)
    chance = Random(7)
    for number in range(64):
        after = timedelta(hours=chance.expovariate(1 / 60))
        text = LONG if number == 3 else chance.choice(TEXTS)
        original = spoken(number, PAPER, min(int(chance.expovariate(1 / 4)), 11), after, text)
        yield original
        for again in range(int(chance.paretovariate(1.1)) - 1 if number < 40 else 0):
            if again < 30:
                later = timedelta(hours=chance.expovariate(1 / 10))
                yield passed_on(number * 100 + again, original.post, chance.randrange(12, 90), later)
    yield from elsewhere()
    yield from registered()
    yield from followed()


def tie(who: str, whom: str) -> Follow:
    return Follow(source="bluesky", via="bluesky", seen_at=START, follower=who, followed=whom)


def followed() -> Iterator[Change]:
    """Three lists: whole, cut off, and that of somebody with a hostile follower."""
    for who, whom in ((0, 3), (1, 3), *((n, 0) for n in range(1, 90))):
        yield tie(f"did:plc:{who:024d}", f"did:plc:{whom:024d}")
    yield tie("did:plc:evil", f"did:plc:{2:024d}")
    for who, total in ((3, 2), (0, 48_210), (2, None)):
        yield FollowList(
            source="bluesky", via="bluesky", account=f"did:plc:{who:024d}", direction="followers", began_at=START,
            complete=who == 3, total=total,
        )  # fmt: skip


def registered() -> Iterator[Change]:
    for work, via, kind, value in (
        (PAPER, "crossref", "citations", 36), (PAPER, "datacite", "citations", 41),
        (PAPER, "zenodo", "downloads", 1204), (QUIET, "crossref", "citations", 0), (EVIL, SCRIPT, SCRIPT, 2**53),
    ):  # fmt: skip
        yield Tally(identifier=work, via=via, kind=kind, value=value, as_of=START + timedelta(days=40))
    for other, relation, work, via in (
        (RELATED, "is_same_as", PAPER, "crossref"), (RELATED, "is_same_as", PAPER, "openalex"),
        (EVIL, "is_same_as", PAPER, SCRIPT), (PAPER, "is_part_of", QUIET, "crossref"),
        *((Identifier("doi", f"10.5555/version.{n}"), "is_version_of", PAPER, "figshare") for n in range(9)),
    ):  # fmt: skip
        yield Alias(identifier=work, relation=relation, other=other, via=via, version="1")


def elsewhere() -> Iterator[Change]:
    for number, (source, title, days) in enumerate(
        (
            ("reddit", "Flies can hear a crowd (r/science)", 1), ("reddit", "AMA: we taught flies to listen", 6),
            ("wikipedia", "Hearing in insects", 20), ("wikipedia", "Drosophila melanogaster", 31),
            ("newsfeed", "What the fly heard", 0), ("newsfeed", "Fruit flies, crowded rooms and us", 2),
            ("stackexchange", "How is a crowd defined in Lindqvist et al.?", 12), ("lemmy-example", None, 4),
        ),
        start=500,
    ):  # fmt: skip
        text = "Posted to c/science" if title is None else None
        yield reported(number, source, PAPER, title, timedelta(days=days, hours=3), text=text, author=f"u{number}")
    yield reported(
        600, "stackexchange", PAPER, "A question the paper answers", timedelta(days=-9), relation="is_referenced_by"
    )
    yield reported(601, "reddit", CITING, "An old thread", timedelta(days=-30), relation="is_cited_by")
    for number in range(700, 706):
        yield spoken(number, DATA, number % 5, timedelta(hours=number - 690), TEXTS[number % 7])
    for number, url in enumerate(
        (
            "javascript:window.hit=1",
            "data:text/html,<script>1</script>",
            "https://good.example@evil.example/",
            "//evil",
        ),
        start=800,
    ):
        yield reported(
            number, "newsfeed", EVIL, SCRIPT, timedelta(hours=number), text=SCRIPT, url=url,
            record="javascript:alert(1)", author=f'"><script>{number}',
        )  # fmt: skip
    evil = spoken(900, EVIL, 0, timedelta(0), SCRIPT)
    yield Reading(replace(evil.post, author="did:plc:evil"), evil.mentions)


def planned(lanes: Lanes, source: str, failures: dict[str, str | None]) -> None:
    """Plan lanes that have been read, some in vain, and are due long after."""
    lanes.plan(source, failures, START)
    for lane, failure in failures.items():
        lanes.release(source, lane, START.replace(year=2125), failure=failure)


@pytest.fixture(scope="session", autouse=True)
def looked_at_once() -> Iterator[None]:
    """What changed is seen by the very next request."""
    with mock.patch.object(remembered, "LOOKED", 0.0):
        yield


@pytest.fixture(scope="session")
def answers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Answers]:
    with open_store(str(tmp_path_factory.mktemp("store") / "hubbub.db")) as store:
        with store.writing() as writer:
            writer.keep(list(world()), START + timedelta(days=40))
            refused = "api.crossref.org answered 401"
            planned(writer.lanes, "crossref", {"orcid:1": refused, "doi:1": refused, "doi:2": None})
            planned(writer.lanes, "newsfeed", {f"feed:{SCRIPT}": SCRIPT + "long" * 200})
            writer.lanes.hold("bluesky", "stream:jetstream", this_process(), START.replace(year=2125), begins=True)
            writer.wanted.wish([QUIET], START)
            for source in ("bluesky", CED):
                writer.advance(source, "archive", "end", True, START + timedelta(days=40))
            writer.wanted.shelve("mine", "Works of the Small Hearing group", "Added by hand.", False, [PAPER, QUIET])
            writer.wanted.shelve(
                "swarm", "The swarm of Example Town", "Made by a random number generator.", True, [DATA]
            )
        yield Answers(store)


@contextmanager
def running(answers: Answers, told: Callable[[str], None] = lambda path: None) -> Iterator[str]:
    """The address of a running server, without the last slash. `told` hears what is asked for."""
    bound, app = bind("127.0.0.1", 0), create_app(answers)

    async def listened(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            told(f"{scope['path']}?{scope['query_string'].decode()}")
        await app(scope, receive, send)

    # Connections that wait stay: on a busy machine a client may use one in the moment in which it is closed.
    server = uvicorn.Server(uvicorn.Config(listened, log_level="critical", ws="none", timeout_keep_alive=3600))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [bound]}, daemon=True)
    thread.start()
    yield address_of(bound).rstrip("/")
    server.should_exit = True
    thread.join(10)
    bound.close()


@pytest.fixture(scope="session", name="running")
def running_() -> Running:
    return running


@pytest.fixture(scope="session", name="need")
def need_() -> Callable[..., None]:
    return need


@pytest.fixture(scope="session")
def server(answers: Answers) -> Iterator[str]:
    with running(answers) as address:
        yield address


@pytest.fixture
def own_answers(tmp_path: Path) -> Iterator[Answers]:
    """A store of one test's own, with a heard-of and a simulated work."""
    with open_store(str(tmp_path / "hubbub.db")) as store:
        with store.writing() as writer:
            writer.keep(
                [spoken(1, PAPER, 0, timedelta(0), TEXTS[0]), spoken(2, DATA, 0, timedelta(0), TEXTS[0])], START
            )
            writer.wanted.shelve("swarm", "The swarm of Example Town", "Made up.", True, [DATA])
        yield Answers(store)


@pytest.fixture
def own_server(own_answers: Answers) -> Iterator[str]:
    with running(own_answers) as address:
        yield address


@pytest.fixture(scope="session")
def empty_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with open_store(str(tmp_path_factory.mktemp("store") / "empty.db")) as store, running(Answers(store)) as address:
        yield address


@pytest.fixture(scope="session")
def broken_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    class Broken(Answers):
        def __init__(self, store: Store) -> None:
            super().__init__(store)
            del self._store

    with open_store(str(tmp_path_factory.mktemp("store") / "broken.db")) as store, running(Broken(store)) as address:
        yield address


@pytest.fixture(scope="session")
def client(server: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=server, trust_env=False, timeout=30) as client:
        yield client


# Not for the session: as long as it is open, an event loop runs, and nothing else on this worker can run one.
@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    need("chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        yield browser
        browser.close()
