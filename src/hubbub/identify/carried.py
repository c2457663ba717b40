"""Addresses that lead to another: one goes in; the one it carries comes out, as far as it can be told offline.

Redirects of mail and search, archive copies, library proxies and translations write the address into their own.
"""

import re
from base64 import urlsafe_b64decode
from functools import cache
from urllib.parse import unquote

from hubbub.identify.canonical import split
from hubbub.identify.hosts import rows_of
from hubbub.identify.tables import Shape, addresses


def carried(host: str, rest: str) -> str | None:
    """The address that another carries, of which host and rest are given."""
    for shape, path in rows_of(host, _table()):
        if match := path.match(rest):
            return _decoded(match["value"], shape.coding)
    return _proxied(host, rest)


def embedded(rest: str) -> str | None:
    """The address that stands somewhere within another, of whatever host."""
    if "http" not in rest.lower():
        return None
    matches = (path.match(rest) for path in _embedded())
    return next((_decoded(match["value"], "percent") for match in matches if match), None)


def is_short(host: str) -> bool:
    """Whether only a request tells where an address of this host leads."""
    return host in addresses().short.hosts


def _decoded(value: str, coding: str) -> str | None:
    match coding:
        case "proofpoint":
            value = unquote(re.sub(r"-([0-9A-F]{2})", r"%\1", value).replace("_", "/"))
        case "base64":
            try:
                value = urlsafe_b64decode(value + "=" * (-len(value) % 4)).decode()
            except ValueError:
                return None
        case _ if "://" not in value:
            value = unquote(value)
    value = re.sub(r"^(https?):/(?!/)", r"\1://", value)
    return value if value.startswith(("http://", "https://")) else f"https://{value}"


def meant(host: str) -> str | None:
    """The host that an institution's proxy stands for, which is written into its own; empty if it is asked for."""
    marks = _proxy().search(host)
    if not marks:
        return None
    inner = host[: marks.start()]
    if "." not in inner:  # a label that spells dots as hyphens, and hyphens twice
        inner = inner.replace("--", "\0").replace("-", ".").replace("\0", "-")
    parts = split(f"https://{inner}/") if "." in inner else None
    return parts[0] if parts else ""


def _proxied(host: str, rest: str) -> str | None:
    inner = meant(host)
    if inner is None:
        return None
    if asked := _asked().match(rest):
        value = asked["value"]
        return value if "://" in value else unquote(value)
    return f"https://{inner}{rest}" if inner else None


@cache
def _proxy() -> re.Pattern[str]:
    """What stands behind the host that is meant: an institution's proxy, or a service."""
    rules = addresses().proxy
    services, translators = ("|".join(map(re.escape, some)) for some in (rules.services, rules.translators))
    labels = "|".join(rules.labels)
    return re.compile(
        rf"(?:^|\.)(?:[a-z0-9-]+\.(?:{services})|(?:{labels})\.[a-z0-9.-]+)$|\.(?:{translators})$", re.ASCII
    )


@cache
def _asked() -> re.Pattern[str]:
    return re.compile(addresses().proxy.path, re.ASCII | re.IGNORECASE)


@cache
def _embedded() -> list[re.Pattern[str]]:
    return [re.compile(row.path or "", re.ASCII | re.IGNORECASE) for row in addresses().embedded]


@cache
def _table() -> dict[str, list[tuple[Shape, re.Pattern[str]]]]:
    table: dict[str, list[tuple[Shape, re.Pattern[str]]]] = {}
    for row in addresses().carrier:
        for host in row.hosts:
            table.setdefault(host, []).append((row, re.compile(row.path or "$.", re.ASCII | re.IGNORECASE)))
    return table
