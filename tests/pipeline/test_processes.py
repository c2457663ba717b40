"""Real processes: killed at any moment and started again, and two that write at once."""

import gzip
import json
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from random import Random
from time import sleep

import pytest
from sqlalchemy import select

from hubbub.model import Post
from hubbub.store import Store, open_store, schema
from tests.conftest import NewAddress
from tests.pipeline.rendered import (
    COLLECTOR,
    PLACE,
    POST,
    REPOST,
    Line,
    body,
    deleted,
    event,
    identity,
    key_of,
    passed_on,
    stated,
    wrote,
)
from tests.store.asked import assert_answers, dump
from tests.store.fold_model import WORKS, Fold

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

PROCESS = Path(__file__).with_name("ingest_process.py")
PAGE = 100_000


def firehose(lines: int, seed: int) -> list[Line]:
    """Frames of many people: few speak of a work, some edit, withdraw or pass on."""
    chance, told = Random(seed), list[Line]()
    spoken: list[tuple[str, str]] = []
    for at in range(1, lines + 1):
        author, rkey, roll = f"did:plc:who{chance.randrange(300)}", f"key{at}", chance.random()
        if roll < 0.05:
            told.append(wrote(at, author, rkey, chance.choice(WORKS), "create"))
            spoken.append((author, rkey))
        elif roll < 0.08 and spoken:
            told.append(passed_on(at, author, rkey, key_of(spoken[-1][0], POST, spoken[-1][1])))
        elif roll < 0.09 and spoken:
            told.append(deleted(at, spoken[0][0], POST, spoken.pop(0)[1]))
        elif roll < 0.10 and spoken:
            told.append(wrote(at, *spoken[0], chance.choice(WORKS), "update"))
        elif roll < 0.12:
            told.append(identity(at, author))
        elif roll < 0.13:
            told.append(deleted(at, author, REPOST, rkey))
        else:
            told.append(wrote(at, author, rkey, None, "create"))
    return told


def start(store: str, source: str, file: Path) -> "subprocess.Popen[str]":
    order = [sys.executable, str(PROCESS), store, source, str(file), str(PAGE)]
    return subprocess.Popen(order, stdout=subprocess.PIPE, text=True)


def finish(processes: Sequence["subprocess.Popen[str]"]) -> None:
    for process in processes:
        process.communicate(timeout=300)
        assert process.returncode == 0


def dangling(store: Store) -> list[str]:
    """The foreign keys that lead nowhere."""
    found = []
    with store.connect() as connection:
        for key in (key for table in schema.metadata.tables.values() for key in table.foreign_keys):
            rows = select(key.column.table.alias().c[key.column.name])
            if connection.execute(select(key.parent).where(key.parent.not_in(rows))).first():
                found.append(f"{key.parent} to {key.column}")
    return found


def test_a_process_that_is_killed_again_and_again_ends_where_an_undisturbed_one_does(
    new_address: NewAddress, tmp_path: Path
) -> None:
    chance, told, killed, whole = Random(), firehose(20_000, seed=1), new_address(), new_address()
    file = tmp_path / "firehose.ndjson"
    file.write_bytes(body(told))
    for kill in range(3):
        process = start(killed, PLACE, file)
        assert process.stdout
        for _ in range(chance.randrange(1, 9)):
            process.stdout.readline()
        sleep(chance.random() / 50)
        process.kill()
        process.communicate()
        assert process.returncode == -9, f"it was done before it was killed for the {kill + 1}. time"
    finish([start(killed, PLACE, file), start(whole, PLACE, file)])
    with open_store(killed) as one, open_store(whole) as other:
        assert dump(one) == dump(other)
        assert_answers(one, Fold(stated(told)), details=False)


def capture(at: int) -> bytes:
    """A page of the web that speaks of a work."""
    body = f"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<p>doi:10.5555/work{at % 7}" + "<br>word" * 2_000
    head = "WARC/1.0\r\nWARC-Type: response\r\nWARC-Date: 2026-01-01T00:00:00Z\r\n"
    head += f"WARC-Target-URI: https://h{at % 5}.example/{at}\r\nContent-Type: application/http; msgtype=response\r\n"
    return f"{head}Content-Length: {len(body)}\r\n\r\n{body}\r\n\r\n".encode()


def comment(at: int) -> bytes:
    """A comment on Reddit that names a work."""
    said: dict[str, str | int] = {"id": f"c{at}", "subreddit": "labnotes", "link_id": "t3_1abcd2", "author": "a"}
    said |= {
        "parent_id": "t3_1abcd2",
        "created_utc": 1767225600 + at,
        "body": f"doi:10.5555/work{at % 7} " + "word " * 200,
    }
    return json.dumps(said).encode() + b"\n"


@pytest.mark.parametrize(("source", "entry"), [("web", capture), ("reddit", comment)])
def test_a_packed_archive_is_read_to_its_end_however_often_its_reader_is_killed(
    new_address: NewAddress, tmp_path: Path, source: str, entry: Callable[[int], bytes]
) -> None:
    chance, killed, whole = Random(), new_address(), new_address()
    packed = gzip.compress if source == "web" else zstd.compress
    (file := tmp_path / "archive").write_bytes(b"".join(packed(entry(at)) for at in range(2_000)))
    for _ in range(3):
        process = start(killed, source, file)
        assert process.stdout
        for _ in range(chance.randrange(1, 4)):
            process.stdout.readline()
        sleep(chance.random() / 50)
        process.kill()
        process.communicate()
        assert process.returncode == -9
    finish([start(killed, source, file), start(whole, source, file)])
    with open_store(killed) as one, open_store(whole) as other:
        assert dump(one) == dump(other)
        assert len(one.assertions(after=0, limit=5_000)) == 2_000


def test_two_processes_write_one_store_while_it_is_read(new_address: NewAddress, tmp_path: Path) -> None:
    address, told = new_address(), firehose(3_000, seed=2)
    spoken = [fact for fact in stated(told[::7]) if isinstance(fact, Post) and fact.author and fact.links]
    seen = [event(9_000 + n, n, PLACE, p.id, p.author or "", WORKS[n % 3], "made") for n, p in enumerate(spoken)]
    one, two = tmp_path / "firehose.ndjson", tmp_path / "events.ndjson"
    one.write_bytes(body(told))
    two.write_bytes(body(seen))
    with open_store(address) as shared:
        writers = [start(address, source, file) for source, file in ((PLACE, one), (PLACE, one), (COLLECTOR, two))]
        looked = 0
        while any(writer.poll() is None for writer in writers):
            rows = dump(shared)  # one moment: nothing in it hangs in the air
            assert {row[1] for row in rows["statements"]} <= {row[1] for row in rows["posts"]}
            looked += 1
        finish(writers)
        assert looked
        assert dangling(shared) == []
        assert_answers(shared, Fold(stated(told, seen)), details=False)
