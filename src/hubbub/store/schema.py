"""The tables: one long list. Ids are given by the single writer in sequence; times are microseconds since 1970 in UTC.

`assertion` holds what one collector says about one post, the latest version only; `mention` is derived from it and can
be rebuilt. A post is the assertion of its own place: every post has that row, also if the place has not spoken, and a
row more for each collector that speaks of it. What is withdrawn stays as hash and version (`gone`), never as content.

Posts are looked up by a number of 64 bits made of their key (`names.near`): an index of long names in random order is
what costs most. All else, and what is withdrawn, is looked up by its hash.

`follow` holds the ties that stand; `tie` says which tie a place's own name for it means, and until when it is ended.
The tables of users stand in `schema_users`.
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    text,
)
from sqlalchemy import Text as AnyText

# Text compares by its bytes, as in Python and SQLite, and never by the rules of a language.
Text = AnyText().with_variant(AnyText(collation="C"), "postgresql")
# SQLite gives 64 bits to a plain INTEGER key and needs that very word for a rowid alias; other databases need BIGINT.
Id = BigInteger().with_variant(Integer(), "sqlite")

metadata = MetaData()
REVISION = "0018"  # of these tables: the newest in `migrations`

source = Table(
    "source",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("name", Text, nullable=False, unique=True),
)

identifier = Table(
    "identifier",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=False),
    Column("scheme", Text, nullable=False),
    Column("value", Text, nullable=False),
    Index("identifier_by_value", "value", "scheme", unique=True),
)

account = Table(
    "account",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=False),
    Column("source", ForeignKey("source.id"), nullable=False),
    Column("hash", BigInteger, nullable=False),
    Column("key", Text),  # NULL where it is withdrawn and does not speak
    Column("gone", Text),  # the version up to which it is withdrawn
    # field -> [1 if the place itself says so, version, value]
    Column("fields", Text, nullable=False),
    Column("followers", BigInteger),
    Index("account_by_hash", "hash"),
)

assertion = Table(
    "assertion",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=False),
    # The place's own row, which points at itself; NULL where a collector's statement is gone.
    Column("post", ForeignKey("assertion.id")),
    Column("source", ForeignKey("source.id"), nullable=False),
    Column("via", ForeignKey("source.id"), nullable=False),
    Column("hash", BigInteger, nullable=False),
    Column("key", Text),  # the post's, or the collector's own id for what it says; NULL where it is gone
    Column("gone", Text),  # the version up to which it is withdrawn
    Column("version", Text),  # NULL, as all that follows, where nothing is said
    Column("digest", BigInteger),  # decides between two statements of one version
    Column("change", Text),
    # Who speaks, and when. Of a post whose place is silent, what `settle` makes of its collectors' words.
    Column("account", ForeignKey("account.id")),
    Column("posted_at", BigInteger),
    Column("collected_at", BigInteger),
    Column("content", Text),  # JSON of url, title, text, links, language
    Column("found", Text),  # JSON of the mentions in it, each with its identifier's row
    Column("stated_at", BigInteger),  # first: by its collector's word or, where that tells none, when we collected it
    Column("statement", Text),  # JSON of what a collector said, where it is passed on as it was given
)
Index("assertion_by_hash", assertion.c.hash)
Index(
    "assertion_by_post",  # what collectors say
    assertion.c.post,
    sqlite_where=assertion.c.post != assertion.c.id,
    postgresql_where=assertion.c.post != assertion.c.id,
)
Index(
    "assertion_by_account",
    assertion.c.account,
    postgresql_include=["id"],  # as SQLite does of itself: who said a lot is read from the index alone
    sqlite_where=assertion.c.account.is_not(None),
    postgresql_where=assertion.c.account.is_not(None),
)

# The posts of a place in the order in which they were first heard of.
OWN = "post = id"
Index("assertion_by_place", assertion.c.source, assertion.c.id, sqlite_where=text(OWN), postgresql_where=text(OWN))

# Statements in the order in which they were made; those that were edited; those that their collector calls an
# experiment; and those that are gone and whose collector's own id, drawn by chance, is kept: whoever has a copy can be
# told.
EXPERIMENTAL = """statement LIKE '%"experimental"_true%'"""  # the colon would be a parameter's
DELETED = "gone IS NOT NULL AND post IS NULL AND key IS NOT NULL"
Index(
    "assertion_by_stated",
    assertion.c.stated_at,
    assertion.c.id,
    sqlite_where=assertion.c.stated_at.is_not(None),
    postgresql_where=assertion.c.stated_at.is_not(None),
)
EDITED = "change = 'edited'"
for name, columns, which in (
    ("assertion_edited", (assertion.c.stated_at, assertion.c.id), EDITED),
    ("assertion_experimental", (assertion.c.id,), EXPERIMENTAL),
    ("assertion_deleted", (assertion.c.id,), DELETED),
):
    Index(name, *columns, sqlite_where=text(which), postgresql_where=text(which))

touch = Table(
    "touch",
    metadata,
    Column("assertion", ForeignKey("assertion.id"), primary_key=True),
    Column("verb", Text, primary_key=True),
    Column("post", ForeignKey("assertion.id"), nullable=False),
    Index("touch_by_post", "post", "verb"),
    sqlite_with_rowid=False,
)

# Nothing but what the counts of a work need, so that they read one stretch of one table.
mention = Table(
    "mention",
    metadata,
    Column("identifier", ForeignKey("identifier.id"), primary_key=True),
    Column("source", ForeignKey("source.id"), primary_key=True),
    Column("post", ForeignKey("assertion.id"), primary_key=True),
    Column("assertion", ForeignKey("assertion.id"), primary_key=True),
    Column("account", ForeignKey("account.id")),
    Column("posted_at", BigInteger),
    Column("own", Boolean(create_constraint=False), nullable=False),  # own words, not a repost
    Column("counted", Boolean(create_constraint=False), nullable=False),
    # SQLite walks the table about as fast, and would pay for the index with every row written.
    Index("mention_by_account", "account", "identifier").ddl_if(dialect="postgresql"),
    sqlite_with_rowid=False,
)

# The write transaction in which what is known of a work changed last, and when that was.
changed = Table(
    "changed",
    metadata,
    Column("identifier", ForeignKey("identifier.id"), primary_key=True),
    Column("number", BigInteger, nullable=False),
    Column("at", BigInteger, nullable=False),
    Index("changed_by_number", "number", "identifier"),
)

description = Table(
    "description",
    metadata,
    Column("identifier", ForeignKey("identifier.id"), primary_key=True),
    Column("via", ForeignKey("source.id"), primary_key=True),
    Column("version", Text, nullable=False),
    Column("content", Text, nullable=False),
)

tally = Table(
    "tally",
    metadata,
    Column("identifier", ForeignKey("identifier.id"), primary_key=True),
    Column("via", ForeignKey("source.id"), primary_key=True),
    Column("kind", Text, primary_key=True),
    Column("as_of", BigInteger, nullable=False),
    Column("value", BigInteger, nullable=False),
)

alias = Table(
    "alias",
    metadata,
    Column("identifier", ForeignKey("identifier.id"), primary_key=True),
    Column("relation", Text, primary_key=True),
    Column("other", ForeignKey("identifier.id"), primary_key=True),
    Column("via", ForeignKey("source.id"), primary_key=True),
    Column("version", Text, nullable=False),
    Column("stands", Boolean(create_constraint=False), nullable=False),
    Index("alias_by_other", "other"),
)

follow = Table(
    "follow",
    metadata,
    Column("follower", ForeignKey("account.id"), primary_key=True),
    Column("followed", ForeignKey("account.id"), primary_key=True),
    Column("seen_at", BigInteger, nullable=False),
    Index("follow_by_followed", "followed", postgresql_include=["follower"]),
    sqlite_with_rowid=False,
)

tie = Table(
    "tie",
    metadata,
    Column("hash", BigInteger, primary_key=True, autoincrement=False),
    Column("ends", BigInteger),  # the hash of the same tie by its two ends
    Column("follower", ForeignKey("account.id")),  # NULL, as the next, while the tie does not stand
    Column("followed", ForeignKey("account.id")),
    Column("ended_at", BigInteger),
    Index("tie_by_follower", "follower"),
    Index("tie_by_followed", "followed"),
)

follow_list = Table(
    "follow_list",
    metadata,
    Column("account", ForeignKey("account.id"), primary_key=True),
    Column("direction", Text, primary_key=True),
    Column("began_at", BigInteger, nullable=False),  # of the latest reading, as the next two
    Column("complete", Boolean(create_constraint=False), nullable=False),
    Column("total", BigInteger),
    Column("whole_at", BigInteger),  # when the latest complete reading began
)

cursor = Table(
    "cursor",
    metadata,
    Column("source", ForeignKey("source.id"), primary_key=True),
    Column("lane", Text, primary_key=True),
    Column("resume", Text, nullable=False),
    Column("done", Boolean(create_constraint=False), nullable=False),
    Column("kept_at", BigInteger, nullable=False),
)

# How often something could not be read in the latest reading of a lane.
aside = Table(
    "aside",
    metadata,
    Column("source", ForeignKey("source.id"), primary_key=True),
    Column("lane", BigInteger, primary_key=True),  # its hash: its name may be that of a post or an account
    Column("reason", Text, primary_key=True),
    Column("times", Integer, nullable=False),
    Column("seen_at", BigInteger, nullable=False),  # at last
)

shelf = Table(
    "shelf",
    metadata,
    Column("name", Text, primary_key=True),
    Column("title", Text, nullable=False),
    Column("note", Text, nullable=False),
    Column("simulated", Boolean(create_constraint=False), nullable=False),
)

shelf_work = Table(
    "shelf_work",
    metadata,
    Column("shelf", ForeignKey("shelf.name"), primary_key=True),
    Column("identifier", ForeignKey("identifier.id"), primary_key=True),
)

# Whose works a shelf holds, beside those that were put on it.
owner = Table(
    "owner",
    metadata,
    Column("shelf", ForeignKey("shelf.name"), primary_key=True),
    Column("identifier", ForeignKey("identifier.id"), primary_key=True),
)

# Feeds, servers and repositories that somebody has given.
subscription = Table("subscription", metadata, Column("address", Text, primary_key=True))

lane = Table(
    "lane",
    metadata,
    Column("source", ForeignKey("source.id"), primary_key=True),
    Column("lane", Text, primary_key=True),
    Column("due_at", BigInteger, nullable=False),
    Column("changed_at", BigInteger, nullable=False),  # when it last brought anything new
    Column("failures", Integer, nullable=False),  # since it last went well
    Column("failure", Text),  # what the last one was
    Column("holder", Text),  # the process that reads it, until then
    Column("held_until", BigInteger),
)

# Works that somebody wanted to know about, though they are on no shelf, and when they were looked for.
wish = Table(
    "wish",
    metadata,
    Column("identifier", ForeignKey("identifier.id"), primary_key=True),
    Column("wished_at", BigInteger, nullable=False),
    Column("met_at", BigInteger),
)

# Pages that were sent to us, until they are kept.
inbox = Table(
    "inbox",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=False),
    Column("source", ForeignKey("source.id"), nullable=False),
    Column("lane", Text, nullable=False),
    Column("address", Text, nullable=False),
    Column("received_at", BigInteger, nullable=False),
    Column("body", LargeBinary, nullable=False),
)

# What somebody says of two identifiers, the lesser row first: the same, or not of one work.
correction = Table(
    "correction",
    metadata,
    Column("identifier", ForeignKey("identifier.id"), primary_key=True),
    Column("other", ForeignKey("identifier.id"), primary_key=True),
    Column("same", Boolean(create_constraint=False), nullable=False),
    Column("said_by", Text, nullable=False),
    Column("said_at", BigInteger, nullable=False),
    Column("why", Text, nullable=False),
    Index("correction_by_other", "other"),
)

# Posts that somebody says do not mention a work. They are named by hash, so that one that is withdrawn leaves no name;
# `held` is the row where such a post was held then.
wrong = Table(
    "wrong",
    metadata,
    Column("post", BigInteger, primary_key=True, autoincrement=False),
    Column("identifier", ForeignKey("identifier.id"), primary_key=True),
    Column("held", BigInteger, nullable=False),
    Column("said_by", Text, nullable=False),
    Column("said_at", BigInteger, nullable=False),
    Column("why", Text, nullable=False),
    Index("wrong_by_identifier", "identifier"),
)

# The addresses that accounts publish of themselves, in the form in which they are compared; how, stands in `fields`.
claim = Table(
    "claim",
    metadata,
    Column("account", ForeignKey("account.id"), primary_key=True),
    Column("address", Text, primary_key=True),
    Index("claim_by_address", "address"),
)

# How many followers an account had, by its own place's last word of the day on which that was told.
audience = Table(
    "audience",
    metadata,
    Column("account", ForeignKey("account.id"), primary_key=True),
    Column("day", Integer, primary_key=True, autoincrement=False),  # since 1970
    Column("version", Text, nullable=False),
    Column("followers", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)

# What somebody answered where an account was suggested to a shelf. It is named by hash, as one that is withdrawn is.
response = Table(
    "response",
    metadata,
    Column("shelf", Text, primary_key=True),
    Column("account", BigInteger, primary_key=True, autoincrement=False),
    Column("word", Text, nullable=False),
    Column("said_at", BigInteger, nullable=False),
)

# Whom the people of a shelf know, block or mute, as they say themselves. Whom that is, is told by a hash alone.
acquaintance = Table(
    "acquaintance",
    metadata,
    Column("shelf", Text, primary_key=True),
    Column("account", BigInteger, primary_key=True, autoincrement=False),
    Column("word", Text, primary_key=True),
    Column("source", ForeignKey("source.id"), nullable=False),
    Column("name", BigInteger),  # the hash of the place's own name for a block
    Column("said_at", BigInteger, nullable=False),
)

# Addresses that no rule reads, and what was found there: how (the step that told), with what evidence, how certain.
question = Table(
    "question",
    metadata,
    Column("identifier", ForeignKey("identifier.id"), primary_key=True, autoincrement=False),
    Column("asked_at", BigInteger, nullable=False),
    Column("due_at", BigInteger),  # NULL where the answer cannot change
    Column("looked_at", BigInteger),  # at last
    Column("failures", Integer, nullable=False),  # since it was last answered
    Column("rules", Text, nullable=False),  # the version of those by which it was answered
    Column("outcome", Text),
    Column("method", Text),
    Column("evidence", Text),
    Column("certainty", Float),
    Index("question_by_due", "due_at"),
)

# Posts that link to a short address. Once it is known to lead to a work, they are read again.
short = Table(
    "short",
    metadata,
    Column("identifier", ForeignKey("identifier.id"), primary_key=True),
    Column("post", ForeignKey("assertion.id"), primary_key=True),
    sqlite_with_rowid=False,
)

# Pages that somebody says mention a work, though no mention of it is held.
missing = Table(
    "missing",
    metadata,
    Column("address", ForeignKey("identifier.id"), primary_key=True),
    Column("identifier", ForeignKey("identifier.id"), primary_key=True),
    Column("said_by", Text, nullable=False),
    Column("said_at", BigInteger, nullable=False),
    Column("outcome", Text),  # NULL until somebody has looked
)

# The canonical address of each post that mentions a work and is a page of its own. Who links to it speaks of the work
# at second hand.
story = Table(
    "story",
    metadata,
    Column("post", ForeignKey("assertion.id"), primary_key=True, autoincrement=False),
    Column("address", Text, nullable=False),
    Index("story_by_address", "address"),
)

# Where works stood among others by their attention score when that was reckoned, a row a cohort. `identifier` is the
# leading name of a work that is spoken of.
standing = Table(
    "standing",
    metadata,
    Column("identifier", ForeignKey("identifier.id"), primary_key=True),
    Column("cohort", Text, primary_key=True),
    Column("formula", Text, nullable=False),  # its name and version
    Column("as_of", BigInteger, nullable=False),
    Column("score", Float, nullable=False),
    Column("mean", Float, nullable=False),  # of the cohort, the work included
    Column("works", Integer, nullable=False),  # others in the cohort; of `all` there may be none
    Column("below", Integer, nullable=False),
    Column("alike", Integer, nullable=False),
    Column("low", Float, nullable=False),  # the ends of the percentile's interval
    Column("high", Float, nullable=False),
    Column("last_at", BigInteger),  # when it was last spoken of
    Column("published", Float),  # the day since 1970 on which the work came out
    Index("standing_by_last", "cohort", "last_at"),
    sqlite_with_rowid=False,
)

# What mentions of the last so many days added to the scores of works, where that is anything.
standing_lately = Table(
    "standing_lately",
    metadata,
    Column("days", Integer, primary_key=True, autoincrement=False),
    Column("identifier", ForeignKey("identifier.id"), primary_key=True),
    Column("score", Float, nullable=False),
    sqlite_with_rowid=False,
)

# The names of works beside the leading one, `identifier`.
standing_name = Table(
    "standing_name",
    metadata,
    Column("identifier", ForeignKey("identifier.id"), primary_key=True),
    Column("other", ForeignKey("identifier.id"), primary_key=True),
    sqlite_with_rowid=False,
)
