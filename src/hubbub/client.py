"""The calls of hubbub from a program: the address of a store or of a server comes in, and the same answers go out."""

from collections.abc import Callable, Mapping
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
        store = open_store(address)
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
        try:
            if route.verb == "POST":
                answer = self._client.post(path, json=rest)
            else:
                answer = self._client.get(path, params={name: one for name, one in rest.items() if one is not None})
        except httpx.HTTPError as error:
            raise ConnectionError(f"{self._client.base_url.host} cannot be asked: {error}") from error
        if answer.is_success:
            return msgspec.json.decode(answer.content, type=route.returns) if answer.content else None
        raise _refusal(answer)


def _refusal(answer: httpx.Response) -> RefusedError:
    try:
        return RefusedError(answer.status_code, msgspec.json.decode(answer.content, type=Problem).detail)
    except msgspec.DecodeError:
        led = f" and leads to {answer.headers['location']}" if "location" in answer.headers else ""
        said = f"{answer.url.host} answers {answer.status_code}{led}, as no hubbub does here."
        return RefusedError(answer.status_code, said)


def connect(url_or_store: str, token: str | None = None) -> Hubbub:
    """Open a store by its address, or reach a server by its own: `https://…`, with a `token` that it gave.

    Raises StoreError if the store cannot be opened, and ValueError for a token that others on the way could read.
    """
    return _There(url_or_store, token) if url_or_store.startswith(("http://", "https://")) else _Here(url_or_store)


__all__ = ["Hubbub", "RefusedError", "connect"]
