"""Works as columns, and reference sets that somebody gives as a file: bytes come in, columns go out.

A file is CSV with a header, or a JSON list of records: one row a work, with `identifier`, `type`, `published` (a day, a
month or a year), if wanted `group` (whom or where the work is from, as an author or a journal), and one column a venue
with the number of mentions there. A cell that is empty is unknown; 0 is none.
"""

import csv
from calendar import monthrange
from collections.abc import Iterable, Mapping
from datetime import date
from io import StringIO
from math import isfinite, nan
from typing import Any

import msgspec
import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from hubbub.reference.venues import kind_of

NAMED = ("identifier", "type", "published")
FIELDS = (*NAMED, "group")
MOST = 1e12  # mentions of a work

Floats = NDArray[np.float64]


class Works(Struct, frozen=True):
    """Works as columns, called `name`, one entry a work in each: `published` in days since 1970, NaN if unknown.

    `groups` say whom or where a work is from. `mentions` has a column a venue, NaN where it is unknown.
    """

    name: str
    identifiers: tuple[str, ...]
    kinds: NDArray[np.str_]
    published: Floats
    groups: NDArray[np.str_]
    mentions: Mapping[str, Floats]

    def __len__(self) -> int:
        return len(self.identifiers)

    def less(self, identifiers: Iterable[str]) -> "Works":
        """The same without some works."""
        stay = ~np.isin(np.array(self.identifiers, np.str_), list(identifiers))
        return Works(
            self.name,
            tuple(np.array(self.identifiers, np.str_)[stay].tolist()),
            self.kinds[stay],
            self.published[stay],
            self.groups[stay],
            {venue: counts[stay] for venue, counts in self.mentions.items()},
        )


def day_of(written: str | None) -> float:
    """The last day, since 1970, that `2024`, `2024-05` or `2024-05-17` can mean; NaN for anything else."""
    parts = (written or "").strip()[:10].split("-")
    try:
        year, month = int(parts[0]), int(parts[1]) if len(parts) > 1 else 12
        day = int(parts[2]) if len(parts) > 2 else monthrange(year, month)[1]
        return float((date(year, month, day) - date(1970, 1, 1)).days)
    except (ValueError, IndexError):  # a month of 13 is an IndexError in older releases of Python
        return nan


def read(file: bytes, name: str) -> Works:
    """Read a reference set that is called `name`; a ValueError says what is wrong with it, and where."""
    try:
        text = file.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ValueError(f"it is not UTF-8 text: {error.reason} at byte {error.start:,}") from error
    records = _json(text) if text.lstrip()[:1] == "[" else _csv(text)
    if not records:
        raise ValueError("it has no work")
    places = dict.fromkeys(name for record in records for name in record if name not in FIELDS)
    if not places:
        raise ValueError("it has no column of a venue beside identifier, type, published and group")
    identifiers = tuple(_text(record, "identifier", row) for row, record in enumerate(records, 1))
    return Works(
        name,
        identifiers,
        np.array([kind_of(_text(record, "type", row)) for row, record in enumerate(records, 1)], np.str_),
        np.array([day_of(_text(record, "published", row)) for row, record in enumerate(records, 1)]),
        np.array([_group(record) for record in records], np.str_),
        {place: np.array([_number(record, place, row) for row, record in enumerate(records, 1)]) for place in places},
    )


def _json(text: str) -> list[dict[str, Any]]:
    try:
        return msgspec.json.decode(text, type=list[dict[str, Any]])
    except msgspec.MsgspecError as error:
        raise ValueError(f"it is no JSON list of records: {error}") from error


def _csv(text: str) -> list[dict[str, Any]]:
    try:
        rows = csv.reader(StringIO(text), strict=True)
        head = [name.strip() for name in next(rows, [])]
        if absent := [name for name in NAMED if name not in head]:
            raise ValueError(f"its first line has no column {absent[0]}")
        if len(set(head)) < len(head) or "" in head:
            raise ValueError("every column needs a name of its own")
        records = [dict(zip(head, row, strict=True)) for row in rows if row]
    except csv.Error as error:
        raise ValueError(f"it is no CSV: {error}") from error
    except ValueError as error:
        if "zip()" in str(error):
            raise ValueError(f"line {rows.line_num} has other columns than the first") from error
        raise
    return records


def _text(record: Mapping[str, Any], name: str, row: int) -> str:
    value = record.get(name)
    if value is None and name != "identifier":
        return ""
    if isinstance(value, int) and name == "published":
        return str(value)
    if not isinstance(value, str) or (name == "identifier" and not value.strip()):
        raise ValueError(f"work {row} has no {name}" if value in (None, "") else f"work {row}: {name} is no text")
    return value.strip()


def _group(record: Mapping[str, Any]) -> str:
    """A work without a group is one by itself."""
    return f"group {record['group']}" if record.get("group") else f"work {record['identifier']}"


def _number(record: Mapping[str, Any], name: str, row: int) -> float:
    value = record.get(name)
    if value is None or value == "":
        return nan
    try:
        number = float(value)
    except (TypeError, ValueError):
        number = nan
    if not (isfinite(number) and 0 <= number <= MOST and number == int(number)):
        raise ValueError(f"work {row}: {name} is {str(value)[:40]!r}, and has to be a whole number from 0 on, or empty")
    return number
