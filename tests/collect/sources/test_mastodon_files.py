"""What files of the Fediverse say: statuses, frames and activities, and that one post in all of them is one."""

import asyncio
import json
from io import BytesIO
from pathlib import Path

import pytest

from hubbub import pipeline
from hubbub.answers import Answers
from hubbub.collect import archive
from hubbub.collect.source import WrongSourceError
from hubbub.collect.sources.mastodon import Mastodon
from hubbub.model import Account, Fact, Fault, Identifier, Page, Post
from hubbub.store import Store
from tests.collect.asked import archived
from tests.collect.replay import NOW
from tests.conftest import NewStore

FILES = Path(__file__).parents[2] / "recordings/mastodon"
JOSS = "https://fosstodon.org/users/joss/statuses/114870331255315543"
ADA = "https://social.example/users/ada"
WORK, OTHER, PAPER = (Identifier("doi", one) for one in ("10.5555/12345678", "10.5555/12345679", "10.21105/joss.07752"))


def parse(body: bytes) -> list[Fact | Fault]:
    return list(Mastodon().parse(Page("file", "", body, NOW, "", lines=True)))


def read(body: bytes) -> list[Page]:
    async def pages() -> list[Page]:
        return [page async for page in Mastodon().read("lane", "", archive.files(lambda _: BytesIO(body)))]

    return asyncio.run(pages())


def posts(name: str) -> dict[str, Post]:
    return {one.id: one for one in parse((FILES / name).read_bytes()) if isinstance(one, Post)}


def collect(store: Store, *bodies: bytes) -> None:
    for body in bodies:
        asyncio.run(pipeline.collect(Mastodon(), "file", archived(body), store))


def said_of(store: Store, work: Identifier) -> set[str]:
    return {one.post for one in Answers(store).said(work)}


def line(**told: object) -> bytes:
    return json.dumps(told).encode() + b"\n"


def test_a_status_in_a_frame_is_the_status() -> None:
    framed = [one for one in parse((FILES / "frames.ndjson").read_bytes()) if isinstance(one, Post) and one.id == JOSS]
    assert framed[0] == posts("statuses.ndjson")[JOSS]
    assert [one.change for one in framed] == ["made", "edited"]


def test_a_note_says_what_the_status_of_the_same_name_says() -> None:
    note = posts("activities.ndjson")[f"{ADA}/statuses/1"]
    assert [link.address for link in note.links] == ["https://doi.org/10.5555/12345678"]
    assert (note.author, note.language, note.version) == (
        "https://social.example/@ada",
        "en",
        "2026-01-01T08:00:00.000Z",
    )
    assert note.text == "Read this #x"


def test_activities_answer_pass_on_edit_and_delete() -> None:
    found = posts("activities.ndjson")
    assert found[f"{ADA}/statuses/2"].replies_to == f"{ADA}/statuses/1"
    boost = found[f"{ADA}/statuses/1#boosted-by=https://social.example/@ada"]
    assert (boost.reposts, boost.version) == (f"{ADA}/statuses/1", "2026-01-04T08:00:00.000Z")
    assert (found[f"{ADA}/statuses/5"].change, found[f"{ADA}/statuses/5"].version[:10]) == ("edited", "2026-01-06")
    assert found[f"{ADA}/statuses/7"].change == "withdrawn"


def test_what_is_not_public_is_not_read() -> None:
    assert f"{ADA}/statuses/3" not in posts("activities.ndjson")


def test_an_outbox_in_one_line_is_read() -> None:
    assert f"{ADA}/statuses/9" in posts("activities.ndjson")


def test_files_keep_what_mentions_a_work_and_what_touches_that(new_store: NewStore) -> None:
    store = new_store()
    collect(store, *((FILES / f"{name}.ndjson").read_bytes() for name in ("statuses", "frames", "activities")))
    assert JOSS in said_of(store, PAPER)
    boost = f"{ADA}/statuses/1#boosted-by=https://social.example/@ada"
    assert said_of(store, WORK) == {f"{ADA}/statuses/1", f"{ADA}/statuses/9", boost}
    assert said_of(store, OTHER) == {f"{ADA}/statuses/5"}
    assert f"{ADA}/statuses/2" in {one[5].id for one in store.assertions(after=0, limit=100)}


@pytest.mark.parametrize("of", [{"id": f"{ADA}/statuses/1", "type": "Tombstone"}, f"{ADA}/statuses/1", ADA])
def test_who_deletes_a_post_or_leaves_is_obeyed(new_store: NewStore, of: object) -> None:
    store, said = new_store(), (FILES / "activities.ndjson").read_bytes()
    collect(store, said, line(type="Delete", actor=ADA, object=of, to=["as:Public"]), said)
    assert f"{ADA}/statuses/1" not in said_of(store, WORK)


def test_an_actor_in_another_form_keeps_its_own_name() -> None:
    told = {"type": "Note", "id": "https://a.example/n/1", "content": "x", "published": "2026-01-01T00:00:00Z"}
    note = line(**told, attributedTo="https://a.example/ap/users/116", to="as:Public")
    (post,) = parse(note)
    assert isinstance(post, Post)
    assert post.author == "https://a.example/ap/users/116"


def test_a_frame_within_a_frame_is_no_status() -> None:
    inner = line(event="update", payload="{}").decode()
    (fault,) = parse(line(event="update", payload=inner))
    assert isinstance(fault, Fault)


def test_known_actors_become_accounts() -> None:
    told = [one for one in parse((FILES / "activities.ndjson").read_bytes()) if isinstance(one, Account)]
    assert {(one.id, one.handle) for one in told} == {("https://social.example/@ada", "ada@social.example")}


def test_a_profile_in_a_file_is_as_old_as_its_status() -> None:
    told = [one for one in parse((FILES / "statuses.ndjson").read_bytes()) if isinstance(one, Account)]
    assert {one.version[:10] for one in told} == {"2025-07-17"}


@pytest.mark.parametrize(
    "record",
    [
        {"uri": "social.example", "title": "a server about itself"},
        {"uri": "at://did:plc:ada/app.bsky.feed.post/1", "created_at": "2026-01-01T08:00:00Z"},
        {"uri": "https://example.org/page", "created": "2026-01-01T08:00:00Z", "text": "an annotation"},
    ],
)
def test_a_record_that_has_a_uri_too_is_no_status(record: dict[str, str]) -> None:
    with pytest.raises(WrongSourceError):
        read(line(**record))
    (found,) = parse(line(**record))
    assert isinstance(found, Fault)


def test_a_status_longer_than_a_page_is_known_as_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "PAGE", 10)
    (first, *_) = (FILES / "statuses.ndjson").read_bytes().splitlines(keepends=True)
    assert [one for page in read(first) for one in Mastodon().parse(page)] == parse(first)
