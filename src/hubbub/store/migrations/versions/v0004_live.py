"""What live sources bring: ties, tallies, aliases, and what is asked of them and when."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table("subscription", sa.Column("address", sa.Text(), primary_key=True))
    op.create_table("owner", _key("shelf", sa.Text(), "shelf.name"), _key("identifier", Id, "identifier.id"))
    op.create_table(
        "wish",
        _key("identifier", Id, "identifier.id"),
        _needed("wished_at", sa.BigInteger()),
        sa.Column("met_at", sa.BigInteger()),
    )
    op.create_table(
        "tally",
        _key("identifier", Id, "identifier.id"),
        _key("via", sa.Integer(), "source.id"),
        sa.Column("kind", sa.Text(), primary_key=True),
        _needed("as_of", sa.BigInteger()),
        _needed("value", sa.BigInteger()),
    )
    op.create_table(
        "alias",
        _key("identifier", Id, "identifier.id"),
        sa.Column("relation", sa.Text(), primary_key=True),
        _key("other", Id, "identifier.id"),
        _key("via", sa.Integer(), "source.id"),
        _needed("version", sa.Text()),
        _needed("stands", sa.Boolean()),
    )
    op.create_index("alias_by_other", "alias", ["other"])
    op.create_table(
        "follow",
        _key("follower", Id, "account.id"),
        _key("followed", Id, "account.id"),
        _needed("seen_at", sa.BigInteger()),
        sqlite_with_rowid=False,
    )
    op.create_index("follow_by_followed", "follow", ["followed"])
    op.create_table(
        "tie",
        sa.Column("hash", sa.BigInteger(), primary_key=True, autoincrement=False),
        sa.Column("ends", sa.BigInteger()),
        sa.Column("follower", Id, sa.ForeignKey("account.id")),
        sa.Column("followed", Id, sa.ForeignKey("account.id")),
        sa.Column("ended_at", sa.BigInteger()),
    )
    op.create_index("tie_by_follower", "tie", ["follower"])
    op.create_index("tie_by_followed", "tie", ["followed"])
    op.create_table(
        "follow_list",
        _key("account", Id, "account.id"),
        sa.Column("direction", sa.Text(), primary_key=True),
        _needed("began_at", sa.BigInteger()),
        _needed("complete", sa.Boolean()),
        sa.Column("total", sa.BigInteger()),
        sa.Column("whole_at", sa.BigInteger()),
    )
    op.create_table(
        "lane",
        _key("source", sa.Integer(), "source.id"),
        sa.Column("lane", sa.Text(), primary_key=True),
        _needed("due_at", sa.BigInteger()),
        _needed("changed_at", sa.BigInteger()),
        _needed("failures", sa.Integer()),
        sa.Column("failure", sa.Text()),
        sa.Column("holder", sa.Text()),
        sa.Column("held_until", sa.BigInteger()),
    )
    op.create_table(
        "inbox",
        sa.Column("id", Id, primary_key=True, autoincrement=False),
        sa.Column("source", sa.Integer(), sa.ForeignKey("source.id"), nullable=False),
        _needed("lane", sa.Text()),
        _needed("address", sa.Text()),
        _needed("received_at", sa.BigInteger()),
        _needed("body", sa.LargeBinary()),
    )


def _key(name: str, kind: "sa.types.TypeEngine[Any]", of: str) -> "sa.Column[Any]":
    return sa.Column(name, kind, sa.ForeignKey(of), primary_key=True)


def _needed(name: str, kind: "sa.types.TypeEngine[Any]") -> "sa.Column[Any]":
    return sa.Column(name, kind, nullable=False)
