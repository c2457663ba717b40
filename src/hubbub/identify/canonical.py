"""Web addresses: one as written goes in, its canonical form comes out, so that one page has one name."""

import re
from functools import lru_cache
from urllib.parse import parse_qsl, urlencode

from w3lib.url import canonicalize_url

from hubbub.identify.brackets import UNSEEN
from hubbub.identify.tables import tracking

LONGEST = 4096
_WEB = re.compile(r"(?:https?://)?https?://(?P<host>[^/?#\\@:\s%]+)(?::(?P<port>\d{0,5}))?(?=[/?#]|$)", re.IGNORECASE)
_HOST = re.compile(r"(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?\.)+(?:[a-z]{2,63}|xn--[a-z0-9-]{2,59})", re.ASCII)
_PLAIN = re.compile(r"[\w./~-]*", re.ASCII)  # signs of a path that stay as they are


def canonical(address: str) -> str | None:
    """Give the canonical form: https, host without `www.`, no fragment, no tracking, sorted query, no last slash.

    None for what is not the address of a public page: other schemes, users and passwords, bare machines and numbers.
    """
    parts = split(address)
    if parts is None:
        return None
    host, rest = parts
    path, _, query = rest.partition("#")[0].partition("?")
    kept = [(name, value) for name, value in parse_qsl(query, keep_blank_values=True) if not tracking().fullmatch(name)]
    while (shorter := path.rstrip("/;").removesuffix("/.")) != path:
        path = shorter
    whole = f"https://{host}{path}/"
    if kept or "/." in path or not _PLAIN.fullmatch(path):
        try:
            whole = canonicalize_url(whole + (f"?{urlencode(kept)}" if kept else ""))
        except ValueError:
            return None
    whole, mark, query = whole.partition("?")
    start = len("https://") + len(host)
    whole = whole[:start] + (whole[start:].rstrip("/;") or "/") + mark + query
    return whole if len(whole) <= LONGEST else None


def split(address: str) -> tuple[str, str] | None:
    """Split an address into its host (canonical, with an unusual port) and the rest as written; None if it has none."""
    address = address.strip()
    if len(address) > LONGEST or UNSEEN.search(address):
        return None
    match = _WEB.match(address)
    host = match and _host(match["host"])
    if not match or not host:
        return None
    number = (match["port"] or "").lstrip("0")
    port = "" if number in ("", "80", "443") else ":" + number
    rest = address[match.end() :]
    return host + port, f"/{rest}" if rest[:1] in ("?", "#") else rest


def host_of(address: str) -> str:
    """The host of a canonical address, without its port."""
    return address.removeprefix("https://").partition("/")[0].partition(":")[0]


@lru_cache(maxsize=16_384)
def _host(written: str) -> str | None:
    host = written.lower() if written.isascii() else _ascii(written)
    if not host:
        return None
    host = host.rstrip(".")
    while host.startswith("www.") and host.count(".") > 1:
        host = host[4:]
    return host if len(host) <= 253 and _HOST.fullmatch(host) else None


def _ascii(host: str) -> str | None:
    """The IDNA form. A label that merely looks foreign (full-width letters) would become a name that nobody wrote."""
    labels = []
    for label in host.split("."):
        try:
            coded = label if label.isascii() else label.encode("idna").decode()
        except UnicodeError:
            return None
        if not label.isascii() and not coded.startswith("xn--"):
            return None
        labels.append(coded.lower())
    return ".".join(labels)
