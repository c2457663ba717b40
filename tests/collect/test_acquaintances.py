"""Lists that places give to their own people: who is in them, and what is no such list."""

import json
import os
import zipfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hubbub.collect import acquaintances
from hubbub.collect.acquaintances import Listed, WrongFileError, read

FOLLOWING = """Account address,Show boosts,Notify on new posts,Languages
Ada@Fosstodon.org,true,false,
ben@social.example.org,true,false,"en, de"
"""
BLOCKED = "troll@bad.example\n"
MUTED = "Account address,Hide notifications\nloud@social.example.org,true\n"


def js(name: str, kind: str, *numbers: str) -> str:
    link = "https://twitter.com/intent/user?user_id="
    entries = [{kind: {"accountId": number, "userLink": f"{link}{number}"}} for number in numbers]
    return f"window.YTD.{name}.part0 = {json.dumps(entries)}"


X = {
    "data/following.js": js("following", "following", "12", "13"),
    "data/following-part1.js": js("following", "following", "14"),
    "data/block.js": js("block", "blocking", "15"),
    "data/mute.js": js("mute", "muting", "16"),
    "data/follower.js": js("follower", "follower", "17"),
    "data/direct-messages.js": "window.YTD.direct_messages.part0 = [{}]",
}


def listed(path: Path, *said: Any) -> set[tuple[str, str, str]]:
    return {(one.source, one.account, one.word) for one in read(path, *said)}


def written(folder: Path, name: str, text: str | bytes) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def zipped(folder: Path, parts: dict[str, str], prefix: str = "") -> Path:
    with zipfile.ZipFile(folder / "archive.zip", "w", zipfile.ZIP_DEFLATED) as packed:
        for name, text in parts.items():
            packed.writestr(prefix + name, text)
    return folder / "archive.zip"


def test_mastodons_lists_are_read(tmp_path: Path) -> None:
    followed = {("mastodon", "ada@fosstodon.org", "knows"), ("mastodon", "ben@social.example.org", "knows")}
    assert listed(written(tmp_path, "following_accounts.csv", FOLLOWING)) == followed
    assert listed(written(tmp_path, "following_accounts (1).csv", "\ufeff" + FOLLOWING)) == followed
    assert listed(written(tmp_path, "blocked_accounts.csv", BLOCKED)) == {("mastodon", "troll@bad.example", "blocks")}
    assert listed(written(tmp_path, "muted_accounts.csv", MUTED)) == {("mastodon", "loud@social.example.org", "mutes")}
    assert listed(written(tmp_path, "following_accounts.csv", FOLLOWING.splitlines()[0])) == set()


@pytest.mark.parametrize("prefix", ["", "twitter-2026-03-10/"])
def test_of_an_archive_of_x_no_other_part_is_read(tmp_path: Path, prefix: str) -> None:
    found = {(f"i/user/{number}", "knows") for number in (12, 13, 14)} | {
        ("i/user/15", "blocks"),
        ("i/user/16", "mutes"),
    }
    every = {("twitter", account, word) for account, word in found}
    assert listed(zipped(tmp_path, X, prefix)) == every
    for name, text in X.items():
        written(tmp_path, f"folder/{name}", text)
    assert listed(tmp_path / "folder") == listed(tmp_path / "folder/data") == every
    assert listed(tmp_path / "folder/data/mute.js") == {("twitter", "i/user/16", "mutes")}


def test_accounts_a_line_are_read_in_any_usual_form(tmp_path: Path) -> None:
    lines = (
        "did:plc:abc\n@Ann.bsky.social\nhttps://bsky.app/profile/bob.example.org\nhttps://bsky.app/profile/did:plc:x\n"
        "@cid@fosstodon.org\nhttps://x.com/Dan\n\nnonsense\n"
    )
    assert listed(written(tmp_path, "people.txt", lines), "mutes") == {
        ("bluesky", "did:plc:abc", "mutes"),
        ("bluesky", "ann.bsky.social", "mutes"),
        ("bluesky", "bob.example.org", "mutes"),
        ("bluesky", "did:plc:x", "mutes"),
        ("mastodon", "cid@fosstodon.org", "mutes"),
        ("twitter", "dan", "mutes"),
    }


@pytest.mark.parametrize(
    ("name", "text", "why"),
    [
        ("people.txt", "did:plc:abc", "add --as"),
        ("followers.csv", FOLLOWING, "add --as"),  # who follows one is not whom one follows
        ("following.js", "window.YTD.following.part0 = [{", "broken"),
        ("following.js", "window.YTD.following.part0 = " + "[" * 100_000, "broken"),
        ("following.js", 'window.YTD.following.part0 = [{"following": 3}]', "broken"),
        ("block.csv", b"\xff\xfe", "no UTF-8"),
        ("block.csv", "nothing of the kind", "lists no account"),
        ("block.csv", '"' + "a" * 200_000, "no list of accounts"),
        ("block.zip", b"PK\x05\x06" + b"\0" * 18, "there is no data/following.js"),
    ],
)
def test_what_is_no_such_list_says_why(tmp_path: Path, name: str, text: str | bytes, why: str) -> None:
    with pytest.raises(WrongFileError, match=why):
        list(read(written(tmp_path, name, text)))


def test_what_swells_is_not_read_to_its_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(acquaintances, "LIMIT", 1 << 20)
    swollen = js("mute", "muting", "16") + " " * (1 << 20)
    with pytest.raises(WrongFileError, match="larger than 1 MiB"):
        list(read(zipped(tmp_path, {"data/mute.js": swollen})))
    with pytest.raises(WrongFileError, match="larger than 1 MiB"):  # all parts together
        list(read(zipped(tmp_path, {f"data/mute-part{n}.js": swollen[: 300 << 10] for n in range(4)})))
    with pytest.raises(WrongFileError, match="larger than 1 MiB"):
        list(read(written(tmp_path, "mute.js", swollen)))


@given(st.binary(max_size=200) | st.text(max_size=200).map(lambda text: f"window.YTD.mute.part0 = {text}".encode()))
def test_whatever_a_file_holds_it_is_read_or_refused(tmp_path_factory: pytest.TempPathFactory, body: bytes) -> None:
    path = tmp_path_factory.getbasetemp() / f"mute-{os.getpid()}"
    path.write_bytes(body)
    try:
        found = list(read(path))
    except WrongFileError:
        return
    assert all(isinstance(one, Listed) and one.word == "mutes" for one in found)
