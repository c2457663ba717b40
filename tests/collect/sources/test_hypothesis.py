"""Which annotations are public, what they are about, and how far a search is read."""

import asyncio
import json
from pathlib import Path

from hubbub.collect.source import sources
from hubbub.model import Account, Fact, Fault, Link, Page, Post
from tests.collect.replay import NOW, Replay

ANSWERS = Path(__file__).parents[2] / "recordings" / "hypothesis" / "answers"
WORK = "work:doi:10.5555/12345678"
A, B, C = (f"https://hypothes.is/a/{letter * 8}Eey{letter * 11}" for letter in "ABC")


def facts(name: str, lane: str = WORK) -> list[Fact | Fault]:
    body = (ANSWERS / name).read_bytes()
    return list(sources()["hypothesis"].parse(Page(lane, "https://api.hypothes.is/api/search", body, NOW, "")))


def posts(name: str, lane: str = WORK) -> dict[str, Post]:
    return {one.id: one for one in facts(name, lane) if isinstance(one, Post)}


def test_private_annotations_are_not_read_and_hidden_ones_are_withdrawn() -> None:
    found = posts("search_page1.json")
    assert {post: one.change for post, one in found.items()} == {A: "made", B: "edited", C: "withdrawn"}
    assert found[C].version == "2026-11-01T00:00:00.000000Z"


def test_a_note_on_a_pdf_annotates_the_work_that_was_asked_for() -> None:
    pdf = "https://journal.example.org/paper.pdf"
    found = posts("search_page1.json")
    assert found[A].links == (
        Link(pdf, "annotates", "metadata"),
        Link("https://doi.org/10.5555/12345678", "annotates", "metadata", written=pdf, method="document-equivalence"),
    )
    assert found[B].links == (Link("https://doi.org/10.5555/12345678", "annotates", "metadata"),)


def test_a_reply_says_to_what_and_by_whom() -> None:
    reply = posts("search_page1.json")[B]
    assert (reply.replies_to, reply.author, reply.version) == (
        A,
        "acct:other@third.example",
        "2021-09-08T15:44:52.871334Z",
    )
    accounts = {one.id: one for one in facts("search_page1.json") if isinstance(one, Account)}
    assert accounts["acct:reviewer@hypothes.is"].url == "https://hypothes.is/users/reviewer"
    assert accounts["acct:other@third.example"].url is None


def test_what_is_deleted_or_made_private_is_withdrawn() -> None:
    assert facts("annotation.json", f"post:{B}") == []
    for name in ("annotation_gone.json", "annotation_private.json"):
        ((post, gone),) = posts(name, f"post:{B}").items()
        assert (post, gone.change) == (B, "withdrawn")


def test_a_search_goes_on_after_the_last_that_was_seen(tmp_path: Path) -> None:
    row = json.loads((ANSWERS / "search_page1.json").read_bytes())["rows"][0]
    rows = [{**row, "updated": f"2021-01-01T00:00:00.{n:06}+00:00"} for n in range(203)]
    asked = json.loads((ANSWERS / "requests.ndjson").read_text().splitlines()[0])["url"]
    after = "&search_after=2021-01-01T00%3A00%3A00.000{}%2B00%3A00"
    lines = [{"url": asked, "file": "1"}, {"url": asked + after.format(199), "file": "2"}]
    (tmp_path / "1").write_text(json.dumps({"rows": rows[:200]}))
    (tmp_path / "2").write_text(json.dumps({"rows": rows[200:]}))
    (tmp_path / "requests.ndjson").write_text("\n".join(map(json.dumps, lines)))

    async def read() -> list[str]:
        return [page.resume async for page in sources()["hypothesis"].read(WORK, "", Replay(tmp_path))]

    assert asyncio.run(read()) == [f"2021-01-01T00:00:00.000{n}+00:00" for n in (199, 202)]


def test_a_search_that_does_not_get_on_is_left(tmp_path: Path) -> None:
    asked = json.loads((ANSWERS / "requests.ndjson").read_text().splitlines()[0])["url"]
    same = "&search_after=2021-01-01T00%3A00%3A00%2B00%3A00"
    (tmp_path / "1").write_text(json.dumps({"rows": [{"updated": "2021-01-01T00:00:00+00:00"}] * 200}))
    lines = [{"url": url, "file": "1"} for url in (asked, asked + same)]
    (tmp_path / "requests.ndjson").write_text("\n".join(map(json.dumps, lines)))

    async def count() -> int:
        return len([page async for page in sources()["hypothesis"].read(WORK, "", Replay(tmp_path))])

    assert asyncio.run(count()) == 2
