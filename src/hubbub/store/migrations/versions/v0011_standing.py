"""Where works stand among others by their attention score."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"

Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
Text = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "standing",
        sa.Column("identifier", Id, sa.ForeignKey("identifier.id"), primary_key=True),
        sa.Column("cohort", Text, primary_key=True),
        sa.Column("formula", Text, nullable=False),
        sa.Column("as_of", sa.BigInteger, nullable=False),
        *(sa.Column(name, sa.Float, nullable=False) for name in ("score", "mean")),
        *(sa.Column(name, sa.Integer, nullable=False) for name in ("works", "below", "alike")),
        *(sa.Column(name, sa.Float, nullable=False) for name in ("low", "high")),
        sa.Column("last_at", sa.BigInteger),
        sa.Column("published", sa.Float),
        sqlite_with_rowid=False,
    )
    op.create_index("standing_by_last", "standing", ["cohort", "last_at"])
