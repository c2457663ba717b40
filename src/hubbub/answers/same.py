"""One person, many accounts: rows of accounts come in; which are proven to be one person's, and by what, goes out.

Only what accounts publish themselves proves anything: see `people.persons`. That a server of the Fediverse has checked
a field counts if it is the one that is asked for all, or one that somebody subscribed to.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import NamedTuple
from urllib.parse import urlsplit

import msgspec
from msgspec.structs import replace
from sqlalchemy import Select, func, select

from hubbub.answers.shapes import Asked, Proven, Same, Speaker
from hubbub.answers.view import View
from hubbub.model import Claim
from hubbub.people.persons import Card, Key, Persons, join, normal
from hubbub.people.words import words
from hubbub.store import schema as s
from hubbub.store.accounts import Fields
from hubbub.store.changes import works_in
from hubbub.store.fold import hashed
from hubbub.store.sql import among, rows
from hubbub.store.wanted import subscriptions

PAGE = "web"  # the source of a home page's card
HOMES = ("newsfeed",)  # sources whose accounts are home pages
LOOKED_AT = 100  # accounts whose fields hold a handle, and posts of an account
MOST = 2_000  # accounts among whom somebody of the same name is looked for
_PROFILES = {"github.com/": "github", "bsky.app/profile/": "bluesky"}  # where a page is called by a handle


class Joined(NamedTuple):
    """One account for all of each person's, by each of them, and the accounts of who has an ORCID record.

    `proofs` are those that join a person, by that one account.
    """

    persons: dict[int, int]
    of_orcid: dict[str, set[int]]
    proofs: dict[int, list[str]]


def joined(view: View, accounts: Collection[int]) -> Joined:
    """Say which of the accounts are proven to be one person's."""
    speakers = view.speakers(accounts)
    asked = select(s.claim.c.account, s.claim.c.address).where(among(s.claim.c.account, list(accounts)))
    claims, records = rows(view.connection, asked), [*_records(view)]
    named = {address for _, address in claims} | {normal(one.address) for card in records for one in card.claims}
    some = {account for account, _ in claims}
    some |= {row for row in accounts if named and named.intersection(map(normal, _own(speakers[row])))}
    held = {key: row for row, key in _keys(speakers, some)}
    told = join([*_cards(view, some), *records])
    found = Joined({}, {}, {})
    for group in told.persons:
        together = [held[key] for key in group if key in held]
        found.of_orcid.update({id_: set(together) for source, id_ in group if source == "orcid"})
        if len(together) > 1:
            found.persons.update(dict.fromkeys(together, together[0]))
            found.proofs[together[0]] = sorted({tie.proof for tie in told.ties if tie.one in group})
    return found


def same(view: View, source: str, key: str) -> Same:
    """Say which other accounts are the same person's as this one, and which may be."""
    named = select(s.account.c.id).where(s.account.c.hash == hashed("account", source, key), s.account.c.key == key)
    account = view.connection.execute(named).scalar()
    if account is None:
        return Same((), ())
    some = {account, *_around(view, account), *_namesakes(view, account)}
    cards = [*_cards(view, some), *_records(view)]
    speakers, told = view.speakers(some), join(cards)
    held = {key: row for row, key in _keys(speakers, some)}
    shown = {key: speakers[row] for key, row in held.items() if not speakers[row].hidden}
    pages = {(card.source, card.id): card.addresses[0] for card in cards if (card.source, card.id) not in held}
    ((_, of),) = _keys(speakers, [account])
    group = next((group for group in told.persons if of in group), ())
    proven = [
        Proven(shown.get(key), pages.get(key), *_proof(told, key))
        for key in group
        if key != of and (key in shown or key in pages)
    ]
    asked = [
        Asked(shown[other], question.doubt, question.evidence)
        for question in told.questions
        for one, other in ((question.one, question.other), (question.other, question.one))
        if one == of and other in shown
    ]
    return Same(tuple(proven), tuple(asked))


def _proof(told: Persons, key: Key) -> tuple[str, tuple[str, ...]]:
    """What proves that an account is its person's: the first tie that it is in."""
    tie = next(tie for tie in told.ties if key in (tie.one, tie.other))
    return tie.proof, tie.evidence


def _keys(speakers: Mapping[int, Speaker], accounts: Iterable[int]) -> Iterator[tuple[int, Key]]:
    """How accounts are called on their cards."""
    for row in accounts:
        one = speakers[row]
        yield row, (PAGE if one.source in HOMES else one.source, one.key)


def _own(one: Speaker) -> list[str]:
    """The addresses of an account's own pages."""
    pages = [one.url or "", one.key if "://" in one.key else ""]
    match one.source:
        case "github":
            pages.append(f"https://github.com/{one.handle or ''}")
        case "bluesky":
            pages += [f"https://bsky.app/profile/{name}" for name in (one.key, one.handle) if name]
        case "twitter":
            pages += [f"https://{host}/{one.handle or one.key}" for host in ("twitter.com", "x.com")]
    return [page for page in pages if page]


def _cards(view: View, accounts: Collection[int]) -> list[Card]:
    """The cards of accounts, and of the pages that a trusted server found to name one of them."""
    speakers, trusted = view.speakers(accounts), _trusted(view)
    asked = select(s.account.c.id, s.account.c.fields).where(among(s.account.c.id, list(accounts)))
    fields = {row: msgspec.json.decode(told, type=Fields) for row, told in rows(view.connection, asked)}
    cards = []
    for row, (source, key) in _keys(speakers, fields):
        one = speakers[row]
        told = [Claim(*claim) for claim in fields[row].get("claims", (0, "", []))[2]]
        if one.source == "mastodon" and urlsplit(one.url or one.key).hostname not in trusted:
            told = [replace(claim, how="link") if claim.how == "verified_field" else claim for claim in told]
        # A handle may have changed since the place found that its domain names the account.
        handle = f"https://{one.handle}"
        domain = (one.handle or "") if any(claim == Claim(handle, "handle") for claim in told) else ""
        claims = tuple(claim for claim in told if claim.how != "handle")
        name = one.name or ""
        cards.append(Card(source=source, id=key, name=name, addresses=tuple(_own(one)), claims=claims, domain=domain))
    return [*cards, *_pages(cards)]


def _pages(cards: Collection[Card]) -> Iterator[Card]:
    """Home pages that a place found to name an account back."""
    owned = {normal(address) for card in cards for address in card.addresses}
    checked = {normal(one.address) for card in cards for one in card.claims if one.how == "verified_field"}
    for address in sorted(filter(None, checked - owned)):
        orcid = address.removeprefix("orcid.org/")
        source, id_ = (PAGE, f"https://{address}") if orcid == address else ("orcid", orcid.upper())
        yield Card(source=source, id=id_, addresses=(f"https://{address}",))


def _records(view: View) -> Iterator[Card]:
    """ORCID records, with the pages that they name."""
    alias, person, page = s.alias.c, s.identifier.alias().c, s.identifier.alias().c
    asked = (
        select(person.value, page.value.label("page"))
        .select_from(s.alias)
        .join(person.id.table, person.id == alias.identifier)
        .join(page.id.table, page.id == alias.other)
        .where(person.scheme == "orcid", page.scheme == "url", alias.relation == "is_same_as", alias.stands)
        .order_by(person.value, page.value)
    )
    named: dict[str, list[Claim]] = {}
    for orcid, address in rows(view.connection, asked):
        named.setdefault(orcid, []).append(Claim(address, "researcher_url"))
    for orcid, claims in named.items():
        yield Card(source="orcid", id=orcid, addresses=(f"https://orcid.org/{orcid}",), claims=tuple(claims))


def _trusted(view: View) -> set[str]:
    """The servers of the Fediverse whose word counts that they have checked a field."""
    from hubbub.collect.sources.mastodon import SERVER

    lists = (one.removeprefix("mastodon:") for one in subscriptions(view.connection) if one.startswith("mastodon:"))
    return {SERVER, *(one.partition("/")[0] for one in lists)}


def _around(view: View, account: int) -> set[int]:
    """The accounts that publish an address of this one, or one that this one publishes, and those that it publishes."""
    speakers = view.speakers([account])
    asked = select(s.claim.c.address).where(s.claim.c.account == account)
    claimed = set(view.connection.execute(asked).scalars())
    addresses = claimed | {address for page in _own(speakers[account]) if (address := normal(page))}
    asked_for = [select(s.claim.c.account).where(among(s.claim.c.address, sorted(addresses)))]
    hashes = [hashed("account", source, f"https://{one}") for one in claimed for source in ("mastodon", *HOMES)]
    for one in claimed:
        for page, source in _PROFILES.items():
            if one.startswith(page):
                hashes.append(hashed("account", source, one.removeprefix(page)))
                asked_for.append(_called(source, one.removeprefix(page)))
    asked_for.append(select(s.account.c.id).where(among(s.account.c.hash, hashes), s.account.c.key.is_not(None)))
    return {row for one in asked_for for row in view.connection.execute(one).scalars()} - {account}


def _namesakes(view: View, account: int) -> set[int]:
    """The accounts of the same name among those that speak of the same works: others are not even asked about."""
    said, m = s.assertion.c, s.mention.c
    told = select(said.found).where(said.account == account, said.found.is_not(None)).limit(LOOKED_AT)
    works = {work for (found,) in rows(view.connection, told) for work in works_in(found)}
    speak = select(m.account).where(among(m.identifier, sorted(works)), m.account.is_not(None)).distinct().limit(MOST)
    others = set(view.connection.execute(speak).scalars())
    speakers = view.speakers({account, *others})
    name = sorted(words(speakers[account].name or ""))
    return {other for other in others if name and sorted(words(speakers[other].name or "")) == name} - {account}


def _called(source: str, handle: str) -> Select[tuple[int]]:
    """The accounts of a place whose fields hold a handle, whatever its case."""
    held = func.lower(s.account.c.fields).contains(f'"{handle.lower()}"', autoescape=True)
    asked = select(s.account.c.id).join(s.source).where(s.source.c.name == source, held)
    return asked.order_by(s.account.c.id).limit(LOOKED_AT)
