"""Tables by host: a host goes in; the rows of it, and of the hosts above it, come out, the nearest first."""

from collections.abc import Iterator, Mapping, Sequence
from typing import TypeVar

T = TypeVar("T")
_LONGEST_COUNTRY = len(".com.au")


def rows_of(host: str, table: Mapping[str, Sequence[T]]) -> Iterator[T]:
    """The rows of a host; a key `name.*` stands for a name under any country's domain."""
    while host:
        yield from table.get(host, ())
        name, _, above = host.partition(".")
        if above and len(above) < _LONGEST_COUNTRY:
            yield from table.get(f"{name}.*", ())
        host = above
