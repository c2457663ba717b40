"""Which statements are passed on: a selection comes in, SQL for its page, its number and its facets goes out.

A page walks statements in the order in which they were made and unfolds the mentions in each; numbers walk the narrow
table of mentions, and look at a statement only where the selection needs its words. `a` is the statement, `p` its post,
`i` the identifier and `f` the mention as the statement keeps it.

Where its words are needed of many statements, that takes long: `some` tells beforehand.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Literal, NamedTuple

from msgspec import Struct
from sqlalchemy import Connection, TextClause, bindparam, text

from hubbub.identify.tables import schemes
from hubbub.model import Identifier
from hubbub.store.schema import EXPERIMENTAL
from hubbub.store.times import micros

Kind = Literal["standard", "edited", "experimental", "distinct", "scholix"]
Field = Literal[
    "source",
    "relation",
    "object_prefix",
    "object_doi",
    "object_domain",
    "object_url",
    "object_url_domain",
    "object_id",
    "subject",
    "subject_prefix",
    "subject_doi",
    "subject_domain",
    "subject_url",
    "subject_url_domain",
    "subject_id",
]
Span = tuple[datetime | None, datetime | None]  # from, and up to but without

DAY = 86_400_000_000


class Selection(Struct, frozen=True):
    """What is asked for: a kind of statements, of some works (None: of all), with fields of these values, of a time.

    `distinct` is one statement for each pair of post and identifier, `scholix` those by registries about works that
    cite works, `experimental` what its collector calls so: that is in no other kind.
    """

    kind: Kind = "standard"
    works: tuple[Identifier, ...] | None = None
    fields: Mapping[Field, str] = {}
    said: Span = (None, None)
    stated: Span = (None, None)
    changed: Span = (None, None)


Place = tuple[int, int, int]  # when a statement was made, its row, and which of its mentions
Ready = tuple[TextClause, dict[str, Any]]


class Where(NamedTuple):
    """Conditions, and what is bound in them.

    For `read` each statement has to be read that the `plain` ones leave; `few` says that those are few (`are_few`).
    """

    plain: tuple[str, ...]
    bound: dict[str, Any]
    read: tuple[str, ...] = ()
    few: bool = False

    @property
    def conditions(self) -> tuple[str, ...]:
        """All of them."""
        return *self.plain, *self.read


class _Dialect(NamedTuple):
    json: str  # what makes JSON of a text
    at: str  # where a text stands in another
    whole: str  # keeps a subquery from being written into what asks it
    found: str
    sooner: str  # how statements are found by their rows before others
    few: int  # mentions up to which that is sooner than walking all statements in their order


_SQLITE = _Dialect("", "instr", "", "json_each(a.found) AS f", "a.id IN ({})", 1_000_000)
# As an array: the server would else walk all statements, and look for each among the rows.
_POSTGRESQL = _Dialect(
    "::json",
    "strpos",
    " OFFSET 0",
    "LATERAL json_array_elements(a.found::json) WITH ORDINALITY AS f(value, key)",
    "a.id = ANY(ARRAY({}))",
    50_000,
)

_RESOLVER = "https://doi.org/"
_ALIAS = re.compile(r"\b([aifs])\.(?=\w)")
_EXPERIMENTAL = f"{{statement}} IN (SELECT id FROM assertion WHERE {EXPERIMENTAL})"
_PLAIN = f"NOT {_EXPERIMENTAL}"
_KINDS: Mapping[Kind, tuple[str, ...]] = {
    "standard": (_PLAIN,),
    "edited": (_PLAIN, "a.change = 'edited'"),
    "experimental": (_EXPERIMENTAL,),
    "distinct": (
        _PLAIN,
        "NOT EXISTS (SELECT 1 FROM mention d WHERE d.identifier = {work} AND d.source = {source} AND d.post = {post}"
        " AND d.assertion < {statement})",
    ),
    "scholix": (_PLAIN, "{source} IN (SELECT id FROM source WHERE name IN ('crossref', 'datacite'))"),
}
# Fields that mentions and identifiers tell: what selects by them, and how they are grouped before they are named.
PLAINLY: Mapping[Field, str] = {
    "source": "{source} = (SELECT id FROM source WHERE name = :source)",
    "object_prefix": "{scheme} = 'doi' AND {name} >= :object_prefix AND {name} < :object_prefix_end",
    "object_doi": "{scheme} = 'doi' AND {name} = :object_doi",
}
_GROUPED: Mapping[Field, tuple[str, str]] = {
    "source": ("{source}", "source s"),
    "object_prefix": ("{work}", "identifier i"),
    "object_doi": ("{work}", "identifier i"),
}
# A collector that passes on its own words says when it changed them by its version.
_CHANGED = (
    "a.change = 'edited'"
    " AND CASE WHEN a.statement IS NULL THEN a.collected_at {0} :{1} ELSE a.version {0} :{1}_written END"
)
_BEHIND = (
    "a.stated_at >= :stated_at AND (a.stated_at > :stated_at OR a.id >= :row)"
    " AND (a.stated_at > :stated_at OR a.id > :row OR f.key > :nth)"
)
# What finds a statement sooner than walking all in their order, by what has to be bound for it.
_SOONER = {
    "works": "SELECT assertion FROM mention WHERE identifier IN :works",
    "posts": (
        "SELECT id FROM assertion WHERE id IN :posts"
        " UNION ALL SELECT id FROM assertion WHERE post IN :posts AND post <> id"
    ),
}
# Of a statement the identifier is found by its row: without the empty text SQLite tries all of a scheme each time.
_OF_STATEMENT = {
    "work": "i.id",
    "source": "a.source",
    "post": "a.post",
    "statement": "a.id",
    "scheme": "i.scheme || ''",
    "name": "i.value || ''",
}
_OF_MENTION = {
    "work": "m.identifier",
    "source": "m.source",
    "post": "m.post",
    "statement": "m.assertion",
    "scheme": "i.scheme",
    "name": "i.value",
}
_WORK = "CAST(f.value ->> 0 AS BIGINT)"
# The key of the post, which is looked up only where another row has it.
_POST = "CASE WHEN a.post = a.id THEN a.key ELSE (SELECT key FROM assertion p WHERE p.id = a.post) END"
_SPEAKS = "a.found <> '[]'"  # most passings-on do not
_NARROW = {"s": "JOIN source s ON s.id = m.source", "i": "JOIN identifier i ON i.id = m.identifier"}
# What mentions are told from, once it is known which: of all that are looked at, that would be most of the work.
_TOLD = (
    "SELECT a.id, a.source, a.via, a.key, a.hash, a.post, a.version, a.change, a.posted_at, a.stated_at,"
    " a.collected_at, a.content, a.statement, f.key AS nth, CAST(f.value AS TEXT) AS found,"
    " i.id AS work, i.scheme, i.value AS name, p.key AS post_key, p.account AS speaker, o.key AS passes_on,"
    " o.account AS original"
    " FROM ({}) AS f JOIN assertion a ON a.id = f.id JOIN assertion p ON p.id = a.post"
    f" JOIN identifier i ON i.id = {_WORK} LEFT JOIN touch t ON t.assertion = a.id AND t.verb = 'reposts'"
    " LEFT JOIN assertion o ON o.id = t.post ORDER BY f.stated_at, f.id, f.key"
)
_CHOSEN = "a.id, a.stated_at, f.key, f.value"


def said(connection: Connection) -> "Statements":
    """The statements for this database."""
    return Statements(_POSTGRESQL if connection.dialect.name == "postgresql" else _SQLITE)


class Statements:
    """Makes the SQL for one kind of database."""

    def __init__(self, dialect: _Dialect) -> None:
        self._dialect = dialect
        self._joins = {
            "i": f"JOIN identifier i ON i.id = {_WORK}",
            "s": "JOIN source s ON s.id = a.source",
        }
        self._shapes = self._made()

    def _made(self) -> dict[Field, str]:
        """What tells each field."""
        given, own, at = f"a.statement{self._dialect.json}", "a.statement IS NULL", self._dialect.at
        url = f"a.content{self._dialect.json} ->> 'url'"
        named = f"CASE WHEN {_is_address(_POST)} THEN {_POST} ELSE coalesce({url}, {_POST}) END"
        subject = f"coalesce({given} ->> 'subj_id', {named})"
        subject_url = f"CASE WHEN {own} THEN coalesce({url}, {_POST}) ELSE {given} -> 'subj' ->> 'url' END"
        apart = f"CASE WHEN {own} THEN CASE WHEN {_POST} <> {named} THEN {_POST} END"
        written = f"CASE WHEN {_is_address('f.value ->> 3')} THEN f.value ->> 3 ELSE {_addressed()} END"
        object_url = f"CASE WHEN {own} THEN {written} ELSE {given} -> 'obj' ->> 'url' END"
        object_doi = f"CASE i.scheme WHEN 'doi' THEN '{_RESOLVER}' || i.value END"

        def once(made: str, read: str) -> str:
            """What is made of an address, which is read for it once, however often it stands in that."""
            return f"(SELECT {made} FROM (SELECT {read} AS address{self._dialect.whole}) AS one)"

        rest, behind = f"substr(address, {at}(address, '//') + 2) || '/'", f"substr(address, {len(_RESOLVER) + 1})"
        domain = f"CASE WHEN {at}(address, '//') > 0 THEN substr({rest}, 1, {at}({rest}, '/') - 1) END"
        doi = f"CASE WHEN address LIKE '{_RESOLVER}10.%' THEN lower(address) END"
        prefix = f"CASE WHEN address LIKE '{_RESOLVER}10.%/%' THEN substr({behind}, 1, {at}({behind}, '/') - 1) END"
        return {
            "source": "s.name",
            "relation": "f.value ->> 1",
            "object_prefix": once(prefix, object_doi),
            "object_doi": object_doi,
            "object_domain": once(domain, f"coalesce({given} ->> 'obj_id', {_addressed()})"),
            "object_url": object_url,
            "object_url_domain": once(domain, object_url),
            "object_id": f"{given} -> 'obj' ->> 'alternative-id'",
            "subject": subject,
            "subject_prefix": once(prefix, subject),
            "subject_doi": once(doi, subject),
            "subject_domain": once(domain, subject),
            "subject_url": subject_url,
            "subject_url_domain": once(domain, subject_url),
            "subject_id": f"{apart} ELSE {given} -> 'subj' ->> 'alternative-id' END",
        }

    def where(self, selection: Selection, works: Sequence[int] | None, posts: Sequence[int] | None) -> Where:
        """The conditions of a selection; `works` and `posts` are the rows of those that it is of, if known."""
        conditions, bound, read = [*_KINDS[selection.kind]], dict[str, Any](), list[str]()
        if works is not None:
            conditions.append("{work} IN :works")
            bound["works"] = list(works)
        if posts is not None:
            conditions.append("{post} IN :posts")
            bound["posts"] = list(posts)
        for field, value in selection.fields.items():
            if field in PLAINLY:
                conditions.append(PLAINLY[field])
                bound |= _bound(field, value)
            else:
                read.append(f"({self._shapes[field]}) = :{field}")
                bound[field] = value
        for name, column in (("said", "a.posted_at"), ("stated", "a.stated_at"), ("changed", "a.collected_at")):
            for sign, limit in zip((">=", "<"), getattr(selection, name), strict=True):
                if limit is not None:
                    key = f"{name}_{'from' if sign == '>=' else 'until'}"
                    bound[key] = micros(limit)
                    conditions.append(f"{column} {sign} :{key}" if name != "changed" else _CHANGED.format(sign, key))
                    if name == "changed":
                        bound[f"{key}_written"] = limit.isoformat(timespec="microseconds")
        return Where(tuple(conditions), bound, tuple(read))

    def are_few(self, mentions: int) -> bool:
        """Whether so many are found sooner by their rows than in the order of all."""
        return mentions <= self._dialect.few

    def some(self, where: Where, most: int) -> Ready:
        """How many mentions are left to be read, up to so many."""
        left = self._counted("1", where._replace(read=()))
        return self._ready(f"SELECT count(*) FROM ({left} LIMIT :most) AS found", where.bound | {"most": most})

    def page(self, where: Where, place: Place, limit: int) -> Ready:
        """The mentions of a selection behind a place, and up to so many."""
        stated_at, row, nth = place
        bound = where.bound | {"stated_at": stated_at, "row": row, "nth": nth, "limit": limit}
        if self._sooner(where) or self._dialect is _POSTGRESQL:
            order = "+a.stated_at, a.id, f.key" if self._dialect is _SQLITE else "a.stated_at, a.id, f.key"
        else:  # SQLite unfolds a list in its order, and would sort all statements if it were told to
            order = "a.stated_at, a.id"
        chosen = self._unfolded(_CHOSEN, where, _BEHIND)
        return self._ready(_TOLD.format(f"{chosen} ORDER BY {order} LIMIT :limit"), bound)

    def of(self, hashes: Sequence[int]) -> Ready:
        """The mentions in statements of these hashes."""
        where = Where(("a.hash IN :hashes", "a.stated_at IS NOT NULL"), {"hashes": list(hashes)})
        return self._ready(_TOLD.format(self._unfolded(_CHOSEN, where)), where.bound)

    def count(self, where: Where) -> Ready:
        """How many mentions a selection has."""
        return self._ready(self._counted("count(*)", where), where.bound)

    def values(self, where: Where, field: Field, limit: int) -> Ready:
        """The most frequent values of a field, each with its number."""
        read = self._shapes[field]
        if field in _GROUPED:
            key, named = _GROUPED[field]
            groups = self._counted(f"{key} AS id, count(*) AS times", where)
            grouped = f"({groups} GROUP BY 1) AS every JOIN {named} ON {named[-1]}.id = every.id"
            every = f"SELECT {read} AS value, times FROM {grouped}"
        else:
            every = self._counted(f"{read} AS value, 1 AS times", where)
        most = "GROUP BY 1 HAVING value IS NOT NULL ORDER BY times DESC, value LIMIT :limit"
        told = f"WITH every AS MATERIALIZED ({every}) SELECT value, sum(times) AS times FROM every {most}"
        return self._ready(told, where.bound | {"limit": limit})

    def days(self, where: Where, column: str) -> Ready:
        """The number of mentions by UTC day since 1970, in order."""
        day = f"({column} - ({column} % {DAY} + {DAY}) % {DAY}) / {DAY}"
        every = f"{self._counted(f'{day} AS day, count(*) AS times', where)} GROUP BY 1"
        return self._ready(f"SELECT day, times FROM ({every}) AS every WHERE day IS NOT NULL ORDER BY day", where.bound)

    def _counted(self, asked: str, where: Where) -> str:
        """What numbers are of: the narrow table of mentions, if nothing is asked for that only statements tell."""
        narrow = self._narrow(asked, where)
        return self._unfolded(asked, where) if narrow is None or "posts" in where.bound else narrow

    def _narrow(self, asked: str, where: Where) -> str | None:
        conditions, told = _all(where.conditions, _OF_MENTION), asked.format_map(_OF_MENTION)
        named = set(_ALIAS.findall(f"{conditions} {told}"))
        joined = [join for alias, join in _NARROW.items() if alias in named]
        if named & {"a", "f"}:
            return None
        return f"SELECT {told} FROM mention m {' '.join(joined)} WHERE {conditions}"

    def _sooner(self, where: Where) -> list[str]:
        """What finds the statements of a selection sooner than walking all in their order, if anything does."""
        found = [_SOONER[name] for name in _SOONER if name in where.bound]
        if not found and where.few and (narrow := self._narrow("m.assertion", where._replace(read=()))):
            found = [narrow]
        return [self._dialect.sooner.format(rows) for rows in found]

    def _unfolded(self, asked: str, where: Where, *more: str) -> str:
        """What is asked for, from statements with the mentions in them."""
        told = _all((_SPEAKS, *where.conditions, *more, *self._sooner(where)), _OF_STATEMENT)
        wanted = asked.format_map(_OF_STATEMENT)
        named = set(_ALIAS.findall(f"{told} {wanted}"))
        joined = [join for alias, join in self._joins.items() if alias in named]
        return f"SELECT {wanted} FROM assertion a CROSS JOIN {self._dialect.found} {' '.join(joined)} WHERE {told}"

    def _ready(self, statement: str, bound: dict[str, Any]) -> Ready:
        lists: list[Any] = [bindparam(name, expanding=True) for name in ("works", "posts", "hashes") if name in bound]
        return text(statement).bindparams(*lists), bound


def _bound(field: Field, value: str) -> dict[str, str]:
    """What a field is compared with. DOIs have a slash behind their prefix, and nothing comes between it and `0`."""
    if field == "object_prefix":
        begin, end = ("", "") if "/" in value else (f"{value}/", f"{value}0")
        return {field: begin, f"{field}_end": end}
    return {field: value.removeprefix(_RESOLVER) if field == "object_doi" else value}


def _is_address(text: str) -> str:
    return f"({text} LIKE 'https://%' OR {text} LIKE 'http://%')"


def _addressed() -> str:
    """The address of a work's page, or its name where its scheme has no pages."""
    forms = {name: row.address.partition("{value}") for name, row in schemes().items() if row.address}
    cases = " ".join(f"WHEN '{name}' THEN '{start}' || i.value || '{end}'" for name, (start, _, end) in forms.items())
    plain = "CASE WHEN i.value LIKE i.scheme || ':%' THEN i.value ELSE i.scheme || ':' || i.value END"
    return f"CASE i.scheme {cases} ELSE {plain} END"


def _all(conditions: Sequence[str], names: Mapping[str, str]) -> str:
    return " AND ".join(f"({condition.format_map(names)})" for condition in conditions) or "TRUE"
