"""The tables of users: who may log in, what is in whose hands, and what was changed by whom; made as in `schema`."""

from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, Index, Integer, Table

from hubbub.store.schema import Id, Text, metadata

# Who may log in. (`user` alone is a word of SQL.)
users = Table(
    "users",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("name", Text, nullable=False, unique=True),
    Column("password", Text, nullable=False),  # as argon2 writes it: never the password itself
    Column("admin", Boolean(create_constraint=False), nullable=False),
    Column("made_at", BigInteger, nullable=False),
)

# Who is logged in. Of the secret that a browser keeps only the hash is here, as of a token.
session = Table(
    "session",
    metadata,
    Column("hash", Text, primary_key=True),
    Column("who", ForeignKey("users.id"), nullable=False),
    Column("began_at", BigInteger, nullable=False),
    Column("used_at", BigInteger, nullable=False),
    Column("browser", Text),  # and the system, in words; no more of what a browser tells of itself
)

token = Table(
    "token",
    metadata,
    Column("hash", Text, primary_key=True),
    Column("who", ForeignKey("users.id"), nullable=False),
    Column("title", Text, nullable=False),
    Column("scope", Text, nullable=False),
    Column("made_at", BigInteger, nullable=False),
    Column("used_at", BigInteger),
)

# Whose log-ins failed, and until when they have to wait: names of users and addresses, by hash.
attempt = Table(
    "attempt",
    metadata,
    Column("hash", Text, primary_key=True),
    Column("failures", Integer, nullable=False),
    Column("failed_at", BigInteger, nullable=False),
    Column("until", BigInteger, nullable=False),
)

# Which users a shelf is in the hands of.
keeper = Table(
    "keeper",
    metadata,
    Column("shelf", ForeignKey("shelf.name"), primary_key=True),
    Column("who", ForeignKey("users.id"), primary_key=True),
)

# What was changed, by whom, from where. Never what a post says, nor who was forgotten.
audit = Table(
    "audit",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=False),
    Column("at", BigInteger, nullable=False),
    Column("who", Text, nullable=False),
    Column("route", Text, nullable=False),
    Column("about", Text, nullable=False),
)

# What holds for the store, whichever process serves it.
setting = Table("setting", metadata, Column("name", Text, primary_key=True), Column("value", Text, nullable=False))

# Who asks to be forgotten, and what became of it. The account is named by its hash, so that nothing is left of it
# once it is withdrawn; of who asks nothing is here but a hash of the code by which they ask again.
removal = Table(
    "removal",
    metadata,
    Column("code", Text, primary_key=True),
    Column("source", Text, nullable=False),
    Column("account", BigInteger, nullable=False),
    Column("why", Text, nullable=False),  # empty once it is answered
    Column("asked_at", BigInteger, nullable=False),
    Column("outcome", Text),  # `done` or `kept`; NULL while it waits
    Column("reason", Text, nullable=False),  # why it is kept
    Index("removal_by_account", "account"),
)
