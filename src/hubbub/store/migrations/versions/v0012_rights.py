"""Users, their sessions, tokens and shelves, failed log-ins, what was changed by whom, and settings."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"

Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
Text = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "users",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("name", Text, nullable=False, unique=True),
        sa.Column("password", Text, nullable=False),
        sa.Column("admin", sa.Boolean(create_constraint=False), nullable=False),
        sa.Column("made_at", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "session",
        sa.Column("hash", Text, primary_key=True),
        sa.Column("who", sa.Integer, sa.ForeignKey("users.id"), nullable=False),
        sa.Column("began_at", sa.BigInteger, nullable=False),
        sa.Column("used_at", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "token",
        sa.Column("hash", Text, primary_key=True),
        sa.Column("who", sa.Integer, sa.ForeignKey("users.id"), nullable=False),
        sa.Column("title", Text, nullable=False),
        sa.Column("scope", Text, nullable=False),
        sa.Column("made_at", sa.BigInteger, nullable=False),
        sa.Column("used_at", sa.BigInteger),
    )
    op.create_table(
        "attempt",
        sa.Column("hash", Text, primary_key=True),
        sa.Column("failures", sa.Integer, nullable=False),
        sa.Column("failed_at", sa.BigInteger, nullable=False),
        sa.Column("until", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "keeper",
        sa.Column("shelf", Text, sa.ForeignKey("shelf.name"), primary_key=True),
        sa.Column("who", sa.Integer, sa.ForeignKey("users.id"), primary_key=True),
    )
    op.create_table(
        "audit",
        sa.Column("id", Id, primary_key=True, autoincrement=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("who", Text, nullable=False),
        sa.Column("route", Text, nullable=False),
        sa.Column("about", Text, nullable=False),
    )
    op.create_table("setting", sa.Column("name", Text, primary_key=True), sa.Column("value", Text, nullable=False))
