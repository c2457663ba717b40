"""What an unknown address is: what is learnt of it comes in, the next and cheapest question or a verdict goes out.

First its shape, then where it sends on to, then what its headers say, and its page at last.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Literal
from urllib.parse import urljoin, urlsplit

from msgspec import Struct

from hubbub import identify
from hubbub.identify import Found
from hubbub.model import Identifier

HOPS = 8  # from address to address
LARGEST = 2 << 20  # characters of a page that are read
MOVED = frozenset({301, 302, 303, 307, 308})
GONE = frozenset({404, 410})
CERTAIN = 0.8  # what is less certain ties nothing

Outcome = Literal["work", "none", "gone", "closed", "robots", "failed"]
# When the same question may have another answer; None: never, unless the rules change.
AGAIN: dict[Outcome, timedelta | None] = {
    "work": None,
    "none": timedelta(days=180),  # metadata are added late
    "gone": timedelta(days=30),
    "closed": timedelta(days=30),
    "robots": timedelta(days=30),
    "failed": timedelta(minutes=10),  # doubled with each one more
}
SELDOM = timedelta(days=30)

# Each quantifier is bounded, and what it repeats cannot match what follows it, so that no header takes long.
_LINK = re.compile(r"<([^<>\s]{1,2000})>([^<>]{0,500})")
_CITE_AS = re.compile(r"""\brel\s{0,9}=\s{0,9}(?:"(?:[^"]{0,200}\s)?cite-as[\s"]|cite-as\b)""", re.IGNORECASE)
_HEADER = 16_384


class Ask(Struct, frozen=True):
    """Ask for this next."""

    method: Literal["HEAD", "GET"]
    address: str


class Reply(Struct, frozen=True):
    """What was answered: `html` is the page where it was asked for and is one."""

    method: Literal["HEAD", "GET"]
    status: int
    headers: Mapping[str, str] = {}  # lower-case names
    html: str = ""


class Verdict(Struct, frozen=True):
    """What an address is: the `work` that it names, if any, by which method, with what evidence, how certain."""

    outcome: Outcome
    method: str
    evidence: str
    certainty: float = 1.0
    work: Identifier | None = None


def next_step(address: str, replies: Sequence[Reply]) -> Ask | Verdict:
    """Say what to ask next of an address, or what it is."""
    at = address
    for reply in replies:
        at = _moved(at, reply) or at
    if not replies or _moved(address, replies[-1]):
        return _of_address(at, len(replies)) or Ask(replies[-1].method if replies else "HEAD", at)
    reply = replies[-1]
    if reply.status < 400 and (found := _signposted(at, reply)):
        return found
    if reply.method == "GET":
        return _of_page(at, reply)
    kind = reply.headers.get("content-type", "text/html").lower()
    if reply.status < 400 and "html" not in kind:
        return Verdict("none", "content-type", kind[:100])
    return Ask("GET", at)  # whoever refuses HEAD, or knows nothing of it, may still have a page


def failed(reason: str) -> Verdict:
    """The verdict where no answer came."""
    return Verdict("failed", "network", reason)


def again_in(verdict: Verdict, failures: int) -> timedelta | None:
    """Say in how long the answer could be another; `failures` came before in a row. None: it will not change."""
    pause = AGAIN[verdict.outcome]
    return min(pause * 2 ** min(failures, 16), SELDOM) if pause and verdict.outcome == "failed" else pause


def _moved(at: str, reply: Reply) -> str | None:
    """Where an answer sends on to."""
    if reply.status not in MOVED or not reply.headers.get("location"):
        return None
    try:
        return urljoin(at, reply.headers["location"])
    except ValueError:
        return reply.headers["location"]


def _of_address(at: str, hops: int) -> Verdict | None:
    """What an address itself tells; None if the network has to be asked."""
    method = "redirect" if hops else "address"
    found = identify.in_address(at)
    if not found:
        return Verdict("none", method, at)
    if (work := _scholarly(found)) is not None:
        return Verdict("work", method, at, work.certainty, _plain(work))
    if hops > HOPS:
        return Verdict("none", method, f"{at} and on, in circles")
    if hops and urlsplit(at).path in ("", "/"):  # where shops and publishers send what they have lost
        return Verdict("none", method, at)
    return None


def _signposted(at: str, reply: Reply) -> Verdict | None:
    """What a page's headers say it should be cited as (RFC 8574)."""
    header = reply.headers.get("link", "")[:_HEADER]
    for address, parameters in _LINK.findall(header):
        if _CITE_AS.search(parameters + '"'):
            try:
                found = identify.in_address(urljoin(at, address))
            except ValueError:
                continue
            if (work := _scholarly(found)) is not None:
                return Verdict("work", "signposting", f"Link: <{address}>; rel=cite-as", 1.0, _plain(work))
    return None


def _of_page(at: str, reply: Reply) -> Verdict:
    if reply.status in GONE:
        return Verdict("gone", "page", f"{reply.status} at {at}")
    if reply.status >= 400:
        return Verdict("closed", "page", f"{reply.status} at {at}")
    page = identify.read_page(reply.html[:LARGEST], at)
    works = [one for one in page.identifiers if one.certainty >= CERTAIN and _scholarly([one]) is not None]
    if not works:
        doubt = next((claim.reason for claim in page.claims if claim.verdict == "lost"), "says nothing of what it is")
        return Verdict("none", "page", f"{at}: {doubt}")
    work = min(works, key=lambda one: one.identifier.scheme != "doi")
    return Verdict("work", work.method, work.as_written, work.certainty, _plain(work))


def _scholarly(found: Sequence[Found]) -> Found | None:
    return next((f for f in found if f.identifier.scheme != "url" and identify.always_kept(f.identifier)), None)


def _plain(found: Found) -> Identifier:
    return Identifier(found.identifier.scheme, found.identifier.value)
