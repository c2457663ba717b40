"""Verdicts and numbers in words, the same for pages and commands: the parts of an answer come in, sentences go out."""

from collections.abc import Iterable, Iterator
from math import isinf
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:  # these load numpy
    from hubbub.answers.thriving import Forms, Kinds, Thriving
    from hubbub.metrics.against import Square

# A sign for each verdict, so that a picture reads without colour.
SIGNS = {"does well": "+", "does not": "−", "too little to tell": "?", "too early": "…", "cannot": "×"}
CLAIMS = ("does well", "does not")


def share(square: "Square") -> str:
    """Of how many works that are old enough some are mentioned: 3 of 5 (23 to 88 %)."""
    if square.row.verdict == "cannot":
        return "this venue cannot carry it"
    if not square.ripe:
        works = _works(square.row.works)
        return f"{works}, too young" if square.row.verdict == "too early" else f"{works}, none known and dated"
    return f"{square.heard} of {square.ripe} ({interval(square.low, square.high, percent=True)})"


def _works(number: int) -> str:
    return f"{number:,} {'work' if number == 1 else 'works'}"


def interval(low: float | None, high: float | None, percent: bool = False) -> str:
    """1.2 to 2.1; where nothing bounds it above, 1.2 and more."""
    if percent:
        return f"{100 * (low or 0):.0f} to {100 * (high or 0):.0f} %"
    if low is None:
        return f"at most {figure(high)}" if high is not None else "unknown"
    return f"{figure(low)} and more" if high is None or isinf(high) else f"{figure(low)} to {figure(high)}"


def figure(number: float) -> str:
    """Two digits; what is hardly more than nothing is said to be so."""
    return "<0.01" if 0 < number < 0.01 else f"{number:.2g}"


def ratio(square: "Square") -> str | None:
    """1.6 (1.2 to 2.1), or None without a reference."""
    row = square.row
    if row.ratio is None:
        return None
    ends = "no interval, too few groups" if row.high is None or isinf(row.high) else interval(row.low, row.high)
    return f"{figure(row.ratio)} ({ends})"


def reference(square: "Square") -> str | None:
    """Which reference works, and how many: every article, N = 2,000."""
    row = square.row
    return None if row.stratum_works is None else f"{row.stratum}, N = {row.stratum_works:,}"


def claim(square: "Square") -> str:
    """What is compared, in a sentence's end: 1.6 times what is usual (1.2 to 2.1), of 12 works."""
    row = square.row
    what = "as often mentioned at all as is usual" if row.measure == "any" else "what is usual, by ln(1 + mentions)"
    ends = interval(row.low, row.high)
    return f"{figure(row.ratio or 0)} times {what} ({ends}), from {_works(row.compared)}; {reference(square)}"


def forms(one: "Forms") -> str:
    """What pairs say: 9 works: article ahead in 7, slides in 1; typically 2.1 times as many + ½ (1.2 to 3.8)."""
    pair = one.paired
    told = f"{one.first} ahead in {pair.first}, {one.second} in {pair.second} of {pair.works} works"
    if pair.ratio is not None:
        told += f"; {one.first} gets {figure(pair.ratio)} times as much ({interval(pair.low, pair.high)})"
    return told


def kinds(one: "Kinds") -> str:
    """What ranks say: of 100 pairs of an article and slides, 71 have more mentions of the article."""
    ahead = one.ahead
    return (
        f"{ahead.first} ahead of {ahead.second} in {100 * ahead.more:.0f} % of comparisons "
        f"({ahead.works_first} against {ahead.works_second} works)"
    )


def why_nothing(found: "Thriving") -> str | None:
    """Why nothing is said of how the shelf does, if nothing is; None if something is."""
    if any(one.row.verdict in CLAIMS for one in found.grid) or found.silent:
        return None
    if found.against is None:
        return "There is no reference to compare with, so nothing here says whether that is much or little."
    known = max((one.reference_works or 0 for one in found.venues), default=0)
    if known < 50:
        return (
            f"The reference {found.against.name} has {known} works that are old enough and known at one venue; "
            "fifty are needed, so nothing is compared."
        )
    if all(one.row.ratio is None for one in found.grid):
        return (
            "How far groups of reference works differ cannot be learnt: no two of them are from one group. So there "
            "are indicators, and no verdicts."
        )
    return "No difference is large enough for so few works. That is too little to tell, and not the same as none."


def as_row(square: "Square") -> dict[str, Any]:
    """A cell as a row of a table for programs; what is unknown, or without bound, is None."""
    row, some, mean = square.row, square.any, square.mean
    told = {"kind": row.kind, "venue": row.venue, "verdict": str(row.verdict), "outputs": row.works}
    told |= {"mentions": square.mentions, "old_enough": square.ripe, "mentioned": square.heard if square.ripe else None}
    told |= {"share_low": square.low, "share_high": square.high, "measure": row.measure, "compared": row.compared}
    told |= {name: getattr(row, name) for name in ("observed", "expected", "ratio", "low", "high", "certainty")}
    told |= {"silent": row.silent, "reference": row.stratum, "reference_works": row.stratum_works}
    told |= {name: getattr(some, name, None) for name in ("mhrr", "emnpc", "mnpc")}
    told |= {f"mhrr_{end}": getattr(some, end, None) for end in ("low", "high")}
    told |= {"mnlcs": mean and mean.mnlcs, "mnlcs_low": mean and mean.low, "mnlcs_high": mean and mean.high}
    return {name: None if isinstance(value, float) and isinf(value) else value for name, value in told.items()}


def rows(found: "Thriving") -> Iterator[dict[str, Any]]:
    """The grid as rows."""
    return map(as_row, found.grid)


def telling(squares: Iterable["Square"]) -> list["Square"]:
    """The cells that say something, verdicts first: those without any mention and without a verdict are left out."""
    order = {verdict: rank for rank, verdict in enumerate(SIGNS)}
    shown = [one for one in squares if one.mentions or one.row.silent or one.row.verdict in CLAIMS]
    return sorted(shown, key=lambda one: (order[one.row.verdict], -one.mentions, one.row.kind, one.row.venue))
