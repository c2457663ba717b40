"""A page's HTML goes in; what the page is comes out, what it speaks of, and why.

`judge.judge` states the rule by which a page that is a work is told from one about works; `page_rules.toml` holds the
weights. Every step is linear in the size of the page.
"""

from collections.abc import Iterator, Mapping

from selectolax.lexbor import LexborHTMLParser

from hubbub.identify.address import in_address
from hubbub.identify.canonical import canonical
from hubbub.identify.found import Found
from hubbub.identify.page.claims import addresses_of, claims_of, found_by, join
from hubbub.identify.page.decode import decode
from hubbub.identify.page.describe import described, kind_of, titles_of
from hubbub.identify.page.identity import Claim, PageIdentity, Related, Said
from hubbub.identify.page.judge import judge
from hubbub.identify.page.tags import Facts, badges, coins, header_links, links, tags
from hubbub.identify.page.things import Thing, local, role_of, said_of, things
from hubbub.identify.text import in_text

__all__ = ["Claim", "PageIdentity", "Related", "in_html", "read_page"]

_PLACES = ("url", "mainentityofpage", "@id")


def in_html(html: str | bytes, address: str | None = None) -> list[Found]:
    """Find the identifiers of a page at `address`, each once, what the page is before what it speaks of."""
    page = read_page(html, address)
    return [*page.identifiers, *(one.found for one in page.speaks_of)]


def read_page(html: str | bytes, address: str | None = None, headers: Mapping[str, str] | None = None) -> PageIdentity:
    """Read what a page at `address` is and what it speaks of; `headers` are those of the answer it came in.

    Bytes are decoded as their mark, headers or tags say. Nothing is raised, whatever the page holds.
    """
    told = {name.lower(): value for name, value in (headers or {}).items()}
    tree = LexborHTMLParser(decode(html, told.get("content-type")))
    base, facts = _base(tree, address), Facts()
    said = [*tags(tree, facts), *links(tree, facts), *header_links(told.get("link", ""), facts)]
    said += [Said("address", "address", address)] if address else []
    claims = [claim for one in said for claim in claims_of(one, base, address)]
    found = things(tree)
    later = [*said_of(_whose(found, addresses_of(claims), base), facts), *badges(tree)]
    later += coins(tree, titles_of(facts))
    claims += [claim for one in later for claim in claims_of(one, base, address)]
    role, kind = kind_of(facts, found)
    judged, identifiers = judge(claims, role, kind)
    stated = described(facts)
    return PageIdentity(
        identifiers=tuple(identifiers),
        speaks_of=tuple(_speaks_of(tree, base, judged, identifiers, role)),
        claims=tuple(judged),
        role=role,
        kind=kind,
        title=stated.title,
        creators=stated.creators,
        issued=stated.issued,
        venue=stated.venue,
        canonical=_canonical(judged),
    )


def _base(tree: LexborHTMLParser, address: str | None) -> str:
    node = tree.css_first("base[href]")
    return join(address or "", node.attributes.get("href") if node else "") or address or ""


def _whose(found: list[Thing], addresses: frozenset[str], base: str) -> Iterator[tuple[Thing, str]]:
    """Say of each thing how the page stands to it.

    Where some works bear the page's address, the other works are only shown with it. A journal or a catalogue beside a
    work, or with another address, is what the page is in.
    """
    roles = [(one, (role_of(one.types) or ("", ""))[0]) for one in found]
    works = [one for one, role in roles if role in ("work", "post")]
    own = [one for one in works if _addresses(one, base) & addresses]
    for one, role in roles:
        if role == "list":
            named = _addresses(one, base)
            yield one, "is_part_of" if works or (named and not named & addresses) else "is"
        else:
            yield one, "is_related_to" if own and one in works and one not in own else "is"


def _addresses(thing: Thing, base: str) -> set[str]:
    """The addresses of a thing itself, in canonical form."""
    bare = Thing(thing.carrier, {name: value for name, value in thing.said.items() if local(name) in _PLACES}, {})
    said = said_of([(bare, "is_related_to")], Facts())
    return set(filter(None, (canonical(join(base, one.written)) for one in said)))


_CARRIERS = {
    "href": "a[href], area[href]",
    "xlink:href": r"ext-link[xlink\:href], uri[xlink\:href]",  # of JATS
    "src": "iframe[src], img[src], embed[src], video[src], audio[src], source[src]",
}


def _canonical(claims: list[Claim]) -> str | None:
    """The surest of the addresses that hold, whether it carries an identifier or not."""
    own = [one for one in claims if one.carrier == "address" and one.verdict == "is"]
    surest = max(own, key=lambda one: one.weight, default=None)
    return canonical(surest.written) if surest else None


def _speaks_of(
    tree: LexborHTMLParser, base: str, claims: list[Claim], identifiers: list[Found], role: str
) -> Iterator[Related]:
    seen = {(one.identifier.scheme, one.identifier.value) for one in identifiers}
    work = role == "list" or any(scheme != "url" for scheme, _ in seen)
    for one in _others(tree, base, claims, "references" if work else "discusses"):
        name = one.found.identifier.scheme, one.found.identifier.value
        if name not in seen:
            seen.add(name)
            yield one


def _others(tree: LexborHTMLParser, base: str, claims: list[Claim], relation: str) -> Iterator[Related]:
    for claim in claims:
        if claim.verdict not in ("is", "rejected") and (found := found_by(claim)):
            lost = claim.verdict == "lost"
            if not (lost and found.identifier.scheme == "url"):
                where = claim.carrier if claim.place == "thing" else claim.place
                yield Related("is_related_to" if lost else claim.verdict, found, where)
    for carrier, where in (("href", "link"), ("xlink:href", "link"), ("src", "embed")):
        nodes = tree.css(_CARRIERS[carrier])
        for written in dict.fromkeys(node.attributes.get(carrier) for node in nodes):
            for found in in_address(join(base or "https:", written)):
                yield Related(relation, found, where)
    for node in tree.css("script, style, template, noscript"):
        node.decompose()
    if tree.body is not None:
        for found in in_text(tree.body.text(separator=" ")):
            yield Related(relation, found, "text")
