"""The query API of Crossref Event Data over a served store: envelopes, recorded errors, and what is open."""

import csv
import json
import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode, urlsplit

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hubbub.answers import Answers, asserted
from hubbub.store import open_store
from tests.tell.recorded import RECORDINGS, Event, fill, recorded
from tests.web.conftest import Running

KINDS = ("", "/edited", "/deleted", "/experimental", "/distinct", "/scholix")


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory, running: Running) -> Iterator[httpx.Client]:
    """A client of a server over what was recorded."""
    path: Path = tmp_path_factory.mktemp("store") / "hubbub.db"
    with open_store(str(path)) as store:
        fill(store)
        with running(Answers(store)) as address, httpx.Client(base_url=address, trust_env=False) as client:
            yield client


def message(client: httpx.Client, path: str, **parameters: str | int) -> Event:
    answer = client.get(path, params=parameters)
    assert answer.status_code == 200, answer.text
    told = answer.json()
    assert told.keys() == {"status", "message-type", "message"}
    assert told["status"] == "ok"
    return told["message"]  # type: ignore[no-any-return]


@pytest.mark.parametrize("kind", KINDS)
def test_the_envelope_is_as_recorded(archive: httpx.Client, kind: str) -> None:
    name = "events_crossref_rows0.json" if not kind else "crossref-2023-01-01-last.json"
    wanted = json.loads((RECORDINGS / name).read_bytes())
    told = archive.get(f"/v1/events{kind}", params={"rows": 0} if not kind else {}).json()
    many = "link-packages" if kind == "/scholix" else "events"
    assert told.keys() == wanted.keys()
    assert told["message"].keys() == {many if key == "events" else key for key in wanted["message"]}
    assert told["message-type"] == ("link-package-list" if kind == "/scholix" else wanted["message-type"])
    assert told["message"]["total-results"] > 0
    if kind:
        last = told["message"][many][-1]
        id_ = last["Url"].rpartition("/")[2] if kind == "/scholix" else last["id"]
        assert told["message"]["next-cursor"] == id_
    else:
        assert told["message"]["next-cursor"] is wanted["message"]["next-cursor"] is None
        assert told["message"]["items-per-page"] == 0


@pytest.mark.parametrize(
    ("query", "recording"),
    [
        ("rows=1000&from-updated-date=stuff", (RECORDINGS / "error_400_date.json").read_text()),
        (
            "rows=asdf",
            '{"status":"failed","message-type":null,'
            '"message":[{"type":null,"message":"For input string: \\"asdf\\""}]}',
        ),
        (
            "rows=1000&cursor=asdfadf",
            '{"status":"failed","message-type":null,"message":[{"type":null,"message":"Invalid cursor supplied."}]}',
        ),
    ],
)
def test_errors_are_as_recorded(archive: httpx.Client, query: str, recording: str) -> None:
    answer = archive.get(f"/v1/events?{query}")
    assert answer.status_code == 400
    assert answer.headers["content-type"] == "text/plain;charset=UTF-8"
    assert answer.json() == json.loads(recording)


@pytest.mark.parametrize(
    ("query", "kind"),
    [
        ("filter=source:wikipedia&source=twitter", "filter-conflict"),
        ("filter=colour:red", "filter-not-available"),
        ("facet=colour:5", "facet-unavailable"),
        ("facet=source:101", "facet-size"),
        ("facet=source:many", "facet-size-malformed"),
        ("until-occurred-date=2017-02-30", "invalid-date"),
    ],
)
def test_what_is_refused_is_said_in_a_list(archive: httpx.Client, query: str, kind: str) -> None:
    answer = archive.get(f"/v1/events?{query}")
    assert answer.status_code == 400
    assert answer.json()["message-type"] == "validation-failure"
    assert [one["type"] for one in answer.json()["message"]] == [kind]


@pytest.mark.parametrize(
    "path", ["?facet=subj-id.domain:*", "?subj.url=x", "/time.csv?interval=day&field=occurred&relation=cites"]
)
def test_what_would_take_long_is_refused_and_said(
    archive: httpx.Client, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(asserted, "MOST", 1)
    answer = archive.get(f"/v1/events{path}")
    (told,) = answer.json()["message"]
    assert (answer.status_code, told["type"]) == (400, "selection-broad")
    assert re.match("For (subj-id.domain|subj.url|relation-type) more than .* Narrow the selection", told["message"])


def test_both_styles_of_filters_are_one(archive: httpx.Client) -> None:
    every = {"from-collected-date": "1990-01-01", "until-collected-date": "2099-01-01", "obj-id": "10.5555/12345678"}
    written = ",".join(f"{key}:{value}" for key, value in every.items())
    assert message(archive, "/v1/events", **every) == message(archive, "/v1/events", filter=written)
    quoted = message(archive, "/v1/events", filter='obj-id:"https://doi.org/10.5555/12345678"')
    assert quoted["total-results"] == message(archive, "/v1/events", **every)["total-results"] > 0
    related = message(archive, "/v1/events", relation="references")["total-results"]
    assert related == message(archive, "/v1/events", **{"relation-type": "references"})["total-results"] > 0


def test_pages_follow_their_cursor_to_its_end(archive: httpx.Client) -> None:
    cursor, ids = "", list[str]()
    while cursor is not None:
        page = message(archive, "/v1/events/ids", rows=10, cursor=cursor)
        ids += page["event-ids"]
        cursor = page["next-cursor"]
    assert ids == [one["id"] for one in message(archive, "/v1/events")["events"]]
    assert len(ids) == len(set(ids)) == page["total-results"]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("query", [{}, {"source": "twitter"}, {"subj-id.domain": "nothing.example"}])
def test_a_total_is_the_same_however_many_are_told(archive: httpx.Client, kind: str, query: dict[str, str]) -> None:
    path = f"/v1/events{kind}"
    told = message(archive, path, **query)
    total = len(told["link-packages" if kind == "/scholix" else "events"])
    for rows in {0, 1, max(total - 1, 0), total, total + 1, 1000}:
        assert message(archive, path, rows=rows, **query)["total-results"] == total
    if total:
        assert message(archive, path, cursor=told["next-cursor"], **query)["total-results"] == total


def test_an_event_is_found_by_its_id_where_it_belongs(archive: httpx.Client) -> None:
    for key, event in recorded().items():
        deleted, experiment = event.get("updated") == "deleted", bool(event.get("experimental"))
        for path, there in (
            ("/v1/events", not deleted and not experiment),
            ("/v1/events/deleted", deleted),
            ("/v1/events/experimental", experiment and not deleted),
        ):
            answer = archive.get(f"{path}/{key}")
            assert answer.status_code == (200 if there else 404)
            assert answer.json() == {"status": "not-found"} or answer.json()["message"]["event"]["id"] == key


def test_facets_and_intervals_add_up(archive: httpx.Client) -> None:
    told = message(archive, "/v1/events", rows=0, facet="source:*,subj-id.domain:2")
    assert sum(told["facets"]["source"]["values"].values()) == told["total-results"]
    assert told["facets"]["source"]["value-count"] == len(told["facets"]["source"]["values"])
    assert len(told["facets"]["subj-id-domain"]["values"]) == 2
    for interval in ("day", "week", "month", "year"):
        answer = archive.get("/v1/events/time.csv", params={"interval": interval, "field": "occurred"})
        assert answer.headers["content-type"].startswith("text/csv")
        head, *rows = csv.reader(answer.text.splitlines())
        assert head == ["date", "value"]
        assert sum(int(value) for _, value in rows) == told["total-results"]
    assert archive.get("/v1/events/time.csv?interval=hour&field=occurred").json()["message"][0]["type"] == (
        "interval-unrecognised"
    )
    assert archive.get("/v1/events/time.csv?interval=day").json()["message"][0]["type"] == "field-unrecognised"


def test_the_indices_beat(archive: httpx.Client) -> None:
    told = message(archive, "/heartbeat/indices")
    for kind in KINDS:
        total = message(archive, f"/v1/events{kind}", rows=0)["total-results"]
        assert told[kind.removeprefix("/") or "standard"] == total > 0
    assert archive.get("/heartbeat/recent").json()["status"] == "ok"


def test_each_event_has_its_evidence(archive: httpx.Client) -> None:
    for event in message(archive, "/v1/events")["events"]:
        answer = archive.get(urlsplit(event["evidence_record"]).path)
        assert answer.status_code == 200
        (page,) = answer.json()["pages"]
        (action,) = page["actions"]
        assert action["events"] == [event]
        assert action["relation-type-id"] == event["relation_type_id"]
        (observation,) = action["processed-observations"]
        assert observation["candidates"][0]["value"] == action["matches"][0]["value"]
        assert answer.json()["extra"].get("record") == recorded()[event["id"]].get("evidence_record")
    assert archive.get("/evidence/nothing").status_code == 404


@pytest.mark.parametrize(
    "path", ["/v1/events", "/v1/events/deleted", "/v1/events?rows=x", "/v1/events/x", "/heartbeat/x"]
)
def test_every_site_may_read_it_and_head_works(archive: httpx.Client, path: str) -> None:
    told = archive.get(path)
    assert told.headers["access-control-allow-origin"] == "*"
    assert told.headers["cross-origin-resource-policy"] == "cross-origin"
    head = archive.head(path)
    assert (head.status_code, head.content) == (told.status_code, b"")


HOSTILE = st.one_of(
    st.text(max_size=60),
    st.sampled_from(
        ["x" * 8000, "\u202e<script>", "\0", "10.5555/%00", "9" * 400, "{work}", "%s", "' OR 1=1 --", ":works", "a:b,c"]
    ),
)
NAMES = st.sampled_from(
    ["rows", "cursor", "filter", "facet", "obj-id", "subj-id", "source", "subj.url", "subj-id.prefix", "obj.url.domain",
     "from-occurred-date", "until-collected-date", "interval", "field", "relation-type", "mailto", "obj-id.doi"]
)  # fmt: skip


@given(
    kind=st.sampled_from(KINDS),
    end=st.sampled_from(["", "/ids", "/time.csv"]),
    asked=st.lists(st.tuples(NAMES, HOSTILE)),
)
def test_nothing_that_is_asked_breaks_it(
    archive: httpx.Client, kind: str, end: str, asked: list[tuple[str, str]]
) -> None:
    pairs = [(name, value.encode(errors="replace").decode()) for name, value in asked]
    answer = archive.get(f"/v1/events{kind}{end}?{urlencode(pairs)}")
    assert answer.status_code in (200, 400, 404)
    assert answer.headers["access-control-allow-origin"] == "*"
