"""The gate of a firehose: raw bytes go in, the spans of the lines that may hold a kept identifier come out.

A hint is wider than what it stands for: a line without one holds nothing, a line with one is read with care. One
native scan looks for all of them; Python looks only at the hosts of addresses and at lines that are let through.
"""

import re
import threading
from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import cache

import hyperscan

from hubbub.identify.carried import meant
from hubbub.identify.scans import compiled, kept
from hubbub.identify.schemes import always_kept, may_be_scholarly
from hubbub.identify.tables import addresses, schemes
from hubbub.model import Identifier

# How a slash, and what stands between a word and its value, may look within JSON and within an address.
_SLASH = r"(?:\\{0,2}/|\\u002f|%(?:25){0,4}2f)"
_COLON = r"(?::|%(?:25){0,4}3a)"
_GAP = r'(?:[^0-9a-z"\n]|\\["a-z]|\\u[0-9a-f]{4}|%3a){0,8}'
_PORT = r"\.?(?::\d{0,5})?"
_SPELT_SLASHES = ("/", r"\/", r"\u002f", "%2f")
_ADDRESS = rf"https?{_COLON}{_SLASH}{{2}}"
# Not where a slash stands before it: there it belongs to an address that is found by its beginning.
_WWW = r"(?:^|[^/f]|[^2]f|[^0%]2f|[^0]02f)www\."
# A host with letters beyond ASCII is let through unread.
_HOST = re.compile(rb"(?P<host>[A-Za-z0-9._-]*)(?P<foreign>[\x80-\xff]|\\u(?!002f))?", re.IGNORECASE)
_MANY = 50
_REMEMBERED = 65_536  # hosts
_LONGEST = 80  # of a host that is remembered
_TEXT_GAP = "[^0-9a-z]{0,12}"
ADDRESS, BARE = "https://", "www."
Span = tuple[int, int]


class _Memory(threading.local):
    """What scans need of their own in each thread."""

    def __init__(self) -> None:
        self.scratch: dict[bool, hyperscan.Scratch] = {}


_memory = _Memory()


class Hints:
    """One compiled scan for every always-kept scheme, scholarly host and watched identifier; one thread at a time."""

    def __init__(self, watched: Iterable[Identifier] = ()) -> None:
        watched = [one for one in watched if not always_kept(one)]
        self._pages = _pages(one.value for one in watched if one.scheme == "url")
        self._hosts: dict[bytes, bool] = {}
        hints = {*_of_schemes(), *_of_hosts(), *_of_places()}
        of_watched = {form for one in watched if one.scheme != "url" for form in _of_watched(one)}
        forms = (_ADDRESS, _WWW, *sorted(hints | of_watched))
        self._database = compiled(forms) if of_watched else kept("lines", forms)
        self._scratch = hyperscan.Scratch(self._database)

    def lines(self, body: bytes) -> list[Span]:
        """The spans of the lines with a hint, which end before the newline."""
        addresses, hints = list[int](), list[int]()

        def note(id_: int, start: int, end: int, flags: int, told: object) -> None:
            (addresses if id_ < 2 else hints).append(end)

        self._database.scan(body, match_event_handler=note, scratch=self._scratch)
        hinted = self._hosts.get
        some = [at for at in addresses if hinted(body[at : at + _LONGEST].partition(b"/")[0], True)]
        hints += [at for at in some if self._hinted_host(body, at)]
        return sorted(set(lines_at(body, hints)))

    def _hinted_host(self, body: bytes, at: int) -> bool:
        end = body.find(b"/", at, at + _LONGEST)
        known = self._hosts.get(body[at:end]) if end > at else None
        return self._look_at_host(body, at, end) if known is None else known

    def _look_at_host(self, body: bytes, at: int, end: int) -> bool:
        match = _HOST.match(body, at)
        assert match
        host = _plain(match["host"])
        if tokens := self._pages.get(host):
            ((start, end),) = lines_at(body, [at])
            line = body[start:end]
            return b"%" in line or any(token in line for token in tokens) or may_be_scholarly(host)
        hinted = bool(match["foreign"]) or may_be_scholarly(host) or may_be_scholarly(meant(host) or "")
        if end > at and match[0] == body[at:end].removesuffix(b"\\"):
            if len(self._hosts) >= _REMEMBERED:
                self._hosts.clear()
            self._hosts[body[at:end]] = hinted
        return hinted


def hints_in(coded: bytes, bare: bool = True) -> dict[str, list[int]]:
    """Say what a text may hold, and behind which bytes: schemes, addresses (`ADDRESS`), those without `https://`.

    With `bare` also what stands without a word before it, under the name that `alone` gives.
    """
    names, database = _in_text(bare)
    if bare not in _memory.scratch:
        _memory.scratch[bare] = hyperscan.Scratch(database)
    found: dict[str, list[int]] = defaultdict(list)

    def note(id_: int, start: int, end: int, flags: int, told: object) -> None:
        found[names[id_]].append(end)

    database.scan(coded, match_event_handler=note, scratch=_memory.scratch[bare])
    return found


@cache
def _in_text(bare: bool) -> tuple[list[str], hyperscan.Database]:
    hosts = {host for shape in addresses().address for host in shape.hosts} | addresses().doi.resolvers
    forms = [(ADDRESS, "https?://"), (BARE, r"www\."), (BARE, r"10\.\d{4}")]
    forms += [(BARE, _host(host) + r"\.?/") for host in sorted(hosts)]
    for scheme, row in schemes().items():
        hints = [hint.replace("/", "(?:/|%2f)").replace(" ", _TEXT_GAP) for hint in _spelt_out(row.hint)]
        forms += [(scheme, form) for form in hints or map(re.escape, row.words) if row.text or row.hint]
        forms += [(alone(scheme), form) for form in _spelt_out(row.bare_hint) if bare]
    return [name for name, _ in forms], kept("text" if bare else "posts", tuple(form for _, form in forms))


def _spelt_out(hint: str | tuple[str, ...]) -> list[str]:
    """The hints of a row, each `#` in turn as each of the ten digits."""
    hints = [hint] if isinstance(hint, str) else [*hint]
    for _ in range(max((hint.count("#") for hint in hints), default=0)):
        hints = [hint.replace("#", digit, 1) for hint in hints for digit in ("0123456789" if "#" in hint else "#")]
    return hints


def alone(scheme: str) -> str:
    """The name of the hint of values that stand without a word before them."""
    return f"{scheme} alone"


def lines_at(body: bytes, places: Iterable[int]) -> list[Span]:
    """The spans of the lines that hold these places; they end before the newline."""
    last = body.rfind(b"\n")
    return [(body.rfind(b"\n", 0, at) + 1, body.find(b"\n", at) if at <= last else len(body)) for at in places]


def _of_schemes() -> Iterator[str]:
    for row in schemes().values():
        for hint in _spelt_out(row.hint):
            yield _escaped(hint).replace(" ", _GAP)


def _of_places() -> Iterator[str]:
    """What addresses of any host hold; where that is one word, the hint of its scheme sees it."""
    for shape in addresses().anywhere:
        if schemes()[shape.scheme].category == "scholarly" and not shape.hint.isalpha():
            yield _escaped(re.escape(shape.hint))


def _escaped(form: str) -> str:
    return re.sub(r"(?<!\?):", lambda _: _COLON, form.replace("/", _SLASH))


def _of_hosts() -> Iterator[str]:
    """Hosts whose addresses carry a kept identifier, as they stand in text without `https://` too."""
    for shape in addresses().address:
        if schemes()[shape.scheme].category == "scholarly":
            for host in shape.hosts:
                yield _host(host) + _PORT + ("/" + shape.hint).replace("/", _SLASH)
    for shape in addresses().carrier:
        if shape.coding != "percent":  # in which no other hint shows
            yield from (_host(host) + _PORT + _SLASH for host in shape.hosts)


def _host(host: str) -> str:
    """A host as it stands in text; a name under any country ends in `.*`."""
    return re.escape(host.removesuffix("*")) + ("[a-z.]{2,6}" if host.endswith("*") else "")


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
