"""How fast raw lines of a firehose become finished mentions, against counting newlines and against the plain way.

    python benchmarks/identify_firehose.py FILE [TRUTH]

FILE holds Jetstream frames, TRUTH (the .json beside FILE unless told) which mentions stand at its end, as JSON:
{"mentions": {post: [[scheme, value], ...]}}. First a process of its own, whose peak memory is told, collects the file
from the disk into a store. Then, in turns, best of five, by the time that the processor was ours:

`newlines` counts b"\\n" in memory. `gate` takes the file's pages through `Gate.sift`: the scan for hints and for what
touches held posts and accounts, parsing, and finding in all that was let through; the gate's store holds every post of
the file that names a work. `posts` does the same without the
gate, on the lines of posts alone. `plain` reads every line with orjson, and its text and links with the pattern for
DOIs that Crossref recommends.

The last line is JSON: `ratio_gate` and `ratio_posts` are bytes a second over those of counting newlines in the same
bytes (at least 0.25 and 0.35 are wanted), `ratio_plain` those of `gate` over those of `plain` (at least 4); `planted`,
`found` and `invented` count mentions that stand at the end of the file; `peak_mb` is at most 400 at any size.
"""

import argparse
import asyncio
import json
import re
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from pathlib import Path

import orjson

from hubbub import pipeline
from hubbub.collect import archive
from hubbub.collect.sources.bluesky import Bluesky
from hubbub.collect.touching import Touches, touches_of
from hubbub.identify.address import found_in
from hubbub.model import Page, Post, Reading
from hubbub.store import open_store

ROUNDS = 5
CROSSREF = re.compile(r"10.\d{4,9}/[-._;()/:A-Z0-9]+", re.IGNORECASE)
OF_POSTS = b'"collection":"app.bsky.feed.post"'


def collect(file: Path, store: Path) -> None:
    """Take the file into a store, page by page from the disk, and tell the most memory this took."""
    fetch = archive.files(lambda lane: archive.open_file(file))
    asyncio.run(pipeline.collect(Bluesky(), file.name, fetch, open_store(str(store))))
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)


def pages_of(file: Path) -> list[Page]:
    return list(archive.pages(file.name, "", archive.files(lambda lane: archive.open_file(file))))


class Untouched(Bluesky):
    """The same without the gate: only what names a work is read."""

    def touches(self, body: bytes) -> Touches:
        return touches_of(body, ())


def read(gate: pipeline.Gate, pages: Iterable[Page]) -> list[Reading]:
    found_in.cache_clear()  # the addresses of a stream are mostly new
    return [change for page in pages for change in gate.sift(page).changes if isinstance(change, Reading)]


def plainly(pages: Iterable[Page]) -> int:
    count = 0
    for page in pages:
        for line in page.body.splitlines():
            record = orjson.loads(line).get("commit", {}).get("record", {})
            count += len(CROSSREF.findall(record.get("text", "")))
            for facet in record.get("facets", ()):
                for feature in facet["features"]:
                    count += len(CROSSREF.findall(feature.get("uri", "")))
            if "embed" in record:
                count += len(CROSSREF.findall(record["embed"]["external"]["uri"]))
    return count


def best_of(rounds: int, *ways: Callable[[], object]) -> list[float]:
    """Take all ways in turns; return the least seconds of each."""
    best = [float("inf")] * len(ways)
    for _ in range(rounds):
        for number, way in enumerate(ways):
            at = time.process_time()
            way()
            best[number] = min(best[number], time.process_time() - at)
    return best


def standing(readings: Iterable[Reading]) -> set[tuple[str, str, str]]:
    """What the latest version of each post mentions; what is withdrawn mentions nothing."""
    latest: dict[str, Reading] = {}
    gone: dict[str, Post] = {}
    for reading in readings:
        post = reading.post
        if post.change == "withdrawn":
            gone[post.id] = post
        elif post.id not in latest or latest[post.id].post.version < post.version:
            latest[post.id] = reading
    return {
        (key, mention.identifier.scheme, mention.identifier.value)
        for key, reading in latest.items()
        if key not in gone
        for mention in reading.mentions
    }


def measure(file: Path, truth: Path, store: Path) -> dict[str, float]:
    pages, opened = pages_of(file), open_store(str(store))
    no_gate = pipeline.Gate(Untouched(), opened)
    with opened.writing() as writer:
        writer.keep([said for said in read(no_gate, pages) if said.mentions], pages[0].received_at)
    gate = pipeline.Gate(Bluesky(), opened)
    data = b"".join(page.body for page in pages)
    post_lines = b"".join(line for line in data.splitlines(keepends=True) if OF_POSTS in line)
    posts = [
        Page("posts", "", post_lines[start : end + 1], pages[0].received_at, "", lines=True)
        for start, end in line_blocks(post_lines)
    ]
    planted = {(key, *one) for key, ones in json.loads(truth.read_bytes())["mentions"].items() for one in ones}
    stands = standing(read(gate, pages))  # which also makes what is made once
    newlines, gated, of_posts, alone, plain = best_of(
        ROUNDS,
        lambda: data.count(b"\n"),
        lambda: read(gate, pages),
        lambda: post_lines.count(b"\n"),
        lambda: read(no_gate, posts),
        lambda: plainly(pages),
    )
    for name, taken, size in (
        ("newlines", newlines, data),
        ("gate", gated, data),
        ("newlines, posts", of_posts, post_lines),
        ("posts", alone, post_lines),
        ("plain", plain, data),
    ):
        print(f"{name:>16}: {taken * 1e3:8.1f} ms, {len(size) / taken / 1e6:8.1f} MB/s")
    return {
        "ratio_gate": round(newlines / gated, 3),
        "ratio_posts": round(of_posts / alone, 3),
        "ratio_plain": round(plain / gated, 2),
        "planted": len(planted),
        "found": len(planted & stands),
        "invented": len(stands - planted),
    }


def line_blocks(data: bytes) -> Iterable[tuple[int, int]]:
    """Cut into whole lines of about a page's size."""
    at = 0
    while at < len(data):
        end = data.find(b"\n", min(at + archive.PAGE, len(data) - 1))
        yield at, end
        at = end + 1


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", type=Path)
    parser.add_argument("truth", type=Path, nargs="?")
    parser.add_argument("--into", type=Path, help=argparse.SUPPRESS)
    told = parser.parse_args()
    if told.into:
        collect(told.file, told.into)
        return
    with tempfile.TemporaryDirectory() as folder:
        store = Path(folder) / "hubbub.db"
        asked = [sys.executable, __file__, str(told.file), "--into", str(store)]
        peak = float(subprocess.run(asked, check=True, capture_output=True, text=True).stdout)
        truth = told.truth or next(told.file.parent.glob("*.json"))
        figures = measure(told.file, truth, Path(folder) / "posts.db")
    print(json.dumps({**figures, "peak_mb": round(peak, 1)}))


if __name__ == "__main__":
    main()
