"""A store filled with the demo holds what the simulated world knows of itself."""

import asyncio
from datetime import UTC, datetime
from io import BytesIO

import pytest
from sqlalchemy import inspect, text

from hubbub import demo, pipeline
from hubbub.answers import Answers
from hubbub.collect import archive
from hubbub.collect.source import sources
from hubbub.store import Store
from tests.conftest import NewStore

NOW = datetime(2026, 7, 1, tzinfo=UTC)
TIMES = {"collected_at", "kept_at"}


def fill(store: Store, seed: int) -> None:
    with store.writing() as writer:
        for shelf in demo.shelves():
            writer.wanted.shelve(shelf.name, shelf.title, shelf.note, shelf.simulated, shelf.works)
    for recording in demo.recordings():
        path = recording.path
        read(store, recording.source, archive.lane_of(path), path.read_bytes())
    read(store, "bluesky", "world", b"".join(demo.world(seed)))
    read(store, "crossref_event_data", "pages", b"".join(demo.world_events(seed)))
    with store.writing() as writer:
        for at, profiles in demo.profiles(seed):
            writer.keep(profiles, at)
        writer.keep([*demo.follows(seed), *demo.descriptions()], NOW)


def read(store: Store, source: str, lane: str, body: bytes) -> None:
    outcome = asyncio.run(pipeline.collect(sources()[source], lane, archive.files(lambda _: BytesIO(body)), store))
    assert outcome.set_aside == {}


def content(store: Store) -> dict[str, list[tuple[object, ...]]]:
    """Every row of every table, without the times of collecting."""
    with store.connect() as connection:
        tables = {
            t: [c["name"] for c in inspect(connection).get_columns(t)] for t in inspect(connection).get_table_names()
        }
        return {
            table: sorted(
                (tuple(row) for row in connection.execute(text(f"SELECT {', '.join(kept)} FROM {table}"))), key=repr
            )
            for table, columns in tables.items()
            if (kept := [f'"{column}"' for column in columns if column not in TIMES])
        }


@pytest.fixture
def seed(request: pytest.FixtureRequest) -> int:
    return int(getattr(request, "param", demo.SEED))


@pytest.fixture
def store(new_store: NewStore, seed: int) -> Store:
    opened = new_store()
    fill(opened, seed)
    return opened


@pytest.mark.parametrize("seed", [1, 2, 3], indirect=True)
def test_the_store_knows_what_the_world_knows(store: Store, seed: int) -> None:
    answers, truth = Answers(store), demo.truth(seed)
    for work in truth.posts:
        said = answers.said(work)
        assert {(one.source, one.post) for one in said if one.own} == truth.posts[work]
        assert {(one.source, one.post) for one in said if not one.own} == truth.amplifications[work]
        report = answers.report(work)
        assert (report.posts, report.amplifications) == (len(truth.posts[work]), len(truth.amplifications[work]))
        assert report.simulated
        assert report.description
        assert report.description.title
    assert truth.withdrawn
    assert len(truth.left) == 1


def test_what_was_withdrawn_is_nowhere(store: Store, seed: int) -> None:
    rows = repr(content(store))
    truth = demo.truth(seed)
    assert not [key for key in truth.withdrawn | truth.left if key in rows]
    assert "Case closed, nothing left to argue about" not in rows


def test_filling_twice_changes_nothing(store: Store, seed: int) -> None:
    before = content(store)
    fill(store, seed)
    assert content(store) == before


def test_accounts_have_names_and_most_have_followers(store: Store) -> None:
    (shelf,) = [shelf for shelf in demo.shelves() if shelf.name == demo.SIMULATED]
    report = Answers(store).report(shelf.works[0], voices=None)
    network = [voice.speaker for voice in report.voices if voice.speaker.source == "bluesky"]
    assert all(speaker.handle and speaker.handle.endswith(".example") and speaker.name for speaker in network)
    assert report.reach.low
    assert 0.75 < report.reach.known / len(network) < 1
    assert len({one.category for one in report.sources}) == 3


def test_the_recorded_shelf_is_real_and_mentioned(store: Store) -> None:
    (shelf,) = [shelf for shelf in Answers(store).home().shelves if not shelf.simulated]
    assert all(line.posts for line in shelf.works)
    assert Answers(store).report(shelf.works[0].identifier).simulated is None
