"""In which browser somebody logged in."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"

Text = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    op.add_column("session", sa.Column("browser", Text))
