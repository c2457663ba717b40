"""A post becomes the row of what its own place says; withdrawals move to what they withdraw."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from hubbub.store.fold import hashed

revision = "0003"
down_revision = "0002"

Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
Source = sa.SmallInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.rename_table("assertion", "told")
    for name in ("assertion_by_account", "assertion_by_key", "assertion_by_post"):
        op.drop_index(name)
    op.create_table(
        "assertion",
        sa.Column("id", Id, primary_key=True),
        sa.Column("post", Id, sa.ForeignKey("assertion.id")),
        sa.Column("source", Source, sa.ForeignKey("source.id"), nullable=False),
        sa.Column("via", Source, sa.ForeignKey("source.id"), nullable=False),
        sa.Column("hash", sa.BigInteger(), nullable=False),
        sa.Column("key", sa.Text()),
        sa.Column("gone", sa.Text()),
        sa.Column("version", sa.Text()),
        sa.Column("digest", sa.BigInteger()),
        sa.Column("change", sa.Text()),
        sa.Column("account", Id, sa.ForeignKey("account.id")),
        sa.Column("posted_at", sa.BigInteger()),
        sa.Column("collected_at", sa.BigInteger()),
        sa.Column("content", sa.Text()),
        sa.Column("found", sa.Text()),
    )
    _copy()
    op.create_index("assertion_by_hash", "assertion", ["hash"])
    op.create_index(
        "assertion_by_account",
        "assertion",
        ["account"],
        sqlite_where=sa.text("account IS NOT NULL"),
        postgresql_where=sa.text("account IS NOT NULL"),
    )
    op.create_index(
        "assertion_by_post",
        "assertion",
        ["post"],
        sqlite_where=sa.text("post != id"),
        postgresql_where=sa.text("post != id"),
    )
    _settle()


def _copy() -> None:
    """Write what was held into the new tables; rows of mentions and touches are kept under new numbers."""
    run = op.get_bind().exec_driver_sql
    mentions = list(run("SELECT * FROM mention"))
    touches = list(run("SELECT * FROM touch"))
    rows = list(
        run("SELECT t.*, p.source, s.name FROM told t JOIN post p ON p.id = t.post JOIN source s ON s.id = t.via")
    )
    posts = list(run("SELECT p.*, s.name FROM post p JOIN source s ON s.id = p.source"))
    accounts = list(run("SELECT a.*, s.name FROM account a JOIN source s ON s.id = a.source"))
    gone = dict(map(tuple, run("SELECT hash, version FROM withdrawn")))
    for table in ("mention", "touch", "told", "post", "account", "withdrawn"):
        op.drop_table(table)
    _create_dependents()
    said = {row.post: row for row in rows if row.key is None}
    next_ = max([0, *(post.id for post in posts)]) + 1
    new: list[tuple[Any, ...]] = []
    numbers = {row.id: row.post for row in said.values()}
    for id_, source, hash_, key, name in posts:
        until = gone.pop(hash_ if key is None else hashed("post", name, key), None)
        new.append((id_, id_, source, source, hash_, key, until, *_said(said.get(id_))))
    for row in rows:
        if row.key is not None:
            hash_ = hashed("assertion", row.name, row.key)
            numbers[row.id] = next_
            new.append((next_, row.post, row.source, row.via, hash_, row.key, gone.pop(hash_, None), *_said(row)))
            next_ += 1
    for id_, source, hash_, key, fields, followers, _ in accounts:
        until = gone.pop(hash_, None)
        op.get_bind().exec_driver_sql(
            "INSERT INTO account VALUES (?, ?, ?, ?, ?, ?, ?)", (id_, source, hash_, key, until, fields, followers)
        )
    # Which of what is left was a post, an account or a statement is not known any more: its hash fits one of them only.
    place = run("SELECT min(id) FROM source").scalar()
    first = max([0, *(account.id for account in accounts)]) + 1
    for i, (hash_, version) in enumerate(gone.items()):
        new.append((next_ + i, next_ + i, place, place, hash_, None, version, *(None,) * 8))
        op.get_bind().exec_driver_sql(
            "INSERT INTO account VALUES (?, ?, ?, NULL, ?, '{}', NULL)", (first + i, place, hash_, version)
        )
    for values in new:
        op.get_bind().exec_driver_sql(f"INSERT INTO assertion VALUES ({', '.join('?' * 15)})", values)
    for m in mentions:
        op.get_bind().exec_driver_sql(
            "INSERT INTO mention VALUES (?, ?, ?, ?, ?, ?, ?, ?)", (*m[:3], numbers[m.assertion], *m[4:])
        )
    for t in touches:
        op.get_bind().exec_driver_sql("INSERT INTO touch VALUES (?, ?, ?)", (numbers[t.assertion], t.verb, t.post))


def _settle() -> None:
    """Let collectors say who speaks and when where the place is silent, and mentions say the same as their post."""
    run = op.get_bind().exec_driver_sql
    told = "FROM assertion o WHERE o.post = assertion.id AND o.id <> assertion.id AND o.version IS NOT NULL"
    run(
        f"UPDATE assertion SET posted_at = (SELECT min(posted_at) {told}), account = (SELECT account {told}"
        " AND account IS NOT NULL ORDER BY version DESC, key LIMIT 1) WHERE post = id AND version IS NULL"
    )
    place = "FROM assertion p WHERE p.id = mention.post"
    run(f"UPDATE mention SET account = (SELECT account {place}), posted_at = (SELECT posted_at {place})")


def _said(row: Any) -> tuple[Any, ...]:
    if row is None:
        return (None,) * 8
    return (row.version, 0, row.change, row.account, row.posted_at, row.collected_at, row.content, row.found)


def _create_dependents() -> None:
    op.create_table(
        "account",
        sa.Column("id", Id, primary_key=True),
        sa.Column("source", Source, sa.ForeignKey("source.id"), nullable=False),
        sa.Column("hash", sa.BigInteger(), nullable=False),
        sa.Column("key", sa.Text()),
        sa.Column("gone", sa.Text()),
        sa.Column("fields", sa.Text(), nullable=False),
        sa.Column("followers", sa.BigInteger()),
    )
    op.create_index("account_by_hash", "account", ["hash"])
    op.create_table(
        "mention",
        sa.Column("identifier", Id, sa.ForeignKey("identifier.id"), primary_key=True),
        sa.Column("source", Source, sa.ForeignKey("source.id"), primary_key=True),
        sa.Column("post", Id, sa.ForeignKey("assertion.id"), primary_key=True),
        sa.Column("assertion", Id, sa.ForeignKey("assertion.id"), primary_key=True),
        sa.Column("account", Id, sa.ForeignKey("account.id")),
        sa.Column("posted_at", sa.BigInteger()),
        sa.Column("own", sa.Boolean(), nullable=False),
        sa.Column("counted", sa.Boolean(), nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "touch",
        sa.Column("assertion", Id, sa.ForeignKey("assertion.id"), primary_key=True),
        sa.Column("verb", sa.Text(), primary_key=True),
        sa.Column("post", Id, sa.ForeignKey("assertion.id"), nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_index("touch_by_post", "touch", ["post", "verb"])
