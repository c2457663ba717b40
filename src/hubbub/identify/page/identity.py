"""What reading a page gives, and what it is made from."""

from msgspec import Struct

from hubbub.identify.found import Found, Why
from hubbub.model import Identifier


class Said(Struct, frozen=True):
    """One value as a page has it: in what place, in which field. `carrier`, `role` and `relation` are set by things."""

    place: str
    field: str
    written: str
    carrier: str = ""
    role: str = ""
    relation: str = ""


class Claim(Struct, frozen=True, kw_only=True):
    """What one saying comes to.

    `relation` is how the page's work stands to what is named (`is`: it is that), `weight` from 0 to 1. `verdict` is
    `is`, the relation, `lost` or `rejected`; `reason` says why.
    """

    carrier: str
    place: str
    field: str
    written: str
    relation: str
    weight: float
    identifier: Identifier | None = None
    role: str = ""
    verdict: str = ""
    reason: str = ""

    @property
    def where(self) -> str:
        """Where it stands, in words: `meta citation_doi`, `link canonical`, `address`."""
        return " ".join(dict.fromkeys((self.place, self.field)))


class Related(Struct, frozen=True):
    """What a page speaks of: the page's work `relation` (cites, is_part_of, discusses …) it, and where that stands."""

    relation: str
    found: Found
    where: str


class PageIdentity(Struct, frozen=True, kw_only=True):
    """What a page is, and what it speaks of.

    `identifiers` are those of the one work that the page is, most telling first, its address last; `speaks_of` all
    others. `role` is what the page calls itself: work, post, list, or page if it does not say; `kind` is that more
    closely. `canonical` is the address the page goes by. `claims` hold all it says, with what became of it.
    """

    identifiers: tuple[Found, ...] = ()
    speaks_of: tuple[Related, ...] = ()
    claims: tuple[Claim, ...] = ()
    role: str = "page"
    kind: str | None = None
    title: str | None = None
    creators: tuple[str, ...] = ()
    issued: str | None = None
    venue: str | None = None
    canonical: str | None = None

    @property
    def is_work(self) -> bool:
        """Whether the page is a work: it bears more than its address."""
        return any(found.identifier.scheme != "url" for found in self.identifiers)

    def account(self) -> list[Why]:
        """Tell what was seen and what became of it, claims first."""
        rows = [
            Why(one.written, one.where, one.carrier, one.verdict, one.identifier, one.reason) for one in self.claims
        ]
        spoken = [one for one in self.speaks_of if one.where in ("link", "text")]
        return rows + [
            Why(one.found.as_written, one.where, one.found.method, one.relation, one.found.identifier, "in its body")
            for one in spoken
        ]
