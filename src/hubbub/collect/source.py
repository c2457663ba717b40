"""The contract of a source: facts about it, and three functions, of which only `read` does I/O."""

from collections.abc import AsyncIterator, Callable, Iterable
from functools import cache
from importlib.metadata import entry_points
from typing import BinaryIO, Protocol, runtime_checkable

from hubbub.model import About, Fact, Fault, Page, PostKey, Span, Watch

# Opens a lane's address for reading, decompressed; the only door through which a source gets bytes.
Fetch = Callable[[str], BinaryIO]


class WrongSourceError(ValueError):
    """What was read is not what this source reads; the message says what it looks like instead."""


@runtime_checkable
class Source(Protocol):
    """One place or one collector's archive. Found through the entry-point group `hubbub.sources`."""

    about: About

    def lanes(self, watch: Watch) -> Iterable[str]:
        """Name the parts that resume on their own; empty where the lanes are given from outside (files)."""
        ...

    def read(self, lane: str, since: str, fetch: Fetch) -> AsyncIterator[Page]:
        """Yield pages from the resume point `since` ("" is the start) on. All I/O, nothing else.

        Raises `WrongSourceError` if the lane holds something else.
        """
        ...

    def parse(self, page: Page) -> Iterable[Fact | Fault]:
        """Yield what the page says, and what of it could not be read. Pure."""
        ...


@runtime_checkable
class LineSource(Source, Protocol):
    """A source whose pages are batches of lines, of which most say nothing to us."""

    def touches(self, page: Page) -> Iterable[tuple[Span, PostKey | None]]:
        """Yield (line, key) where a line speaks of a post or account by its key, cheaply and without parsing.

        A key of None marks a line that has to be read whatever is held: the withdrawal of a post or an account. Pure.
        """
        ...


@cache
def sources() -> dict[str, Source]:
    """Every installed source by name, built-in or not."""
    found = [point.load()() for point in entry_points(group="hubbub.sources")]
    return {source.about.name: source for source in sorted(found, key=lambda s: s.about.name)}
