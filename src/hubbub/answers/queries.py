"""What a view asks the store in SQL: who spoke of works, what was said of them, and what one account said."""

from sqlalchemy import text

from hubbub.store.counts import POSTS, of_works
from hubbub.store.sql import Prepared

VOICES = Prepared(
    of_works(
        POSTS
        + """
SELECT every.account, followers, posts, amplifications, last_at
FROM (
    SELECT account, sum(own) AS posts, sum(1 - own) AS amplifications, max(posted_at) AS last_at
    FROM (SELECT account, posted_at, 1 AS own FROM spoken UNION ALL SELECT account, posted_at, 0 FROM passed) AS each
    GROUP BY account
) AS every JOIN account ON account.id = every.account
ORDER BY posts DESC, amplifications DESC, last_at DESC NULLS LAST, key, every.account
"""
    )
)
# Keys, by which posts of one moment are ordered, are looked up of those alone that may be shown. If they were joined,
# PostgreSQL would read all posts of the store for them.
_SAID = (
    POSTS
    + """
SELECT post, source, own, counted, posted_at FROM (
    SELECT *, rank() OVER (ORDER BY posted_at IS NULL, posted_at {order}) AS place FROM (
        SELECT post, source, own, counted, posted_at FROM mentioned
        UNION ALL
        SELECT post, source, 0, 1, posted_at FROM passed WHERE post NOT IN (SELECT post FROM mentioned)
    ) AS each
) AS every WHERE place <= :limit + :offset
ORDER BY posted_at IS NULL, posted_at {order}, (SELECT key FROM assertion p WHERE p.id = every.post) {order}, source
LIMIT :limit OFFSET :offset
"""
)
OLDEST_FIRST, NEWEST_FIRST = of_works(_SAID.format(order="ASC")), of_works(_SAID.format(order="DESC"))
# The plus sign keeps PostgreSQL from walking all posts of the store by the index of places' own rows.
_OF_ACCOUNT = """
FROM assertion p JOIN assertion a ON (a.id = p.id OR (a.post = p.id AND a.post <> a.id)) AND a.version IS NOT NULL
LEFT JOIN touch t ON t.assertion = a.id AND t.verb = 'reposts'
WHERE p.account = :account AND p.post = +p.id
AND (a.found <> '[]'
     OR EXISTS (SELECT 1 FROM assertion o WHERE o.id = t.post AND o.found <> '[]')
     OR EXISTS (SELECT 1 FROM assertion o WHERE o.post = t.post AND o.post <> o.id AND o.found <> '[]'))
"""
SPOKEN = text(
    "SELECT a.post, p.source, min(t.post) AS original, min(t.post) IS NULL AS own, TRUE AS counted,"
    " p.posted_at" + _OF_ACCOUNT + "GROUP BY a.post, p.source, p.posted_at, p.key"
    " ORDER BY p.posted_at DESC NULLS LAST, p.key DESC, a.post LIMIT :limit"
)
SPOKEN_COUNTS = text(
    "SELECT count(DISTINCT CASE WHEN t.post IS NULL THEN a.post END) AS posts,"
    " count(DISTINCT CASE WHEN t.post IS NOT NULL THEN a.post END) AS amplifications" + _OF_ACCOUNT
)
