"""One process's door to the network."""

import logging
import re
import ssl
from asyncio import timeout
from collections.abc import AsyncIterator, Callable, Collection, Iterable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from datetime import UTC, datetime, timedelta
from http.cookiejar import DefaultCookiePolicy
from importlib.metadata import version
from types import TracebackType
from typing import Any, BinaryIO, NamedTuple, Self

import httpcore
import httpx
import msgspec
import stamina
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus, WebSocketException
from websockets.frames import CloseCode

from hubbub import settings
from hubbub.fetch import body, safe
from hubbub.fetch.errors import BodyError, BudgetError, FetchError, PassingError, RefusedError, said
from hubbub.fetch.guard import Guard, Resolve, resolve
from hubbub.fetch.limits import Limits
from hubbub.fetch.memory import Memory
from hubbub.fetch.pace import Paces, resting
from hubbub.fetch.redact import mask, private, redact, shown
from hubbub.fetch.rules import ADVICE
from hubbub.fetch.told import check_clock
from hubbub.model import Answer, Host

PASSING = (429, 500, 502, 503, 504)
_SECURE = ("https", "wss")
_SCHEMES = ("http", "ws", *_SECURE)
_MOVED = (301, 302, 303, 307, 308)
_HOST = re.compile(rb"[a-z0-9_.:-]+")  # IDNA and IPv6 included
_CONNECTIONS = 100  # kept open while nothing is asked

for _name in ("httpx", "httpcore", "websockets.client"):  # they log whole addresses and headers, with credentials
    logging.getLogger(_name).setLevel(logging.WARNING)
stamina.instrumentation.set_on_retry_hooks([])  # what is tried again is told once, at the end


class _Asked(NamedTuple):
    method: str
    address: str
    headers: Mapping[str, str]
    content: Mapping[str, Any] = {}

    @property
    def name(self) -> str:
        """What the answer is remembered by: one address may answer in several formats."""
        return msgspec.json.encode([self.address, sorted(self.headers.items())]).decode()


class Door:
    """Asks hosts at their pace. Belongs to one event loop: `async with Door(hosts) as fetch`.

    `open_` opens local archives by lane. Raises `SettingError` if a setting cannot be read.
    """

    def __init__(
        self,
        hosts: Iterable[Host] = (),
        open_: Callable[[str], BinaryIO] | None = None,
        resolve: Resolve = resolve,
        limits: Limits = Limits(),  # noqa: B008  # cannot change
    ) -> None:
        self._hosts = {host.name: host for host in hosts}
        self._open = open_
        self._limits = limits
        self._mirrors = {host: httpx.URL(base) for host, base in settings.mirrors().items()}
        self._guard = Guard(settings.allowed_hosts(), resolve)
        self._secrets: set[str] = set()
        self._ssl = ssl.create_default_context()

    async def __aenter__(self) -> Self:
        self._memory = Memory(settings.answers_path())
        self._paces = Paces(self._hosts, self._memory)
        transport = httpx.AsyncHTTPTransport(verify=self._ssl)
        # httpx takes no network backend; without ours a name could be resolved anew between check and connection.
        transport._pool = httpcore.AsyncConnectionPool(
            ssl_context=self._ssl,
            max_connections=None,  # each host has its own limit, and streams hold theirs for days
            max_keepalive_connections=_CONNECTIONS,
            keepalive_expiry=self._limits.stalled,
            network_backend=self._guard,
        )
        self._client = httpx.AsyncClient(
            transport=transport,
            trust_env=False,  # a proxy would connect for us, past the guard
            headers={"User-Agent": _user_agent(), "Accept-Encoding": body.PACKING},
            timeout=httpx.Timeout(self._limits.stalled, connect=self._limits.connecting),
        )
        self._client.cookies.jar.set_policy(DefaultCookiePolicy(allowed_domains=[]))  # nobody is followed through us
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        await self._client.aclose()
        self._memory.close()

    async def get(
        self,
        address: str,
        *,
        params: Mapping[str, Any] = {},
        headers: Mapping[str, str] = {},
        accept: Collection[int] = (200,),
    ) -> Answer:
        """Ask for an address. What has not changed since it was last asked for is not sent again.

        The address of the answer is without credentials. Raises `FetchError`; `RefusedError` if the address is not on
        the public Internet, `BudgetError` if the day's budget is spent.
        """
        given = {name: value for name, value in params.items() if value is not None}
        if given:
            address = str(self._checked(address).copy_merge_params(given))
        return await self._ask(_Asked("GET", address, headers), accept)

    async def head(self, address: str, *, accept: Collection[int] = (200,)) -> Answer:
        """Ask for an address's headers alone. Raises as `get` does; a redirect that is accepted is not followed."""
        return await self._ask(_Asked("HEAD", address, {}), accept)

    async def post(
        self,
        address: str,
        *,
        json: Any = None,
        form: Mapping[str, str] | None = None,
        headers: Mapping[str, str] = {},
        accept: Collection[int] = (200,),
    ) -> Answer:
        """Send something to an address. Raises as `get` does."""
        return await self._ask(_Asked("POST", address, headers, {"json": json, "data": form}), accept)

    async def lines(self, address: str, *, headers: Mapping[str, str] = {}) -> AsyncIterator[bytes]:
        """Read an answer that does not end, line by line, without line ends. Raises `FetchError`."""
        silent = httpx.Timeout(self._limits.silent, connect=self._limits.connecting)
        host = await self._begin(address)
        with self._explaining(host):
            async with self._sent(_Asked("GET", address, headers), timeout=silent) as response:
                self._paces.learn(host, response.status_code, response.headers)
                if response.status_code != 200:
                    raise self._refused(address, response.status_code)
                async for line in body.lines(response, self._limits.line):
                    yield line

    async def messages(self, address: str, *, headers: Mapping[str, str] = {}) -> AsyncIterator[bytes]:
        """Read the messages of a WebSocket; text comes as UTF-8. Ends when the server closes. Raises `FetchError`."""
        host = await self._begin(address)
        with self._explaining(host):
            try:
                socket = await self._dialled(self._checked(address), headers)
            except InvalidStatus as error:
                status, told = error.response.status_code, error.response.headers
                self._paces.learn(host, status, {name.lower(): value for name, value in told.raw_items()})
                raise self._refused(address, status) from error
            async with socket:
                try:
                    async for message in socket:
                        yield message.encode() if isinstance(message, str) else message
                except ConnectionClosed as closed:
                    if closed.sent and closed.sent.code == CloseCode.MESSAGE_TOO_BIG and not closed.rcvd_then_sent:
                        raise BodyError(f"sends a message of more than {body.size(self._limits.line)}") from closed

    def open(self, lane: str) -> BinaryIO:
        """Open a local archive for reading, decompressed."""
        if self._open is None:
            raise FileNotFoundError(f"there is no archive {lane}")
        return self._open(lane)

    def secret(self, name: str) -> str | None:
        """Return a credential by its name, from the environment or the system's safe; None if nobody has given it."""
        found = (settings.credential(name) or safe.kept(name) or "").strip() or None
        if found:
            self._secrets.add(found)
        return found

    def forget(self) -> None:
        """Forget what was remembered of answers: something in one of them was withdrawn."""
        self._memory.forget()

    # One request

    async def _ask(self, asked: _Asked, accept: Collection[int]) -> Answer:
        limits = self._limits
        async for attempt in stamina.retry_context(
            on=PassingError,
            attempts=limits.attempts,
            timeout=limits.patience,
            wait_initial=limits.pause,
            wait_max=limits.patience / 4,
            wait_jitter=limits.pause,
        ):
            with attempt:
                return await self._follow(asked, accept)
        raise AssertionError("stamina gives an answer or raises")

    async def _follow(self, asked: _Asked, accept: Collection[int]) -> Answer:
        """Ask, and go where the answer sends us."""
        name = asked.name if asked.method == "GET" and not self._is_private(asked) else None
        known = self._memory.recall(name) if name else None
        if known:
            asked = asked._replace(headers={**asked.headers, **known.conditions()})
        seen = [asked]
        while True:
            try:
                answer = await self._exchange(asked, accept)
            except RefusedError as error:
                if len(seen) == 1:
                    raise
                before = _host(seen[-2].address)
                raise RefusedError(f"{before} sends on: {error}", host=before) from error
            if answer.status in accept or answer.status not in _MOVED or "location" not in answer.headers:
                break
            asked = self._next(asked, answer, seen)
        if answer.status == 304 and known:
            return msgspec.structs.replace(answer, status=200, headers=known.headers, body=known.body)
        if answer.status not in accept:
            raise self._refused(asked.address, answer.status)
        if name and answer.status == 200:
            self._memory.remember(name, answer.headers, answer.body)
        return answer

    async def _exchange(self, asked: _Asked, accept: Collection[int]) -> Answer:
        """Send one request, and read the answer if it is accepted."""
        host = _host(str(self._checked(asked.address)))
        async with self._paces.turn(host, self._limits.patience):
            self._spend(host)
            with self._explaining(host):
                async with timeout(self._limits.whole), self._sent(asked) as response:
                    status, headers = response.status_code, dict(response.headers)
                    headers.pop("set-cookie", None)
                    self._paces.learn(host, status, headers)
                    check_clock(host, headers)
                    got = await body.read(response, self._limits.largest) if status in accept else b""
        return Answer(status, redact(asked.address, self._secrets), headers, got, datetime.now(UTC))

    @asynccontextmanager
    async def _sent(self, asked: _Asked, **settings: Any) -> AsyncIterator[httpx.Response]:
        url = self._checked(asked.address)
        headers = {**asked.headers, "Host": url.netloc.decode()}
        to = self._mirrored(url)
        async with self._client.stream(asked.method, to, headers=headers, **asked.content, **settings) as response:
            yield response

    async def _begin(self, address: str) -> str:
        """Wait for a turn to open a stream; return its host."""
        host = _host(str(self._checked(address)))
        async with self._paces.turn(host, self._limits.patience):
            self._spend(host)
        return host

    async def _dialled(self, url: httpx.URL, headers: Mapping[str, str]) -> ClientConnection:
        at = self._mirrored(url)
        is_secure, host = at.scheme in _SECURE, at.raw_host.decode()
        port = at.port or (443 if is_secure else 80)
        secure: dict[str, Any] = {"ssl": self._ssl, "server_hostname": host} if is_secure else {}

        async def dial(ip: str, seconds: float) -> ClientConnection:
            # The name stays in the address, for the Host header and the certificate.
            return await connect(
                str(at.copy_with(scheme="wss" if is_secure else "ws", netloc=url.netloc)),
                host=ip,
                port=port,
                proxy=None,
                additional_headers=dict(headers),
                user_agent_header=_user_agent(),
                max_size=self._limits.line,
                open_timeout=seconds,
                ping_timeout=self._limits.silent,
                **secure,
            )

        return await self._guard.connect(host, port, self._limits.connecting, dial)

    def _next(self, asked: _Asked, answer: Answer, seen: list[_Asked]) -> _Asked:
        """What a redirect makes of a request. Raises `FetchError` at a loop, `RefusedError` where it must not lead."""
        at, location = httpx.URL(asked.address), answer.headers["location"]
        told = f"{_host(asked.address)} sends on to {self._shown(location)}"
        try:
            to = at.join(location)
        except httpx.InvalidURL:
            raise FetchError(f"{told}, which is no address", host=_host(asked.address)) from None
        new = asked._replace(address=str(to))
        if answer.status == 303 or (answer.status in (301, 302) and asked.method == "POST"):
            new = new._replace(method="GET", content={})
        if at.scheme in _SECURE and to.scheme not in _SECURE:
            raise RefusedError(f"{told}, out of an encrypted connection; hubbub does not follow", host=to.host)
        if to.netloc != at.netloc:
            if new.method == "POST":
                raise RefusedError(f"{told} what was meant for it alone; hubbub does not follow", host=to.host)
            public = {n: v for n, v in asked.headers.items() if not self._is_private(_Asked("GET", "", {n: v}))}
            new = new._replace(headers=public)
        if new in seen or len(seen) > self._limits.redirects:
            raise FetchError(f"{told}, in circles; nothing can be read there", host=_host(asked.address))
        seen.append(new)
        return new

    # Hosts and addresses

    def _checked(self, address: str) -> httpx.URL:
        """Read an address. Raises `RefusedError` if hubbub does not go to addresses of that form."""
        try:
            url = httpx.URL(address)
        except httpx.InvalidURL:
            url = httpx.URL("")
        if (
            not _HOST.fullmatch(url.raw_host)
            or url.scheme not in _SCHEMES
            or (url.port or 80) >= 1 << 16
            or url.port == 0
        ):
            raise RefusedError(f"{self._shown(address)} is no address on the web", host=url.host)
        if url.userinfo:
            told = f"{self._shown(address)} carries a name or a password; hubbub does not go there"
            raise RefusedError(told, host=url.host)
        return url

    def _mirrored(self, url: httpx.URL) -> httpx.URL:
        base = self._mirrors.get(url.netloc.decode()) or self._mirrors.get(url.raw_host.decode())
        if base is None:
            return url
        path = base.raw_path.rstrip(b"/") + url.raw_path
        return url.copy_with(scheme=base.scheme, netloc=base.netloc, raw_path=path)

    def _is_private(self, asked: _Asked) -> bool:
        """Say whether a request carries a credential, or is for an answer that must not be kept."""
        return (
            redact(asked.address, self._secrets) != asked.address
            or private(asked.headers)
            or "no-store" in asked.headers.get("Cache-Control", "")
            or any(mask(text, self._secrets) != text for text in asked.headers.values())
        )

    def _spend(self, host: str) -> None:
        limit = self._paces.pace(host).per_day
        if limit is not None and not self._memory.spend(host, limit):
            midnight = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
            told = f"today's {limit:,} requests to {host} are spent; it goes on at {midnight:%Y-%m-%d %H:%M} UTC"
            raise BudgetError(told, host=host, retry_at=midnight)

    # What went wrong

    def _shown(self, address: str) -> str:
        return shown(redact(address, self._secrets))

    def _refused(self, address: str, status: int) -> FetchError:
        host = _host(address)
        left = self._paces.left(host)
        is_passing = status in PASSING or (status == 403 and left > 0)  # GitHub says 403 where others say 429
        if is_passing and left > self._limits.patience:
            return resting(host, left, status)
        told = f"{host} answered {status} to {self._shown(address)}{f': {ADVICE[status]}' if status in ADVICE else ''}"
        retry_at = datetime.now(UTC) + timedelta(seconds=left) if left else None
        return (PassingError if is_passing else FetchError)(told, host=host, status=status, retry_at=retry_at)

    @contextmanager
    def _explaining(self, host: str) -> Iterator[None]:
        """Turn what libraries raise into sentences."""
        told = f"{host} cannot be read"
        try:
            yield
        except TimeoutError as error:
            raise PassingError(f"{told}: it takes too long to answer", host=host) from error
        except (httpx.TimeoutException, httpcore.TimeoutException) as error:
            raise PassingError(f"{told}: nothing comes from it", host=host) from error
        except (httpx.LocalProtocolError, ValueError):  # their text, and the error itself, may hold a credential
            told = f"{host} cannot be asked: a header or the address holds what HTTP does not allow"
            raise FetchError(told, host=host) from None
        except (httpx.TransportError, httpcore.NetworkError, OSError, WebSocketException) as error:
            if isinstance(error, httpx.ConnectError | httpcore.ConnectError | OSError):
                self._memory.give_back(host)  # nobody was asked: a day without a network spends nothing
            raise PassingError(f"{told}: {shown(mask(said(error), self._secrets))}", host=host) from error
        except BodyError as error:
            raise FetchError(f"{told}: it {error}", host=host) from error


def _host(address: str) -> str:
    return httpx.URL(address).raw_host.decode()


def _user_agent() -> str:
    contact = settings.contact()
    return f"hubbub/{version('hubbub')} (altmetrics{f'; mailto:{contact}' if contact else ''})"
