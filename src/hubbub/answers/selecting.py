"""Which statements are passed on: a selection comes in, SQL for its page, its number and its facets goes out.

A page walks statements in the order in which they were made and unfolds the mentions in each; numbers walk the narrow
table of mentions, and look at a statement only where the selection needs its words. `a` is the statement, `p` its post,
`i` the identifier and `f` the mention as the statement keeps it.
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
_ALIAS = re.compile(r"\b([apifs])\.(\w)")
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
_BEHIND = "a.stated_at >= :stated_at AND (a.stated_at > :stated_at OR a.id > :row OR (a.id = :row AND f.key > :nth))"
_OF_STATEMENT = {"work": "i.id", "source": "a.source", "post": "a.post", "statement": "a.id"}
_OF_MENTION = {"work": "m.identifier", "source": "m.source", "post": "m.post", "statement": "m.assertion"}
_WORK = "CAST(f.value ->> 0 AS BIGINT)"
_COLUMNS = (
    "a.id, a.source, a.via, a.key, a.hash, a.post, a.version, a.change, a.posted_at, a.stated_at, a.collected_at,"
    " a.content, a.statement, f.key AS nth, CAST(f.value AS TEXT) AS found, i.id AS work, i.scheme, i.value AS name,"
    " p.key AS post_key, p.account AS speaker, o.key AS passes_on, o.account AS original"
)


def said(connection: Connection) -> "Statements":
    """The statements for this database."""
    return Statements(_POSTGRESQL if connection.dialect.name == "postgresql" else _SQLITE)


class Statements:
    """Makes the SQL for one kind of database."""

    def __init__(self, dialect: _Dialect) -> None:
        self._unfolded = (
            f"assertion a CROSS JOIN {dialect.found} JOIN identifier i ON i.id = {_WORK}"
            " JOIN assertion p ON p.id = a.post"
            " JOIN source s ON s.id = a.source LEFT JOIN touch t ON t.assertion = a.id AND t.verb = 'reposts'"
            " LEFT JOIN assertion o ON o.id = t.post"
        )
        self._joins = {
            "s": "JOIN source s ON s.id = m.source",
            "i": "JOIN identifier i ON i.id = m.identifier",
            "p": "JOIN assertion p ON p.id = m.post",
            "a": "JOIN assertion a ON a.id = m.assertion",
            "f": f"CROSS JOIN {dialect.found}",
        }
        json, at = dialect.json, dialect.at
        given, own = f"a.statement{json}", "a.statement IS NULL"
        url = f"a.content{json} ->> 'url'"
        named = f"CASE WHEN {_is_address('p.key')} THEN p.key ELSE coalesce({url}, p.key) END"
        subject = f"coalesce({given} ->> 'subj_id', {named})"
        subject_url = f"CASE WHEN {own} THEN coalesce({url}, p.key) ELSE {given} -> 'subj' ->> 'url' END"
        object_ = f"coalesce({given} ->> 'obj_id', {_addressed()})"
        written = f"CASE WHEN {_is_address('f.value ->> 3')} THEN f.value ->> 3 ELSE {_addressed()} END"
        object_url = f"CASE WHEN {own} THEN {written} ELSE {given} -> 'obj' ->> 'url' END"
        work_prefix = f"CASE i.scheme WHEN 'doi' THEN substr(i.value, 1, {at}(i.value, '/') - 1) END"
        is_doi = f"{subject} LIKE '{_RESOLVER}10.%'"
        doi_of_subject = f"substr({subject}, {len(_RESOLVER) + 1})"

        def domain(address: str) -> str:
            rest = f"substr({address}, {at}({address}, '//') + 2) || '/'"
            return f"CASE WHEN {at}({address}, '//') > 0 THEN substr({rest}, 1, {at}({rest}, '/') - 1) END"

        self.fields: dict[Field, str] = {
            "source": "s.name",
            "relation": "f.value ->> 1",
            "object_prefix": work_prefix,
            "object_doi": f"CASE i.scheme WHEN 'doi' THEN '{_RESOLVER}' || i.value END",
            "object_domain": domain(object_),
            "object_url": object_url,
            "object_url_domain": domain(f"({object_url})"),
            "object_id": f"{given} -> 'obj' ->> 'alternative-id'",
            "subject": subject,
            "subject_prefix": (
                f"CASE WHEN {is_doi} THEN substr({doi_of_subject}, 1, {at}({doi_of_subject}, '/') - 1) END"
            ),
            "subject_doi": f"CASE WHEN {is_doi} THEN lower({subject}) END",
            "subject_domain": domain(subject),
            "subject_url": subject_url,
            "subject_url_domain": domain(f"({subject_url})"),
            "subject_id": (
                f"CASE WHEN {own} THEN CASE WHEN p.key <> {named} THEN p.key END"
                f" ELSE {given} -> 'subj' ->> 'alternative-id' END"
            ),
        }

    def where(self, selection: Selection, works: Sequence[int] | None) -> Where:
        """The conditions of a selection; `works` are the rows of its works."""
        conditions, bound = [*_KINDS[selection.kind]], dict[str, Any]()
        if works is not None:
            conditions.append("{work} IN :works")
            bound["works"] = list(works)
        for field, value in selection.fields.items():
            conditions.append(f"{self.fields[field]} = :{field}" if field != "source" else _OF_SOURCE)
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
        conditions = (*where.conditions, _BEHIND)
        by_work = "works" in where.bound
        if by_work:
            conditions += ("a.id IN (SELECT assertion FROM mention WHERE identifier IN :works)",)
        stated_at, row, nth = place
        bound = where.bound | {"stated_at": stated_at, "row": row, "nth": nth, "limit": limit}
        # The plus sign keeps SQLite from walking all statements in order where it can look at those of a work.
        order = f"ORDER BY {'+' if by_work else ''}a.stated_at, a.id, f.key LIMIT :limit"
        return self._ready(
            f"SELECT {_COLUMNS} FROM {self._unfolded} WHERE {_all(conditions, _OF_STATEMENT)} {order}", bound
        )

    def of(self, hashes: Sequence[int]) -> Ready:
        """The mentions in statements of these hashes."""
        where = "a.hash IN :hashes AND a.stated_at IS NOT NULL"
        return self._ready(f"SELECT {_COLUMNS} FROM {self._unfolded} WHERE {where}", {"hashes": list(hashes)})

    def count(self, where: Where) -> Ready:
        """How many mentions a selection has."""
        return self._ready(f"SELECT count(*) {self._narrow(where)}", where.bound)

    def values(self, where: Where, field: Field, limit: int) -> Ready:
        """The most frequent values of a field, each with its number."""
        value = self.fields[field]
        every = f"SELECT {value} AS value, count(*) AS times {self._narrow(where, value)} GROUP BY 1"
        most = "WHERE value IS NOT NULL ORDER BY times DESC, value LIMIT :limit"
        return self._ready(f"SELECT value, times FROM ({every}) AS every {most}", where.bound | {"limit": limit})

    def days(self, where: Where, column: str) -> Ready:
        """The number of mentions by UTC day since 1970, in order."""
        day = f"({column} - ({column} % {DAY} + {DAY}) % {DAY}) / {DAY}"
        every = f"SELECT {day} AS day, count(*) AS times {self._narrow(where, column)} GROUP BY 1"
        return self._ready(f"SELECT day, times FROM ({every}) AS every WHERE day IS NOT NULL ORDER BY day", where.bound)

    def _narrow(self, where: Where, asked: str = "") -> str:
        """The table of mentions, and of the others what conditions and what is asked for speak of."""
        conditions = _all(where.conditions, _OF_MENTION)
        named = {alias for alias, _ in _ALIAS.findall(f"{conditions} {asked}")}
        joined = [join for alias, join in self._joins.items() if alias in named or (alias == "a" and "f" in named)]
        conditions += f" AND {_WORK} = m.identifier" if "f" in named else ""
        return f"FROM mention m {' '.join(joined)} WHERE {conditions}"

    def _ready(self, statement: str, bound: dict[str, Any]) -> Ready:
        lists: list[Any] = [bindparam(name, expanding=True) for name in ("works", "hashes") if name in bound]
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
