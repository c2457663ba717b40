"""What ships with the demo, and that the simulated world repeats itself."""

import hashlib
import os
import re
import subprocess
import sys
from collections import Counter
from datetime import UTC, datetime

import msgspec
import pytest

from hubbub import demo
from hubbub.collect import archive
from hubbub.collect.source import sources
from hubbub.demo.pages import pages
from hubbub.demo.story import tell
from hubbub.demo.words import works
from hubbub.model import Account, Fault, Follow, Page, Post

RECORDINGS = demo.recordings()
DIGEST = """
import hashlib
from hubbub import demo
print(hashlib.sha256(b"".join([*demo.world(7), *demo.world_events(7)])).hexdigest())
"""


def parsed(source: str, body: bytes, lines: bool) -> list[object]:
    page = Page("lane", "lane", body, datetime(2026, 7, 1, tzinfo=UTC), "", lines)
    return list(sources()[source].parse(page))


@pytest.mark.parametrize("recording", RECORDINGS, ids=lambda r: r.path.name)
def test_a_recording_is_read_without_fault_and_has_an_origin(recording: demo.Recording) -> None:
    body = recording.path.read_bytes()
    facts = parsed(recording.source, body, False)
    assert facts
    assert not [fact for fact in facts if isinstance(fact, Fault)]
    assert archive.lane_of(recording.path).startswith(recording.path.name)
    row = next(line for line in origins() if f"`{recording.path.name}`" in line)
    assert "MIT" in row
    assert "CC0-1.0" in row
    assert "github:" in row


def origins() -> list[str]:
    return (RECORDINGS[0].path.parent / "ORIGIN.md").read_text(encoding="utf-8").splitlines()


def test_every_shipped_recording_is_listed_and_nothing_else() -> None:
    shipped = {path.name for path in RECORDINGS[0].path.parent.iterdir()} - {"ORIGIN.md"}
    assert shipped == {recording.path.name for recording in RECORDINGS}
    assert shipped == {name for line in origins() for name in re.findall(r"^\| `([^`]+)`", line)}


@pytest.mark.parametrize("recording", RECORDINGS, ids=lambda r: r.path.name)
def test_a_recording_holds_nobodys_mail_tweets_or_invented_works(recording: demo.Recording) -> None:
    text = recording.path.read_text(encoding="utf-8").lower()
    assert not re.search(r"[\w.+-]+@[\w-]+\.\w", text)
    for word in ("twitter", "reddit", "10.987654321", "mailto", "redacted"):
        assert word not in text


def test_recorded_works_on_the_shelf_are_mentioned_in_the_recordings() -> None:
    text = "".join(recording.path.read_text(encoding="utf-8").lower() for recording in RECORDINGS)
    (shelf,) = [shelf for shelf in demo.shelves() if not shelf.simulated]
    assert [work.value for work in shelf.works if work.value not in text.replace("\\/", "/")] == []


@pytest.mark.parametrize("seed", [1, 2, 3, 4, 5])
def test_every_line_of_the_world_is_read_without_fault(seed: int) -> None:
    frames = list(demo.world(seed))
    facts = [parsed("bluesky", frame, True) for frame in frames]
    assert all(len(fact) == 1 and isinstance(fact[0], (Post, Account)) for fact in facts)
    times = [msgspec.json.decode(frame)["time_us"] for frame in frames]
    assert times == sorted(times)
    events = parsed("crossref_event_data", b"".join(demo.world_events(seed)), True)
    assert not [fact for fact in events if isinstance(fact, Fault)]


def test_the_world_is_the_same_in_every_process() -> None:
    digests = set()
    for hashing, locale in (("0", "C"), ("12345", "C.UTF-8")):
        environment = {**os.environ, "PYTHONHASHSEED": hashing, "LC_ALL": locale, "TZ": "Asia/Kathmandu"}
        done = subprocess.run([sys.executable, "-c", DIGEST], env=environment, capture_output=True, check=True)
        digests.add(done.stdout.strip().decode())
    here = hashlib.sha256(b"".join([*demo.world(7), *demo.world_events(7)])).hexdigest()
    assert digests == {here}
    assert b"".join(demo.world(7)) != b"".join(demo.world(8))


def test_attention_has_the_measured_rhythm() -> None:
    shares: list[tuple[float, ...]] = []
    for seed in range(1, 6):
        story = tell(seed)
        acts = [(one.who, one.at, key) for one in story.said for key in one.works]
        passed = [(one.who, one.at, key) for one in story.passed if not one.like for key in one.of.works]
        hours = [(at - works()[key].at).total_seconds() / 3600 for _, at, key in [*acts, *passed]]
        counts = Counter(who for who, _, _ in [*acts, *passed])
        popular = [key for _, _, key in [*acts, *passed] if works()[key].size > 100]
        passed_popular = [key for _, _, key in passed if works()[key].size > 100]
        once = sum(count == 1 for count in counts.values()) / len(counts)
        within = [sum(hour <= limit for hour in hours) / len(hours) for limit in (16.5, 24, 168)]
        shares.append((once, len(passed_popular) / len(popular), *within))
    mean = [sum(column) / len(shares) for column in zip(*shares, strict=True)]
    assert mean == pytest.approx([0.686, 0.74, 0.5, 0.64, 0.975], abs=0.03)


def test_facets_cover_what_they_name() -> None:
    for said in tell(1).said:
        assert len(said.words.text) <= 300
        for facet in said.words.facets:
            part = said.words.text.encode()[facet.start : facet.end].decode()
            assert part == f"#{facet.tag}" if facet.tag else part[:3] in ("doi", "git")
    texts = "".join(said.words.text for said in tell(1).said)
    assert "🌱" in texts
    assert re.search("[\u0600-\u06ff]", texts)


def test_nothing_of_the_world_is_anybodys() -> None:
    bodies = b"".join([*demo.world(), *demo.world_events()]).decode()
    hosts = set(re.findall(r"https?://([^/\"]+)", bodies))
    assert {host for host in hosts if not host.endswith(".example")} <= {"doi.org", "github.com", "creativecommons.org"}
    assert set(re.findall(r"did:web:[\w.-]+?\.(\w+)(?=[\"/])", bodies)) == {"example"}
    assert set(re.findall(r"doi\.org/(10\.\d+)", bodies)) == {
        "10.5555",
        "10.13003",
    }  # the second names the terms of use
    assert {page.work for page in pages()} <= works().keys()


@pytest.mark.parametrize("seed", [1, 7])
def test_who_follows_whom_is_the_same_for_a_seed_and_leaves_out_who_has_left(seed: int) -> None:
    told = list(demo.follows(seed))
    assert told == list(demo.follows(seed))
    listeners = {one.id for one in told if isinstance(one, Account)}
    follows = [(one.follower, one.followed) for one in told if isinstance(one, Follow)]
    assert len(follows) == len(set(follows)) > 500
    assert all(follower != followed for follower, followed in follows)
    assert not {end for follow in follows for end in follow} & demo.truth(seed).left
    assert listeners <= {follower for follower, _ in follows}
    assert not listeners & {followed for _, followed in follows}


@pytest.mark.parametrize("seed", [1, 7])
def test_profiles_tell_followers_in_the_order_of_time_and_only_of_those_who_stay(seed: int) -> None:
    told = list(demo.profiles(seed))
    assert told == list(demo.profiles(seed))
    assert [at for at, _ in told] == sorted({at for at, _ in told})
    people = {one.who.did: one.who for one in tell(seed).acts()}
    known = {did for did, who in people.items() if who.followers is not None} - demo.truth(seed).left
    seen = set[str]()
    for _, accounts in told:
        assert seen <= {one.id for one in accounts} <= known
        seen = {one.id for one in accounts}
        assert [one.version for one in accounts] == [accounts[0].version] * len(accounts)
    assert {one.id: one.followers for one in told[-1][1]} == {did: people[did].followers for did in known}
