"""What posts say is looked up by keys, however much else the store holds."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine, event

from hubbub.answers import Answers
from hubbub.model import Account, Identifier, Mention, Post, Reading
from hubbub.store import open_store

WORK = Identifier("doi", "10.5555/spoken-of")
AT = datetime(2025, 3, 3, tzinfo=UTC)


@pytest.mark.parametrize("ask", ["said", "account", "network"])
def test_no_question_about_few_posts_reads_all_statements(tmp_path: Path, ask: str) -> None:
    mention = Mention(WORK, "discusses", "link", "https://doi.org/10.5555/spoken-of", "doi-address", 1.0)
    post = Post(
        source="bluesky", id="at://one", via="bluesky", version="1", text="Good.", author="did:plc:a", posted_at=AT
    )
    passed_on = Post(
        source="bluesky",
        id="at://two",
        via="bluesky",
        version="1",
        author="did:plc:a",
        posted_at=AT,
        reposts="at://one",
    )
    plans: list[str] = []
    with open_store(str(tmp_path / "hubbub.db")) as store:
        with store.writing() as writer:
            writer.keep(
                [Account(source="bluesky", id="did:plc:a", via="bluesky", version="1"), Reading(post, (mention,))], AT
            )
            writer.keep([Reading(passed_on, ())], AT)

        def explain(connection, cursor, statement, parameters, *rest) -> None:  # type: ignore[no-untyped-def]
            if statement.startswith(("SELECT", "WITH")):
                plans.extend(
                    row[-1] for row in cursor.connection.execute(f"EXPLAIN QUERY PLAN {statement}", parameters)
                )

        event.listen(Engine, "before_cursor_execute", explain)
        try:
            answers = Answers(store)
            match ask:
                case "said":
                    found: object = answers.said(WORK)
                case "account":
                    found = answers.account("bluesky", "did:plc:a")
                case _:
                    found = answers.network(WORK)
        finally:
            event.remove(Engine, "before_cursor_execute", explain)
    assert found
    assert len(plans) > 5
    tables = ("a", "p", "o", "assertion")
    assert [plan for plan in plans if plan.split()[:2] in [["SCAN", table] for table in tables]] == []
