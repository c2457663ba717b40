"""What a person's archive says, what of it is never opened, and posts that are named by their address."""

import asyncio
import json
import zipfile
from collections.abc import Mapping
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hubbub import pipeline
from hubbub.answers import Answers
from hubbub.collect import archive
from hubbub.collect.source import WrongSourceError, sources
from hubbub.collect.sources import x
from hubbub.collect.sources.x import post_at
from hubbub.model import Account, Fact, Fault, Follow, FollowList, Identifier, Page, Post, Reading
from hubbub.store import Store
from tests.conftest import NewStore

RECORDINGS = Path(__file__).parents[2] / "recordings" / "x"
WORK = Identifier("doi", "10.5555/12345678")


def zipped(files: Mapping[str, bytes] | None = None, added: Mapping[str, bytes] = {}) -> bytes:
    """An archive as X packs it, with what nobody is to read."""
    recorded = {f"twitter-2024-01-05/data/{file.name}": file.read_bytes() for file in RECORDINGS.glob("*.js")}
    private = {"twitter-2024-01-05/data/direct-messages.js": b"window.YTD.direct_messages.part0 = [ broken"}
    packed = BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as file:
        for name, body in {**(recorded if files is None else files), **private, **added}.items():
            file.writestr(name, body)
    return packed.getvalue()


def read(data: bytes, since: str = "") -> list[Page]:
    async def take() -> list[Page]:
        opened = archive.files(lambda lane: BytesIO(data))
        return [page async for page in sources()["x"].read("lane", since, opened)]

    return asyncio.run(take())


def facts(data: bytes, since: str = "") -> list[Fact | Fault]:
    return [one for page in read(data, since) for one in (*page.faults, *sources()["x"].parse(page))]


def posts(data: bytes) -> dict[str, Post]:
    return {one.id: one for one in facts(data) if isinstance(one, Post)}


def test_an_archive_gives_posts_and_ties_of_its_owner_and_nothing_else() -> None:
    found = facts(zipped())
    assert [one for one in found if isinstance(one, Fault)] == []
    assert {one.author for one in found if isinstance(one, Post) and one.change != "withdrawn"} == {"some_researcher"}
    owner = next(one for one in found if isinstance(one, Account))
    assert (owner.id, owner.handle, owner.name) == ("some_researcher", "Some_Researcher", "Some Researcher & Co")
    assert [(one.follower, one.followed) for one in found if isinstance(one, Follow)] == [
        ("i/user/103", "some_researcher"),
        ("i/user/101", "some_researcher"),
        ("other_one", "some_researcher"),
        ("some_researcher", "i/user/101"),
    ]
    assert [(one.direction, one.total, one.complete) for one in found if isinstance(one, FollowList)] == [
        ("followers", 3, True),
        ("following", 1, True),
    ]


def test_posts_say_what_they_said() -> None:
    found = posts(zipped())
    first = found["1742012345678901234"]
    assert first.text == "Our paper is out: https://doi.org/10.5555/12345678 & open."
    assert [one.address for one in first.links] == ["https://doi.org/10.5555/12345678"]
    assert first.url == "https://x.com/Some_Researcher/status/1742012345678901234"
    assert f"{first.posted_at:%Y-%m-%d}" == "2024-01-02"
    answer = found["1742012345678901240"]
    assert (answer.replies_to, answer.quotes, answer.links, answer.language) == (
        "1742012345678901234",
        "1742012345678900000",
        (),
        None,
    )


def test_an_edited_post_keeps_its_first_number_and_its_versions_compare() -> None:
    edited = posts(zipped())["1742012345678901235"]
    assert (edited.change, edited.version) == ("edited", "01742012345678901236")
    assert edited.version > "1742012345678901235".zfill(20)


def test_reposts_are_left_out_and_deleted_posts_withdrawn() -> None:
    found = posts(zipped())
    assert "1742012345678901250" not in found
    gone = found["1742012345678901260"]
    assert gone.change == "withdrawn"
    assert gone.version > "1742012345678901260".zfill(20)


def test_numbers_from_before_they_held_the_time_are_dated_as_written() -> None:
    old = posts(zipped())["20000000000"]
    assert old.posted_at == datetime(2010, 8, 4, 12, tzinfo=UTC)


def test_posts_alone_are_read_without_saying_whose() -> None:
    found = posts((RECORDINGS / "tweets.js").read_bytes())
    first = found["1742012345678901234"]
    assert (first.author, first.url) == (None, "https://x.com/i/status/1742012345678901234")


@pytest.mark.parametrize("name", ["follower.js", "following.js", "account.js"])
def test_ties_alone_are_refused(name: str) -> None:
    with pytest.raises(WrongSourceError, match="does not say whose it is"):
        read((RECORDINGS / name).read_bytes())


def test_what_is_no_archive_is_refused_with_a_reason() -> None:
    account = b"window.YTD.account.part0 = []"
    for data, reason in (
        (zipped({}), "no data/account.js"),
        (zipped({"data/account.js": account}), "does not say whose"),
        (zipped({"data/account.js": b"nothing"}), "does not say whose"),
        (zipped()[:-40], "broken"),
        (b"PK\x03\x04" + b"x" * 100, "broken"),
        (b"hello", "neither the zip file"),
    ):
        with pytest.raises(WrongSourceError, match=reason):
            read(data)


def test_a_file_that_swells_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "DOCUMENT_LIMIT", 1 << 20)
    with pytest.raises(WrongSourceError, match="larger than 1 MiB"):
        read(zipped(added={"data/tweets-part9.js": b" " * (2 << 20)}))


def test_reading_goes_on_where_it_stood() -> None:
    data = zipped()
    pages = read(data)
    assert [page.resume for page in pages] == ["1", "2", "3", "4"]
    assert [page.body for page in read(data, "2")] == [page.body for page in pages[2:]]


def test_a_long_list_is_cut_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(x, "FOLLOWERS_CEILING", 2)
    found = facts(zipped())
    followers = next(one for one in found if isinstance(one, FollowList))
    assert (followers.complete, followers.total) == (False, 3)
    assert len([one for one in found if isinstance(one, Follow) and one.followed == "some_researcher"]) == 2


@given(st.binary(max_size=200), st.sampled_from([b"window.YTD.tweets.part0 = ", b"window.YTD.follower.part0 = [", b""]))
def test_any_content_of_a_file_is_read_or_named(content: bytes, start: bytes) -> None:
    for address in ("https://x.com/", "https://x.com/a?user_id=1"):
        for one in sources()["x"].parse(Page("lane", address, start + content, datetime.now(UTC), "")):
            assert not isinstance(one, Fault) or one.reason


@pytest.mark.parametrize(
    ("address", "author"),
    [
        ("https://x.com/Some_Researcher/status/1742012345678901234?s=20", "some_researcher"),
        ("http://www.twitter.com/Some_Researcher/statuses/1742012345678901234", "some_researcher"),
        ("https://mobile.twitter.com/i/web/status/1742012345678901234", None),
        (" https://x.com/i/status/1742012345678901234/photo/1 ", None),
    ],
)
def test_a_post_is_named_by_its_address(address: str, author: str | None) -> None:
    post = post_at(address, WORK)
    assert (post.source, post.id, post.author, post.text) == ("twitter", "1742012345678901234", author, None)
    assert f"{post.posted_at:%Y-%m-%d}" == "2024-01-02"
    assert [str(one.identifier) for one in pipeline.find(post, frozenset())] == [str(WORK)]


@pytest.mark.parametrize(
    "address",
    [
        "https://x.com/someone",
        "https://evil.example/x.com/a/status/1",
        "https://x.com.evil.example/a/status/1",
        "1",
        "",
    ],
)
def test_what_is_no_address_of_a_post_is_refused(address: str) -> None:
    with pytest.raises(ValueError, match="no address of a post"):
        post_at(address, WORK)


def test_a_work_without_an_address_cannot_be_linked_to() -> None:
    with pytest.raises(ValueError, match="isbn:9780306406157"):
        post_at("https://x.com/a/status/1", Identifier("isbn", "9780306406157"))


def test_a_post_added_by_its_address_and_found_in_an_archive_is_one(new_store: NewStore) -> None:
    store: Store = new_store()
    post = post_at("https://x.com/Some_Researcher/status/1742012345678901234", WORK)
    data = (RECORDINGS / "tweets.js").read_bytes()
    asyncio.run(pipeline.collect(sources()["x"], "lane", archive.files(lambda lane: BytesIO(data)), store))
    with store.writing() as writer:
        writer.keep([Reading(post, pipeline.find(post, frozenset()))], datetime.now(UTC))
    said = [one for one in Answers(store).said(WORK) if one.post == post.id]
    assert len(said) == 1
    assert len(said[0].evidence) == 2


def protected(*told: tuple[str, str]) -> bytes:
    entries = [{"protectedHistory": {"protectedAt": at, "action": action}} for at, action in told]
    return b"window.YTD.protected_history.part0 = " + json.dumps(entries).encode()


def test_of_an_account_that_is_protected_nothing_is_kept() -> None:
    name, before, after = "twitter-2024-01-05/data/protected-history.js", "2023-01-01T00:00:00Z", "2023-06-01T00:00:00Z"
    with pytest.raises(WrongSourceError, match="protected"):
        read(zipped(added={name: protected((after, "Protect"), (before, "Unprotect"))}))
    assert read(zipped(added={name: protected((before, "Protect"), (after, "Unprotect"))}))
    assert read(zipped(added={name: protected()}))
