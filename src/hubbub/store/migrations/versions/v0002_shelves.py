"""Named lists of works."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.create_table(
        "shelf",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("simulated", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )
    op.create_table(
        "shelf_work",
        sa.Column("shelf", sa.Text(), nullable=False),
        sa.Column("identifier", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(
            ["identifier"],
            ["identifier.id"],
        ),
        sa.ForeignKeyConstraint(
            ["shelf"],
            ["shelf.name"],
        ),
        sa.PrimaryKeyConstraint("shelf", "identifier"),
    )
