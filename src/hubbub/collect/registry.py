"""What registries have in common: their words go in; aliases, identifiers, plain titles and dates come out. Pure."""

import re
from collections.abc import Iterable, Iterator
from html import unescape
from itertools import takewhile

from msgspec import Struct

from hubbub import identify
from hubbub.model import Alias, Identifier
from hubbub.reference.relations import relations

# Tags that stand in titles; what else is between angles may be mathematics, or the DOI of a SICI.
_TAG = re.compile(
    r"</?(?:(?:jats|mml|m):\w+|i|b|u|p|em|strong|sub|sup|scp|sc|tt|span|title|br)\b[^<>]{0,200}>", re.IGNORECASE
)
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")


class Record(Struct, frozen=True):
    """One registry's entry about a work: the aliases that it states."""

    work: Identifier
    via: str
    version: str

    def related(self, word: str, other: Identifier | None) -> Iterator[Alias]:
        """Say how the work belongs to another, if the registry's word for it is known."""
        said = hyphened(word)
        if forward := relations().forward.get(said):
            yield from self._alias(other, forward, self.work)
        if backward := relations().backward.get(said):
            yield from self._alias(self.work, backward, other)

    def made_by(self, people: Iterable[str | None]) -> Iterator[Alias]:
        """Say whose work it is; people are told by their ORCID iD, or its address."""
        for written in people:
            person = identify.parse(written or "")
            if person and person.scheme == "orcid":
                yield from self._alias(person, "is_work_of", self.work)

    def landing(self, address: str | None, published: bool = True) -> Iterator[Alias]:
        """Say where its page is, or that of an unpublished version, unless that page may be another work's too.

        A fragment names a part of an article's page, such as a review; a site's front page is no work's; and an address
        that spells another DOI is that other's.
        """
        page = identify.parse(address) if address and address.startswith(("https://", "http://")) else None
        if page and "#" not in str(address) and page.scheme != "doi" and not page.value.endswith("/"):
            yield from self._alias(self.work, "is_same_as" if published else "is_version_of", page)

    def _alias(self, identifier: Identifier | None, relation: str, other: Identifier | None) -> Iterator[Alias]:
        if identifier and other and (identifier.scheme, identifier.value) != (other.scheme, other.value):
            yield Alias(identifier=identifier, relation=relation, other=other, via=self.via, version=self.version)


def named(kind: str, value: str) -> Identifier | None:
    """An identifier that a registry writes with its kind; an address is read as such, whatever its kind."""
    return identify.parse(value) or identify.parse(f"{kind}:{value}")


def hyphened(word: str) -> str:
    """A word in one spelling, since registries write `IsVersionOf`, `is_version_of` and `is-version-of`."""
    return re.sub("[ _]", "-", _CAMEL.sub("-", word)).lower()


def plain(title: str | None) -> str | None:
    """A title without markup, which some publishers escape twice."""
    return " ".join(_TAG.sub("", unescape(unescape(title or ""))).split()) or None


def date(*parts: int | None) -> str | None:
    """A date as far as it is known: year, month, day."""
    return "-".join(f"{part:02}" for part in takewhile(bool, parts)) or None
