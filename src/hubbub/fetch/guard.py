"""Which addresses may be connected to: a host comes in; connections to what it was found to mean go out.

Names are judged by what they resolve to, since 127.1, 0x7f000001 and any name on the web may mean this machine. The
connection then goes to the very addresses that were judged, so that a name that changes its mind gains nothing.
"""

import asyncio
import socket
from collections.abc import Awaitable, Callable, Iterable, Sequence
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from typing import TypeVar

import httpcore

from hubbub.fetch.errors import RefusedError
from hubbub.fetch.rules import REFUSED

Resolve = Callable[[str, int], Awaitable[Sequence[str]]]  # the addresses of a host; OSError if it has none
AllowedHosts = frozenset[tuple[str, int | None]]  # None stands for every port

_NAT64 = IPv6Network("64:ff9b::/96")
_LEAST = 1.0  # seconds for one of many addresses
T = TypeVar("T")


async def resolve(host: str, port: int) -> list[str]:
    """Ask the system for the addresses of a host. Raises OSError if it has none."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(address[0]) for *_, address in found]


def why_refused(address: str) -> str | None:
    """Say why an IP address is not on the public Internet; None if it is."""
    ip: IPv4Address | IPv6Address = ip_address(address.partition("%")[0])
    if isinstance(ip, IPv6Address):
        ip = ip.ipv4_mapped or (IPv4Address(int(ip) & 0xFFFFFFFF) if ip in _NAT64 else ip)
    return next((why for network, why in REFUSED.items() if ip.version == network.version and ip in network), None)


class Guard(httpcore.AsyncNetworkBackend):
    """Opens the connections of the HTTP pool, to allowed addresses only."""

    def __init__(self, allowed: AllowedHosts, resolve: Resolve) -> None:
        self._allowed = allowed
        self._resolve = resolve
        self._network = httpcore.AnyIOBackend()

    async def connect(self, host: str, port: int, timeout: float, dial: Callable[[str, float], Awaitable[T]]) -> T:
        """Dial the addresses of a host one after the other until one answers.

        `dial` gets an address and seconds. Raises `RefusedError` if one of them is not allowed, else what dialling
        the last one raised.
        """
        async with asyncio.timeout(timeout):
            addresses = list(dict.fromkeys(await self._resolve(host, port)))
        if not {(host, None), (host, port)} & self._allowed:
            for address in addresses:
                if why := why_refused(address):
                    raise RefusedError(_refusal(host, port, address, why), host=host)
        each = max(timeout / len(addresses), _LEAST) if len(addresses) > 1 else timeout
        for address in addresses[:-1]:
            try:
                return await dial(address, each)
            except (OSError, httpcore.ConnectError, httpcore.ConnectTimeout):
                continue
        return await dial(addresses[-1], each)

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """Open one connection for the pool."""
        assert timeout is not None

        async def dial(address: str, seconds: float) -> httpcore.AsyncNetworkStream:
            return await self._network.connect_tcp(address, port, seconds, local_address, socket_options)

        return await self.connect(host, port, timeout, dial)


def _refusal(host: str, port: int, address: str, why: str) -> str:
    means = "" if host == address else f", since it means {address}"
    return (
        f"{host} is not on the public Internet{means} ({why}); "
        f"if you trust it, set HUBBUB_ALLOW_HOSTS={f'[{host}]' if ':' in host else host}:{port}"
    )
