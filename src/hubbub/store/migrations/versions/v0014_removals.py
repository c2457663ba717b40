"""Who asks to be forgotten, and what became of it."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"

Text = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "removal",
        sa.Column("code", Text, primary_key=True),
        sa.Column("source", Text, nullable=False),
        sa.Column("account", sa.BigInteger, nullable=False),
        sa.Column("why", Text, nullable=False),
        sa.Column("asked_at", sa.BigInteger, nullable=False),
        sa.Column("outcome", Text),
        sa.Column("reason", Text, nullable=False),
        sa.Index("removal_by_account", "account"),
    )
    if op.get_bind().dialect.name == "postgresql":  # the server keeps no samples of what may be withdrawn
        op.execute("ALTER TABLE removal ALTER COLUMN why SET STATISTICS 0")
