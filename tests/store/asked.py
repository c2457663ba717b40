"""What a store answers and holds, in the plain shapes of `fold_model`."""

from collections import Counter
from typing import Any

import msgspec

from hubbub.answers import Answers
from hubbub.model import Identifier
from hubbub.people.persons import normal
from hubbub.store import Store
from tests.store.fold_model import WORKS, Counted, Fold, Told, touches


def told(store: Store, work: Identifier) -> list[Told]:
    """What is said of a work."""
    return [
        Told(
            one.source,
            one.post,
            one.url,
            one.title,
            one.text,
            one.language,
            None
            if one.speaker is None
            else (
                one.speaker.key,
                one.speaker.handle,
                one.speaker.name,
                one.speaker.description,
                one.speaker.url,
                one.speaker.followers,
            ),
            one.posted_at,
            one.own,
            one.counted,
            one.amplifies,
            tuple((e.via, e.assertion, e.version, e.relation, e.found_in) for e in one.evidence),
        )
        for one in Answers(store).said(work)
    ]


def nameless(entries: list[Told]) -> list[Told]:
    """The same without what is told of accounts."""
    return [one._replace(speaker=one.speaker and one.speaker[:1]) for one in entries]


def assert_answers(store: Store, fold: Fold, details: bool = True) -> None:
    """The store answers what the rules say; without `details` of accounts, which need to be heard in order."""
    for work in WORKS:
        found, wanted = told(store, work), fold.said(work)
        assert (found if details else nameless(found)) == (wanted if details else nameless(wanted))
        _assert_report(store, fold, work, details)


def _assert_report(store: Store, fold: Fold, work: Identifier, details: bool) -> None:
    report, counts = Answers(store).report(work, voices=None), fold.counts(work)
    names = Counted._fields
    assert sorted(Counted(*(getattr(one, name) for name in names)) for one in report.sources) == counts
    assert report.posts == (sum(one.posts for one in counts) if counts else None)
    known_accounts = [one.accounts for one in counts if one.accounts is not None]
    assert report.accounts == (sum(known_accounts) if known_accounts else None)
    assert report.amplifications == (sum(one.amplifications for one in counts) if counts else None)
    assert report.first_at == min((one.first_at for one in counts if one.first_at), default=None)
    assert report.last_at == max((one.last_at for one in counts if one.last_at), default=None)
    voices = Counter((v.speaker.source, v.speaker.key, v.posts, v.amplifications) for v in report.voices)
    assert voices == fold.voices(work)
    days: Counter[Any] = Counter()
    for day in report.days:
        days[day.day, day.source, True] += day.posts
        days[day.day, day.source, False] += day.amplifications
    assert +days == fold.days(work)
    if details:
        known = [v.speaker.followers for v in report.voices if v.speaker.followers is not None]
        assert (report.reach.low, report.reach.high) == ((max(known), sum(known)) if known else (None, None))


def dump(store: Store) -> dict[str, Any]:
    """All rows by their names instead of their numbers, without times of collecting."""
    with store.connect() as connection:

        def ask(statement: str) -> list[Any]:
            return sorted((tuple(row) for row in connection.exec_driver_sql(statement).all()), key=repr)

        return {
            "posts": ask(
                "SELECT s.name, coalesce(p.key, '') FROM assertion p JOIN source s ON s.id = p.source"
                " WHERE p.post = p.id AND (version IS NOT NULL"
                " OR EXISTS (SELECT 1 FROM assertion o WHERE o.post = p.id AND o.id <> p.id)"
                " OR EXISTS (SELECT 1 FROM touch t WHERE t.post = p.id))"
            ),
            "accounts": ask(
                "SELECT s.name, a.key FROM account a JOIN source s ON s.id = a.source WHERE key IS NOT NULL"
            ),
            "details": ask(
                "SELECT s.name, coalesce(a.key, CAST(a.hash AS TEXT)), a.gone, a.fields, a.followers FROM account a"
                " JOIN source s ON s.id = a.source"
            ),
            "claims": ask(
                "SELECT s.name, coalesce(a.key, CAST(a.hash AS TEXT)), c.address FROM claim c"
                " JOIN account a ON a.id = c.account JOIN source s ON s.id = a.source"
            ),
            "audiences": ask(
                "SELECT s.name, a.key, d.day, d.version, d.followers FROM audience d"
                " JOIN account a ON a.id = d.account JOIN source s ON s.id = a.source"
            ),
            "statements": ask(
                "SELECT s.name, p.key, v.name, CASE WHEN p.id = a.id THEN '' ELSE a.key END, a.version, a.change,"
                " coalesce(c.key, ''), coalesce(a.posted_at, -1), a.content, a.digest"
                " FROM assertion a JOIN assertion p ON p.id = a.post"
                " JOIN source s ON s.id = a.source AND s.id = p.source JOIN source v ON v.id = a.via"
                " LEFT JOIN account c ON c.id = a.account WHERE a.version IS NOT NULL"
            ),
            "touches": ask(
                "SELECT s.name, p.key, coalesce(a.key, ''), t.verb, coalesce(o.key, '') FROM touch t"
                " JOIN assertion a ON a.id = t.assertion JOIN assertion p ON p.id = a.post"
                " JOIN source s ON s.id = p.source JOIN assertion o ON o.id = t.post"
            ),
            "mentions": sorted(
                (*row[:-1], len(msgspec.json.decode(row[-1])))
                for row in ask(
                    "SELECT i.scheme, i.value, s.name, p.key, coalesce(a.key, ''), coalesce(c.key, ''),"
                    " coalesce(m.posted_at, -1), m.own, m.counted, a.found FROM mention m"
                    " JOIN assertion a ON a.id = m.assertion JOIN assertion p ON p.id = m.post AND p.id = a.post"
                    " JOIN source s ON s.id = m.source JOIN identifier i ON i.id = m.identifier"
                    " LEFT JOIN account c ON c.id = m.account"
                )
            ),
            "gone": ask(
                "SELECT CAST(hash AS TEXT), gone FROM assertion WHERE gone IS NOT NULL AND key IS NULL"
                " UNION SELECT key, gone FROM assertion WHERE gone IS NOT NULL AND key IS NOT NULL"
            ),
            "silent": ask(
                "SELECT p.key, c.key FROM assertion p LEFT JOIN account c ON c.id = p.account WHERE p.version IS NULL"
            ),
        }


def assert_rows(store: Store, fold: Fold) -> None:
    """The rows are those of the rules: no more and no fewer."""
    rows = dump(store)
    statements = [(r[0], r[1], r[2], r[3], r[4]) for r in rows["statements"]]
    assert statements == sorted((p.source, p.id, p.via, p.assertion, p.version) for p in fold.standing)
    for row in rows["statements"]:
        (post,) = [p for p in fold.standing if (p.source, p.id, p.via, p.assertion) == (row[0], row[1], row[2], row[3])]
        content = msgspec.json.decode(row[8])
        assert (content.get("text"), content.get("title"), content.get("url")) == (post.text, post.title, post.url)
        assert row[6] == (post.author or "")
    assert rows["accounts"] == sorted(fold.accounts)
    fields = [(*row[:2], msgspec.json.decode(row[3])) for row in rows["details"]]
    claims = [(*name, told["claims"][2]) for *name, told in fields if "claims" in told]
    assert rows["claims"] == sorted((*name, normal(address)) for *name, ones in claims for address, _ in ones)
    named = {(p.source, p.id) for p in fold.standing}
    named |= {(p.source, key) for p in fold.standing for key in touches(p).values()}
    assert rows["posts"] == sorted((source, "" if fold.hidden(source, key) else key) for source, key in named)
    assert len(rows["gone"]) >= len({*fold.gone_posts, *fold.gone_assertions})
