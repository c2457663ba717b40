"""What sites let programs read: an address comes in, whether its site's robots.txt allows it goes out (RFC 9309)."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

from protego import Protego

from hubbub.model import Answer

AGENT = "hubbub"
LARGEST = 500 << 10  # bytes that are read, as the standard asks for
SITES = 4096  # as many are remembered
OLDEST = timedelta(days=1)
ANSWERED = range(200, 500)  # who has no robots.txt allows everything


class Robots:
    """The rules of sites, each asked for once a day through `get`; belongs to one event loop."""

    def __init__(self, get: Callable[..., Awaitable[Answer]]) -> None:
        self._get = get
        self._known: dict[str, tuple[datetime, Protego]] = {}

    async def allow(self, address: str) -> bool:
        """Say whether an address may be read. Raises `FetchError` where nobody can tell now."""
        parts = urlsplit(address)
        site = f"{parts.scheme}://{parts.netloc}"
        read_at, rules = self._known.get(site, (None, None))
        if rules is None or read_at is None or datetime.now(UTC) - read_at > OLDEST:
            answer = await self._get(f"{site}/robots.txt", accept=ANSWERED)
            body = answer.body[:LARGEST] if answer.status == 200 else b""
            rules = Protego.parse(body.decode("utf-8", "replace"))
            if len(self._known) >= SITES:
                self._known.clear()
            self._known[site] = answer.received_at, rules
        return bool(rules.can_fetch(address, AGENT))
