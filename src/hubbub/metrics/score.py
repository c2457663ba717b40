"""The attention score: mentions of a work and a formula go in, a total with what each mention adds to it comes out.

A score says how much attention a work gets, by weights that somebody chose. It says nothing about quality, and is not
for comparing people. It is never shown without its label and version.
"""

from collections import Counter
from collections.abc import Iterable
from decimal import ROUND_CEILING, ROUND_HALF_EVEN, Decimal

from msgspec import Struct

from hubbub.reference.attention import Formula, Weight


class Scored(Struct, frozen=True, order=True):
    """A mention as the score looks at it: `kind` is `post`, `repost`, `news`, `blog`, `policy`, `patent`, `review` …

    `account` is who said it, within `source`; None if nobody knows, and then it counts by itself.
    """

    source: str
    post: str
    kind: str = "post"
    account: str | None = None


class Share(Struct, frozen=True):
    """What `mention` adds: `weight`, or nothing, since it is `counted_by` another or the formula does not name it."""

    mention: Scored
    weight: float
    counted_by: Scored | None = None
    named: bool = True


class Total(Struct, frozen=True):
    """`total` is the exact sum of what mentions add, `shown` the same by the formula's rounding."""

    total: float
    shown: float
    name: str
    version: str
    label: str


class Score(Total, frozen=True):
    """A total with the shares that it is made of, in fixed order."""

    shares: tuple[Share, ...]


def score(mentions: Iterable[Scored], formula: Formula) -> Score:
    """Score a work by its mentions. Neither their order nor repetition changes anything.

    Of the mentions that count once together, the one of the greatest weight counts, of equal ones the first by name.
    Weights are added as decimals, as they are written, so that no total is rounded up for a digit that is not there.
    """
    rules = {(rule.source, rule.kind): rule for rule in formula.weights}
    ruled = [(mention, _rule(mention, rules)) for mention in sorted(set(mentions), key=_key)]
    ruled.sort(key=lambda pair: -pair[1].weight if pair[1] else 0.0)  # stable: equal ones stay in the order of names
    counted: dict[tuple[str, ...], Scored] = {}
    shares, total = [], Decimal(0)
    for mention, rule in ruled:
        if rule is None:
            shares.append(Share(mention, 0.0, named=False))
            continue
        by = counted.setdefault(_once(mention, rule), mention)
        if by is mention:
            total += Decimal(str(rule.weight))
        shares.append(Share(mention, rule.weight) if by is mention else Share(mention, 0.0, by))
    shares.sort(key=lambda share: _key(share.mention))
    return Score(float(total), _shown(total, formula), formula.name, formula.version, formula.label, tuple(shares))


def gained(mentions: Iterable[Scored], formula: Formula) -> list[float]:
    """Return what each mention adds to those before it, in the order given; together they add what `score` says.

    Where a mention counts once with an earlier one, it adds by how much its weight is greater.
    """
    rules = {(rule.source, rule.kind): rule for rule in formula.weights}
    counted: dict[tuple[str, ...], Decimal] = {}
    ruled: dict[tuple[str, str], tuple[Weight | None, Decimal]] = {}  # of the few kinds of mentions
    none, gains = Decimal(0), []
    for mention in mentions:
        of = mention.source, mention.kind
        if of not in ruled:
            rule = _rule(mention, rules)
            ruled[of] = rule, Decimal(str(rule.weight)) if rule else none
        rule, weight = ruled[of]
        once = _once(mention, rule) if rule else ()
        before = counted.get(once, none)
        if weight > before:
            counted[once] = weight
        gains.append(float(weight - before) if weight > before else 0.0)
    return gains


def total_of(gains: Iterable[float], formula: Formula) -> Total:
    """Add what mentions gain."""
    total = sum((Decimal(str(gain)) * times for gain, times in Counter(gains).items()), Decimal(0))
    return Total(float(total), _shown(total, formula), formula.name, formula.version, formula.label)


def _key(mention: Scored) -> tuple[str, str, str, str]:
    return mention.source, mention.post, mention.kind, mention.account or ""


def rule_of(mention: Scored, formula: Formula) -> Weight | None:
    """Return the rule of a formula for a mention: the most particular; None where it names none."""
    return _rule(mention, {(rule.source, rule.kind): rule for rule in formula.weights})


def _rule(mention: Scored, rules: dict[tuple[str, str], Weight]) -> Weight | None:
    """The most particular rule: for source and kind, for the source, for the kind."""
    tried = ((mention.source, mention.kind), (mention.source, "*"), ("*", mention.kind), ("*", "*"))
    return next((rules[names] for names in tried if names in rules), None)


def _once(mention: Scored, rule: Weight) -> tuple[str, ...]:
    """What counts once. An account counts once at its source, whether it speaks or passes on."""
    if rule.once == "source":
        return "source", mention.source, rule.kind
    if rule.once == "account" and mention.account is not None:
        return "account", mention.source, mention.account
    return "mention", mention.source, mention.post


def _shown(total: Decimal, formula: Formula) -> float:
    if formula.rounding == "none":
        return float(total)
    return float(total.to_integral_value(ROUND_CEILING if formula.rounding == "up" else ROUND_HALF_EVEN))
