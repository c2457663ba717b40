"""No spelling of an address within a house leads there."""

from collections.abc import Sequence
from contextlib import suppress
from ipaddress import IPv4Address, IPv4Network, IPv6Address, ip_address

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from hubbub.fetch.door import Door
from hubbub.fetch.errors import RefusedError
from hubbub.fetch.guard import Guard, resolve, why_refused
from tests.fetch.peer import LIMITS, QUICK, http, peer

HOUSE = ["127.0.0.0/8", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16", "100.64.0.0/10", "0.0.0.0/8"]


def inner() -> SearchStrategy[IPv4Address]:
    """Addresses within a house."""
    networks = st.sampled_from([IPv4Network(network) for network in HOUSE])
    return networks.flatmap(lambda network: st.ip_addresses(v=4, network=network)).map(
        lambda one: IPv4Address(str(one))
    )


@st.composite
def spellings(draw: st.DrawFn) -> str:
    """One of the ways to write an address within a house, as browsers and systems read it."""
    one = draw(inner())
    number, parts = int(one), [*one.packed]

    def written(value: int) -> str:
        return draw(st.sampled_from([f"{value}", f"{value:#x}", f"0{value:o}", f"{value:#X}"]))

    high, low = divmod(number, 1 << 16)
    return draw(
        st.sampled_from(
            [
                ".".join(map(written, parts)),
                written(number),
                f"{written(parts[0])}.{written(number & 0xFFFFFF)}",
                f"{written(parts[0])}.{written(parts[1])}.{written(low)}",
                f"::ffff:{one}",
                f"::FFFF:{high:x}:{low:x}",
                IPv6Address((0xFFFF << 32) + number).exploded,
                f"64:ff9b::{one}",
                f"::{one}",
                f"2002:{high:x}:{low:x}::1",
            ]
        )
    )


@given(spellings())
@example("127.1")
@example("2130706433")
@example("017700000001")
@example("::1")
@example("fe80::1%lo")
@example("fd00:ec2::254")
@pytest.mark.anyio
async def test_no_spelling_of_an_inner_address_is_dialled(host: str) -> None:
    async def dial(ip: str, seconds: float) -> None:
        pytest.fail(f"{host} led to {ip}")

    with pytest.raises((RefusedError, OSError)):  # some systems know no such spelling
        await Guard(frozenset(), resolve).connect(host, 80, 5, dial)


@given(spellings())
@pytest.mark.anyio
async def test_no_spelling_of_an_inner_address_is_asked(host: str) -> None:
    bracketed = f"[{host}]" if ":" in host else host
    assume(not host.startswith("127.0.0.1"))  # allowed in these tests
    async with Door(QUICK, limits=LIMITS._replace(attempts=1), resolve=written) as fetch:
        with pytest.raises(RefusedError):
            await fetch.get(f"http://{bracketed}:8080/")


async def written(host: str, port: int) -> Sequence[str]:
    """What the system says of spelt addresses, without asking the network."""
    with suppress(OSError):
        return await resolve(host, port)
    return ["127.0.0.1"]


@given(st.ip_addresses())
def test_what_is_allowed_is_global(ip: IPv4Address | IPv6Address) -> None:
    if why_refused(str(ip)) is None:
        inside = getattr(ip, "ipv4_mapped", None) or ip
        assert inside.is_global
        assert not inside.is_multicast


@pytest.mark.parametrize("ip", ["1.1.1.1", "8.8.8.8", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808"])
def test_the_public_internet_is_allowed(ip: str) -> None:
    assert why_refused(ip) is None


@given(inner())
def test_inner_addresses_within_others_are_refused(ip: IPv4Address) -> None:
    for around in (0, 0xFFFF << 32, 0x64FF9B << 96):
        assert why_refused(str(ip_address(around + int(ip)) if around else ip))


@pytest.mark.anyio
async def test_a_name_is_resolved_once_and_what_was_judged_is_dialled() -> None:
    answers = [["1.1.1.1", "8.8.8.8"], ["127.0.0.1"]]
    dialled: list[str] = []

    async def changing(host: str, port: int) -> list[str]:
        return answers.pop(0)

    async def dial(ip: str, seconds: float) -> str:
        dialled.append(ip)
        if ip == "1.1.1.1":
            raise OSError("not there")
        return ip

    guard = Guard(frozenset(), changing)
    assert await guard.connect("rebind.example", 80, 5, dial) == "8.8.8.8"
    with pytest.raises(
        RefusedError, match=r"rebind\.example is not on the public Internet, since it means 127\.0\.0\.1"
    ):
        await guard.connect("rebind.example", 80, 5, dial)
    assert dialled == ["1.1.1.1", "8.8.8.8"]


@pytest.mark.anyio
async def test_one_inner_address_among_others_is_enough_to_refuse_a_name() -> None:
    async def both(host: str, port: int) -> list[str]:
        return ["1.1.1.1", "10.0.0.1"]

    async with Door(limits=LIMITS, resolve=both) as fetch:
        with pytest.raises(
            RefusedError, match=r"10\.0\.0\.1 \(private\); if you trust it, set HUBBUB_ALLOW_HOSTS=a\.example:80"
        ):
            await fetch.get("http://a.example/")


@pytest.mark.anyio
async def test_hosts_are_allowed_by_name_and_by_port(monkeypatch: pytest.MonkeyPatch) -> None:
    async def inwards(host: str, port: int) -> list[str]:
        return ["127.0.0.1"]

    async with peer(http(200, b"mine")) as one:
        monkeypatch.setenv("HUBBUB_ALLOW_HOSTS", f" One.example:{one.port} ,two.example,[::1]:80")
        async with Door(limits=LIMITS, resolve=inwards) as fetch:
            for host in ("one.example", "two.example"):
                assert (await fetch.get(f"http://{host}:{one.port}/")).body == b"mine"
            for address in ("http://one.example/", f"http://three.example:{one.port}/"):
                with pytest.raises(RefusedError):
                    await fetch.get(address)
    assert len(one.heard) == 2
