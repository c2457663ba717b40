"""One person, many accounts: what accounts publish of each other comes in; ties, questions and persons go out.

A tie is proven where both accounts name each other, or where a platform or a domain proves control: a link that
Mastodon verified, a handle that is the whole host of a page. All else only asks: a link that is not returned, a name
that two accounts share. Persons are joined by proven ties alone; style and acquaintance are never looked at.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import combinations
from typing import Literal
from urllib.parse import unquote, urlsplit

from msgspec import Struct

from hubbub.model import Claim
from hubbub.people.words import words

Key = tuple[str, str]  # source and id

Proof = Literal["name each other", "checked by the platform", "handle is the domain"]
Doubt = Literal["not returned", "names several accounts of a place", "two ORCID records", "same name"]


class Card(Struct, frozen=True, kw_only=True):
    """What one account publishes. `addresses` are its own, as its platform gives them.

    `domain` is its handle where that is a domain and the platform found that domain to name the account, as Bluesky
    does. A home page is a card too, with source `web`.
    """

    source: str
    id: str
    name: str = ""
    addresses: tuple[str, ...] = ()
    claims: tuple[Claim, ...] = ()
    domain: str = ""


class Tie(Struct, frozen=True, order=True):
    """Two accounts of one person, the proof, and the claims or the domain that prove it."""

    one: Key
    other: Key
    proof: Proof
    evidence: tuple[str, ...]


class Question(Struct, frozen=True, order=True):
    """Two accounts that may be one person's, to be asked and never to be taken for granted."""

    one: Key
    other: Key
    doubt: Doubt
    evidence: tuple[str, ...]


class Persons(Struct, frozen=True):
    """`persons` are accounts joined by `ties`, two or more each. All are sorted."""

    ties: tuple[Tie, ...]
    questions: tuple[Question, ...]
    persons: tuple[tuple[Key, ...], ...]


def join(cards: Iterable[Card]) -> Persons:
    """Return which accounts are one person's, by proof, and which may be.

    What is tied to several accounts of one place may be a group's page and joins nobody, nor do ties that would make
    two ORCID records one person: these become questions. A person's pages may be many. Cards of one account add up.
    An address that two accounts have as their own proves nothing for either.
    """
    held = defaultdict[Key, list[Card]](list)
    for card in cards:
        held[card.source, card.id].append(card)
    ties, questions = _tie(held, _named(held))
    hubs = _hubs(ties)
    ties, doubted = _part(ties, hubs, "names several accounts of a place")
    several = {key for group in _groups(ties) if sum(source == "orcid" for source, _ in group) > 1 for key in group}
    ties, doubled = _part(ties, several, "two ORCID records")
    questions += doubted + doubled
    told = {(tie.one, tie.other) for tie in ties} | {(ask.one, ask.other) for ask in questions}
    questions += [ask for ask in _same_names(held) if (ask.one, ask.other) not in told]
    return Persons(tuple(sorted(ties)), tuple(sorted(questions)), _groups(ties))


_EITHER_CASE = {"github.com", "gitlab.com", "twitter.com", "x.com", "bsky.app", "orcid.org"}


def normal(address: str) -> str | None:
    """Return an address as it is compared, without scheme, `www.`, query and last slash; None if it is none.

    Addresses that carry a password or a port of their own name nobody. Case counts in a path, save where a platform
    is known to ignore it.
    """
    try:
        parts = urlsplit(address.strip() if "://" in address else f"https://{address.strip()}")
        port = parts.port
    except ValueError:
        return None
    host = (parts.hostname or "").removeprefix("www.").rstrip(".")
    if parts.scheme not in {"http", "https"} or "." not in host or port or parts.username is not None:
        return None
    path = re.sub("/+", "/", unquote(parts.path)).rstrip("/")
    if host in _EITHER_CASE or path.startswith("/@"):
        path = path.lower()
    return host + path


def _named(held: dict[Key, list[Card]]) -> dict[Key, dict[Key, set[Claim]]]:
    """Return, of each account, the other accounts it names and by which claims."""
    owners = defaultdict[str, set[Key]](set)
    for key, cards in held.items():
        for card in cards:
            for address in card.addresses:
                if own := normal(address):
                    owners[own].add(key)
    named: dict[Key, dict[Key, set[Claim]]] = defaultdict(lambda: defaultdict(set))
    for key, cards in held.items():
        for card in cards:
            for claim in card.claims:
                owner = owners.get(normal(claim.address) or "", set())
                if len(owner) == 1 and key not in owner:
                    named[key][next(iter(owner))].add(claim)
    return named


def _tie(held: dict[Key, list[Card]], named: dict[Key, dict[Key, set[Claim]]]) -> tuple[list[Tie], list[Question]]:
    ties = {(tie.one, tie.other): tie for tie in _by_domain(held)}
    questions = []
    pairs = {(min(key, other), max(key, other)) for key, others in named.items() for other in others}
    for one, other in sorted(pairs.difference(ties)):
        there, back = (named.get(a, {}).get(b, set()) for a, b in ((one, other), (other, one)))
        checked = {claim for claim in there | back if claim.how == "verified_field"}
        evidence = tuple(sorted({f"{claim.how} {claim.address}" for claim in checked or there | back}))
        if checked:
            ties[one, other] = Tie(one, other, "checked by the platform", evidence)
        elif there and back:
            ties[one, other] = Tie(one, other, "name each other", evidence)
        else:
            questions.append(Question(one, other, "not returned", evidence))
    return list(ties.values()), questions


def _by_domain(held: dict[Key, list[Card]]) -> Iterator[Tie]:
    """Yield ties to the web page at the root of the very host that is an account's handle."""
    roots = defaultdict[str, set[Key]](set)
    for key, cards in held.items():
        if key[0] == "web":
            for address in (address for card in cards for address in card.addresses):
                if (own := normal(address)) and "/" not in own:
                    roots[own].add(key)
    for key, cards in held.items():
        for domain in {card.domain.lower().removeprefix("www.") for card in cards if card.domain}:
            owner = roots.get(domain, set())
            if len(owner) == 1 and key not in owner:
                (page,) = owner
                yield Tie(min(key, page), max(key, page), "handle is the domain", (domain,))


def _hubs(ties: list[Tie]) -> set[Key]:
    """Return what is tied to several accounts of one place, other than pages."""
    beside = defaultdict[tuple[Key, str], set[Key]](set)
    for tie in ties:
        for key, other in ((tie.one, tie.other), (tie.other, tie.one)):
            if other[0] != "web":
                beside[key, other[0]].add(other)
    return {key for (key, _), accounts in beside.items() if len(accounts) > 1}


def _part(ties: list[Tie], doubtful: set[Key], doubt: Doubt) -> tuple[list[Tie], list[Question]]:
    """Return the ties that touch nothing doubtful, and the others as questions."""
    kept = [tie for tie in ties if tie.one not in doubtful and tie.other not in doubtful]
    asked = [tie for tie in ties if tie.one in doubtful or tie.other in doubtful]
    return kept, [Question(tie.one, tie.other, doubt, tie.evidence) for tie in asked]


def _same_names(held: dict[Key, list[Card]]) -> Iterator[Question]:
    """Yield accounts of different places that bear one name of two words or more, which nobody else there bears."""
    bearers = defaultdict[tuple[str, ...], set[Key]](set)
    for key, cards in held.items():
        for card in cards:
            name = tuple(sorted(words(card.name)))
            if len(name) > 1 and max(map(len, name)) > 1:
                bearers[name].add(key)
    for name, keys in bearers.items():
        places = [source for source, _ in keys]
        if len(keys) > 1 and len(set(places)) == len(places):
            yield from (Question(a, b, "same name", (" ".join(name),)) for a, b in combinations(sorted(keys), 2))


def _groups(ties: list[Tie]) -> tuple[tuple[Key, ...], ...]:
    of: dict[Key, set[Key]] = {}
    for tie in ties:
        small, large = sorted((of.get(tie.one, {tie.one}), of.get(tie.other, {tie.other})), key=len)
        large |= small
        of.update(dict.fromkeys({*small, tie.one, tie.other}, large))
    return tuple(sorted({id(group): tuple(sorted(group)) for group in of.values()}.values()))
