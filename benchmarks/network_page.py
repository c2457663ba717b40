"""How fast the page of a network of 2,000 people and its picture answer, beside counting their mentions in plain SQL.

    python benchmarks/network_page.py [--people 2000] [--runs 5]

A store is made in which people of 20 interests, each a few works of 60, speak, pass each other on and follow each
other, mostly within their interest. Then the app itself is asked, without a network between: first in a process that
has loaded nothing yet, then again, of which the median is told, with what of it the processor worked. The baseline
counts posts by work and account in one statement.
"""

import argparse
import asyncio
import json
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import httpx
import numpy as np
from sqlalchemy import text

from hubbub.answers import Answers
from hubbub.model import Account, Follow, Identifier, Mention, Post, Reading
from hubbub.store import Store, open_store
from hubbub.store.fold import Change
from hubbub.web.app import create_app

WORKS, INTERESTS = 60, 20
SAY = ("Soil physicist at the University of Example", "PhD student, peat and moss", "Science journalist", "Teacher", "")
START = datetime(2026, 1, 1, tzinfo=UTC)
COUNT = text("SELECT identifier, account, count(DISTINCT post) FROM mention WHERE counted GROUP BY identifier, account")


def world(people: int) -> Iterator[Change]:
    random = np.random.default_rng(7)
    works = [Identifier("doi", f"10.5555/work.{number}") for number in range(WORKS)]
    posts: list[tuple[str, int]] = []
    for who in range(people):
        about = SAY[random.integers(len(SAY))]
        followers = int(random.pareto(1) * 100)
        yield Account(
            source="bluesky", id=f"who{who}", via="bluesky", version="1", name=f"Person {who}",
            description=f"{about} {who % INTERESTS}", followers=followers,
        )  # fmt: skip
        for number in range(1 + int(random.pareto(1.5) * 2) % 12):
            interest = who % INTERESTS if random.random() < 0.8 else int(random.integers(INTERESTS))
            work = works[(interest * 3 + int(random.integers(5))) % WORKS]
            key = f"post{who}.{number}"
            posts.append((key, who))
            yield _said(key, who, number, (Mention(work, "discusses", "link", str(work), "doi-address", 1.0),))
    for number in range(people):
        key, author = posts[random.integers(len(posts))]
        who = (author + INTERESTS * int(random.integers(1, 30))) % people
        yield _said(f"repost{number}", who, number, (), key)
    for _ in range(people * 10):
        one = int(random.integers(people))
        step = INTERESTS * int(random.integers(1, 30)) if random.random() < 0.8 else int(random.integers(1, people))
        other = (one + step) % people
        if one != other:
            yield Follow(source="bluesky", via="bluesky", seen_at=START, follower=f"who{one}", followed=f"who{other}")


def _said(key: str, who: int, number: int, mentions: tuple[Mention, ...], of: str | None = None) -> Reading:
    at = START + timedelta(hours=number, minutes=who)
    post = Post(
        source="bluesky", id=key, via="bluesky", version="1", text="Words", author=f"who{who}", posted_at=at, reposts=of
    )
    return Reading(post, mentions)


def filled(store: Store, people: int) -> None:
    with store.writing() as writer:
        writer.keep(list(world(people)), START)
    with store.writing() as writer:
        writer.wanted.put("me", [Identifier("doi", f"10.5555/work.{number}") for number in range(WORKS)])


def timed(runs: int, asked: Callable[[], object]) -> list[float]:
    found = []
    for _ in range(runs):
        begun = time.perf_counter()
        asked()
        found.append(time.perf_counter() - begun)
    return found


async def measured(store: Store, runs: int) -> dict[str, float]:
    app = create_app(Answers(store))
    found: dict[str, float] = {}
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://localhost") as client:
        for name, path in (("page", "/shelf/me/network"), ("picture", "/shelf/me/network.json")):
            times, work = [], []
            for _ in range(runs + 1):
                begun, worked = time.perf_counter(), time.process_time()
                response = await client.get(path)
                times.append(time.perf_counter() - begun)
                work.append(time.process_time() - worked)
                assert response.status_code == 200, response.text[:200]
            found |= {f"{name}_first_s": times[0], f"{name}_s": sorted(times[1:])[runs // 2]}
            found[f"{name}_cpu_s"] = sorted(work[1:])[runs // 2]
            found[f"{name}_kb"] = len(response.content) / 1000
            if name == "picture":
                told = response.json()
                found |= {"people": len(told["voices"]), "ties": len(told["ties"])}
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--people", type=int, default=2_000)
    parser.add_argument("--runs", type=int, default=5)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, open_store(f"{folder}/hubbub.db") as store:
        filled(store, given.people)
        found = asyncio.run(measured(store, given.runs))

        def counted() -> object:
            with store.connect() as connection:
                return connection.execute(COUNT).all()

        baseline = sorted(timed(given.runs, counted))[given.runs // 2]
    found |= {"sql_count_s": baseline}
    found |= {f"{name}_ratio": found[f"{name}_s"] / baseline for name in ("page", "picture")}
    for name, value in found.items():
        print(f"{name:18} {value:,.3f}")
    print(json.dumps({name: round(value, 4) for name, value in found.items()}))


if __name__ == "__main__":
    main()
