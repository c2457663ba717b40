"""Events made of what a store holds, in both databases: each filter, facet, page and total by its meaning."""

import json
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit
from uuid import UUID

import pytest
from hypothesis import given
from msgspec.structs import replace

from hubbub.answers import Answers, asserted
from hubbub.answers.asserted import BroadError, UnknownError
from hubbub.answers.selecting import Selection, Statements
from hubbub.model import Account, Identifier, Post
from hubbub.reference.event_data import event_data as words
from hubbub.store import Store, open_store
from hubbub.tell import event_data
from hubbub.tell.event_asked import FIELDS, asked
from tests.conftest import NewAddress, NewStore, on_sqlite
from tests.store.fold_model import link_to
from tests.store.histories import POSTS, REPOSTS, START, histories
from tests.store.keeping import NOW, keep, read
from tests.tell.recorded import Event, facts, fill, recorded

PAPER, PREPRINT, BOOK = (
    Identifier("doi", "10.5555/12345678"),
    Identifier("arxiv", "2101.00001"),
    Identifier("isbn", "9780451450524"),
)


def own() -> list[Post | Account]:
    """What places say themselves: with and without an address, an author, a time."""
    at = datetime(2026, 7, 1, 12, tzinfo=UTC)
    did = "did:plc:ann"
    said = [
        Post(
            source="bluesky", id=f"at://{did}/app.bsky.feed.post/{n}", via="bluesky", version=f"v{n}", author=did,
            change="edited" if n == 2 else "made", text=text, posted_at=at + timedelta(hours=n) if n else None,
            url=f"https://bsky.app/profile/{did}/post/{n}" if n else None, links=tuple(link_to(work) for work in works),
        )
        for n, text, works in (
            (0, "no address, no time", (PAPER,)),
            (1, "two works", (PAPER, PREPRINT)), (2, "ISBN 978-0-451-45052-4", ()),
        )
    ]  # fmt: skip
    page = Post(
        source="wikipedia", id="https://en.wikipedia.org/wiki/Fly", via="wikipedia", version="7", title="Fly",
        url="https://en.wikipedia.org/w/index.php?title=Fly&oldid=7", text="doi:10.5555/12345678", posted_at=at,
    )  # fmt: skip
    ann = Account(
        source="bluesky", id=did, via="bluesky", version="1", name="Ann", handle="ann.example",
        url="https://bsky.app/profile/did:plc:ann",
    )  # fmt: skip
    return [*said, page, ann]


@pytest.fixture
def store(new_store: NewStore) -> Store:
    store = new_store()
    fill(store)
    keep(store, [own()])
    return store


def every(store: Store, selection: Selection = Selection(), rows: int = 1000) -> list[Event]:  # noqa: B008
    with Answers(store).asserted() as held:
        return list(event_data.events(held.every(selection, rows)))


def by_id(events: list[Event]) -> dict[str, Event]:
    found = {event["id"]: event for event in events}
    assert len(found) == len(events)
    return found


def test_events_of_an_archive_go_out_as_they_came(store: Store) -> None:
    told = by_id(every(store)) | by_id(every(store, Selection("experimental")))
    came = {key: event for key, event in recorded().items() if event.get("updated") != "deleted"}
    assert came.keys() <= told.keys()
    for key, event in came.items():
        assert without_original(told[key]) == without_original(event)
    others = [event for key, event in told.items() if key not in came]
    assert {event["source_token"] for event in others} == {words().token}
    assert Counter(event["source_id"] for event in others) == {"bluesky": 4, "wikipedia": 1}


def without_original(event: Event) -> Event:
    """Who made what is passed on goes out as it stands now, in the later form of the service."""
    subject = {key: value for key, value in event.get("subj", {}).items() if not key.startswith("original-tweet-")}
    return event | {"subj": subject}


def test_the_order_is_that_of_the_timestamps(store: Store) -> None:
    times = [event["timestamp"] for event in every(store) if "timestamp" in event]
    assert [moment(at) for at in times] == sorted(map(moment, times))


def moment(written: str) -> datetime:
    return datetime.fromisoformat(written)


@pytest.mark.parametrize("rows", [1, 2, 7])
def test_pages_have_every_event_once(store: Store, rows: int) -> None:
    assert every(store, rows=rows) == every(store)
    with Answers(store).asserted() as held:
        cursor, ids = None, list[str]()
        while page := held.page(Selection(), cursor, rows):
            assert len(page) <= rows
            ids += [one.id for one in page]
            cursor = page[-1].id
    assert ids == [event["id"] for event in every(store)]


def test_an_id_is_a_uuid_and_finds_its_event(store: Store) -> None:
    with Answers(store).asserted() as held:
        for event in every(store):
            assert str(UUID(event["id"])) == event["id"]
            assert event_data.event(held.one(event["id"], Selection())) == event
        for unknown in ("", "x", "00000000-0000-0000-0000-000000000000", recorded_deleted()):
            with pytest.raises(UnknownError):
                held.one(unknown, Selection())


def recorded_deleted() -> str:
    return next(key for key, event in recorded().items() if event.get("updated") == "deleted")


def test_ids_are_the_same_in_another_store(store: Store, new_address: NewAddress) -> None:
    with open_store(new_address()) as other:
        keep(other, [own()])
        fill(other)
        assert by_id(every(other)).keys() == by_id(every(store)).keys()


def domain(address: str | None) -> str | None:
    return (urlsplit(address).netloc or None) if address and "//" in address else None


def prefix(address: str) -> str | None:
    return address.removeprefix("https://doi.org/").split("/")[0] if address.startswith("https://doi.org/10.") else None


# What each filter looks at, told anew from an event.
VALUES: dict[str, Callable[[Event], str | None]] = {
    "source": lambda e: e["source_id"],
    "relation-type": lambda e: {"isReferencedBy": "is_referenced_by"}.get(e["relation_type_id"], e["relation_type_id"]),
    "subj-id": lambda e: e["subj_id"],
    "subj-id.prefix": lambda e: prefix(e["subj_id"]),
    "obj-id.prefix": lambda e: prefix(e["obj_id"]),
    "subj-id.domain": lambda e: domain(e["subj_id"]),
    "obj-id.domain": lambda e: domain(e["obj_id"]),
    "subj.url": lambda e: e.get("subj", {}).get("url"),
    "obj.url": lambda e: e.get("obj", {}).get("url"),
    "subj.url.domain": lambda e: domain(e.get("subj", {}).get("url")),
    "obj.url.domain": lambda e: domain(e.get("obj", {}).get("url")),
    "subj.alternative-id": lambda e: e.get("subj", {}).get("alternative-id"),
    "obj.alternative-id": lambda e: e.get("obj", {}).get("alternative-id"),
    "subj-id.doi": lambda e: e["subj_id"].lower() if prefix(e["subj_id"]) else None,
    "obj-id.doi": lambda e: e["obj_id"].lower() if prefix(e["obj_id"]) else None,
}


@pytest.mark.parametrize("name", VALUES)
@pytest.mark.parametrize("few", [True, False])
def test_a_filter_selects_by_its_field_and_a_facet_counts_it(
    store: Store, name: str, few: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Statements, "are_few", lambda *_: few)  # found by their rows, or walked in their order
    events = every(store)
    counted = Counter(value for event in events if (value := VALUES[name](event)) is not None)
    with Answers(store).asserted() as held:
        assert held.values(Selection(), FIELDS[name], 1000) == counted
        for value in [*counted, "nothing"]:
            selection = asked([(name, value)], "standard").selection
            same = doi_of(value) if name == "subj-id" else None
            wanted = [
                event for event in events
                if (VALUES[name](event) or "") == value or (same and event["subj_id"].lower() == same)
            ]  # fmt: skip
            assert [one.id for one in held.every(selection)] == [event["id"] for event in wanted]
            assert held.total(selection) == len(wanted)


@pytest.mark.parametrize("name", VALUES)
def test_of_many_only_what_needs_no_words_is_told(store: Store, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same comes out where a selection is too large for its words to be read; else nothing does."""
    monkeypatch.setattr(asserted, "MOST", 1)
    events = every(store)
    counted = Counter(value for event in events if (value := VALUES[name](event)) is not None)
    with Answers(store).asserted() as held:
        if name not in ("source", "obj-id.prefix", "obj-id.doi"):
            with pytest.raises(BroadError, match=f"^{FIELDS[name]}$"):
                held.values(Selection(), FIELDS[name], 1000)
            with pytest.raises(BroadError):
                held.total(asked([(name, "nothing"), ("source", "twitter")], "standard").selection)
            assert held.total(asked([(name, "nothing"), ("obj-id.doi", "nothing")], "standard").selection) == 0
            return
        assert held.values(Selection(), FIELDS[name], 1000) == counted
        for value in counted:
            selection = asked([(name, value)], "standard").selection
            assert [one.id for one in held.every(selection)] == [e["id"] for e in events if VALUES[name](e) == value]


def test_a_resolver_with_less_than_a_doi_behind_it_has_no_prefix(store: Store) -> None:
    cut = Post(source="web", id="https://doi.org/10.5555", via="web", version="1", links=(link_to(PAPER),))
    keep(store, [[cut]])
    with Answers(store).asserted() as held:
        assert "" not in held.values(Selection(), "subject_prefix", 100)
        assert held.total(Selection(fields={"subject_prefix": "", "subject": cut.id})) == 0


def test_a_prefix_is_whole(store: Store) -> None:
    for part in ("10.5555/1", "10.55", "10.5555/"):
        assert every(store, asked([("obj-id.prefix", part)], "standard").selection) == []


def doi_of(value: str) -> str | None:
    return value.lower() if prefix(value) else None


@pytest.mark.parametrize(
    ("clock", "field"), [("occurred", "occurred_at"), ("collected", "timestamp"), ("updated", "updated_date")]
)
def test_dates_select_whole_days(store: Store, clock: str, field: str) -> None:
    events = [event for event in every(store) if field in event and (clock != "updated" or "updated" in event)]
    day = moment(events[len(events) // 2][field]).astimezone(UTC).date()
    for begin, end in ((day, None), (None, day), (day, day)):
        dates = [(f"from-{clock}-date", begin), (f"until-{clock}-date", end)]
        selection = asked([(name, str(at)) for name, at in dates if at], "standard").selection
        wanted = [
            event["id"] for event in events
            if (begin is None or moment(event[field]).date() >= begin)
            and (end is None or moment(event[field]).date() <= end)
        ]  # fmt: skip
        told = [event["id"] for event in every(store, selection) if field in event]
        assert told == wanted
        assert wanted


def test_a_work_is_asked_for_by_its_identifier(store: Store) -> None:
    told = every(store, asked([("obj-id", "10.5555/12345678")], "standard").selection)
    assert [e["id"] for e in told] == [e["id"] for e in every(store) if e["obj_id"].endswith("10.5555/12345678")]
    assert every(store, asked([("obj-id", "no identifier")], "standard").selection) == []


def test_kinds_are_apart(store: Store) -> None:
    came = recorded().values()
    stands = [e for e in came if e.get("updated") != "deleted"]
    experiments = {e["id"] for e in stands if e.get("experimental")}
    assert {e["id"] for e in every(store, Selection("experimental"))} == experiments
    for kind in ("standard", "edited", "distinct", "scholix"):
        assert not experiments & {e["id"] for e in every(store, Selection(kind))}
    edited = {e["id"] for e in every(store, Selection("edited"))}
    assert edited == {e["id"] for e in every(store) if e.get("updated") == "edited"}
    assert {e["id"] for e in came if e.get("updated") == "edited"} < edited
    linked = every(store, Selection("scholix"))
    assert {e["source_id"] for e in linked} == {"crossref", "datacite"}


def test_both_works_of_a_link_package_have_a_type(store: Store) -> None:
    """Clients read it without asking whether it is there."""
    with Answers(store).asserted() as held:
        packages = [event_data.link_package(one, "https://here.example") for one in held.every(Selection("scholix"))]
    types = [package[end]["Type"] for package in packages for end in ("Source", "Target")]
    assert {one["Name"] for one in types if "SubType" not in one} == {"other"}
    assert {one["Name"] for one in types} > {"other"}


def test_of_one_post_about_one_work_one_event_is_distinct(store: Store) -> None:
    told = every(store, Selection("distinct"))
    pairs = Counter((e["source_id"], e["subj_id"].lower().replace("www.", ""), e["obj_id"].lower()) for e in told)
    assert set(pairs.values()) == {1}
    assert pairs.keys() == {
        (e["source_id"], e["subj_id"].lower().replace("www.", ""), e["obj_id"].lower()) for e in every(store)
    }
    with Answers(store).asserted() as held:
        assert held.total(Selection("distinct")) == len(told) < held.total(Selection())


def test_what_was_deleted_is_told_by_its_id_alone(store: Store) -> None:
    with Answers(store).asserted() as held:
        gone = held.gone(Selection(), None, 100)
        assert held.gone_total(Selection()) == len(gone)
        assert [
            one for at in range(len(gone)) for one in held.gone(Selection(), gone[at - 1].id if at else None, 1)
        ] == gone
        told = [event_data.deleted(one) for one in gone]
        assert {e["id"] for e in told} == {key for key, e in recorded().items() if e.get("updated") == "deleted"}
        for event in told:
            assert event.keys() <= {"id", "source_id", "updated", "updated_date"}
            assert moment(event["updated_date"]) == moment(recorded()[event["id"]]["updated_date"])


def test_what_is_withdrawn_leaves_no_words_and_keeps_its_source(store: Store) -> None:
    event = next(e for e in every(store) if e["source_id"] == "stackexchange")
    keep(store, [facts(json.dumps([event | {"updated": "deleted", "updated_date": "2026-07-30T00:00:00Z"}]).encode())])
    assert event["id"] not in by_id(every(store))
    with Answers(store).asserted() as held:
        told = event_data.deleted(held.gone_one(event["id"]))
    when = {"updated": "deleted", "updated_date": "2026-07-30T00:00:00Z"}
    assert told == {"id": event["id"], "source_id": "stackexchange"} | when
    with store.connect() as connection:
        kept = connection.exec_driver_sql("SELECT count(*) FROM assertion WHERE statement LIKE '%%Wildcat%%'")
        assert kept.scalar_one() == 0


def test_who_made_what_is_passed_on_is_told_while_it_is_held(store: Store) -> None:
    author, post = "http://www.twitter.com/invented_two", "http://twitter.com/invented_two/statuses/200"
    event: Event = {
        "id": "00000000-0000-4000-8000-0000000000aa", "subj_id": "http://twitter.com/invented_one/statuses/201",
        "obj_id": "https://doi.org/10.5555/12345678", "source_id": "twitter", "relation_type_id": "discusses",
        "occurred_at": "2017-02-17T09:17:34Z", "timestamp": "2017-02-17T12:20:02Z",
        "subj": {"original-tweet-url": post, "original-tweet-author": author},
    }  # fmt: skip
    original = event | {
        "id": "00000000-0000-4000-8000-0000000000ab",
        "subj_id": post,
        "subj": {"author": {"url": author}},
    }
    keep(store, [facts(json.dumps([event, original]).encode())])
    subject = by_id(every(store))[event["id"]]["subj"]
    assert subject["original-tweet-url"] == "twitter://status?id=200"
    assert subject["original-tweet-author"] == "twitter://user?screen_name=invented_two"
    keep(store, [[Account(source="twitter", id="invented_two", via="twitter", version="9", change="withdrawn")]])
    told = by_id(every(store))[event["id"]]
    assert "invented_two" not in json.dumps(told)
    with store.connect() as connection:
        kept = connection.exec_driver_sql("SELECT count(*) FROM assertion WHERE statement LIKE '%%invented_two%%'")
        assert kept.scalar_one() == 0


def test_days_are_counted(store: Store) -> None:
    with Answers(store).asserted() as held:
        for clock, field in (("stated", "timestamp"), ("said", "occurred_at")):
            told = held.days(Selection(), clock)  # type: ignore[arg-type]
            wanted = Counter(moment(e[field]).astimezone(UTC).date() for e in every(store) if field in e)
            unknown = sum(field not in e for e in every(store))
            assert sum(told.values()) - sum(wanted.values()) <= unknown
            assert clock == "stated" or told == wanted


def read_again(store: Store, other: Store) -> None:
    """Write all events of a store as an archive has them, and read that into another."""
    with Answers(store).asserted() as held:
        written = b"".join(event_data.lines([*held.every(Selection()), *held.every(Selection("experimental"))]))
    keep(other, [facts(written, lines=True)])


def told_of(store: Store) -> dict[str, object]:
    """What is counted of every work, and which posts say it: all but when it was checked, and reposts without works."""
    with store.connect() as connection:
        works = [Identifier(*row) for row in connection.exec_driver_sql("SELECT scheme, value FROM identifier")]
    answers = Answers(store)
    return {
        str(work): (
            [(n.source, n.posts, n.accounts, n.first_at, n.last_at) for n in answers.counts(work) if n.posts],
            sorted(
                (one.source, one.post, one.own, one.counted, one.posted_at or datetime.min.replace(tzinfo=UTC))
                for one in answers.said(work) if one.evidence and one.evidence[0].found_in != "repost"
            ),
        )
        for work in works if answers.said(work)
    }  # fmt: skip


def test_events_that_are_read_again_give_the_same_mentions_and_counts(store: Store, new_address: NewAddress) -> None:
    with open_store(new_address()) as other:
        read_again(store, other)
        assert told_of(other) == told_of(store)
        assert len(told_of(store)) > 60


@on_sqlite
@given(history=histories())
def test_any_history_that_is_passed_on_gives_the_same_mentions_and_counts(
    new_address: NewAddress, history: list[Post | Account]
) -> None:
    """But for reposts, since only those of tweets are events, and where it is open whose word a post is, and when."""
    reposts, authors = {key for key, *_ in REPOSTS}, dict(POSTS)
    history = [
        replace(fact, author=authors.get(fact.id, "u/ann"), posted_at=START)
        if isinstance(fact, Post) and fact.change != "withdrawn" else fact
        for fact in history if fact.id not in reposts
    ]  # fmt: skip
    with open_store(new_address()) as store, open_store(new_address()) as other:
        keep(store, [history])
        read_again(store, other)
        assert told_of(other) == told_of(store)


# What the service's guide lists.
FIELDS_OF_EVENT = {
    "": {"id", "action", "source_id", "source_token", "relation_type_id", "subj_id", "obj_id", "occurred_at",
         "timestamp", "terms", "license", "evidence_record", "subj", "obj", "updated", "updated_reason", "updated_date",
         "experimental", "message_action"},
    "subj": {"pid", "url", "title", "issued", "author", "type", "work_type_id", "api-url", "json-url", "alternative-id",
             "original-tweet-url", "original-tweet-author"},
    "obj": {"pid", "url", "method", "verification", "work_type_id"},
}  # fmt: skip
# Only events of The Lens, which no recording here may hold, say these of a patent; they go out as they come in.
OF_PATENTS = {"jurisdiction": "US", "work_subtype_id": "Granted Patent", "work-type": "patent"}


def test_every_field_of_an_event_comes_from_a_mention(store: Store) -> None:
    patent = next(e for e in every(store) if e["source_id"] == "web") | {"id": "00000000-0000-4000-8000-0000000000ac"}
    patent["subj"] = patent["subj"] | OF_PATENTS
    original = {
        "id": "00000000-0000-4000-8000-0000000000ad", "subj_id": "http://twitter.com/invented_two/statuses/100",
        "obj_id": "https://doi.org/10.5555/12345678", "source_id": "twitter", "relation_type_id": "discusses",
        "occurred_at": "2017-02-17T09:17:34Z", "subj": {"author": {"url": "http://twitter.com/invented_two"}},
    }  # fmt: skip
    retweet = original | {"id": "00000000-0000-4000-8000-0000000000ae", "subj_id": "http://twitter.com/x1/statuses/105"}
    retweet["subj"] = {"original-tweet-url": original["subj_id"]}
    keep(store, [facts(json.dumps([patent, original, retweet]).encode())])
    with Answers(store).asserted() as held:
        told = list(
            event_data.events([*held.every(Selection()), *held.every(Selection("experimental"))], "http://here")
        )
    seen = {part: {key for e in told for key in (e.get(part) or {} if part else e)} for part in FIELDS_OF_EVENT}
    for part, fields in FIELDS_OF_EVENT.items():
        assert fields <= seen[part], fields - seen[part]
    assert OF_PATENTS.keys() <= seen["subj"]
    assert next(e for e in told if e["id"] == patent["id"])["subj"] == patent["subj"]


def test_an_edit_keeps_the_place_in_the_order(store: Store) -> None:
    before = every(store)
    key = next(e["subj"]["alternative-id"] for e in before if e["obj_id"] == "isbn:9780451450524")
    edited = next(post for post in own() if isinstance(post, Post) and post.id == key)
    with store.writing() as writer:
        writer.keep(read([replace(edited, version="v9", title="New")]), NOW + timedelta(days=3))
    after = every(store)
    assert [e["id"] for e in after] == [e["id"] for e in before]
    assert next(e for e in after if e.get("subj", {}).get("title") == "New")["updated_date"] == "2026-08-04T00:00:00Z"
