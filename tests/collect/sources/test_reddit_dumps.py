"""What dumps of Reddit say: submissions and comments in the shapes of twenty years, and what is gone."""

import asyncio
import json
from pathlib import Path
from typing import Any

from hubbub import pipeline
from hubbub.answers import Answers
from hubbub.collect.source import sources
from hubbub.collect.sources.reddit import Reddit
from hubbub.model import Account, Fault, Identifier, Page, Post
from hubbub.store import Store
from tests.collect.asked import archived
from tests.collect.replay import NOW
from tests.conftest import NewStore

DUMPS = Path(__file__).parents[2] / "recordings" / "reddit"
HOME = "https://reddit.com/r/labnotes/comments/"
LINK, COMMENT = f"{HOME}1abcd2/a_paper_on_methods", f"{HOME}1abcd2/comment/ijk0001"
OLD, OLD_COMMENT = f"{HOME}9zz/an_old_paper", f"{HOME}9zz/comment/c0aaa"
WORK, OTHER = Identifier("doi", "10.5555/12345678"), Identifier("doi", "10.5555/12345679")


def posts(name: str) -> dict[str, Post]:
    page = Page(name, "", (DUMPS / name).read_bytes(), NOW, "", lines=True)
    return {one.id: one for one in sources()["reddit"].parse(page) if isinstance(one, Post)}


def collect(store: Store, *bodies: bytes) -> None:
    for body in bodies:
        asyncio.run(pipeline.collect(Reddit(), "dump", archived(body), store))


def dump(name: str, **changed: Any) -> bytes:
    """A dump, its first entry changed."""
    first, *rest = (json.loads(line) for line in (DUMPS / name).read_text().splitlines())
    return b"\n".join(json.dumps(one).encode() for one in ({**first, **changed}, *rest))


def said_of(store: Store, work: Identifier) -> set[str]:
    return {one.post for one in Answers(store).said(work)}


def test_a_dump_and_the_search_name_a_submission_alike() -> None:
    answers = (DUMPS / "answers/search_page1.json").read_bytes()
    live = {
        one.id for one in sources()["reddit"].parse(Page("search:x", "", answers, NOW, "")) if isinstance(one, Post)
    }
    assert LINK in live & set(posts("submissions.ndjson"))


def test_marks_are_read_as_they_were_written() -> None:
    comment = posts("comments.ndjson")[COMMENT]
    assert comment.text == "I prefer https://doi.org/10.5555/12345679 & its supplement."
    question = posts("submissions.ndjson")["https://reddit.com/r/scholarhelp/comments/1abcd3/article_doi"]
    assert (question.text or "").endswith("> https://doi.org/10.5555/12345678?a=1&b=2")


def test_a_comment_answers_a_submission_or_a_comment() -> None:
    found = posts("comments.ndjson")
    assert found[COMMENT].replies_to == LINK
    assert found[f"{HOME}1abcd2/comment/ijk0002"].replies_to == COMMENT


def test_the_oldest_dumps_are_read() -> None:
    assert posts("submissions.ndjson")[OLD].version == "2009-02-13T23:31:30Z"
    old = posts("comments.ndjson")[OLD_COMMENT]
    assert (old.replies_to, old.author, old.text) == (None, None, "See doi:10.5555/12345678")


def test_what_was_removed_or_deleted_later_is_withdrawn_as_of_when_that_was_seen() -> None:
    gone = {one.id: one.version for one in posts("submissions.ndjson").values() if one.change == "withdrawn"}
    assert gone == {
        f"{HOME}1abcd5/taken_away": "2026-01-01T00:06:40Z",
        f"{HOME}1abcd6/gone_later": "2026-01-02T12:06:40Z",
    }
    assert posts("comments.ndjson")[f"{HOME}1abcd2/comment/ijk0003"].change == "withdrawn"


def test_dumps_keep_what_mentions_a_work_and_what_answers_that(new_store: NewStore) -> None:
    store = new_store()
    collect(store, dump("submissions.ndjson"), dump("comments.ndjson"))
    assert said_of(store, WORK) == {
        LINK,
        OLD,
        OLD_COMMENT,
        "https://reddit.com/r/scholarhelp/comments/1abcd3/article_doi",
    }
    assert said_of(store, OTHER) == {COMMENT, "https://reddit.com/r/scholarhelp/comments/1abcd3/article_doi"}
    held = {one[5].id for one in store.assertions(after=0, limit=100)}
    assert f"{HOME}1abcd2/comment/ijk0002" in held
    assert f"{HOME}1abcd4/comment/ijk0004" not in held


def test_a_later_dump_without_a_hint_takes_back_what_is_held_and_an_older_one_does_not_bring_it_back(
    new_store: NewStore,
) -> None:
    store = new_store()
    gone = dump("comments.ndjson", body="[removed]", author="[deleted]", retrieved_on=1777226100)
    collect(store, dump("comments.ndjson"), gone, dump("comments.ndjson"))
    assert COMMENT not in said_of(store, OTHER)


def test_comments_that_are_held_are_asked_for_as_comments() -> None:
    lane = f"posts:{LINK} {COMMENT}"
    comment = json.loads(dump("comments.ndjson").splitlines()[0])
    body = json.dumps({"data": {"children": [{"kind": "t1", "data": comment}]}}).encode()
    found = list(sources()["reddit"].parse(Page(lane, "", body, NOW, "")))
    assert [(one.id, one.change) for one in found if isinstance(one, Post)] == [(COMMENT, "made"), (LINK, "withdrawn")]
    assert [one.id for one in found if isinstance(one, Account)] == ["t2_9zz9c"]


def test_a_line_that_names_no_post_is_set_aside() -> None:
    body = b'{"id": "x", "created_utc": 5}\n' + dump("comments.ndjson").splitlines()[0]
    fault, *rest = Reddit().parse(Page("dump", "", body, NOW, "", lines=True))
    assert isinstance(fault, Fault)
    assert len(rest) == 2
