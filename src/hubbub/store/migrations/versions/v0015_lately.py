"""Posts by their places; scores of the last days, and the other names of works, as they were last reckoned."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"

Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    own = sa.text("post = id")
    op.create_index("assertion_by_place", "assertion", ["source", "id"], sqlite_where=own, postgresql_where=own)
    op.create_table(
        "standing_lately",
        sa.Column("days", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("identifier", Id, sa.ForeignKey("identifier.id"), primary_key=True),
        sa.Column("score", sa.Float, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "standing_name",
        sa.Column("identifier", Id, sa.ForeignKey("identifier.id"), primary_key=True),
        sa.Column("other", Id, sa.ForeignKey("identifier.id"), primary_key=True),
        sqlite_with_rowid=False,
    )
