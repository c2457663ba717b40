"""Which statements are passed on: a selection comes in, SQL for its page, its number and its facets goes out.

A page walks statements in the order in which they were made and unfolds the mentions in each; numbers walk the narrow
table of mentions, and look at a statement only where the selection needs its words. `a` is the statement, `p` its post,
`i` the identifier and `f` the mention as the statement keeps it.
"""

import re
from collections.abc import Callable, Mapping, Sequence
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
    """Conditions, and what is bound in them."""

    conditions: tuple[str, ...]
    bound: dict[str, Any]


class _Dialect(NamedTuple):
    json: str  # what makes JSON of a text
    at: str  # where a text stands in another
    found: str


_SQLITE = _Dialect("", "instr", "json_each(a.found) AS f")
_POSTGRESQL = _Dialect(
    "::json", "strpos", "LATERAL json_array_elements(a.found::json) WITH ORDINALITY AS f(value, key)"
)

_RESOLVER = "https://doi.org/"
_ALIAS = re.compile(r"\b([apifso])\.(?=\w)")
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
_OF_SOURCE = "{source} = (SELECT id FROM source WHERE name = :source)"
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
    "works": "a.id IN (SELECT assertion FROM mention WHERE identifier IN :works)",
    "posts": (
        "a.id IN (SELECT id FROM assertion WHERE id IN :posts"
        " UNION ALL SELECT id FROM assertion WHERE post IN :posts AND post <> id)"
    ),
}
_OF_STATEMENT = {"work": "i.id", "source": "a.source", "post": "a.post", "statement": "a.id"}
_OF_MENTION = {"work": "m.identifier", "source": "m.source", "post": "m.post", "statement": "m.assertion"}
_WORK = "CAST(f.value ->> 0 AS BIGINT)"
_NARROW = {"s": "JOIN source s ON s.id = m.source", "i": "JOIN identifier i ON i.id = m.identifier"}
_COLUMNS = (
    "a.id, a.source, a.via, a.key, a.hash, a.post, a.version, a.change, a.posted_at, a.stated_at, a.collected_at,"
    " a.content, a.statement, f.key AS nth, CAST(f.value AS TEXT) AS found, i.id AS work, i.scheme, i.value AS name,"
    " p.key AS post_key, p.account AS speaker, o.key AS passes_on, o.account AS original"
)


def said(connection: Connection) -> "Statements":
    """The statements for this database."""
    return Statements(_POSTGRESQL if connection.dialect.name == "postgresql" else _SQLITE)


class _Shape(NamedTuple):
    """What is read of a mention, and what is made of that."""

    read: str
    made: Callable[[str], str] = str


class Statements:
    """Makes the SQL for one kind of database."""

    def __init__(self, dialect: _Dialect) -> None:
        self._dialect = dialect
        self._joins = {
            "i": f"JOIN identifier i ON i.id = {_WORK}",
            "p": "JOIN assertion p ON p.id = a.post",
            "s": "JOIN source s ON s.id = a.source",
            "o": (
                "LEFT JOIN touch t ON t.assertion = a.id AND t.verb = 'reposts' LEFT JOIN assertion o ON o.id = t.post"
            ),
        }
        self._shapes = self._made()

    def _made(self) -> dict[Field, _Shape]:
        given, own, at = f"a.statement{self._dialect.json}", "a.statement IS NULL", self._dialect.at
        url = f"a.content{self._dialect.json} ->> 'url'"
        named = f"CASE WHEN {_is_address('p.key')} THEN p.key ELSE coalesce({url}, p.key) END"
        subject = f"coalesce({given} ->> 'subj_id', {named})"
        subject_url = f"CASE WHEN {own} THEN coalesce({url}, p.key) ELSE {given} -> 'subj' ->> 'url' END"
        apart = f"CASE WHEN {own} THEN CASE WHEN p.key <> {named} THEN p.key END"
        written = f"CASE WHEN {_is_address('f.value ->> 3')} THEN f.value ->> 3 ELSE {_addressed()} END"
        object_url = f"CASE WHEN {own} THEN {written} ELSE {given} -> 'obj' ->> 'url' END"
        object_doi = f"CASE i.scheme WHEN 'doi' THEN '{_RESOLVER}' || i.value END"

        def domain(address: str) -> str:
            rest = f"substr({address}, {at}({address}, '//') + 2) || '/'"
            return f"CASE WHEN {at}({address}, '//') > 0 THEN substr({rest}, 1, {at}({rest}, '/') - 1) END"

        def doi(address: str) -> str:
            return f"CASE WHEN {address} LIKE '{_RESOLVER}10.%' THEN lower({address}) END"

        def prefix(address: str) -> str:
            rest = f"substr({address}, {len(_RESOLVER) + 1})"
            return f"CASE WHEN {address} LIKE '{_RESOLVER}10.%' THEN substr({rest}, 1, {at}({rest}, '/') - 1) END"

        return {
            "source": _Shape("s.name"),
            "relation": _Shape("f.value ->> 1"),
            "object_prefix": _Shape(object_doi, prefix),
            "object_doi": _Shape(object_doi),
            "object_domain": _Shape(f"coalesce({given} ->> 'obj_id', {_addressed()})", domain),
            "object_url": _Shape(object_url),
            "object_url_domain": _Shape(object_url, domain),
            "object_id": _Shape(f"{given} -> 'obj' ->> 'alternative-id'"),
            "subject": _Shape(subject),
            "subject_prefix": _Shape(subject, prefix),
            "subject_doi": _Shape(subject, doi),
            "subject_domain": _Shape(subject, domain),
            "subject_url": _Shape(subject_url),
            "subject_url_domain": _Shape(subject_url, domain),
            "subject_id": _Shape(f"{apart} ELSE {given} -> 'subj' ->> 'alternative-id' END"),
        }

    def where(self, selection: Selection, works: Sequence[int] | None, posts: Sequence[int] | None) -> Where:
        """The conditions of a selection; `works` and `posts` are the rows of those that it is of, if known."""
        conditions, bound = [*_KINDS[selection.kind]], dict[str, Any]()
        if works is not None:
            conditions.append("{work} IN :works")
            bound["works"] = list(works)
        if posts is not None:
            conditions.append("{post} IN :posts")
            bound["posts"] = list(posts)
        for field, value in selection.fields.items():
            shape = self._shapes[field]
            conditions.append(f"{shape.made(f'({shape.read})')} = :{field}" if field != "source" else _OF_SOURCE)
            bound[field] = value
        for name, column in (("said", "a.posted_at"), ("stated", "a.stated_at"), ("changed", "a.collected_at")):
            for sign, limit in zip((">=", "<"), getattr(selection, name), strict=True):
                if limit is not None:
                    key = f"{name}_{'from' if sign == '>=' else 'until'}"
                    bound[key] = micros(limit)
                    conditions.append(f"{column} {sign} :{key}" if name != "changed" else _CHANGED.format(sign, key))
                    if name == "changed":
                        bound[f"{key}_written"] = limit.isoformat(timespec="microseconds")
        return Where(tuple(conditions), bound)

    def page(self, where: Where, place: Place, limit: int) -> Ready:
        """The mentions of a selection behind a place, and up to so many."""
        stated_at, row, nth = place
        bound = where.bound | {"stated_at": stated_at, "row": row, "nth": nth, "limit": limit}
        if _SOONER.keys() & where.bound or self._dialect is _POSTGRESQL:
            order = "+a.stated_at, a.id, f.key" if self._dialect is _SQLITE else "a.stated_at, a.id, f.key"
        else:  # SQLite unfolds a list in its order, and would sort all statements if it were told to
            order = "a.stated_at, a.id"
        found = self._unfolded((*where.conditions, _BEHIND), where, _COLUMNS)
        return self._ready(f"SELECT {_COLUMNS} {found} ORDER BY {order} LIMIT :limit", bound)

    def of(self, hashes: Sequence[int]) -> Ready:
        """The mentions in statements of these hashes."""
        where = Where(("a.hash IN :hashes", "a.stated_at IS NOT NULL"), {"hashes": list(hashes)})
        return self._ready(f"SELECT {_COLUMNS} {self._unfolded(where.conditions, where, _COLUMNS)}", where.bound)

    def count(self, where: Where) -> Ready:
        """How many mentions a selection has."""
        return self._ready(f"SELECT count(*) {self._counted(where)}", where.bound)

    def values(self, where: Where, field: Field, limit: int) -> Ready:
        """The most frequent values of a field, each with its number."""
        read, made = self._shapes[field]
        every = f"WITH every AS MATERIALIZED (SELECT {read} AS value {self._counted(where, read)})"
        most = "GROUP BY 1 HAVING value IS NOT NULL ORDER BY times DESC, value LIMIT :limit"
        each = f"SELECT {made('value')} AS value FROM every"
        told = f"{every} SELECT value, count(*) AS times FROM ({each}) AS each {most}"
        return self._ready(told, where.bound | {"limit": limit})

    def days(self, where: Where, column: str) -> Ready:
        """The number of mentions by UTC day since 1970, in order."""
        day = f"({column} - ({column} % {DAY} + {DAY}) % {DAY}) / {DAY}"
        every = f"SELECT {day} AS day, count(*) AS times {self._counted(where, column)} GROUP BY 1"
        return self._ready(f"SELECT day, times FROM ({every}) AS every WHERE day IS NOT NULL ORDER BY day", where.bound)

    def _counted(self, where: Where, asked: str = "") -> str:
        """What numbers are of: the narrow table of mentions, if nothing is asked for that only statements tell."""
        conditions = _all(where.conditions, _OF_MENTION)
        named = set(_ALIAS.findall(f"{conditions} {asked}"))
        if named & {"a", "p", "f"}:
            return self._unfolded(where.conditions, where, asked)
        joined = [join for alias, join in _NARROW.items() if alias in named]
        return f"FROM mention m {' '.join(joined)} WHERE {conditions}"

    def _unfolded(self, conditions: Sequence[str], where: Where, asked: str) -> str:
        """Statements with the mentions in them, and what else is asked for."""
        told = _all((*conditions, *(_SOONER[name] for name in _SOONER if name in where.bound)), _OF_STATEMENT)
        named = set(_ALIAS.findall(f"{told} {asked}"))
        joined = [join for alias, join in self._joins.items() if alias in named]
        return f"FROM assertion a CROSS JOIN {self._dialect.found} {' '.join(joined)} WHERE {told}"

    def _ready(self, statement: str, bound: dict[str, Any]) -> Ready:
        lists: list[Any] = [bindparam(name, expanding=True) for name in ("works", "posts", "hashes") if name in bound]
        return text(statement).bindparams(*lists), bound


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
