"""A page's claims and kind go in; which of them hold comes out."""

from bisect import bisect_left
from collections import defaultdict

from msgspec import Struct
from msgspec.structs import replace

from hubbub.identify.found import Found
from hubbub.identify.page.identity import Claim
from hubbub.identify.tables import page_rules
from hubbub.model import Identifier

Named = tuple[str, str]  # scheme and value

_SAME = 1e-9  # weights closer than this are equal
_OWN = frozenset(["address", "signposting"])  # carriers that speak of the page, whatever it is about
_IN_BOOKS = frozenset(["article", "chapter"])
_APART = {
    "doi": ("is_preprint_of", "a preprint's page names what it became"),
    "arxiv": ("has_preprint", "the article's page names its preprint"),
}


class _Weighed(Struct):
    """What all carriers come to for each identifier, who they are, and the values that hold, by scheme."""

    weights: dict[Named, float]
    carriers: dict[Named, list[str]]
    winners: dict[str, set[str]]


def judge(claims: list[Claim], role: str, kind: str | None) -> tuple[list[Claim], list[Found]]:
    """Decide which claims hold, and give the identifiers of what the page is, most telling first.

    **What a page is.** Each carrier lends an identifier the weight of its row, shared among all identifiers of one
    scheme that it names with at least that weight: who names twenty works means none of them in particular. The weights
    of several carriers come together as independent evidence does, 1 - (1 - a)(1 - b). The surest identifier of a
    scheme holds if it reaches the threshold and none is as sure: a table of contents, a reference list or results of a
    search, whose tags and things name many works alike, is none of them.

    **What it is about.** A page whose stated type is a post (news, a blog post, a review) or a list is heard only
    through its own address, its signposts, and what a thing of that type says of itself. All else, even `citation_doi`
    in a press release, names works that it speaks of. An arXiv page may name the DOI that its preprint became: that is
    another work.
    """
    claims = [_by_role(_by_kind(claim, kind), role, kind) for claim in claims]
    weighed = _weigh(claims)
    apart = _preprint(claims, weighed.winners)
    judged = [_judged(claim, weighed, apart) for claim in claims]
    surest: dict[Named, Claim] = {}
    versions: dict[Named, str | None] = {}
    for claim in judged:
        if claim.verdict == "is" and (name := _name(claim)) and claim.identifier:
            surest[name] = max(surest.get(name, claim), claim, key=lambda one: one.weight)
            versions[name] = versions.get(name) or claim.identifier.version
    found = [
        Found(Identifier(*name, versions[name]), claim.written, claim.carrier, round(weighed.weights[name], 4))
        for name, claim in surest.items()
    ]
    return judged, sorted(found, key=lambda one: _place(one.identifier.scheme))


def _place(scheme: str) -> int:
    order = page_rules().order
    return order.index(scheme) if scheme in order else len(order) + (scheme == "url")


def _name(claim: Claim) -> Named | None:
    return (claim.identifier.scheme, claim.identifier.value) if claim.identifier else None


def _by_kind(claim: Claim, kind: str | None) -> Claim:
    """An article or a chapter has no ISBN: it is that of the book it is in."""
    is_isbn = claim.identifier is not None and claim.identifier.scheme == "isbn"
    if claim.verdict or not is_isbn or kind not in _IN_BOOKS:
        return claim
    return replace(claim, relation="is_part_of", verdict="is_part_of", reason="it is the book's that this is in")


def _by_role(claim: Claim, role: str, kind: str | None) -> Claim:
    if claim.verdict or role not in ("post", "list") or claim.carrier in _OWN or claim.role == role:
        return claim
    relation, reason = "discusses" if role == "post" else "references", f"the page calls itself {kind}: it names works"
    return replace(claim, relation=relation, verdict=relation, reason=reason)


def _weigh(claims: list[Claim]) -> _Weighed:
    best: dict[tuple[str, str], dict[str, float]] = defaultdict(dict)
    for claim in claims:
        if claim.verdict == "" and (name := _name(claim)):
            said = best[claim.carrier, name[0]]
            said[name[1]] = max(said.get(name[1], 0.0), claim.weight)
    doubt: dict[Named, float] = defaultdict(lambda: 1.0)
    carriers: dict[Named, list[str]] = defaultdict(list)
    for (carrier, scheme), said in best.items():
        ranked = sorted(said.values())
        for value, weight in said.items():
            rivals = 1 if scheme in page_rules().several else len(ranked) - bisect_left(ranked, weight)
            doubt[scheme, value] *= 1 - weight / rivals
            carriers[scheme, value].append(carrier)
    weights = {name: 1 - left for name, left in doubt.items()}
    return _Weighed(weights, carriers, _winners(weights))


def _winners(weights: dict[Named, float]) -> dict[str, set[str]]:
    rules = page_rules()
    ranked: dict[str, list[float]] = defaultdict(list)
    for (scheme, _), weight in weights.items():
        ranked[scheme].append(weight)
    bars = {scheme: _bar(sorted(others)) for scheme, others in ranked.items()}
    winners: dict[str, set[str]] = defaultdict(set)
    for (scheme, value), weight in weights.items():
        if weight >= (rules.threshold if scheme in rules.several else max(rules.threshold, bars[scheme])):
            winners[scheme].add(value)
    return winners


def _bar(ranked: list[float]) -> float:
    """The weight that the surest has alone; more than any has where two are equally sure."""
    equal = len(ranked) > 1 and ranked[-1] - ranked[-2] < _SAME
    return 2.0 if equal else ranked[-1]


def _preprint(claims: list[Claim], winners: dict[str, set[str]]) -> str | None:
    """The scheme of the other work where a page bears an arXiv id and a DOI: arXiv's own page is the preprint."""
    if not (winners.get("arxiv") and winners.get("doi")):
        return None
    own = {claim.identifier.scheme for claim in claims if claim.carrier == "address" and claim.identifier}
    return "doi" if "arxiv" in own else "arxiv"


def _judged(claim: Claim, weighed: _Weighed, apart: str | None) -> Claim:
    name = _name(claim)
    if claim.verdict or name is None:
        return claim
    scheme, value = name
    if value not in weighed.winners.get(scheme, ()):
        return replace(claim, verdict="lost", reason=_why_lost(name, weighed))
    if scheme == apart:
        relation, reason = _APART[scheme]
        return replace(claim, relation=relation, verdict=relation, reason=reason)
    others = ", ".join(other for other in weighed.carriers[name] if other != claim.carrier)
    return replace(claim, verdict="is", reason=claim.reason + (f"; so says {others}" if others else ""))


def _why_lost(name: Named, weighed: _Weighed) -> str:
    scheme, weight, threshold = name[0], weighed.weights[name], page_rules().threshold
    if held := weighed.winners.get(scheme):
        winner = next(iter(held))
        who = ", ".join(weighed.carriers[scheme, winner])
        return f"{who} says {winner[:200]}, which is surer ({weighed.weights[scheme, winner]:.2f} to {weight:.2f})"
    if weight < threshold:
        return f"too little ({weight:.2f} of {threshold:.2f}) says that it is this page"
    return "others are named as surely: the page is none of them"
