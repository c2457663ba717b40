"""Mentions and works in bulk: answers come in one by one; the bytes of a file go out part by part, as it is made.

A file is never held as a whole. Texts in it are strangers', and so are no formulas in CSV.
"""

import csv
import io
from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import islice
from types import UnionType
from typing import Any, Literal, get_args, get_type_hints

import msgspec
from msgspec import Struct
from msgspec.structs import astuple

from hubbub.answers.exported import cell
from hubbub.answers.shapes import Said, WorkLine

Format = Literal["csv", "jsonl", "parquet"]
MentionFormat = Literal["csv", "jsonl", "parquet", "events"]
# Of each format the media type of its file, and the ending of its name.
MEDIA: dict[MentionFormat, tuple[str, str]] = {
    "csv": ("text/csv", "csv"),
    "jsonl": ("application/jsonl", "jsonl"),
    "parquet": ("application/vnd.apache.parquet", "parquet"),
    "events": ("application/jsonl", "events.jsonl"),
}
LINES = 1_000  # that are written together
GROUP = 10_000  # rows of Parquet that are compressed together


class MentionRow(Struct, frozen=True):
    """One post that mentions works, as a row: what `Said` has, of its speaker the fields, and the first evidence.

    `names` are those by which it calls works, `statements` says how many pieces of evidence there are.
    """

    source: str
    post: str
    url: str | None
    posted_at: datetime | None
    own: bool
    counted: bool
    amplifies: str | None
    title: str | None
    text: str | None
    language: str | None
    account: str | None
    handle: str | None
    name: str | None
    followers: int | None
    relation: str
    found_in: str
    as_written: str
    method: str
    certainty: float
    via: str
    record: str | None
    names: str
    statements: int


class WorkRow(Struct, frozen=True):
    """One work, as a row; counts are None where nothing was ever collected."""

    identifier: str
    title: str | None
    posts: int | None
    amplifications: int | None
    last_at: datetime | None


def mentions(form: Format, told: Iterable[Said]) -> Iterator[bytes]:
    """Write posts that mention works. Raises ModuleNotFoundError at once if what writes Parquet is not installed."""
    return _lines(told) if form == "jsonl" else _rows(form, MentionRow, map(_mention, told))


def works(form: Format, told: Iterable[WorkLine]) -> Iterator[bytes]:
    """Write works, as `mentions` does posts."""
    return _lines(told) if form == "jsonl" else _rows(form, WorkRow, map(_work, told))


def _mention(one: Said) -> MentionRow:
    who, how = one.speaker, one.evidence[0]
    names = (e.identifier for e in one.evidence)
    named = dict.fromkeys(f"{name}{f' version {name.version}' if name.version else ''}" for name in names)
    # fmt: off
    return MentionRow(
        one.source, one.post, one.url, one.posted_at, one.own, one.counted, one.amplifies,
        one.title, one.text, one.language,
        who.key if who else None, who.handle if who else None, who.name if who else None,
        who.followers if who else None,
        how.relation, how.found_in, how.as_written, how.method, how.certainty, how.via, how.record,
        ", ".join(named), len(one.evidence),
    )
    # fmt: on


def _work(one: WorkLine) -> WorkRow:
    return WorkRow(str(one.identifier), one.title, one.posts, one.amplifications, one.last_at)


def _lines(told: Iterable[Struct]) -> Iterator[bytes]:
    left = iter(told)
    while part := list(islice(left, LINES)):
        yield b"".join(msgspec.json.encode(one) + b"\n" for one in part)


def _rows(form: Format, shape: type[Struct], rows: Iterator[Struct]) -> Iterator[bytes]:
    return _csv(shape, rows) if form == "csv" else _parquet(shape, rows)


def _csv(shape: type[Struct], rows: Iterator[Struct]) -> Iterator[bytes]:
    part: list[Any] = [shape.__struct_fields__]
    while part:
        written = io.StringIO()
        csv.writer(written, lineterminator="\n").writerows(part)
        yield written.getvalue().encode()
        part = [[_cell(value) for value in astuple(row)] for row in islice(rows, LINES)]


def _cell(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else cell(value)


def _parquet(shape: type[Struct], rows: Iterator[Struct]) -> Iterator[bytes]:
    import pyarrow  # heavy, and not everybody has it
    from pyarrow.parquet import ParquetWriter

    kinds = {
        str: pyarrow.string(),
        bool: pyarrow.bool_(),
        int: pyarrow.int64(),
        float: pyarrow.float64(),
        datetime: pyarrow.timestamp("us", "UTC"),
    }
    hints = {name: _kind(hint) for name, hint in get_type_hints(shape).items()}
    schema = pyarrow.schema([pyarrow.field(name, kinds[kind], nullable) for name, (kind, nullable) in hints.items()])

    def parts() -> Iterator[bytes]:
        sink = _Sink()
        with ParquetWriter(sink, schema, compression="zstd") as writer:
            while part := list(islice(rows, GROUP)):
                columns = [list(column) for column in zip(*map(astuple, part), strict=True)]
                writer.write_table(pyarrow.table(columns, schema=schema))
                yield sink.taken()
        yield sink.taken()

    return parts()


def _kind(hint: Any) -> tuple[type, bool]:
    """The type of a field, and whether it may be unknown."""
    return (get_args(hint)[0], True) if isinstance(hint, UnionType) else (hint, False)


class _Sink(io.RawIOBase):
    """A file of which what was written is taken away at once."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []
        self._at = 0

    def writable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def write(self, part: Any) -> int:
        self._parts.append(bytes(part))
        self._at += len(self._parts[-1])
        return len(self._parts[-1])

    def taken(self) -> bytes:
        """All that was written since this was last asked."""
        taken, self._parts = b"".join(self._parts), []
        return taken
