"""Answers requests from a source's recordings: `requests.ndjson` beside them says which file answers which request.

A line is {"method": "GET", "url": …, "file": …, "status": 200, "headers": {…}}; `file` may be missing where the answer
has no body. A POST is known by its address alone, a stream by its address without parameters.
"""

import re
from collections.abc import AsyncIterator, Callable, Collection, Mapping
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any, BinaryIO
from urllib.parse import parse_qsl, urlencode, urlsplit

import msgspec
from msgspec import Struct

from hubbub.model import Answer

NOW = datetime(2026, 11, 1, tzinfo=UTC)
SECRETS = re.compile(
    r"[\w.+-]+@[\w-]+\.[a-z]{2,}|eyJ[\w-]{10,}\.|(?:api|access)[_-]?key|\bBearer |ghp_\w{20}"
    r"|password|mailto=(?!REDACTED)",
    re.IGNORECASE,
)


class Recorded(Struct):
    """One request and what answered it."""

    url: str
    method: str = "GET"
    file: str | None = None
    status: int = 200
    headers: dict[str, str] = {}


class NotRecordedError(LookupError):
    """A request that no recording answers, or an answer that was not accepted."""


class Replay:
    """A `Fetch` that knows nothing but the recordings in one folder; `change` may spoil what they say."""

    def __init__(self, folder: Path, change: Callable[[bytes], bytes] = lambda body: body) -> None:
        self._folder, self._change = folder, change
        self.asked: list[str] = []
        known = msgspec.json.Decoder(Recorded)
        lines = (folder / "requests.ndjson").read_bytes().splitlines()
        self._recorded = {(one.method, plain(one.url)): one for one in map(known.decode, filter(None, lines))}

    def _answer(self, method: str, address: str, accept: Collection[int]) -> Answer:
        self.asked.append(address)
        one = self._recorded.get((method, plain(address)))
        if one is None:
            raise NotRecordedError(f"{method} {address} is not recorded")
        if one.status not in accept:
            raise NotRecordedError(f"{address} answered {one.status}")
        return Answer(one.status, address, one.headers, self._change(self._body(one)), NOW)

    def _body(self, one: Recorded) -> bytes:
        return (self._folder / one.file).read_bytes() if one.file else b""

    async def get(
        self,
        address: str,
        *,
        params: Mapping[str, Any] = {},
        headers: Mapping[str, str] = {},
        accept: Collection[int] = (200,),
    ) -> Answer:
        """Answer from a recording."""
        asked = {name: value for name, value in params.items() if value is not None}
        joined = ("&" if "?" in address else "?") + urlencode(asked, doseq=True) if asked else ""
        return self._answer("GET", address + joined, accept)

    async def head(self, address: str, *, accept: Collection[int] = (200,)) -> Answer:
        """Answer from a recording."""
        return self._answer("HEAD", address, accept)

    async def post(
        self,
        address: str,
        *,
        json: Any = None,
        form: Mapping[str, str] | None = None,
        headers: Mapping[str, str] = {},
        accept: Collection[int] = (200,),
    ) -> Answer:
        """Answer from a recording."""
        return self._answer("POST", address, accept)

    async def lines(self, address: str, *, headers: Mapping[str, str] = {}) -> AsyncIterator[bytes]:
        """Yield a recording's lines, without their ends."""
        for line in self._answer("GET", address.partition("?")[0], (200,)).body.split(b"\n"):
            yield line

    async def messages(self, address: str, *, headers: Mapping[str, str] = {}) -> AsyncIterator[bytes]:
        """Yield a recording's lines as messages."""
        for line in self._answer("GET", address.partition("?")[0], (200,)).body.splitlines():
            yield line

    def open(self, lane: str) -> BinaryIO:
        """Open a recording by its name."""
        return BytesIO(self._change((self._folder / lane).read_bytes()))

    def secret(self, name: str) -> str | None:
        """Every credential is there."""
        return f"secret-{name}"

    def forget(self) -> None:
        """Nothing is remembered."""


def plain(address: str) -> str:
    """An address with its parameters in order, and without those that name who asks."""
    parts = urlsplit(address)
    asked = sorted((k, v) for k, v in parse_qsl(parts.query, keep_blank_values=True) if k not in ("mailto", "key"))
    return parts._replace(query=urlencode(asked)).geturl()
