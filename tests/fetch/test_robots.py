"""What sites let programs read, and how often they are asked about it."""

import pytest

from hubbub.fetch.door import Door
from hubbub.fetch.errors import FetchError
from hubbub.fetch.robots import LARGEST, Robots
from tests.fetch.peer import LIMITS, QUICK, http, peer

pytestmark = pytest.mark.anyio

RULES = (
    b"User-agent: *\nDisallow: /\nAllow: /open/*.html$\n\nUser-agent: hubbub\nDisallow: /closed\nAllow: /closed/but\n"
)


@pytest.mark.parametrize(
    ("path", "is_allowed"), [("/", True), ("/closed/1", False), ("/closed/but/1", True), ("/open/a.html", True)]
)
async def test_the_rules_for_us_count_and_of_these_the_longest(path: str, is_allowed: bool) -> None:
    async with peer(http(200, RULES)) as one, Door(QUICK, limits=LIMITS) as fetch:
        assert await Robots(fetch.get).allow(one.address + path) is is_allowed


async def test_a_site_is_asked_once() -> None:
    async with peer(http(200, RULES)) as one, Door(QUICK, limits=LIMITS) as fetch:
        robots = Robots(fetch.get)
        for path in ("/a", "/b?c=d", "/a"):
            await robots.allow(one.address + path)
        assert [head.partition("\r\n")[0] for head in one.heard] == ["GET /robots.txt HTTP/1.1"]


@pytest.mark.parametrize("status", [401, 403, 404, 410])
async def test_who_has_no_rules_allows_everything(status: int) -> None:
    async with peer(http(status, RULES)) as one, Door(QUICK, limits=LIMITS) as fetch:
        assert await Robots(fetch.get).allow(one.address + "/closed")


async def test_while_a_site_is_out_of_order_nobody_can_tell() -> None:
    async with peer(http(503)) as one, Door(QUICK, limits=LIMITS) as fetch:
        with pytest.raises(FetchError):
            await Robots(fetch.get).allow(one.address + "/a")


@pytest.mark.parametrize("rules", [b"\xff\xfe\x00", b"Disallow: /\n" * 3, b"User-agent: *\nDisallow: " + b"*" * 60_000])
async def test_rules_that_are_none_do_no_harm(rules: bytes) -> None:
    assert len(rules) < LARGEST
    async with peer(http(200, rules)) as one, Door(QUICK, limits=LIMITS) as fetch:
        await Robots(fetch.get).allow(one.address + "/a" * 200)


async def test_headers_alone_are_asked_for_and_redirects_are_told_and_not_followed() -> None:
    moved = http(302, b"", length=900, Location="/next")
    async with peer(moved) as one, Door(QUICK, limits=LIMITS) as fetch:
        answer = await fetch.head(one.address, accept=(302,))
        assert (answer.status, answer.headers["location"], answer.body) == (302, "/next", b"")
        assert [head.split()[0] for head in one.heard] == ["HEAD"]
