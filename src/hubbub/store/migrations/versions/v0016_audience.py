"""How many followers accounts had, by the day."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"

Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
Text = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "audience",
        sa.Column("account", Id, sa.ForeignKey("account.id"), primary_key=True),
        sa.Column("day", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("version", Text, nullable=False),
        sa.Column("followers", sa.BigInteger, nullable=False),
        sqlite_with_rowid=False,
    )
