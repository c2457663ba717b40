"""Whom people know, block or mute."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"

Text = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "acquaintance",
        sa.Column("shelf", Text, primary_key=True),
        sa.Column("account", sa.BigInteger(), primary_key=True, autoincrement=False),
        sa.Column("word", Text, primary_key=True),
        sa.Column("source", sa.Integer(), sa.ForeignKey("source.id"), nullable=False),
        sa.Column("name", sa.BigInteger()),
        sa.Column("said_at", sa.BigInteger(), nullable=False),
    )
