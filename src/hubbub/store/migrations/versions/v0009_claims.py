"""The addresses that accounts publish of themselves."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"

Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
Text = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "claim",
        sa.Column("account", Id, sa.ForeignKey("account.id"), primary_key=True),
        sa.Column("address", Text, primary_key=True),
    )
    op.create_index("claim_by_address", "claim", ["address"])
