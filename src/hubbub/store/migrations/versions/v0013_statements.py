"""When statements were made, and those that are passed on as they were given."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"

Text = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    op.add_column("assertion", sa.Column("stated_at", sa.BigInteger()))
    op.add_column("assertion", sa.Column("statement", Text))
    op.execute("UPDATE assertion SET stated_at = collected_at")
    if op.get_bind().dialect.name == "postgresql":  # the server keeps no samples of what may be withdrawn
        op.execute("ALTER TABLE assertion ALTER COLUMN statement SET STATISTICS 0")
    for name, columns, which in (
        ("assertion_by_stated", ["stated_at", "id"], "stated_at IS NOT NULL"),
        ("assertion_edited", ["stated_at", "id"], "change = 'edited'"),
        ("assertion_experimental", ["id"], """statement LIKE '%"experimental"_true%'"""),
        ("assertion_deleted", ["id"], "gone IS NOT NULL AND post IS NULL AND key IS NOT NULL"),
    ):
        op.create_index(name, "assertion", columns, sqlite_where=sa.text(which), postgresql_where=sa.text(which))
