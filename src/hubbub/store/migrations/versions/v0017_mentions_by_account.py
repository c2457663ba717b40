"""In PostgreSQL, mentions by who made them, and statements and followers of accounts without a look at their tables."""

from alembic import op
from sqlalchemy import text

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":  # SQLite has the rows' own keys in every index
        op.create_index("mention_by_account", "mention", ["account", "identifier"])
        op.drop_index("assertion_by_account")
        speaks = text("account IS NOT NULL")
        op.create_index(
            "assertion_by_account", "assertion", ["account"], postgresql_include=["id"], postgresql_where=speaks
        )
        op.drop_index("follow_by_followed")
        op.create_index("follow_by_followed", "follow", ["followed"], postgresql_include=["follower"])
