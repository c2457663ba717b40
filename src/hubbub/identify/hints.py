"""The gate of a firehose: raw bytes go in, the spans of the lines that may hold a kept identifier come out.

A hint is wider than what it stands for: a line without one holds nothing, a line with one is read with care. One
native scan looks for all of them; Python looks only at the hosts of addresses and at lines that are let through.
"""

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache

import hyperscan

from hubbub.identify.schemes import always_kept, is_scholarly
from hubbub.identify.tables import addresses, schemes
from hubbub.model import Identifier

# How a slash, and what stands between a word and its value, may look within JSON and within an address.
_SLASH = r"(?:\\{0,2}/|\\u002f|%(?:25){0,4}2f)"
_GAP = r'(?:[^0-9a-z"\n]|\\["a-z]|\\u[0-9a-f]{4}){0,8}'
_PORT = r"\.?(?::\d{0,5})?"
_SPELT_SLASHES = ("/", r"\/", r"\u002f", "%2f")
_ADDRESS = rf"https?(?::|%(?:25){0, 4}3a){_SLASH}{{2}}|www\."
# A host with letters beyond ASCII is let through unread.
_HOST = re.compile(rb"(?P<host>[A-Za-z0-9._-]*)(?P<foreign>[\x80-\xff]|\\u(?!002f))?", re.IGNORECASE)
_MANY = 50


class Hints:
    """One compiled scan for every always-kept scheme, scholarly host and watched identifier; one thread at a time."""

    def __init__(self, watched: Iterable[Identifier] = ()) -> None:
        watched = [one for one in watched if not always_kept(one)]
        self._pages = _pages(one.value for one in watched if one.scheme == "url")
        expressions = [_ADDRESS, *_of_schemes(), *_of_hosts(), r"/handle/\d".replace("/", _SLASH)]
        expressions += {form for one in watched if one.scheme != "url" for form in _of_watched(one)}
        coded = [one.encode() for one in expressions]
        self._database = hyperscan.Database()
        self._database.compile(
            expressions=coded, ids=list(range(len(coded))), flags=[hyperscan.HS_FLAG_CASELESS] * len(coded)
        )

    def lines(self, body: bytes) -> list[tuple[int, int]]:
        """The spans of the lines with a hint; the end stands before the newline."""
        hits: list[tuple[int, int]] = []
        self._database.scan(body, match_event_handler=lambda id_, _, end, *__: hits.append((end, id_)))
        hits.sort()
        spans: list[tuple[int, int]] = []
        done = -1
        for at, id_ in hits:
            if at <= done or (id_ == 0 and not self._hinted_host(body, at)):
                continue
            start = body.rfind(b"\n", 0, at) + 1
            done = body.find(b"\n", at)
            done = len(body) if done < 0 else done
            spans.append((start, done))
        return spans

    def _hinted_host(self, body: bytes, at: int) -> bool:
        match = _HOST.match(body, at)
        assert match
        if match["foreign"] or _kept_host(match["host"]):
            return True
        if not self._pages or (tokens := self._pages.get(_plain(match["host"]))) is None:
            return False
        start, end = body.rfind(b"\n", 0, at) + 1, body.find(b"\n", at)
        line = body[start : end if end >= 0 else len(body)]
        return b"%" in line or any(token in line for token in tokens)


def _of_schemes() -> Iterator[str]:
    for row in schemes().values():
        if row.hint:
            yield row.hint.replace("/", _SLASH).replace(" ", _GAP)


def _of_hosts() -> Iterator[str]:
    """Hosts whose addresses carry a kept identifier, as they stand in text without `https://` too."""
    for shape in addresses().address:
        if schemes()[shape.scheme].category == "scholarly":
            for host in shape.hosts:
                yield re.escape(host) + _PORT + ("/" + shape.hint).replace("/", _SLASH)


def _of_watched(one: Identifier) -> Iterator[str]:
    form, spelt = (row.watch, row.spelt) if (row := schemes().get(one.scheme)) else ("VALUE", {})
    for slash in _SPELT_SLASHES:
        value = re.escape(one.value.replace("/", slash))
        for written, seen in spelt.items():
            value = value.replace(re.escape(written.replace("/", slash)), seen.replace("/", re.escape(slash)))
        yield form.replace("/", re.escape(slash)).replace("VALUE", value)


def _pages(watched: Iterable[str]) -> dict[str, frozenset[bytes]]:
    """For the host of each watched page what a line must hold beside it: the longest plain word of the address."""
    words: dict[str, set[bytes]] = {}
    for address in watched:
        host, _, rest = address.removeprefix("https://").partition("/")
        plain = re.findall(r"[A-Za-z0-9]+", re.sub("%..", " ", rest))
        words.setdefault(host.partition(":")[0], set()).add(max(plain, key=len, default="").encode())
    return {host: frozenset(some) if len(some) <= _MANY else frozenset({b""}) for host, some in words.items()}


def _plain(host: bytes) -> str:
    name = host.decode("ascii").lower().rstrip(".")
    while name.startswith("www."):
        name = name[4:]
    return name


@lru_cache(maxsize=65536)
def _kept_host(host: bytes) -> bool:
    return is_scholarly(_plain(host))
