"""What a client of Crossref Event Data asks for: parameters come in, a selection goes out, or why there is none."""

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from msgspec import Struct

from hubbub import identify
from hubbub.answers.selecting import Field, Kind, Selection
from hubbub.model import Identifier

ROWS, MOST_ROWS, MOST_VALUES = 1000, 10_000, 100
_NUMBER, _DATE = re.compile(r"[0-9]{1,9}"), re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_PAIR = re.compile(r"""(?:"[^"]*"|'[^']*'|[^,"'])+""")
_RESOLVER = "https://doi.org/"

# The filters that look at one field, by what the service calls them.
FIELDS: dict[str, Field] = {
    "source": "source",
    "relation-type": "relation",
    "relation": "relation",  # as crevents sends it
    "subj-id": "subject",
    "subj-id.prefix": "subject_prefix",
    "obj-id.prefix": "object_prefix",
    "subj-id.domain": "subject_domain",
    "obj-id.domain": "object_domain",
    "subj-id.doi": "subject_doi",
    "obj-id.doi": "object_doi",
    "subj.url": "subject_url",
    "obj.url": "object_url",
    "subj.url.domain": "subject_url_domain",
    "obj.url.domain": "object_url_domain",
    "subj.alternative-id": "subject_id",
    "obj.alternative-id": "object_id",
}
_DATES = {"occurred": "said", "collected": "stated", "updated": "changed"}
DATES = tuple(f"{end}-{clock}-date" for clock in _DATES for end in ("from", "until"))
FILTERS = ("obj-id", *FIELDS, *DATES)
# Facets, by what the service calls them where they are asked for, and in its answer.
FACETS = {
    "source": "source",
    "relation-type": "relation-type",
    "obj-id.prefix": "obj-prefix",
    "subj-id.prefix": "subj-prefix",
    "subj-id.domain": "subj-id-domain",
    "obj-id.domain": "obj-id-domain",
    "subj.url.domain": "subj-url-domain",
    "obj.url.domain": "obj-url-domain",
    "subj-id.doi": "subj-doi",
    "obj-id.doi": "obj-doi",
}


class RefusedError(ValueError):
    """Why there is no answer; `kind` and `of` are the service's words for that, if it has any."""

    def __init__(self, told: str, kind: str | None = None, of: str | None = None) -> None:
        super().__init__(told)
        self.kind, self.of = kind, of


class Asked(Struct, frozen=True):
    """A selection, behind which event its page begins, and how many events that has."""

    selection: Selection
    cursor: str | None
    rows: int


def asked(parameters: Iterable[tuple[str, str]], kind: Kind) -> Asked:
    """Read the parameters. Raises `RefusedError` where the service did."""
    told = dict(parameters)
    rows = told.get("rows", str(ROWS))
    if not _NUMBER.fullmatch(rows):
        raise RefusedError(f'For input string: "{rows}"')
    filters = {name: told[name] for name in FILTERS if name in told}
    if "filter" in told:
        if filters:
            names = ", ".join(filters)
            wrong = f"Give filters as parameters of their own or in 'filter', not both: {names} stands outside of it."
            raise _refused("filter-conflict", wrong)
        filters |= _split(told["filter"])
    return Asked(_selection(filters, kind), told.get("cursor") or None, min(int(rows), MOST_ROWS))


def facets_of(written: str | None) -> list[tuple[str, int]]:
    """Read which facets are asked for, as `name:number` or `name:*`. Raises `RefusedError` where the service did."""
    wanted = dict(_pairs(written or ""))
    valid = ", ".join(FACETS)
    for name, size in wanted.items():
        if name not in FACETS:
            told = f"Facet {name} specified but there is no such facet for this route."
            raise _refused("facet-unavailable", f"{told} Valid facets for this route are: {valid}")
        if size != "*" and not _NUMBER.fullmatch(size):
            told = f"Facet size value of '{size}' unrecognised for '{name}'. Please supply an integer or '*'."
            raise _refused("facet-size-malformed", told)
        if size != "*" and int(size) > MOST_VALUES:
            told = f"Facet size value of '{size}' greater than the maximum value of {MOST_VALUES}"
            raise _refused("facet-size", told)
    return [(name, MOST_VALUES if size == "*" else int(size)) for name, size in wanted.items()]


def _selection(filters: Mapping[str, str], kind: Kind) -> Selection:
    spans: dict[str, Any] = {}
    for clock, span in _DATES.items():
        begin, end = (_day(name, filters.get(name)) for name in (f"from-{clock}-date", f"until-{clock}-date"))
        spans[span] = (begin, end and end + timedelta(days=1))
    works = (_work(filters["obj-id"]),) if "obj-id" in filters else None
    fields = dict(_field(name, value) for name, value in filters.items() if name in FIELDS)
    return Selection(kind, None if works is None else tuple(one for one in works if one), fields, **spans)


def _field(name: str, value: str) -> tuple[Field, str]:
    field = FIELDS[name]
    if field == "relation":  # older events write `isReferencedBy`, registries `is-referenced-by`
        return field, _CAMEL.sub("_", value).replace("-", "_").lower()
    if field in ("subject", "subject_doi", "object_doi") and (doi := _work(value)) and doi.scheme == "doi":
        return "object_doi" if field == "object_doi" else "subject_doi", _RESOLVER + doi.value
    return field, value


def _work(written: str) -> Identifier | None:
    found = identify.parse(written)
    return Identifier(found.scheme, found.value) if found else None


def _day(name: str, written: str | None) -> datetime | None:
    if written is None:
        return None
    try:
        if not _DATE.fullmatch(written):
            raise ValueError
        return datetime.fromisoformat(written).replace(tzinfo=UTC)
    except ValueError:
        told = f"Date format suplied to {name} incorrect. Expected YYYY-MM-DD, got: {written}"  # spelt as it was
        raise _refused("invalid-date", told) from None


def _split(written: str) -> dict[str, str]:
    filters = dict(_pairs(written))
    if unknown := next((name for name in filters if name not in FILTERS), None):
        told = f"Filter {unknown} specified but there is no such filter for this route."
        raise _refused("filter-not-available", f"{told} Valid filters for this route are: {', '.join(FILTERS)}")
    return filters


def _pairs(written: str) -> Iterable[tuple[str, str]]:
    """Read `key:value,key:value`; a value may be quoted, and an address has colons of its own."""
    for pair in _PAIR.findall(written):
        name, colon, value = pair.partition(":")
        if not colon or not value:
            raise RefusedError(f"Expected delimiter ':' but got:{pair[:100]}")
        yield name.strip("'\""), value.strip("'\"")


def _refused(kind: str, told: str) -> RefusedError:
    return RefusedError(told, kind, "validation-failure")
