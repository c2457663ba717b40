"""What people correct, addresses that are asked about, mentions that are missed, and posts with pages of their own."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
Text = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    # Their own prefix belongs to them, as it does to URNs.
    op.execute("UPDATE identifier SET value = 'oai:' || value WHERE scheme = 'oai' AND value NOT LIKE 'oai:%'")
    op.create_table(
        "correction", _row("identifier"), _row("other"), sa.Column("same", sa.Boolean(), nullable=False), *_word()
    )
    op.create_index("correction_by_other", "correction", ["other"])
    op.create_table(
        "wrong",
        sa.Column("post", sa.BigInteger(), primary_key=True, autoincrement=False),
        _row("identifier"),
        sa.Column("held", sa.BigInteger(), nullable=False),
        *_word(),
    )
    op.create_index("wrong_by_identifier", "wrong", ["identifier"])
    op.create_table(
        "question",
        _row("identifier"),
        sa.Column("asked_at", sa.BigInteger(), nullable=False),
        sa.Column("due_at", sa.BigInteger()),
        sa.Column("looked_at", sa.BigInteger()),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("rules", Text, nullable=False),
        sa.Column("outcome", Text),
        sa.Column("method", Text),
        sa.Column("evidence", Text),
        sa.Column("certainty", sa.Float()),
    )
    op.create_index("question_by_due", "question", ["due_at"])
    op.create_table(
        "short",
        _row("identifier"),
        sa.Column("post", Id, sa.ForeignKey("assertion.id"), primary_key=True, autoincrement=False),
        sqlite_with_rowid=False,
    )
    op.create_table("missing", _row("address"), _row("identifier"), *_word()[:2], sa.Column("outcome", Text))
    op.create_table(
        "story",
        sa.Column("post", Id, sa.ForeignKey("assertion.id"), primary_key=True, autoincrement=False),
        sa.Column("address", Text, nullable=False),
    )
    op.create_index("story_by_address", "story", ["address"])


def _row(name: str) -> "sa.Column[Any]":
    return sa.Column(name, Id, sa.ForeignKey("identifier.id"), primary_key=True, autoincrement=False)


def _word() -> "tuple[sa.Column[Any], ...]":
    """Who said it, when and why."""
    return (
        sa.Column("said_by", Text, nullable=False),
        sa.Column("said_at", sa.BigInteger(), nullable=False),
        sa.Column("why", Text, nullable=False),
    )
