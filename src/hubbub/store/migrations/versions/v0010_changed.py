"""When what is known of each work changed last."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"

Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "changed",
        sa.Column("identifier", Id, sa.ForeignKey("identifier.id"), primary_key=True),
        sa.Column("number", sa.BigInteger, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
    )
    op.create_index("changed_by_number", "changed", ["number", "identifier"])
    collected = "SELECT max(collected_at) FROM assertion a WHERE a.id = m.assertion"
    op.execute(
        f"INSERT INTO changed SELECT identifier, 1, max(coalesce(({collected}), 0)) FROM mention m GROUP BY identifier"
    )
    named = ("description", "tally", "alias")
    told = " UNION ".join(f"SELECT identifier FROM {table}" for table in named)
    op.execute(
        f"INSERT INTO changed SELECT identifier, 1, 0 FROM ({told}) AS told"
        " WHERE NOT EXISTS (SELECT 1 FROM changed c WHERE c.identifier = told.identifier)"
    )
