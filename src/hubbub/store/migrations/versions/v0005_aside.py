"""What was set aside is counted by lane and reason, without excerpts and names; what stood there is forgotten."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.drop_table("aside")
    op.create_table(
        "aside",
        sa.Column("source", sa.Integer(), sa.ForeignKey("source.id"), primary_key=True),
        sa.Column("lane", sa.BigInteger(), primary_key=True),
        sa.Column("reason", sa.Text().with_variant(sa.Text(collation="C"), "postgresql"), primary_key=True),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.Column("seen_at", sa.BigInteger(), nullable=False),
    )
