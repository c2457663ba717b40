"""The contract of a source: facts about it, and three functions, of which only `read` does I/O."""

from collections.abc import AsyncIterator, Collection, Iterable, Mapping
from functools import cache
from importlib.metadata import entry_points
from typing import TYPE_CHECKING, Any, BinaryIO, Protocol, TypeVar, runtime_checkable
from urllib.parse import urlsplit

import msgspec

from hubbub.model import About, Answer, Fact, Fault, Page, Watch

if TYPE_CHECKING:  # numpy is loaded where a page of lines is read
    from hubbub.collect.touching import Touches

Wanted = TypeVar("Wanted")
STREAM = "stream:"  # how the names of lanes begin that do not end
HOST_NAME = r"(?:[a-z\d](?:[a-z\d-]{0,61}[a-z\d])?\.)+[a-z][a-z\d-]{0,61}[a-z\d]"  # as patterns of accounts need it
# Sent with what is asked where people can withdraw their words: an answer that is remembered might outlive them.
FRESH = {"Cache-Control": "no-store"}


class WrongSourceError(ValueError):
    """What was read is not what this source reads; the message says what it looks like instead."""


class WrongAnswerError(ValueError):
    """A service answered something else than it promises; the message says what."""


class LoginError(ValueError):
    """A lane needs a credential that is not there; the message says which one."""


class WrongLoginError(LoginError):
    """A credential is there, and the service does not accept it; the message says which one."""


class Fetch(Protocol):
    """The only door through which a source gets bytes. Pace, retries, limits and the guard of addresses lie behind it.

    An answer whose status is not accepted raises, and goes past the source to whoever runs it. Parameters whose value
    is None are left out. What is asked with the header `FRESH` is not remembered.
    """

    async def get(
        self,
        address: str,
        *,
        params: Mapping[str, Any] = {},
        headers: Mapping[str, str] = {},
        accept: Collection[int] = (200,),
    ) -> Answer:
        """Ask for an address."""
        ...

    async def head(self, address: str, *, accept: Collection[int] = (200,)) -> Answer:
        """Ask for an address's headers alone; a redirect that is accepted is not followed."""
        ...

    async def post(
        self,
        address: str,
        *,
        json: Any = None,
        form: Mapping[str, str] | None = None,
        headers: Mapping[str, str] = {},
        accept: Collection[int] = (200,),
    ) -> Answer:
        """Send something to an address."""
        ...

    def lines(self, address: str, *, headers: Mapping[str, str] = {}) -> AsyncIterator[bytes]:
        """Read an answer that does not end, line by line."""
        ...

    def messages(self, address: str, *, headers: Mapping[str, str] = {}) -> AsyncIterator[bytes]:
        """Read the messages of a WebSocket; text comes as UTF-8."""
        ...

    def open(self, lane: str) -> BinaryIO:
        """Open a local archive for reading, decompressed."""
        ...

    def secret(self, name: str) -> str | None:
        """Return a credential by its name, if somebody has given it."""
        ...

    def forget(self) -> None:
        """Forget what was remembered of answers, since something in one of them was withdrawn."""
        ...


@runtime_checkable
class Source(Protocol):
    """One place or one collector's archive. Found through the entry-point group `hubbub.sources`."""

    about: About

    def lanes(self, watch: Watch) -> Iterable[str]:
        """Name the parts that resume on their own: a kind and what it is about, `kind:argument`.

        Lanes of the kind `stream` do not end. Files are lanes too, which are given from outside.
        """
        ...

    def read(self, lane: str, since: str, fetch: Fetch) -> AsyncIterator[Page]:
        """Yield pages from the resume point `since` ("" is the start) on. All I/O, nothing else.

        A lane that is read again after it came to its end starts from the resume point of its last page, or anew where
        that is "". Raises `WrongSourceError` if a file holds something else, `WrongAnswerError`, `LoginError`.
        """
        ...

    def parse(self, page: Page) -> Iterable[Fact | Fault]:
        """Yield what the page says, and what of it could not be read. Pure."""
        ...


@runtime_checkable
class LineSource(Source, Protocol):
    """A source whose pages are batches of lines, of which most say nothing to us."""

    def touches(self, body: bytes) -> "Touches":
        """Find where a line speaks of a post, an account or a tie by its key, cheaply and without parsing.

        Lines that have to be read whatever is held, such as withdrawals of posts and accounts, are named too. Pure.
        """
        ...


@cache
def sources() -> dict[str, Source]:
    """Every installed source by name, built-in or not."""
    found = [point.load()() for point in entry_points(group="hubbub.sources")]
    return {source.about.name: source for source in sorted(found, key=lambda s: s.about.name)}


def page_of(lane: str, answer: Answer, resume: str = "") -> Page:
    """Make a page of a service's answer."""
    return Page(lane, answer.address, answer.body, answer.received_at, resume)


def decoded(answer: Answer, type_: type[Wanted]) -> Wanted:
    """Decode JSON as far as paging needs it. Raises `WrongAnswerError` if it is something else."""
    try:
        return msgspec.json.decode(answer.body, type=type_)
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        host = urlsplit(answer.address).hostname
        kind = answer.headers.get("content-type", "").partition(";")[0]
        got = kind if kind and "json" not in kind else f"JSON of another shape ({error})"
        raise WrongAnswerError(f"{host} answered {got} where JSON was expected") from error
