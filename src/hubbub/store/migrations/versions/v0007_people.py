"""What somebody answered to suggestions of people."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"

Text = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "response",
        sa.Column("shelf", Text, primary_key=True),
        sa.Column("account", sa.BigInteger(), primary_key=True, autoincrement=False),
        sa.Column("word", Text, nullable=False),
        sa.Column("said_at", sa.BigInteger(), nullable=False),
    )
