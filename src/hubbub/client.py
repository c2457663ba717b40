"""The calls of hubbub from a program: the address of a store or of a server comes in, and the same answers go out."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from datetime import date
from types import TracebackType
from typing import Any, Self
from urllib.parse import quote, urlsplit

import httpx
import msgspec

from hubbub.answers import Answers
from hubbub.store import open_store
from hubbub.tell.calls import Calls
from hubbub.tell.routes import Problem, RefusedError, Route

PATIENCE = httpx.Timeout(60, connect=10)  # seconds
_HERE = ("localhost", "127.0.0.1", "::1")


class Hubbub(Calls):
    """All calls, of a store that is open here or of a server. It is closed by `close`, or at the end of a `with`."""

    _closes: Callable[[], None]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the store or of the server."""
        self._closes()


class _Here(Hubbub):
    def __init__(self, address: str) -> None:
        store = open_store(address, make=False)
        super().__init__(Answers(store))
        self._closes = store.close


class _There(Hubbub):
    def __init__(self, address: str, token: str | None) -> None:
        near = urlsplit(address).hostname in _HERE
        if token and not near and not address.startswith("https://"):
            raise ValueError("a token is told over https:// alone: on the way, anybody could read it")
        self._client = httpx.Client(
            base_url=f"{address.rstrip('/')}/api/v1",
            headers={"Authorization": f"Bearer {token}"} if token else {},
            timeout=PATIENCE,
            follow_redirects=False,  # a token is for this server and for no other
            trust_env=not near,
        )
        self._closes = self._client.close

    def ask(self, route: Route, told: Mapping[str, Any]) -> Any:
        """Ask the server. Raises RefusedError as the server says, ConnectionError if it cannot be had."""
        within = {name: quote(str(told.get(name, "")), safe="", errors="replace") for name in route.in_path}
        path, rest = route.path.format(**within), {name: one for name, one in told.items() if name not in within}
        verb = {"json": rest} if route.verb == "POST" else {"params": _queried(rest)}
        asked = self._client.build_request(route.verb, path, **verb)  # type: ignore[arg-type]
        try:
            answer = self._client.send(asked, stream=True)
            if route.streams and answer.is_success:
                return self._parts(answer)
            answer.read()
        except httpx.HTTPError as error:
            raise self._lost(error) from error
        if answer.is_success:
            return msgspec.json.decode(answer.content, type=route.returns) if answer.content else None
        raise _refusal(answer)

    def _parts(self, answer: httpx.Response) -> Iterator[bytes]:
        try:
            with closing(answer):
                yield from answer.iter_bytes()
        except httpx.HTTPError as error:
            raise self._lost(error) from error

    def _lost(self, error: httpx.HTTPError) -> ConnectionError:
        return ConnectionError(f"{self._client.base_url.host} cannot be asked: {error}")


def _queried(told: Mapping[str, Any]) -> dict[str, Any]:
    """What is asked in a query: nothing is said of what is None."""
    return {name: str(one) if isinstance(one, date) else one for name, one in told.items() if one is not None}


def _refusal(answer: httpx.Response) -> RefusedError:
    try:
        return RefusedError(answer.status_code, msgspec.json.decode(answer.content, type=Problem).detail)
    except msgspec.DecodeError:
        led = f" and leads to {answer.headers['location']}" if "location" in answer.headers else ""
        said = f"{answer.url.host} answers {answer.status_code}{led}, as no hubbub does here."
        return RefusedError(answer.status_code, said)


def connect(url_or_store: str, token: str | None = None) -> Hubbub:
    """Open a store by its address, or reach a server by its own: `https://…`, with a `token` that it gave.

    Raises FileNotFoundError if there is no such file, StoreError if the store cannot be opened, and ValueError for a
    token that others on the way could read.
    """
    return _There(url_or_store, token) if url_or_store.startswith(("http://", "https://")) else _Here(url_or_store)


__all__ = ["Hubbub", "RefusedError", "connect"]
