"""One process's door to the network."""

import asyncio
import ssl
import zlib
from collections.abc import AsyncIterator, Callable, Collection, Iterable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager, suppress
from datetime import UTC, datetime, timedelta
from importlib.metadata import version
from types import TracebackType
from typing import Any, BinaryIO, Self
from urllib.parse import urljoin, urlsplit

import httpcore
import httpx
import stamina
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, WebSocketException

from hubbub import settings
from hubbub.fetch.errors import BodyError, BudgetError, FetchError, PassingError, RefusedError
from hubbub.fetch.guard import Guard, Resolve, resolve
from hubbub.fetch.memory import Memory
from hubbub.fetch.pace import Paces, resting
from hubbub.fetch.redact import mask, private, redact, shown
from hubbub.fetch.rules import ADVICE
from hubbub.fetch.told import date_of
from hubbub.model import Answer, Host

LARGEST = 32 << 20  # bytes of an answer, decompressed
LINE_LIMIT = 4 << 20  # bytes of a line or message of a stream
REDIRECTS = 8
CONNECTING, STALLED, WHOLE = 10.0, 30.0, 180.0  # seconds until a connection, the next bytes, and all of an answer
SILENT = 120.0  # seconds without anything on a stream
PATIENCE = 90.0  # seconds that a host may ask to be left alone before it is said instead of waited for
ATTEMPTS = 4
PASSING = (429, 500, 502, 503, 504)
SKEW = timedelta(minutes=10)  # between our clock and a host's
stamina.instrumentation.set_on_retry_hooks([])  # what is tried again is told once, at the end
_SCHEMES = {"http": 80, "https": 443, "ws": 80, "wss": 443}


class Door:
    """Asks hosts at their pace. Belongs to one event loop: `async with Door(hosts) as fetch`."""

    def __init__(
        self,
        hosts: Iterable[Host] = (),
        open_: Callable[[str], BinaryIO] | None = None,
        resolve: Resolve = resolve,
    ) -> None:
        self._paces = Paces({host.name: host for host in hosts})
        self._open = open_
        self._mirrors = settings.mirrors()
        self._guard = Guard(settings.allowed_hosts(), resolve)
        self._secrets: set[str] = set()
        self._ssl = ssl.create_default_context()

    async def __aenter__(self) -> Self:
        self._memory = Memory(settings.answers_path())
        transport = httpx.AsyncHTTPTransport()
        # httpx takes no network backend; without ours a name could be resolved anew between check and connection.
        transport._pool = httpcore.AsyncConnectionPool(ssl_context=self._ssl, network_backend=self._guard)
        self._client = httpx.AsyncClient(
            transport=transport,
            trust_env=False,  # a proxy would connect for us, past the guard
            headers={"User-Agent": _user_agent(), "Accept-Encoding": "gzip"},
            timeout=httpx.Timeout(STALLED, connect=CONNECTING, pool=None),
        )
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

        Raises `FetchError`; `RefusedError` if the address is not on the public Internet, `BudgetError` if the day's
        budget is spent.
        """
        given = {name: value for name, value in params.items() if value is not None}
        asked = str(httpx.URL(address).copy_merge_params(given)) if given else address
        return await self._ask("GET", asked, headers, accept)

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
        return await self._ask("POST", address, headers, accept, json=json, data=form)

    async def lines(self, address: str, *, headers: Mapping[str, str] = {}) -> AsyncIterator[bytes]:
        """Read an answer that does not end, line by line, without line ends. Raises `FetchError`."""
        host = self._checked(address)
        async with self._paces.turn(host, PATIENCE):
            pass
        with self._explaining(host):
            async with self._sent("GET", address, headers, timeout=SILENT) as response:
                self._paces.learn(host, response.status_code, response.headers)
                if response.status_code != 200:
                    raise self._refused(address, host, response.status_code)
                rest = b""
                async for part in _inflated(response):
                    *whole, rest = (rest + part).split(b"\n")
                    for line in whole:
                        yield line.removesuffix(b"\r")
                    if len(rest) > LINE_LIMIT:
                        raise BodyError(f"sends a line of more than {LINE_LIMIT >> 20} MiB")

    async def messages(self, address: str, *, headers: Mapping[str, str] = {}) -> AsyncIterator[bytes]:
        """Read the messages of a WebSocket; text comes as UTF-8. Ends when the server closes. Raises `FetchError`."""
        host = self._checked(address)
        async with self._paces.turn(host, PATIENCE):
            pass
        at = urlsplit(self._mirrored(address))
        port = at.port or _SCHEMES[at.scheme]

        is_secure = at.scheme in ("wss", "https")
        secure: dict[str, Any] = {"ssl": self._ssl, "server_hostname": at.hostname} if is_secure else {}

        async def dial(ip: str, seconds: float) -> Any:
            # The name stays in the address, for the Host header and the certificate.
            return await connect(
                urlsplit(address)._replace(scheme="wss" if is_secure else "ws").geturl(),
                host=ip,
                port=port,
                proxy=None,
                additional_headers=dict(headers),
                user_agent_header=_user_agent(),
                max_size=LINE_LIMIT,
                open_timeout=seconds,
                **secure,
            )

        with self._explaining(host):
            async with await self._guard.connect(at.hostname or "", port, CONNECTING, dial) as socket:
                with suppress(ConnectionClosed):
                    async for message in socket:
                        yield message.encode() if isinstance(message, str) else message

    def open(self, lane: str) -> BinaryIO:
        """Open a local archive for reading, decompressed."""
        if self._open is None:
            raise FileNotFoundError(f"there is no archive {lane}")
        return self._open(lane)

    def secret(self, name: str) -> str | None:
        """Return a credential by its name, from the environment or the system's safe; None if nobody has given it."""
        found = settings.credential(name) or _kept(name)
        if found:
            self._secrets.add(found)
        return found

    def forget(self) -> None:
        """Forget what was remembered of answers: something in one of them was withdrawn."""
        self._memory.forget()

    # One request

    async def _ask(
        self, method: str, address: str, headers: Mapping[str, str], accept: Collection[int], **content: Any
    ) -> Answer:
        host = self._checked(address)
        attempts = stamina.retry_context(
            on=PassingError, attempts=ATTEMPTS, timeout=PATIENCE, wait_initial=1.0, wait_max=20.0
        )
        async for attempt in attempts:
            with attempt:
                async with self._paces.turn(host, PATIENCE):
                    self._spend(host)
                    with self._explaining(host):
                        async with asyncio.timeout(WHOLE):
                            return await self._follow(method, address, headers, accept, content)
        raise AssertionError("stamina gives an answer or raises")

    async def _follow(
        self,
        method: str,
        address: str,
        headers: Mapping[str, str],
        accept: Collection[int],
        content: dict[str, Any],
    ) -> Answer:
        """Ask, and go where the answer sends us."""
        kept_for = address if method == "GET" and not self._is_private(address, headers) else None
        known = self._memory.recall(kept_for) if kept_for else None
        sent = {**headers, **(_conditions(known.headers) if known else {})}
        seen = [address]
        while True:
            host = self._checked(address)
            async with self._sent(method, address, sent, **content) as response:
                self._paces.learn(host, response.status_code, response.headers)
                status, told = response.status_code, dict(response.headers)
                _check_clock(host, told)
                if response.is_redirect and status not in accept:
                    address = self._next(address, told["location"], seen)
                    if urlsplit(address).netloc != urlsplit(seen[-2]).netloc:
                        sent = {name: value for name, value in sent.items() if not private((), {name: ""})}
                    if status == 303 or (status in (301, 302) and method == "POST"):
                        method, content = "GET", {}
                    continue
                if status == 304 and known:
                    return Answer(200, address, known.headers, known.body, datetime.now(UTC))
                if status not in accept:
                    raise self._refused(address, host, status)
                body = await _body(response)
            if kept_for and status == 200:
                self._memory.remember(kept_for, told, body)
            return Answer(status, address, told, body, datetime.now(UTC))

    @asynccontextmanager
    async def _sent(
        self, method: str, address: str, headers: Mapping[str, str], **content: Any
    ) -> AsyncIterator[httpx.Response]:
        host = {"Host": urlsplit(address).netloc}
        async with self._client.stream(method, self._mirrored(address), headers={**headers, **host}, **content) as got:
            yield got

    def _next(self, address: str, location: str, seen: list[str]) -> str:
        """Where a redirect leads. Raises `FetchError` at a loop, `RefusedError` where it must not lead."""
        host, to = urlsplit(address).hostname or "", urljoin(address, location)
        told = f"{host} sends on to {self._shown(to)}"
        if to in seen or len(seen) > REDIRECTS:
            raise FetchError(f"{told}, in circles; nothing can be read there", host=host)
        if address.startswith("https:") and not to.startswith("https:"):
            raise RefusedError(f"{told}, out of an encrypted connection; hubbub does not follow", host=host)
        seen.append(to)
        return to

    # Hosts and addresses

    def _checked(self, address: str) -> str:
        """The host of an address. Raises `RefusedError` if hubbub does not go to addresses of that form."""
        try:
            at = urlsplit(address)
            host, fine = at.hostname or "", at.port != 0
        except ValueError:
            host, fine = "", False
        if not fine or not host or at.scheme not in _SCHEMES:
            raise RefusedError(f"{self._shown(address)} is no address on the web", host=host)
        if "@" in at.netloc:
            told = f"{self._shown(address)} carries a name or a password; hubbub does not go there"
            raise RefusedError(told, host=host)
        return host

    def _mirrored(self, address: str) -> str:
        at = urlsplit(address)
        mirror = self._mirrors.get(at.netloc.lower()) or self._mirrors.get(at.hostname or "")
        return address if mirror is None else mirror + address[address.index(at.netloc) + len(at.netloc) :]

    def _is_private(self, address: str, headers: Mapping[str, str]) -> bool:
        return private(httpx.URL(address).params, headers) or any(
            secret in address or any(secret in value for value in headers.values()) for secret in self._secrets
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

    def _refused(self, address: str, host: str, status: int) -> FetchError:
        left = self._paces.left(host)
        if status in PASSING and left > PATIENCE:
            return resting(host, left)
        kind = PassingError if status in PASSING else FetchError
        advice = f": {ADVICE[status]}" if status in ADVICE else ""
        return kind(f"{host} answered {status} to {self._shown(address)}{advice}", host=host, status=status)

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
        except (httpx.TransportError, OSError, WebSocketException) as error:
            raise PassingError(f"{told}: {mask(shown(_said(error)), self._secrets)}", host=host) from error
        except BodyError as error:
            raise FetchError(f"{told}: it {error}", host=host) from error


def _user_agent() -> str:
    contact = settings.contact()
    return f"hubbub/{version('hubbub')} (altmetrics{f'; mailto:{contact}' if contact else ''})"


def _kept(name: str) -> str | None:
    """Ask the system's safe; None if there is none, or it does not open."""
    try:
        import keyring
    except ImportError:
        return None
    try:
        return keyring.get_password("hubbub", name)
    except keyring.errors.KeyringError:
        return None


def _conditions(headers: Mapping[str, str]) -> dict[str, str]:
    """Ask for an answer only if it is another than the one we have."""
    names = {"If-None-Match": "etag", "If-Modified-Since": "last-modified"}
    return {name: headers[told] for name, told in names.items() if told in headers}


async def _body(response: httpx.Response) -> bytes:
    """Read an answer to its end. Raises `BodyError` if it is too large."""
    body = bytearray()
    async for part in _inflated(response):
        body += part
        if len(body) > LARGEST:
            raise BodyError(f"sends more than {LARGEST >> 20} MiB at once")
    return bytes(body)


async def _inflated(response: httpx.Response) -> AsyncIterator[bytes]:
    """Unpack gzip, never more of it at once than may be kept: a small part may hold gigabytes."""
    packing = response.headers.get("content-encoding", "identity").lower()
    if packing not in ("identity", "", "gzip", "x-gzip", "deflate"):
        raise BodyError(f"sends {shown(packing)}, which it was not asked for")
    if packing in ("identity", ""):
        async for part in response.aiter_raw():
            yield part
        return
    unpack = zlib.decompressobj(wbits=47)  # gzip or zlib, as the first bytes say
    try:
        async for part in response.aiter_raw():
            while part and not unpack.eof:
                yield unpack.decompress(part, LINE_LIMIT)
                part = unpack.unconsumed_tail
    except zlib.error as error:
        raise BodyError(f"sends a broken packing ({error})") from error


def _check_clock(host: str, headers: Mapping[str, str]) -> None:
    """Raise `FetchError` if this machine's clock is wrong: times of what is kept would be, and logins fail."""
    told = date_of(headers.get("date", ""))
    if told is not None and "age" not in headers and abs(ahead := datetime.now(UTC) - told) > SKEW:
        minutes = round(abs(ahead).total_seconds() / 60)
        which = "ahead of" if ahead > timedelta() else "behind"
        raise FetchError(f"this machine's clock is {minutes:,} minutes {which} that of {host}; set it right", host=host)


def _said(error: BaseException) -> str:
    """What a library says, or what lies under it."""
    text = str(error) or str(error.__cause__ or "") or type(error).__name__
    lost = any(part in text for part in ("Name or service", "getaddrinfo", "name resolution", "nodename"))
    return "there is no such host, or no connection to the network" if lost else text
